/* explorer.c - makes the world of an exploration and judges its runs. */
#include "sim/explore/explorer.h"

#include "sim/quiet.h"
#include "sim/world.h"

static int open_remote(struct sim_explorer *explorer, const struct sim_program *program,
                       const struct sim_run_options *options, int64_t hang_ns) {
    struct sim_remote *remote = cog_allocate_zeroed(explorer->allocator, 1, sizeof *remote);
    if (remote == NULL) {
        return COG_ENOMEM;
    }
    int status = sim_remote_open(remote, explorer, program, options, hang_ns);
    if (status != COG_OK) {
        cog_release(explorer->allocator, remote, sizeof *remote);
        return status;
    }
    explorer->remote = remote;
    explorer->run = remote->shell;
    return COG_OK;
}

static int open_here(struct sim_explorer *explorer, const struct sim_program *program,
                     const struct sim_run_options *options) {
    int status = sim_run_new(program, options, &explorer->run);
    if (status == COG_OK) {
        status = explorer->run->fatal;
    }
    return status == COG_OK
               ? sim_snapshot_take(&explorer->start, explorer->allocator, explorer->run)
               : status;
}

int sim_explorer_open(struct sim_explorer *explorer, struct sim_program *program,
                      const struct sim_explorer_options *options) {
    const struct cog_allocator *allocator =
        options->allocator != NULL ? options->allocator : cog_allocator_malloc();
    *explorer = (struct sim_explorer){.allocator = allocator,
                                      .program = program,
                                      .chooser = {.vary = options->vary},
                                      .is_whole = (options->vary & SIM_VARY_ORDER) == 0};
    sim_processes_init(&explorer->processes, allocator);
    int status = sim_program_find_quiet(program);
    if (status == COG_OK) {
        status = sim_objects_init(&explorer->objects, allocator, program);
    }
    if (status != COG_OK) {
        return status;
    }
    status =
        sim_stepping_init(&explorer->stepping, allocator, &explorer->processes, &explorer->objects);
    struct sim_run_options run_options = {.allocator = allocator,
                                          .source = options->source,
                                          .statement_count_max = options->statement_count_max,
                                          .memory_bytes = options->memory_bytes,
                                          .chooser = &explorer->chooser,
                                          .stepping =
                                              explorer->is_whole ? NULL : &explorer->stepping,
                                          .is_untraced = true};
    if (status == COG_OK && sim_scenario_has_programs(program->scenario)) {
        status = open_remote(explorer, program, &run_options, options->hang_ns);
    } else if (status == COG_OK) {
        status = open_here(explorer, program, &run_options);
    }
    if (status == COG_OK) {
        status = sim_tally_init(&explorer->tally, allocator, program->scenario);
    }
    if (status != COG_OK) {
        sim_explorer_close(explorer);
    }
    return status;
}

void sim_explorer_close(struct sim_explorer *explorer) {
    if (explorer->remote != NULL) {
        sim_remote_close(explorer->remote);
        cog_release(explorer->allocator, explorer->remote, sizeof *explorer->remote);
        explorer->remote = NULL;
    } else {
        sim_run_free(explorer->run);
    }
    sim_snapshot_term(&explorer->start, explorer->allocator);
    sim_tally_term(&explorer->tally);
    sim_stepping_term(&explorer->stepping);
    sim_objects_term(&explorer->objects, explorer->allocator);
    sim_processes_term(&explorer->processes);
    explorer->run = NULL;
}

void sim_explorer_restart(struct sim_explorer *explorer) {
    if (explorer->remote != NULL) {
        sim_remote_restart(explorer->remote);
        return;
    }
    sim_snapshot_restore(&explorer->start, explorer->run);
    explorer->is_done = false;
}

void sim_explorer_pass_time(struct sim_explorer *explorer) {
    explorer->step_count++;
    if (explorer->remote != NULL) {
        sim_remote_pass_time(explorer->remote);
        return;
    }
    if (explorer->is_whole) {
        sim_world_go(explorer->run);
        explorer->is_done = true;
    } else {
        sim_stepping_pass_time(explorer->run);
    }
}

static int judge_remote(struct sim_explorer *explorer) {
    struct sim_report report;
    int status = sim_remote_judge(explorer->remote, &report);
    if (status != COG_OK) {
        return status;
    }
    struct sim_result result = {.ok = !report.is_failure, .journal = &explorer->run->journal};
    if (report.is_failure && explorer->failed != NULL) {
        explorer->failed(explorer->failed_context, &result);
    }
    return sim_tally_add_report(&explorer->tally, &report);
}

int sim_explorer_judge(struct sim_explorer *explorer) {
    if (explorer->remote != NULL) {
        return judge_remote(explorer);
    }
    struct sim_result result;
    sim_world_finish(explorer->run);
    int status = sim_run_conclude(explorer->run, &result);
    if (status == COG_OK && !result.ok && explorer->failed != NULL) {
        explorer->failed(explorer->failed_context, &result);
    }
    return status == COG_OK ? sim_tally_add(&explorer->tally, explorer->run) : status;
}
