/* export_pcapng.c - the simulated network as a capture of packets (pcapng,
 * draft-ietf-opsawg-pcapng).
 *
 * Segments become TCP over IPv4 over Ethernet: host N is 10.x.x.x of that number, the listener's
 * port is its own, the client's 49152 and the number of the connection. Each is captured by its
 * sender, at the interface of its host, when it leaves; sequence numbers, acknowledgements, windows
 * and checksums are what a real stack would have sent. What was thrown away before it left is no
 * packet. Bytes that the trace has cut are missing in
 * the packet as they are in a capture with a snapshot length.
 */
#include "reports/export.h"

#include <stdlib.h>
#include <string.h>

enum {
    SECTION = 0x0A0D0D0A,
    INTERFACE = 1,
    PACKET = 6,
    MAGIC = 0x1A2B3C4D,
    ETHERNET = 1,
    OPTION_END = 0,
    OPTION_COMMENT = 1,
    OPTION_NAME = 2,
    OPTION_RESOLUTION = 9,
    NANOSECONDS = 9, /* 10^-9 s */
    HEADERS = 14 + 20 + 20,
    PACKET_BYTES_MAX = 32768, /* of payload; IPv4 knows no more than 64 KiB in all */
    AMOUNT_MAX = 1 << 30,     /* more has never been sent: a trace that says so is a forgery */
    CONNECTIONS_MAX = 1 << 28,
    CLIENT_PORT = 49152,
    WINDOW_MAX = 65535,
};

/* Of the event that sent something. */
enum mark { HELD, THROWN_AWAY, MARKS };

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };

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

static size_t put(uint8_t *at, uint64_t value, size_t bytes, bool is_big) {
    for (size_t i = 0; i < bytes; i++)
        at[is_big ? bytes - 1 - i : i] = (uint8_t)(value >> (8 * i));
    return bytes;
}

/* Of the file: little endian. */
static void add_number(struct rep_output *output, uint64_t value, size_t bytes) {
    uint8_t text[8];
    rep_output_add(output, text, put(text, value, bytes, false));
}

static size_t padded(size_t bytes) {
    return (bytes + 3) & ~(size_t)3;
}

static void add_padded(struct rep_output *output, const void *bytes, size_t count) {
    rep_output_add(output, bytes, count);
    rep_output_add(output, "\0\0\0", padded(count) - count);
}

static void add_option(struct rep_output *output, unsigned code, const void *bytes, size_t count) {
    add_number(output, code, 2);
    add_number(output, count, 2);
    add_padded(output, bytes, count);
}

static void add_section(struct rep_output *output) {
    enum { BYTES = 28 };
    add_number(output, SECTION, 4);
    add_number(output, BYTES, 4);
    add_number(output, MAGIC, 4);
    add_number(output, 1, 2);
    add_number(output, 0, 2);
    add_number(output, UINT64_MAX, 8); /* its length is not told */
    add_number(output, BYTES, 4);
}

static void add_interface(struct rep_output *output, const char *name) {
    size_t bytes = 20 + 4 + padded(strlen(name)) + 4 + 4 + 4;
    uint8_t resolution = NANOSECONDS;
    add_number(output, INTERFACE, 4);
    add_number(output, bytes, 4);
    add_number(output, ETHERNET, 2);
    add_number(output, 0, 2);
    add_number(output, 0, 4); /* no snapshot length */
    add_option(output, OPTION_NAME, name, strlen(name));
    add_option(output, OPTION_RESOLUTION, &resolution, 1);
    add_option(output, OPTION_END, NULL, 0);
    add_number(output, bytes, 4);
}

/* ---- Packets ---- */

static uint32_t sum_of(uint32_t sum, const uint8_t *bytes, size_t count) {
    for (size_t i = 0; i + 1 < count; i += 2)
        sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
    if (count % 2 == 1)
        sum += (uint32_t)bytes[count - 1] << 8;
    return sum;
}

static uint16_t fold(uint32_t sum) {
    while (sum >> 16 != 0)
        sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint16_t)~sum;
}

struct packet {
    uint64_t from; /* hosts */
    uint64_t to;
    uint32_t from_port;
    uint32_t to_port;
    uint32_t sequence;
    uint32_t acknowledged;
    unsigned flags;
    uint32_t window;
    const uint8_t *data; /* data_bytes of data_whole */
    size_t data_bytes;
    size_t data_whole;
};

static uint32_t address_of(uint64_t host) {
    return UINT32_C(10) << 24 | ((uint32_t)host & 0xFFFFFF);
}

static void put_mac(uint8_t *at, uint64_t host) {
    at[0] = 2; /* locally administered */
    at[1] = 0;
    (void)put(at + 2, host, 4, true);
}

static void put_headers(const struct packet *packet, uint32_t number, uint8_t *at) {
    uint8_t *ip = at + 14;
    uint8_t *tcp = ip + 20;
    memset(at, 0, HEADERS);
    put_mac(at, packet->to);
    put_mac(at + 6, packet->from);
    (void)put(at + 12, 0x0800, 2, true);
    ip[0] = 0x45;
    (void)put(ip + 2, 40 + packet->data_whole, 2, true);
    (void)put(ip + 4, number & 0xFFFF, 2, true);
    ip[6] = 0x40; /* not to be fragmented */
    ip[8] = 64;
    ip[9] = 6;
    (void)put(ip + 12, address_of(packet->from), 4, true);
    (void)put(ip + 16, address_of(packet->to), 4, true);
    (void)put(ip + 10, fold(sum_of(0, ip, 20)), 2, true);
    (void)put(tcp, packet->from_port, 2, true);
    (void)put(tcp + 2, packet->to_port, 2, true);
    (void)put(tcp + 4, packet->sequence, 4, true);
    (void)put(tcp + 8, (packet->flags & ACK) != 0 ? packet->acknowledged : 0, 4, true);
    tcp[12] = 0x50;
    tcp[13] = (uint8_t)packet->flags;
    (void)put(tcp + 14, packet->window, 2, true);
    uint32_t sum = sum_of(0, ip + 12, 8) + 6 + 20 + (uint32_t)packet->data_whole;
    sum = sum_of(sum, tcp, 20);
    if (packet->data_bytes == packet->data_whole) /* else nobody can tell */
        (void)put(tcp + 16, fold(sum_of(sum, packet->data, packet->data_bytes)), 2, true);
}

static void add_packet(struct rep_exporting *it, const struct packet *packet, uint32_t interface,
                       const char *comment) {
    struct capture *capture = it->state;
    struct rep_output *output = it->output;
    int64_t time_ns = it->event->time_ns;
    uint8_t headers[HEADERS];
    capture->packet_count++;
    put_headers(packet, capture->packet_count, headers);
    size_t captured = HEADERS + packet->data_bytes;
    size_t comment_bytes = comment != NULL ? strlen(comment) : 0;
    size_t options = comment != NULL ? 4 + padded(comment_bytes) + 4 : 0;
    size_t bytes = 32 + padded(captured) + options;
    add_number(output, PACKET, 4);
    add_number(output, bytes, 4);
    add_number(output, interface, 4);
    add_number(output, (uint64_t)time_ns >> 32, 4);
    add_number(output, (uint64_t)time_ns & UINT32_MAX, 4);
    add_number(output, captured, 4);
    add_number(output, HEADERS + packet->data_whole, 4);
    rep_output_add(output, headers, HEADERS);
    rep_output_add(output, packet->data, packet->data_bytes);
    rep_output_add(output, "\0\0\0", padded(captured) - captured);
    if (comment != NULL) {
        add_option(output, OPTION_COMMENT, comment, comment_bytes);
        add_option(output, OPTION_END, NULL, 0);
    }
    add_number(output, bytes, 4);
}

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
    } known[] = {{"syn", SYN},       {"syn-ack", SYN | ACK}, {"ack", ACK},   {"data", PSH | ACK},
                 {"fin", FIN | ACK}, {"rst", RST | ACK},     {"window", ACK}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (rep_bytes_equal(class_name, known[i].name))
            return known[i].flags;
    }
    return ACK;
}

/* A trace with cut data: what is there belongs to the first packets. */
static void add_pieces(struct rep_exporting *it, struct packet *packet, struct rep_bytes data,
                       size_t amount, uint32_t interface) {
    const char *comment = is_marked(it, HELD) ? "a partition holds it back" : NULL;
    size_t at = 0;
    do {
        size_t left = amount - at;
        packet->data_whole = left < PACKET_BYTES_MAX ? left : PACKET_BYTES_MAX;
        size_t there = data.count > at ? data.count - at : 0;
        packet->data = there > 0 ? data.start + at : NULL;
        packet->data_bytes = there < packet->data_whole ? there : packet->data_whole;
        add_packet(it, packet, interface, comment);
        packet->sequence += (uint32_t)packet->data_whole;
        at += packet->data_whole;
    } while (at < amount);
}

static uint32_t interface_of(const struct capture *capture, uint64_t host) {
    uint32_t interface = 0;
    while (interface < capture->interface_count && capture->interfaces[interface] != host)
        interface++;
    return interface < capture->interface_count ? interface : 0;
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
    struct packet packet = {.from = flow->hosts[end],
                            .to = flow->hosts[1 - end],
                            .from_port = end == 0 ? client_port : flow->port,
                            .to_port = end == 0 ? flow->port : client_port,
                            .sequence = flow->next[end],
                            .acknowledged = flow->arrived[1 - end],
                            .flags = flags,
                            .window = flow->window[end]};
    add_pieces(it, &packet,
               is_data ? rep_event_string(it->trace, event, "data") : (struct rep_bytes){0},
               is_data ? (size_t)amount : 0, interface_of(capture, event->host));
    flow->next[end] = packet.sequence + ((flags & (SYN | FIN)) != 0 ? 1 : 0);
    uint32_t bytes = flow->next[end] - before;
    capture->flights[it->index % FLIGHT_COUNT] = (struct flight){it->index, end, bytes};
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
    add_interface(it->output, rep_export_host(it));
}

static void begin(struct rep_exporting *it) {
    add_section(it->output);
}

static void add_event(struct rep_exporting *it) {
    enum rep_event_kind kind = rep_event_kind(it->trace, it->event);
    if (kind == REP_EVENT_HOST)
        add_host(it);
    else if (kind == REP_EVENT_SEND)
        add_segment(it);
    else if (kind == REP_EVENT_ARRIVE)
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
