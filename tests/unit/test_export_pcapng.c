/* test_export_pcapng.c - the capture holds together: blocks, lengths, checksums, sequence numbers,
 * and the bytes that were sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/exported.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char talk[] = "link a <-> b latency 5ms\n"
                           "coro server on b background\n"
                           "    listen door port 80\n"
                           "    accept conn from door\n"
                           "    repeat\n"
                           "        recvline line from conn max 64\n"
                           "        sendall conn '{line}!\\n'\n"
                           "coro client on a\n"
                           "    connect conn to b port 80\n"
                           "    sendall conn 'one\\n'\n"
                           "    recvline line from conn max 64\n"
                           "    sendall conn 'three\\n'\n"
                           "    recvline line from conn max 64\n"
                           "    close conn\n";

/* ---- Reading ---- */

static uint32_t little(const uint8_t *at, size_t bytes) {
    uint32_t value = 0;
    for (size_t i = bytes; i > 0; i--)
        value = value << 8 | at[i - 1];
    return value;
}

static uint32_t big(const uint8_t *at, size_t bytes) {
    uint32_t value = 0;
    for (size_t i = 0; i < bytes; i++)
        value = value << 8 | at[i];
    return value;
}

static uint32_t sum(uint32_t start, const uint8_t *at, size_t count) {
    for (size_t i = 0; i < count; i++)
        start += i % 2 == 0 ? (uint32_t)at[i] << 8 : at[i];
    return start;
}

static uint32_t folded(uint32_t value) {
    while (value >> 16 != 0)
        value = (value & 0xFFFF) + (value >> 16);
    return value;
}

/* What an end has sent. */
struct end {
    uint32_t next;
    bool has_begun;
    char text[128];
    size_t text_bytes;
};

struct capture {
    size_t interfaces;
    size_t packets;
    uint64_t time_ns;
    struct end ends[2]; /* by port: 0 the client's */
    unsigned flags[256];
    bool is_held;
};

static void read_packet(struct capture *capture, const uint8_t *frame, size_t count) {
    assert_true(count >= 54);
    assert_int_equal(big(frame + 12, 2), 0x0800);
    const uint8_t *ip = frame + 14;
    const uint8_t *tcp = ip + 20;
    size_t ip_bytes = big(ip + 2, 2);
    assert_int_equal(ip_bytes, count - 14);
    assert_int_equal(folded(sum(0, ip, 20)), 0xFFFF);
    uint32_t pseudo = sum(0, ip + 12, 8) + 6 + (uint32_t)(ip_bytes - 20);
    assert_int_equal(folded(sum(pseudo, tcp, ip_bytes - 20)), 0xFFFF);
    struct end *end = &capture->ends[big(tcp, 2) == 80];
    assert_int_equal(big(tcp + (big(tcp, 2) == 80 ? 2 : 0), 2), 49152 + 1);
    uint32_t sequence = big(tcp + 4, 4);
    assert_true(!end->has_begun || sequence == end->next);
    end->has_begun = true;
    size_t data = ip_bytes - 40;
    memcpy(end->text + end->text_bytes, tcp + 20, data);
    end->text_bytes += data;
    end->next = sequence + (uint32_t)data + ((tcp[13] & 3) != 0 ? 1 : 0);
    capture->flags[tcp[13]]++;
    /* it acknowledges no more than the other has sent */
    const struct end *other = &capture->ends[big(tcp, 2) != 80];
    assert_true((tcp[13] & 16) == 0 || !other->has_begun || big(tcp + 8, 4) <= other->next);
}

static void read_block(struct capture *capture, const uint8_t *block, uint32_t bytes) {
    switch (little(block, 4)) {
    case 0x0A0D0D0A:
        assert_int_equal(little(block + 8, 4), 0x1A2B3C4D);
        break;
    case 1:
        capture->interfaces++;
        assert_int_equal(little(block + 8, 2), 1);
        break;
    case 6: {
        uint64_t time_ns = (uint64_t)little(block + 12, 4) << 32 | little(block + 16, 4);
        uint32_t captured = little(block + 20, 4);
        assert_true(time_ns >= capture->time_ns);
        capture->time_ns = time_ns;
        capture->packets++;
        assert_true(little(block + 8, 4) < capture->interfaces);
        assert_int_equal(captured, little(block + 24, 4));
        read_packet(capture, block + 28, captured);
        for (uint32_t at = 28 + captured; at + 8 < bytes; at++)
            capture->is_held |= memcmp(block + at, "a partition", 8) == 0;
        break;
    }
    default:
        fail_msg("what block is this?");
    }
}

static void read_capture(struct capture *capture, const struct trace_folder *folder,
                         const char *text) {
    size_t count;
    uint8_t *bytes = exported(folder, text, "pcapng", &count);
    memset(capture, 0, sizeof *capture);
    for (size_t at = 0; at < count;) {
        assert_true(count - at >= 12);
        uint32_t length = little(bytes + at + 4, 4);
        assert_int_equal(length % 4, 0);
        assert_true(length >= 12 && length <= count - at);
        assert_int_equal(little(bytes + at + length - 4, 4), length);
        read_block(capture, bytes + at, length);
        at += length;
    }
    free(bytes);
}

static void a_conversation_is_whole(void **state) {
    struct capture capture;
    read_capture(&capture, *state, talk);
    assert_int_equal(capture.interfaces, 2);
    assert_memory_equal(capture.ends[0].text, "one\nthree\n", 11);
    assert_memory_equal(capture.ends[1].text, "one!\nthree!\n", 13);
    assert_int_equal(capture.flags[2], 1);  /* SYN */
    assert_int_equal(capture.flags[18], 1); /* SYN ACK */
    assert_int_equal(capture.flags[24], 4); /* PSH ACK: data */
    assert_true(capture.flags[17] >= 1);    /* FIN ACK */
    assert_false(capture.is_held);
}

static void what_a_partition_holds_back_is_marked(void **state) {
    struct capture capture;
    read_capture(&capture, *state,
                 "link a <-> b latency 5ms\n"
                 "coro server on b background\n"
                 "    listen door port 80\n"
                 "    accept conn from door\n"
                 "coro client on a\n"
                 "    connect conn to b port 80\n"
                 "    sleep 20ms\n"
                 "    sendall conn 'late'\n"
                 "    sleep 100ms\n"
                 "at 20ms\n"
                 "    partition a b\n"
                 "at 60ms\n"
                 "    heal a b\n");
    assert_true(capture.is_held);
    assert_memory_equal(capture.ends[0].text, "late", 5);
}

static void without_a_network_there_are_no_packets(void **state) {
    struct capture capture;
    read_capture(&capture, *state, "coro one\n    sleep 1ms\n");
    assert_int_equal(capture.packets, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_conversation_is_whole, trace_folder_setup,
                                        trace_folder_teardown),
        cmocka_unit_test_setup_teardown(what_a_partition_holds_back_is_marked, trace_folder_setup,
                                        trace_folder_teardown),
        cmocka_unit_test_setup_teardown(without_a_network_there_are_no_packets, trace_folder_setup,
                                        trace_folder_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
