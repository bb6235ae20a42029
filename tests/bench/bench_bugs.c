/* bench_bugs.c - how many schedules each strategy that samples needs until a fault shows.
 *
 *   bench_bugs                  the programs of scenarios/sct: the mean of so many seeds
 *   bench_bugs fault FILE...    this build has a fault in it: in the file that shows it soonest
 *
 * A fault may end the process, or never come to an end: each exploration is in a child.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */

#include "sim/explore/exploration.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const strategies[] = {"random", "pct=2", "pct=3", "pos",
                                         "urw",    "surw",  "guided"};

enum {
    STRATEGIES = sizeof strategies / sizeof strategies[0],
    SEEDS = 1000,
    SEEDS_OF_FAULT = 100,
    BUDGET_OF_FAULT = 1000,
    SECONDS_MAX = 2, /* for one exploration in a faulty build */
    HANGS_MAX = 3,   /* so often it may take longer; then enough is known */
};

static void require(bool holds, const char *what) {
    if (!holds) {
        fprintf(stderr, "bench_bugs: %s\n", what);
        exit(1);
    }
}

/* ---- One scenario ---- */

struct loaded {
    struct sim_source source;
    struct sim_diagnostics diagnostics;
    struct sim_scenario *scenario;
    struct sim_program program;
};

static void load(struct loaded *loaded, const char *path, struct sim_definition *definitions,
                 uint32_t definition_count) {
    const struct cog_allocator *allocator = cog_allocator_malloc();
    struct sim_parse_options options = {.definitions = definitions,
                                        .definition_count = definition_count};
    require(sim_source_open(&loaded->source, allocator, path) == COG_OK, "cannot read a scenario");
    sim_diagnostics_init(&loaded->diagnostics, allocator);
    (void)sim_scenario_parse_with(allocator, &loaded->source, &options, &loaded->diagnostics,
                                  &loaded->scenario);
    require(loaded->scenario != NULL, "a scenario has errors");
    require(sim_program_init(&loaded->program, allocator, loaded->scenario, NULL) == COG_OK,
            "no memory");
}

static void unload(struct loaded *loaded) {
    sim_program_term(&loaded->program);
    sim_scenario_free(loaded->scenario);
    sim_diagnostics_term(&loaded->diagnostics);
    sim_source_close(&loaded->source);
}

/* What an exploration has come to; others can see it when it ends before its time. */
struct count {
    uint64_t run_count; /* that have come to their ends */
    bool has_failed;
};

struct counting {
    struct sim_explored explored;
    struct count *count;
};

static bool count_run(void *context) {
    struct counting *counting = context;
    counting->count->run_count = counting->explored.explorer.tally.run_count;
    return false;
}

/* Up to the first execution that fails. */
static void explore(struct loaded *loaded, const char *strategy, uint64_t seed, uint64_t budget,
                    struct count *count) {
    struct counting counting = {.count = count};
    const struct sim_exploration *line = &loaded->scenario->exploration;
    struct sim_exploration_options options = {.vary = line->vary != 0 ? line->vary : SIM_VARY_ORDER,
                                              .seed = seed,
                                              .budget = budget,
                                              .should_stop = count_run,
                                              .context = &counting};
    options.strategy = sim_strategy_find(strategy, &options.bound);
    require(sim_explore(&counting.explored, &loaded->program, &options) == COG_OK, "no memory");
    count->run_count = counting.explored.explorer.tally.run_count;
    count->has_failed = counting.explored.explorer.tally.failure_count > 0;
    sim_explored_close(&counting.explored);
}

/* The same in a child: where that does not come back, the run under way is the one that failed.
 * True: it took too long. */
static bool explore_in_child(struct loaded *loaded, const char *strategy, uint64_t seed,
                             uint64_t budget, struct count *shared) {
    *shared = (struct count){.run_count = 0};
    pid_t child = fork();
    require(child >= 0, "cannot fork");
    if (child == 0) {
        alarm(SECONDS_MAX);
        explore(loaded, strategy, seed, budget, shared);
        _exit(0);
    }
    int status = 0;
    require(waitpid(child, &status, 0) == child, "cannot wait");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        shared->run_count++;
        shared->has_failed = true;
    }
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
}

/* ---- Means ---- */

static void print_mean(uint64_t sum, uint64_t found, uint64_t seeds) {
    uint64_t hundredths = found > 0 ? (sum * 100 + found / 2) / found : 0;
    if (found == 0) {
        printf(" | -");
    } else {
        printf(" | %" PRIu64 ".%02" PRIu64 "%s", hundredths / 100, hundredths % 100,
               found == seeds ? "" : "*");
    }
    (void)fflush(stdout);
}

/* ---- Programs with a fault of their own ---- */

struct bug {
    const char *name;
    const char *setters; /* of reorder; null: as it stands */
    const char *checkers;
    uint64_t seeds;
    uint64_t budget;
};

static void bench_program(const struct bug *bug) {
    struct sim_definition definitions[] = {{.name = "setters", .value = bug->setters},
                                           {.name = "checkers", .value = bug->checkers}};
    char path[128];
    (void)snprintf(path, sizeof path, "scenarios/sct/%s.scn", bug->name);
    printf("| %s", bug->name);
    if (bug->setters != NULL) {
        printf(", %s setters, %s checkers", bug->setters, bug->checkers);
    }
    for (size_t i = 0; i < STRATEGIES; i++) {
        struct loaded loaded;
        uint64_t sum = 0;
        uint64_t found = 0;
        load(&loaded, path, definitions, bug->setters != NULL ? 2 : 0);
        for (uint64_t seed = 1; seed <= bug->seeds; seed++) {
            struct count count;
            explore(&loaded, strategies[i], seed, bug->budget, &count);
            sum += count.run_count;
            found += count.has_failed ? 1 : 0;
        }
        unload(&loaded);
        print_mean(sum, found, bug->seeds);
    }
    printf(" |\n");
}

static void bench_programs(void) {
    enum { SHORT = 5000, FEW = 20, LONG = 50000 };
    static const struct bug bugs[] = {
        {"account", NULL, NULL, SEEDS, SHORT},    {"account_spawn", NULL, NULL, SEEDS, SHORT},
        {"lazy01", NULL, NULL, SEEDS, SHORT},     {"lazy01_spawn", NULL, NULL, SEEDS, SHORT},
        {"deadlock01", NULL, NULL, SEEDS, SHORT}, {"deadlock01_spawn", NULL, NULL, SEEDS, SHORT},
        {"bluetooth", NULL, NULL, SEEDS, SHORT},  {"bluetooth_spawn", NULL, NULL, SEEDS, SHORT},
        {"token_ring", NULL, NULL, SEEDS, SHORT}, {"token_ring_spawn", NULL, NULL, SEEDS, SHORT},
        {"carter01", NULL, NULL, SEEDS, SHORT},   {"carter01_spawn", NULL, NULL, SEEDS, SHORT},
        {"stack", NULL, NULL, SEEDS, SHORT},      {"stack_spawn", NULL, NULL, SEEDS, SHORT},
        {"twostage", NULL, NULL, SEEDS, SHORT},   {"twostage_spawn", NULL, NULL, SEEDS, SHORT},
        {"reorder", NULL, NULL, SEEDS, SHORT},    {"reorder_spawn", NULL, NULL, SEEDS, SHORT},
        {"reorder", "3", "1", SEEDS, SHORT},      {"reorder_spawn", "3", "1", SEEDS, SHORT},
        {"reorder", "4", "1", SEEDS, SHORT},      {"reorder_spawn", "4", "1", SEEDS, LONG},
        {"reorder", "9", "1", SEEDS, SHORT},      {"reorder_spawn", "9", "1", FEW, LONG},
        {"reorder", "10", "10", SEEDS, SHORT},    {"reorder_spawn", "10", "10", FEW, LONG},
    };
    printf("| program |");
    for (size_t i = 0; i < STRATEGIES; i++) {
        printf(" %s |", strategies[i]);
    }
    printf("\n|---|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < sizeof bugs / sizeof bugs[0]; i++) {
        bench_program(&bugs[i]);
    }
}

/* ---- A fault of the library ---- */

/* How soon a file shows the fault to a uniform walk: executions over a few seeds; 0: to too few. */
static uint64_t probe(const char *path, struct count *shared) {
    enum { PROBES = 5, BUDGET = 100 };
    struct loaded loaded;
    uint64_t sum = 0;
    uint32_t found = 0;
    load(&loaded, path, NULL, 0);
    for (uint64_t seed = 1; seed <= PROBES; seed++) {
        (void)explore_in_child(&loaded, "random", seed, BUDGET, shared);
        sum += shared->run_count;
        found += shared->has_failed ? 1 : 0;
    }
    unload(&loaded);
    return found > PROBES / 2 ? sum : 0;
}

static void bench_fault(char **paths, int count) {
    struct count *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    require(shared != MAP_FAILED, "no memory");
    const char *best = NULL;
    uint64_t best_sum = UINT64_MAX;
    for (int i = 0; i < count; i++) {
        uint64_t sum = probe(paths[i], shared);
        if (sum > 0 && sum < best_sum) {
            best_sum = sum;
            best = paths[i];
        }
    }
    if (best == NULL) {
        printf(" | no order of theirs shows it | | | | | | | |\n");
        return;
    }
    printf(" | %s", best);
    for (size_t i = 0; i < STRATEGIES; i++) {
        struct loaded loaded;
        uint64_t sum = 0;
        uint64_t found = 0;
        uint64_t seeds = 0;
        uint32_t hangs = 0;
        load(&loaded, best, NULL, 0);
        while (seeds < SEEDS_OF_FAULT && hangs < HANGS_MAX) {
            hangs += explore_in_child(&loaded, strategies[i], ++seeds, BUDGET_OF_FAULT, shared);
            sum += shared->run_count;
            found += shared->has_failed ? 1 : 0;
        }
        unload(&loaded);
        print_mean(sum, found, seeds);
    }
    printf(" |\n");
    (void)munmap(shared, sizeof *shared);
}

int main(int argc, char **argv) {
    if (argc > 2 && strcmp(argv[1], "fault") == 0) {
        bench_fault(argv + 2, argc - 2);
    } else if (argc == 1) {
        bench_programs();
    } else {
        fprintf(stderr, "usage: bench_bugs [fault FILE...]\n");
        return 2;
    }
    return 0;
}
