/* guide.h - makes a run go a given way: after a schedule, or after the steps that a search has
 * gone; and writes down the decisions as it goes.
 *
 * Where the schedule and the run do not fit any more (one of them has changed), the guide goes on
 * as well as it can: it looks a little ahead in the schedule for a line that fits, else takes the
 * coroutine that the line names whatever that does, else decides as production would; each time it
 * notes a *drift*.
 */
#ifndef SIM_GUIDE_H
#define SIM_GUIDE_H

#include "sim/choice.h"
#include "sim/objects.h"
#include "sim/process.h"
#include "sim/schedule.h"
#include "sim/stepping.h"

struct sim_tracer;
struct sim_witness;

/* What a search chose at one of its steps. */
struct sim_guide_step {
    uint32_t process;    /* SIM_NO_PROCESS: time passes */
    uint32_t draw_first; /* into draws */
    uint32_t draw_count;
};

struct sim_drift {
    uint32_t entry;   /* of the schedule */
    const char *text; /* what was the matter; null-terminated */
};

enum { SIM_DRIFTS_MAX = 16 };

/* Looks on while steps are made, where their order is chosen. */
struct sim_guide_watch {
    void (*before)(void *context, const struct sim_run *run, const struct sim_candidate *candidate);
    void (*after)(void *context, const struct sim_run *run, const struct sim_instance *instance);
    void *context;
};

/* One coroutine after the other, as far as they let it. */
enum sim_guide_serial {
    SIM_SERIAL_NONE,
    SIM_SERIAL_FIRST, /* the first that can go on, in the order of the file */
    SIM_SERIAL_LAST,  /* the last */
};

struct sim_guide_options {
    const struct cog_allocator *allocator; /* null: malloc */
    unsigned vary;                         /* a set of enum sim_vary */
    const struct sim_schedule *follow;     /* may be null */
    const struct sim_guide_step *steps;    /* else these; may be null */
    uint32_t step_count;
    const uint64_t *draws;
    bool is_random_after;         /* behind the end of what is followed; else as in production */
    uint64_t seed;                /* of that */
    enum sim_guide_serial serial; /* in place of production's order */
    bool keeps_all;               /* production's decisions at the end are recorded, too */
    const struct sim_guide_watch *watch; /* may be null */
    const uint8_t *bytes; /* behind what is followed each decision is one of these; may be null */
    size_t byte_count;
    struct sim_witness *witness; /* the decisions are shown to it as they are taken; may be null */
};

struct sim_guide {
    struct sim_guide_options options;
    const struct cog_allocator *allocator;
    struct sim_tracer *tracer; /* of the run under way */
    struct sim_processes processes;
    struct sim_objects objects;
    struct sim_stepping stepping;
    struct sim_chooser chooser;
    struct sim_schedule recorded; /* the decisions of the latest run */
    uint32_t entry_next;          /* of the schedule followed */
    uint32_t latest_process;      /* who made the latest step */
    uint32_t production_left;     /* so many decisions are production's before it */
    uint32_t step_next;           /* of the steps followed */
    uint64_t random_count;        /* decisions at random so far */
    size_t byte_next;
    uint32_t draw_next; /* of the step under way */
    struct sim_drift drifts[SIM_DRIFTS_MAX];
    uint32_t drift_count; /* of all */
    bool is_out_of_memory;
};

/* The program must outlive the guide, as must what the options point to. COG_OK, COG_ENOMEM. */
int sim_guide_open(struct sim_guide *guide, struct sim_program *program,
                   const struct sim_guide_options *options);
void sim_guide_close(struct sim_guide *guide);

/* Takes a run, which was made with the guide, from its beginning to its end. */
void sim_guide_drive(struct sim_guide *guide, struct sim_run *run);

/* The order of steps is the guide's. */
static inline bool sim_guide_steps(const struct sim_guide *guide) {
    return (guide->options.vary & SIM_VARY_ORDER) != 0;
}

#endif
