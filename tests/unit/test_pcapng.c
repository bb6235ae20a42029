/* test_pcapng.c - packets as they stand in a capture, byte by byte. */
#include "reports/pcapng.h"

#include "tests/unit/trace_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { BYTES_MAX = 512 };

static const struct pcapng_packet datagram = {.time_ns = 0x100000002,
                                              .number = 3,
                                              .from = 1,
                                              .to = 0x203,
                                              .from_port = 0xC001,
                                              .to_port = 53,
                                              .is_datagram = true,
                                              .data = (const uint8_t *)"abc",
                                              .data_bytes = 3,
                                              .data_whole = 3};

/* The file with that one packet. */
static size_t capture(void **state, const struct pcapng_packet *packet, uint8_t bytes[BYTES_MAX]) {
    const struct trace_folder *folder = *state;
    char path[1024];
    struct rep_error error;
    struct rep_output *output = malloc(sizeof *output);
    assert_non_null(output);
    (void)snprintf(path, sizeof path, "%s/packet", folder->path);
    assert_int_equal(rep_output_open(output, path, &error), REP_OK);
    pcapng_add_packet(output, packet);
    assert_int_equal(rep_output_close(output, true, &error), REP_OK);
    free(output);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t count = fread(bytes, 1, BYTES_MAX, file);
    assert_int_equal(fclose(file), 0);
    return count;
}

/* The checksums are those that tshark finds right. */
static void a_datagram_is_udp(void **state) {
    static const uint8_t expected[] = {
        6,    0,   0,   0,  80, 0, 0,    0, /* a packet of 80 bytes */
        0,    0,   0,   0,  1,  0, 0,    0, 2,    0,    0,    0,    45, 0,  0,    0,    45, 0,
        0,    0,   2,   0,  0,  0, 2,    3, 2,    0,    0,    0,    0,  1,  8,    0, /* Ethernet */
        0x45, 0,   0,   31, 0,  3, 0x40, 0, 64,   17,   0x24, 0xC8,                  /* IPv4 */
        10,   0,   0,   1,  10, 0, 2,    3, 0xC0, 0x01, 0,    53,   0,  11, 0x65, 0x3B, /* UDP */
        'a',  'b', 'c', 0,  0,  0, 80,   0, 0,    0};
    uint8_t bytes[BYTES_MAX];
    assert_int_equal(capture(state, &datagram, bytes), sizeof expected);
    assert_memory_equal(bytes, expected, sizeof expected);
}

static void a_datagram_may_be_empty(void **state) {
    struct pcapng_packet packet = datagram;
    uint8_t bytes[BYTES_MAX];
    packet.data = NULL;
    packet.data_bytes = 0;
    packet.data_whole = 0;
    assert_int_equal(capture(state, &packet, bytes), 76);
    assert_int_equal(bytes[28 + 14 + 20 + 5], 8);
}

/* Bytes that are not there: the packet is as long as it was, and nobody can tell its sum. */
static void what_is_cut_is_missing(void **state) {
    struct pcapng_packet packet = datagram;
    uint8_t bytes[BYTES_MAX];
    packet.data_whole = 1000;
    assert_int_equal(capture(state, &packet, bytes), 80);
    assert_int_equal(bytes[24] | bytes[25] << 8, 42 + 1000);
    assert_int_equal(bytes[28 + 14 + 20 + 4] << 8 | bytes[28 + 14 + 20 + 5], 1008);
    assert_int_equal(bytes[28 + 14 + 20 + 6] | bytes[28 + 14 + 20 + 7], 0);
}

static void a_comment_stands_behind_the_bytes(void **state) {
    struct pcapng_packet packet = datagram;
    uint8_t bytes[BYTES_MAX];
    packet.comment = "it is lost";
    assert_int_equal(capture(state, &packet, bytes), 80 + 4 + 12 + 4);
    assert_int_equal(bytes[76], 1);
    assert_int_equal(bytes[78], 10);
    assert_memory_equal(bytes + 80, "it is lost\0\0", 12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_datagram_is_udp, trace_folder_setup,
                                        trace_folder_teardown),
        cmocka_unit_test_setup_teardown(a_datagram_may_be_empty, trace_folder_setup,
                                        trace_folder_teardown),
        cmocka_unit_test_setup_teardown(what_is_cut_is_missing, trace_folder_setup,
                                        trace_folder_teardown),
        cmocka_unit_test_setup_teardown(a_comment_stands_behind_the_bytes, trace_folder_setup,
                                        trace_folder_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
