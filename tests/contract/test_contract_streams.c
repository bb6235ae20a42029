/* test_contract_streams.c - the contract of every proactor, the simulated one among them: bytes
 * that come and go at once, later, and in pieces. */
#include "tests/contract/ground.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { MANY_BYTES = 8 << 20 }; /* more than a connection takes up */

struct ends {
    int32_t a;
    int32_t b;
};

static struct ends pair(struct ground *ground) {
    int32_t ends[GROUND_SIDES];
    ground_pair(ground, ends);
    return (struct ends){.a = ends[GROUND_A], .b = ends[GROUND_B]};
}

static char *many_bytes(void) {
    char *many = malloc(MANY_BYTES);
    assert_non_null(many);
    wire_fill(many, MANY_BYTES);
    return many;
}

/* ---- Receiving ---- */

static void a_recv_takes_what_is_there(void **state) {
    struct ground *ground = *state;
    struct ends ends = pair(ground);
    char buffer[10];
    struct ground_task *receiving = ground_recv(ground, GROUND_A, ends.a, buffer, sizeof buffer);
    assert_false(receiving->is_done);
    assert_int_equal(ground_held_count(ground, GROUND_A), 1);
    ground_send_text(ground, GROUND_B, ends.b, "abc");
    assert_int_equal(ground_finish(receiving), COG_OK);
    assert_int_equal(receiving->op.u.io.done, 3);
    assert_memory_equal(buffer, "abc", 3);
    assert_int_equal(ground_held_count(ground, GROUND_A), 0);
}

static void what_is_left_is_for_the_next_recv(void **state) {
    struct ground *ground = *state;
    struct ends ends = pair(ground);
    ground_send_text(ground, GROUND_B, ends.b, "abcdef");
    char buffer[6];
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(ground_finish(ground_recv(ground, GROUND_A, ends.a, buffer + 2 * i, 2)),
                         COG_OK);
    }
    assert_memory_equal(buffer, "abcdef", 6);
}

static void a_recv_after_a_short_one_gets_what_comes_next(void **state) {
    struct ground *ground = *state;
    struct ends ends = pair(ground);
    for (int i = 0; i < 20; i++) {
        char buffer[10];
        struct ground_task *receiving = NULL;
        if (i % 2 == 0) {
            receiving = ground_recv(ground, GROUND_A, ends.a, buffer, sizeof buffer);
        }
        ground_send_text(ground, GROUND_B, ends.b, "xy");
        if (i % 2 == 1) {
            receiving = ground_recv(ground, GROUND_A, ends.a, buffer, sizeof buffer);
        }
        assert_int_equal(ground_finish(receiving), COG_OK);
        assert_int_equal(receiving->op.u.io.done, 2);
    }
}

static void a_recvall_takes_pieces_until_all_are_there(void **state) {
    struct ground *ground = *state;
    struct ends ends = pair(ground);
    char buffer[9];
    struct ground_task *receiving = ground_recvall(ground, GROUND_A, ends.a, buffer, 9);
    for (size_t i = 1; i <= 3; i++) {
        ground_send_text(ground, GROUND_B, ends.b, "abc");
        if (i < 3) {
            ground_await_bytes(receiving, 3 * i);
        }
    }
    assert_int_equal(ground_finish(receiving), COG_OK);
    assert_memory_equal(buffer, "abcabcabc", 9);
}

static void a_recvall_of_nothing_ends_at_once(void **state) {
    struct ground *ground = *state;
    struct ends ends = pair(ground);
    char byte;
    assert_int_equal(ground_finish(ground_recvall(ground, GROUND_A, ends.a, &byte, 0)), COG_OK);
    assert_int_equal(ground_finish(ground_sendall(ground, GROUND_A, ends.a, &byte, 0)), COG_OK);
    struct ground_task *before = ground_recvall(ground, GROUND_A, ends.a, &byte, 1);
    struct ground_task *nothing = ground_recvall(ground, GROUND_A, ends.a, &byte, 0);
    assert_false(nothing->is_done);
    ground_send_text(ground, GROUND_B, ends.b, "x");
    assert_int_equal(ground_finish(before), COG_OK);
    assert_int_equal(ground_finish(nothing), COG_OK);
}

static struct ground_task *recvline(struct ground *ground, int32_t socket, char *buffer,
                                    size_t bytes) {
    struct ground_task *line = ground_task(ground, GROUND_A);
    cog_set_recvline(&line->op, socket, buffer, bytes);
    ground_start(line);
    return line;
}

static void a_recvline_ends_at_the_newline_and_leaves_the_rest(void **state) {
    struct ground *ground = *state;
    struct ends ends = pair(ground);
    char buffer[20];
    struct ground_task *line = recvline(ground, ends.a, buffer, sizeof buffer);
    ground_send_text(ground, GROUND_B, ends.b, "on");
    ground_await_bytes(line, 2);
    ground_send_text(ground, GROUND_B, ends.b, "e\ntwo\n");
    assert_int_equal(ground_finish(line), COG_OK);
    assert_int_equal(line->op.u.io.done, 4);
    assert_memory_equal(buffer, "one\n", 4);
    struct ground_task *next = recvline(ground, ends.a, buffer, 3);
    assert_int_equal(ground_finish(next), COG_EFULL);
    assert_memory_equal(buffer, "two", 3);
}

/* ---- Sending ---- */

static void a_sendall_waits_for_room_and_sends_every_byte(void **state) {
    struct ground *ground = *state;
    struct ends ends = pair(ground);
    char *many = many_bytes();
    char *received = calloc(1, MANY_BYTES);
    assert_non_null(received);
    struct ground_task *sending = ground_sendall(ground, GROUND_A, ends.a, many, MANY_BYTES);
    assert_false(sending->is_done);
    assert_int_equal(ground_held_count(ground, GROUND_A), 1);
    struct ground_task *receiving = ground_recvall(ground, GROUND_B, ends.b, received, MANY_BYTES);
    assert_int_equal(ground_finish(receiving), COG_OK);
    assert_int_equal(ground_finish(sending), COG_OK);
    assert_int_equal(sending->op.u.io.done, MANY_BYTES);
    assert_memory_equal(many, received, MANY_BYTES);
    free(received);
    free(many);
}

static void a_send_hands_over_what_there_is_room_for(void **state) {
    struct ground *ground = *state;
    struct ends ends = pair(ground);
    char *many = many_bytes();
    struct ground_task *sending = ground_task(ground, GROUND_A);
    cog_set_send(&sending->op, ends.a, many, MANY_BYTES);
    assert_int_equal(ground_do(sending), COG_OK);
    assert_in_range(sending->op.u.io.done, 1, MANY_BYTES - 1);
    char *received = malloc(sending->op.u.io.done);
    assert_non_null(received);
    struct ground_task *receiving =
        ground_recvall(ground, GROUND_B, ends.b, received, sending->op.u.io.done);
    assert_int_equal(ground_finish(receiving), COG_OK);
    assert_memory_equal(many, received, sending->op.u.io.done);
    free(received);
    free(many);
}

static void a_file_goes_out_to_its_end(void **state) {
    struct ground *ground = *state;
    struct ends ends = pair(ground);
    char name[] = "ground-XXXXXX";
    int file = mkstemp(name);
    assert_true(file >= 0);
    assert_int_equal(unlink(name), 0);
    char *many = many_bytes();
    assert_int_equal(write(file, many, MANY_BYTES), MANY_BYTES);
    struct ground_task *sending = ground_task(ground, GROUND_A);
    cog_set_sendfile(&sending->op, ends.a, file, 0, 0, 0);
    ground_start(sending);
    assert_false(sending->is_done);
    memset(many, 0, MANY_BYTES);
    assert_int_equal(ground_finish(ground_recvall(ground, GROUND_B, ends.b, many, MANY_BYTES)),
                     COG_OK);
    wire_check(many, MANY_BYTES);
    assert_int_equal(ground_finish(sending), COG_OK);
    assert_int_equal(sending->op.u.file.done, MANY_BYTES);
    assert_int_equal(close(file), 0);
    free(many);
}

/* ---- Several at once ---- */

static void operations_of_one_direction_are_served_in_order(void **state) {
    struct ground *ground = *state;
    struct ends ends = pair(ground);
    char first[3];
    char second[3];
    struct ground_task *one = ground_recvall(ground, GROUND_A, ends.a, first, 3);
    struct ground_task *two = ground_recvall(ground, GROUND_A, ends.a, second, 3);
    ground_send_text(ground, GROUND_B, ends.b, "abcd");
    assert_int_equal(ground_finish(one), COG_OK);
    assert_false(two->is_done);
    ground_send_text(ground, GROUND_B, ends.b, "ef");
    assert_int_equal(ground_finish(two), COG_OK);
    assert_memory_equal(first, "abc", 3);
    assert_memory_equal(second, "def", 3);
}

static void sends_that_wait_for_room_do_not_mix_their_bytes(void **state) {
    struct ground *ground = *state;
    struct ends ends = pair(ground);
    char *many = calloc(1, MANY_BYTES);
    assert_non_null(many);
    struct ground_task *first = ground_sendall(ground, GROUND_A, ends.a, many, MANY_BYTES);
    struct ground_task *second = ground_sendall(ground, GROUND_A, ends.a, "end", 3);
    assert_false(first->is_done || second->is_done);
    char *received = malloc(MANY_BYTES + 3);
    assert_non_null(received);
    assert_int_equal(
        ground_finish(ground_recvall(ground, GROUND_B, ends.b, received, MANY_BYTES + 3)), COG_OK);
    assert_int_equal(ground_finish(first), COG_OK);
    assert_int_equal(ground_finish(second), COG_OK);
    assert_memory_equal(received, many, MANY_BYTES);
    assert_memory_equal(received + MANY_BYTES, "end", 3);
    free(received);
    free(many);
}

static void the_directions_do_not_wait_for_one_another(void **state) {
    struct ground *ground = *state;
    struct ends ends = pair(ground);
    char *many = many_bytes();
    char byte;
    struct ground_task *sending = ground_sendall(ground, GROUND_A, ends.a, many, MANY_BYTES);
    struct ground_task *receiving = ground_recv(ground, GROUND_A, ends.a, &byte, 1);
    assert_int_equal(ground_held_count(ground, GROUND_A), 2);
    ground_send_text(ground, GROUND_B, ends.b, "x");
    assert_int_equal(ground_finish(receiving), COG_OK);
    assert_false(sending->is_done);
    assert_int_equal(ground_finish(ground_recvall(ground, GROUND_B, ends.b, many, MANY_BYTES)),
                     COG_OK);
    assert_int_equal(ground_finish(sending), COG_OK);
    free(many);
}

/* Which they are is compared, not in which order. */
static void completions_come_as_a_set(void **state) {
    enum { COUNT = 16 };
    struct ground *ground = *state;
    struct ends ends[COUNT];
    struct ground_task *tasks[COUNT];
    char bytes[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        ends[i] = pair(ground);
        tasks[i] = ground_recv(ground, GROUND_A, ends[i].a, &bytes[i], 1);
    }
    for (size_t i = 0; i < COUNT; i += 3) {
        ground_send_text(ground, GROUND_B, ends[i].b, "x");
    }
    for (size_t i = 0; i < COUNT; i += 3) {
        assert_int_equal(ground_finish(tasks[i]), COG_OK);
    }
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(tasks[i]->is_done, i % 3 == 0);
    }
}

int main(void) {
    const struct wire_test tests[] = {
        WIRE_TEST(a_recv_takes_what_is_there),
        WIRE_TEST(what_is_left_is_for_the_next_recv),
        WIRE_TEST(a_recv_after_a_short_one_gets_what_comes_next),
        WIRE_TEST(a_recvall_takes_pieces_until_all_are_there),
        WIRE_TEST(a_recvall_of_nothing_ends_at_once),
        WIRE_TEST(a_recvline_ends_at_the_newline_and_leaves_the_rest),
        WIRE_TEST(a_sendall_waits_for_room_and_sends_every_byte),
        WIRE_TEST(a_send_hands_over_what_there_is_room_for),
        WIRE_TEST(a_file_goes_out_to_its_end),
        WIRE_TEST(operations_of_one_direction_are_served_in_order),
        WIRE_TEST(sends_that_wait_for_room_do_not_mix_their_bytes),
        WIRE_TEST(the_directions_do_not_wait_for_one_another),
        WIRE_TEST(completions_come_as_a_set),
    };
    return ground_run_tests(tests, sizeof tests / sizeof tests[0]) != 0;
}
