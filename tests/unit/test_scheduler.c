/* test_scheduler.c - its parameters, its loop, what it returns. */
#include "tests/unit/actor.h"
#include "tests/unit/misuse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { RESOLUTION_NS = 10000000 };

static void open_stage(struct stage *stage) {
    assert_int_equal(stage_open(stage), COG_OK);
}

static void options_out_of_range_are_invalid(void **state) {
    struct stage *stage = *state;
    struct cog_scheduler *scheduler = NULL;
    struct cog_scheduler_options options = stage->options;
    options.default_priority = COG_DEFAULT;
    assert_int_equal(cog_scheduler_new(&options, &scheduler), COG_EINVALID);
    options.default_priority = (enum cog_priority)4;
    assert_int_equal(cog_scheduler_new(&options, &scheduler), COG_EINVALID);
    options = stage->options;
    options.default_timeout_ns = -1;
    assert_int_equal(cog_scheduler_new(&options, &scheduler), COG_EINVALID);
    options = stage->options;
    options.proactor_resolution_ns = -1;
    assert_int_equal(cog_scheduler_new(&options, &scheduler), COG_EINVALID);
    assert_null(scheduler);
}

static void without_memory_there_is_no_scheduler(void **state) {
    struct stage *stage = *state;
    stage->tally.fail_at = 1;
    assert_int_equal(stage_open(stage), COG_ENOMEM);
    assert_null(stage->scheduler);
    cog_scheduler_free(NULL);
}

static void no_options_are_the_defaults(void **state) {
    (void)state;
    struct cog_scheduler *scheduler = NULL;
    assert_int_equal(cog_scheduler_new(NULL, &scheduler), COG_OK);
    assert_int_equal(cog_next_timer_delta(scheduler), RESOLUTION_NS);
    assert_int_equal(cog_next_deadline_ns(scheduler), INT64_MAX);
    assert_int_equal(cog_run(scheduler), COG_OK);
    cog_scheduler_free(scheduler);
}

static void add_puts_to_the_back_or_to_the_front(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_role(stage, "b", "log b");
    actor_role(stage, "c", "log c");
    actor_enter(stage, "a", "log a; add b; add_front c; -yield; log a2");
    stage_expect(stage, COG_OK, "0 a a\n0 a a2\n0 c c\n0 b b\n");
    assert_non_null(strstr(stage->events.text, "ready b back\n"));
    assert_non_null(strstr(stage->events.text, "ready c front\n"));
}

static void the_first_resumption_only_prepares_and_acts_as_a_bare_yield(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "log a");
    actor_enter(stage, "b", "log b");
    assert_int_equal(cog_iter_run(stage->scheduler), COG_MORE);
    assert_int_equal(cog_iter_run(stage->scheduler), COG_MORE);
    assert_string_equal(stage->log.text, "");
    assert_int_equal(cog_iter_run(stage->scheduler), COG_MORE);
    assert_string_equal(stage->log.text, "0 a a\n");
}

static void a_lone_coroutine_begins_at_its_first_resumption(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "log a");
    assert_int_equal(cog_iter_run(stage->scheduler), COG_OK);
    assert_string_equal(stage->log.text, "0 a a\n");
}

static void the_default_priority_stands_in_for_default(void **state) {
    struct stage *stage = *state;
    stage->options.default_priority = COG_OP;
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    actor_enter(stage, "a", "wait s; wait s");
    actor_enter(stage, "b", "signal s 1 0; -sleep 1; signal s 2 0 prio=last");
    actor_enter(stage, "c", "log c; -sleep 1; log c2");
    stage_expect(stage, COG_OK,
                 "0 a wait=1\n0 c c\n0 b signal=1\n1 c c2\n1 a wait=2\n1 b signal=1\n");
}

static void the_default_timeout_applies_to_timed_operations_without_their_own(void **state) {
    struct stage *stage = *state;
    stage->options.default_timeout_ns = 10;
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    actor_enter(stage, "a", "wait s; wait s weak=3; wait s strong_until=40; wait s weak_until=45");
    stage_expect(stage, COG_OK,
                 "10 a wait timeout\n13 a wait timeout\n40 a wait timeout\n45 a wait timeout\n");
}

static void no_timeout_is_a_way_out_of_the_default(void **state) {
    struct stage *stage = *state;
    stage->options.default_timeout_ns = 10;
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    actor_enter(stage, "a", "wait s forever");
    actor_enter(stage, "b", "-sleep 100; ring s 6");
    stage_expect(stage, COG_OK, "100 b ring=1\n100 a wait=6\n");
}

static void a_timeout_of_zero_is_due_at_once(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    actor_enter(stage, "a", "wait s weak=0; wait s strong=0");
    stage_expect(stage, COG_OK, "0 a wait timeout\n0 a wait timeout\n");
}

static void a_deadline_in_the_past_is_due_at_once(void **state) {
    struct stage *stage = *state;
    stage->now_ns = 50;
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    actor_enter(stage, "a", "wait s weak_until=20; wait s strong_until=49");
    stage_expect(stage, COG_OK, "50 a wait timeout\n50 a wait timeout\n");
}

static void equal_deadlines_expire_in_the_order_of_arming(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    actor_enter(stage, "a", "wait s weak=10");
    actor_enter(stage, "b", "sleep 10");
    actor_enter(stage, "c", "wait s strong=10");
    actor_enter(stage, "d", "-sleep 4; wait s weak=6");
    stage_expect(stage, COG_OK,
                 "10 a wait timeout\n10 b sleep\n10 c wait timeout\n10 d wait timeout\n");
}

static void of_equal_deadlines_the_right_entry_is_removed(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    assert_int_equal(stage_signal(stage, "t"), COG_OK);
    actor_enter(stage, "a", "wait s weak=10; log on");
    actor_enter(stage, "b", "wait t weak=10; -sleep 100");
    actor_enter(stage, "c", "-sleep 3; ring t 1");
    stage_expect(stage, COG_OK, "3 c ring=1\n3 b wait=1\n10 a wait timeout\n10 a on\n");
}

static void all_that_is_due_expires_before_any_coroutine_runs(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    actor_enter(stage, "a", "sleep 10; ring s 1");
    actor_enter(stage, "b", "wait s weak=10");
    stage_expect(stage, COG_OK, "10 a sleep\n10 a ring=0\n10 b wait timeout\n");
}

static void the_proactor_may_sleep_until_the_earliest_deadline(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "-sleep 25");
    actor_enter(stage, "b", "-sleep 40");
    stage_expect(stage, COG_OK, "");
    assert_memory_equal(stage->sleeps.text, "25\n15\n", 6);
}

static void without_deadlines_the_proactor_may_sleep_for_its_resolution(void **state) {
    struct stage *stage = *state;
    stage->options.proactor_resolution_ns = 77;
    open_stage(stage);
    stage_cue(stage, 100, STAGE_COMPLETE, 1, COG_OK, 1);
    actor_enter(stage, "a", "recv 1 1");
    assert_int_equal(cog_next_timer_delta(stage->scheduler), 0);
    stage_expect(stage, COG_OK, "100 a recv=1\n");
    assert_int_equal(cog_next_timer_delta(stage->scheduler), 77);
    assert_non_null(strstr(stage->sleeps.text, "77\n77\n"));
}

static void the_resolution_is_ten_milliseconds_by_default(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    stage_cue(stage, 100, STAGE_COMPLETE, 1, COG_OK, 1);
    actor_enter(stage, "a", "-recv 1 1");
    stage_expect(stage, COG_OK, "");
    assert_memory_equal(stage->sleeps.text, "10000000\n", 9);
}

static void the_proactor_does_not_sleep_while_anything_is_ready(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    stage_cue(stage, 9, STAGE_COMPLETE, 1, COG_OK, 1);
    actor_enter(stage, "a", "-recv 1 1");
    actor_enter(stage, "b", "-yield");
    assert_int_equal(cog_iter_run(stage->scheduler), COG_MORE);
    assert_int_equal(cog_iter_run(stage->scheduler), COG_MORE);
    assert_int_equal(cog_iter_run(stage->scheduler), COG_MORE);
    assert_string_equal(stage->sleeps.text, "0\n");
    assert_true(cog_has_ready(stage->scheduler));
    stage_expect(stage, COG_OK, "");
}

static void it_never_spins_while_only_deadlines_remain(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "-sleep 1000000000");
    stage_expect(stage, COG_OK, "");
    assert_in_range(stage->run_count, 1, 2);
}

static void an_iteration_says_whether_there_is_more_to_do(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    assert_int_equal(cog_iter_run(stage->scheduler), COG_OK);
    actor_enter(stage, "a", "-sleep 5");
    assert_int_equal(cog_iter_run(stage->scheduler), COG_MORE);
    assert_int_equal(stage->now_ns, 5);
    assert_int_equal(cog_iter_run(stage->scheduler), COG_OK);
    assert_int_equal(cog_iter_run(stage->scheduler), COG_OK);
}

static void run_returns_ok_when_every_coroutine_has_ended(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "-sleep 5; log a");
    assert_int_equal(cog_run(stage->scheduler), COG_OK);
    assert_string_equal(stage->log.text, "5 a a\n");
}

static void a_stall_is_told_and_those_who_wait_can_be_found(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    assert_int_equal(stage_queue(stage, "q", 0), COG_OK);
    struct cog_coro *a = actor_enter(stage, "a", "wait s");
    actor_enter(stage, "b", "log b");
    struct cog_coro *c = actor_enter(stage, "c", "get q");
    assert_int_equal(cog_run(stage->scheduler), COG_ESTALLED);
    assert_int_equal(cog_iter_run(stage->scheduler), COG_ESTALLED);
    assert_ptr_equal(cog_next_coro(stage->scheduler, NULL), a);
    assert_ptr_equal(cog_next_coro(stage->scheduler, a), c);
    assert_null(cog_next_coro(stage->scheduler, c));
    assert_string_equal(cog_coro_awaits(a)->type->name, "wait");
    assert_int_equal(cog_op_object_tag(cog_coro_awaits(a)), 1);
    assert_int_equal(cog_op_object_tag(cog_coro_awaits(c)), 2);
}

static void a_stalled_scheduler_goes_on_when_it_gets_a_signal(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    actor_enter(stage, "a", "-wait s; log on");
    assert_int_equal(cog_run(stage->scheduler), COG_ESTALLED);
    stage->now_ns = 50;
    union cog_value value = {.number = 8};
    assert_int_equal(cog_signal_send(stage->objects[0].signal, value), 1);
    assert_true(cog_has_ready(stage->scheduler));
    stage_expect(stage, COG_OK, "50 a on\n");
}

static void stop_ends_a_run_after_the_iteration_and_it_can_go_on(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "log a1; stop; log a2; -sleep 5; log a3");
    actor_enter(stage, "b", "log b");
    assert_int_equal(cog_run(stage->scheduler), COG_OK);
    assert_string_equal(stage->log.text, "0 a a1\n0 a a2\n");
    assert_int_equal(cog_run(stage->scheduler), COG_OK);
    assert_string_equal(stage->log.text, "0 a a1\n0 a a2\n0 b b\n5 a a3\n");
}

static void the_code_of_a_failing_proactor_ends_the_run(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    stage->run_status = COG_EPROACTOR;
    actor_enter(stage, "a", "-sleep 5; log a");
    assert_int_equal(cog_run(stage->scheduler), COG_EPROACTOR);
    stage->run_status = COG_OK;
    stage_expect(stage, COG_OK, "5 a a\n");
}

static void due_timeouts_can_be_handled_between_iterations(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    actor_enter(stage, "a", "wait s weak=10");
    actor_enter(stage, "b", "-yield");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(cog_iter_run(stage->scheduler), COG_MORE);
    }
    assert_int_equal(cog_next_deadline_ns(stage->scheduler), 10);
    stage->now_ns = 9;
    cog_handle_timeouts(stage->scheduler);
    assert_null(strstr(stage->events.text, "fired"));
    stage->now_ns = 10;
    assert_int_equal(cog_now_ns(stage->scheduler), 10);
    cog_handle_timeouts(stage->scheduler);
    assert_non_null(
        strstr(stage->events.text, "fired a wait\nfinished a wait timeout\nready a back\n"));
    assert_int_equal(cog_next_deadline_ns(stage->scheduler), INT64_MAX);
    stage_expect(stage, COG_OK, "10 a wait timeout\n");
}

static bool all_wait_but(const struct stage *stage, const struct cog_coro *busy) {
    size_t count = 0;
    for (size_t i = 0; i < stage->actor_count; i++) {
        count += cog_coro_awaits(stage->actors[i].coro) != NULL ? 1 : 0;
    }
    return !cog_coro_has_ended(busy) && count == stage->actor_count - 1;
}

static void a_scheduler_can_be_freed_with_everything_parked(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    assert_int_equal(stage_queue(stage, "q", 1), COG_OK);
    assert_int_equal(stage_queue(stage, "r", 0), COG_OK);
    assert_int_equal(stage_channel(stage, "c"), COG_OK);
    actor_enter(stage, "sleeper", "-sleep 1000");
    actor_enter(stage, "signaller", "-signal s 1 3 weak=1000");
    actor_enter(stage, "second", "-signal s 1 1");
    actor_enter(stage, "waiter", "-wait s weak=1000");
    actor_enter(stage, "putter", "-put q 1; -put q 2");
    actor_enter(stage, "getter", "-get r strong=1000");
    actor_enter(stage, "drainer", "-drain q");
    actor_enter(stage, "fetcher", "-subscribe c; -fetch c");
    actor_enter(stage, "receiver", "-recv 1 1 weak=1000");
    actor_role(stage, "callee", "-wait s");
    actor_enter(stage, "caller", "-call callee");
    actor_enter(stage, "joiner", "-join sleeper; -log no");
    actor_enter(stage, "mutual", "-join joiner");
    struct cog_coro *busy = actor_enter(stage, "busy", "-yield; -yield; -yield; -yield");
    while (cog_next_coro(stage->scheduler, busy) == NULL || !all_wait_but(stage, busy)) {
        assert_int_equal(cog_iter_run(stage->scheduler), COG_MORE);
    }
    assert_int_equal(stage->now_ns, 0);
    actor_enter(stage, "ready", "log never");
    assert_null(cog_scheduler_check(stage->scheduler));
    assert_int_equal(stage_close(stage), 0);
    assert_string_equal(stage->log.text, "");
    assert_true(stage->is_detached);
}

static void a_scheduler_can_be_freed_before_it_ran(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "log never");
    actor_role(stage, "b", "log never");
    assert_non_null(actor_new(stage, "b"));
    assert_int_equal(stage_close(stage), 0);
    assert_string_equal(stage->log.text, "");
}

static void two_schedulers_do_not_know_each_other(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct stage *other = stage_new();
    open_stage(other);
    actor_enter(stage, "a", "-sleep 5; log a");
    actor_enter(other, "b", "-sleep 7; log b");
    assert_int_equal(cog_add(other->scheduler, actor_new(stage, "a"), true), COG_EINVALID);
    stage_expect(other, COG_OK, "7 b b\n");
    stage_expect(stage, COG_OK, "5 a a\n");
    assert_int_equal(stage_close(other), 0);
    stage_free(other);
}

/* ---- A clock that steps back ---- */

static void deadlines_hold_while_a_clock_that_stepped_back_catches_up(void **state) {
    struct stage *stage = *state;
    stage->now_ns = 1000;
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    actor_enter(stage, "a", "wait s strong=50");
    actor_enter(stage, "b", "-sleep 10; -sleep 20; log b");
    while (cog_next_deadline_ns(stage->scheduler) != 1030) {
        assert_int_equal(cog_iterate(stage->scheduler, 1), COG_MORE);
    }
    assert_int_equal(stage->now_ns, 1011);
    stage->now_ns = 400;
    assert_int_equal(cog_now_ns(stage->scheduler), 1011);
    assert_int_equal(cog_next_timer_delta(stage->scheduler), 19);
    cog_handle_timeouts(stage->scheduler);
    assert_string_equal(stage->log.text, "");
    stage->now_ns = 1029;
    cog_handle_timeouts(stage->scheduler);
    assert_int_equal(cog_next_deadline_ns(stage->scheduler), 1030);
    stage_expect(stage, COG_OK, "1030 b b\n1050 a wait timeout\n");
}

static void what_begins_to_wait_meanwhile_waits_from_the_latest_time(void **state) {
    struct stage *stage = *state;
    stage->now_ns = 1000;
    open_stage(stage);
    assert_int_equal(cog_now_ns(stage->scheduler), 1000);
    stage->now_ns = 100;
    actor_enter(stage, "a", "-sleep 50; log a");
    assert_int_equal(cog_iterate(stage->scheduler, 0), COG_MORE);
    assert_int_equal(cog_next_deadline_ns(stage->scheduler), 1050);
}

/* ---- Misuse ---- */

static void make_nowhere(void *argument) {
    (void)argument;
    (void)cog_scheduler_new(NULL, NULL);
}

static void run_nothing(void *argument) {
    (void)cog_run(argument);
}

static void add_nobody(void *argument) {
    (void)cog_add(argument, NULL, true);
}

static void null_is_a_misuse(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    misuse_expect(make_nowhere, NULL, "out != NULL");
    misuse_expect(add_nobody, stage->scheduler, "coro != NULL");
    misuse_expect(run_nothing, NULL, "scheduler != NULL");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE_TEST(options_out_of_range_are_invalid),
        STAGE_TEST(without_memory_there_is_no_scheduler),
        STAGE_TEST(no_options_are_the_defaults),
        STAGE_TEST(add_puts_to_the_back_or_to_the_front),
        STAGE_TEST(the_first_resumption_only_prepares_and_acts_as_a_bare_yield),
        STAGE_TEST(a_lone_coroutine_begins_at_its_first_resumption),
        STAGE_TEST(the_default_priority_stands_in_for_default),
        STAGE_TEST(the_default_timeout_applies_to_timed_operations_without_their_own),
        STAGE_TEST(no_timeout_is_a_way_out_of_the_default),
        STAGE_TEST(a_timeout_of_zero_is_due_at_once),
        STAGE_TEST(a_deadline_in_the_past_is_due_at_once),
        STAGE_TEST(equal_deadlines_expire_in_the_order_of_arming),
        STAGE_TEST(of_equal_deadlines_the_right_entry_is_removed),
        STAGE_TEST(all_that_is_due_expires_before_any_coroutine_runs),
        STAGE_TEST(the_proactor_may_sleep_until_the_earliest_deadline),
        STAGE_TEST(without_deadlines_the_proactor_may_sleep_for_its_resolution),
        STAGE_TEST(the_resolution_is_ten_milliseconds_by_default),
        STAGE_TEST(the_proactor_does_not_sleep_while_anything_is_ready),
        STAGE_TEST(it_never_spins_while_only_deadlines_remain),
        STAGE_TEST(an_iteration_says_whether_there_is_more_to_do),
        STAGE_TEST(run_returns_ok_when_every_coroutine_has_ended),
        STAGE_TEST(a_stall_is_told_and_those_who_wait_can_be_found),
        STAGE_TEST(a_stalled_scheduler_goes_on_when_it_gets_a_signal),
        STAGE_TEST(stop_ends_a_run_after_the_iteration_and_it_can_go_on),
        STAGE_TEST(the_code_of_a_failing_proactor_ends_the_run),
        STAGE_TEST(due_timeouts_can_be_handled_between_iterations),
        STAGE_TEST(a_scheduler_can_be_freed_with_everything_parked),
        STAGE_TEST(a_scheduler_can_be_freed_before_it_ran),
        STAGE_TEST(two_schedulers_do_not_know_each_other),
        STAGE_TEST(deadlines_hold_while_a_clock_that_stepped_back_catches_up),
        STAGE_TEST(what_begins_to_wait_meanwhile_waits_from_the_latest_time),
        STAGE_TEST(null_is_a_misuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
