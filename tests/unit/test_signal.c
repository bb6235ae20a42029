/* test_signal.c - signals: who wakes, in what order, and what a parked signaller gets. */
#include "tests/unit/actor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void open_with_bell(struct stage *stage) {
    assert_int_equal(stage_open(stage), COG_OK);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
}

static void a_signal_without_waiters_is_lost(void **state) {
    struct stage *stage = *state;
    open_with_bell(stage);
    actor_enter(stage, "a", "signal s 1 0");
    actor_enter(stage, "b", "wait s");
    stage_expect(stage, COG_ESTALLED, "0 a signal=0\n");
}

static void a_signal_wakes_everybody_with_its_value_and_gets_their_number(void **state) {
    struct stage *stage = *state;
    open_with_bell(stage);
    actor_enter(stage, "a", "wait s");
    actor_enter(stage, "b", "wait s");
    actor_enter(stage, "c", "signal s 7 0");
    stage_expect(stage, COG_OK, "0 a wait=7\n0 b wait=7\n0 c signal=2\n");
}

static void with_op_the_last_waiter_runs_first(void **state) {
    struct stage *stage = *state;
    open_with_bell(stage);
    actor_enter(stage, "a", "wait s");
    actor_enter(stage, "b", "wait s");
    actor_enter(stage, "c", "signal s 7 0 prio=op");
    actor_enter(stage, "d", "log d");
    stage_expect(stage, COG_OK, "0 b wait=7\n0 a wait=7\n0 d d\n0 c signal=2\n");
}

static void with_coro_the_signaller_goes_to_the_front(void **state) {
    struct stage *stage = *state;
    open_with_bell(stage);
    actor_enter(stage, "a", "wait s");
    actor_enter(stage, "b", "wait s");
    actor_enter(stage, "c", "signal s 7 0 prio=coro");
    actor_enter(stage, "d", "log d");
    stage_expect(stage, COG_OK, "0 c signal=2\n0 d d\n0 a wait=7\n0 b wait=7\n");
}

static void with_first_the_signaller_goes_before_its_waiters(void **state) {
    struct stage *stage = *state;
    open_with_bell(stage);
    actor_enter(stage, "a", "wait s");
    actor_enter(stage, "b", "wait s");
    actor_enter(stage, "c", "signal s 7 0 prio=first");
    actor_enter(stage, "d", "log d");
    stage_expect(stage, COG_OK, "0 c signal=2\n0 b wait=7\n0 a wait=7\n0 d d\n");
}

static void a_signal_that_wants_recipients_waits_for_them(void **state) {
    struct stage *stage = *state;
    open_with_bell(stage);
    actor_enter(stage, "a", "signal s 3 2");
    actor_enter(stage, "b", "wait s");
    actor_enter(stage, "c", "-sleep 5; wait s");
    stage_expect(stage, COG_OK, "5 b wait=3\n5 c wait=3\n5 a signal=2\n");
}

static void a_younger_parked_signal_is_never_served_before_an_older(void **state) {
    struct stage *stage = *state;
    open_with_bell(stage);
    actor_enter(stage, "a", "signal s 1 2");
    actor_enter(stage, "b", "signal s 2 1");
    actor_enter(stage, "c", "wait s; wait s");
    actor_enter(stage, "d", "-sleep 5; wait s");
    stage_expect(stage, COG_OK, "5 c wait=1\n5 d wait=1\n5 a signal=2\n5 c wait=2\n5 b signal=1\n");
}

static void a_signal_that_wants_recipients_queues_behind_those_parked(void **state) {
    struct stage *stage = *state;
    open_with_bell(stage);
    actor_enter(stage, "w", "wait s; wait s");
    actor_enter(stage, "a", "signal s 1 2");
    actor_enter(stage, "b", "signal s 2 1");
    actor_enter(stage, "v", "-sleep 5; wait s");
    stage_expect(stage, COG_OK, "5 w wait=1\n5 v wait=1\n5 a signal=2\n5 w wait=2\n5 b signal=1\n");
}

static void a_signal_without_recipients_never_parks(void **state) {
    struct stage *stage = *state;
    open_with_bell(stage);
    actor_enter(stage, "w", "wait s");
    actor_enter(stage, "a", "signal s 1 2");
    actor_enter(stage, "b", "signal s 2 0");
    stage_expect(stage, COG_ESTALLED, "0 w wait=2\n0 b signal=1\n");
}

static void when_a_parked_signal_times_out_the_next_one_is_served(void **state) {
    struct stage *stage = *state;
    open_with_bell(stage);
    actor_enter(stage, "a", "signal s 1 3 weak=10");
    actor_enter(stage, "b", "signal s 2 1");
    actor_enter(stage, "c", "wait s");
    stage_expect(stage, COG_OK, "10 c wait=2\n10 b signal=1\n10 a signal timeout\n");
}

static void the_default_timeout_does_not_apply_to_a_parked_signal(void **state) {
    struct stage *stage = *state;
    stage->options.default_timeout_ns = 10;
    open_with_bell(stage);
    actor_enter(stage, "a", "signal s 1 1");
    actor_enter(stage, "b", "-sleep 50; wait s");
    stage_expect(stage, COG_OK, "50 b wait=1\n50 a signal=1\n");
}

static void a_waiter_that_timed_out_counts_no_more(void **state) {
    struct stage *stage = *state;
    open_with_bell(stage);
    actor_enter(stage, "a", "wait s weak=5");
    actor_enter(stage, "b", "-sleep 8; signal s 1 1 weak=10");
    stage_expect(stage, COG_OK, "5 a wait timeout\n18 b signal timeout\n");
}

static void a_waiter_signalled_at_the_instant_of_its_deadline_is_resumed_once(void **state) {
    struct stage *stage = *state;
    open_with_bell(stage);
    actor_enter(stage, "a", "-sleep 10; signal s 4 0");
    actor_enter(stage, "b", "wait s strong=10; -sleep 100");
    stage_expect(stage, COG_OK, "10 b wait timeout\n10 a signal=0\n");
}

static void a_waiter_signalled_when_its_deadline_is_due_is_resumed_once(void **state) {
    struct stage *stage = *state;
    open_with_bell(stage);
    actor_enter(stage, "b", "wait s strong=10; -sleep 100; log on");
    actor_enter(stage, "x", "-yield");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(cog_iter_run(stage->scheduler), COG_MORE);
    }
    stage->now_ns = 10;
    union cog_value value = {.number = 4};
    assert_int_equal(cog_signal_send(stage->objects[0].signal, value), 1);
    stage_expect(stage, COG_OK, "10 b wait=4\n110 b on\n");
}

static void a_signal_sent_from_outside_wakes_to_the_back_and_leaves_parked_signals(void **state) {
    struct stage *stage = *state;
    stage->options.default_priority = COG_FIRST;
    open_with_bell(stage);
    actor_enter(stage, "a", "wait s");
    actor_enter(stage, "b", "wait s");
    actor_enter(stage, "c", "signal s 1 3");
    actor_enter(stage, "d", "ring s 9");
    stage_expect(stage, COG_ESTALLED, "0 d ring=2\n0 a wait=9\n0 b wait=9\n");
}

static void a_signal_may_be_freed_when_nobody_waits_and_null_is_allowed(void **state) {
    struct stage *stage = *state;
    open_with_bell(stage);
    struct cog_signal *signal = NULL;
    assert_int_equal(cog_signal_new(stage->scheduler, NULL, &signal), COG_OK);
    cog_signal_free(signal);
    cog_signal_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE_TEST(a_signal_without_waiters_is_lost),
        STAGE_TEST(a_signal_wakes_everybody_with_its_value_and_gets_their_number),
        STAGE_TEST(with_op_the_last_waiter_runs_first),
        STAGE_TEST(with_coro_the_signaller_goes_to_the_front),
        STAGE_TEST(with_first_the_signaller_goes_before_its_waiters),
        STAGE_TEST(a_signal_that_wants_recipients_waits_for_them),
        STAGE_TEST(a_younger_parked_signal_is_never_served_before_an_older),
        STAGE_TEST(a_signal_that_wants_recipients_queues_behind_those_parked),
        STAGE_TEST(a_signal_without_recipients_never_parks),
        STAGE_TEST(when_a_parked_signal_times_out_the_next_one_is_served),
        STAGE_TEST(the_default_timeout_does_not_apply_to_a_parked_signal),
        STAGE_TEST(a_waiter_that_timed_out_counts_no_more),
        STAGE_TEST(a_waiter_signalled_at_the_instant_of_its_deadline_is_resumed_once),
        STAGE_TEST(a_waiter_signalled_when_its_deadline_is_due_is_resumed_once),
        STAGE_TEST(a_signal_sent_from_outside_wakes_to_the_back_and_leaves_parked_signals),
        STAGE_TEST(a_signal_may_be_freed_when_nobody_waits_and_null_is_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
