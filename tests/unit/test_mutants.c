/* test_mutants.c - what is hard to tell from what is right: faults of tests/mutants/ that would
 * pass by the tests of the sources they are in. */
#include "tests/unit/actor.h"
#include "tests/unit/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* ---- A post while the mailboxes are being looked at ---- */

struct intruder {
    struct stage *stage;
    struct cog_observer inner;
    bool has_posted;
};

/* Posts to the first mailbox when the taker of the second one becomes ready. */
static void intrude(void *context, const struct cog_event *event) {
    struct intruder *intruder = context;
    intruder->inner.ops->event(intruder->inner.context, event);
    struct stage_object *first = &intruder->stage->objects[0];
    if (!intruder->has_posted && event->kind == COG_EVENT_CORO_READY &&
        cog_coro_op(event->coro)->object == intruder->stage->objects[1].mailbox) {
        intruder->has_posted = true;
        assert_int_equal(stage_post(first, 7), COG_OK);
    }
}

static void a_post_between_the_look_and_the_sleep_is_not_lost(void **state) {
    static const struct cog_observer_ops ops = {.event = intrude};
    struct stage *stage = *state;
    struct intruder intruder = {.stage = stage, .inner = stage->options.observer};
    stage->options.observer = (struct cog_observer){.ops = &ops, .context = &intruder};
    assert_int_equal(stage_open(stage), COG_OK);
    assert_int_equal(stage_mailbox(stage, "m", 0), COG_OK);
    assert_int_equal(stage_mailbox(stage, "n", 0), COG_OK);
    actor_enter(stage, "a", "take m");
    actor_enter(stage, "b", "take n");
    for (int i = 0; i < 4; i++) {
        (void)stage_iterate(stage);
    }
    int64_t posted_ns = stage->now_ns;
    assert_int_equal(stage_post(&stage->objects[1], 5), COG_OK);
    for (int i = 0; i < 4; i++) {
        (void)stage_iterate(stage);
    }
    assert_true(intruder.has_posted);
    assert_int_equal(stage->now_ns, posted_ns);
    assert_true(cog_coro_has_ended(actor_find(stage, "a")));
    assert_true(cog_coro_has_ended(actor_find(stage, "b")));
}

/* ---- At once, or first in the queue ---- */

/* How many iterations a publisher of a priority, all alone, takes to get past its publish. */
static int iterations_of_publish(struct stage *stage, const char *script) {
    assert_int_equal(stage_open(stage), COG_OK);
    assert_int_equal(stage_channel(stage, "c"), COG_OK);
    actor_enter(stage, "p", script);
    int count = 0;
    while (stage->log.bytes == 0 && count < 10) {
        (void)stage_iterate(stage);
        count++;
    }
    assert_string_equal(stage->log.text, "0 p publish\n");
    return count;
}

static void a_publisher_with_coro_goes_on_in_the_same_iteration(void **state) {
    assert_int_equal(iterations_of_publish(*state, "publish c 5 prio=coro"), 1);
}

static void a_publisher_with_op_goes_on_in_the_next_iteration(void **state) {
    assert_int_equal(iterations_of_publish(*state, "publish c 5 prio=op"), 2);
}

/* ---- A clock that steps back ---- */

static void time_stands_still_until_the_clock_has_caught_up(void **state) {
    static const int64_t told_ns[] = {10, 4, 9, 10, 12, 11};
    static const int64_t expected_ns[] = {10, 10, 10, 10, 12, 12};
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    for (size_t i = 0; i < sizeof told_ns / sizeof told_ns[0]; i++) {
        stage->now_ns = told_ns[i];
        assert_int_equal(cog_now_ns(stage->scheduler), expected_ns[i]);
    }
}

/* ---- Subscribers with a key ---- */

static void compact_keeps_what_a_key_has_not_read(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    assert_int_equal(stage_channel(stage, "c"), COG_OK);
    actor_enter(stage, "a",
                "-subscribe c; -subscribe_key c 3; -publish c 1; -publish c 2; -fetch c; "
                "compact c; fetch_key c 3; compact c");
    stage_expect(stage, COG_OK, "0 a compact=0\n0 a fetch_key=1,2\n0 a compact=2\n");
}

static void after_unsubscribing_a_key_has_no_subscription(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    assert_int_equal(stage_channel(stage, "c"), COG_OK);
    actor_enter(stage, "a",
                "-subscribe_key c 3; -unsubscribe_key c 3; -publish c 1; fetch_key c 3; compact c");
    stage_expect(stage, COG_OK, "0 a fetch_key not subscribed\n0 a compact=1\n");
}

/* ---- Clean-up, then waking ---- */

static void cancel_it(void *coro) {
    assert_int_equal(cog_cancel(coro), COG_OK);
}

static void clean_up_runs_while_the_joiner_still_waits(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    struct cog_coro *ending = actor_enter(stage, "a", "-yield; -sleep 5");
    struct cog_coro *joining = actor_enter(stage, "b", "join a");
    assert_int_equal(cog_defer(ending, cancel_it, joining), COG_OK);
    stage_expect(stage, COG_OK, "");
    assert_int_equal(cog_coro_status(joining), COG_ECANCELLED);
}

/* ---- Stackful coroutines that give up waiting ---- */

static int receive_within_10_ns(struct cog_coro *self, void *argument) {
    (void)argument;
    char buffer[4];
    return (int)cog_recvall(self, 1, buffer, sizeof buffer, COG_WITHIN(10));
}

static void the_strong_timeout_of_a_call_takes_no_notice_of_activity(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    struct cog_coro *coro = NULL;
    assert_int_equal(
        cog_coro_new_stackful(stage->scheduler, receive_within_10_ns, NULL, NULL, &coro), COG_OK);
    assert_int_equal(cog_add(stage->scheduler, coro, true), COG_OK);
    stage_cue(stage, 5, STAGE_ACTIVITY, 1, COG_OK, 1);
    assert_int_equal(stage_run(stage), COG_OK);
    assert_int_equal(cog_coro_status(coro), COG_ETIMEDOUT);
    assert_int_equal(stage->now_ns, 10);
    cog_coro_release(coro);
}

static int flush_twice(struct cog_coro *self, void *argument) {
    struct cog_stream *stream = argument;
    if (cog_stream_write(self, stream, "abcd", 4, NULL) != 4 ||
        cog_stream_flush(self, stream, COG_WITHIN(10)) != COG_ETIMEDOUT) {
        return COG_EINVALID;
    }
    return cog_stream_flush(self, stream, NULL);
}

static void what_a_flush_has_sent_is_not_sent_again(void **state) {
    struct stage *stage = *state;
    struct cog_stream *stream = NULL;
    assert_int_equal(stage_open(stage), COG_OK);
    assert_int_equal(cog_stream_new(stage->scheduler, 1, NULL, &stream), COG_OK);
    assert_int_equal(cog_go(stage->scheduler, flush_twice, stream, "a"), COG_OK);
    stage->sent_socket = 1;
    stage_cue(stage, 5, STAGE_ACTIVITY, 1, COG_OK, 3);
    stage_cue(stage, 15, STAGE_COMPLETE, 1, COG_OK, 1);
    assert_int_equal(stage_run(stage), COG_OK);
    assert_string_equal(stage->sent.text, "abcd");
    cog_stream_free(stream);
}

/* ---- Two receives on one socket ---- */

/* The bytes are there when the second one is submitted, but the first one has not been told. */
static void what_has_come_is_for_the_receive_that_waits(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    char first[2];
    char second[2];
    struct wire_task *one = wire_recvall(wire, socket, first, 2);
    wire_raw_send(raw, "ab", 2);
    struct wire_task *two = wire_recvall(wire, socket, second, 2);
    assert_false(two->is_done);
    assert_int_equal(wire_finish(one), COG_OK);
    wire_raw_send(raw, "cd", 2);
    assert_int_equal(wire_finish(two), COG_OK);
    assert_memory_equal(first, "ab", 2);
    assert_memory_equal(second, "cd", 2);
}

int main(void) {
    const struct wire_test wire_tests[] = {
        WIRE_TEST(what_has_come_is_for_the_receive_that_waits),
    };
    const struct CMUnitTest tests[] = {
        STAGE_TEST(a_post_between_the_look_and_the_sleep_is_not_lost),
        STAGE_TEST(a_publisher_with_coro_goes_on_in_the_same_iteration),
        STAGE_TEST(a_publisher_with_op_goes_on_in_the_next_iteration),
        STAGE_TEST(time_stands_still_until_the_clock_has_caught_up),
        STAGE_TEST(compact_keeps_what_a_key_has_not_read),
        STAGE_TEST(after_unsubscribing_a_key_has_no_subscription),
        STAGE_TEST(clean_up_runs_while_the_joiner_still_waits),
        STAGE_TEST(the_strong_timeout_of_a_call_takes_no_notice_of_activity),
        STAGE_TEST(what_a_flush_has_sent_is_not_sent_again),
    };
    int failed_count = wire_run_tests(wire_tests, sizeof wire_tests / sizeof wire_tests[0]);
    return failed_count + cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
