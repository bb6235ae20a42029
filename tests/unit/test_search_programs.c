/* test_search_programs.c - reduced searches against plain search, over random programs: they come
 * to the same outcomes, and where each step touches one thing alone to the same number of
 * executions.
 */
#include "tests/unit/exploration.h"
#include "tests/unit/random_scenario.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { EXECUTIONS_MAX = 1000, STATEMENTS_MAX = 3 };

struct compared {
    char text[RANDOM_SCENARIO_BYTES];
    struct search_found plain;
    struct search_found optimal;
    struct search_found source;
    struct search_found sleep_sets;
    bool has_plain; /* plain search has come to its end */
};

static void search(struct exploration *exploration, const struct sim_search_policy *policy,
                   unsigned vary, struct search_found *found) {
    struct search_way way = {.policy = policy, .run_count_max = EXECUTIONS_MAX};
    exploration_search(exploration, &way, vary, found);
    assert_int_equal(found->status, COG_OK);
}

static void compare(struct compared *compared, uint64_t seed, unsigned themes, unsigned vary) {
    struct exploration exploration;
    random_scenario_write(seed, themes, 2 + (uint32_t)(seed % 2), STATEMENTS_MAX, compared->text);
    exploration_open(&exploration, compared->text, vary);
    search(&exploration, &sim_search_all, vary, &compared->plain);
    compared->has_plain = compared->plain.run_count < EXECUTIONS_MAX;
    if (compared->has_plain) {
        search(&exploration, &sim_search_optimal_dpor, vary, &compared->optimal);
        search(&exploration, &sim_search_source_dpor, vary, &compared->source);
        search(&exploration, &sim_search_sleep_sets, vary, &compared->sleep_sets);
    }
    exploration_close(&exploration);
}

static void forget(struct compared *compared) {
    search_found_term(&compared->plain);
    if (compared->has_plain) {
        search_found_term(&compared->optimal);
        search_found_term(&compared->source);
        search_found_term(&compared->sleep_sets);
    }
}

static bool is_same(const struct search_found *a, const struct search_found *b) {
    return a->outcomes.length == b->outcomes.length &&
           memcmp(a->outcomes.bytes, b->outcomes.bytes, a->outcomes.length) == 0;
}

static void check_outcomes(const struct compared *compared, uint64_t seed) {
    bool is_right = is_same(&compared->plain, &compared->optimal) &&
                    is_same(&compared->plain, &compared->source) &&
                    is_same(&compared->plain, &compared->sleep_sets);
    if (!is_right) {
        print_error("seed %" PRIu64 "\n", seed);
        print_error("%s\nplain:\n", compared->text);
        print_error("%soptimal DPOR:\n", compared->plain.outcomes.bytes);
        print_error("%ssource-DPOR:\n", compared->optimal.outcomes.bytes);
        print_error("%ssleep sets:\n", compared->source.outcomes.bytes);
        print_error("%s\n", compared->sleep_sets.outcomes.bytes);
    }
    assert_true(is_right);
}

static void they_come_to_one_execution_of_each_kind(void **state) {
    (void)state;
    static struct compared compared;
    uint32_t count = 0;
    for (uint64_t seed = 0; seed < 100; seed++) {
        compare(&compared, seed, RANDOM_SHARED | RANDOM_LOCKS, SIM_VARY_ORDER);
        if (compared.has_plain) {
            check_outcomes(&compared, seed);
            assert_int_equal(compared.optimal.asleep_count, 0);
            assert_int_equal(compared.optimal.run_count, compared.sleep_sets.run_count);
            assert_int_equal(compared.optimal.run_count, compared.source.run_count);
            assert_true(compared.optimal.is_complete);
            count++;
        }
        forget(&compared);
    }
    assert_true(count > 50);
}

/* A number of its own for each seed, of which half the bits are set, or a quarter. */
static unsigned draw_themes(uint64_t seed) {
    uint64_t bits = (seed + 1) * UINT64_C(0x9E3779B97F4A7C15);
    bits = (bits ^ bits >> 29) * UINT64_C(0xBF58476D1CE4E5B9);
    bits ^= bits >> 32;
    unsigned themes = (unsigned)bits & (unsigned)(bits >> 20 | (bits >> 40) % 2 * UINT32_MAX);
    return (themes | RANDOM_SHARED) & ((1u << RANDOM_THEMES) - 1);
}

static void whatever_a_program_does_they_come_to_the_same_outcomes(void **state) {
    (void)state;
    static struct compared compared;
    uint32_t count = 0;
    uint32_t complete = 0;
    uint32_t varied = 0;
    for (uint64_t seed = 0; seed < 600; seed++) {
        unsigned vary = SIM_VARY_ORDER | (seed % 3 == 0 ? (unsigned)SIM_VARY_ARRIVALS : 0);
        compare(&compared, seed, draw_themes(seed), vary);
        if (compared.has_plain) {
            check_outcomes(&compared, seed);
            complete += compared.optimal.is_complete ? 1 : 0;
            varied += strchr(compared.plain.outcomes.bytes, '\n')[1] != '\0' ? 1 : 0;
            count++;
        }
        forget(&compared);
    }
    assert_true(count > 400);
    assert_true(complete * 10 > count * 9);
    assert_true(varied > 50);
}

/* A search that gives up at once would be noticed. */
static void a_search_that_misses_something_is_noticed(void **state) {
    (void)state;
    static char text[RANDOM_SCENARIO_BYTES];
    uint32_t missed = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct exploration exploration;
        struct search_found plain;
        struct search_found bounded;
        random_scenario_write(seed, RANDOM_SHARED, 3, STATEMENTS_MAX + 1, text);
        exploration_open(&exploration, text, SIM_VARY_ORDER);
        search(&exploration, &sim_search_all, SIM_VARY_ORDER, &plain);
        search(&exploration, &sim_search_preemptions, SIM_VARY_ORDER, &bounded); /* bound 0 */
        missed += is_same(&plain, &bounded) ? 0 : 1;
        search_found_term(&plain);
        search_found_term(&bounded);
        exploration_close(&exploration);
    }
    assert_true(missed > 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_come_to_one_execution_of_each_kind),
        cmocka_unit_test(whatever_a_program_does_they_come_to_the_same_outcomes),
        cmocka_unit_test(a_search_that_misses_something_is_noticed),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
