/* test_operation.c - the life of an operation, as the observer sees it. */
#include "tests/unit/actor.h"
#include "tests/unit/misuse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void open_stage(struct stage *stage) {
    assert_int_equal(stage_open(stage), COG_OK);
}

static void a_sleep_is_armed_fires_and_completes(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "-sleep 5");
    stage_expect(stage, COG_OK, "");
    assert_string_equal(stage->events.text, "added a by nobody\nready a back\nresumed a\n"
                                            "started a sleep\narmed a sleep 5\nfired a sleep\n"
                                            "finished a sleep ok\nready a back\nresumed a\n"
                                            "ended a ok\n");
}

static void a_wait_that_times_out_fires_and_expires(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    actor_enter(stage, "a", "-wait s weak=5");
    stage_expect(stage, COG_OK, "");
    assert_non_null(strstr(stage->events.text, "started a wait\narmed a wait 5\nfired a wait\n"
                                               "finished a wait timeout\nready a back\n"));
}

static void a_wait_that_is_signalled_loses_its_deadline_before_it_ends(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    actor_enter(stage, "a", "-wait s weak=5");
    actor_enter(stage, "b", "-signal s 1 0 prio=op");
    stage_expect(stage, COG_OK, "");
    assert_non_null(strstr(stage->events.text,
                           "started b signal\nremoved a wait\nfinished a wait ok\nready a front\n"
                           "finished b signal ok\nready b back\n"));
    assert_null(strstr(stage->events.text, "fired"));
}

static void an_operation_that_fails_at_once_starts_and_ends(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    assert_int_equal(stage_queue(stage, "q", 1), COG_OK);
    actor_enter(stage, "a", "-tryget q; fail -2");
    stage_expect(stage, COG_OK, "");
    assert_string_equal(stage->events.text, "added a by nobody\nready a back\nresumed a\n"
                                            "started a get\nfinished a get empty\nresumed a\n"
                                            "ended a closed\n");
}

static void a_call_shows_both_coroutines(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_role(stage, "c", "-sleep 1; return 1");
    actor_enter(stage, "a", "-call c");
    stage_expect(stage, COG_OK, "");
    assert_non_null(strstr(stage->events.text, "started a call\nadded c by a\nresumed c\n"));
    assert_non_null(
        strstr(stage->events.text, "resumed c\nended c ok\nfinished a call ok\nresumed a\n"));
}

static void a_join_ends_after_the_coroutine_that_it_waits_for(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "c", "-sleep 1; fail -2");
    actor_enter(stage, "a", "-join c strong=9");
    stage_expect(stage, COG_OK, "");
    assert_non_null(strstr(stage->events.text, "resumed c\nended c closed\nremoved a join\n"
                                               "finished a join failed\nresumed a\n"));
}

static void a_fresh_operation_has_default_priority_and_no_timeout_of_its_own(void **state) {
    (void)state;
    struct cog_op op = {
        .priority = COG_FIRST, .timeout_kind = COG_TIMEOUT_RELATIVE, .is_strong = true};
    cog_set_yield(&op);
    assert_int_equal(op.priority, COG_DEFAULT);
    assert_int_equal(op.timeout_kind, COG_TIMEOUT_DEFAULT);
    assert_false(op.is_strong);
    assert_int_equal(op.state, COG_OP_NEW);
    assert_int_equal(op.socket, -1);
}

static void a_negative_duration_fails_the_operation(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    assert_non_null(actor_enter(stage, "a", "wait s strong=-1;sleep -5;wait s strong=0"));
    stage_expect(stage, COG_OK, "0 a wait invalid\n0 a sleep invalid\n0 a wait timeout\n");
}

static void a_timeout_needs_no_memory(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    actor_enter(stage, "a", "wait s weak=5; signal s 1 1 weak=3; log on");
    stage->tally.fail_at = stage->tally.call_count + 1;
    stage_expect(stage, COG_OK, "5 a wait timeout\n8 a signal timeout\n8 a on\n");
}

static void waiting_takes_no_memory(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    assert_int_equal(stage_queue(stage, "q", 0), COG_OK);
    actor_enter(stage, "a", "wait s weak=5; signal s 1 1 weak=3; get q strong=2; sleep 2");
    actor_enter(stage, "b", "-sleep 1; log on; recv 1 4 weak=1; join a weak=90");
    size_t call_count = stage->tally.call_count;
    stage_expect(stage, COG_OK,
                 "1 b on\n2 b recv timeout\n5 a wait timeout\n8 a signal timeout\n"
                 "10 a get timeout\n12 a sleep\n12 b join=0\n");
    assert_int_equal(stage->tally.call_count, call_count);
}

static void a_timeout_beyond_the_range_of_the_clock_never_comes(void **state) {
    struct stage *stage = *state;
    stage->now_ns = 1000;
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    actor_enter(stage, "a", "wait s strong=9223372036854775807; wait s weak=9223372036854775000");
    actor_enter(stage, "b", "-sleep 5; ring s 1; -sleep 5; ring s 2");
    stage_expect(stage, COG_OK, "1005 b ring=1\n1005 a wait=1\n1010 b ring=1\n1010 a wait=2\n");
}

static void a_timeout_of_the_operation_before_does_not_count(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    actor_enter(stage, "a", "wait s strong=5; wait s");
    actor_enter(stage, "b", "-sleep 50; -ring s 3");
    stage_expect(stage, COG_OK, "5 a wait timeout\n50 b ring=1\n50 a wait=3\n");
}

/* ---- Operations of a test's own (the gate of actor.h) ---- */

static void a_custom_operation_may_end_at_once(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "gate pass; gate fail -13; log on");
    actor_enter(stage, "x", "log x");
    stage_expect(stage, COG_OK, "0 a gate\n0 a gate bad socket\n0 a on\n0 x x\n");
    assert_non_null(strstr(stage->events.text, "started a gate\nfinished a gate ok\nresumed a\n"));
}

static void a_custom_operation_parks_until_it_is_ended(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "gate park; log a");
    actor_enter(stage, "b", "gate park; log b");
    actor_enter(stage, "c", "-sleep 5; open; open; open; log c");
    stage_expect(stage, COG_OK,
                 "5 c open=1\n5 c open=1\n5 c open=0\n5 c c\n5 a gate\n5 a a\n5 b gate\n5 b b\n");
}

static void a_custom_operation_has_timeouts_as_others(void **state) {
    struct stage *stage = *state;
    stage->options.default_timeout_ns = 5;
    open_stage(stage);
    actor_enter(stage, "a",
                "gate park; gate park strong=3; gate park strong_until=20; gate park forever");
    actor_enter(stage, "b", "-sleep 50; open");
    stage_expect(stage, COG_OK,
                 "5 a gate timeout\n8 a gate timeout\n20 a gate timeout\n50 b open=1\n50 a gate\n");
}

static void a_custom_operation_that_cannot_be_withdrawn_does_not_time_out(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "gate stuck strong=5; log on");
    actor_enter(stage, "b", "-sleep 50; open");
    stage_expect(stage, COG_OK, "50 b open=1\n50 a gate\n50 a on\n");
}

static void a_custom_operation_is_finalized_once_however_it_ends(void **state) {
    static const char *const scripts[] = {
        "gate pass",        "gate fail -13",       "gate park",          "gate stuck",
        "gate park weak=3", "gate stuck strong=3", "gate park strong=-1"};
    (void)state;
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        struct stage *stage = stage_new();
        open_stage(stage);
        actor_enter(stage, "a", scripts[i]);
        actor_enter(stage, "b", scripts[i]);
        actor_enter(stage, "c", scripts[i]);
        actor_enter(stage, "d", "-sleep 1; -cancel a; open; -sleep 5");
        int status = stage_run(stage); /* the watch sees each ending */
        assert_true(status == COG_OK || status == COG_ESTALLED);
        assert_int_equal(stage_close(stage), 0); /* and that as many were finalized as began */
        stage_free(stage);
    }
}

/* ---- Misuse ---- */

static void set_sleep(void *argument) {
    cog_set_sleep(argument, 5);
}

static void set_socket(void *argument) {
    cog_set_recv(argument, 1, NULL, 4);
}

static void set_more(void *argument) {
    cog_set_timeout(argument, 5, true);
}

static void setting_an_operation_while_one_is_pending_is_a_misuse(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    struct cog_coro *a = actor_enter(stage, "a", "wait s");
    stage_expect(stage, COG_ESTALLED, "");
    misuse_expect(set_sleep, cog_coro_op(a), "op->state != COG_OP_PENDING");
    misuse_expect(set_socket, cog_coro_op(a), "op->state != COG_OP_PENDING");
    misuse_expect(set_more, cog_coro_op(a), "op->state == COG_OP_NEW");
}

static int return_without_an_operation(struct cog_coro *coro, struct cog_op *op, void *context) {
    (void)coro;
    (void)op;
    (void)context;
    return COG_STEP_AWAIT;
}

static void run_scheduler(void *argument) {
    (void)cog_run(argument);
}

static void waiting_on_an_operation_that_was_not_set_is_a_misuse(void **state) {
    static const struct cog_coro_type type = {.step = return_without_an_operation};
    struct stage *stage = *state;
    open_stage(stage);
    struct cog_coro *coro = NULL;
    assert_int_equal(cog_coro_new(stage->scheduler, &type, "a", &coro), COG_OK);
    assert_int_equal(cog_add(stage->scheduler, coro, true), COG_OK);
    cog_coro_release(coro);
    misuse_expect(run_scheduler, stage->scheduler, "moves_allowed");
}

static void set_bad_priority(void *argument) {
    cog_set_priority(argument, (enum cog_priority)4);
}

static void set_no_type(void *argument) {
    cog_set_custom(argument, NULL, NULL);
}

static void set_foreign_type(void *argument) {
    struct cog_op yield = {.status = 0};
    cog_set_yield(&yield);
    cog_set_custom(argument, yield.type, NULL);
}

static void call_nobody(void *argument) {
    cog_set_call(argument, NULL);
}

static void what_an_operation_cannot_be_is_a_misuse(void **state) {
    (void)state;
    struct cog_op op = {.status = 0};
    cog_set_yield(&op);
    misuse_expect(set_bad_priority, &op, "priority <= COG_FIRST");
    misuse_expect(set_no_type, &op, "type != NULL");
    misuse_expect(set_foreign_type, &op, "type->kind == COG_OP_CUSTOM");
    misuse_expect(call_nobody, &op, "coro != NULL");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE_TEST(a_sleep_is_armed_fires_and_completes),
        STAGE_TEST(a_wait_that_times_out_fires_and_expires),
        STAGE_TEST(a_wait_that_is_signalled_loses_its_deadline_before_it_ends),
        STAGE_TEST(an_operation_that_fails_at_once_starts_and_ends),
        STAGE_TEST(a_call_shows_both_coroutines),
        STAGE_TEST(a_join_ends_after_the_coroutine_that_it_waits_for),
        STAGE_TEST(a_fresh_operation_has_default_priority_and_no_timeout_of_its_own),
        STAGE_TEST(a_negative_duration_fails_the_operation),
        STAGE_TEST(a_timeout_needs_no_memory),
        STAGE_TEST(waiting_takes_no_memory),
        STAGE_TEST(a_timeout_beyond_the_range_of_the_clock_never_comes),
        STAGE_TEST(a_timeout_of_the_operation_before_does_not_count),
        STAGE_TEST(a_custom_operation_may_end_at_once),
        STAGE_TEST(a_custom_operation_parks_until_it_is_ended),
        STAGE_TEST(a_custom_operation_has_timeouts_as_others),
        STAGE_TEST(a_custom_operation_that_cannot_be_withdrawn_does_not_time_out),
        STAGE_TEST(a_custom_operation_is_finalized_once_however_it_ends),
        STAGE_TEST(setting_an_operation_while_one_is_pending_is_a_misuse),
        STAGE_TEST(waiting_on_an_operation_that_was_not_set_is_a_misuse),
        STAGE_TEST(what_an_operation_cannot_be_is_a_misuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
