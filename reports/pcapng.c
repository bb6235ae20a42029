/* pcapng.c - the bytes of blocks and packets. */
#include "reports/pcapng.h"

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
    TCP = 6,         /* in IPv4 */
    UDP = 17,
    ETHERNET_BYTES = 14,
    IP_BYTES = 20,
    TCP_BYTES = 20,
    UDP_BYTES = 8,
    HEADERS_MAX = ETHERNET_BYTES + IP_BYTES + TCP_BYTES,
};

/* ---- Blocks ---- */

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

void pcapng_add_section(struct rep_output *output) {
    enum { BYTES = 28 };
    add_number(output, SECTION, 4);
    add_number(output, BYTES, 4);
    add_number(output, MAGIC, 4);
    add_number(output, 1, 2);
    add_number(output, 0, 2);
    add_number(output, UINT64_MAX, 8); /* its length is not told */
    add_number(output, BYTES, 4);
}

void pcapng_add_interface(struct rep_output *output, const char *name) {
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

static uint32_t address_of(uint64_t host) {
    return UINT32_C(10) << 24 | ((uint32_t)host & 0xFFFFFF);
}

static void put_mac(uint8_t *at, uint64_t host) {
    at[0] = 2; /* locally administered */
    at[1] = 0;
    (void)put(at + 2, host, 4, true);
}

/* The sum over the addresses, the header and the data. Where data is missing, nobody can tell the
 * sum. */
static void put_checksum(const struct pcapng_packet *packet, const uint8_t *ip, uint8_t *transport,
                         size_t header_bytes, uint8_t *at) {
    uint32_t protocol = packet->is_datagram ? UDP : TCP;
    uint32_t sum = sum_of(0, ip + 12, 8) + protocol + (uint32_t)(header_bytes + packet->data_whole);
    sum = sum_of(sum, transport, header_bytes);
    if (packet->data_bytes == packet->data_whole) {
        uint16_t folded = fold(sum_of(sum, packet->data, packet->data_bytes));
        bool is_none = packet->is_datagram && folded == 0; /* which would mean that there is none */
        (void)put(at, is_none ? 0xFFFF : folded, 2, true);
    }
}

static void put_tcp(const struct pcapng_packet *packet, const uint8_t *ip, uint8_t *tcp) {
    (void)put(tcp + 4, packet->sequence, 4, true);
    (void)put(tcp + 8, (packet->flags & PCAPNG_ACK) != 0 ? packet->acknowledged : 0, 4, true);
    tcp[12] = 0x50;
    tcp[13] = (uint8_t)packet->flags;
    (void)put(tcp + 14, packet->window, 2, true);
    put_checksum(packet, ip, tcp, TCP_BYTES, tcp + 16);
}

static void put_udp(const struct pcapng_packet *packet, const uint8_t *ip, uint8_t *udp) {
    (void)put(udp + 4, UDP_BYTES + packet->data_whole, 2, true);
    put_checksum(packet, ip, udp, UDP_BYTES, udp + 6);
}

/* How many bytes. */
static size_t put_headers(const struct pcapng_packet *packet, uint8_t at[HEADERS_MAX]) {
    uint8_t *ip = at + ETHERNET_BYTES;
    uint8_t *transport = ip + IP_BYTES;
    size_t transport_bytes = packet->is_datagram ? UDP_BYTES : TCP_BYTES;
    memset(at, 0, HEADERS_MAX);
    put_mac(at, packet->to);
    put_mac(at + 6, packet->from);
    (void)put(at + 12, 0x0800, 2, true);
    ip[0] = 0x45;
    (void)put(ip + 2, IP_BYTES + transport_bytes + packet->data_whole, 2, true);
    (void)put(ip + 4, packet->number & 0xFFFF, 2, true);
    ip[6] = 0x40; /* not to be fragmented */
    ip[8] = 64;
    ip[9] = packet->is_datagram ? UDP : TCP;
    (void)put(ip + 12, address_of(packet->from), 4, true);
    (void)put(ip + 16, address_of(packet->to), 4, true);
    (void)put(ip + 10, fold(sum_of(0, ip, IP_BYTES)), 2, true);
    (void)put(transport, packet->from_port, 2, true);
    (void)put(transport + 2, packet->to_port, 2, true);
    if (packet->is_datagram)
        put_udp(packet, ip, transport);
    else
        put_tcp(packet, ip, transport);
    return ETHERNET_BYTES + IP_BYTES + transport_bytes;
}

void pcapng_add_packet(struct rep_output *output, const struct pcapng_packet *packet) {
    uint8_t headers[HEADERS_MAX];
    size_t header_bytes = put_headers(packet, headers);
    size_t captured = header_bytes + packet->data_bytes;
    size_t comment_bytes = packet->comment != NULL ? strlen(packet->comment) : 0;
    size_t options = packet->comment != NULL ? 4 + padded(comment_bytes) + 4 : 0;
    size_t bytes = 32 + padded(captured) + options;
    add_number(output, PACKET, 4);
    add_number(output, bytes, 4);
    add_number(output, packet->interface, 4);
    add_number(output, (uint64_t)packet->time_ns >> 32, 4);
    add_number(output, (uint64_t)packet->time_ns & UINT32_MAX, 4);
    add_number(output, captured, 4);
    add_number(output, header_bytes + packet->data_whole, 4);
    rep_output_add(output, headers, header_bytes);
    rep_output_add(output, packet->data, packet->data_bytes);
    rep_output_add(output, "\0\0\0", padded(captured) - captured);
    if (packet->comment != NULL) {
        add_option(output, OPTION_COMMENT, packet->comment, comment_bytes);
        add_option(output, OPTION_END, NULL, 0);
    }
    add_number(output, bytes, 4);
}
