/* test_strategy_pct.c - random priorities with a few changes. */
#include "tests/unit/sampled.h"

static void depth_1_runs_one_after_the_other(void **state) {
    (void)state;
    struct sim_strategy_options depth = {.depth = 1};
    assert_int_equal(sampled_failures(sampled_lost_update, &sim_strategy_pct, &depth, 2000), 0);
    assert_int_equal(sampled_failures(sampled_twostage, &sim_strategy_pct, &depth, 2000), 0);
}

/* Three processes, in each order equally often: the outcome is the order. */
static void priorities_come_in_every_order_equally_often(void **state) {
    (void)state;
    enum { RUNS = 12000 };
    struct sampled sampled;
    struct sim_strategy_options depth = {.depth = 1};
    sampled_open(&sampled, "shared x = 0\n"
                           "coro a\n    set x = x * 10 + 1\n"
                           "coro b\n    set x = x * 10 + 2\n"
                           "coro c\n    set x = x * 10 + 3\n"
                           "outcome x\n");
    (void)sampled_run(&sampled, &sim_strategy_pct, &depth, 2, RUNS);
    const struct sim_tally *tally = &sampled.explorer.tally;
    assert_int_equal(tally->outcome_count, 6);
    for (uint32_t i = 0; i < tally->outcome_count; i++) {
        assert_true(sampled_is_within(tally->outcomes[i].count, RUNS, 1, 6));
    }
    sampled_close(&sampled);
}

/* Only before step 2, of 4, does the change stop the first to run between its read and its write.
 */
static void a_change_stops_the_highest_before_a_random_step(void **state) {
    (void)state;
    struct sim_strategy_options options = {.depth = 2, .length = 4};
    uint64_t count = sampled_failures(sampled_lost_update, &sim_strategy_pct, &options, 20000);
    assert_true(sampled_is_within(count, 20000, 1, 4));
}

/* 3 processes, 7 steps, depth 2: at least 1 in 3 * 7. Of 50,000 such runs fewer than 2,235 fail
 * with a probability less than 0.001, by the exact binomial distribution. */
static void a_bug_of_depth_2_is_found_as_often_as_guaranteed(void **state) {
    (void)state;
    struct sim_strategy_options options = {.depth = 2, .length = 7};
    uint64_t count = sampled_failures(sampled_reorder, &sim_strategy_pct, &options, 50000);
    assert_true(count >= 2235);
}

/* The one that makes has to be stopped between its stages: 2 processes, 14 steps, depth 2. */
static void twostage_is_found_as_often_as_guaranteed(void **state) {
    (void)state;
    struct sim_strategy_options options = {.depth = 2, .length = 14};
    uint64_t count = sampled_failures(sampled_twostage, &sim_strategy_pct, &options, 20000);
    assert_true(count * 28 >= 20000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(depth_1_runs_one_after_the_other),
        cmocka_unit_test(priorities_come_in_every_order_equally_often),
        cmocka_unit_test(a_change_stops_the_highest_before_a_random_step),
        cmocka_unit_test(a_bug_of_depth_2_is_found_as_often_as_guaranteed),
        cmocka_unit_test(twostage_is_found_as_often_as_guaranteed),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
