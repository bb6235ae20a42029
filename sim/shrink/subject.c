/* subject.c - texts that are run after schedules. */
#include "sim/shrink/subject.h"

#include "sim/run.h"
#include "sim/signature.h"

bool sim_trials_go_on(struct sim_trials *trials) {
    if (trials->should_stop != NULL && !trials->was_stopped) {
        trials->was_stopped = trials->should_stop(trials->context);
    }
    return trials->run_count < trials->budget && !trials->was_stopped;
}

/* ---- Subjects ---- */

static int parse(struct sim_subject *subject) {
    struct sim_diagnostics diagnostics;
    sim_diagnostics_init(&diagnostics, subject->allocator);
    int status =
        sim_scenario_parse(subject->allocator, &subject->source, &diagnostics, &subject->scenario);
    if (status == COG_OK) {
        status = sim_program_init(&subject->program, subject->allocator, subject->scenario,
                                  &diagnostics);
        if (status != COG_OK) {
            sim_scenario_free(subject->scenario);
        }
    }
    sim_diagnostics_term(&diagnostics);
    return status == COG_OK || status == COG_ENOMEM ? status : COG_EINVALID;
}

int sim_subject_open(struct sim_subject *subject, const struct cog_allocator *allocator,
                     const char *text, size_t length) {
    *subject = (struct sim_subject){.allocator = allocator};
    int status = sim_source_from_text(&subject->source, allocator, "shrunk.scn", text, length);
    if (status != COG_OK) {
        return status;
    }
    status = parse(subject);
    if (status != COG_OK) {
        sim_source_close(&subject->source);
    }
    return status;
}

void sim_subject_close(struct sim_subject *subject) {
    sim_program_term(&subject->program);
    sim_scenario_free(subject->scenario);
    sim_source_close(&subject->source);
}

/* ---- Runs ---- */

/* The world of a run was too small, not the machine. */
static bool is_full(const struct sim_run *run, const struct sim_guide *guide) {
    return run->fatal == COG_ENOMEM && !run->journal.is_out_of_memory && !guide->is_out_of_memory &&
           run->memory.used_bytes > run->memory.bytes / 2;
}

static int execute(struct sim_trial *trial, const struct sim_trials *trials,
                   struct sim_program *program, const struct sim_source *source,
                   struct sim_guide *guide, const struct sim_trial_options *options) {
    struct sim_run_options run_options = {.allocator = trials->allocator,
                                          .source = source,
                                          .statement_count_max = trials->statement_count_max,
                                          .memory_bytes = trials->memory_bytes,
                                          .guide = options->is_unguided ? NULL : guide,
                                          .is_untraced = !options->is_traced};
    struct sim_run *run = NULL;
    struct sim_result result;
    int status = sim_run_new(program, &run_options, &run);
    if (status != COG_OK) {
        return status;
    }
    status = sim_run_execute(run, &result);
    if (status == COG_OK) {
        trial->signature = sim_signature(result.journal);
        trial->shape = sim_signature_shape(result.journal);
        trial->trace_hash = result.trace_hash;
        trial->statement_count = run->statement_count;
        if (options->words != NULL) {
            sim_signature_text(result.journal, options->words);
        }
    }
    if (status == COG_ENOMEM && is_full(run, guide)) {
        status = COG_OK;
    }
    sim_run_free(run);
    return status;
}

int sim_trial_run(struct sim_trial *trial, struct sim_trials *trials, struct sim_program *program,
                  const struct sim_source *source, const struct sim_trial_options *options) {
    struct sim_guide guide;
    struct sim_guide_options guide_options = {.allocator = trials->allocator,
                                              .vary = trials->vary,
                                              .follow = options->follow,
                                              .steps = options->steps,
                                              .step_count = options->step_count,
                                              .draws = options->draws,
                                              .keeps_all = options->keeps_all,
                                              .watch = options->watch,
                                              .serial = options->serial};
    *trial = (struct sim_trial){.signature = 0};
    sim_schedule_init(&trial->recorded, trials->allocator);
    trials->run_count++;
    int status = sim_guide_open(&guide, program, &guide_options);
    if (status == COG_OK) {
        status = execute(trial, trials, program, source, &guide, options);
    }
    if (status == COG_OK) {
        trial->recorded = guide.recorded; /* taken over */
        sim_schedule_init(&guide.recorded, trials->allocator);
    }
    sim_guide_close(&guide);
    return status;
}

void sim_trial_term(struct sim_trial *trial) {
    sim_schedule_term(&trial->recorded);
}
