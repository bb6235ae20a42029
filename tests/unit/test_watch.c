/* test_watch.c - what must hold at every instant, and what must hold within a time of a line. */
#include "sim/cogsim.h"
#include "tests/unit/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void always_holds_at_every_instant(void **state) {
    (void)state;
    assert_plays("var n = 0\ncoro a\n    repeat 3\n        sleep 1ms\n        set n = n + 1\n"
                 "expect always n <= 3\n",
                 "");
}

static void always_is_broken_once_for_good_and_tells_when(void **state) {
    (void)state;
    assert_explained("var n = 0\ncoro a\n    sleep 2ms\n    set n = 5\n    sleep 1ms\n"
                     "    set n = 0\n    sleep 1ms\n"
                     "expect always n < 5\n",
                     "9: expect always n < 5\n"
                     "  expected          always n < 5\n"
                     "  actual    at 2ms  n is 5\n");
}

static void always_looks_before_anything_has_run(void **state) {
    (void)state;
    assert_explained("var n = 9\ncoro a\n    set n = 0\n    sleep 1ms\nexpect always n == 0\n",
                     "6: expect always n == 0\n"
                     "  expected          always n == 0\n"
                     "  actual    at 0ms  n is 9\n");
}

static void always_sees_what_the_world_does(void **state) {
    (void)state;
    assert_explained("var n = 0\nat 5ms\n    set n = 1\ncoro a\n    sleep 9ms\n"
                     "expect always n == 0\n",
                     "7: expect always n == 0\n"
                     "  expected          always n == 0\n"
                     "  actual    at 5ms  n is 1\n");
}

static void always_does_not_look_inside_a_step(void **state) {
    (void)state;
    assert_plays("var n = 0\ncoro a\n    set n = 1\n    set n = 0\nexpect always n == 0\n", "");
}

static void an_always_without_a_value_does_not_hold(void **state) {
    (void)state;
    assert_explained("var z = 1\ncoro a\n    sleep 1ms\n    set z = 0\n    sleep 1ms\n"
                     "expect always 5 / z > 0\n",
                     "7: expect always 5 / z > 0\n"
                     "  expected          always 5 / z > 0\n"
                     "  actual    at 1ms  5 / z has no value (division by zero); where z is 0\n");
}

static void each_always_of_a_clause_is_watched(void **state) {
    (void)state;
    assert_plays("var n = 0\ncoro a\n    set n = 1\n    sleep 1ms\n"
                 "expect always n == 0 or always n < 2\n",
                 "");
    assert_explained("var n = 0\ncoro a\n    set n = 1\n    sleep 1ms\n"
                     "expect always n == 0 and always n < 2\n",
                     "6: expect always n == 0 and always n < 2\n"
                     "  expected          always n == 0\n"
                     "  actual    at 0ms  n is 1\n");
}

/* `set n = 1` comes so long after the line. */
static void assert_within(const char *delay, const char *limit, const char *failures) {
    char text[512];
    (void)snprintf(text, sizeof text,
                   "var n = 0\ncoro a\n    sleep 2ms\n    log 'go'\n    sleep %s\n    set n = 1\n"
                   "    sleep 1h\nexpect within %s of 'go': n == 1\n",
                   delay, limit);
    assert_failures(text, failures);
}

static void within_holds_up_to_its_last_instant(void **state) {
    (void)state;
    assert_within("3ms", "5ms", "");
    assert_within("5ms", "5ms", "");
    assert_within("6ms", "5ms", "9: expect within 5ms of \"go\": n == 1\n");
}

static void within_of_a_line_that_never_comes_holds(void **state) {
    (void)state;
    assert_plays("var n = 0\ncoro a\n    sleep 1h\n    set n = 2\n"
                 "expect within 5ms of 'go': n == 1\n",
                 "");
}

static void within_counts_from_the_first_line_not_answered_yet(void **state) {
    (void)state;
    assert_explained("var n = 0\n"
                     "coro a\n    log 'go 1'\n    sleep 4ms\n    log 'go 2'\n    sleep 4ms\n"
                     "    set n = 1\n"
                     "expect within 5ms of 'go *': n == 1\n",
                     "9: expect within 5ms of \"go *\": n == 1\n"
                     "  expected          within 5ms n == 1\n"
                     "  actual    at 0ms  \"go 1\"  by a, line 4\n"
                     "            at 5ms  still n is 0\n");
}

static void within_begins_anew_with_each_line_after_it_held(void **state) {
    (void)state;
    assert_explained("var n = 0\n"
                     "coro a\n    log 'go'\n    sleep 1ms\n    set n = 1\n    sleep 1ms\n"
                     "    set n = 0\n    log 'go'\n    sleep 9ms\n"
                     "expect within 5ms of 'go': n == 1\n",
                     "11: expect within 5ms of \"go\": n == 1\n"
                     "  expected          within 5ms n == 1\n"
                     "  actual    at 2ms  \"go\"  by a, line 9\n"
                     "            at 7ms  still n is 0\n");
}

static void within_that_the_run_does_not_live_to_see_does_not_hold(void **state) {
    (void)state;
    assert_explained("var n = 0\ncoro a\n    log 'go'\n    set n = 2\n    sleep 1ms\n"
                     "expect within 5ms of 'go': n == 1\n",
                     "7: expect within 5ms of \"go\": n == 1\n"
                     "  expected          within 5ms n == 1\n"
                     "  actual    at 0ms  \"go\"  by a, line 4\n"
                     "            at 5ms  still n is 2\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(always_holds_at_every_instant),
        cmocka_unit_test(always_is_broken_once_for_good_and_tells_when),
        cmocka_unit_test(always_looks_before_anything_has_run),
        cmocka_unit_test(always_sees_what_the_world_does),
        cmocka_unit_test(always_does_not_look_inside_a_step),
        cmocka_unit_test(an_always_without_a_value_does_not_hold),
        cmocka_unit_test(each_always_of_a_clause_is_watched),
        cmocka_unit_test(within_holds_up_to_its_last_instant),
        cmocka_unit_test(within_of_a_line_that_never_comes_holds),
        cmocka_unit_test(within_counts_from_the_first_line_not_answered_yet),
        cmocka_unit_test(within_begins_anew_with_each_line_after_it_held),
        cmocka_unit_test(within_that_the_run_does_not_live_to_see_does_not_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
