/* test_search_counts.c - searches of programs whose executions have been counted elsewhere. */
#include "sim/explore/search.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct searched {
    struct sim_source source;
    struct sim_diagnostics diagnostics;
    struct sim_scenario *scenario;
    struct sim_program program;
    struct sim_explorer explorer;
    struct sim_search search;
};

/* "n=3" and "k=2"; null: none. */
static void open_search(struct searched *searched, const char *path, const char *first,
                        const char *second, const struct sim_search_policy *policy) {
    const struct cog_allocator *allocator = cog_allocator_malloc();
    char texts[2][32];
    struct sim_definition definitions[2];
    uint32_t count = 0;
    memset(definitions, 0, sizeof definitions);
    for (const char *text = first; text != NULL && count < 2; text = count == 1 ? second : NULL) {
        (void)snprintf(texts[count], sizeof texts[count], "%s", text);
        char *equals = strchr(texts[count], '=');
        *equals = '\0';
        definitions[count].name = texts[count];
        definitions[count++].value = equals + 1;
    }
    struct sim_parse_options options = {.definitions = definitions, .definition_count = count};
    sim_diagnostics_init(&searched->diagnostics, allocator);
    assert_int_equal(sim_source_open(&searched->source, allocator, path), COG_OK);
    (void)sim_scenario_parse_with(allocator, &searched->source, &options, &searched->diagnostics,
                                  &searched->scenario);
    if (searched->scenario == NULL) {
        fail_msg("%s is not a valid scenario", path);
    }
    assert_int_equal(sim_program_init(&searched->program, allocator, searched->scenario, NULL),
                     COG_OK);
    struct sim_explorer_options explorer_options = {.vary = SIM_VARY_ORDER};
    assert_int_equal(sim_explorer_open(&searched->explorer, &searched->program, &explorer_options),
                     COG_OK);
    assert_int_equal(sim_search_init(&searched->search, &searched->explorer, policy), COG_OK);
}

static void close_search(struct searched *searched) {
    sim_search_term(&searched->search);
    sim_explorer_close(&searched->explorer);
    sim_program_term(&searched->program);
    sim_scenario_free(searched->scenario);
    sim_diagnostics_term(&searched->diagnostics);
    sim_source_close(&searched->source);
}

struct count {
    const char *name;
    const char *first; /* parameters */
    const char *second;
    uint64_t count;
};

static const struct count counts[] = {
    {"readers", "n=4", NULL, 16},
    {"readers", "n=7", NULL, 128},
    {"last_zero", "n=5", NULL, 64},
    {"last_zero", "n=8", NULL, 704},
    {"indexer", "n=12", NULL, 8},
    {"indexer", "n=13", NULL, 64},
    {"file_system", "n=14", NULL, 2},
    {"file_system", "n=16", NULL, 8},
    {"popl", NULL, NULL, 5},
    {"control_flow", "n=1", NULL, 5},
    {"control_flow", "n=2", NULL, 18},
    {"control_flow", "n=3", NULL, 90},
    {"control_flow", "n=4", NULL, 600},
    {"sleeping_races", NULL, NULL, 10},
    {"combination_lock", NULL, NULL, 6},
    {"fibonacci", "n=1", NULL, 3},
    {"fibonacci", "n=2", NULL, 19},
    {"fibonacci", "n=3", NULL, 141},
    {"fibonacci", "n=4", NULL, 1107},
    {"sigma", "n=1", NULL, 1},
    {"sigma", "n=2", NULL, 3},
    {"sigma", "n=3", NULL, 15},
    {"sigma", "n=4", NULL, 105},
    {"counter", "n=1", NULL, 4},
    {"counter", "n=2", NULL, 34},
    {"counter", "n=3", NULL, 328},
    {"readers_writers", "n=3", NULL, 36},
    {"readers_writers", "n=4", NULL, 576},
    {"writers_and_reader", "n=3", NULL, 24},
    {"writers_and_reader", "n=5", NULL, 720},
    {"critical", "n=2", "k=5", 252},
    {"critical", "n=3", "k=2", 90},
    {"philosophers", "n=2", NULL, 3},
    {"philosophers", "n=3", NULL, 7},
    {"philosophers", "n=4", NULL, 15},
    {"philosophers", "n=5", NULL, 31},
};

static void name_path(char *path, size_t bytes, const char *name) {
    (void)snprintf(path, bytes, "scenarios/litmus/counts/%s.scn", name);
}

static void optimal_dpor_makes_one_execution_of_each_kind_and_none_in_vain(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        char path[128];
        struct searched searched;
        name_path(path, sizeof path, counts[i].name);
        open_search(&searched, path, counts[i].first, counts[i].second, &sim_search_optimal_dpor);
        assert_int_equal(sim_search_run(&searched.search), COG_OK);
        if (searched.explorer.tally.run_count != counts[i].count) {
            print_error("%s %s\n", counts[i].name, counts[i].first);
        }
        assert_int_equal(searched.explorer.tally.run_count, counts[i].count);
        assert_int_equal(searched.search.asleep_count, 0);
        assert_true(searched.search.has_ended);
        assert_int_equal(searched.explorer.tally.failure_count, 0);
        close_search(&searched);
    }
}

/* All outcomes that were reached, in any order, and how often. */
static uint64_t outcomes_hash(const struct sim_tally *tally) {
    uint64_t hash = 0;
    for (uint32_t i = 0; i < tally->outcome_count; i++) {
        hash += tally->outcomes[i].hash * (2 * tally->outcomes[i].count + 1);
    }
    return hash;
}

static void the_others_come_to_the_same_executions(void **state) {
    (void)state;
    static const struct {
        const struct sim_search_policy *policy;
        uint32_t rotation;
    } others[] = {{&sim_search_source_dpor, 0},
                  {&sim_search_source_dpor, 1},
                  {&sim_search_source_dpor, 2},
                  {&sim_search_optimal_dpor, 1},
                  {&sim_search_sleep_sets, 0}};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        /* bare sleep sets take too long where many have nothing to do with each other */
        bool is_wide =
            strcmp(counts[i].name, "indexer") == 0 || strcmp(counts[i].name, "file_system") == 0;
        char path[128];
        struct searched searched;
        name_path(path, sizeof path, counts[i].name);
        open_search(&searched, path, counts[i].first, counts[i].second, &sim_search_optimal_dpor);
        assert_int_equal(sim_search_run(&searched.search), COG_OK);
        uint64_t hash = outcomes_hash(&searched.explorer.tally);
        close_search(&searched);
        for (size_t other = 0; other < sizeof others / sizeof others[0]; other++) {
            bool is_slow = others[other].policy == &sim_search_sleep_sets &&
                           (is_wide || counts[i].count > 600);
            if (is_slow) {
                continue;
            }
            open_search(&searched, path, counts[i].first, counts[i].second, others[other].policy);
            searched.search.rotation = others[other].rotation;
            assert_int_equal(sim_search_run(&searched.search), COG_OK);
            if (searched.explorer.tally.run_count != counts[i].count) {
                print_error("%s %s, %s %u\n", counts[i].name, counts[i].first,
                            others[other].policy->name, others[other].rotation);
            }
            assert_int_equal(searched.explorer.tally.run_count, counts[i].count);
            assert_true(outcomes_hash(&searched.explorer.tally) == hash);
            close_search(&searched);
        }
    }
}

static void snapshots_change_nothing(void **state) {
    (void)state;
    static const uint32_t distances[] = {0, 1, 4, 7, SIM_DISTANCE_BY_COST};
    static const char *const names[] = {"last_zero", "philosophers", "sigma", "control_flow"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        uint64_t hash = 0;
        for (size_t distance = 0; distance < 5; distance++) {
            char path[128];
            struct searched searched;
            name_path(path, sizeof path, names[i]);
            open_search(&searched, path, "n=4", NULL, &sim_search_optimal_dpor);
            searched.search.snapshot_distance = distances[distance];
            assert_int_equal(sim_search_run(&searched.search), COG_OK);
            uint64_t this_hash = outcomes_hash(&searched.explorer.tally);
            hash = distance == 0 ? this_hash : hash;
            assert_true(this_hash == hash);
            close_search(&searched);
        }
    }
}

static void snapshots_that_are_too_many_are_let_go_of_and_change_nothing(void **state) {
    (void)state;
    uint64_t hashes[2];
    for (size_t i = 0; i < 2; i++) {
        char path[128];
        struct searched searched;
        name_path(path, sizeof path, "last_zero");
        open_search(&searched, path, "n=6", NULL, &sim_search_optimal_dpor);
        searched.search.snapshot_distance = 1;
        searched.search.snapshot_bytes_max = i == 0 ? 0 : 8 * searched.explorer.start.used_bytes;
        assert_int_equal(sim_search_run(&searched.search), COG_OK);
        assert_true(searched.search.is_complete);
        uint32_t count = 0;
        while (count < searched.search.snapshot_capacity &&
               searched.search.snapshots[count].bytes != NULL) {
            count++;
        }
        assert_true(i == 0 ? count > 10 : count < 10);
        hashes[i] = outcomes_hash(&searched.explorer.tally);
        close_search(&searched);
    }
    assert_true(hashes[0] == hashes[1]);
}

/* ---- Executions without end ---- */

static bool stop_far_down(void *context) {
    return ((const struct sim_search *)context)->depth == 1023;
}

static void an_execution_without_end_is_given_up(void **state) {
    (void)state;
    struct searched searched;
    open_search(&searched, "scenarios/starvation/in_line.scn", NULL, NULL, &sim_search_all);
    searched.search.depth_max = 200;
    assert_int_equal(sim_search_run(&searched.search), COG_OK);
    assert_true(searched.search.is_too_deep);
    assert_false(searched.search.is_complete || searched.search.has_ended);
    assert_int_equal(searched.search.depth, 200);
    close_search(&searched);

    open_search(&searched, "scenarios/starvation/in_line.scn", NULL, NULL, &sim_search_all);
    searched.search.should_stop = stop_far_down;
    searched.search.stop_context = &searched.search;
    assert_int_equal(sim_search_run(&searched.search), COG_OK);
    assert_int_equal(searched.search.depth, 1023); /* it is not over there */
    assert_false(searched.search.is_too_deep || searched.search.has_ended);
    close_search(&searched);
}

/* ---- Bounds ---- */

enum { BOUNDS_MAX = 9 };

/* n coroutines of k steps on one object. */
struct bounded {
    const char *n;
    const char *k;
    uint64_t all;
    uint64_t preemptions[BOUNDS_MAX]; /* by bound; 0 ends */
    uint64_t delays[BOUNDS_MAX];
};

static const struct bounded bounded[] = {
    {"n=2", "k=3", 20, {2, 6, 14, 18, 20}, {1, 4, 10, 16, 19, 20}},
    {"n=3", "k=2", 90, {6, 24, 60, 90}, {1, 5, 15, 30, 49, 66, 79, 86, 89}},
    {"n=3", "k=3", 1680, {6, 42, 192, 552, 1062, 1506, 1680}, {1, 7, 31, 88, 205, 392, 637, 915}},
};

static uint64_t count_bounded(const struct bounded *program, const struct sim_search_policy *policy,
                              uint32_t bound) {
    struct searched searched;
    open_search(&searched, "tests/unit/data/walkers.scn", program->n, program->k, policy);
    searched.search.bound = bound;
    assert_int_equal(sim_search_run(&searched.search), COG_OK);
    uint64_t count = searched.explorer.tally.run_count;
    close_search(&searched);
    return count;
}

static void bounds_let_as_many_orders_through_as_they_should(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof bounded / sizeof bounded[0]; i++) {
        const struct bounded *program = &bounded[i];
        assert_int_equal(count_bounded(program, &sim_search_all, 0), program->all);
        for (uint32_t bound = 0; bound < BOUNDS_MAX; bound++) {
            if (program->preemptions[bound] > 0) {
                assert_int_equal(count_bounded(program, &sim_search_preemptions, bound),
                                 program->preemptions[bound]);
            }
            if (program->delays[bound] > 0) {
                assert_int_equal(count_bounded(program, &sim_search_delays, bound),
                                 program->delays[bound]);
            }
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(optimal_dpor_makes_one_execution_of_each_kind_and_none_in_vain),
        cmocka_unit_test(the_others_come_to_the_same_executions),
        cmocka_unit_test(snapshots_change_nothing),
        cmocka_unit_test(snapshots_that_are_too_many_are_let_go_of_and_change_nothing),
        cmocka_unit_test(an_execution_without_end_is_given_up),
        cmocka_unit_test(bounds_let_as_many_orders_through_as_they_should),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
