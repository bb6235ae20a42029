/* pcapng.h - captures of packets (pcapng, draft-ietf-opsawg-pcapng): blocks, and in them TCP and
 * UDP over IPv4 over Ethernet, between hosts that are 10.x.x.x of their number. Internal to
 * reports/. */
#ifndef REP_PCAPNG_H
#define REP_PCAPNG_H

#include "reports/output_file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PCAPNG_FIN = 1, PCAPNG_SYN = 2, PCAPNG_RST = 4, PCAPNG_PSH = 8, PCAPNG_ACK = 16 };

struct pcapng_packet {
    int64_t time_ns;
    uint32_t interface;
    uint32_t number; /* its identification in IPv4, modulo 65,536 */
    uint64_t from;   /* hosts */
    uint64_t to;
    uint32_t from_port;
    uint32_t to_port;
    bool is_datagram; /* UDP; else TCP, and then: */
    uint32_t sequence;
    uint32_t acknowledged;
    unsigned flags;
    uint32_t window;
    const uint8_t *data; /* data_bytes of data_whole */
    size_t data_bytes;
    size_t data_whole;   /* of a datagram, at most 65,507 */
    const char *comment; /* or null */
};

void pcapng_add_section(struct rep_output *output);

/* Interfaces are numbered from 0, in their order. */
void pcapng_add_interface(struct rep_output *output, const char *name);

void pcapng_add_packet(struct rep_output *output, const struct pcapng_packet *packet);

#endif
