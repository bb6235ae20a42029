/* subject.h - a scenario that is being shrunk: a text in memory, made ready to run, and runs of it
 * after schedules.
 *
 * Every run counts against a budget, which is what a result depends on: the same input gives the
 * same result, unless it is stopped from outside.
 */
#ifndef SIM_SHRINK_SUBJECT_H
#define SIM_SHRINK_SUBJECT_H

#include "sim/cogsim.h"
#include "sim/guide.h"

/* What all runs of one shrinking share. */
struct sim_trials {
    const struct cog_allocator *allocator;
    unsigned vary; /* a set of enum sim_vary */
    uint64_t statement_count_max;
    size_t memory_bytes;
    uint64_t budget;                    /* runs at most */
    uint64_t run_count;                 /* made so far */
    bool (*should_stop)(void *context); /* asked before every run; may be null */
    void *context;
    bool was_stopped;
};

/* Whether there may be another run. */
bool sim_trials_go_on(struct sim_trials *trials);

struct sim_subject {
    const struct cog_allocator *allocator;
    struct sim_source source;
    struct sim_scenario *scenario;
    struct sim_program program;
};

/* Reads a text, nothing spliced in. COG_OK; COG_EINVALID: it is no scenario that can run; else
 * COG_ENOMEM. Unless COG_OK there is nothing to close. */
int sim_subject_open(struct sim_subject *subject, const struct cog_allocator *allocator,
                     const char *text, size_t length);
void sim_subject_close(struct sim_subject *subject);

/* What a run came to. */
struct sim_trial {
    uint64_t signature;           /* 0: it held */
    uint64_t shape;               /* sim_signature_shape */
    uint64_t trace_hash;          /* of a traced one */
    uint64_t statement_count;     /* that it executed */
    struct sim_schedule recorded; /* its decisions */
};

struct sim_trial_options {
    const struct sim_schedule *follow;  /* null: production */
    const struct sim_guide_step *steps; /* else these, as in sim_guide_options */
    uint32_t step_count;
    const uint64_t *draws;
    bool keeps_all;               /* production's decisions at the end are recorded, too */
    bool is_traced;               /* for its hash */
    enum sim_guide_serial serial; /* in place of production's order */
    bool is_unguided;             /* as a scenario without a schedule is run; nothing is recorded */
    const struct sim_guide_watch *watch;
    struct sim_buffer *words; /* gets the signature's text; may be null */
};

/* Runs a program once. COG_OK, with a trial to be terminated; COG_ENOMEM, with none. A world that
 * takes too much memory is a run that held. */
int sim_trial_run(struct sim_trial *trial, struct sim_trials *trials, struct sim_program *program,
                  const struct sim_source *source, const struct sim_trial_options *options);
void sim_trial_term(struct sim_trial *trial);

#endif
