/* test_sleep.c - the bare yield and sleep. */
#include "tests/unit/actor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void a_bare_yield_lets_the_others_run(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    actor_enter(stage, "a", "log a1; -yield; log a2");
    actor_enter(stage, "b", "log b1; -yield; log b2");
    stage_expect(stage, COG_OK, "0 a a1\n0 b b1\n0 a a2\n0 b b2\n");
}

static void a_bare_yield_continues_at_once_when_nobody_else_is_ready(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    actor_enter(stage, "a", "yield; yield; yield");
    assert_int_equal(cog_iter_run(stage->scheduler), COG_OK);
    assert_string_equal(stage->log.text, "0 a yield\n0 a yield\n0 a yield\n");
}

static void sleep_lasts_exactly_as_long_as_it_says(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    actor_enter(stage, "a", "sleep 7; sleep 3");
    stage_expect(stage, COG_OK, "7 a sleep\n10 a sleep\n");
}

static void sleep_of_zero_returns(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    actor_enter(stage, "a", "sleep 0; log on");
    stage_expect(stage, COG_OK, "0 a sleep\n0 a on\n");
}

static void sleep_until_is_on_the_schedulers_clock(void **state) {
    struct stage *stage = *state;
    stage->now_ns = 100;
    assert_int_equal(stage_open(stage), COG_OK);
    actor_enter(stage, "a", "sleep_until 150; sleep_until 20");
    stage_expect(stage, COG_OK, "150 a sleep_until\n150 a sleep_until\n");
}

static void sleepers_of_one_instant_wake_by_deadline_then_by_arming(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    actor_enter(stage, "a", "sleep 10");
    actor_enter(stage, "b", "sleep 5");
    actor_enter(stage, "c", "sleep 10");
    actor_enter(stage, "d", "sleep 5");
    actor_enter(stage, "e", "-yield");
    /* Five to prepare, four until the last sleeper is armed; only then does time pass, in one leap.
     */
    for (int i = 0; i < 9; i++) {
        assert_int_equal(cog_iter_run(stage->scheduler), COG_MORE);
    }
    stage->now_ns = 20;
    stage_expect(stage, COG_OK, "20 b sleep\n20 d sleep\n20 a sleep\n20 c sleep\n");
}

static void a_very_long_sleep_does_not_overflow(void **state) {
    struct stage *stage = *state;
    stage->now_ns = 1000;
    assert_int_equal(stage_open(stage), COG_OK);
    actor_enter(stage, "a", "sleep 9223372036854775807");
    actor_enter(stage, "b", "sleep 1");
    stage_expect(stage, COG_OK, "1001 b sleep\n9223372036854775807 a sleep\n");
}

static void a_sleeper_goes_to_the_back(void **state) {
    struct stage *stage = *state;
    stage->options.default_priority = COG_FIRST;
    assert_int_equal(stage_open(stage), COG_OK);
    actor_enter(stage, "a", "sleep 0 prio=first");
    actor_enter(stage, "b", "log b");
    actor_enter(stage, "c", "log c");
    stage_expect(stage, COG_OK, "0 b b\n0 c c\n0 a sleep\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE_TEST(a_bare_yield_lets_the_others_run),
        STAGE_TEST(a_bare_yield_continues_at_once_when_nobody_else_is_ready),
        STAGE_TEST(sleep_lasts_exactly_as_long_as_it_says),
        STAGE_TEST(sleep_of_zero_returns),
        STAGE_TEST(sleep_until_is_on_the_schedulers_clock),
        STAGE_TEST(sleepers_of_one_instant_wake_by_deadline_then_by_arming),
        STAGE_TEST(a_very_long_sleep_does_not_overflow),
        STAGE_TEST(a_sleeper_goes_to_the_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
