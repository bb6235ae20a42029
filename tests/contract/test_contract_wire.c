/* test_proactors.c - the contract of every proactor over real sockets: streams. */
#include "tests/unit/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { MANY_BYTES = 16 << 20 }; /* more than a connection takes up */

static size_t held_count(const struct wire *wire) {
    return wire->proactor.ops->held_count(wire->proactor.context);
}

/* ---- Connecting ---- */

static void a_connection_is_made_and_carries_bytes_both_ways(void **state) {
    struct wire *wire = *state;
    struct wire_address address = wire_address(AF_INET);
    int32_t listener = wire_listen(wire, &address);
    struct wire_task *accepting = wire_accept(wire, listener);
    assert_false(accepting->is_done);
    struct wire_task *connecting = wire_connect(wire, &address);
    assert_int_equal(wire_finish(connecting), COG_OK);
    assert_int_equal(wire_finish(accepting), COG_OK);
    char buffer[8];
    struct wire_task *receiving = wire_recvall(wire, accepting->op.socket, buffer, 5);
    assert_int_equal(wire_finish(wire_sendall(wire, connecting->op.socket, "hello", 5)), COG_OK);
    assert_int_equal(wire_finish(receiving), COG_OK);
    assert_memory_equal(buffer, "hello", 5);
    assert_int_equal(wire_finish(wire_sendall(wire, accepting->op.socket, "you", 3)), COG_OK);
    assert_int_equal(wire_finish(wire_recvall(wire, connecting->op.socket, buffer, 3)), COG_OK);
    assert_memory_equal(buffer, "you", 3);
}

static void a_connection_that_waits_is_accepted_at_once(void **state) {
    struct wire *wire = *state;
    struct wire_address address = wire_address(AF_INET);
    int32_t listener = wire_listen(wire, &address);
    (void)wire_raw_connect(wire, &address);
    (void)wire_raw_connect(wire, &address);
    struct wire_task *first = wire_accept(wire, listener);
    struct wire_task *second = wire_accept(wire, listener);
    assert_int_equal(wire_finish(first), COG_OK);
    assert_int_equal(wire_finish(second), COG_OK);
    assert_int_not_equal(first->op.socket, second->op.socket);
}

static void nobody_listens_is_refused(void **state) {
    struct wire *wire = *state;
    struct wire_address address;
    int raw = wire_raw_listen(wire, &address, 0);
    struct wire_task *connecting = wire_connect(wire, &address);
    assert_int_equal(wire_finish(connecting), COG_EREFUSED);
    assert_int_equal(connecting->op.socket, -1);
    assert_int_equal(held_count(wire), 0);
    wire_raw_close(wire, raw, false);
}

static void an_address_that_is_taken_is_in_use(void **state) {
    struct wire *wire = *state;
    struct wire_address address = wire_address(AF_INET);
    (void)wire_listen(wire, &address);
    struct wire_task *again = wire_task(wire);
    cog_set_listen(&again->op, (const struct sockaddr *)&address.storage, address.bytes, 1);
    assert_int_equal(wire_do(again), COG_EADDRINUSE);
    assert_int_equal(again->op.socket, -1);
}

static void what_is_no_address_is_invalid(void **state) {
    struct wire *wire = *state;
    struct wire_task *task = wire_task(wire);
    cog_set_connect(&task->op, NULL, 0);
    assert_int_equal(wire_do(task), COG_EINVALID);
    struct wire_address address = wire_address(AF_INET);
    task = wire_task(wire);
    cog_set_listen(&task->op, (const struct sockaddr *)&address.storage, 100000, 1);
    assert_int_equal(wire_do(task), COG_EINVALID);
    task = wire_task(wire);
    address.storage.ss_family = 250;
    cog_set_bind(&task->op, (const struct sockaddr *)&address.storage, address.bytes);
    assert_int_equal(wire_do(task), COG_EUNSUPPORTED);
}

/* A backlog that is full swallows what comes: at some point a connect stays under way. */
static void a_connect_under_way_is_cancelled_and_its_socket_closed(void **state) {
    struct wire *wire = *state;
    struct wire_address address;
    (void)wire_raw_listen(wire, &address, 1);
    struct wire_task *connecting = NULL;
    size_t open_count = 0;
    do {
        open_count = wire_count_descriptors();
        connecting = wire_task(wire);
        cog_set_connect(&connecting->op, (const struct sockaddr *)&address.storage, address.bytes);
        cog_set_timeout(&connecting->op, 100, true);
        wire_start(connecting);
        wire->now_ns += 100;
    } while (wire_finish(connecting) == COG_OK);
    assert_int_equal(connecting->op.status, COG_ETIMEDOUT);
    assert_int_equal(connecting->op.socket, -1);
    assert_int_equal(held_count(wire), 0);
    assert_int_equal(wire_count_descriptors(), open_count);
}

/* ---- Receiving ---- */

static void a_recv_takes_what_is_there(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    char buffer[10];
    struct wire_task *receiving = wire_recv(wire, socket, buffer, sizeof buffer);
    assert_false(receiving->is_done);
    assert_int_equal(held_count(wire), 1);
    wire_raw_send(raw, "abc", 3);
    assert_int_equal(wire_finish(receiving), COG_OK);
    assert_int_equal(receiving->op.u.io.done, 3);
    assert_memory_equal(buffer, "abc", 3);
    assert_int_equal(held_count(wire), 0);
}

static void what_is_left_is_for_the_next_recv(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    wire_raw_send(raw, "abcdef", 6);
    char buffer[6];
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(wire_finish(wire_recv(wire, socket, buffer + 2 * i, 2)), COG_OK);
    }
    assert_memory_equal(buffer, "abcdef", 6);
}

static void a_recv_after_a_short_one_gets_what_comes_next(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    for (int i = 0; i < 20; i++) {
        char buffer[10];
        struct wire_task *receiving = NULL;
        if (i % 2 == 0) {
            receiving = wire_recv(wire, socket, buffer, sizeof buffer);
            wire_raw_send(raw, "xy", 2);
        } else {
            wire_raw_send(raw, "xy", 2);
            receiving = wire_recv(wire, socket, buffer, sizeof buffer);
        }
        assert_int_equal(wire_finish(receiving), COG_OK);
        assert_int_equal(receiving->op.u.io.done, 2);
    }
}

static void a_recvall_takes_pieces_until_all_are_there(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    char buffer[9];
    struct wire_task *receiving = wire_recvall(wire, socket, buffer, 9);
    for (int i = 0; i < 3; i++) {
        wire_raw_send(raw, "abc", 3);
        if (i < 2) {
            wire_await_bytes(receiving, 3 * (size_t)(i + 1));
        }
    }
    assert_int_equal(wire_finish(receiving), COG_OK);
    assert_memory_equal(buffer, "abcabcabc", 9);
}

static void a_recvline_ends_at_the_newline_and_leaves_the_rest(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    char buffer[20];
    struct wire_task *line = wire_task(wire);
    cog_set_recvline(&line->op, socket, buffer, sizeof buffer);
    wire_start(line);
    wire_raw_send(raw, "on", 2);
    wire_await_bytes(line, 2);
    wire_raw_send(raw, "e\ntwo\n", 6);
    assert_int_equal(wire_finish(line), COG_OK);
    assert_int_equal(line->op.u.io.done, 4);
    assert_memory_equal(buffer, "one\n", 4);
    struct wire_task *next = wire_task(wire);
    cog_set_recvline(&next->op, socket, buffer, 3);
    assert_int_equal(wire_do(next), COG_EFULL);
    assert_memory_equal(buffer, "two", 3);
}

static void the_end_of_the_stream_is_closed(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    char buffer[10];
    struct wire_task *held = wire_recvall(wire, socket, buffer, sizeof buffer);
    wire_raw_send(raw, "abc", 3);
    wire_raw_close(wire, raw, false);
    assert_int_equal(wire_finish(held), COG_ECLOSED);
    assert_int_equal(held->op.u.io.done, 3);
    assert_int_equal(wire_finish(wire_recv(wire, socket, buffer, 1)), COG_ECLOSED);
}

/* The bytes and the end are reported together: a recv that gets fewer bytes than it might must not
 * make the next one wait for a report that has been. */
static void the_end_that_came_with_the_bytes_is_not_missed(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    char buffer[10];
    struct wire_task *held = wire_recv(wire, socket, buffer, sizeof buffer);
    wire_raw_send(raw, "abc", 3);
    wire_raw_close(wire, raw, false);
    assert_int_equal(wire_finish(held), COG_OK);
    assert_int_equal(wire_finish(wire_recv(wire, socket, buffer, 10)), COG_ECLOSED);
}

static void a_reset_ends_both_directions(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    char *many = calloc(1, MANY_BYTES);
    assert_non_null(many);
    char buffer[10];
    struct wire_task *receiving = wire_recv(wire, socket, buffer, sizeof buffer);
    struct wire_task *sending = wire_sendall(wire, socket, many, MANY_BYTES);
    assert_false(sending->is_done);
    wire_raw_close(wire, raw, true);
    int received = wire_finish(receiving);
    int sent = wire_finish(sending);
    assert_true(received == COG_ERESET || sent == COG_ERESET);
    assert_true(received == COG_ERESET || received == COG_ECLOSED);
    assert_true(sent == COG_ERESET || sent == COG_ECLOSED);
    free(many);
}

/* ---- Sending ---- */

static void a_sendall_waits_for_room_and_sends_every_byte(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    char *many = malloc(MANY_BYTES);
    assert_non_null(many);
    wire_fill(many, MANY_BYTES);
    struct wire_task *sending = wire_sendall(wire, socket, many, MANY_BYTES);
    assert_false(sending->is_done);
    char piece[65536];
    size_t at = 0;
    while (at < MANY_BYTES) {
        ssize_t received = recv(raw, piece, sizeof piece, MSG_DONTWAIT);
        if (received > 0) {
            assert_memory_equal(piece, many + at, (size_t)received);
            at += (size_t)received;
        }
        wire_settle(wire);
    }
    assert_int_equal(wire_finish(sending), COG_OK);
    assert_int_equal(sending->op.u.io.done, MANY_BYTES);
    free(many);
}

static void a_send_hands_over_what_there_is_room_for(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    char *many = calloc(1, MANY_BYTES);
    assert_non_null(many);
    struct wire_task *sending = wire_task(wire);
    cog_set_send(&sending->op, socket, many, MANY_BYTES);
    assert_int_equal(wire_do(sending), COG_OK);
    assert_in_range(sending->op.u.io.done, 1, MANY_BYTES - 1);
    free(many);
}

/* The test ends if it is: nobody handles it here. */
static void a_broken_connection_raises_no_signal(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    wire_raw_close(wire, raw, true);
    int status = COG_OK;
    for (int i = 0; i < 3; i++) {
        status = wire_finish(wire_sendall(wire, socket, "abc", 3));
    }
    assert_int_equal(status, COG_ECLOSED);
}

static void a_shutdown_ends_one_direction_only(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    struct wire_task *ending = wire_task(wire);
    cog_set_shutdown(&ending->op, socket);
    assert_int_equal(wire_do(ending), COG_OK);
    char byte;
    assert_int_equal(recv(raw, &byte, 1, 0), 0);
    wire_raw_send(raw, "x", 1);
    assert_int_equal(wire_finish(wire_recv(wire, socket, &byte, 1)), COG_OK);
    assert_int_equal(wire_finish(wire_sendall(wire, socket, "abc", 3)), COG_ECLOSED);
}

static void a_shutdown_ends_what_waits_for_room(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    char *many = calloc(1, MANY_BYTES);
    assert_non_null(many);
    struct wire_task *sending = wire_sendall(wire, socket, many, MANY_BYTES);
    assert_false(sending->is_done);
    struct wire_task *ending = wire_task(wire);
    cog_set_shutdown(&ending->op, socket);
    assert_int_equal(wire_do(ending), COG_OK);
    assert_int_equal(wire_finish(sending), COG_ECLOSED);
    free(many);
}

/* ---- Several on one socket ---- */

static void operations_of_one_direction_are_served_in_order(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    char first[3];
    char second[3];
    struct wire_task *one = wire_recvall(wire, socket, first, 3);
    struct wire_task *two = wire_recvall(wire, socket, second, 3);
    wire_raw_send(raw, "abcd", 4);
    assert_int_equal(wire_finish(one), COG_OK);
    assert_false(two->is_done);
    wire_raw_send(raw, "ef", 2);
    assert_int_equal(wire_finish(two), COG_OK);
    assert_memory_equal(first, "abc", 3);
    assert_memory_equal(second, "def", 3);
}

static void the_directions_do_not_wait_for_one_another(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    char byte;
    struct wire_task *receiving = wire_recv(wire, socket, &byte, 1);
    assert_int_equal(wire_finish(wire_sendall(wire, socket, "abc", 3)), COG_OK);
    assert_false(receiving->is_done);
    wire_raw_expect(raw, "abc", 3);
    wire_raw_send(raw, "x", 1);
    assert_int_equal(wire_finish(receiving), COG_OK);
}

/* ---- Timeouts and cancelling ---- */

static void a_strong_timeout_fires_and_leaves_nothing_behind(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    char buffer[10];
    struct wire_task *receiving = wire_task(wire);
    cog_set_recvall(&receiving->op, socket, buffer, sizeof buffer);
    cog_set_timeout(&receiving->op, 100, true);
    wire_start(receiving);
    wire_raw_send(raw, "abc", 3);
    wire_await_bytes(receiving, 3);
    wire->now_ns += 99;
    wire_settle(wire);
    assert_false(receiving->is_done);
    wire->now_ns += 1;
    wire_settle(wire);
    assert_true(receiving->is_done);
    assert_int_equal(receiving->op.status, COG_ETIMEDOUT);
    assert_int_equal(receiving->op.u.io.done, 3);
    assert_int_equal(held_count(wire), 0);
    struct wire_task *next = wire_recvall(wire, socket, buffer, 3);
    wire_raw_send(raw, "def", 3);
    assert_int_equal(wire_finish(next), COG_OK);
    assert_memory_equal(buffer, "def", 3);
}

static void a_weak_timeout_fires_that_long_after_the_last_piece(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    char buffer[10];
    struct wire_task *receiving = wire_task(wire);
    cog_set_recvall(&receiving->op, socket, buffer, sizeof buffer);
    cog_set_timeout(&receiving->op, 100, false);
    wire_start(receiving);
    for (size_t i = 1; i <= 3; i++) {
        wire->now_ns += 60;
        wire_raw_send(raw, "a", 1);
        while (cog_next_deadline_ns(wire->scheduler) != wire->now_ns + 100) {
            wire_settle(wire);
        }
    }
    wire->now_ns += 99;
    wire_settle(wire);
    assert_false(receiving->is_done);
    wire->now_ns += 1;
    wire_settle(wire);
    assert_true(receiving->is_done);
    assert_int_equal(receiving->op.status, COG_ETIMEDOUT);
    assert_int_equal(receiving->op.u.io.done, 3);
}

static void one_that_is_cancelled_lets_the_next_one_go_on(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    char first[3];
    char second[3];
    struct wire_task *one = wire_task(wire);
    cog_set_recvall(&one->op, socket, first, 3);
    cog_set_timeout(&one->op, 100, true);
    wire_start(one);
    struct wire_task *two = wire_recvall(wire, socket, second, 3);
    wire->now_ns += 100;
    wire_settle(wire);
    assert_true(one->is_done);
    assert_int_equal(held_count(wire), 1);
    wire_raw_send(raw, "abc", 3);
    assert_int_equal(wire_finish(two), COG_OK);
    assert_memory_equal(second, "abc", 3);
}

static void freeing_the_scheduler_cancels_what_is_held(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    char buffer[3];
    struct wire_task *receiving = wire_recvall(wire, socket, buffer, 3);
    cog_scheduler_free(wire->scheduler);
    wire->scheduler = NULL;
    assert_false(receiving->is_done);
    assert_int_equal(held_count(wire), 0);
}

int main(void) {
    const struct wire_test tests[] = {
        WIRE_TEST(a_connection_is_made_and_carries_bytes_both_ways),
        WIRE_TEST(a_connection_that_waits_is_accepted_at_once),
        WIRE_TEST(nobody_listens_is_refused),
        WIRE_TEST(an_address_that_is_taken_is_in_use),
        WIRE_TEST(what_is_no_address_is_invalid),
        WIRE_TEST(a_connect_under_way_is_cancelled_and_its_socket_closed),
        WIRE_TEST(a_recv_takes_what_is_there),
        WIRE_TEST(what_is_left_is_for_the_next_recv),
        WIRE_TEST(a_recv_after_a_short_one_gets_what_comes_next),
        WIRE_TEST(a_recvall_takes_pieces_until_all_are_there),
        WIRE_TEST(a_recvline_ends_at_the_newline_and_leaves_the_rest),
        WIRE_TEST(the_end_of_the_stream_is_closed),
        WIRE_TEST(the_end_that_came_with_the_bytes_is_not_missed),
        WIRE_TEST(a_reset_ends_both_directions),
        WIRE_TEST(a_sendall_waits_for_room_and_sends_every_byte),
        WIRE_TEST(a_send_hands_over_what_there_is_room_for),
        WIRE_TEST(a_broken_connection_raises_no_signal),
        WIRE_TEST(a_shutdown_ends_one_direction_only),
        WIRE_TEST(a_shutdown_ends_what_waits_for_room),
        WIRE_TEST(operations_of_one_direction_are_served_in_order),
        WIRE_TEST(the_directions_do_not_wait_for_one_another),
        WIRE_TEST(a_strong_timeout_fires_and_leaves_nothing_behind),
        WIRE_TEST(a_weak_timeout_fires_that_long_after_the_last_piece),
        WIRE_TEST(one_that_is_cancelled_lets_the_next_one_go_on),
        WIRE_TEST(freeing_the_scheduler_cancels_what_is_held),
    };
    return wire_run_tests(tests, sizeof tests / sizeof tests[0]) != 0;
}
