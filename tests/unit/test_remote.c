/* test_remote.c - worlds with C programs are explored in other processes: as completely as others,
 * crashes are outcomes, and memory may run out anywhere. COGSIM_BUILD names the build directory. */
#include "sim/explore/exploration.h"
#include "sim/images.h"
#include "tests/unit/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct loaded {
    struct sim_source source;
    struct sim_diagnostics diagnostics;
    struct sim_scenario *scenario;
    struct sim_program program;
};

static void load(struct loaded *loaded, const char *text) {
    const struct cog_allocator *allocator = cog_allocator_malloc();
    char folder[4096];
    const char *build = getenv("COGSIM_BUILD");
    (void)snprintf(folder, sizeof folder, "%s/programs", build != NULL ? build : "build");
    const char *const folders[] = {folder, NULL};
    assert_int_equal(
        sim_source_from_text(&loaded->source, allocator, "test.scn", text, strlen(text)), COG_OK);
    sim_diagnostics_init(&loaded->diagnostics, allocator);
    assert_int_equal(
        sim_scenario_parse(allocator, &loaded->source, &loaded->diagnostics, &loaded->scenario),
        COG_OK);
    assert_int_equal(sim_program_init(&loaded->program, allocator, loaded->scenario, NULL), COG_OK);
    assert_int_equal(sim_program_find_images(&loaded->program, folders, &loaded->diagnostics),
                     COG_OK);
}

static void unload(struct loaded *loaded) {
    sim_program_term(&loaded->program);
    sim_scenario_free(loaded->scenario);
    sim_diagnostics_term(&loaded->diagnostics);
    sim_source_close(&loaded->source);
}

static int explore(struct loaded *loaded, const char *strategy, uint64_t budget,
                   const struct cog_allocator *allocator, struct sim_explored *explored) {
    struct sim_exploration_options options = {.allocator = allocator,
                                              .vary = SIM_VARY_ORDER,
                                              .seed = 1,
                                              .budget = budget,
                                              .goes_on = true,
                                              .hang_ns = INT64_C(100000000)};
    options.strategy = sim_strategy_find(strategy, &options.bound);
    assert_non_null(options.strategy);
    return sim_explore(explored, &loaded->program, &options);
}

static const struct sim_outcome *outcome(const struct sim_explored *explored, const char *text) {
    const struct sim_tally *tally = &explored->explorer.tally;
    for (uint32_t i = 0; i < tally->outcome_count; i++) {
        if (strcmp(tally->outcomes[i].text, text) == 0) {
            return &tally->outcomes[i];
        }
    }
    return NULL;
}

static const char counter_text[] =
    "scenario \"s\"\nhost h program \"counter\"\nexpect end at 0ms\n";
static const char spin_text[] = "scenario \"s\"\nhost h program \"spin\"\nexpect end at 0ms\n";
static const char echo_text[] = "scenario \"s\"\nhost server program \"echo\"\n"
                                "coro one on client after 1ms\n    pick b from 1, 2\n"
                                "    connect c to server port 7\n"
                                "    sendall c \"{b}\\n\"\n    recvline line from c max 9\n"
                                "    log line\n    close c\n    sleep 1ms\n"
                                "expect log \"1\" or log \"2\"\n";

static void every_order_is_seen_though_some_crash(void **state) {
    (void)state;
    struct loaded loaded;
    struct sim_explored explored;
    load(&loaded, counter_text);
    assert_int_equal(explore(&loaded, "dfs", 1000, NULL, &explored), COG_OK);
    assert_int_equal(explored.explorer.tally.run_count, 56); /* of 3 steps and 5: 8 over 3 */
    assert_true(explored.is_complete);
    assert_non_null(outcome(&explored, "SIGABRT"));
    assert_int_equal(outcome(&explored, "SIGABRT")->count, 24);
    assert_int_equal(outcome(&explored, "ended")->count, 32);
    assert_true(explored.way.step_count > 0);
    sim_explored_close(&explored);
    unload(&loaded);
}

/* They make fewer executions, and come to the same outcomes. */
static void reduced_searches_come_to_the_same_outcomes(void **state) {
    (void)state;
    static const char *const strategies[] = {"optimal-dpor", "source-dpor", "sleep-sets"};
    for (size_t i = 0; i < sizeof strategies / sizeof strategies[0]; i++) {
        struct loaded loaded;
        struct sim_explored explored;
        load(&loaded, counter_text);
        assert_int_equal(explore(&loaded, strategies[i], 1000, NULL, &explored), COG_OK);
        assert_true(explored.explorer.tally.run_count < 56);
        assert_int_equal(explored.explorer.tally.outcome_count, 2);
        assert_false(explored.is_complete);
        sim_explored_close(&explored);
        unload(&loaded);
    }
}

static void what_does_not_come_back_is_an_outcome(void **state) {
    (void)state;
    struct loaded loaded;
    struct sim_explored explored;
    load(&loaded, spin_text);
    assert_int_equal(explore(&loaded, "dfs", 100, NULL, &explored), COG_OK);
    assert_non_null(outcome(&explored, "does not come back"));
    assert_non_null(outcome(&explored, "ended"));
    assert_false(explored.is_complete); /* it declares nothing */
    sim_explored_close(&explored);
    unload(&loaded);
}

static void draws_are_answered_from_here(void **state) {
    (void)state;
    struct loaded loaded;
    struct sim_explored explored;
    load(&loaded, echo_text);
    assert_int_equal(explore(&loaded, "dfs", 1000, NULL, &explored), COG_OK);
    assert_int_equal(explored.explorer.tally.failure_count, 0);
    assert_true(explored.explorer.tally.run_count >= 2);
    assert_true(explored.is_exhausted);
    sim_explored_close(&explored);
    unload(&loaded);
}

/* Samples depend on their seeds alone. */
static void samples_are_the_same_again(void **state) {
    (void)state;
    static const char *const strategies[] = {"random", "pct=3", "pos", "urw", "surw", "guided"};
    struct loaded loaded;
    load(&loaded, counter_text);
    for (size_t i = 0; i < sizeof strategies / sizeof strategies[0]; i++) {
        uint64_t failures[2];
        for (int round = 0; round < 2; round++) {
            struct sim_explored explored;
            assert_int_equal(explore(&loaded, strategies[i], 40, NULL, &explored), COG_OK);
            assert_int_equal(explored.explorer.tally.run_count, 40);
            failures[round] = explored.explorer.tally.failure_count;
            sim_explored_close(&explored);
        }
        assert_int_equal(failures[0], failures[1]);
        assert_true(failures[0] > 0 && failures[0] < 40);
    }
    unload(&loaded);
}

static void memory_may_run_out_anywhere(void **state) {
    (void)state;
    static const char *const strategies[] = {"dfs", "random"};
    struct loaded loaded;
    load(&loaded, counter_text);
    for (size_t i = 0; i < sizeof strategies / sizeof strategies[0]; i++) {
        int status = COG_ENOMEM;
        for (size_t at = 1; status != COG_OK; at++) {
            struct tally tally;
            struct sim_explored explored;
            tally_init(&tally);
            tally.fail_at = at;
            status = explore(&loaded, strategies[i], 3, &tally.allocator, &explored);
            assert_true(status == COG_OK || status == COG_ENOMEM);
            if (status == COG_OK) {
                sim_explored_close(&explored);
            }
            assert_int_equal(tally.live_count, 0);
        }
    }
    unload(&loaded);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_order_is_seen_though_some_crash),
        cmocka_unit_test(reduced_searches_come_to_the_same_outcomes),
        cmocka_unit_test(what_does_not_come_back_is_an_outcome),
        cmocka_unit_test(draws_are_answered_from_here),
        cmocka_unit_test(samples_are_the_same_again),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
