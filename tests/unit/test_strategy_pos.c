/* test_strategy_pos.c - a random priority for each pending step. */
#include "tests/unit/sampled.h"

/* All orders of three steps that race are equally likely. */
static void racing_steps_come_in_every_order_equally_often(void **state) {
    (void)state;
    enum { RUNS = 12000 };
    struct sampled sampled;
    sampled_open(&sampled, "shared x = 0\nvar order = 0\n"
                           "coro a\n    add 1 to x\n    set order = order * 10 + 1\n"
                           "coro b\n    add 1 to x\n    set order = order * 10 + 2\n"
                           "coro c\n    add 1 to x\n    set order = order * 10 + 3\n"
                           "outcome order\n");
    (void)sampled_run(&sampled, &sim_strategy_pos, NULL, 2, RUNS);
    const struct sim_tally *tally = &sampled.explorer.tally;
    assert_int_equal(tally->outcome_count, 6);
    for (uint32_t i = 0; i < tally->outcome_count; i++) {
        assert_true(sampled_is_within(tally->outcomes[i].count, RUNS, 1, 6));
    }
    sampled_close(&sampled);
}

/* The write of x comes last when its first priority is lower than those of all four steps of the
 * other, which do not race with it: 1 in 5. A random walk lets it come last once in 16. */
static void steps_that_do_not_race_keep_their_priorities(void **state) {
    (void)state;
    static const char text[] = "shared x = 0\nshared y = 0\n"
                               "coro last\n    set x = 1\n"
                               "coro other\n    set y = 1\n    set y = 2\n    set y = 3\n"
                               "    let seen = x\n    check seen == 1\n";
    uint64_t count = sampled_failures(text, &sim_strategy_pos, NULL, 20000);
    assert_true(sampled_is_within(count, 20000, 1, 5));
    count = sampled_failures(text, &sim_strategy_random, NULL, 20000);
    assert_true(sampled_is_within(count, 20000, 1, 16));
}

/* Both read or write x: the write gets a new priority after each of the other's steps. */
static void steps_that_race_get_new_priorities(void **state) {
    (void)state;
    static const char text[] = "shared x = 0\n"
                               "coro last\n    set x = 1\n"
                               "coro other\n    set x = 2\n    set x = 3\n    let seen = x\n"
                               "    check seen == 1\n";
    uint64_t count = sampled_failures(text, &sim_strategy_pos, NULL, 20000);
    /* The write comes first, where it is overwritten, or last. */
    assert_true(sampled_is_within(count, 20000, 7, 8));
}

/* A step of which nothing is known counts as racing with other such steps, but not with an access
 * that is a step of its own. */
static void a_spawn_does_not_race_with_an_access(void **state) {
    (void)state;
    static const char text[] = "shared x = 0\nvar spawned = false\n"
                               "routine idle\n    stop\n"
                               "coro last\n    set spawned = true\n    spawn idle\n"
                               "coro other\n    set x = 1\n    set x = 2\n    set x = 3\n"
                               "    set x = 4\n    check spawned\n";
    uint64_t count = sampled_failures(text, &sim_strategy_pos, NULL, 20000);
    assert_true(sampled_is_within(count, 20000, 1, 5));
}

/* 12 schedules to the first failure; a random walk needs 64. */
static void twostage_takes_as_many_schedules_as_its_model(void **state) {
    (void)state;
    uint64_t count = sampled_failures(sampled_twostage, &sim_strategy_pos, NULL, 24000);
    assert_true(sampled_is_within(count, 24000, 1, 12));
    count = sampled_failures(sampled_twostage, &sim_strategy_random, NULL, 24000);
    assert_true(sampled_is_within(count, 24000, 1, 64));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(racing_steps_come_in_every_order_equally_often),
        cmocka_unit_test(steps_that_do_not_race_keep_their_priorities),
        cmocka_unit_test(steps_that_race_get_new_priorities),
        cmocka_unit_test(a_spawn_does_not_race_with_an_access),
        cmocka_unit_test(twostage_takes_as_many_schedules_as_its_model),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
