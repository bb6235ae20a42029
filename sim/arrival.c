/* arrival.c - segments that arrive at the ends of connections: handshakes, data, room, ends and
 * resets. */
#include "core/check.h"
#include "sim/network.h"
#include "sim/segment.h"

#include <string.h>

static void wake(struct sim_network *network, struct sim_socket *socket) {
    network->wake.wake(network->wake.context, socket);
}

/* Answers a syn: there is room in the listener's backlog. */
static void shake_hands(struct sim_network *network, struct sim_socket *listener,
                        struct sim_socket *socket) {
    listener->backlog_count++;
    sim_segment_send(network, socket->connection, 1, SIM_SEGMENT_SYN_ACK, NULL, 0);
}

static void syn_arrived(struct sim_network *network, struct sim_connection *connection) {
    struct sim_socket *listener =
        sim_network_find_listener(network, connection->hosts[1], connection->port);
    if (listener == NULL) {
        sim_segment_send(network, connection, 1, SIM_SEGMENT_RST, NULL, 0);
        return;
    }
    struct sim_socket *socket = sim_socket_new(network, connection->hosts[1], connection, 1,
                                               SIM_SOCKET_CONNECTING, connection->port);
    if (socket == NULL) {
        network->is_out_of_memory = true;
        return;
    }
    socket->listener = listener;
    if (listener->backlog_count < listener->backlog) {
        shake_hands(network, listener, socket);
    } else {
        cog_list_push_back(&listener->waiting, &socket->queue_link);
    }
}

void sim_listener_admit_waiting(struct sim_network *network, struct sim_socket *listener) {
    listener->backlog_count--;
    if (!cog_list_is_empty(&listener->waiting)) {
        struct sim_socket *socket =
            cog_container_of(listener->waiting.next, struct sim_socket, queue_link);
        cog_link_remove(&socket->queue_link);
        shake_hands(network, listener, socket);
    }
}

static void ack_arrived(struct sim_network *network, struct sim_socket *socket) {
    if (socket->state == SIM_SOCKET_CONNECTING && socket->listener != NULL) {
        socket->state = SIM_SOCKET_BACKLOG;
        socket->established_event = network->tracer->current;
        cog_list_push_back(&socket->listener->accepted, &socket->queue_link);
        wake(network, socket->listener);
    }
}

static void rst_arrived(struct sim_network *network, struct sim_socket *socket) {
    if (socket->state == SIM_SOCKET_CLOSED || socket->is_reset) {
        return;
    }
    socket->is_reset = true;
    socket->end_event = network->tracer->current;
    if (socket->state == SIM_SOCKET_CONNECTING && socket->end == 0) {
        socket->failure = COG_EREFUSED;
    } else {
        socket->failure = socket->fin_received ? COG_OK : COG_ERESET;
    }
    if (socket->state == SIM_SOCKET_CONNECTING && socket->end == 1 && socket->listener != NULL) {
        /* The client gave up before it was accepted. */
        struct sim_socket *listener = socket->listener;
        bool is_waiting = cog_link_is_linked(&socket->queue_link);
        if (is_waiting) {
            cog_link_remove(&socket->queue_link);
        }
        socket->listener = NULL;
        socket->state = SIM_SOCKET_CLOSED;
        sim_socket_forget(network, socket);
        if (!is_waiting) {
            sim_listener_admit_waiting(network, listener);
        }
        return;
    }
    wake(network, socket);
}

static void data_arrived(struct sim_network *network, struct sim_socket *socket,
                         const struct sim_segment *segment) {
    const char *bytes = (const char *)(segment + 1);
    size_t room = socket->buffer_bytes - socket->buffer_count;
    cog_assert(segment->amount <= room);
    if (socket->buffer == NULL) {
        socket->buffer = cog_allocate(network->allocator, socket->buffer_bytes);
        if (socket->buffer == NULL) {
            network->is_out_of_memory = true;
            return;
        }
    }
    size_t at = (socket->buffer_first + socket->buffer_count) % socket->buffer_bytes;
    size_t until_end = socket->buffer_bytes - at;
    size_t part = segment->amount < until_end ? segment->amount : until_end;
    memcpy(socket->buffer + at, bytes, part);
    memcpy(socket->buffer, bytes + part, segment->amount - part);
    socket->buffer_count += segment->amount;
    socket->data_event = network->tracer->current;
    wake(network, socket);
}

/* What arrives at an end that is gone, or closed by its own side: data, and a handshake that goes
 * on, draw a rst. */
static void arrived_at_closed(struct sim_network *network, struct sim_direction *direction,
                              const struct sim_segment *segment) {
    struct sim_connection *connection = direction->connection;
    bool sender_lives = connection->ends[direction->from_end] != NULL &&
                        connection->ends[direction->from_end]->state != SIM_SOCKET_CLOSED;
    bool draws = segment->class == SIM_SEGMENT_DATA || segment->class == SIM_SEGMENT_SYN_ACK ||
                 segment->class == SIM_SEGMENT_ACK;
    if (draws && sender_lives) {
        sim_segment_send(network, connection, 1 - direction->from_end, SIM_SEGMENT_RST, NULL, 0);
    }
}

static void arrived_at_open(struct sim_network *network, struct sim_socket *socket,
                            const struct sim_segment *segment) {
    switch (segment->class) {
    case SIM_SEGMENT_SYN:
        break;
    case SIM_SEGMENT_SYN_ACK:
        if (socket->state == SIM_SOCKET_CONNECTING) {
            socket->state = SIM_SOCKET_OPEN;
            sim_segment_send(network, socket->connection, 0, SIM_SEGMENT_ACK, NULL, 0);
            wake(network, socket);
        }
        break;
    case SIM_SEGMENT_ACK:
        ack_arrived(network, socket);
        break;
    case SIM_SEGMENT_DATA:
        data_arrived(network, socket, segment);
        break;
    case SIM_SEGMENT_WINDOW:
        socket->connection->directions[socket->end].outstanding_bytes -= segment->amount;
        wake(network, socket);
        break;
    case SIM_SEGMENT_FIN:
        socket->fin_received = true;
        socket->end_event = network->tracer->current;
        wake(network, socket);
        break;
    case SIM_SEGMENT_RST:
        rst_arrived(network, socket);
        break;
    }
}

void sim_segment_arrived(struct sim_network *network, struct sim_direction *direction,
                         const struct sim_segment *segment) {
    struct sim_connection *connection = direction->connection;
    struct sim_socket *socket = connection->ends[1 - direction->from_end];
    if (segment->class == SIM_SEGMENT_SYN) {
        syn_arrived(network, connection);
    } else if (socket == NULL || socket->state == SIM_SOCKET_CLOSED) {
        arrived_at_closed(network, direction, segment);
    } else {
        arrived_at_open(network, socket, segment);
    }
}
