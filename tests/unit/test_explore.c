/* test_explore.c - explorations by every strategy, and what is said of them. */
#include "sim/explore/exploration.h"

#include "tests/unit/exploration.h"

#include "core/status.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- Strategies ---- */

static void strategies_are_found_by_name_and_number(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *name;
        uint32_t bound;
    } right[] = {
        {"portfolio", "portfolio", 0},
        {"optimal-dpor", "optimal-dpor", 0},
        {"source-dpor", "source-dpor", 0},
        {"sleep-sets", "sleep-sets", 0},
        {"dfs", "dfs", 0},
        {"preemptions=0", "preemptions", 0},
        {"preemptions=2", "preemptions", 2},
        {"delays=12", "delays", 12},
        {"delays=999999", "delays", 999999},
        {"canonical", "canonical", 0},
        {"random", "random", 0},
        {"pct", "pct", 0},
        {"pct=1", "pct", 1},
        {"pct=64", "pct", 64},
        {"pos", "pos", 0},
        {"urw", "urw", 0},
        {"surw", "surw", 0},
        {"guided", "guided", 0},
    };
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        uint32_t bound = 99;
        const struct sim_strategy_entry *entry = sim_strategy_find(right[i].text, &bound);
        assert_non_null(entry);
        assert_string_equal(entry->name, right[i].name);
        assert_int_equal(bound, right[i].bound);
    }
    assert_string_equal(sim_strategies()->name, "portfolio");
}

static void other_names_and_numbers_are_wrong(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "",         "optimal", "delays",        "delays=", "delays=x", "delays=-1",      "dfs=1",
        "pct=0",    "pct=65",  "portfolio=1",   "pct=1 ",  "randomly", "delays=1234567", "=1",
        "random=1", "pct=",    "preemptions=1x"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        uint32_t bound;
        if (sim_strategy_find(wrong[i], &bound) != NULL) {
            print_error("%s\n", wrong[i]);
        }
        assert_null(sim_strategy_find(wrong[i], &bound));
    }
}

/* ---- Explorations ---- */

static struct exploration exploration;
static struct sim_explored explored;

/* Without a strategy and what varies it is the portfolio, of orders. */
static int try(const char *text, const char *strategy, struct sim_exploration_options options) {
    exploration_open(&exploration, text, SIM_VARY_ORDER);
    options.allocator = &exploration.counting.allocator;
    options.strategy = sim_strategy_find(strategy, &options.bound);
    options.vary = options.vary != 0 ? options.vary : (unsigned)SIM_VARY_ORDER;
    options.seed = options.seed != 0 ? options.seed : 1;
    assert_non_null(options.strategy);
    return sim_explore(&explored, &exploration.program, &options);
}

static void explore(const char *text, const char *strategy,
                    struct sim_exploration_options options) {
    assert_int_equal(try(text, strategy, options), COG_OK);
}

static void done(void) {
    sim_explored_close(&explored);
    exploration_close(&exploration);
}

static uint64_t run_count(void) {
    return explored.explorer.tally.run_count;
}

static const char two_adders[] = "shared x = 0\n"
                                 "coro left times 2\n    let seen = x\n    set x = seen + 1\n"
                                 "outcome x\n";

static const char lost_update[] = "shared x = 0\n"
                                  "coro left times 2\n    let seen = x\n    set x = seen + 1\n"
                                  "outcome x\nexpect x == 2\n";

/* 15!/(3!)^5 orders: more than anybody goes through. */
static const char many[] = "shared x = 0\ncoro left times 5\n    set x = x * 2 + index\n"
                           "    set x = x + 1\noutcome x\n";

static void a_search_that_ends_has_seen_all(void **state) {
    (void)state;
    static const struct {
        const char *strategy;
        uint64_t run_count;
    } searches[] = {
        {"dfs", 6}, {"sleep-sets", 4}, {"source-dpor", 4}, {"optimal-dpor", 4}, {"portfolio", 4}};
    for (size_t i = 0; i < sizeof searches / sizeof searches[0]; i++) {
        explore(two_adders, searches[i].strategy, (struct sim_exploration_options){.budget = 100});
        assert_true(explored.is_exhausted);
        assert_true(explored.is_complete);
        assert_false(explored.was_stopped);
        assert_false(explored.is_bounded);
        assert_false(explored.is_partial);
        assert_int_equal(run_count(), searches[i].run_count);
        assert_int_equal(explored.explorer.tally.outcome_count, 2);
        assert_int_equal(explored.way.step_count, 0);
        done();
    }
}

static void one_within_a_bound_is_not_complete(void **state) {
    (void)state;
    static const struct {
        const char *strategy;
        uint64_t run_count;
        uint32_t outcome_count;
    } searches[] = {{"preemptions=0", 2, 1}, {"preemptions=1", 4, 2}, {"preemptions=9", 6, 2},
                    {"delays=0", 1, 1},      {"delays=1", 3, 2},      {"delays=9", 6, 2}};
    for (size_t i = 0; i < sizeof searches / sizeof searches[0]; i++) {
        explore(two_adders, searches[i].strategy, (struct sim_exploration_options){.budget = 100});
        assert_true(explored.is_bounded);
        assert_false(explored.is_exhausted);
        assert_false(explored.is_complete);
        if (run_count() != searches[i].run_count) {
            print_error("%s\n", searches[i].strategy);
        }
        assert_int_equal(run_count(), searches[i].run_count);
        assert_int_equal(explored.explorer.tally.outcome_count, searches[i].outcome_count);
        done();
    }
}

static void a_sample_is_as_large_as_the_budget_and_never_complete(void **state) {
    (void)state;
    static const char *const samples[] = {"canonical", "random", "pct",   "pos",
                                          "urw",       "surw",   "guided"};
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        explore(two_adders, samples[i], (struct sim_exploration_options){.budget = 40});
        assert_int_equal(run_count(), 40);
        assert_false(explored.is_exhausted);
        assert_false(explored.is_complete);
        assert_int_equal(explored.explorer.tally.outcome_count, i == 0 ? 1 : 2);
        done();
    }
}

static void a_search_that_runs_out_of_its_budget_is_not_complete(void **state) {
    (void)state;
    static const char *const searches[] = {"dfs",        "optimal-dpor",  "source-dpor",
                                           "sleep-sets", "preemptions=3", "delays=3"};
    for (size_t i = 0; i < sizeof searches / sizeof searches[0]; i++) {
        explore(many, searches[i], (struct sim_exploration_options){.budget = 30});
        assert_int_equal(run_count() + explored.asleep_count, 30);
        assert_false(explored.is_exhausted);
        assert_false(explored.is_complete);
        assert_false(explored.is_bounded);
        assert_false(explored.was_stopped);
        done();
    }
}

static void the_portfolio_spends_what_it_may_and_no_more(void **state) {
    (void)state;
    for (uint64_t budget = 1; budget < 140; budget += budget < 12 ? 1 : 17) {
        explore(many, "portfolio", (struct sim_exploration_options){.budget = budget});
        assert_int_equal(run_count() + explored.asleep_count, budget);
        assert_false(explored.is_complete);
        done();
    }
}

/* ---- Stopping ---- */

static void it_stops_at_the_first_failure_unless_it_goes_on(void **state) {
    (void)state;
    for (const struct sim_strategy_entry *entry = sim_strategies(); entry->name != NULL; entry++) {
        char strategy[32];
        bool needs_number = entry->number == SIM_NUMBER_NEEDED;
        (void)snprintf(strategy, sizeof strategy, "%s%s", entry->name, needs_number ? "=2" : "");
        explore(lost_update, strategy, (struct sim_exploration_options){.budget = 60});
        assert_true(explored.was_stopped);
        assert_false(explored.is_complete);
        assert_int_equal(explored.explorer.tally.failure_count, 1);
        assert_int_equal(explored.explorer.tally.first_failure, run_count());
        assert_int_equal(explored.way.step_count, 5);
        assert_int_equal(explored.way.steps[0].process, SIM_NO_PROCESS);
        done();
        explore(lost_update, strategy,
                (struct sim_exploration_options){.budget = 60, .goes_on = true});
        assert_false(explored.was_stopped);
        assert_true(explored.explorer.tally.failure_count > (entry->is_states ? 0u : 1u));
        assert_int_equal(explored.way.step_count, 5);
        done();
    }
}

static bool counts_to_five(void *context) {
    uint64_t *count = context;
    return ++*count >= 5;
}

static void it_stops_when_it_is_told_to(void **state) {
    (void)state;
    static const char *const strategies[] = {"portfolio", "dfs",  "optimal-dpor", "delays=3",
                                             "random",    "surw", "guided"};
    for (size_t i = 0; i < sizeof strategies / sizeof strategies[0]; i++) {
        uint64_t count = 0;
        explore(many, strategies[i],
                (struct sim_exploration_options){.should_stop = counts_to_five, .context = &count});
        assert_true(count >= 5); /* it is asked between rounds of samples as well */
        assert_int_equal(run_count() + explored.asleep_count, 5);
        assert_true(explored.was_stopped);
        assert_false(explored.is_complete);
        assert_false(explored.is_exhausted);
        done();
    }
}

/* ---- What is not certain ---- */

/* Which of them is first is drawn when time passes: where it is asked may depend on the order. */
static const char tie[] = "var first = ''\nshared x = 0\nshared y = 0\n"
                          "coro third\n    set y = 1\n    set y = 2\n"
                          "coro left\n    set x = 1\n    wait bell timeout 5ms\n    on timeout\n"
                          "        if first == ''\n            set first = 'left'\n"
                          "coro right\n    set x = 2\n    wait bell timeout 5ms\n    on timeout\n"
                          "        if first == ''\n            set first = 'right'\n"
                          "outcome first, x\nsometimes x == 9\n";

static void what_is_uncertain_is_seen_order_by_order(void **state) {
    (void)state;
    unsigned vary = SIM_VARY_ORDER | SIM_VARY_ARRIVALS;
    explore(tie, "optimal-dpor", (struct sim_exploration_options){.vary = vary, .budget = 1000});
    assert_true(explored.is_exhausted);
    assert_false(explored.is_complete);
    assert_int_equal(sim_explored_sometimes(&explored, 0), SIM_ANSWER_UNKNOWN);
    uint64_t reduced = run_count();
    done();
    explore(tie, "dfs", (struct sim_exploration_options){.vary = vary, .budget = 1000});
    assert_true(explored.is_complete);
    assert_int_equal(sim_explored_sometimes(&explored, 0), SIM_ANSWER_BROKEN);
    uint64_t all = run_count();
    assert_int_equal(explored.explorer.tally.outcome_count, 4);
    done();
    assert_true(all > reduced);
    explore(tie, "portfolio", (struct sim_exploration_options){.vary = vary, .budget = 1000});
    assert_true(explored.is_complete);
    assert_true(explored.is_exhausted);
    assert_int_equal(run_count(), all); /* those of the search before do not count twice */
    done();
}

static bool counts(void *context) {
    uint64_t *count = context;
    ++*count;
    return false;
}

static void all_that_a_portfolio_tries_is_within_its_budget(void **state) {
    (void)state;
    bool has_searched_again = false;
    for (uint64_t budget = 1; budget < 60; budget++) {
        uint64_t count = 0;
        explore(tie, "portfolio",
                (struct sim_exploration_options){.vary = SIM_VARY_ORDER | SIM_VARY_ARRIVALS,
                                                 .budget = budget,
                                                 .should_stop = counts,
                                                 .context = &count});
        assert_true(count <= budget + 10); /* it is asked between rounds of samples as well */
        /* it is not asked after the last one of a search */
        assert_true(count + 2 >= budget || explored.is_complete);
        has_searched_again |= explored.is_exhausted && !explored.is_complete;
        done();
    }
    assert_true(has_searched_again);
}

static void ranges_are_never_complete(void **state) {
    (void)state;
    static const char text[] = "host here\nhost there\nlink here -> there latency 1ms..9ms\n"
                               "coro server on there\n    listen door port 80\n"
                               "    accept conn from door\n"
                               "coro client on here\n    connect conn to there port 80\n";
    static const char *const strategies[] = {"dfs", "optimal-dpor", "portfolio"};
    for (size_t i = 0; i < 3; i++) {
        explore(text, strategies[i],
                (struct sim_exploration_options){.vary = SIM_VARY_TIME, .budget = 50});
        assert_true(explored.is_partial);
        assert_false(explored.is_complete);
        assert_int_equal(run_count(), i == 2 ? 50 : 1);
        done();
    }
    explore(text, "dfs", (struct sim_exploration_options){.vary = SIM_VARY_ORDER, .budget = 5000});
    assert_false(explored.is_partial);
    assert_true(explored.is_complete);
    done();
}

static void where_order_does_not_vary_draws_do(void **state) {
    (void)state;
    static const char text[] = "var p = 0\ncoro left\n    pick one from 1, 2, 3\n"
                               "    pick two from 10, 20\n    set p = one + two\n"
                               "coro right\n    set p = 0\noutcome p\n";
    static const char *const strategies[] = {"portfolio", "dfs", "optimal-dpor", "sleep-sets"};
    for (size_t i = 0; i < sizeof strategies / sizeof strategies[0]; i++) {
        explore(text, strategies[i],
                (struct sim_exploration_options){.vary = SIM_VARY_ARRIVALS, .budget = 100});
        assert_int_equal(run_count(), 6);
        assert_true(explored.is_exhausted);
        assert_true(explored.is_complete);
        done();
    }
}

/* ---- Answers ---- */

static const char answered[] = "shared x = 0\n"
                               "coro left times 2\n    let seen = x\n    set x = seen + 1\n"
                               "outcome x\nsometimes x == 1\nsometimes x == 3\n"
                               "expect outcomes\n    1\n    2\n    3\n";

static void what_is_said_of_all_runs_is_answered(void **state) {
    (void)state;
    static const char *const complete[] = {"portfolio", "dfs", "optimal-dpor", "sleep-sets"};
    for (size_t i = 0; i < sizeof complete / sizeof complete[0]; i++) {
        explore(answered, complete[i], (struct sim_exploration_options){.budget = 100});
        assert_int_equal(sim_explored_sometimes(&explored, 0), SIM_ANSWER_HELD);
        assert_int_equal(sim_explored_sometimes(&explored, 1), SIM_ANSWER_BROKEN);
        assert_int_equal(sim_explored_outcome(&explored, 0), SIM_ANSWER_HELD);
        assert_int_equal(sim_explored_outcome(&explored, 1), SIM_ANSWER_HELD);
        assert_int_equal(sim_explored_outcome(&explored, 2), SIM_ANSWER_BROKEN);
        done();
    }
    static const char *const incomplete[] = {"random", "preemptions=5"};
    for (size_t i = 0; i < 2; i++) {
        explore(answered, incomplete[i], (struct sim_exploration_options){.budget = 100});
        assert_int_equal(sim_explored_sometimes(&explored, 0), SIM_ANSWER_HELD);
        assert_int_equal(sim_explored_sometimes(&explored, 1), SIM_ANSWER_UNKNOWN);
        assert_int_equal(sim_explored_outcome(&explored, 0), SIM_ANSWER_HELD);
        assert_int_equal(sim_explored_outcome(&explored, 2), SIM_ANSWER_UNKNOWN);
        done();
    }
    explore(answered, "canonical", (struct sim_exploration_options){.budget = 1});
    assert_int_equal(sim_explored_sometimes(&explored, 0), SIM_ANSWER_HELD);
    assert_int_equal(sim_explored_outcome(&explored, 1), SIM_ANSWER_UNKNOWN);
    done();
}

/* ---- Seeds ---- */

static uint64_t hash_of_sample(const char *strategy, uint64_t seed) {
    uint64_t hash = 0;
    explore(many, strategy, (struct sim_exploration_options){.budget = 20, .seed = seed});
    for (uint32_t i = 0; i < explored.explorer.tally.outcome_count; i++) {
        const struct sim_outcome *outcome = &explored.explorer.tally.outcomes[i];
        hash = hash * 31 + outcome->hash * outcome->first_run + outcome->count;
    }
    done();
    return hash;
}

static void a_seed_gives_the_same_sample(void **state) {
    (void)state;
    static const char *const strategies[] = {"random", "pct",    "pos",      "urw",
                                             "surw",   "guided", "portfolio"};
    for (size_t i = 0; i < sizeof strategies / sizeof strategies[0]; i++) {
        uint64_t one = hash_of_sample(strategies[i], 1);
        assert_true(hash_of_sample(strategies[i], 1) == one);
        assert_true(hash_of_sample(strategies[i], 2) != one);
    }
}

static void a_world_that_is_too_small_is_no_memory(void **state) {
    (void)state;
    assert_int_equal(try(two_adders, "dfs", (struct sim_exploration_options){.memory_bytes = 4096}),
                     COG_ENOMEM);
    exploration_close(&exploration);
}

/* ---- Memory ---- */

/* The call of that number fails, or with all that come after it. */
struct failing {
    struct cog_allocator allocator;
    size_t live_bytes;
    uint64_t call_count;
    uint64_t fails_at;
    bool fails_once;
};

static void *failing_resize(void *context, void *pointer, size_t bytes_old, size_t bytes_new) {
    struct failing *failing = context;
    if (bytes_new == 0) {
        failing->live_bytes -= bytes_old;
        free(pointer);
        return NULL;
    }
    failing->call_count++;
    if (failing->fails_once ? failing->call_count == failing->fails_at
                            : failing->call_count >= failing->fails_at) {
        return NULL;
    }
    void *block = realloc(pointer, bytes_new);
    if (block != NULL) {
        failing->live_bytes += bytes_new - bytes_old;
    }
    return block;
}

/* Shared variables, locks, children, draws, time, somebody in the background, and a failure. */
static const char a_bit_of_all[] =
    "shared x = 0\nshared few[2] = 0\nvar p = 0\nqueue jobs\nlock door\n"
    "routine child(number)\n    set few[number] = 1\n    return number\n"
    "coro left\n    spawn child(0) as one\n    spawn child(1) as two\n    acquire door\n"
    "    add 1 to x\n    release door\n    join one\n    join two\n    put jobs 1\n"
    "coro right\n    pick way from 0, 1\n    acquire door timeout 1ms\n    set few[way] = x\n"
    "    get job from jobs\n    set p = job\n"
    "coro third background\n    repeat 3\n        set p = p + 1\n        sleep 1ms\n"
    "outcome x, few[0], p\nexpect few[0] == 1\nsometimes p == 1\n";

static void assert_survives(const char *strategy, bool fails_once) {
    int status = COG_ENOMEM;
    uint64_t fails_at = 0;
    exploration_open(&exploration, a_bit_of_all, SIM_VARY_ORDER);
    while (status == COG_ENOMEM) {
        struct failing failing = {.fails_at = ++fails_at, .fails_once = fails_once};
        failing.allocator = (struct cog_allocator){.resize = failing_resize, .context = &failing};
        struct sim_exploration_options options = {.allocator = &failing.allocator,
                                                  .vary = SIM_VARY_ORDER | SIM_VARY_ARRIVALS,
                                                  .goes_on = true,
                                                  .seed = 1,
                                                  .budget = 12};
        options.strategy = sim_strategy_find(strategy, &options.bound);
        status = sim_explore(&explored, &exploration.program, &options);
        if (status == COG_OK) {
            if (failing.call_count >= fails_at) {
                print_error("%s: call %" PRIu64 " may fail\n", strategy, fails_at);
            }
            assert_true(failing.call_count < fails_at);
            sim_explored_close(&explored);
        }
        assert_int_equal(failing.live_bytes, 0);
        assert_in_range(fails_at, 1, 10000);
    }
    assert_int_equal(status, COG_OK);
    assert_true(fails_at > 20);
    exploration_close(&exploration);
}

static const char *const swept[] = {
    "portfolio", "optimal-dpor", "source-dpor", "sleep-sets", "dfs",  "preemptions=1", "delays=2",
    "random",    "pct",          "pos",         "urw",        "surw", "guided"};

static void memory_may_run_out_anywhere(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof swept / sizeof swept[0]; i++) {
        assert_survives(swept[i], false);
    }
}

static void what_fails_once_is_told_though_the_rest_succeeds(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof swept / sizeof swept[0]; i++) {
        assert_survives(swept[i], true);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strategies_are_found_by_name_and_number),
        cmocka_unit_test(other_names_and_numbers_are_wrong),
        cmocka_unit_test(a_search_that_ends_has_seen_all),
        cmocka_unit_test(one_within_a_bound_is_not_complete),
        cmocka_unit_test(a_sample_is_as_large_as_the_budget_and_never_complete),
        cmocka_unit_test(a_search_that_runs_out_of_its_budget_is_not_complete),
        cmocka_unit_test(the_portfolio_spends_what_it_may_and_no_more),
        cmocka_unit_test(it_stops_at_the_first_failure_unless_it_goes_on),
        cmocka_unit_test(it_stops_when_it_is_told_to),
        cmocka_unit_test(what_is_uncertain_is_seen_order_by_order),
        cmocka_unit_test(all_that_a_portfolio_tries_is_within_its_budget),
        cmocka_unit_test(ranges_are_never_complete),
        cmocka_unit_test(where_order_does_not_vary_draws_do),
        cmocka_unit_test(what_is_said_of_all_runs_is_answered),
        cmocka_unit_test(a_seed_gives_the_same_sample),
        cmocka_unit_test(a_world_that_is_too_small_is_no_memory),
        cmocka_unit_test(memory_may_run_out_anywhere),
        cmocka_unit_test(what_fails_once_is_told_though_the_rest_succeeds),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
