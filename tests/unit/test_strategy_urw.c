/* test_strategy_urw.c - the random walk weighted by what is left to do. */
#include "tests/unit/sampled.h"

enum { RUNS = 20000 };

/* Where the outcome tells the interleaving, all have the same frequency. */
static void assert_uniform(const char *text, uint32_t interleaving_count) {
    struct sampled sampled;
    sampled_open(&sampled, text);
    (void)sampled_run(&sampled, &sim_strategy_urw, NULL, 2, RUNS);
    const struct sim_tally *tally = &sampled.explorer.tally;
    assert_int_equal(tally->outcome_count, interleaving_count);
    for (uint32_t i = 0; i < tally->outcome_count; i++) {
        assert_true(sampled_is_within(tally->outcomes[i].count, RUNS, 1, interleaving_count));
    }
    sampled_close(&sampled);
}

static void every_interleaving_is_equally_likely(void **state) {
    (void)state;
    assert_uniform("shared x = 0\nvar order = 0\n"
                   "coro a\n    repeat 4\n        add 1 to x\n        set order = order * 2 + 1\n"
                   "coro b\n    repeat 2\n        add 1 to x\n        set order = order * 2\n"
                   "outcome order\n",
                   15);
}

/* Once the first child is there, its two steps stand anywhere among the second spawn and the one
 * step of the second child: 6 interleavings. */
static void what_children_do_belongs_to_their_parent_before_they_are_made(void **state) {
    (void)state;
    assert_uniform("shared x = 0\nvar order = 0\n"
                   "routine two\n    add 1 to x\n    set order = order * 4 + 1\n"
                   "    add 1 to x\n    set order = order * 4 + 1\n"
                   "routine one\n    add 1 to x\n    set order = order * 4 + 2\n"
                   "coro starter\n    spawn two\n    set order = order * 4 + 3\n    spawn one\n"
                   "outcome order\n",
                   6);
}

/* The first to take the lock goes all the way; of 14 steps 3 are the checker's. */
static void who_has_little_to_do_comes_late(void **state) {
    (void)state;
    static const char text[] = "shared x = 0\nlock door\n"
                               "coro checking\n    acquire door\n    let seen = x\n"
                               "    check seen == 1\n    release door\n"
                               "coro working\n    acquire door\n    repeat 9\n"
                               "        set x = 1\n    release door\n";
    uint64_t count = sampled_failures(text, &sim_strategy_urw, NULL, RUNS);
    assert_true(sampled_is_within(count, RUNS, 3, 14));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_interleaving_is_equally_likely),
        cmocka_unit_test(what_children_do_belongs_to_their_parent_before_they_are_made),
        cmocka_unit_test(who_has_little_to_do_comes_late),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
