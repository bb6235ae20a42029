/* export_pcapng.c - the simulated network as a capture of packets.
 *
 * Segments become TCP: the listener's port is its own, the client's 49152 and the number of the
 * connection. Each is captured by its sender, at the interface of its host, when it leaves;
 * sequence numbers, acknowledgements, windows and checksums are what a real stack would have sent.
 * What was thrown away before it left is no packet; a datagram that is lost is one, with a comment.
 * Bytes that the trace has cut are missing in the packet as they are in a capture with a snapshot
 * length.
 */
#include "reports/export.h"
#include "reports/pcapng.h"

#include <stdlib.h>
#include <string.h>

enum {
    PACKET_BYTES_MAX = 32768, /* of payload; IPv4 knows no more than 64 KiB in all */
    DATAGRAM_BYTES_MAX = 65507,
    AMOUNT_MAX = 1 << 30, /* more has never been sent: a trace that says so is a forgery */
    CONNECTIONS_MAX = 1 << 28,
    CLIENT_PORT = 49152,
    WINDOW_MAX = 65535,
};

/* Of the event that sent something. */
enum mark { HELD, THROWN_AWAY, MARKS };

/* A connection; ends: 0 the client, 1 the server. */
struct flow {
    uint64_t hosts[2];
    uint64_t owners[2]; /* the coroutines that opened them; 0: not yet */
    uint32_t port;
    uint32_t next[2];    /* sequence number of what an end sends next */
    uint32_t arrived[2]; /* and how far it has got at the other one */
    uint32_t window[2];  /* that an end offers */
    bool is_mute[2];     /* an end's bytes are thrown away from now on */
};

/* A segment on its way. Those of long ago are forgotten. */
struct flight {
    uint64_t index; /* the event that sent it */
    unsigned end;   /* of its connection, which sent it */
    uint32_t bytes; /* of sequence numbers that it takes */
};

enum { FLIGHT_COUNT = 1 << 16 };

struct capture {
    struct flight flights[FLIGHT_COUNT]; /* by event, modulo their count */
    struct flow *flows;                  /* by the connection's id - 1 */
    size_t flow_count;
    uint64_t *interfaces; /* the hosts */
    uint32_t interface_count;
    size_t interface_capacity;
    uint32_t packet_count; /* in the identification of IPv4 */
};

/* ---- Segments ---- */

static void mark_sender(struct rep_exporting *it, enum mark mark) {
    rep_export_mark(it, MARKS * it->event->cause + mark);
}

static bool is_marked(const struct rep_exporting *it, enum mark mark) {
    return rep_export_is_marked(it, MARKS * it->index + mark);
}

/* Null: none that has been seen. */
static struct flow *flow_of(const struct rep_exporting *it, uint64_t connection) {
    const struct capture *capture = it->state;
    return connection >= 1 && connection <= capture->flow_count ? &capture->flows[connection - 1]
                                                                : NULL;
}

static bool is_end_of(const struct rep_exporting *it, const struct rep_actor *object,
                      uint64_t connection, const char *name) {
    return object != NULL && object->connection == connection &&
           strcmp(rep_scene_name(&it->scene, object), name) == 0;
}

/* Which end has sent a segment: by its host, or, where both ends are on one, by what it is, by the
 * socket that its sender is at, or by who opened the ends. */
static unsigned end_of(const struct rep_exporting *it, const struct flow *flow,
                       struct rep_bytes class_name) {
    const struct rep_event *event = it->event;
    if (flow->hosts[0] != flow->hosts[1])
        return event->host == flow->hosts[0] ? 0 : 1;
    if (rep_bytes_equal(class_name, "syn") || rep_bytes_equal(class_name, "ack"))
        return 0;
    if (rep_bytes_equal(class_name, "syn-ack"))
        return 1;
    uint64_t connection = rep_event_integer(it->trace, event, "connection");
    const struct rep_actor *lane = rep_scene_find(&it->scene, REP_ACTOR_LANE, event->coroutine);
    const struct rep_actor *object =
        lane != NULL && lane->object != SIZE_MAX ? &it->scene.actors[lane->object] : NULL;
    if (is_end_of(it, object, connection, "client"))
        return 0;
    if (is_end_of(it, object, connection, "server"))
        return 1;
    return event->coroutine == flow->owners[1] && event->coroutine != flow->owners[0] ? 1 : 0;
}

static unsigned flags_of(struct rep_bytes class_name) {
    static const struct {
        const char *name;
        unsigned flags;
    } known[] = {{"syn", PCAPNG_SYN},
                 {"syn-ack", PCAPNG_SYN | PCAPNG_ACK},
                 {"ack", PCAPNG_ACK},
                 {"data", PCAPNG_PSH | PCAPNG_ACK},
                 {"fin", PCAPNG_FIN | PCAPNG_ACK},
                 {"rst", PCAPNG_RST | PCAPNG_ACK},
                 {"window", PCAPNG_ACK}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (rep_bytes_equal(class_name, known[i].name))
            return known[i].flags;
    }
    return PCAPNG_ACK;
}

static uint32_t interface_of(const struct capture *capture, uint64_t host) {
    uint32_t interface = 0;
    while (interface < capture->interface_count && capture->interfaces[interface] != host)
        interface++;
    return interface < capture->interface_count ? interface : 0;
}

/* A trace with cut data: what is there belongs to the first packets. */
static void add_pieces(struct rep_exporting *it, struct pcapng_packet *packet,
                       struct rep_bytes data, size_t amount) {
    struct capture *capture = it->state;
    packet->comment = is_marked(it, HELD) ? "a partition holds it back" : NULL;
    packet->time_ns = it->event->time_ns;
    packet->interface = interface_of(capture, it->event->host);
    size_t at = 0;
    do {
        size_t left = amount - at;
        packet->data_whole = left < PACKET_BYTES_MAX ? left : PACKET_BYTES_MAX;
        size_t there = data.count > at ? data.count - at : 0;
        packet->data = there > 0 ? data.start + at : NULL;
        packet->data_bytes = there < packet->data_whole ? there : packet->data_whole;
        packet->number = ++capture->packet_count;
        pcapng_add_packet(it->output, packet);
        packet->sequence += (uint32_t)packet->data_whole;
        at += packet->data_whole;
    } while (at < amount);
}

static void add_segment(struct rep_exporting *it) {
    const struct rep_event *event = it->event;
    uint64_t connection = rep_event_integer(it->trace, event, "connection");
    struct flow *flow = flow_of(it, connection);
    struct rep_bytes class_name = rep_event_string(it->trace, event, "class");
    uint64_t amount = rep_event_integer(it->trace, event, "amount");
    struct capture *capture = it->state;
    if (flow == NULL || amount > AMOUNT_MAX || capture->interface_count == 0)
        return;
    if (rep_bytes_equal(class_name, "syn")) {
        flow->hosts[0] = event->host;
        flow->hosts[1] = rep_event_integer(it->trace, event, "to");
    }
    unsigned end = end_of(it, flow, class_name);
    uint32_t before = flow->next[end];
    unsigned flags = flags_of(class_name);
    bool is_data = rep_bytes_equal(class_name, "data");
    flow->is_mute[end] = flow->is_mute[end] || is_marked(it, THROWN_AWAY);
    if (is_data && flow->is_mute[end])
        return;
    if (rep_bytes_equal(class_name, "window"))
        flow->window[end] = amount < WINDOW_MAX ? (uint32_t)amount : WINDOW_MAX;
    uint32_t client_port = CLIENT_PORT + (uint32_t)(connection % 16384);
    struct pcapng_packet packet = {.from = flow->hosts[end],
                                   .to = flow->hosts[1 - end],
                                   .from_port = end == 0 ? client_port : flow->port,
                                   .to_port = end == 0 ? flow->port : client_port,
                                   .sequence = flow->next[end],
                                   .acknowledged = flow->arrived[1 - end],
                                   .flags = flags,
                                   .window = flow->window[end]};
    add_pieces(it, &packet,
               is_data ? rep_event_string(it->trace, event, "data") : (struct rep_bytes){0},
               is_data ? (size_t)amount : 0);
    flow->next[end] = packet.sequence + ((flags & (PCAPNG_SYN | PCAPNG_FIN)) != 0 ? 1 : 0);
    uint32_t bytes = flow->next[end] - before;
    capture->flights[it->index % FLIGHT_COUNT] = (struct flight){it->index, end, bytes};
}

static bool is_datagram(const struct rep_exporting *it) {
    return rep_bytes_equal(rep_event_string(it->trace, it->event, "class"), "datagram");
}

static void add_datagram(struct rep_exporting *it) {
    const struct rep_event *event = it->event;
    uint64_t ports = rep_event_integer(it->trace, event, "connection");
    uint64_t amount = rep_event_integer(it->trace, event, "amount");
    struct rep_bytes data = rep_event_string(it->trace, event, "data");
    struct capture *capture = it->state;
    if (amount > DATAGRAM_BYTES_MAX || capture->interface_count == 0)
        return;
    const struct pcapng_packet packet = {
        .time_ns = event->time_ns,
        .interface = interface_of(capture, event->host),
        .number = ++capture->packet_count,
        .from = event->host,
        .to = rep_event_integer(it->trace, event, "to"),
        .from_port = (uint32_t)(ports >> 16) & 0xFFFF,
        .to_port = (uint32_t)ports & 0xFFFF,
        .is_datagram = true,
        .data = data.start,
        .data_bytes = data.count < amount ? data.count : (size_t)amount,
        .data_whole = (size_t)amount,
        .comment = is_marked(it, THROWN_AWAY) ? "it is lost" : NULL};
    pcapng_add_packet(it->output, &packet);
}

static void note_arrival(struct rep_exporting *it) {
    const struct capture *capture = it->state;
    struct flow *flow = flow_of(it, rep_event_integer(it->trace, it->event, "connection"));
    const struct flight *flight = &capture->flights[it->event->cause % FLIGHT_COUNT];
    if (flow != NULL && it->event->cause != 0 && flight->index == it->event->cause)
        flow->arrived[flight->end] += flight->bytes;
}

/* ---- Ports and interfaces ---- */

static void grow_flows(struct rep_exporting *it, uint64_t connection) {
    struct capture *capture = it->state;
    if (connection <= capture->flow_count || connection > CONNECTIONS_MAX)
        return;
    size_t count = 2 * (size_t)connection;
    struct flow *flows = realloc(capture->flows, count * sizeof flows[0]);
    if (flows == NULL) {
        it->has_failed = true;
        return;
    }
    for (size_t i = capture->flow_count; i < count; i++)
        flows[i] = (struct flow){.window = {WINDOW_MAX, WINDOW_MAX}};
    capture->flows = flows;
    capture->flow_count = count;
}

/* An end's socket comes to be when the first packets have passed; the port must be known before. */
static void foresee(struct rep_exporting *it) {
    enum rep_event_kind kind = rep_event_kind(it->trace, it->event);
    uint64_t connection = rep_event_integer(it->trace, it->event, "connection");
    if (kind == REP_EVENT_SEND && is_datagram(it))
        return;
    if (kind == REP_EVENT_SEND || kind == REP_EVENT_OBJECT)
        grow_flows(it, connection);
    struct flow *flow = flow_of(it, connection);
    if (kind == REP_EVENT_OBJECT && flow != NULL) {
        bool is_server = rep_bytes_equal(rep_event_string(it->trace, it->event, "name"), "server");
        flow->port = (uint32_t)rep_event_integer(it->trace, it->event, "port");
        flow->owners[is_server] = it->event->coroutine;
    }
    if (kind == REP_EVENT_HOLD)
        mark_sender(it, HELD);
    if (kind == REP_EVENT_WORLD && it->event->cause != 0)
        mark_sender(it, THROWN_AWAY);
}

static void add_host(struct rep_exporting *it) {
    struct capture *capture = it->state;
    if (capture->interface_count == capture->interface_capacity) {
        size_t capacity = 2 * capture->interface_capacity + 16;
        uint64_t *interfaces = realloc(capture->interfaces, capacity * sizeof interfaces[0]);
        if (interfaces == NULL) {
            it->has_failed = true;
            return;
        }
        capture->interfaces = interfaces;
        capture->interface_capacity = capacity;
    }
    capture->interfaces[capture->interface_count++] = it->event->host;
    pcapng_add_interface(it->output, rep_export_host(it));
}

static void begin(struct rep_exporting *it) {
    pcapng_add_section(it->output);
}

static void add_event(struct rep_exporting *it) {
    enum rep_event_kind kind = rep_event_kind(it->trace, it->event);
    if (kind == REP_EVENT_HOST)
        add_host(it);
    else if (kind == REP_EVENT_SEND && is_datagram(it))
        add_datagram(it);
    else if (kind == REP_EVENT_SEND)
        add_segment(it);
    else if (kind == REP_EVENT_ARRIVE && !is_datagram(it))
        note_arrival(it);
}

static void end(struct rep_exporting *it) {
    struct capture *capture = it->state;
    free(capture->flows);
    free(capture->interfaces);
}

const struct rep_export rep_export_pcapng = {.state_bytes = sizeof(struct capture),
                                             .foresee = foresee,
                                             .begin = begin,
                                             .event = add_event,
                                             .end = end};
