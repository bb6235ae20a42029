/* datagram.c - sockets for datagrams, and what becomes of what they send. */
#include "sim/datagram.h"

#include "sim/declared.h"
#include "sim/language/buffer.h"
#include "sim/segment.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <string.h>

enum {
    PAYLOAD_BYTES_MAX = 65507, /* of UDP over IPv4 */
    HEADER_BYTES = 28,         /* of both */
    PORT_FREE_FIRST = 49152,   /* what port 0 is asked for (RFC 6335, 6) */
    PORT_LAST = 65535,
};

enum fate { ARRIVES, IS_LOST, COMES_TWICE, FATE_COUNT };

static const char class_name[] = "datagram";

/* ---- Sockets ---- */

static struct sim_socket *find_bound(const struct sim_network *network, uint32_t host,
                                     uint16_t port) {
    for (struct cog_link *link = network->bound.next; link != &network->bound; link = link->next) {
        struct sim_socket *socket = cog_container_of(link, struct sim_socket, listeners_link);
        if (socket->host == host && socket->port == port) {
            return socket;
        }
    }
    return NULL;
}

/* 0: there is none. */
static uint16_t free_port(const struct sim_network *network, uint32_t host) {
    for (uint32_t port = PORT_FREE_FIRST; port <= PORT_LAST; port++) {
        if (find_bound(network, host, (uint16_t)port) == NULL) {
            return (uint16_t)port;
        }
    }
    return 0;
}

int sim_network_bind(struct sim_network *network, uint32_t host, const struct sockaddr *address,
                     size_t address_bytes, int32_t *number) {
    uint32_t address_host;
    uint16_t port;
    if (!sim_network_read_address(network, host, address, address_bytes, &address_host, &port) ||
        address_host != host) {
        return COG_EINVALID;
    }
    bool takes_any = port == 0;
    port = takes_any ? free_port(network, host) : port;
    sim_network_touch_port(network, host, port);
    if (takes_any) {
        sim_network_touch_line(network); /* which one is free, others decide */
    }
    if (port == 0 || find_bound(network, host, port) != NULL) {
        return COG_EADDRINUSE;
    }
    struct sim_socket *socket = sim_socket_new(network, host, NULL, 0, SIM_SOCKET_BOUND, port);
    if (socket == NULL) {
        return COG_ENOMEM;
    }
    cog_list_push_back(&network->bound, &socket->listeners_link);
    *number = (int32_t)socket->id;
    return COG_OK;
}

static void release(const struct sim_network *network, struct sim_datagram *datagram) {
    cog_release(network->allocator, datagram, sizeof *datagram + datagram->bytes);
}

static struct sim_datagram *take(struct sim_socket *socket) {
    struct sim_datagram *datagram = socket->queue_first;
    socket->queue_first = datagram->next;
    socket->queue_last = datagram->next != NULL ? socket->queue_last : NULL;
    socket->buffer_count -= HEADER_BYTES + datagram->bytes;
    return datagram;
}

void sim_datagram_close(struct sim_network *network, struct sim_socket *socket) {
    cog_link_remove(&socket->listeners_link);
    while (socket->queue_first != NULL) {
        release(network, take(socket));
    }
}

/* ---- Under way ---- */

static uint32_t ports_of(const struct sim_datagram *datagram) {
    return (uint32_t)datagram->from_port << 16 | datagram->to_port;
}

static void lose(struct sim_network *network, const struct sim_datagram *datagram, uint32_t host,
                 const char *where) {
    sim_tracer_lose(network->tracer, host, datagram->send_event, where);
}

static void label_latency(const struct sim_choice *choice, struct sim_buffer *buffer) {
    const struct sim_socket *socket = choice->subject;
    sim_buffer_add_format(buffer, "latency of a datagram of socket %" PRIu32, socket->id);
}

static void label_fate(const struct sim_choice *choice, struct sim_buffer *buffer) {
    const struct sim_socket *socket = choice->subject;
    sim_buffer_add_format(buffer, "a datagram of socket %" PRIu32, socket->id);
}

static void label_what_happens(const struct sim_choice *choice, uint64_t index,
                               struct sim_buffer *buffer) {
    static const char *const names[FATE_COUNT] = {"arrives", "is lost", "comes twice"};
    (void)choice;
    sim_buffer_add_text(buffer, names[index]);
}

static enum fate choose_fate(const struct sim_network *network, const struct sim_socket *socket) {
    struct sim_choice choice = {.kind = SIM_CHOICE_FAULT,
                                .process = SIM_NONE,
                                .stream = UINT64_C(1) << 61 | socket->id,
                                .count = FATE_COUNT,
                                .label = label_fate,
                                .candidate_label = label_what_happens,
                                .subject = socket};
    if (sim_choice_varies(network->chooser, &choice)) {
        sim_declared_plays(network->played, network->faults_number);
    }
    return (enum fate)sim_choose(network->chooser, &choice);
}

static int64_t arrival_ns(struct sim_network *network, const struct sim_socket *socket,
                          const struct sim_datagram *datagram) {
    const struct sim_choice latency = {
        .stream = UINT64_C(1) << 61 | socket->id, .label = label_latency, .subject = socket};
    struct sim_path *path = sim_network_path(network, datagram->from, datagram->to);
    return sim_network_arrival_ns(network, path, HEADER_BYTES + datagram->bytes, &latency);
}

/* Puts it on its way; it is no longer the caller's. */
static void start(struct sim_network *network, struct sim_datagram *datagram, int64_t time_ns) {
    struct sim_arrival arrival = {
        .time_ns = time_ns, .order = ++network->order_last, .datagram = datagram};
    if (sim_agenda_push(&network->agenda, network->allocator, arrival) != COG_OK) {
        network->is_out_of_memory = true;
        release(network, datagram);
    }
}

static struct sim_datagram *new_datagram(struct sim_network *network,
                                         const struct sim_datagram *like, const void *bytes) {
    struct sim_datagram *datagram = cog_allocate(network->allocator, sizeof *like + like->bytes);
    if (datagram == NULL) {
        network->is_out_of_memory = true;
        return NULL;
    }
    *datagram = *like;
    if (like->bytes > 0) {
        memcpy(datagram + 1, bytes, like->bytes);
    }
    return datagram;
}

static void trace_sending(struct sim_network *network, struct sim_datagram *datagram,
                          int64_t time_ns) {
    const struct sim_tracer_segment sent = {.connection = ports_of(datagram),
                                            .class_name = class_name,
                                            .amount = datagram->bytes,
                                            .data = (const char *)(datagram + 1),
                                            .data_bytes = datagram->bytes,
                                            .to = datagram->to,
                                            .arrival_ns = time_ns};
    datagram->send_event = sim_tracer_send(network->tracer, datagram->from, &sent);
}

static void travel(struct sim_network *network, const struct sim_socket *socket,
                   struct sim_datagram *datagram) {
    struct sim_path *path = sim_network_path(network, datagram->from, datagram->to);
    bool is_queue_full = sim_path_is_full(path, *network->now_ns);
    enum fate fate = is_queue_full ? IS_LOST : choose_fate(network, socket);
    int64_t time_ns = is_queue_full ? *network->now_ns : arrival_ns(network, socket, datagram);
    trace_sending(network, datagram, time_ns);
    if (fate == IS_LOST) {
        lose(network, datagram, datagram->from,
             is_queue_full ? "in the full queue of the line" : "on its way");
        release(network, datagram);
        return;
    }
    struct sim_datagram *second =
        fate == COMES_TWICE ? new_datagram(network, datagram, datagram + 1) : NULL;
    start(network, datagram, time_ns);
    if (second != NULL) {
        start(network, second, arrival_ns(network, socket, second));
    }
}

int sim_socket_sendto(struct sim_network *network, struct sim_socket *socket, const char *buffer,
                      size_t bytes, const struct sockaddr *address, size_t address_bytes) {
    struct sim_datagram like = {.from = socket->host, .from_port = socket->port, .bytes = bytes};
    sim_socket_touch(network, socket);
    if (socket->state != SIM_SOCKET_BOUND) {
        return socket->state == SIM_SOCKET_CLOSED ? COG_ECLOSED : COG_EBADSOCKET;
    }
    if (!sim_network_read_address(network, socket->host, address, address_bytes, &like.to,
                                  &like.to_port)) {
        return sim_network_is_address(address, address_bytes) ? COG_EUNREACHABLE : COG_EINVALID;
    }
    if (bytes > PAYLOAD_BYTES_MAX || like.to_port == 0) {
        return COG_EINVALID;
    }
    sim_network_touch_port(network, like.to, like.to_port);
    struct sim_datagram *datagram = new_datagram(network, &like, buffer);
    if (datagram == NULL) {
        return COG_ENOMEM;
    }
    travel(network, socket, datagram);
    return COG_OK;
}

/* ---- Arriving ---- */

/* Where it is lost instead of arriving; null: it is not. */
static const char *obstacle(struct sim_network *network, const struct sim_datagram *datagram,
                            const struct sim_socket *socket) {
    const struct sim_path *path = sim_network_path(network, datagram->from, datagram->to);
    if (path->is_partitioned) {
        sim_declared_plays(network->played, path->partition_number);
        return "in a partition";
    }
    if (socket == NULL) {
        return "at a port of nobody";
    }
    bool is_full = socket->buffer_count > 0 &&
                   socket->buffer_count + HEADER_BYTES + datagram->bytes > path->buffer_bytes;
    return is_full ? "in a full queue" : NULL;
}

void sim_datagram_arrived(struct sim_network *network, struct sim_datagram *datagram) {
    sim_tracer_set_current(network->tracer, 0); /* nobody's step */
    sim_network_touch_port(network, datagram->to, datagram->to_port);
    struct sim_socket *socket = find_bound(network, datagram->to, datagram->to_port);
    const char *where = obstacle(network, datagram, socket);
    if (where != NULL) {
        lose(network, datagram, datagram->to, where);
        release(network, datagram);
        return;
    }
    (void)sim_tracer_arrive(network->tracer, datagram->to, datagram->send_event, ports_of(datagram),
                            class_name, datagram->bytes);
    if (socket->queue_first == NULL) {
        socket->queue_first = datagram;
    } else {
        socket->queue_last->next = datagram;
    }
    socket->queue_last = datagram;
    socket->buffer_count += HEADER_BYTES + datagram->bytes;
    datagram->arrive_event = network->tracer->current;
    network->wake.wake(network->wake.context, socket);
}

/* ---- Receiving ---- */

static void write_address(const struct sim_datagram *datagram, struct sockaddr *address,
                          size_t *address_bytes) {
    struct sockaddr_in from;
    sim_network_address(&from, datagram->from, datagram->from_port);
    if (address != NULL) {
        memcpy(address, &from, *address_bytes < sizeof from ? *address_bytes : sizeof from);
    }
    *address_bytes = address != NULL ? sizeof from : 0;
}

int sim_socket_recvfrom(struct sim_network *network, struct sim_socket *socket, char *buffer,
                        size_t bytes, bool peek, struct sockaddr *address, size_t *address_bytes,
                        size_t *received) {
    sim_socket_touch(network, socket);
    if (socket->state != SIM_SOCKET_BOUND) {
        return socket->state == SIM_SOCKET_CLOSED ? COG_ECLOSED : COG_EBADSOCKET;
    }
    struct sim_datagram *datagram = socket->queue_first;
    if (datagram == NULL) {
        return COG_PENDING;
    }
    bool fits = datagram->bytes <= bytes;
    *received = fits ? datagram->bytes : bytes;
    if (*received > 0) {
        memcpy(buffer, datagram + 1, *received);
    }
    write_address(datagram, address, address_bytes);
    sim_tracer_set_cause(network->tracer, datagram->arrive_event);
    if (!peek) {
        release(network, take(socket));
    }
    return fits ? COG_OK : COG_EFULL;
}
