/* network_touching.c - tells what of the network a step touches.
 *
 * What a program does to its end of a connection shows at the other end when it arrives there; only
 * without latency is that in the same step. Where connections arrive and are accepted, their order
 * shows.
 */
#include "sim/segment.h"
#include "sim/stepping.h"

static void touch(const struct sim_network *network, uint32_t object) {
    sim_footprint_add(&network->stepping->footprint, object, SIM_TOUCH_WRITE);
}

static void touch_network(const struct sim_network *network, enum sim_touch_mode mode) {
    if (network->stepping != NULL) {
        sim_footprint_add(&network->stepping->footprint, network->stepping->objects->network, mode);
    }
}

uint32_t sim_network_process(const struct sim_network *network) {
    return network->stepping != NULL ? network->stepping->process : SIM_NO_PROCESS;
}

void sim_network_touch_end(const struct sim_network *network,
                           const struct sim_connection *connection, uint8_t end) {
    if (network->stepping == NULL) {
        return;
    }
    const struct sim_objects *objects = network->stepping->objects;
    bool is_of_step = connection->process != SIM_NO_PROCESS;
    touch(network, is_of_step ? sim_object_of_connections(objects, connection->process, end)
                              : objects->network);
}

void sim_network_touch_port(const struct sim_network *network, uint32_t host, uint16_t port) {
    if (network->stepping != NULL) {
        touch(network, sim_object_of_port(network->stepping->objects, host, port));
    }
}

void sim_network_touch_line(const struct sim_network *network) {
    touch_network(network, SIM_TOUCH_WRITE);
}

void sim_network_touch_gone(const struct sim_network *network) {
    touch_network(network, SIM_TOUCH_WRITE);
}

/* Sockets go independently of each other. */
void sim_network_touch_going(const struct sim_network *network) {
    touch_network(network, SIM_TOUCH_READ);
}

void sim_socket_touch(const struct sim_network *network, const struct sim_socket *socket) {
    if (socket->connection == NULL) {
        sim_network_touch_port(network, socket->host, socket->port);
    } else {
        sim_network_touch_end(network, socket->connection, socket->end);
    }
}
