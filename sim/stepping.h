/* stepping.h - a run one step at a time, for those who choose the order of its steps.
 *
 * What may come next is a step of some coroutine or, when none can make one, time: an advance to
 * the next instant at which anything happens.
 *
 * A *step* is one resumption of a coroutine, up to the processing of the operation that it ends in,
 * and whoever continues at once after it. Between two steps the run says which coroutines could
 * make the next one; time moves only when there is none. What cannot be seen by others (a first
 * resumption, computing with own names) is no step: it is done at once.
 *
 * Each access of a shared variable, each `acquire`, each `release` and each `pick` is a step of its
 * own. An acquire is enabled while its lock is free, a `join` when whom it joins has ended; they do
 * not park (but for those with a timeout, which do as in production).
 *
 * On every host two idle coroutines, which nobody chooses, are always ready: so that nobody "goes
 * on at once because nobody else is ready", and what a step comprises does not depend on others.
 */
#ifndef SIM_STEPPING_H
#define SIM_STEPPING_H

#include "sim/footprint.h"
#include "sim/objects.h"
#include "sim/process.h"
#include "sim/run.h"

/* What the next resumption of a coroutine will do. */
enum sim_pending_kind {
    SIM_PENDING_QUIET,   /* nothing that others could see */
    SIM_PENDING_ACCESS,  /* first, an access that is known */
    SIM_PENDING_DRAW,    /* the draw of a pick, and nothing else */
    SIM_PENDING_BLOCKED, /* acquire a lock that is not free, join one that has not ended */
    SIM_PENDING_UNKNOWN,
};

/* Who could make the next step. */
struct sim_candidate {
    struct sim_instance *instance;
    uint32_t process;
    enum sim_pending_kind kind;
    struct sim_touch access; /* ACCESS, BLOCKED */
    bool is_certain;         /* the access is all, whatever happens before */
};

/* Of one run; made once, and not part of its snapshots. */
struct sim_stepping {
    struct sim_processes *processes;
    const struct sim_objects *objects;
    struct sim_footprint footprint; /* of the step under way, or the last one */
    uint32_t process;               /* whose step is under way; SIM_NO_PROCESS: none is */
    struct sim_candidate *candidates;
    uint32_t candidate_count;
    uint32_t present_count; /* where somebody draws, that is the only candidate; behind it the
                               others stand that could make a step */
    uint32_t drawing;       /* the first candidate that draws, or SIM_NONE */
    struct sim_candidate *blocked; /* those that wait for a lock, or an end */
    uint32_t blocked_count;
    size_t capacity; /* of each of the two */
    const struct cog_allocator *allocator;
    const struct cog_coro *wanted; /* whom the picker takes */
    uint64_t quiet;  /* processes that have done something quiet since the last step began, a bit
                        for each of the first 64 */
    bool is_inexact; /* something touched where nothing was to: what is proved on footprints is not
                      */
};

int sim_stepping_init(struct sim_stepping *stepping, const struct cog_allocator *allocator,
                      struct sim_processes *processes, const struct sim_objects *objects);
void sim_stepping_term(struct sim_stepping *stepping);

enum sim_next {
    SIM_NEXT_STEP, /* the candidates stand in stepping, the one that production would take first */
    SIM_NEXT_TIME, /* nobody can make a step */
    SIM_NEXT_OVER, /* the run has ended, or is stalled */
};

/* Does what is quiet; nothing that others could see. */
enum sim_next sim_stepping_next(struct sim_run *run);

/* Time passes, to an instant at which something happens; what arrives and expires there is dealt
 * with. Nothing when nothing will ever happen (is_stalled). */
void sim_stepping_pass_time(struct sim_run *run);

/* Candidate `index` makes its step; the footprint tells what it touched. */
void sim_stepping_take(struct sim_run *run, uint32_t index);

/* Makes the idle coroutines of a host. COG_OK, COG_ENOMEM. */
int sim_stepping_add_idle(struct cog_scheduler *scheduler);

/* The seam through which the scheduler of a host asks. */
struct cog_picker sim_stepping_picker(struct sim_run_host *host);

#endif
