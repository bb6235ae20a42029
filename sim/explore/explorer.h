/* explorer.h - one scenario under exploration: a world that can be stepped, judged and brought
 * back.
 *
 * The strategies drive it. Searches go back in it:
 *
 *     sim_explorer_restart
 *     loop: sim_explorer_next -> SIM_NEXT_STEP: sim_explorer_take(candidate)
 *                                SIM_NEXT_TIME: sim_explorer_pass_time
 *                                SIM_NEXT_OVER: sim_explorer_judge -> the verdict, in the tally
 *
 * Where the order of steps is production's, a run is one step: it is all of SIM_NEXT_TIME.
 *
 * What else may vary is asked while a step is under way: for each such *draw* the strategy has a
 * function; a search gives its own answers, and gets to know how many there were.
 */
#ifndef SIM_EXPLORE_EXPLORER_H
#define SIM_EXPLORE_EXPLORER_H

#include "sim/cogsim.h"
#include "sim/explore/remote.h"
#include "sim/explore/snapshot.h"
#include "sim/explore/tally.h"
#include "sim/stepping.h"

struct sim_explorer {
    const struct cog_allocator *allocator;
    const struct sim_program *program;
    struct sim_processes processes;
    struct sim_objects objects;
    struct sim_stepping stepping;
    struct sim_chooser chooser; /* set by the strategy */
    struct sim_run *run;
    struct sim_remote *remote; /* where it has C programs: the world is there, and run a shell */
    struct sim_snapshot start;
    struct sim_tally tally;
    bool is_whole; /* the order of steps does not vary */
    bool is_done;  /* then: the run has been executed */
    void (*failed)(void *context, const struct sim_result *result); /* may be null: a run has */
    void *failed_context;
    uint64_t step_count; /* that were executed, repetitions included */
};

struct sim_explorer_options {
    const struct cog_allocator *allocator; /* null: malloc */
    const struct sim_source *source;       /* may be null, as in sim_run_options */
    unsigned vary;                         /* a set of enum sim_vary */
    uint64_t statement_count_max;          /* of a run; 0: the default */
    size_t memory_bytes;                   /* of a world; 0: the default */
    int64_t hang_ns;                       /* of C programs, as in sim_remote_open */
};

/* Makes the world of a program, which must outlive it. COG_OK, COG_ENOMEM. */
int sim_explorer_open(struct sim_explorer *explorer, struct sim_program *program,
                      const struct sim_explorer_options *options);
void sim_explorer_close(struct sim_explorer *explorer);

/* Back to before the first step. */
void sim_explorer_restart(struct sim_explorer *explorer);

static inline enum sim_next sim_explorer_next(struct sim_explorer *explorer) {
    if (explorer->remote != NULL) {
        return sim_remote_next(explorer->remote);
    }
    if (explorer->is_whole) {
        return explorer->is_done ? SIM_NEXT_OVER : SIM_NEXT_TIME;
    }
    return sim_stepping_next(explorer->run);
}

static inline void sim_explorer_take(struct sim_explorer *explorer, uint32_t candidate) {
    explorer->step_count++;
    if (explorer->remote != NULL) {
        sim_remote_take(explorer->remote, candidate);
        return;
    }
    sim_stepping_take(explorer->run, candidate);
}

void sim_explorer_pass_time(struct sim_explorer *explorer);

/* Judges the run, which is over, and counts it. COG_OK, COG_ENOMEM. */
int sim_explorer_judge(struct sim_explorer *explorer);

#endif
