/* test_tally.c - how runs ended, and how often. */
#include "sim/explore/tally.h"

#include "tests/unit/exploration.h"

#include "core/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static uint64_t choose_by_script(void *context, const struct sim_choice *choice) {
    const char **script = context;
    uint64_t answer = (uint64_t)(**script - '0');
    *script += 1;
    return answer < choice->count ? answer : 0;
}

/* Runs it once, in production's order, with these answers to what is picked, and counts it. */
static int run(struct exploration *exploration, const char *answers) {
    struct sim_explorer *explorer = &exploration->explorer;
    explorer->chooser.choose = choose_by_script;
    explorer->chooser.context = &answers;
    sim_explorer_restart(explorer);
    enum sim_next next = sim_explorer_next(explorer);
    while (next != SIM_NEXT_OVER) {
        if (next == SIM_NEXT_TIME) {
            sim_explorer_pass_time(explorer);
        } else {
            sim_explorer_take(explorer, 0);
        }
        next = sim_explorer_next(explorer);
    }
    return sim_explorer_judge(explorer);
}

/* Opens it and runs it once for each word of answers. */
static void open_exploration(struct exploration *exploration, const char *text,
                             const char *answers) {
    exploration_open(exploration, text, SIM_VARY_ORDER);
    for (const char *at = answers; *at != '\0'; at += strcspn(at, " "), at += strspn(at, " ")) {
        assert_int_equal(run(exploration, at), COG_OK);
    }
}

static void outcomes_are_counted_in_order_of_appearance(void **state) {
    (void)state;
    struct exploration exploration;
    open_exploration(
        &exploration,
        "var p = 0\nvar word = ''\ncoro left\n    pick number from 4, 5\n    set p = number\n"
        "    pick text from 'a', 'b'\n    set word = text\noutcome p, word, p == 4\n",
        "10 00 10 11 00 10");
    const struct sim_tally *tally = &exploration.explorer.tally;
    assert_int_equal(tally->run_count, 6);
    assert_int_equal(tally->outcome_count, 3);
    assert_string_equal(tally->outcomes[0].text, "5, a, false");
    assert_string_equal(tally->outcomes[1].text, "4, a, true");
    assert_string_equal(tally->outcomes[2].text, "5, b, false");
    static const uint64_t counts[] = {3, 2, 1};
    static const uint64_t first_runs[] = {1, 2, 4};
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(tally->outcomes[i].count, counts[i]);
        assert_int_equal(tally->outcomes[i].first_run, first_runs[i]);
        assert_int_equal(tally->outcomes[i].line, SIM_NONE);
        assert_int_equal(tally->outcomes[i].text_bytes, strlen(tally->outcomes[i].text) + 1);
        assert_false(tally->outcomes[i].is_failure);
    }
    assert_int_equal(tally->failure_count, 0);
    assert_int_equal(tally->first_failure, 0);
    exploration_close(&exploration);
}

static void a_stall_and_a_failure_are_outcomes_of_their_own(void **state) {
    (void)state;
    struct exploration exploration;
    open_exploration(
        &exploration,
        "var p = 7\ncoro left\n    pick way from 0, 1, 2\n    if way == 1\n        wait bell\n"
        "    if way == 2\n        check p == 8\noutcome p\nexpect deadlock or p == 7\n",
        "0 1 2 2 1 0");
    const struct sim_tally *tally = &exploration.explorer.tally;
    assert_int_equal(tally->outcome_count, 3);
    assert_string_equal(tally->outcomes[0].text, "7");
    assert_string_equal(tally->outcomes[1].text, "7 (stalled)");
    assert_string_equal(tally->outcomes[2].text, "7 (failed)");
    assert_false(tally->outcomes[1].is_failure);
    assert_true(tally->outcomes[2].is_failure);
    assert_int_equal(tally->failure_count, 2);
    assert_int_equal(tally->first_failure, 3);
    exploration_close(&exploration);
    open_exploration(
        &exploration,
        "var p = 7\ncoro left\n    pick way from 0, 1\n    if way == 1\n        wait bell\n"
        "outcome p\n",
        "1");
    assert_string_equal(exploration.explorer.tally.outcomes[0].text, "7 (stalled, failed)");
    exploration_close(&exploration);
}

static void without_values_the_ending_is_the_outcome(void **state) {
    (void)state;
    struct exploration exploration;
    open_exploration(&exploration,
                     "coro left\n    pick way from 0, 1, 2\n    if way == 1\n        wait bell\n"
                     "    if way == 2\n        check way == 3\n",
                     "0 1 2 0");
    const struct sim_tally *tally = &exploration.explorer.tally;
    assert_int_equal(tally->outcome_count, 3);
    assert_string_equal(tally->outcomes[0].text, "ended");
    assert_string_equal(tally->outcomes[1].text, "stalled, failed");
    assert_string_equal(tally->outcomes[2].text, "failed");
    assert_int_equal(tally->outcomes[0].count, 2);
    exploration_close(&exploration);
}

/* By what they say, not by where they stand. */
static void texts_are_compared(void **state) {
    (void)state;
    struct exploration exploration;
    open_exploration(
        &exploration,
        "var word = ''\nvar other = ''\ncoro left\n    pick way from 1, 12, 2\n"
        "    set word = '{way}'\n    if way == 12\n        set word = '1'\n"
        "    set other = 'x'\n    if way == 2\n        set word = '1x'\n        set other = ''\n"
        "outcome word, other\n",
        "0 1 2 1");
    const struct sim_tally *tally = &exploration.explorer.tally;
    assert_int_equal(tally->outcome_count, 2);
    assert_string_equal(tally->outcomes[0].text, "1, x");
    assert_int_equal(tally->outcomes[0].count, 3);
    assert_string_equal(tally->outcomes[1].text, "1x, ");
    exploration_close(&exploration);
}

static void what_sometimes_holds_is_counted_by_expectation(void **state) {
    (void)state;
    struct exploration exploration;
    open_exploration(&exploration,
                     "var p = 0\ncoro left\n    pick way from 0, 1, 2\n    set p = way\n"
                     "sometimes p == 1\nexpect p < 3\nsometimes p > 0\nsometimes p == 9\n",
                     "0 1 2 1 2 2");
    const struct sim_tally *tally = &exploration.explorer.tally;
    assert_int_equal(tally->expectation_count, 4);
    assert_int_equal(tally->sometimes[0], 2);
    assert_int_equal(tally->sometimes[1], 0); /* it is no `sometimes` */
    assert_int_equal(tally->sometimes[2], 5);
    assert_int_equal(tally->sometimes[3], 0);
    exploration_close(&exploration);
}

static void an_outcome_knows_the_line_that_expects_it(void **state) {
    (void)state;
    struct exploration exploration;
    open_exploration(&exploration,
                     "var p = 0\ncoro left\n    pick way from 0, 1, 2\n    set p = way\n"
                     "outcome p, 5\nexpect outcomes\n    2, 5\n    0, 5\n",
                     "0 1 2");
    const struct sim_tally *tally = &exploration.explorer.tally;
    assert_int_equal(tally->outcomes[0].line, 1);
    assert_int_equal(tally->outcomes[1].line, SIM_NONE);
    assert_true(tally->outcomes[1].is_failure);
    assert_int_equal(tally->outcomes[2].line, 0);
    exploration_close(&exploration);
}

static void a_hash_is_the_same_in_every_exploration(void **state) {
    (void)state;
    static const char text[] = "var p = 0\nvar word = ''\ncoro left\n    pick way from 0, 1, 2\n"
                               "    set p = way\n    set word = 'way {way}'\noutcome p, word\n";
    struct exploration one;
    struct exploration other;
    open_exploration(&one, text, "0 1 2");
    open_exploration(&other, text, "2 1 0 0");
    for (uint32_t i = 0; i < 3; i++) {
        const struct sim_outcome *first = &one.explorer.tally.outcomes[i];
        const struct sim_outcome *second = &other.explorer.tally.outcomes[2 - i];
        assert_string_equal(first->text, second->text);
        assert_true(first->hash == second->hash);
        assert_false(first->hash == other.explorer.tally.outcomes[(3 - i) % 3].hash);
    }
    exploration_close(&one);
    exploration_close(&other);
}

static void memory_may_run_out_anywhere(void **state) {
    (void)state;
    static const char text[] = "var word = ''\ncoro left\n    pick way from 0, 1, 2\n"
                               "    set word = 'way {way}'\noutcome word\nsometimes word == ''\n";
    bool has_failed = true;
    for (uint64_t more = 1; has_failed; more++) {
        struct exploration exploration;
        open_exploration(&exploration, text, "");
        exploration.counting.fails_at = exploration.counting.call_count + more;
        int status = run(&exploration, "0");
        status = status == COG_OK ? run(&exploration, "1") : status;
        has_failed = status != COG_OK;
        assert_true(status == COG_OK || status == COG_ENOMEM);
        assert_true(has_failed || more > 3);
        assert_in_range(more, 1, 100);
        exploration_close(&exploration);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outcomes_are_counted_in_order_of_appearance),
        cmocka_unit_test(a_stall_and_a_failure_are_outcomes_of_their_own),
        cmocka_unit_test(without_values_the_ending_is_the_outcome),
        cmocka_unit_test(texts_are_compared),
        cmocka_unit_test(what_sometimes_holds_is_counted_by_expectation),
        cmocka_unit_test(an_outcome_knows_the_line_that_expects_it),
        cmocka_unit_test(a_hash_is_the_same_in_every_exploration),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
