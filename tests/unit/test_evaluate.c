/* test_evaluate.c - expressions: what they give, and how they fail the coroutine. */
#include "sim/cogsim.h"
#include "tests/unit/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* An expression in a text gives this. */
static void assert_gives(const char *expression, const char *value) {
    char text[512];
    char log[512];
    (void)snprintf(text, sizeof text, "coro a\n    let x = %s\n    log '{x}'\n", expression);
    (void)snprintf(log, sizeof log, "0ms a %s\n", value);
    assert_plays(text, log);
}

/* It fails, when its parts come through a queue, so that only the run can know their types. */
static void assert_refuses(const char *left, const char *right, const char *expression,
                           const char *message) {
    char text[512];
    char failure[512];
    (void)snprintf(text, sizeof text,
                   "queue q\ncoro a\n    put q %s\n    get l from q\n    put q %s\n"
                   "    get r from q\n    let x = %s\n    log '{x} {l} {r}'\n",
                   left, right, expression);
    (void)snprintf(failure, sizeof failure, "8: a failed at 0ms (let: %s)\n", message);
    assert_fails(text, "", failure);
}

static void arithmetic_follows_the_usual_precedence(void **state) {
    (void)state;
    assert_gives("1 + 2 * 3 - 4", "3");
    assert_gives("(1 + 2) * 3", "9");
    assert_gives("7 / 2", "3");
    assert_gives("-7 / 2", "-3");
    assert_gives("7 % 3", "1");
    assert_gives("-7 % 3", "-1");
    assert_gives("-(2 + 3)", "-5");
    assert_gives("10 - 2 - 3", "5");
}

static void durations_combine_with_durations_and_numbers(void **state) {
    (void)state;
    assert_gives("2s + 500ms", "2500ms");
    assert_gives("3 * 5ms", "15ms");
    assert_gives("5ms * 3", "15ms");
    assert_gives("1s / 3", "333333333ns");
    assert_gives("-5ms", "-5ms");
}

static void durations_are_written_in_the_largest_unit_that_stays_whole(void **state) {
    (void)state;
    assert_gives("0s", "0ms");
    assert_gives("3015ms", "3015ms");
    assert_gives("2000ms", "2s");
    assert_gives("1500us", "1500us");
    assert_gives("60s", "1m");
    assert_gives("120m", "2h");
    assert_gives("999ns", "999ns");
    assert_gives("1000ns", "1us");
}

static void sizes_are_numbers(void **state) {
    (void)state;
    assert_gives("4KB", "4096");
    assert_gives("1MB", "1048576");
}

static void comparisons_and_logic_give_true_or_false(void **state) {
    (void)state;
    assert_gives("1 < 2", "true");
    assert_gives("2 <= 1", "false");
    assert_gives("2s > 1999ms", "true");
    assert_gives("2 >= 2", "true");
    assert_gives("'a' == 'a'", "true");
    assert_gives("'a' != 'a'", "false");
    assert_gives("true and not false", "true");
    assert_gives("false or 1 == 2", "false");
    assert_gives("not (1 == 1)", "false");
}

static void logic_looks_at_its_right_side_only_when_it_must(void **state) {
    (void)state;
    assert_plays("coro a\n    let z = 0\n    let nay = false and 1 / z == 1\n"
                 "    let yea = true or 1 / z == 1\n    log '{nay} {yea}'\n",
                 "0ms a false true\n");
}

static void texts_keep_every_byte_that_an_escape_names(void **state) {
    (void)state;
    struct play play;
    play_text(&play, "coro a\n    log '\\t|\\\\|\\\"|\\x41|\\{\\}|\\n|\\x00|\\xFF'\n");
    const struct sim_log_line *line = &play.result.journal->lines[0];
    assert_int_equal(line->bytes, 16);
    assert_memory_equal(line->text, "\t|\\|\"|A|{}|\n|\0|\xFF", 16);
    play_close(&play);
}

static void texts_hold_values_of_every_kind(void **state) {
    (void)state;
    assert_plays("coro a\n"
                 "    let t = 'in'\n"
                 "    log '{1 + 1}{t}{2ms}{1 == 1}!'\n",
                 "0ms a 2in2mstrue!\n");
}

static void an_array_has_elements_of_its_own(void **state) {
    (void)state;
    assert_plays("var cells[3] = 7\n"
                 "coro a\n"
                 "    let i = 2\n"
                 "    set cells[0] = 1\n"
                 "    set cells[i] = cells[0] + cells[i - 1]\n"
                 "    log '{cells[0]} {cells[1]} {cells[2]}'\n",
                 "0ms a 1 7 8\n");
}

static void an_index_out_of_range_fails_the_coroutine(void **state) {
    (void)state;
    assert_failures("var cells[3] = 7\n"
                    "coro a\n    let i = 3\n    set cells[i] = 1\n"
                    "coro b\n    let i = -1\n    log '{cells[i]}'\n",
                    "5: a failed at 0ms (set: the index of cells is 3, which is not in 0..2)\n"
                    "8: b failed at 0ms (log: the index of cells is -1, which is not in 0..2)\n");
}

static void a_list_of_messages_is_indexed(void **state) {
    (void)state;
    assert_fails("channel c\n"
                 "coro a\n"
                 "    subscribe c\n"
                 "    publish c 'x'\n"
                 "    publish c 2\n"
                 "    fetch all from c\n"
                 "    log '{all[0]} {all[1]} {all}'\n"
                 "    log '{all[2]}'\n",
                 "0ms a x 2 x,2\n",
                 "9: a failed at 0ms (log: the index of the list is 2, which is not in 0..1)\n");
}

static void division_by_zero_fails_the_coroutine(void **state) {
    (void)state;
    assert_failures("coro a\n    let z = 0\n    log '{1 / z}'\n"
                    "coro b\n    let z = 0\n    log '{1ms / z}'\n",
                    "4: a failed at 0ms (log: division by zero)\n"
                    "7: b failed at 0ms (log: division by zero)\n");
}

static void a_result_out_of_range_fails_the_coroutine(void **state) {
    (void)state;
    assert_refuses("1152921504606846975", "1", "l + r", "the result of + is out of range");
    assert_refuses("-1152921504606846975", "1", "l - r", "the result of - is out of range");
    assert_refuses("1152921504606846975", "2", "l * r", "the result of * is out of range");
    assert_refuses("1152921504606846975", "1152921504606846975", "l * r",
                   "the result of * is out of range");
}

static void the_ends_of_the_range_are_numbers(void **state) {
    (void)state;
    assert_gives("1152921504606846974 + 1", "1152921504606846975");
    assert_gives("-1152921504606846974 - 1", "-1152921504606846975");
}

static void types_that_do_not_go_together_fail_the_coroutine(void **state) {
    (void)state;
    assert_refuses("1", "'x'", "l + r", "a number and a text do not go together with +");
    assert_refuses("1", "2ms", "l + r", "a number and a duration do not go together with +");
    assert_refuses("2ms", "2ms", "l * r", "a duration and a duration do not go together with *");
    assert_refuses("2", "2ms", "l / r", "a number and a duration do not go together with /");
    assert_refuses("1", "2ms", "l < r", "a number cannot be compared with a duration");
    assert_refuses("'a'", "'b'", "l < r", "a text cannot be compared with a text");
    assert_refuses("'a'", "1", "-l", "a text has no negative");
    assert_refuses("1", "true", "l and r",
                   "an operand of and, or, not must be true or false, not a number");
    assert_refuses("true", "1", "l and r",
                   "an operand of and, or, not must be true or false, not a number");
    assert_refuses("1", "0", "l[0]", "what is indexed must be a list, not a number");
}

static void values_of_different_types_are_not_equal(void **state) {
    (void)state;
    assert_plays("queue q\ncoro a\n    put q 1\n    get n from q\n    put q 1ns\n"
                 "    get d from q\n    log '{n == d} {n != d} {n == n}'\n",
                 "0ms a false true true\n");
}

static void a_statement_refuses_a_value_of_the_wrong_type(void **state) {
    (void)state;
    static const struct {
        const char *statement;
        const char *message;
    } cases[] = {
        {"sleep v", "sleep: a time must be a duration, not a text"},
        {"log n", "log: what is logged must be a text, not a number"},
        {"check n", "check: what is checked must be true or false, not a number"},
        {"fail n", "fail: the reason of a failure must be a text, not a number"},
        {"join n", "join: what is joined must be a coroutine, not a number"},
        {"send n 'x'", "send: the socket must be a socket, not a number"},
        {"sleep d", "sleep: a time must not be negative"},
        {"wait s timeout d", "wait: a time must not be negative"},
        {"listen l port m", "listen: the port is -1, which is not in 1..65535"},
        {"signal s recipients m", "signal: recipients is -1, which is not in 0..1073741824"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[1024];
        char failure[256];
        (void)snprintf(text, sizeof text,
                       "queue q\n"
                       "coro a\n"
                       "    put q 'x'\n    get v from q\n"
                       "    put q 1\n    get n from q\n"
                       "    put q -1ms\n    get d from q\n"
                       "    put q -1\n    get m from q\n"
                       "    %s\n"
                       "coro b background\n    signal s\n    wait s\n",
                       cases[i].statement);
        (void)snprintf(failure, sizeof failure, "12: a failed at 0ms (%s)\n", cases[i].message);
        assert_failures(text, failure);
    }
}

static void conditions_and_counts_of_the_wrong_type_fail_the_coroutine(void **state) {
    (void)state;
    assert_failures("queue q\n"
                    "coro a\n    put q 1\n    get v from q\n    if v\n        log 'x'\n"
                    "coro b\n    put q 1ms\n    get v from q\n    repeat v\n        log 'x'\n"
                    "coro c\n    put q 1\n    get v from q\n    while v\n        log 'x'\n"
                    "coro d\n    put q -1\n    get v from q\n    repeat v\n        log 'x'\n",
                    "6: a failed at 0ms (if: a condition must be true or false, not a number)\n"
                    "11: b failed at 0ms (repeat: the number of repetitions must be a number, not "
                    "a duration)\n"
                    "16: c failed at 0ms (while: a condition must be true or false, not a "
                    "number)\n"
                    "21: d failed at 0ms (repeat: the number of repetitions is -1, which is not "
                    "in 0..1152921504606846975)\n");
}

static void now_is_the_clock_of_the_host(void **state) {
    (void)state;
    assert_plays("coro a\n    log '{now}'\n    sleep 1500us\n    log '{now}'\n",
                 "0ms a 0ms\n1500us a 1500us\n");
}

/* ---- Shared variables ---- */

static void a_read_of_a_shared_variable_yields_first(void **state) {
    (void)state;
    assert_plays("shared x = 0\n"
                 "coro a\n    log 'before'\n    let v = x\n    log 'read {v}'\n"
                 "coro b\n    log 'b runs'\n",
                 "0ms a before\n0ms b b runs\n0ms a read 0\n");
}

static void a_write_of_a_shared_variable_yields_first(void **state) {
    (void)state;
    assert_plays("shared x = 0\n"
                 "coro a\n    set x = 1\n    log 'wrote'\n"
                 "coro b\n    log 'b runs'\n"
                 "expect x == 1\n",
                 "0ms b b runs\n0ms a wrote\n");
}

static void two_increments_of_a_shared_variable_lose_one(void **state) {
    (void)state;
    assert_plays("shared x = 0\n"
                 "coro a\n    set x = x + 1\n"
                 "coro b\n    set x = x + 1\n"
                 "expect x == 1\n",
                 "");
}

static void atomic_increments_lose_none(void **state) {
    (void)state;
    assert_plays("shared x = 0\n"
                 "coro a times 5\n    add 1 to x\n"
                 "expect x == 5\n",
                 "");
}

static void each_read_in_an_expression_is_a_step_of_its_own(void **state) {
    (void)state;
    assert_plays("shared x = 1\nshared y = 1\n"
                 "coro a\n    log '{x + y}'\n"
                 "coro b\n    yield\n    yield\n    log 'third turn'\n",
                 "0ms a 2\n0ms b third turn\n");
}

static void what_was_read_stays_with_the_variable_it_was_read_from(void **state) {
    (void)state;
    /* Between the reads b turns `plain` over, and the left side is not looked at again. */
    assert_plays("shared x = 1\nshared y = 2\nvar plain = true\n"
                 "coro a\n"
                 "    if (plain and x == 5) or y == 2\n"
                 "        log 'y is 2'\n"
                 "    else\n"
                 "        log 'y was taken for x'\n"
                 "coro b\n"
                 "    yield\n"
                 "    set plain = false\n",
                 "0ms a y is 2\n");
}

static void a_yield_that_was_not_needed_after_all_counts_for_nobody_else(void **state) {
    (void)state;
    assert_plays("shared x = 1\nvar plain = true\n"
                 "coro a\n"
                 "    if plain and x == 1\n"
                 "        log 'never'\n"
                 "    log 'asked'\n"
                 "    let v = x\n"
                 "    log 'read {v}'\n"
                 "coro b\n"
                 "    set plain = false\n"
                 "    yield\n"
                 "    log 'b between'\n",
                 "0ms a asked\n0ms b b between\n0ms a read 1\n");
}

static void swap_add_and_cas_tell_what_was_there(void **state) {
    (void)state;
    assert_plays("shared x = 1\nshared ring[2] = 0\n"
                 "coro a\n"
                 "    add 4 to x as old\n"
                 "    log '{old}'\n"
                 "    swap x with 9 as was\n"
                 "    log '{was}'\n"
                 "    cas x from 9 to 10 as ok\n"
                 "    cas x from 9 to 11 as nay\n"
                 "    log '{ok} {nay}'\n"
                 "    cas ring[1] from 0 to 3 as ring_ok\n"
                 "    log '{ring_ok}'\n"
                 "expect x == 10\nexpect ring[1] == 3 and ring[0] == 0\n",
                 "0ms a 1\n0ms a 5\n0ms a true false\n0ms a true\n");
}

static void an_atomic_add_out_of_range_fails_the_coroutine(void **state) {
    (void)state;
    assert_failures("shared x = 1152921504606846975\ncoro a\n    add 1 to x\n",
                    "4: a failed at 0ms (add: the result of + is out of range)\n");
}

static void a_variable_starts_with_any_constant_expression(void **state) {
    (void)state;
    assert_plays("var n = 2 + 3\nvar t = 'a{1 + 1}'\nvar d = 2 * 5ms\nvar b = 1 < 2\n"
                 "coro a\n    log '{n} {t} {d} {b}'\n",
                 "0ms a 5 a2 10ms true\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic_follows_the_usual_precedence),
        cmocka_unit_test(durations_combine_with_durations_and_numbers),
        cmocka_unit_test(durations_are_written_in_the_largest_unit_that_stays_whole),
        cmocka_unit_test(sizes_are_numbers),
        cmocka_unit_test(comparisons_and_logic_give_true_or_false),
        cmocka_unit_test(logic_looks_at_its_right_side_only_when_it_must),
        cmocka_unit_test(texts_keep_every_byte_that_an_escape_names),
        cmocka_unit_test(texts_hold_values_of_every_kind),
        cmocka_unit_test(an_array_has_elements_of_its_own),
        cmocka_unit_test(an_index_out_of_range_fails_the_coroutine),
        cmocka_unit_test(a_list_of_messages_is_indexed),
        cmocka_unit_test(division_by_zero_fails_the_coroutine),
        cmocka_unit_test(a_result_out_of_range_fails_the_coroutine),
        cmocka_unit_test(the_ends_of_the_range_are_numbers),
        cmocka_unit_test(types_that_do_not_go_together_fail_the_coroutine),
        cmocka_unit_test(values_of_different_types_are_not_equal),
        cmocka_unit_test(a_statement_refuses_a_value_of_the_wrong_type),
        cmocka_unit_test(conditions_and_counts_of_the_wrong_type_fail_the_coroutine),
        cmocka_unit_test(now_is_the_clock_of_the_host),
        cmocka_unit_test(a_read_of_a_shared_variable_yields_first),
        cmocka_unit_test(a_write_of_a_shared_variable_yields_first),
        cmocka_unit_test(two_increments_of_a_shared_variable_lose_one),
        cmocka_unit_test(atomic_increments_lose_none),
        cmocka_unit_test(each_read_in_an_expression_is_a_step_of_its_own),
        cmocka_unit_test(what_was_read_stays_with_the_variable_it_was_read_from),
        cmocka_unit_test(a_yield_that_was_not_needed_after_all_counts_for_nobody_else),
        cmocka_unit_test(swap_add_and_cas_tell_what_was_there),
        cmocka_unit_test(an_atomic_add_out_of_range_fails_the_coroutine),
        cmocka_unit_test(a_variable_starts_with_any_constant_expression),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
