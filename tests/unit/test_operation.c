/* test_operation.c - the life of an operation, as the observer sees it. */
#include "tests/unit/actor.h"

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

static void a_negative_timeout_counts_as_zero(void **state) {
    (void)state;
    struct cog_op op = {.status = 0};
    cog_set_yield(&op);
    cog_set_timeout(&op, -5, true);
    assert_int_equal(op.timeout_ns, 0);
    assert_true(op.is_strong);
}

static void without_memory_for_its_timeout_an_operation_fails_and_goes_on(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    actor_enter(stage, "a", "wait s weak=5; signal s 1 1 weak=3; log on");
    stage->tally.fail_at = stage->tally.call_count + 1;
    stage_expect(stage, COG_OK, "0 a wait no memory\n3 a signal timeout\n3 a on\n");
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
        STAGE_TEST(a_negative_timeout_counts_as_zero),
        STAGE_TEST(without_memory_for_its_timeout_an_operation_fails_and_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
