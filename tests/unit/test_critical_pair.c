/* test_critical_pair.c - the two events whose order decides. */
#include "sim/shrink/critical_pair.h"

#include "tests/unit/shrinking.h"

/* The pair of a text's failure after a schedule, in words. */
static void assert_pair(const char *text, unsigned vary, const char *schedule,
                        const char *expected) {
    struct shrinking shrinking;
    struct sim_trial trial;
    struct sim_critical_pair pair;
    struct sim_buffer words;
    shrinking_open(&shrinking, text);
    shrinking.trials.vary = vary;
    shrinking_run(&shrinking, schedule, &trial);
    assert_true(trial.signature != 0);
    assert_int_equal(sim_critical_pair_find(&pair, &shrinking.trials, &shrinking.subject.program,
                                            &shrinking.subject.source, trial.signature,
                                            &trial.recorded),
                     COG_OK);
    sim_buffer_init(&words, cog_allocator_malloc());
    sim_critical_pair_add(&pair, shrinking.subject.scenario, &words);
    assert_string_equal(words.bytes != NULL ? words.bytes : "", expected);
    sim_buffer_term(&words);
    sim_critical_pair_term(&pair);
    sim_trial_term(&trial);
    shrinking_close(&shrinking);
}

static void two_accesses_of_one_variable(void **state) {
    (void)state;
    assert_pair(shrinking_adders, SIM_VARY_ORDER, "left: read x\nleft: set x\n",
                "if `right: read x` (line 8) comes before `left: set x` (line 6), it passes");
}

static void two_takings_of_a_lock(void **state) {
    (void)state;
    assert_pair("scenario \"t\"\nlock a\nlock b\ncoro left\n    acquire a\n    acquire b\n"
                "    release b\n    release a\ncoro right\n    acquire b\n    acquire a\n"
                "    release a\n    release b\n",
                SIM_VARY_ORDER, "",
                "if `left: acquire b` (line 6) comes before `right: acquire b` (line 10), "
                "it passes");
}

static void two_puts_into_a_queue(void **state) {
    (void)state;
    assert_pair(
        "scenario \"t\"\nqueue q size 4\ncoro one\n    yield\n    put q 1\n"
        "coro two\n    yield\n    put q 2\n"
        "coro last\n    get first from q\n    get second from q\n    check first < second\n",
        SIM_VARY_ORDER, "two: after yield\n",
        "if `one: put q 1` (line 5) comes before `two: put q 2` (line 8), it passes");
}

static void what_a_pick_gives(void **state) {
    (void)state;
    assert_pair("scenario \"t\"\nvar x = 0\ncoro a\n    pick x from 1, 2, 3\n    check x < 3\n",
                SIM_VARY_ORDER, "pick x: 3\n",
                "if `pick x: 1` is decided in place of `pick x: 3`, it passes");
}

static void which_deadline_expires_first(void **state) {
    (void)state;
    assert_pair("scenario \"t\"\nvar first = 0\n"
                "coro left\n    wait nobody timeout 5ms\n    on timeout\n"
                "        if first == 0\n            set first = 1\n"
                "coro right\n    wait nobody timeout 5ms\n    on timeout\n"
                "        if first == 0\n            set first = 2\nexpect first == 1\n",
                SIM_VARY_ARRIVALS, "timeout: right\n",
                "if `timeout: left` is decided in place of `timeout: right`, it passes");
}

static void the_nearest_that_passes_where_production_fails(void **state) {
    (void)state;
    assert_pair("scenario \"t\"\nshared x = 0\ncoro left\n    let seen = x\n    set x = seen + 1\n"
                "coro right\n    let seen = x\n    set x = seen + 1\nexpect x == 2\n",
                SIM_VARY_ORDER, "",
                "if `left: set x` (line 5) comes before `right: read x` (line 7), it passes");
}

/* With its decisions and without. */
static void the_last_decision_that_matters_where_production_fails_as_well(void **state) {
    (void)state;
    assert_pair(
        "scenario \"t\"\nvar x = 0\ncoro left\n    let seen = x\n    yield\n"
        "    set x = seen + 1\ncoro right\n    let seen = x\n    yield\n"
        "    set x = seen + 1\nexpect x == 2\n",
        SIM_VARY_ORDER, "left: start\nright: start\nright: after yield\n",
        "if `left: set x = seen + 1` (line 6) comes before `right: yield` (line 9), it passes");
}

static void where_nothing_passes_there_is_no_pair(void **state) {
    (void)state;
    assert_pair("scenario \"t\"\nshared x = 0\ncoro a\n    set x = 1\ncoro b\n    set x = 1\n"
                "expect x == 2\n",
                SIM_VARY_ORDER, "", "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_accesses_of_one_variable),
        cmocka_unit_test(two_takings_of_a_lock),
        cmocka_unit_test(two_puts_into_a_queue),
        cmocka_unit_test(what_a_pick_gives),
        cmocka_unit_test(which_deadline_expires_first),
        cmocka_unit_test(the_nearest_that_passes_where_production_fails),
        cmocka_unit_test(the_last_decision_that_matters_where_production_fails_as_well),
        cmocka_unit_test(where_nothing_passes_there_is_no_pair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
