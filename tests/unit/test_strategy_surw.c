/* test_strategy_surw.c - uniform over the accesses of one object. */
#include "tests/unit/sampled.h"

enum { RUNS = 20000 };

/* Only x is accessed; each order of its accesses is equally likely. */
static void every_order_of_the_accesses_is_equally_likely(void **state) {
    (void)state;
    struct sampled sampled;
    sampled_open(&sampled,
                 "shared x = 0\nvar order = 0\n"
                 "coro a\n    repeat 4\n        add 1 to x\n        set order = order * 2 + 1\n"
                 "coro b\n    repeat 2\n        add 1 to x\n        set order = order * 2\n"
                 "outcome order\n");
    (void)sampled_run(&sampled, &sim_strategy_surw, NULL, 2, RUNS);
    const struct sim_tally *tally = &sampled.explorer.tally;
    assert_int_equal(tally->outcome_count, 15);
    for (uint32_t i = 0; i < tally->outcome_count; i++) {
        assert_true(sampled_is_within(tally->outcomes[i].count, RUNS, 1, 15));
    }
    sampled_close(&sampled);
}

/* The children's accesses are weighed as their parent's before they are made: all orders of three
 * are equally likely, though the first is made long before the last. */
static void children_take_their_accesses_over(void **state) {
    (void)state;
    struct sampled sampled;
    sampled_open(&sampled, "shared x = 0\nvar order = 0\n"
                           "routine child(n)\n    add 1 to x\n    set order = order * 4 + n\n"
                           "coro starter\n    spawn child(1)\n    spawn child(2)\n"
                           "    spawn child(3)\n"
                           "outcome order\n");
    (void)sampled_run(&sampled, &sim_strategy_surw, NULL, 2, RUNS);
    const struct sim_tally *tally = &sampled.explorer.tally;
    assert_int_equal(tally->outcome_count, 6);
    for (uint32_t i = 0; i < tally->outcome_count; i++) {
        assert_true(sampled_is_within(tally->outcomes[i].count, RUNS, 1, 6));
    }
    sampled_close(&sampled);
}

/* Who is meant to take the lock next waits for the other, who waits for its turn: it is let go. */
static void two_that_wait_for_each_other_go_on(void **state) {
    (void)state;
    static const char text[] = "shared x = 0\nlock door\n"
                               "coro a times 3\n    acquire door\n    set x = x + 1\n"
                               "    release door\n"
                               "expect x == 3\n";
    assert_int_equal(sampled_failures(text, &sim_strategy_surw, NULL, 2000), 0);
}

static void without_accesses_it_goes_by_priorities(void **state) {
    (void)state;
    static const char text[] = "queue q\n"
                               "coro a\n    put q 1\n"
                               "coro b\n    put q 2\n"
                               "coro c\n    get v from q\n    get w from q\n    check v == 1\n";
    uint64_t count = sampled_failures(text, &sim_strategy_surw, NULL, 1000);
    assert_in_range(count, 100, 900);
}

/* 8.9 schedules to the first failure; a random walk needs 64. */
static void twostage_takes_as_many_schedules_as_its_model(void **state) {
    (void)state;
    uint64_t count = sampled_failures(sampled_twostage, &sim_strategy_surw, NULL, 8900);
    assert_in_range(count, 1000 - 150, 1000 + 150);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_order_of_the_accesses_is_equally_likely),
        cmocka_unit_test(children_take_their_accesses_over),
        cmocka_unit_test(two_that_wait_for_each_other_go_on),
        cmocka_unit_test(without_accesses_it_goes_by_priorities),
        cmocka_unit_test(twostage_takes_as_many_schedules_as_its_model),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
