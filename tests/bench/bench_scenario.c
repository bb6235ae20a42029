/* bench_scenario.c - how many events a second a scenario's run makes, its trace hashed but not
 * written.
 *
 *   bench_scenario [--short] FILE.scn...
 *
 * Runs each again and again for about a second of processor time, with --short for a fifth of that,
 * and prints the fastest run.
 */
#include "sim/cogsim.h"
#include "sim/language/include_files.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t processor_ns(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Runs once; returns the processor time that it took, or -1. */
static int64_t run_once(const struct sim_program *program, uint64_t *event_count) {
    struct sim_run_options options = {.trace_path = NULL};
    struct sim_run *run = NULL;
    struct sim_result result;
    int64_t start_ns = processor_ns();
    if (sim_run_new(program, &options, &run) != COG_OK || sim_run_execute(run, &result) != COG_OK) {
        sim_run_free(run);
        return -1;
    }
    *event_count = result.event_count;
    sim_run_free(run);
    return processor_ns() - start_ns;
}

static int measure(const char *path, const struct sim_program *program, int64_t duration_ns) {
    int64_t best_ns = INT64_MAX;
    uint64_t event_count = 0;
    int64_t end_ns = processor_ns() + duration_ns;
    do {
        int64_t ns = run_once(program, &event_count);
        if (ns < 0) {
            fprintf(stderr, "%s: cannot run\n", path);
            return 1;
        }
        best_ns = ns < best_ns ? ns : best_ns;
    } while (processor_ns() < end_ns);
    printf("%-44s %8" PRIu64 " events  %9" PRId64 " us  %7.2f million events/s\n", path,
           event_count, best_ns / 1000, (double)event_count * 1e3 / (double)best_ns);
    return 0;
}

static int bench(const char *path, int64_t duration_ns) {
    const struct cog_allocator *allocator = cog_allocator_malloc();
    struct sim_source source;
    struct sim_diagnostics diagnostics;
    struct sim_scenario *scenario = NULL;
    struct sim_program program;
    int code = 1;
    sim_diagnostics_init(&diagnostics, allocator);
    if (sim_source_open(&source, allocator, path) != COG_OK) {
        fprintf(stderr, "%s\n", source.error);
    } else if (sim_source_include_files(&source, "scenarios") != COG_OK) {
        fprintf(stderr, "out of memory\n");
    } else if (sim_scenario_parse(allocator, &source, &diagnostics, &scenario) != COG_OK) {
        fprintf(stderr, "%s: not a valid scenario\n", path);
    } else if (sim_program_init(&program, allocator, scenario, NULL) == COG_OK) {
        code = measure(path, &program, duration_ns);
        sim_program_term(&program);
    }
    sim_scenario_free(scenario);
    sim_diagnostics_term(&diagnostics);
    sim_source_close(&source);
    return code;
}

int main(int argc, char **argv) {
    int code = 0;
    bool is_short = argc > 1 && strcmp(argv[1], "--short") == 0;
    for (int i = is_short ? 2 : 1; i < argc; i++) {
        code |= bench(argv[i], is_short ? 200000000 : 1000000000);
    }
    return code;
}
