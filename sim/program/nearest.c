/* nearest.c - the nearest run that does not fail, by the critical pair. */
#include "sim/program/nearest.h"

#include "sim/objects.h"

enum { RUNS_MAX = 3000, STATEMENTS_MAX = 20000000 };

/* Longer runs are tried less often, by how many statements they execute: so it ends soon, and does
 * not depend on how fast the machine is. */
static uint64_t budget_of(uint64_t statement_count) {
    uint64_t count = STATEMENTS_MAX / (statement_count + 1);
    return count < RUNS_MAX ? count : RUNS_MAX;
}

int nearest_find(struct nearest *nearest, struct loaded *loaded,
                 const struct sim_schedule *schedule, unsigned vary) {
    const struct cog_allocator *allocator = cog_allocator_malloc();
    struct sim_trials trials = {.allocator = allocator, .vary = vary, .budget = RUNS_MAX};
    struct sim_trial_options options = {.follow = schedule};
    struct sim_trial trial;
    *nearest = (struct nearest){.pair = {.is_found = false}};
    sim_schedule_init(&nearest->failing, allocator);
    sim_schedule_init(&nearest->pair.passing, allocator);
    sim_buffer_init(&nearest->pair.first.words, allocator);
    sim_buffer_init(&nearest->pair.second.words, allocator);
    sim_buffer_init(&nearest->reason, allocator);
    if (sim_scenario_has_programs(loaded->scenario)) {
        return COG_OK;
    }
    int status = sim_trial_run(&trial, &trials, &loaded->program, &loaded->source, &options);
    if (status != COG_OK) {
        return status;
    }
    nearest->failing = trial.recorded;
    trials.budget = budget_of(trial.statement_count);
    if (trial.signature != 0) {
        status = sim_critical_pair_find(&nearest->pair, &trials, &loaded->program, &loaded->source,
                                        trial.signature, &nearest->failing);
        sim_critical_pair_add(&nearest->pair, loaded->scenario, &nearest->reason);
    }
    return nearest->reason.has_failed ? COG_ENOMEM : status;
}

void nearest_close(struct nearest *nearest) {
    sim_schedule_term(&nearest->failing);
    sim_critical_pair_term(&nearest->pair);
    sim_buffer_term(&nearest->reason);
}
