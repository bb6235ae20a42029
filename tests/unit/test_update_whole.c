/* test_update_whole.c - what of a file is rewritten at all, what is left, and when nothing is.
 *
 * Expectations are written with ' for ". */
#include "tests/unit/updated.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

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

static const char stalling[] = "coro a\n"
                               "    sleep 4ms\n"
                               "    wait go\n"
                               "coro b background\n"
                               "    wait come\n"
                               "    signal go\n"
                               "    signal come\n";

static void what_does_not_hold_and_cannot_be_rewritten_hinders_nothing_else(void **state) {
    (void)state;
    char text[UPDATED_TEXT_BYTES];
    struct updated updated;
    (void)snprintf(text, sizeof text, "%sexpect n > 7 and n == 5\nexpect end at 1s\nnever n == 6\n",
                   two);
    open_updated(&updated, text);
    assert_non_null(
        strstr(new_text(&updated), "n > 7 and n == 6\nexpect end at 5ms\nnever n == 6\n"));
    assert_int_equal(updated.update.note_count, 2);
    assert_int_equal(updated.update.notes[0].line, 17);
    assert_int_equal(updated.update.notes[1].line, 19);
    assert_string_equal(updated.update.notes[1].message, "it happened, and must not in any run");
    close_updated(&updated);
}

static void what_is_no_literal_is_left(void **state) {
    (void)state;
    static const char world[] =
        "param soon = 1ms\nparam name = 'x'\nparam few = 2\nvar n = 0\n"
        "coro a\n    sleep 2 * soon\n    log '{name} is {few}'\n    set n = 2\n";
    static const char time[] = "its time is an expression";
    assert_left(world, "expect end at soon\n", time);
    assert_left(world, "expect end at soon + 2ms\n", time);
    assert_left(world, "expect end at 3ms..4 * soon\n", time);
    assert_left(world, "expect log 'x is 2' at soon\n", time);
    assert_left(world, "expect a ends at soon\n", time);
    assert_left(world, "expect no log 'x*' at soon..2ms\n", time);
    assert_left(world, "expect log 'x is 2' times few\n", "its number of lines is an expression");
    assert_left(world, "expect log '{name} is 3'\n", "its text has parameters in it");
    assert_left(world, "expect n == few + 1\n", "neither of its sides is written as a literal");
    assert_becomes(world, "expect log '{name} is 2' at 3ms\n", "expect log '{name} is 2' at 2ms\n");
    assert_becomes(world, "expect few == 3\n", "expect few == 2\n");
    assert_becomes(world, "expect no log '{name} is 2'\n", "expect log '{name} is 2' at 2ms\n");
}

static void of_a_clause_all_or_nothing_is_rewritten(void **state) {
    (void)state;
    assert_left("param soon = 1ms\ncoro a\n    sleep 3ms\n    log 'line'\ncoro b\n    yield\n",
                "expect log 'lime' by b at soon times 2\n", "its time is an expression");
}

static void a_file_with_a_table_of_cases_is_left(void **state) {
    (void)state;
    assert_left("each d\n    1ms\n    2ms\ncoro a\n    sleep d\n", "expect end at 5ms\n",
                "the file is run once for each row of its table");
}

static void what_is_left_is_told_in_the_order_of_the_file(void **state) {
    (void)state;
    struct updated updated;
    open_updated(&updated,
                 "each d\n    1ms\n    2ms\nvar n = 0\ncoro a\n    sleep d\n    set n = 1\n"
                 "outcome n\nexpect no timeout\nexpect end at 3ms\nexpect outcomes\n    5\n"
                 "expect end at 4ms\nexpect end at 5ms\n");
    assert_int_equal(updated.update.note_count, 4);
    assert_int_equal(updated.update.notes[0].line, 11);
    assert_int_equal(updated.update.notes[1].line, 12);
    assert_int_equal(updated.update.notes[2].line, 14);
    assert_int_equal(updated.update.notes[3].line, 15);
    close_updated(&updated);
}

static void lines_about_other_runs_are_not_looked_at(void **state) {
    (void)state;
    assert_is_settled("coro a\n    log 'x'\nsometimes log 'y'\nnever log 'z'\n");
}

static void an_outcome_is_added_to_those_listed(void **state) {
    (void)state;
    static const char world[] =
        "var n = 0\nvar t = 'x'\ncoro a\n    set n = n - 1\n    set t = 'a\\'\\n'\n"
        "outcome n, t, now\n";
    assert_becomes(
        world, "expect outcomes\n    1, 'a', 0ms # one\n\ncoro b\n    yield\n",
        "expect outcomes\n    1, 'a', 0ms # one\n    -1, 'a\\'\\n', 0ms\n\ncoro b\n    yield\n");
    assert_becomes(world, "expect outcomes\r\n    1, 'a', 0ms",
                   "expect outcomes\r\n    1, 'a', 0ms\r\n    -1, 'a\\'\\n', 0ms");
    assert_becomes(world, "expect outcomes\n    1, 'a', 0ms\r\n",
                   "expect outcomes\n    1, 'a', 0ms\r\n    -1, 'a\\'\\n', 0ms\r\n");
    assert_becomes(world, "expect outcomes\n    1, 'a', 0ms",
                   "expect outcomes\n    1, 'a', 0ms\n    -1, 'a\\'\\n', 0ms");
}

static void nothing_is_rewritten_after_a_run_that_went_wrong(void **state) {
    (void)state;
    static const char other[] = "more went wrong than its expectations tell";
    assert_refused("coro a\n    fail 'x'\nexpect end at 1s\n", other);
    assert_refused("coro a\n    fail 'x'\nexpect a ends\n", other);
    assert_refused("coro a\n    check 1 == 2\nexpect end at 1s\n", other);
    assert_refused("var n = 0\ncoro a\n    set n = 1\nexpect always n == 0\n",
                   "what must hold all the while did not (line 5), which no expectation can make "
                   "right");
    assert_refused("coro a\n    wait go\ncoro b background\n    wait come\n    signal go\n"
                   "    signal come\nexpect no timeout\nexpect log 'x'\n",
                   "it stalled at 0ms, and no expectation says 'deadlock' or 'end at'");
}

static void an_end_in_another_run_expects_no_stall(void **state) {
    (void)state;
    char text[UPDATED_TEXT_BYTES];
    (void)snprintf(text, sizeof text, "%ssometimes end at 1s\nexpect no timeout\nexpect log 'x'\n",
                   stalling);
    assert_refused(text, "it stalled at 4ms, and no expectation says 'deadlock' or 'end at'");
}

static void nothing_is_rewritten_after_a_run_that_was_given_up(void **state) {
    (void)state;
    struct play play;
    struct sim_update update;
    struct sim_run_options options = {.statement_count_max = 100};
    play_open(&play, "coro a\n    repeat\n        sleep 1ms\nexpect end at 1ms\n", &options);
    play_execute(&play);
    assert_int_equal(sim_update_init(&update, play.run, &play.source), COG_OK);
    assert_string_equal(update.refusal, "the run did not end within its limit of statements");
    sim_update_term(&update);
    play_close(&play);
}

static void running_out_of_memory_leaves_nothing_behind(void **state) {
    (void)state;
    int status = COG_ENOMEM;
    for (uint64_t more = 1; status == COG_ENOMEM; more++) {
        struct play play;
        struct sim_update update;
        char text[UPDATED_TEXT_BYTES];
        (void)snprintf(text, sizeof text, "%sexpect n == 5 and n > 7\nexpect no log 'from *'\n",
                       two);
        play_text(&play, text);
        play.counting.fails_at = play.counting.call_count + more;
        status = sim_update_init(&update, play.run, &play.source);
        if (status == COG_OK) {
            assert_true(more > 1);
            assert_int_equal(update.edit_count, 4);
            sim_update_term(&update);
        }
        play_close(&play);
    }
    assert_int_equal(status, COG_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_does_not_hold_and_cannot_be_rewritten_hinders_nothing_else),
        cmocka_unit_test(what_is_no_literal_is_left),
        cmocka_unit_test(of_a_clause_all_or_nothing_is_rewritten),
        cmocka_unit_test(a_file_with_a_table_of_cases_is_left),
        cmocka_unit_test(what_is_left_is_told_in_the_order_of_the_file),
        cmocka_unit_test(lines_about_other_runs_are_not_looked_at),
        cmocka_unit_test(an_outcome_is_added_to_those_listed),
        cmocka_unit_test(nothing_is_rewritten_after_a_run_that_went_wrong),
        cmocka_unit_test(an_end_in_another_run_expects_no_stall),
        cmocka_unit_test(nothing_is_rewritten_after_a_run_that_was_given_up),
        cmocka_unit_test(running_out_of_memory_leaves_nothing_behind),
    };
    int failed_count = cmocka_run_group_tests(tests, NULL, NULL);
    return failed_count != 0;
}
