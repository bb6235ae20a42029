/* test_contract_turns.c - the contract of every proactor over real sockets: how often the system is
 * asked, and who has his turn. */
#include "tests/unit/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static size_t held_count(const struct wire *wire) {
    return wire->proactor.ops->held_count(wire->proactor.context);
}

static void without_anything_held_a_run_asks_nobody(void **state) {
    struct wire *wire = *state;
    if (wire_reactor(wire) == NULL) {
        return;
    }
    struct wire_address address = wire_address(AF_INET);
    (void)wire_listen(wire, &address);
    uint64_t before = wire_reactor(wire)->asked_count;
    for (int i = 0; i < 10; i++) {
        assert_int_equal(wire->proactor.ops->run(wire->proactor.context, 0), COG_OK);
    }
    assert_int_equal(wire_reactor(wire)->asked_count, before);
}

static void one_run_completes_all_that_is_there(void **state) {
    enum { COUNT = 20 };
    struct wire *wire = *state;
    int32_t sockets[COUNT];
    int raws[COUNT];
    struct wire_task *tasks[COUNT];
    char bytes[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        sockets[i] = wire_pair(wire, &raws[i]);
        tasks[i] = wire_recv(wire, sockets[i], &bytes[i], 1);
    }
    for (size_t i = 0; i < COUNT; i++) {
        wire_raw_send(raws[i], "x", 1);
        wire_raw_await_arrival(raws[i]);
    }
    assert_int_equal(held_count(wire), COUNT);
    assert_int_equal(cog_iterate(wire->scheduler, 0), COG_MORE);
    assert_int_equal(held_count(wire), 0);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(wire_finish(tasks[i]), COG_OK);
    }
}

/* Ten bytes an attempt: the long one lets the other one through, and goes on by itself. */
static void a_connection_that_is_always_ready_does_not_keep_others_waiting(void **state) {
    struct wire *wire = *state;
    if (wire_reactor(wire) == NULL) {
        return;
    }
    wire_reactor(wire)->primitives.burst_bytes = 10;
    int raws[2];
    int32_t busy = wire_pair(wire, &raws[0]);
    int32_t quiet = wire_pair(wire, &raws[1]);
    char text[100];
    char received[100];
    wire_fill(text, sizeof text);
    char byte;
    struct wire_task *waiting = wire_recv(wire, quiet, &byte, 1);
    wire_raw_send(raws[0], text, sizeof text);
    wire_raw_send(raws[1], "x", 1);
    wire_raw_await_arrival(raws[1]);
    struct wire_task *reading = wire_task(wire);
    cog_set_recvall(&reading->op, busy, received, sizeof received);
    struct wire_task *sending = wire_task(wire);
    cog_set_sendall(&sending->op, busy, text, sizeof text);
    wire_start(reading);
    wire_start(sending);
    assert_true(waiting->is_done);
    assert_int_equal(wire_finish(reading), COG_OK);
    wire_check(received, sizeof received);
    assert_int_equal(wire_finish(sending), COG_OK);
    wire_raw_expect(raws[0], text, sizeof text);
}

static void what_goes_on_by_itself_is_activity(void **state) {
    struct wire *wire = *state;
    if (wire_reactor(wire) == NULL) {
        return;
    }
    wire_reactor(wire)->primitives.burst_bytes = 10;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    struct wire_task *sending = wire_task(wire);
    char text[1000];
    wire_fill(text, sizeof text);
    cog_set_sendall(&sending->op, socket, text, sizeof text);
    cog_set_timeout(&sending->op, 100, false);
    wire_start(sending);
    while (!sending->is_done) {
        wire->now_ns += 99;
        assert_true(cog_iterate(wire->scheduler, 0) >= COG_OK);
    }
    assert_int_equal(sending->op.status, COG_OK);
    wire_raw_expect(raw, text, sizeof text);
}

static void a_cancelled_operation_leaves_nothing_registered(void **state) {
    struct wire *wire = *state;
    if (wire_reactor(wire) == NULL) {
        return;
    }
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    size_t watched_count = wire_reactor(wire)->watched_count;
    char byte;
    struct wire_task *receiving = wire_recv(wire, socket, &byte, 1);
    assert_int_equal(cog_cancel(receiving->coro), COG_OK);
    assert_int_equal(held_count(wire), 0);
    assert_int_equal(wire_reactor(wire)->watched_count, watched_count);
    struct wire_task *next = wire_recv(wire, socket, &byte, 1);
    wire_raw_send(raw, "x", 1);
    assert_int_equal(wire_finish(next), COG_OK);
}

/* Where sockets stay registered: two such reports, and it is registered no more. */
static void a_peer_that_nobody_listens_to_does_not_go_on_waking(void **state) {
    struct wire *wire = *state;
    if (wire_reactor(wire) == NULL) {
        return;
    }
    int raws[2];
    int32_t socket = wire_pair(wire, &raws[0]);
    int32_t other = wire_pair(wire, &raws[1]);
    char bytes[10];
    struct wire_task *receiving = wire_recv(wire, socket, bytes, 1);
    wire_raw_send(raws[0], "x", 1);
    assert_int_equal(wire_finish(receiving), COG_OK);
    struct wire_task *waiting = wire_recv(wire, other, bytes, 1);
    for (int i = 0; i < 9; i++) {
        wire_raw_send(raws[0], "y", 1);
        wire_raw_await_arrival(raws[0]);
        wire_settle(wire);
    }
    assert_true(wire_reactor(wire)->watched_count <= 1);
    assert_int_equal(wire_finish(wire_recvall(wire, socket, bytes, 9)), COG_OK);
    assert_false(waiting->is_done);
}

/* A connection on which a receive has left nothing. */
static int32_t drained_pair(struct wire *wire, int *raw) {
    int32_t socket = wire_pair(wire, raw);
    char bytes[10];
    struct wire_task *receiving = wire_recv(wire, socket, bytes, sizeof bytes);
    wire_raw_send(*raw, "x", 1);
    assert_int_equal(wire_finish(receiving), COG_OK);
    assert_int_equal(receiving->op.u.io.done, 1);
    return socket;
}

static void what_came_since_is_received_however_short_the_time(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = drained_pair(wire, &raw);
    int other_raw = -1;
    struct wire_task *another = wire_task(wire);
    cog_set_shutdown(&another->op, wire_pair(wire, &other_raw));
    wire_raw_send(raw, "y", 1);
    wire_raw_await_arrival(raw);
    char byte = 0;
    struct wire_task *receiving = wire_task(wire);
    cog_set_recv(&receiving->op, socket, &byte, 1);
    cog_set_timeout(&receiving->op, 0, true);
    wire_launch(receiving);
    wire_launch(another);
    if (wire_reactor(wire) != NULL) {
        wire_reactor(wire)->credit = 100; /* it does not ask while there is something else to do */
        wire_reactor(wire)->asked_ns = INT64_MAX;
    }
    int status = wire_finish(receiving);
    assert_int_equal(wire_finish(another), COG_OK);
    assert_true(status == COG_OK || (!wire->tries_first && status == COG_ETIMEDOUT));
    assert_int_equal(byte, status == COG_OK ? 'y' : 0);
}

static void what_came_since_is_received_though_others_close(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = drained_pair(wire, &raw);
    wire_raw_send(raw, "y", 1);
    wire_raw_await_arrival(raw);
    char byte = 0;
    struct wire_task *receiving = wire_task(wire);
    cog_set_recv(&receiving->op, socket, &byte, 1);
    wire_launch(receiving);
    struct wire_task *closing = wire_task(wire);
    cog_set_close(&closing->op, socket);
    wire_launch(closing);
    assert_int_equal(wire_finish(closing), COG_OK);
    int status = wire_finish(receiving);
    assert_true(status == COG_OK || (!wire->tries_first && status == COG_ECLOSED));
    assert_int_equal(byte, status == COG_OK ? 'y' : 0);
}

/* Two who wait there one behind the other. */
static void what_came_since_is_received_in_order(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = drained_pair(wire, &raw);
    wire_raw_send(raw, "yz", 2);
    wire_raw_await_arrival(raw);
    char bytes[2] = {0};
    struct wire_task *receiving[2];
    for (size_t i = 0; i < 2; i++) {
        receiving[i] = wire_task(wire);
        cog_set_recv(&receiving[i]->op, socket, &bytes[i], 1);
        wire_launch(receiving[i]);
    }
    assert_int_equal(wire_finish(receiving[0]), COG_OK);
    assert_int_equal(wire_finish(receiving[1]), COG_OK);
    assert_memory_equal(bytes, "yz", 2);
}

/* While others are ready: a shutdown (a close, another send) comes after what was sent before. */
static void what_is_sent_goes_before_what_ends_the_stream(void **state) {
    struct wire *wire = *state;
    for (int closes = 0; closes < 2 && wire->tries_first; closes++) {
        int raw = -1;
        int32_t socket = wire_pair(wire, &raw);
        struct wire_task *sending[2];
        for (size_t i = 0; i < 2; i++) {
            sending[i] = wire_task(wire);
            cog_set_sendall(&sending[i]->op, socket, i == 0 ? "one" : "two", 3);
            wire_launch(sending[i]);
        }
        struct wire_task *ending = wire_task(wire);
        (closes != 0 ? cog_set_close : cog_set_shutdown)(&ending->op, socket);
        wire_launch(ending);
        assert_int_equal(wire_finish(ending), COG_OK);
        assert_int_equal(wire_finish(sending[0]), COG_OK);
        assert_int_equal(wire_finish(sending[1]), COG_OK);
        wire_raw_expect(raw, "onetwo", 6);
        char byte;
        assert_int_equal(recv(raw, &byte, 1, 0), 0);
    }
}

/* And it is sent although there is no time. */
static void what_can_be_sent_is_sent_however_short_the_time(void **state) {
    struct wire *wire = *state;
    int raws[2];
    struct wire_task *sending[2];
    for (size_t i = 0; i < 2 && wire->tries_first; i++) {
        sending[i] = wire_task(wire);
        cog_set_sendall(&sending[i]->op, wire_pair(wire, &raws[i]), "one", 3);
        cog_set_timeout(&sending[i]->op, 0, true);
    }
    for (size_t i = 0; i < 2 && wire->tries_first; i++) {
        wire_launch(sending[i]);
    }
    for (size_t i = 0; i < 2 && wire->tries_first; i++) {
        assert_int_equal(wire_finish(sending[i]), COG_OK);
        wire_raw_expect(raws[i], "one", 3);
    }
}

static size_t recv_count;

static int count_recv(void *context, int32_t socket, char *buffer, size_t bytes, bool peek,
                      size_t *received) {
    (void)context;
    recv_count++;
    ssize_t count = recv(socket, buffer, bytes, MSG_DONTWAIT | (peek ? MSG_PEEK : 0));
    *received = count > 0 ? (size_t)count : 0;
    return count > 0 ? COG_OK : COG_PENDING;
}

/* Where it is told when readiness begins. */
static void a_receive_that_would_come_away_with_nothing_is_not_attempted(void **state) {
    struct wire *wire = *state;
    if (wire_reactor(wire) == NULL || !wire_reactor(wire)->ops->reports_edges) {
        return;
    }
    int raw = -1;
    int32_t socket = drained_pair(wire, &raw);
    wire_reactor(wire)->primitives.recv = count_recv;
    recv_count = 0;
    char byte = 0;
    struct wire_task *receiving = wire_recv(wire, socket, &byte, 1);
    assert_int_equal(recv_count, 0);
    wire_raw_send(raw, "y", 1);
    assert_int_equal(wire_finish(receiving), COG_OK);
    assert_int_equal(recv_count, 1);
}

static void many_who_are_ready_are_not_interrupted_for_each(void **state) {
    struct wire *wire = *state;
    struct cog_reactor *reactor = wire_reactor(wire);
    if (reactor == NULL) {
        return;
    }
    int raws[2];
    int32_t socket = wire_pair(wire, &raws[0]);
    int32_t other = wire_pair(wire, &raws[1]);
    char bytes[2];
    struct wire_task *waiting = wire_recv(wire, socket, &bytes[0], 1);
    wire_settle(wire);
    struct wire_task *ready = wire_task(wire);
    cog_set_recv(&ready->op, other, &bytes[1], 1);
    wire_launch(ready);
    reactor->credit = 5;
    reactor->asked_ns = 0; /* long ago */
    uint64_t before = reactor->asked_count;
    assert_int_equal(wire->proactor.ops->run(wire->proactor.context, 0), COG_OK);
    assert_int_equal(reactor->asked_count, before + 1);
    assert_int_equal(reactor->credit, 5);
    assert_false(waiting->is_done);
}

int main(void) {
    const struct wire_test tests[] = {
        WIRE_TEST(without_anything_held_a_run_asks_nobody),
        WIRE_TEST(one_run_completes_all_that_is_there),
        WIRE_TEST(a_connection_that_is_always_ready_does_not_keep_others_waiting),
        WIRE_TEST(what_goes_on_by_itself_is_activity),
        WIRE_TEST(a_cancelled_operation_leaves_nothing_registered),
        WIRE_TEST(a_peer_that_nobody_listens_to_does_not_go_on_waking),
        WIRE_TEST(what_came_since_is_received_however_short_the_time),
        WIRE_TEST(what_came_since_is_received_though_others_close),
        WIRE_TEST(what_came_since_is_received_in_order),
        WIRE_TEST(what_is_sent_goes_before_what_ends_the_stream),
        WIRE_TEST(what_can_be_sent_is_sent_however_short_the_time),
        WIRE_TEST(a_receive_that_would_come_away_with_nothing_is_not_attempted),
        WIRE_TEST(many_who_are_ready_are_not_interrupted_for_each),
    };
    return wire_run_tests(tests, sizeof tests / sizeof tests[0]) != 0;
}
