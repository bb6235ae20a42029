/* test_contract_stream_ends.c - the contract of every proactor, the simulated one among them: how
 * streams end: closed, shut down, reset, and what of them is lost. */
#include "tests/contract/ground.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

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

static void the_end_of_the_stream_is_closed(void **state) {
    struct ground *ground = *state;
    struct ends ends = pair(ground);
    char buffer[10];
    struct ground_task *held = ground_recvall(ground, GROUND_A, ends.a, buffer, sizeof buffer);
    ground_send_text(ground, GROUND_B, ends.b, "abc");
    ground_close(ground, GROUND_B, ends.b);
    assert_int_equal(ground_finish(held), COG_ECLOSED);
    assert_int_equal(held->op.u.io.done, 3);
    assert_int_equal(ground_finish(ground_recv(ground, GROUND_A, ends.a, buffer, 1)), COG_ECLOSED);
}

/* The bytes and the end are told together: a recv that gets fewer bytes than it might must not make
 * the next one wait for what has been told. */
static void the_end_that_came_with_the_bytes_is_not_missed(void **state) {
    struct ground *ground = *state;
    struct ends ends = pair(ground);
    char buffer[10];
    struct ground_task *held = ground_recv(ground, GROUND_A, ends.a, buffer, sizeof buffer);
    ground_send_text(ground, GROUND_B, ends.b, "abc");
    ground_close(ground, GROUND_B, ends.b);
    assert_int_equal(ground_finish(held), COG_OK);
    assert_int_equal(ground_finish(ground_recv(ground, GROUND_A, ends.a, buffer, 10)), COG_ECLOSED);
}

static void a_close_with_unread_bytes_resets_once(void **state) {
    struct ground *ground = *state;
    struct ends ends = pair(ground);
    char buffer[10];
    ground_send_text(ground, GROUND_A, ends.a, "unread");
    ground_settle(ground);
    struct ground_task *receiving = ground_recv(ground, GROUND_A, ends.a, buffer, sizeof buffer);
    ground_close(ground, GROUND_B, ends.b);
    assert_int_equal(ground_finish(receiving), COG_ERESET);
    assert_int_equal(ground_finish(ground_recv(ground, GROUND_A, ends.a, buffer, 10)), COG_ECLOSED);
    assert_int_equal(ground_finish(ground_sendall(ground, GROUND_A, ends.a, "x", 1)), COG_ECLOSED);
}

static bool is_broken(int status) {
    return status == COG_ERESET || status == COG_ECLOSED;
}

static void a_reset_ends_both_directions(void **state) {
    struct ground *ground = *state;
    struct ends ends = pair(ground);
    char *many = many_bytes();
    char buffer[10];
    struct ground_task *receiving = ground_recv(ground, GROUND_A, ends.a, buffer, sizeof buffer);
    struct ground_task *sending = ground_sendall(ground, GROUND_A, ends.a, many, MANY_BYTES);
    assert_false(sending->is_done);
    ground_close(ground, GROUND_B, ends.b);
    int received = ground_finish(receiving);
    int sent = ground_finish(sending);
    assert_true(is_broken(received) && is_broken(sent));
    assert_true(received == COG_ERESET || sent == COG_ERESET);
    free(many);
}

/* The test ends if it is: nobody handles it here. */
static void a_broken_connection_raises_no_signal(void **state) {
    struct ground *ground = *state;
    struct ends ends = pair(ground);
    ground_close(ground, GROUND_B, ends.b);
    int status = COG_OK;
    for (int i = 0; i < 3; i++) {
        status = ground_finish(ground_sendall(ground, GROUND_A, ends.a, "abc", 3));
        ground_settle(ground);
    }
    assert_int_equal(status, COG_ECLOSED);
}

static void shut_down(struct ground *ground, int32_t socket) {
    struct ground_task *ending = ground_task(ground, GROUND_A);
    cog_set_shutdown(&ending->op, socket);
    assert_int_equal(ground_do(ending), COG_OK);
}

static void a_shutdown_ends_one_direction_only(void **state) {
    struct ground *ground = *state;
    struct ends ends = pair(ground);
    char byte;
    struct ground_task *receiving = ground_recv(ground, GROUND_B, ends.b, &byte, 1);
    shut_down(ground, ends.a);
    assert_int_equal(ground_finish(receiving), COG_ECLOSED);
    ground_send_text(ground, GROUND_B, ends.b, "x");
    assert_int_equal(ground_finish(ground_recv(ground, GROUND_A, ends.a, &byte, 1)), COG_OK);
    assert_int_equal(ground_finish(ground_sendall(ground, GROUND_A, ends.a, "x", 1)), COG_ECLOSED);
}

/* Why is for the next transfer to tell. A Unix socket does not mind. */
static void a_shutdown_after_a_reset_is_closed_and_does_not_hide_it(void **state) {
    struct ground *ground = *state;
    struct ends ends = pair(ground);
    ground_send_text(ground, GROUND_A, ends.a, "unread");
    ground_settle(ground);
    ground_close(ground, GROUND_B, ends.b);
    ground_settle(ground);
    struct ground_task *task = ground_task(ground, GROUND_A);
    cog_set_shutdown(&task->op, ends.a);
    assert_int_equal(ground_do(task), ground_is_unix(ground) ? COG_OK : COG_ECLOSED);
    char byte;
    assert_int_equal(ground_finish(ground_recv(ground, GROUND_A, ends.a, &byte, 1)), COG_ERESET);
}

static void a_shutdown_ends_what_waits_for_room(void **state) {
    struct ground *ground = *state;
    struct ends ends = pair(ground);
    char *many = many_bytes();
    struct ground_task *sending = ground_sendall(ground, GROUND_A, ends.a, many, MANY_BYTES);
    assert_false(sending->is_done);
    shut_down(ground, ends.a);
    assert_int_equal(ground_finish(sending), COG_ECLOSED);
    free(many);
}

/* ---- What a reset loses ---- */

/* A sends in three pieces and closes with unread bytes. What B gets of it, until it is told. */
static size_t send_and_reset(struct ground *ground, char received[8]) {
    struct ends ends = pair(ground);
    size_t count = 0;
    ground_send_text(ground, GROUND_B, ends.b, "unread");
    ground_settle(ground);
    ground_send_text(ground, GROUND_A, ends.a, "ab");
    ground_send_text(ground, GROUND_A, ends.a, "cd");
    ground_send_text(ground, GROUND_A, ends.a, "ef");
    ground_close(ground, GROUND_A, ends.a);
    for (;;) {
        struct ground_task *task = ground_recv(ground, GROUND_B, ends.b, received + count, 1);
        if (ground_finish(task) != COG_OK) {
            assert_int_equal(task->op.status, COG_ERESET);
            ground_close(ground, GROUND_B, ends.b);
            assert_memory_equal(received, "abcdef", count);
            return count;
        }
        count++;
        assert_true(count < 8);
    }
}

/* Nagle's algorithm may hold back all but the first piece. A Unix socket has none. */
static void the_last_of_what_was_sent_may_be_lost_in_a_reset(void **state) {
    struct ground *ground = *state;
    char received[8];
    size_t count = send_and_reset(ground, received);
    assert_true(count == 6 || (!ground_is_unix(ground) && (count == 2 || count == 4)));
    for (uint64_t pieces = 0; ground_is_simulated(ground) && pieces < 3; pieces++) {
        ground_simulated_lose(ground, pieces);
        assert_int_equal(send_and_reset(ground, received), 6 - 2 * pieces);
    }
}

int main(void) {
    const struct wire_test tests[] = {
        WIRE_TEST(the_end_of_the_stream_is_closed),
        WIRE_TEST(the_end_that_came_with_the_bytes_is_not_missed),
        WIRE_TEST(a_close_with_unread_bytes_resets_once),
        WIRE_TEST(a_reset_ends_both_directions),
        WIRE_TEST(a_broken_connection_raises_no_signal),
        WIRE_TEST(a_shutdown_ends_one_direction_only),
        WIRE_TEST(a_shutdown_after_a_reset_is_closed_and_does_not_hide_it),
        WIRE_TEST(a_shutdown_ends_what_waits_for_room),
        WIRE_TEST(the_last_of_what_was_sent_may_be_lost_in_a_reset),
    };
    return ground_run_tests(tests, sizeof tests / sizeof tests[0]) != 0;
}
