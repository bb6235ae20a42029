/* test_strategy_random.c - the uniform random walk against probabilities that are enumerated. */
#include "sim/explore/search.h"
#include "tests/unit/sampled.h"

enum { OUTCOMES_MAX = 32, RUNS = 40000 };

/* 1, as a fraction that divides by the candidate counts of the scenarios below. */
#define UNIT ((UINT64_C(1) << 12) * 729)

/* What an execution ends with, and its probability in UNITs. */
struct share {
    uint64_t hash;
    uint64_t share;
    uint64_t count; /* of the executions seen so far */
};

static struct share shares[OUTCOMES_MAX];

/* Adds the probability of the execution that has just been judged to its outcome's. */
static bool weigh(struct sim_search *search) {
    uint64_t share = UNIT;
    for (uint32_t i = 0; i < search->depth; i++) {
        if (search->levels[i].next == SIM_NEXT_STEP) {
            assert_int_equal(share % search->levels[i].candidate_count, 0);
            share /= search->levels[i].candidate_count;
        }
    }
    const struct sim_tally *tally = &search->explorer->tally;
    assert_true(tally->outcome_count <= OUTCOMES_MAX);
    for (uint32_t i = 0; i < tally->outcome_count; i++) {
        if (tally->outcomes[i].count > shares[i].count) {
            shares[i].hash = tally->outcomes[i].hash;
            shares[i].share += share;
            shares[i].count = tally->outcomes[i].count;
        }
    }
    return true;
}

/* Enumerates all executions; the number of outcomes. */
static uint32_t enumerate(const char *text) {
    struct sampled sampled;
    struct sim_search search;
    struct sim_search_policy policy = sim_search_all;
    policy.complete = weigh;
    memset(shares, 0, sizeof shares);
    sampled_open(&sampled, text);
    assert_int_equal(sim_search_init(&search, &sampled.explorer, &policy), COG_OK);
    assert_int_equal(sim_search_run(&search), COG_OK);
    assert_true(search.is_complete);
    uint32_t count = sampled.explorer.tally.outcome_count;
    sim_search_term(&search);
    sampled_close(&sampled);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        sum += shares[i].share;
    }
    assert_int_equal(sum, UNIT);
    return count;
}

static uint64_t share_of(uint64_t hash, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (shares[i].hash == hash) {
            return shares[i].share;
        }
    }
    return 0;
}

static void assert_frequencies(const char *text, uint32_t outcome_count) {
    assert_int_equal(enumerate(text), outcome_count);
    struct sampled sampled;
    sampled_open(&sampled, text);
    (void)sampled_run(&sampled, &sim_strategy_random, NULL, 3, RUNS);
    const struct sim_tally *tally = &sampled.explorer.tally;
    assert_int_equal(tally->outcome_count, outcome_count);
    for (uint32_t i = 0; i < tally->outcome_count; i++) {
        uint64_t share = share_of(tally->outcomes[i].hash, outcome_count);
        assert_true(sampled_is_within(tally->outcomes[i].count, RUNS, share, UNIT));
    }
    sampled_close(&sampled);
}

static void two_increments_end_as_often_as_they_should(void **state) {
    (void)state;
    assert_frequencies("shared x = 0\ncoro a times 2\n    let seen = x\n    set x = seen + 1\n"
                       "outcome x\n",
                       2);
}

static void three_writers_end_as_often_as_they_should(void **state) {
    (void)state;
    assert_frequencies("shared x = 0\n"
                       "coro a\n    set x = x * 2 + 1\n"
                       "coro b\n    set x = x * 3 + 2\n"
                       "coro c\n    set x = 9\n"
                       "outcome x\n",
                       7);
}

static void a_deadlock_comes_as_often_as_it_should(void **state) {
    (void)state;
    assert_frequencies("lock a\nlock b\nvar first = 0\n"
                       "coro x\n    acquire a\n    acquire b\n    set first = first * 2 + 1\n"
                       "    release b\n    release a\n"
                       "coro y\n    acquire b\n    acquire a\n    set first = first * 2\n"
                       "    release a\n    release b\n"
                       "outcome first\n",
                       3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_increments_end_as_often_as_they_should),
        cmocka_unit_test(three_writers_end_as_often_as_they_should),
        cmocka_unit_test(a_deadlock_comes_as_often_as_it_should),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
