/* socket.c - the ends of connections and the listeners: what programs do to them. What arrives at
 * them: arrival.c. */
#include "core/check.h"
#include "sim/datagram.h"
#include "sim/network.h"
#include "sim/segment.h"

#include <netinet/in.h>
#include <string.h>

static int reserve_socket(struct sim_network *network, uint32_t id) {
    if (id < network->socket_capacity) {
        return COG_OK;
    }
    uint32_t capacity = network->socket_capacity == 0 ? 64 : network->socket_capacity;
    while (capacity <= id) {
        if (capacity > INT32_MAX / 2) {
            return COG_ENOMEM;
        }
        capacity *= 2;
    }
    struct sim_socket **sockets = network->allocator->resize(
        network->allocator->context, network->sockets, network->socket_capacity * sizeof sockets[0],
        capacity * sizeof sockets[0]);
    if (sockets == NULL) {
        return COG_ENOMEM;
    }
    memset(sockets + network->socket_capacity, 0,
           (capacity - network->socket_capacity) * sizeof sockets[0]);
    network->sockets = sockets;
    network->socket_capacity = capacity;
    return COG_OK;
}

static const char *name_of(const struct sim_socket *socket) {
    if (socket->connection != NULL) {
        return socket->end == 0 ? "client" : "server";
    }
    return socket->state == SIM_SOCKET_LISTENING ? "listener" : "datagrams";
}

struct sim_socket *sim_socket_new(struct sim_network *network, uint32_t host,
                                  struct sim_connection *connection, uint8_t end,
                                  enum sim_socket_state state, uint16_t port) {
    struct sim_socket *socket = cog_allocate_zeroed(network->allocator, 1, sizeof *socket);
    if (socket == NULL) {
        return NULL;
    }
    socket->host = host;
    socket->connection = connection;
    socket->end = end;
    socket->state = state;
    socket->port = port;
    cog_list_init(&socket->receivers);
    cog_list_init(&socket->senders);
    cog_list_init(&socket->accepted);
    cog_list_init(&socket->waiting);
    if (connection != NULL) {
        socket->buffer_bytes =
            sim_network_path(network, connection->hosts[1 - end], host)->buffer_bytes;
        connection->ends[end] = socket;
    }
    socket->id = sim_tracer_socket(network->tracer, host, name_of(socket),
                                   connection != NULL ? connection->id : 0, port);
    if (reserve_socket(network, socket->id) != COG_OK) {
        if (connection != NULL) {
            connection->ends[end] = NULL;
        }
        cog_release(network->allocator, socket, sizeof *socket);
        return NULL;
    }
    network->sockets[socket->id] = socket;
    return socket;
}

struct sim_socket *sim_socket_peer(const struct sim_socket *socket) {
    return socket->connection != NULL ? socket->connection->ends[1 - socket->end] : NULL;
}

uint32_t sim_socket_peer_host(const struct sim_socket *socket) {
    return socket->connection != NULL ? socket->connection->hosts[1 - socket->end] : 0;
}

struct sim_socket *sim_network_socket(const struct sim_network *network, uint32_t host,
                                      int32_t number) {
    if (number <= 0 || (uint32_t)number >= network->socket_capacity) {
        return NULL;
    }
    struct sim_socket *socket = network->sockets[number];
    return socket != NULL && socket->host == host ? socket : NULL;
}

bool sim_network_is_address(const struct sockaddr *address, size_t address_bytes) {
    return address != NULL && address_bytes >= sizeof(struct sockaddr_in) &&
           address_bytes <= sizeof(struct sockaddr_storage);
}

bool sim_network_read_address(const struct sim_network *network, uint32_t own,
                              const struct sockaddr *address, size_t address_bytes, uint32_t *host,
                              uint16_t *port) {
    struct sockaddr_in in;
    if (!sim_network_is_address(address, address_bytes)) {
        return false;
    }
    memcpy(&in, address, sizeof in);
    *port = ntohs(in.sin_port);
    bool is_own =
        in.sin_addr.s_addr == htonl(INADDR_ANY) || in.sin_addr.s_addr == htonl(INADDR_LOOPBACK);
    if (in.sin_family == AF_INET && is_own) {
        *host = own;
        return true;
    }
    *host = ntohl(in.sin_addr.s_addr) & 0xFFFFFF;
    return in.sin_family == AF_INET && ntohl(in.sin_addr.s_addr) >> 24 == 10 && *host >= 1 &&
           *host <= network->host_count;
}

struct sim_socket *sim_network_find_listener(const struct sim_network *network, uint32_t host,
                                             uint16_t port) {
    for (struct cog_link *link = network->listeners.next; link != &network->listeners;
         link = link->next) {
        struct sim_socket *socket = cog_container_of(link, struct sim_socket, listeners_link);
        if (socket->host == host && socket->port == port) {
            return socket;
        }
    }
    return NULL;
}

int sim_network_listen(struct sim_network *network, uint32_t host, const struct sockaddr *address,
                       size_t address_bytes, int backlog, int32_t *number) {
    uint32_t address_host;
    uint16_t port;
    if (!sim_network_read_address(network, host, address, address_bytes, &address_host, &port) ||
        address_host != host || backlog < 1) {
        return COG_EINVALID;
    }
    sim_network_touch_port(network, host, port);
    if (sim_network_find_listener(network, host, port) != NULL) {
        return COG_EADDRINUSE;
    }
    struct sim_socket *socket = sim_socket_new(network, host, NULL, 0, SIM_SOCKET_LISTENING, port);
    if (socket == NULL) {
        return COG_ENOMEM;
    }
    socket->backlog = (uint32_t)backlog;
    cog_list_push_back(&network->listeners, &socket->listeners_link);
    *number = (int32_t)socket->id;
    return COG_OK;
}

int sim_network_connect(struct sim_network *network, uint32_t host, const struct sockaddr *address,
                        size_t address_bytes, int32_t *number) {
    uint32_t server;
    uint16_t port;
    if (!sim_network_read_address(network, host, address, address_bytes, &server, &port)) {
        return sim_network_is_address(address, address_bytes) ? COG_EUNREACHABLE : COG_EINVALID;
    }
    struct sim_connection *connection =
        cog_allocate_zeroed(network->allocator, 1, sizeof *connection);
    if (connection == NULL) {
        return COG_ENOMEM;
    }
    connection->hosts[0] = host;
    connection->hosts[1] = server;
    connection->port = port;
    connection->id = network->connection_count + 1;
    connection->process = sim_network_process(network);
    for (uint8_t end = 0; end < 2; end++) {
        connection->directions[end].connection = connection;
        connection->directions[end].from_end = end;
    }
    struct sim_socket *socket =
        sim_socket_new(network, host, connection, 0, SIM_SOCKET_CONNECTING, port);
    if (socket == NULL) {
        cog_release(network->allocator, connection, sizeof *connection);
        return COG_ENOMEM;
    }
    network->connection_count++;
    sim_network_touch_end(network, connection, 0);
    sim_network_touch_port(network, server, port);
    *number = (int32_t)socket->id;
    sim_segment_send(network, connection, 0, SIM_SEGMENT_SYN, NULL, 0);
    return COG_PENDING;
}

int sim_socket_accept(struct sim_network *network, struct sim_socket *listener, int32_t *number) {
    sim_socket_touch(network, listener);
    if (listener->state == SIM_SOCKET_CLOSED) {
        return COG_ECLOSED;
    }
    if (listener->state != SIM_SOCKET_LISTENING) {
        return COG_EBADSOCKET;
    }
    if (cog_list_is_empty(&listener->accepted)) {
        return COG_PENDING;
    }
    struct sim_socket *socket =
        cog_container_of(listener->accepted.next, struct sim_socket, queue_link);
    cog_link_remove(&socket->queue_link);
    socket->state = SIM_SOCKET_OPEN;
    socket->listener = NULL;
    sim_socket_touch(network, socket);
    *number = (int32_t)socket->id;
    sim_tracer_set_cause(network->tracer, socket->established_event);
    sim_listener_admit_waiting(network, listener);
    return COG_OK;
}

/* Why nothing more can be transferred; COG_OK if it can. */
static int transfer_failure(struct sim_socket *socket) {
    if (socket->connection == NULL) {
        return COG_EBADSOCKET;
    }
    if (socket->state == SIM_SOCKET_CLOSED) {
        return COG_ECLOSED;
    }
    if (socket->failure != COG_OK) {
        int failure = socket->failure;
        socket->failure = COG_OK;
        return failure;
    }
    return socket->is_reset ? COG_ECLOSED : COG_OK;
}

/* Tells the sender of room, once half of the buffer has been read. */
static void announce_room(struct sim_network *network, struct sim_socket *socket, size_t bytes) {
    socket->unannounced_bytes += bytes;
    if (socket->unannounced_bytes * 2 >= socket->buffer_bytes && !socket->is_reset &&
        !socket->fin_received) {
        sim_segment_send(network, socket->connection, socket->end, SIM_SEGMENT_WINDOW, NULL,
                         socket->unannounced_bytes);
        socket->unannounced_bytes = 0;
    }
}

int sim_socket_recv(struct sim_network *network, struct sim_socket *socket, char *buffer,
                    size_t bytes, bool peek, size_t *received) {
    sim_socket_touch(network, socket);
    if (socket->state == SIM_SOCKET_CLOSED || socket->connection == NULL ||
        socket->buffer_count == 0) {
        int failure = transfer_failure(socket);
        if (failure == COG_OK) {
            failure = socket->fin_received ? COG_ECLOSED : COG_PENDING;
        }
        if (failure != COG_PENDING) {
            sim_tracer_set_cause(network->tracer, socket->end_event);
        }
        return failure;
    }
    size_t count = bytes < socket->buffer_count ? bytes : socket->buffer_count;
    size_t until_end = socket->buffer_bytes - socket->buffer_first;
    size_t part = count < until_end ? count : until_end;
    memcpy(buffer, socket->buffer + socket->buffer_first, part);
    memcpy(buffer + part, socket->buffer, count - part);
    *received = count;
    sim_tracer_set_cause(network->tracer, socket->data_event);
    if (!peek) {
        socket->buffer_first = (socket->buffer_first + count) % socket->buffer_bytes;
        socket->buffer_count -= count;
        announce_room(network, socket, count);
    }
    return COG_OK;
}

size_t sim_socket_room(struct sim_network *network, const struct sim_socket *socket) {
    const struct sim_connection *connection = socket->connection;
    if (socket->state != SIM_SOCKET_OPEN || connection == NULL || socket->fin_sent) {
        return 0;
    }
    const struct sim_socket *peer = connection->ends[1 - socket->end];
    size_t size = peer != NULL
                      ? peer->buffer_bytes
                      : sim_network_path(network, socket->host, connection->hosts[1 - socket->end])
                            ->buffer_bytes;
    size_t outstanding = connection->directions[socket->end].outstanding_bytes;
    return outstanding < size ? size - outstanding : 0;
}

int sim_socket_send(struct sim_network *network, struct sim_socket *socket, const char *buffer,
                    size_t bytes, size_t *sent) {
    sim_socket_touch(network, socket);
    int failure = transfer_failure(socket);
    if (failure != COG_OK || socket->fin_sent) {
        return failure != COG_OK ? failure : COG_ECLOSED;
    }
    size_t room = sim_socket_room(network, socket);
    if (room == 0) {
        return COG_PENDING;
    }
    struct sim_connection *connection = socket->connection;
    *sent = bytes < room ? bytes : room;
    connection->directions[socket->end].outstanding_bytes += *sent;
    sim_segment_send(network, connection, socket->end, SIM_SEGMENT_DATA, buffer, *sent);
    return COG_OK;
}

int sim_socket_shutdown(struct sim_network *network, struct sim_socket *socket) {
    sim_socket_touch(network, socket);
    if (socket->connection == NULL) {
        return COG_EBADSOCKET;
    }
    if (socket->state == SIM_SOCKET_CLOSED || socket->is_reset) {
        return COG_ECLOSED; /* why, is for the next transfer to tell */
    }
    if (!socket->fin_sent) {
        socket->fin_sent = true;
        sim_segment_send(network, socket->connection, socket->end, SIM_SEGMENT_FIN, NULL, 0);
    }
    return COG_OK;
}

/* Resets a connection that nobody accepted. */
static void refuse(struct sim_network *network, struct sim_socket *socket) {
    cog_link_remove(&socket->queue_link);
    socket->listener = NULL;
    socket->state = SIM_SOCKET_CLOSED;
    sim_socket_touch(network, socket);
    sim_segment_send(network, socket->connection, 1, SIM_SEGMENT_RST, NULL, 0);
    sim_socket_forget(network, socket);
}

/* A listener goes: what waits in its backlog is reset, and what still shakes hands finds nobody. */
static void close_listener(struct sim_network *network, struct sim_socket *listener) {
    cog_link_remove(&listener->listeners_link);
    while (!cog_list_is_empty(&listener->accepted)) {
        refuse(network, cog_container_of(listener->accepted.next, struct sim_socket, queue_link));
    }
    while (!cog_list_is_empty(&listener->waiting)) {
        refuse(network, cog_container_of(listener->waiting.next, struct sim_socket, queue_link));
    }
    for (uint32_t id = 1; listener->backlog_count > 0 && id < network->socket_capacity; id++) {
        struct sim_socket *socket = network->sockets[id];
        if (socket != NULL && socket->listener == listener) {
            sim_socket_touch(network, socket);
            socket->listener = NULL;
            socket->state = SIM_SOCKET_CLOSED;
            sim_socket_forget(network, socket);
        }
    }
}

static void close_end(struct sim_network *network, struct sim_socket *socket) {
    if (socket->is_reset || socket->state == SIM_SOCKET_CONNECTING) {
        return;
    }
    if (socket->buffer_count > 0) {
        sim_delayed_throw_away(network, &socket->connection->directions[socket->end]);
        sim_segment_send(network, socket->connection, socket->end, SIM_SEGMENT_RST, NULL, 0);
    } else if (!socket->fin_sent) {
        sim_segment_send(network, socket->connection, socket->end, SIM_SEGMENT_FIN, NULL, 0);
    }
}

void sim_socket_close(struct sim_network *network, struct sim_socket *socket) {
    cog_assert(socket->state != SIM_SOCKET_CLOSED);
    sim_socket_touch(network, socket);
    sim_network_touch_going(network);
    if (socket->state == SIM_SOCKET_LISTENING) {
        close_listener(network, socket);
    } else if (socket->state == SIM_SOCKET_BOUND) {
        sim_datagram_close(network, socket);
    } else {
        close_end(network, socket);
    }
    socket->state = SIM_SOCKET_CLOSED;
}

void sim_connection_collect(struct sim_network *network, struct sim_connection *connection) {
    for (uint8_t end = 0; end < 2; end++) {
        if (connection->is_delivering || connection->ends[end] != NULL ||
            connection->directions[end].first != NULL) {
            return;
        }
    }
    for (uint8_t end = 0; end < 2; end++) {
        sim_delayed_forget(network, &connection->directions[end]);
    }
    cog_release(network->allocator, connection, sizeof *connection);
}

void sim_socket_forget(struct sim_network *network, struct sim_socket *socket) {
    cog_assert(socket->state == SIM_SOCKET_CLOSED && cog_list_is_empty(&socket->receivers) &&
               cog_list_is_empty(&socket->senders));
    if (cog_link_is_linked(&socket->dirty_link)) {
        cog_link_remove(&socket->dirty_link);
    }
    network->sockets[socket->id] = NULL;
    cog_release(network->allocator, socket->buffer, socket->buffer_bytes);
    struct sim_connection *connection = socket->connection;
    if (connection != NULL) {
        connection->ends[socket->end] = NULL;
    }
    cog_release(network->allocator, socket, sizeof *socket);
    if (connection != NULL) {
        sim_connection_collect(network, connection);
    }
}
