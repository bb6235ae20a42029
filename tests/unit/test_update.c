/* test_update.c - each form of expectation that does not hold is rewritten to what happened, by a
 * rule of its own.
 *
 * Expectations are written with ' for ". */
#include "tests/unit/updated.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* `work` logs from two instances at 1ms and 2ms; `other` at 5ms, as it times out. */
static const char two[] = "var n = 0\n"
                          "var name = 'x'\n"
                          "coro work times 2\n"
                          "    sleep 1ms + 1ms * index\n"
                          "    log 'from work'\n"
                          "    set n = n + 3\n"
                          "    set name = 'a \\{\\}'\n"
                          "coro other\n"
                          "    wait go timeout 5ms\n"
                          "    on timeout\n"
                          "        log 'from other'\n"
                          "coro late background\n"
                          "    sleep 1h\n"
                          "    signal go\n"
                          "    log '{n} {name}'\n";

/* `sub` fails at 2ms, `slow` times out in the end, `good` ends at 1ms. */
static const char calls[] = "routine sub\n"
                            "    sleep 2ms\n"
                            "    fail 'why'\n"
                            "routine slow\n"
                            "    wait go timeout 3ms\n"
                            "routine good\n"
                            "    sleep 1ms\n"
                            "coro caller\n"
                            "    call sub\n"
                            "    on failed\n"
                            "        yield\n"
                            "    call slow\n"
                            "    on failed\n"
                            "        yield\n"
                            "    call good\n"
                            "    call good\n"
                            "coro idle background\n"
                            "    sleep 1h\n"
                            "    signal go\n";

static const char stalling[] = "coro a\n"
                               "    sleep 4ms\n"
                               "    wait go\n"
                               "coro b background\n"
                               "    wait come\n"
                               "    signal go\n"
                               "    signal come\n";

static void the_time_of_a_line_becomes_that_of_the_nearest_like_it(void **state) {
    (void)state;
    assert_becomes(two, "expect log 'from work' at 3ms\n", "expect log 'from work' at 2ms\n");
    assert_becomes(two, "expect log 'from work' at 0ms\n", "expect log 'from work' at 1ms\n");
    assert_becomes(two, "normally log 'from *' at 1h\n", "normally log 'from *' at 5ms\n");
}

static void a_range_of_times_becomes_the_exact_time(void **state) {
    (void)state;
    assert_becomes(two, "expect log 'from other' at 6ms .. 7ms\n",
                   "expect log 'from other' at 5ms\n");
}

static void lines_that_all_moved_are_told_apart(void **state) {
    (void)state;
    assert_becomes(two,
                   "expect log 'from work' at 11ms\n"
                   "expect log 'from work' at 12ms\n",
                   "expect log 'from work' at 2ms\n"
                   "expect log 'from work' at 1ms\n");
    assert_becomes(two,
                   "expect log 'from work' at 2ms\n"
                   "expect log 'from work' at 3ms\n",
                   "expect log 'from work' at 2ms\n"
                   "expect log 'from work' at 1ms\n");
}

static void the_coroutine_of_a_line_becomes_that_which_logged_it(void **state) {
    (void)state;
    assert_becomes(two, "expect log 'from other' by work\n", "expect log 'from other' by other\n");
    assert_becomes(two, "expect log 'from *' at 5ms by work\n",
                   "expect log 'from *' at 2ms by work\n");
    assert_becomes(two, "expect log 'from other' at 1ms by work\n",
                   "expect log 'from other' at 5ms by other\n");
}

static void the_coroutine_of_a_line_may_become_a_routine(void **state) {
    (void)state;
    assert_becomes(
        "coro zero\n    yield\nroutine sub\n    log 'in sub'\ncoro caller\n    call sub\n",
        "expect log 'in sub' by zero times 2\n", "expect log 'in sub' by sub times 1\n");
}

static void the_number_of_lines_becomes_how_many_there_were(void **state) {
    (void)state;
    assert_becomes(two, "expect log 'from work' times 3\n", "expect log 'from work' times 2\n");
    assert_becomes(two, "expect log 'from work' times 0 at 0ms..1ms\n",
                   "expect log 'from work' times 1 at 0ms..1ms\n");
    assert_becomes(two, "expect log 'from work' at 9ms times 2\n",
                   "expect log 'from work' at 2ms times 1\n");
    assert_becomes(two, "expect log 'from work' times 2 at 9ms\n",
                   "expect log 'from work' times 1 at 2ms\n");
}

static void a_text_becomes_the_nearest_that_was_logged(void **state) {
    (void)state;
    assert_becomes(two, "expect log 'from othr' # why\n", "expect log 'from other' # why\n");
    assert_becomes(two, "expect log  'from works'  by other at 1ms\n",
                   "expect log  'from work'  by work at 1ms\n");
}

static void what_is_like_nothing_that_was_logged_is_left(void **state) {
    (void)state;
    assert_left(two, "expect log 'something quite different'\n", "nothing like it was logged");
}

static void a_line_that_should_not_come_is_expected(void **state) {
    (void)state;
    assert_becomes(two, "expect no log 'from work'\n", "expect log 'from work' at 1ms\n");
    assert_becomes(two, "expect no  log 'from o*' by other\n",
                   "expect log 'from other' at 5ms by other\n");
    assert_becomes(two, "expect no log 'from work' at 2ms..9ms\n",
                   "expect log 'from work' at 2ms\n");
}

static void lines_in_the_other_order_are_swapped(void **state) {
    (void)state;
    assert_becomes(two, "expect 'from other'  before 'from *'\n",
                   "expect 'from *'  before 'from other'\n");
    assert_left(two, "expect 'none' before 'from other'\n",
                "the first of its texts was never logged");
    assert_left(two, "expect 'from other' before 'none'\n",
                "the second of its texts was never logged");
    assert_left(two, "expect 'from work' before 'from w*'\n",
                "the first line like one text is also the first like the other");
}

static void an_ending_gets_its_time(void **state) {
    (void)state;
    assert_becomes(calls, "expect caller ends at 1ms\n", "expect caller ends at 7ms\n");
    assert_becomes(calls, "expect sub fails at 3ms\n", "expect sub fails at 2ms\n");
    assert_becomes(calls, "expect slow times out at 9ms\n", "expect slow times out at 5ms\n");
}

static void instances_that_ended_at_several_times_get_a_range(void **state) {
    (void)state;
    assert_becomes(calls, "expect good ends at 1ms\n", "expect good ends at 6ms..7ms\n");
}

static void an_ending_becomes_the_one_that_happened(void **state) {
    (void)state;
    assert_becomes(calls, "expect sub ends\n", "expect sub fails\n");
    assert_becomes(calls, "expect sub times  out at 7ms\n", "expect sub fails at 2ms\n");
    assert_becomes(calls, "expect slow ends at 5ms\n", "expect slow times out at 5ms\n");
    assert_becomes(calls, "expect good fails\n", "expect good ends\n");
    assert_becomes(calls, "expect caller times out at 1ms\n", "expect caller ends at 7ms\n");
}

static void a_time_that_is_right_stays_with_another_ending(void **state) {
    (void)state;
    assert_becomes(calls, "expect good fails at 6ms..9ms\n", "expect good ends at 6ms..9ms\n");
}

static void a_timeout_that_was_handled_is_not_why_it_failed(void **state) {
    (void)state;
    assert_becomes("routine sub\n    wait go timeout 1ms\n    on timeout\n        fail 'why'\n"
                   "coro caller\n    call sub\n    on failed\n        yield\n"
                   "coro idle background\n    sleep 1h\n    signal go\n",
                   "expect sub ends\n", "expect sub fails\n");
}

static void an_ending_that_never_came_is_left(void **state) {
    (void)state;
    assert_left(calls, "expect idle ends\n", "it did not end");
    assert_left("routine never_called\n    yield\n", "expect never_called ends\n",
                "it never started");
}

static void no_timeout_becomes_the_first_there_was(void **state) {
    (void)state;
    assert_becomes(two, "expect no timeout and n == 6\n",
                   "expect other times out at 5ms and n == 6\n");
}

static void the_end_gets_its_time_or_becomes_a_deadlock(void **state) {
    (void)state;
    assert_becomes(two, "expect end at 4ms..4900us\n", "expect end at 5ms\n");
    assert_becomes(stalling, "expect end at 4ms\n", "expect deadlock\n");
}

static void a_deadlock_that_did_not_come_becomes_the_end(void **state) {
    (void)state;
    assert_becomes(two, "expect deadlock\n", "expect end at 5ms\n");
}

static void a_literal_becomes_the_value_of_the_other_side(void **state) {
    (void)state;
    assert_becomes(two, "expect n == 5\n", "expect n == 6\n");
    assert_becomes(two, "expect -5 == n - 10\n", "expect -4 == n - 10\n");
    assert_becomes(two, "expect (n - 10) == - 5\n", "expect (n - 10) == -4\n");
    assert_becomes(two, "expect now == 1s\n", "expect now == 5ms\n");
    assert_becomes(two, "expect (n > 2) == false\n", "expect (n > 2) == true\n");
    assert_becomes(two, "expect name == ''\n", "expect name == 'a \\{\\}'\n");
    assert_becomes(two, "expect name == 'a \\{'\n", "expect name == 'a \\{\\}'\n");
}

static void an_expression_without_a_literal_to_rewrite_is_left(void **state) {
    (void)state;
    assert_left(two, "expect n > 7\n", "only equality with a literal is rewritten");
    assert_left(two, "expect n == n + 1\n", "neither of its sides is written as a literal");
    assert_left(two, "expect n == 2 + 5\n", "neither of its sides is written as a literal");
    assert_left(two, "expect name == '{n}'\n", "neither of its sides is written as a literal");
}

static void each_part_of_a_conjunction_is_rewritten_by_itself(void **state) {
    (void)state;
    assert_becomes(two, "expect n == 5 and log 'from other' at 5ms and end at 1s\n",
                   "expect n == 6 and log 'from other' at 5ms and end at 5ms\n");
}

static void of_a_disjunction_nothing_is_rewritten(void **state) {
    (void)state;
    assert_left(two, "expect n == 5 or end at 1s\n",
                "which of several clauses should hold is not known");
}

static void of_equally_near_texts_one_is_taken_that_nothing_speaks_of(void **state) {
    (void)state;
    assert_becomes("coro a\n    log 'got 1'\n    log 'got 2'\n",
                   "expect log 'got 1' at 0ms\nexpect log 'got 3' at 0ms\n",
                   "expect log 'got 1' at 0ms\nexpect log 'got 2' at 0ms\n");
    assert_becomes("coro a\n    log 'pong'\n    sleep 1ms\n    log 'ping'\n",
                   "expect log 'pong' at 0ms\nexpect log 'pongg'\n",
                   "expect log 'pong' at 0ms\nexpect log 'pong'\n");
}

static void of_equally_near_texts_the_one_at_the_time_is_taken(void **state) {
    (void)state;
    assert_becomes("coro a\n    log 'got 1'\n    sleep 1ms\n    log 'got 2'\n",
                   "expect log 'got 3' at 1ms\n", "expect log 'got 2' at 1ms\n");
}

static void bytes_that_do_not_stand_for_themselves_are_escaped(void **state) {
    (void)state;
    assert_becomes("coro a\n    log 'a\\\"b\\\\\\{\\}\\n\\t\\x00\\xFF*\xC3\xA9\\xC2\\x85'\n",
                   "expect no log 'a*'\n",
                   "expect log 'a\\\"b\\\\\\{\\}\\n\\t\\x00\\xFF*\xC3\xA9\\xC2\\x85' at 0ms\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_time_of_a_line_becomes_that_of_the_nearest_like_it),
        cmocka_unit_test(a_range_of_times_becomes_the_exact_time),
        cmocka_unit_test(lines_that_all_moved_are_told_apart),
        cmocka_unit_test(the_coroutine_of_a_line_becomes_that_which_logged_it),
        cmocka_unit_test(the_coroutine_of_a_line_may_become_a_routine),
        cmocka_unit_test(the_number_of_lines_becomes_how_many_there_were),
        cmocka_unit_test(a_text_becomes_the_nearest_that_was_logged),
        cmocka_unit_test(what_is_like_nothing_that_was_logged_is_left),
        cmocka_unit_test(a_line_that_should_not_come_is_expected),
        cmocka_unit_test(lines_in_the_other_order_are_swapped),
        cmocka_unit_test(an_ending_gets_its_time),
        cmocka_unit_test(instances_that_ended_at_several_times_get_a_range),
        cmocka_unit_test(an_ending_becomes_the_one_that_happened),
        cmocka_unit_test(a_time_that_is_right_stays_with_another_ending),
        cmocka_unit_test(a_timeout_that_was_handled_is_not_why_it_failed),
        cmocka_unit_test(an_ending_that_never_came_is_left),
        cmocka_unit_test(no_timeout_becomes_the_first_there_was),
        cmocka_unit_test(the_end_gets_its_time_or_becomes_a_deadlock),
        cmocka_unit_test(a_deadlock_that_did_not_come_becomes_the_end),
        cmocka_unit_test(a_literal_becomes_the_value_of_the_other_side),
        cmocka_unit_test(an_expression_without_a_literal_to_rewrite_is_left),
        cmocka_unit_test(each_part_of_a_conjunction_is_rewritten_by_itself),
        cmocka_unit_test(of_a_disjunction_nothing_is_rewritten),
        cmocka_unit_test(of_equally_near_texts_one_is_taken_that_nothing_speaks_of),
        cmocka_unit_test(of_equally_near_texts_the_one_at_the_time_is_taken),
        cmocka_unit_test(bytes_that_do_not_stand_for_themselves_are_escaped),
    };
    int failed_count = cmocka_run_group_tests(tests, NULL, NULL);
    return failed_count != 0;
}
