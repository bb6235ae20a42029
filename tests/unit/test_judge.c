/* test_judge.c - every form of expectation, when it holds and when it does not, and the verdicts
 * that nobody asked for. */
#include "sim/cogsim.h"
#include "tests/unit/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* What the expectations below look at; 15 lines. */
static const char play_of_two[] = "var n = 0\n"
                                  "coro a times 2\n"
                                  "    sleep 1ms + 1ms * index\n"
                                  "    log 'from a'\n"
                                  "    set n = n + 1\n"
                                  "coro b\n"
                                  "    wait go timeout 5ms\n"
                                  "    on timeout\n"
                                  "        log 'from b'\n"
                                  "coro f\n"
                                  "    sleep 3ms\n"
                                  "    fail 'why'\n"
                                  "coro g background\n"
                                  "    sleep 1h\n"
                                  "    signal go\n"
                                  "expect f fails\n";

enum { EXPECTATION_LINE = 18 };

/* Written under the play, it holds (failure null), or fails with this text. */
static void assert_judged(const char *expectation, const char *failure) {
    char text[1024];
    char failures[1024] = "";
    (void)snprintf(text, sizeof text, "%s%s\n", play_of_two, expectation);
    if (failure != NULL) {
        (void)snprintf(failures, sizeof failures, "%d: %s\n%s\n", EXPECTATION_LINE, expectation,
                       failure);
        for (char *at = failures; *at != '\0'; at++) {
            *at = *at == '\'' ? '"' : *at;
        }
    }
    assert_explained(text, failures);
}

static void a_line_is_expected_whole_or_by_pattern(void **state) {
    (void)state;
    assert_judged("expect log 'from a'", NULL);
    assert_judged("expect log 'from *'", NULL);
    assert_judged("expect log '*o*'", NULL);
    assert_judged("expect log 'from'", "  expected          'from'\n"
                                       "  actual            never logged\n"
                                       "  nearest   at 1ms  'from a'  by a[0], line 5\n"
                                       "                         ^");
    assert_judged("expect log 'something quite different'",
                  "  expected  'something quite different'\n"
                  "  actual    never logged");
}

static void a_line_is_expected_at_a_time_or_in_a_range(void **state) {
    (void)state;
    assert_judged("expect log 'from a' at 2ms", NULL);
    assert_judged("expect log 'from b' at 4ms..5ms", NULL);
    assert_judged("expect log 'from b' at 6ms..7ms",
                  "  expected  at 6ms..7ms  'from b'\n"
                  "  actual    at 5ms       'from b'  by b, line 10");
    assert_judged("expect log 'from b' at 4ms", "  expected  at 4ms  'from b'\n"
                                                "  actual    at 5ms  'from b'  by b, line 10");
}

static void a_line_is_expected_by_a_coroutine(void **state) {
    (void)state;
    assert_judged("expect log 'from a' by a", NULL);
    assert_judged("expect log 'from a' by b", "  expected          'from a'  by b\n"
                                              "  actual    at 1ms  'from a'  by a[0], line 5\n"
                                              "            at 2ms  'from a'  by a[1], line 5");
}

static void a_line_is_expected_so_many_times(void **state) {
    (void)state;
    assert_judged("expect log 'from a' times 2", NULL);
    assert_judged("expect log 'from a' by a times 1",
                  "  expected          'from a' 1 time  by a\n"
                  "  actual            2 times\n"
                  "            at 1ms  'from a'         by a[0], line 5\n"
                  "            at 2ms  'from a'         by a[1], line 5");
    assert_judged("expect log 'from c' times 0", NULL);
}

static void a_line_is_expected_not_to_come(void **state) {
    (void)state;
    assert_judged("expect no log 'from c'", NULL);
    assert_judged("expect no log 'from *'", "  expected          never 'from *'\n"
                                            "  actual    at 1ms  'from a'  by a[0], line 5\n"
                                            "            at 2ms  'from a'  by a[1], line 5\n"
                                            "            at 5ms  'from b'  by b, line 10");
}

static void a_line_is_expected_before_another(void **state) {
    (void)state;
    assert_judged("expect 'from a' before 'from b'", NULL);
    assert_judged("expect 'from b' before 'from a'",
                  "  expected          'from b' before 'from a'\n"
                  "  actual    at 1ms  'from a'  by a[0], line 5\n"
                  "  then      at 5ms  'from b'  by b, line 10");
    assert_judged("expect 'from c' before 'from a'",
                  "  expected          'from c' before 'from a'\n"
                  "  actual            the first was never logged\n"
                  "  nearest   at 1ms  'from a'  by a[0], line 5\n"
                  "                          ^");
    assert_judged("expect 'from a' before 'from c'",
                  "  expected          'from a' before 'from c'\n"
                  "  actual            the second was never logged\n"
                  "  nearest   at 1ms  'from a'  by a[0], line 5\n"
                  "                          ^");
}

static void a_coroutine_is_expected_to_end(void **state) {
    (void)state;
    assert_judged("expect a ends", NULL);
    assert_judged("expect b ends at 5ms", NULL);
    assert_judged("expect a ends at 2ms", "  expected  at 2ms  a ends\n"
                                          "  actual    at 1ms  a[0] ended  line 6");
    assert_judged("expect f ends", "  expected          f ends\n"
                                   "  actual    at 3ms  f failed: why  line 13");
    assert_judged("expect g ends", "  expected  g ends\n"
                                   "  actual    g did not end: sleep 1h  since 0ms, line 15");
}

static void a_coroutine_is_expected_to_fail(void **state) {
    (void)state;
    assert_judged("expect f fails at 3ms", NULL);
    assert_judged("expect f fails at 4ms", "  expected  at 4ms  f fails\n"
                                           "  actual    at 3ms  f failed: why  line 13");
    assert_judged("expect b fails", "  expected          b fails\n"
                                    "  actual    at 5ms  b ended  line 10");
}

static void a_coroutine_is_expected_to_time_out(void **state) {
    (void)state;
    assert_judged("expect b times out", NULL);
    assert_judged("expect b times out at 5ms", NULL);
    assert_judged("expect b times out at 6ms",
                  "  expected  at 6ms  b times out\n"
                  "  actual    at 5ms  timeout of wait go timeout 5ms  by b, line 8");
    assert_judged("expect a times out", "  expected          a times out\n"
                                        "  actual    at 1ms  a[0] ended  line 6\n"
                                        "            at 2ms  a[1] ended  line 6");
}

static void no_timeout_is_expected(void **state) {
    (void)state;
    assert_judged("expect no timeout",
                  "  expected          no timeout\n"
                  "  actual    at 5ms  timeout of wait go timeout 5ms  by b, line 8");
    assert_plays("coro a\n    sleep 1ms\nexpect no timeout\n", "");
}

static void the_end_is_expected_at_a_time(void **state) {
    (void)state;
    assert_judged("expect end at 5ms", NULL);
    assert_judged("expect end at 1ms..9ms", NULL);
    assert_judged("expect end at 1ms", "  expected  at 1ms  the end\n"
                                       "  actual    at 5ms  the run ended  last was b, line 10");
}

static void an_expression_is_expected_at_the_end(void **state) {
    (void)state;
    assert_judged("expect n == 2", NULL);
    assert_judged("expect n == 3", "  expected          n == 3\n"
                                   "  actual    at 5ms  n is 2");
}

static void clauses_are_joined(void **state) {
    (void)state;
    assert_judged("expect log 'from a' and n == 2", NULL);
    assert_judged("expect log 'from c' or n == 2", NULL);
    assert_judged("expect log 'from a' and n == 3", "  expected          n == 3\n"
                                                    "  actual    at 5ms  n is 2");
    assert_judged("expect end at 4ms or n == 3",
                  "  expected  at 4ms  the end\n"
                  "  actual    at 5ms  the run ended  last was b, line 10\n"
                  "  expected          n == 3\n"
                  "  actual    at 5ms  n is 2");
}

static void normally_is_judged_in_a_plain_run(void **state) {
    (void)state;
    assert_judged("normally log 'from a'", NULL);
    assert_judged("normally end at 1ms", "  expected  at 1ms  the end\n"
                                         "  actual    at 5ms  the run ended  last was b, line 10");
}

static void never_is_judged_in_a_plain_run(void **state) {
    (void)state;
    assert_judged("never n == 3", NULL);
    assert_judged("never log 'from a' and log 'from b'",
                  "  expected          never 'from a'\n"
                  "  actual    at 1ms  'from a'  by a[0], line 5\n"
                  "            at 2ms  'from a'  by a[1], line 5\n"
                  "  expected          never 'from b'\n"
                  "  actual    at 5ms  'from b'  by b, line 10");
    assert_judged("never log 'from a' and log 'from c'", NULL);
}

static void sometimes_is_not_judged_in_a_plain_run(void **state) {
    (void)state;
    assert_judged("sometimes log 'from c'", NULL);
    assert_judged("sometimes log 'from a'", NULL);
}

static void the_outcome_must_be_among_those_expected(void **state) {
    (void)state;
    assert_judged("outcome n, 'x'\nexpect outcomes\n    1, 'x'\n    2, 'x'", NULL);
    char text[1024];
    (void)snprintf(text, sizeof text, "%s%s\n", play_of_two,
                   "outcome n, 'x'\nexpect outcomes\n    1, 'x'\n    2, 'y'");
    for (char *at = text; *at != '\0'; at++) {
        *at = *at == '\'' ? '"' : *at;
    }
    assert_explained(text, "19: expect outcomes\n"
                           "  nearest          1, \"x\"  line 20\n"
                           "                   2, \"y\"  line 21\n"
                           "  actual   at 5ms  2, \"x\"\n");
    assert_judged("outcome n", NULL);
}

/* ---- What is always expected ---- */

static void a_stall_names_who_waits_for_what(void **state) {
    (void)state;
    assert_explained(
        "queue q\nlock l\nchannel c\n"
        "routine r()\n    wait never_sent\n"
        "coro a\n    get v from q\n    log '{v}'\n"
        "coro b\n    acquire l\n    acquire l\n"
        "coro d background\n    subscribe c\n    fetch m from c\n    log '{m}'\n"
        "coro e\n    call r()\n"
        "coro f\n    listen s port 1\n    accept k from s\n"
        "    recv t from k max 1\n    log t\n"
        "coro g after 2ms\n    connect k to main port 1\n    recv t from k max 1\n"
        "    log t\n"
        "coro h background\n    repeat\n        sleep 1h\n        break\n"
        "    if 1 == 2\n"
        "        signal never_sent\n        put q 1\n        publish c 1\n",
        "8: stalled at 1h: nothing can happen any more, and these wait\n"
        "  a               get v from q         line 8, since 0ms\n"
        "    `put q 1` in h, line 34: h ended at 1h\n"
        "  b               acquire l            line 12, since 0ms\n"
        "    held by itself\n"
        "  d (background)  fetch m from c       line 15, since 0ms\n"
        "    `publish c 1` in h, line 35: h ended at 1h\n"
        "  e               call r()             line 18, since 0ms\n"
        "    r waits itself for `wait never_sent`, line 6\n"
        "  f               recv t from k max 1  line 22, since 2ms\n"
        "    the other end is with g, which waits itself for `recv t from k max 1`, line 26\n"
        "  r               wait never_sent      line 6, since 0ms\n"
        "    `signal never_sent` in h, line 33: h ended at 1h\n"
        "  g               recv t from k max 1  line 26, since 2ms\n"
        "    the other end is with f, which waits itself for `recv t from k max 1`, line 22\n"
        "  b waits for itself\n"
        "  f waits for g waits for f\n");
}

static void a_stall_that_is_expected_is_none(void **state) {
    (void)state;
    assert_plays("queue q\ncoro a\n    get v from q\n    log '{v}'\n    put q 1\n"
                 "expect deadlock\n",
                 "");
    assert_plays("queue q\ncoro a\n    get v from q\n    log '{v}'\n    put q 1\n"
                 "expect deadlock or log 'x'\n",
                 "");
    assert_judged("expect deadlock", "  expected          deadlock\n"
                                     "  actual    at 5ms  the run ended  last was b, line 10");
}

static void a_stall_is_no_end(void **state) {
    (void)state;
    assert_explained("queue q\ncoro a\n    get v from q\n    log '{v}'\n    put q 1\n"
                     "expect deadlock\nexpect end at 0ms\n",
                     "8: expect end at 0ms\n"
                     "  expected  at 0ms  the end\n"
                     "  actual    at 0ms  the run stalled\n");
}

static void background_coroutines_that_wait_for_ever_are_no_stall(void **state) {
    (void)state;
    assert_plays("queue q\ncoro a background\n    get v from q\n    log '{v}'\n"
                 "coro b\n    sleep 1ms\n    put q 'x'\n    drain q timeout 1ms\n"
                 "    on timeout\n        log 'end'\n",
                 "1ms a x\n2ms b end\n");
}

static void a_failing_background_coroutine_fails_the_run(void **state) {
    (void)state;
    assert_explained("coro a background\n    sleep 1ms\n    fail 'x'\n"
                     "coro b\n    sleep 2ms\n",
                     "4: a failed at 1ms (x)\n"
                     "  failed  at 1ms  fail \"x\"  by a, line 4\n");
}

static void a_failure_is_excused_by_one_that_is_expected(void **state) {
    (void)state;
    assert_plays("coro a\n    fail 'x'\nexpect a fails\n", "");
    assert_plays("coro a\n    fail 'x'\nnormally a fails\n", "");
    assert_plays("coro a\n    fail 'x'\nexpect a fails or a ends\n", "");
    assert_plays("coro a\n    fail 'x'\nsometimes a fails\n", "");
}

static void a_failure_by_timeout_is_excused_by_an_expected_timeout(void **state) {
    (void)state;
    assert_plays("coro a\n    wait s timeout 1ms\ncoro b after 2ms\n    signal s\n"
                 "expect a times out\n",
                 "");
    assert_explained("coro a\n    wait s timeout 1ms\n    on timeout\n        fail 'other'\n"
                     "coro b after 2ms\n    signal s\n"
                     "expect a times out\n",
                     "5: a failed at 1ms (other)\n"
                     "  failed  at 1ms  fail \"other\"  by a, line 5\n");
}

static void a_failure_that_must_never_be_is_told(void **state) {
    (void)state;
    struct play play;
    play_text(&play, "coro a\n    fail 'x'\nnever a fails\n");
    assert_non_null(strstr(play_failures(&play), "4: never a fails\n"));
    assert_false(play.result.ok);
    play_close(&play);
}

static void every_failure_is_told_in_one_run(void **state) {
    (void)state;
    assert_explained("coro a\n    check 1 == 2\n    fail 'x'\n"
                     "expect log 'y'\nexpect end at 1ms\n",
                     "3: check 1 == 2 does not hold in a\n"
                     "  expected          1 == 2\n"
                     "  actual    at 0ms  it is false  by a, line 3\n"
                     "4: a failed at 0ms (x)\n"
                     "  failed  at 0ms  fail \"x\"  by a, line 4\n"
                     "5: expect log \"y\"\n"
                     "  expected  \"y\"\n"
                     "  actual    nothing was logged\n"
                     "6: expect end at 1ms\n"
                     "  expected  at 1ms  the end\n"
                     "  actual    at 0ms  the run ended  last was a, line 4\n");
}

static void a_coroutine_that_never_started_is_told(void **state) {
    (void)state;
    assert_explained("coro a after 5ms background\n    yield\ncoro b\n    sleep 1ms\n"
                     "expect a ends\n",
                     "6: expect a ends\n"
                     "  expected  a ends\n"
                     "  actual    it never started\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_expected_whole_or_by_pattern),
        cmocka_unit_test(a_line_is_expected_at_a_time_or_in_a_range),
        cmocka_unit_test(a_line_is_expected_by_a_coroutine),
        cmocka_unit_test(a_line_is_expected_so_many_times),
        cmocka_unit_test(a_line_is_expected_not_to_come),
        cmocka_unit_test(a_line_is_expected_before_another),
        cmocka_unit_test(a_coroutine_is_expected_to_end),
        cmocka_unit_test(a_coroutine_is_expected_to_fail),
        cmocka_unit_test(a_coroutine_is_expected_to_time_out),
        cmocka_unit_test(no_timeout_is_expected),
        cmocka_unit_test(the_end_is_expected_at_a_time),
        cmocka_unit_test(an_expression_is_expected_at_the_end),
        cmocka_unit_test(clauses_are_joined),
        cmocka_unit_test(normally_is_judged_in_a_plain_run),
        cmocka_unit_test(never_is_judged_in_a_plain_run),
        cmocka_unit_test(sometimes_is_not_judged_in_a_plain_run),
        cmocka_unit_test(the_outcome_must_be_among_those_expected),
        cmocka_unit_test(a_stall_names_who_waits_for_what),
        cmocka_unit_test(a_stall_that_is_expected_is_none),
        cmocka_unit_test(a_stall_is_no_end),
        cmocka_unit_test(background_coroutines_that_wait_for_ever_are_no_stall),
        cmocka_unit_test(a_failing_background_coroutine_fails_the_run),
        cmocka_unit_test(a_failure_is_excused_by_one_that_is_expected),
        cmocka_unit_test(a_failure_by_timeout_is_excused_by_an_expected_timeout),
        cmocka_unit_test(a_failure_that_must_never_be_is_told),
        cmocka_unit_test(every_failure_is_told_in_one_run),
        cmocka_unit_test(a_coroutine_that_never_started_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
