/* test_kind.c - kinds of executions against the searches that make one of each. */
#include "sim/explore/kinds.h"
#include "sim/explore/sampler.h"
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

enum { RUNS = 3000, EXECUTIONS_MAX = 60 };

/* The outcome that the first run of a kind had. */
struct known {
    uint64_t kind;
    uint64_t outcome;
};

struct sampled {
    struct sim_kinds kinds;
    struct known known[RUNS];
    uint32_t known_count;
};

/* Runs of one kind come to one outcome. */
static void check_outcome(struct sampled *sampled, uint64_t kind, uint64_t outcome) {
    for (uint32_t i = 0; i < sampled->known_count; i++) {
        if (sampled->known[i].kind == kind) {
            assert_int_equal(sampled->known[i].outcome, outcome);
            return;
        }
    }
    sampled->known[sampled->known_count++] = (struct known){.kind = kind, .outcome = outcome};
}

static uint64_t outcome_of(struct sim_explorer *explorer) {
    sim_tally_term(&explorer->tally);
    assert_int_equal(
        sim_tally_init(&explorer->tally, explorer->allocator, explorer->program->scenario), COG_OK);
    assert_int_equal(sim_explorer_judge(explorer), COG_OK);
    return explorer->tally.outcomes[0].hash;
}

static void sample(struct exploration *exploration, struct sampled *sampled) {
    struct sim_explorer *explorer = &exploration->explorer;
    struct sim_strategy *strategy = NULL;
    struct sim_sampler sampler;
    struct sim_kind kind;
    sim_kinds_init(&sampled->kinds, cog_allocator_malloc());
    sampled->known_count = 0;
    assert_int_equal(sim_strategy_new(&sim_strategy_random, explorer,
                                      &(struct sim_strategy_options){0}, &strategy),
                     COG_OK);
    sim_sampler_init(&sampler, explorer, strategy);
    sim_kind_init(&kind, explorer->allocator, &explorer->processes, &explorer->objects);
    sampler.kind = &kind;
    for (uint64_t i = 0; i < RUNS; i++) {
        assert_int_equal(sim_sampler_play(&sampler, sim_sampling_seed(1, i)), COG_OK);
        uint64_t hash = sim_kind_hash(&kind);
        assert_int_equal(sim_kinds_add(&sampled->kinds, hash), COG_OK);
        check_outcome(sampled, hash, outcome_of(explorer));
    }
    assert_false(kind.is_out_of_memory);
    sim_kind_term(&kind);
    sim_sampler_term(&sampler);
    sim_strategy_free(strategy);
}

/* There are as many kinds as optimal DPOR makes executions, where samples come to all of them. */
static void there_are_as_many_as_a_search_makes_executions(void **state) {
    (void)state;
    static char text[RANDOM_SCENARIO_BYTES];
    static struct sampled sampled;
    uint32_t compared = 0;
    uint32_t reached = 0;
    for (uint64_t seed = 0; seed < 120; seed++) {
        struct exploration exploration;
        struct search_found found;
        struct search_way way = {.policy = &sim_search_optimal_dpor,
                                 .run_count_max = EXECUTIONS_MAX};
        unsigned themes = RANDOM_SHARED | (seed % 3 == 0 ? RANDOM_LOCKS | RANDOM_QUEUES : 0) |
                          (seed % 4 == 0 ? RANDOM_ROUTINES | RANDOM_TIME : 0) |
                          (seed % 5 == 0 ? RANDOM_PICKS | RANDOM_SIGNALS : 0);
        random_scenario_write(seed, themes, 3, 3, text);
        exploration_open(&exploration, text, SIM_VARY_ORDER);
        exploration_search(&exploration, &way, SIM_VARY_ORDER, &found);
        if (found.is_complete && found.asleep_count == 0 && found.run_count < EXECUTIONS_MAX) {
            sample(&exploration, &sampled);
            if (sampled.kinds.count > found.run_count) {
                print_error("seed %" PRIu64 ": %" PRIu64 " kinds, %" PRIu64 " executions\n", seed,
                            sampled.kinds.count, found.run_count);
            }
            assert_true(sampled.kinds.count <= found.run_count);
            reached += sampled.kinds.count == found.run_count ? 1 : 0;
            compared++;
            sim_kinds_term(&sampled.kinds);
        }
        search_found_term(&found);
        exploration_close(&exploration);
    }
    assert_true(compared > 60);
    assert_true(reached * 10 > compared * 9);
}

/* ---- How many there are ---- */

static void a_kind_counts_once(void **state) {
    (void)state;
    struct sim_kinds kinds;
    sim_kinds_init(&kinds, cog_allocator_malloc());
    assert_int_equal(sim_kinds_new_in(&kinds), 0);
    for (uint64_t i = 0; i < 1000; i++) {
        assert_int_equal(sim_kinds_add(&kinds, (i % 10) << 40), COG_OK);
    }
    assert_int_equal(kinds.count, 10);
    assert_int_equal(kinds.once_count, 0);
    assert_int_equal(sim_kinds_new_in(&kinds), 0);
    assert_int_equal(sim_kinds_add(&kinds, UINT64_MAX), COG_OK);
    assert_int_equal(kinds.once_count, 1);
    assert_int_equal(sim_kinds_new_in(&kinds), 1001);
    sim_kinds_term(&kinds);
}

static void how_it_grew_is_known(void **state) {
    (void)state;
    static const uint64_t at[] = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000};
    struct sim_kinds kinds;
    sim_kinds_init(&kinds, cog_allocator_malloc());
    for (uint64_t i = 0; i < 2500; i++) {
        assert_int_equal(sim_kinds_add(&kinds, (i < 300 ? i + 1 : 1) << 8), COG_OK);
    }
    assert_int_equal(kinds.point_count, sizeof at / sizeof at[0]);
    for (uint32_t i = 0; i < kinds.point_count; i++) {
        assert_int_equal(kinds.points[i].run_count, at[i]);
        assert_int_equal(kinds.points[i].kind_count, at[i] < 300 ? at[i] : 300);
    }
    sim_kinds_term(&kinds);
}

static void without_memory_it_says_so(void **state) {
    (void)state;
    struct play_allocator counting;
    struct sim_kinds kinds;
    play_allocator_init(&counting);
    counting.fails_at = counting.call_count + 1;
    sim_kinds_init(&kinds, &counting.allocator);
    assert_int_equal(sim_kinds_add(&kinds, 1), COG_ENOMEM);
    assert_int_equal(kinds.run_count, 0);
    sim_kinds_term(&kinds);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_are_as_many_as_a_search_makes_executions),
        cmocka_unit_test(a_kind_counts_once),
        cmocka_unit_test(how_it_grew_is_known),
        cmocka_unit_test(without_memory_it_says_so),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
