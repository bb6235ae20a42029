/* bench_explore.c - how many executions a second exploring makes.
 *
 *   bench_explore [NAME]
 *
 * Short schedules at random (n coroutines that add to one variable), the programs of a count table
 * by optimal DPOR and state by state; on one core, from the text of the scenario on; and what two
 * cores make of it. NAME: only the groups whose name begins so (sample, search, states, snapshots,
 * length, cores).
 */
#include "sim/explore/exploration.h"
#include "sim/explore/search.h"
#include "sim/explore/search_states.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t processor_ns(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

struct loaded {
    struct sim_source source;
    struct sim_diagnostics diagnostics;
    struct sim_scenario *scenario;
    struct sim_program program;
};

static void require(bool holds, const char *what) {
    if (!holds) {
        fprintf(stderr, "bench_explore: %s\n", what);
        exit(1);
    }
}

/* The path of a scenario, or null and its text; n is the value of a parameter of that name, or
 * null.
 */
static void load(struct loaded *loaded, const char *path, const char *text, const char *n) {
    const struct cog_allocator *allocator = cog_allocator_malloc();
    struct sim_definition definition = {.name = "n", .value = n};
    struct sim_parse_options options = {.definitions = &definition,
                                        .definition_count = n != NULL ? 1 : 0};
    int status = path != NULL ? sim_source_open(&loaded->source, allocator, path)
                              : sim_source_from_text(&loaded->source, allocator, "bench.scn", text,
                                                     strlen(text));
    require(status == COG_OK, "cannot read a scenario");
    sim_diagnostics_init(&loaded->diagnostics, allocator);
    (void)sim_scenario_parse_with(allocator, &loaded->source, &options, &loaded->diagnostics,
                                  &loaded->scenario);
    require(loaded->scenario != NULL, "a scenario is not right");
    require(sim_program_init(&loaded->program, allocator, loaded->scenario, NULL) == COG_OK,
            "a scenario cannot run");
}

static void unload(struct loaded *loaded) {
    sim_program_term(&loaded->program);
    sim_scenario_free(loaded->scenario);
    sim_diagnostics_term(&loaded->diagnostics);
    sim_source_close(&loaded->source);
}

/* Explores; the processor time. */
static int64_t explore(struct loaded *loaded, const char *strategy, uint64_t budget, uint64_t seed,
                       struct sim_explored *explored) {
    struct sim_exploration_options options = {
        .vary = SIM_VARY_ORDER, .seed = seed, .budget = budget, .goes_on = budget > 1000};
    options.strategy = sim_strategy_find(strategy, &options.bound);
    int64_t start_ns = processor_ns();
    require(sim_explore(explored, &loaded->program, &options) == COG_OK, "no memory");
    return processor_ns() - start_ns;
}

/* ---- Short schedules ---- */

static void bench_sample(const char *steps, const char *text, uint64_t target) {
    enum { RUNS = 200000, TIMES = 3 };
    struct loaded loaded;
    int64_t best_ns = INT64_MAX;
    load(&loaded, NULL, text, NULL);
    for (int i = 0; i < TIMES; i++) {
        struct sim_explored explored;
        int64_t ns = explore(&loaded, "random", RUNS, 1, &explored);
        best_ns = ns < best_ns ? ns : best_ns;
        sim_explored_close(&explored);
    }
    unload(&loaded);
    printf("%-52s %9" PRId64 " a second, target %" PRIu64 "\n", steps,
           (int64_t)RUNS * 1000000000 / best_ns, target);
}

/* ---- Searches ---- */

static void bench_search(const char *name, const char *n) {
    char path[128];
    struct loaded loaded;
    struct sim_explored explored;
    (void)snprintf(path, sizeof path, "scenarios/litmus/counts/%s.scn", name);
    load(&loaded, path, NULL, n);
    int64_t ns = explore(&loaded, "optimal-dpor", 0, 1, &explored);
    uint64_t count = explored.explorer.tally.run_count;
    printf("optimal-dpor, %-16s n=%-20s %9" PRIu64 " in %6" PRId64 " ms, %7" PRIu64
           " a second, %4" PRIu64 " ns a step\n",
           name, n, count, ns / 1000000, count * 1000000000 / (uint64_t)ns,
           (uint64_t)ns / explored.explorer.step_count);
    sim_explored_close(&explored);
    unload(&loaded);
}

/* ---- States ---- */

static void bench_states(const char *name, const char *n) {
    char path[128];
    struct loaded loaded;
    struct sim_explorer explorer;
    struct sim_explorer_options options = {.vary = SIM_VARY_ORDER};
    struct sim_state_search search;
    (void)snprintf(path, sizeof path, "scenarios/litmus/counts/%s.scn", name);
    load(&loaded, path, NULL, n);
    require(sim_explorer_open(&explorer, &loaded.program, &options) == COG_OK, "no memory");
    require(sim_state_search_init(&search, &explorer, &loaded.program) == COG_OK, "no memory");
    int64_t start_ns = processor_ns();
    require(sim_state_search_run(&search) == COG_OK, "no memory");
    uint64_t ns = (uint64_t)(processor_ns() - start_ns);
    require(search.is_complete, "there are more states");
    printf("states, %-22s n=%-20s %9" PRIu64 " in %6" PRIu64 " ms, %7" PRIu64 " a second, %4" PRIu64
           " ns a transition, %zu bytes a state\n",
           name, n, search.state_count, ns / 1000000, search.state_count * 1000000000 / ns,
           ns / search.transition_count,
           search.visited.capacity * sizeof search.visited.slots[0] / search.state_count);
    sim_state_search_term(&search);
    sim_explorer_close(&explorer);
    unload(&loaded);
}

/* ---- Snapshots ---- */

/* One search with snapshots so many levels apart. */
static void bench_distance(struct loaded *loaded, uint32_t distance) {
    struct sim_explorer explorer;
    struct sim_explorer_options options = {.vary = SIM_VARY_ORDER};
    struct sim_search search;
    require(sim_explorer_open(&explorer, &loaded->program, &options) == COG_OK, "no memory");
    require(sim_search_init(&search, &explorer, &sim_search_optimal_dpor) == COG_OK, "no memory");
    search.snapshot_distance = distance;
    search.run_count_max = 20000;
    int64_t start_ns = processor_ns();
    require(sim_search_run(&search) == COG_OK, "no memory");
    int64_t ns = processor_ns() - start_ns;
    printf(" %5" PRId64, ns / 1000000);
    if (distance == SIM_DISTANCE_BY_COST) {
        printf("   snapshots of %zu bytes, %" PRIu64 " executions", explorer.start.used_bytes,
               explorer.tally.run_count);
    }
    (void)fflush(stdout);
    sim_search_term(&search);
    sim_explorer_close(&explorer);
}

static void bench_snapshots(const char *name, const char *path, const char *text, const char *n) {
    static const uint32_t distances[] = {0, 1, 2, 4, 8, 16, 64, SIM_DISTANCE_BY_COST};
    struct loaded loaded;
    load(&loaded, path, text, n);
    printf("%-26s ms", name);
    for (size_t i = 0; i < sizeof distances / sizeof distances[0]; i++) {
        bench_distance(&loaded, distances[i]);
    }
    printf("\n");
    unload(&loaded);
}

static void bench_all_snapshots(void) {
    static const char large[] = "scenario \"large\"\nparam n = 2000\nvar big[n] = 0\n"
                                "shared x = 0\ncoro adder times 4\n    add 1 to x\n"
                                "    add 1 to x\n    add 1 to x\n";
    static const char deep[] = "scenario \"deep\"\nparam n = 20\nshared x = 0\nshared y[3] = 0\n"
                               "coro adder times 3\n    repeat n\n        add 1 to y[index]\n"
                               "    add 1 to x\n    add 1 to x\n    add 1 to x\n";
    printf("%-26s      none     1     2     4     8    16    64 by cost\n",
           "snapshots, levels apart");
    bench_snapshots("last_zero", "scenarios/litmus/counts/last_zero.scn", NULL, "12");
    bench_snapshots("counter", "scenarios/litmus/counts/counter.scn", NULL, "5");
    bench_snapshots("filesystem", "scenarios/litmus/counts/file_system.scn", NULL, "19");
    bench_snapshots("large, of 32 KB", NULL, large, "2000");
    bench_snapshots("large, of 800 KB", NULL, large, "50000");
    bench_snapshots("deep, of 60 steps", NULL, deep, "20");
    bench_snapshots("deep, of 300 steps", NULL, deep, "100");
}

/* ---- Growing programs ---- */

/* One coroutine that goes round so often beside another of a few steps: cost by step. */
static void bench_length(const char *rounds) {
    static const char text[] = "scenario \"length\"\nparam n = 10\nshared x = 0\n"
                               "coro long_\n    repeat n\n        add 1 to x\n"
                               "coro short_\n    add 1 to x\n";
    struct loaded loaded;
    struct sim_explored explored;
    load(&loaded, NULL, text, rounds);
    uint64_t runs = 2000000 / (uint64_t)atoi(rounds);
    int64_t ns = explore(&loaded, "random", runs, 1, &explored);
    printf("schedules of %-8s steps at random %28" PRIu64 " ns a step\n", rounds,
           (uint64_t)ns / explored.explorer.step_count);
    sim_explored_close(&explored);
    unload(&loaded);
}

/* ---- Cores ---- */

/* The time on the wall of so many samples by this thread and `spare` others. */
static int64_t sample_on(struct loaded *loaded, unsigned spare) {
    struct sim_helpers helpers = {.spare_count = spare};
    struct sim_explored explored;
    struct sim_exploration_options options = {
        .vary = SIM_VARY_ORDER, .seed = 1, .budget = 400000, .goes_on = true, .helpers = &helpers};
    struct timespec before;
    struct timespec after;
    options.strategy = sim_strategy_find("random", &options.bound);
    (void)clock_gettime(CLOCK_MONOTONIC, &before);
    require(sim_explore(&explored, &loaded->program, &options) == COG_OK, "no memory");
    (void)clock_gettime(CLOCK_MONOTONIC, &after);
    sim_explored_close(&explored);
    return (int64_t)(after.tv_sec - before.tv_sec) * 1000000000 + after.tv_nsec - before.tv_nsec;
}

static void bench_cores(void) {
    static const char text[] = "scenario \"thirty\"\nshared x = 0\ncoro adder times 5\n"
                               "    repeat 6\n        add 1 to x\n";
    struct loaded loaded;
    load(&loaded, NULL, text, NULL);
    int64_t one_ns = INT64_MAX;
    int64_t two_ns = INT64_MAX;
    for (int i = 0; i < 3; i++) {
        int64_t ns = sample_on(&loaded, 0);
        one_ns = ns < one_ns ? ns : one_ns;
        ns = sample_on(&loaded, 1);
        two_ns = ns < two_ns ? ns : two_ns;
    }
    unload(&loaded);
    printf("at random, 30 steps: %" PRId64 " ms by one thread, %" PRId64 " ms by two, %" PRId64
           ".%02" PRId64 " times as fast\n",
           one_ns / 1000000, two_ns / 1000000, one_ns / two_ns, one_ns * 100 / two_ns % 100);
}

static bool is_wanted(int argc, char **argv, const char *group) {
    return argc < 2 || strncmp(group, argv[1], strlen(argv[1])) == 0;
}

int main(int argc, char **argv) {
    if (is_wanted(argc, argv, "sample")) {
        bench_sample("at random, 10 steps (5 coroutines of 2 additions)",
                     "scenario \"ten\"\nshared x = 0\ncoro adder times 5\n    add 1 to x\n"
                     "    add 1 to x\n",
                     500000);
        bench_sample("at random, 30 steps (5 coroutines of 6 additions)",
                     "scenario \"thirty\"\nshared x = 0\ncoro adder times 5\n    repeat 6\n"
                     "        add 1 to x\n",
                     150000);
    }
    if (is_wanted(argc, argv, "search")) {
        bench_search("last_zero", "10");
        bench_search("last_zero", "15");
        bench_search("counter", "5");
        bench_search("readers", "12");
        bench_search("philosophers", "8");
    }
    if (is_wanted(argc, argv, "states")) {
        bench_states("philosophers", "8");
        bench_states("philosophers", "10");
        bench_states("counter", "6");
    }
    if (is_wanted(argc, argv, "snapshots")) {
        bench_all_snapshots();
    }
    if (is_wanted(argc, argv, "length")) {
        bench_length("10");
        bench_length("100");
        bench_length("1000");
        bench_length("10000");
    }
    if (is_wanted(argc, argv, "cores")) {
        bench_cores();
    }
    return 0;
}
