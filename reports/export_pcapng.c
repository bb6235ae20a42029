/* export_pcapng.c - the simulated network as a capture of packets (pcapng,
 * draft-ietf-opsawg-pcapng).
 *
 * Segments become TCP over IPv4 over Ethernet: host N is 10.x.x.x of that number, the listener's
 * port is its own, the client's 49152 and the number of the connection. Each is captured by its
 * sender, at the interface of its host, when it leaves; sequence numbers, acknowledgements, windows
 * and checksums are what a real stack would have sent. Bytes that the trace has cut are missing in
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
    CLIENT_PORT = 49152,
    WINDOW_MAX = 65535,
};

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };

/* A connection; ends: 0 the client, 1 the server. */
struct flow {
    uint64_t hosts[2];
    uint32_t port;
    uint32_t next[2];    /* sequence number of what an end sends next */
    uint32_t arrived[2]; /* and how far it has got at the other one */
    uint32_t window[2];  /* that an end offers */
};

struct capture {
    const struct rep_model *model;
    struct rep_output *output;
    struct flow *flows; /* by id - 1 */
    size_t flow_count;
    uint32_t packet_count; /* in the identification of IPv4 */
};

static size_t put(uint8_t *at, uint64_t value, size_t bytes, bool is_big) {
    for (size_t i = 0; i < bytes; i++)
        at[is_big ? bytes - 1 - i : i] = (uint8_t)(value >> (8 * i));
    return bytes;
}

/* Of the file: little endian. */
static void add_number(struct capture *capture, uint64_t value, size_t bytes) {
    uint8_t text[8];
    rep_output_add(capture->output, text, put(text, value, bytes, false));
}

static size_t padded(size_t bytes) {
    return (bytes + 3) & ~(size_t)3;
}

static void add_padded(struct capture *capture, const void *bytes, size_t count) {
    rep_output_add(capture->output, bytes, count);
    rep_output_add(capture->output, "\0\0\0", padded(count) - count);
}

static void add_option(struct capture *capture, unsigned code, const void *bytes, size_t count) {
    add_number(capture, code, 2);
    add_number(capture, count, 2);
    add_padded(capture, bytes, count);
}

static void add_section(struct capture *capture) {
    enum { BYTES = 28 };
    add_number(capture, SECTION, 4);
    add_number(capture, BYTES, 4);
    add_number(capture, MAGIC, 4);
    add_number(capture, 1, 2);
    add_number(capture, 0, 2);
    add_number(capture, UINT64_MAX, 8); /* its length is not told */
    add_number(capture, BYTES, 4);
}

static void add_interface(struct capture *capture, const struct rep_text *name) {
    size_t bytes = 20 + 4 + padded(name->length) + 4 + 4 + 4;
    uint8_t resolution = NANOSECONDS;
    add_number(capture, INTERFACE, 4);
    add_number(capture, bytes, 4);
    add_number(capture, ETHERNET, 2);
    add_number(capture, 0, 2);
    add_number(capture, 0, 4); /* no snapshot length */
    add_option(capture, OPTION_NAME, rep_text_string(name), name->length);
    add_option(capture, OPTION_RESOLUTION, &resolution, 1);
    add_option(capture, OPTION_END, NULL, 0);
    add_number(capture, bytes, 4);
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

static void put_headers(const struct capture *capture, const struct packet *packet, uint8_t *at) {
    uint8_t *ip = at + 14;
    uint8_t *tcp = ip + 20;
    memset(at, 0, HEADERS);
    put_mac(at, packet->to);
    put_mac(at + 6, packet->from);
    (void)put(at + 12, 0x0800, 2, true);
    ip[0] = 0x45;
    (void)put(ip + 2, 40 + packet->data_whole, 2, true);
    (void)put(ip + 4, capture->packet_count & 0xFFFF, 2, true);
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

static void add_packet(struct capture *capture, const struct packet *packet, int64_t time_ns,
                       uint32_t interface, const char *comment) {
    uint8_t headers[HEADERS];
    capture->packet_count++;
    put_headers(capture, packet, headers);
    size_t captured = HEADERS + packet->data_bytes;
    size_t comment_bytes = comment != NULL ? strlen(comment) : 0;
    size_t options = comment != NULL ? 4 + padded(comment_bytes) + 4 : 0;
    size_t bytes = 32 + padded(captured) + options;
    add_number(capture, PACKET, 4);
    add_number(capture, bytes, 4);
    add_number(capture, interface, 4);
    add_number(capture, (uint64_t)time_ns >> 32, 4);
    add_number(capture, (uint64_t)time_ns & UINT32_MAX, 4);
    add_number(capture, captured, 4);
    add_number(capture, HEADERS + packet->data_whole, 4);
    rep_output_add(capture->output, headers, HEADERS);
    rep_output_add(capture->output, packet->data, packet->data_bytes);
    rep_output_add(capture->output, "\0\0\0", padded(captured) - captured);
    if (comment != NULL) {
        add_option(capture, OPTION_COMMENT, comment, comment_bytes);
        add_option(capture, OPTION_END, NULL, 0);
    }
    add_number(capture, bytes, 4);
}

/* ---- Segments ---- */

static struct flow *flow_of(struct capture *capture, uint64_t connection) {
    return connection >= 1 && connection <= capture->flow_count ? &capture->flows[connection - 1]
                                                                : NULL;
}

/* Which end has sent a segment: by its host, or, where both ends are on one, by what it is and by
 * the socket that its sender was at. */
static unsigned end_of(const struct capture *capture, const struct flow *flow, size_t event,
                       struct rep_bytes class_name) {
    const struct rep_trace *trace = capture->model->trace;
    const struct rep_event *it = rep_trace_event(trace, event);
    if (flow->hosts[0] != flow->hosts[1])
        return it->host == flow->hosts[0] ? 0 : 1;
    if (rep_bytes_equal(class_name, "syn") || rep_bytes_equal(class_name, "ack"))
        return 0;
    if (rep_bytes_equal(class_name, "syn-ack"))
        return 1;
    uint32_t operation = it->cause != 0 ? capture->model->event_operation[it->cause] : REP_NONE;
    uint32_t object =
        operation != REP_NONE ? capture->model->operations[operation].object : REP_NONE;
    return object != REP_NONE && rep_bytes_equal(capture->model->objects[object].name, "server")
               ? 1
               : 0;
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
static void add_pieces(struct capture *capture, struct packet *packet, struct rep_bytes data,
                       size_t amount, int64_t time_ns, uint32_t interface, const char *comment) {
    size_t at = 0;
    do {
        size_t left = amount - at;
        packet->data_whole = left < PACKET_BYTES_MAX ? left : PACKET_BYTES_MAX;
        size_t there = data.count > at ? data.count - at : 0;
        packet->data = there > 0 ? data.start + at : NULL;
        packet->data_bytes = there < packet->data_whole ? there : packet->data_whole;
        add_packet(capture, packet, time_ns, interface, comment);
        packet->sequence += (uint32_t)packet->data_whole;
        at += packet->data_whole;
    } while (at < amount);
}

static void add_segment(struct capture *capture, size_t event, bool held) {
    const struct rep_trace *trace = capture->model->trace;
    const struct rep_event *it = rep_trace_event(trace, event);
    struct flow *flow = flow_of(capture, rep_event_integer(trace, it, "connection"));
    struct rep_bytes class_name = rep_event_string(trace, it, "class");
    uint64_t amount = rep_event_integer(trace, it, "amount");
    if (flow == NULL || amount > AMOUNT_MAX)
        return;
    if (rep_bytes_equal(class_name, "syn")) {
        flow->hosts[0] = it->host;
        flow->hosts[1] = rep_event_integer(trace, it, "to");
    }
    unsigned end = end_of(capture, flow, event, class_name);
    unsigned flags = flags_of(class_name);
    bool is_data = rep_bytes_equal(class_name, "data");
    if (rep_bytes_equal(class_name, "window"))
        flow->window[end] = amount < WINDOW_MAX ? (uint32_t)amount : WINDOW_MAX;
    uint32_t client_port =
        CLIENT_PORT + (uint32_t)(rep_event_integer(trace, it, "connection") % 16384);
    struct packet packet = {.from = flow->hosts[end],
                            .to = flow->hosts[1 - end],
                            .from_port = end == 0 ? client_port : flow->port,
                            .to_port = end == 0 ? flow->port : client_port,
                            .sequence = flow->next[end],
                            .acknowledged = flow->arrived[1 - end],
                            .flags = flags,
                            .window = flow->window[end]};
    uint32_t interface = rep_model_host_of_id(capture->model, it->host);
    add_pieces(capture, &packet,
               is_data ? rep_event_string(trace, it, "data") : (struct rep_bytes){0},
               is_data ? (size_t)amount : 0, it->time_ns, interface != REP_NONE ? interface : 0,
               held ? "a partition holds it back" : NULL);
    flow->next[end] = packet.sequence + ((flags & (SYN | FIN)) != 0 ? 1 : 0);
}

static void note_arrival(struct capture *capture, size_t event) {
    const struct rep_trace *trace = capture->model->trace;
    const struct rep_event *it = rep_trace_event(trace, event);
    struct flow *flow = flow_of(capture, rep_event_integer(trace, it, "connection"));
    if (flow == NULL || it->cause == 0)
        return;
    struct rep_bytes class_name = rep_event_string(trace, it, "class");
    unsigned end = end_of(capture, flow, it->cause, class_name);
    uint32_t amount =
        rep_bytes_equal(class_name, "data") ? (uint32_t)rep_event_integer(trace, it, "amount") : 0;
    flow->arrived[end] += amount + ((flags_of(class_name) & (SYN | FIN)) != 0 ? 1 : 0);
}

static void find_ports(struct capture *capture) {
    const struct rep_trace *trace = capture->model->trace;
    for (uint32_t i = 0; i < capture->model->object_count; i++) {
        const struct rep_event *event = rep_trace_event(trace, capture->model->objects[i].event);
        struct flow *flow = flow_of(capture, rep_event_integer(trace, event, "connection"));
        if (flow != NULL)
            flow->port = (uint32_t)rep_event_integer(trace, event, "port");
    }
}

static size_t count_flows(const struct rep_trace *trace) {
    uint64_t count = 0;
    for (size_t event = 1; event <= trace->event_count; event++) {
        const struct rep_event *it = rep_trace_event(trace, event);
        uint64_t connection = rep_event_integer(trace, it, "connection");
        bool is_send = rep_event_kind(trace, it) == REP_EVENT_SEND;
        count =
            is_send && connection > count && connection <= trace->event_count ? connection : count;
    }
    return (size_t)count;
}

static void add_segments(struct capture *capture, uint8_t *is_held_back) {
    const struct rep_trace *trace = capture->model->trace;
    for (size_t event = 1; event <= trace->event_count; event++) {
        const struct rep_event *it = rep_trace_event(trace, event);
        if (rep_event_kind(trace, it) == REP_EVENT_HOLD)
            is_held_back[it->cause] = 1;
    }
    for (size_t event = 1; event <= trace->event_count; event++) {
        enum rep_event_kind kind = rep_event_kind(trace, rep_trace_event(trace, event));
        if (kind == REP_EVENT_SEND)
            add_segment(capture, event, is_held_back[event] != 0);
        else if (kind == REP_EVENT_ARRIVE)
            note_arrival(capture, event);
    }
}

int rep_export_pcapng(const struct rep_model *model, struct rep_output *output) {
    struct capture capture = {.model = model, .output = output};
    struct rep_text name = {0};
    capture.flow_count = count_flows(model->trace);
    capture.flows = calloc(capture.flow_count + 1, sizeof capture.flows[0]);
    uint8_t *is_held_back = calloc(model->trace->event_count + 1, 1);
    bool is_whole = capture.flows != NULL && is_held_back != NULL;
    if (is_whole) {
        for (size_t i = 0; i < capture.flow_count; i++)
            capture.flows[i].window[0] = capture.flows[i].window[1] = WINDOW_MAX;
        find_ports(&capture);
        add_section(&capture);
        for (uint32_t i = 0; i < model->host_count; i++) {
            rep_text_clear(&name);
            rep_model_add_host_name(model, i, &name);
            add_interface(&capture, &name);
        }
        add_segments(&capture, is_held_back);
    }
    is_whole = is_whole && !name.failed;
    rep_text_term(&name);
    free(capture.flows);
    free(is_held_back);
    return is_whole ? REP_OK : REP_ENOMEM;
}
