/* strategy.h - strategies that sample: each run is one schedule, chosen as it goes, at random.
 *
 *     begin   a run starts
 *     pick    several could make the next step: which one does
 *     takes   a step is about to be made, also where only one could make it
 *     took    a step has been made, also where only one could make it; its footprint is known
 *     draw    something is chosen while a step is under way
 *
 * A run depends on its seed, the scenario and the profile (profile.h) alone: not on what was run
 * before it. So whatever is random is a keyed hash (random.h), in which a process goes by its
 * *identity*, made of its place in the tree of who made whom. Its number would not do, for it tells
 * which processes were found before it.
 *
 * What most strategies remember of processes stands in a table. An entry is of use once the process
 * has been *met* in the run under way, as a candidate or as one that is blocked.
 */
#ifndef SIM_EXPLORE_STRATEGY_H
#define SIM_EXPLORE_STRATEGY_H

#include "sim/explore/explorer.h"
#include "sim/explore/ordinals.h"
#include "sim/explore/profile.h"

struct sim_leads;
struct sim_strategy;

struct sim_strategy_type {
    const char *name;
    size_t bytes;       /* of its state, which begins with a struct sim_strategy */
    bool wants_profile; /* it cannot do without */

    /* It is made, of the explorer's objects, and freed. COG_OK, COG_ENOMEM. Null: nothing to do. */
    int (*init)(struct sim_strategy *strategy, const struct sim_objects *objects);
    void (*term)(struct sim_strategy *strategy);

    /* Null: nothing to do. */
    void (*begin)(struct sim_strategy *strategy);

    /* Which of the candidates, of which there are at least two; less than candidate_count. */
    uint32_t (*pick)(struct sim_strategy *strategy, const struct sim_stepping *stepping);

    /* Candidate `index` is about to make its step. Null: nothing to do. */
    void (*takes)(struct sim_strategy *strategy, const struct sim_stepping *stepping,
                  uint32_t index);

    /* The step of candidate `index` has been made; the candidates are those that there were before
     * it. Null: nothing to do. */
    void (*took)(struct sim_strategy *strategy, const struct sim_stepping *stepping,
                 uint32_t index);

    /* Less than choice->count. */
    uint64_t (*draw)(struct sim_strategy *strategy, const struct sim_choice *choice);

    /* A process is met for the first time in this run. Null: the strategy uses no entries, and
     * none are kept. */
    void (*meet)(struct sim_strategy *strategy, uint32_t process);
};

/* What a strategy remembers of a process; the strategies use of it what they need. */
struct sim_strategy_process {
    uint64_t run; /* in which it was met last */
    uint64_t identity;
    const struct sim_instance *instance;
    uint64_t priority;
    uint64_t priority_count; /* that were drawn for it */
    uint64_t remaining;      /* what it has left to do, as the profile counts */
};

/* What is drawn: unlike things have unlike streams. */
enum sim_stream {
    SIM_STREAM_RUN, /* the seeds of runs */
    SIM_STREAM_PROCESS,
    SIM_STREAM_INSIDE, /* what is chosen while a step is under way */
    SIM_STREAM_ORDER,
    SIM_STREAM_PRIORITY,
    SIM_STREAM_CHANGE,
    SIM_STREAM_OBJECT,
    SIM_STREAM_INTENDED,
    SIM_STREAM_GUIDED,
};

struct sim_strategy_options {
    const struct sim_profile *profile; /* of the same explorer; may be null if none is wanted */
    uint32_t depth;                    /* PCT: of the bugs to find, at least 1; 0: 3 */
    uint64_t length;                   /* PCT: steps of a run; 0: the profile's longest */
    const struct sim_leads *leads;     /* guided: that it may follow (leads.h); null: none */
};

enum { SIM_STRATEGY_DEPTH_MAX = 64, SIM_STRATEGY_DEPTH_DEFAULT = 3 };

struct sim_strategy {
    const struct sim_strategy_type *type;
    const struct cog_allocator *allocator;
    struct sim_strategy_options options;
    const struct sim_processes *known; /* of the explorer */
    struct sim_ordinals ordinals;      /* of draws inside steps */
    struct sim_strategy_process *processes;
    uint32_t process_count;
    size_t process_capacity;
    uint32_t *met; /* in this run, in order of meeting */
    uint32_t met_count;
    size_t met_capacity;
    uint64_t run;        /* counts runs */
    uint64_t seed;       /* of this run */
    uint64_t step_count; /* of this run so far */
    bool is_out_of_memory;
};

/* Of this explorer, which must outlive it. COG_OK, COG_ENOMEM; COG_EINVALID: no profile where one
 * is wanted, or the depth is more than SIM_STRATEGY_DEPTH_MAX. */
int sim_strategy_new(const struct sim_strategy_type *type, const struct sim_explorer *explorer,
                     const struct sim_strategy_options *options, struct sim_strategy **out);
void sim_strategy_free(struct sim_strategy *strategy);

/* For who drives the run. */
void sim_strategy_begin(struct sim_strategy *strategy, uint64_t seed);
uint32_t sim_strategy_pick(struct sim_strategy *strategy, const struct sim_stepping *stepping);
static inline void sim_strategy_takes(struct sim_strategy *strategy,
                                      const struct sim_stepping *stepping, uint32_t index) {
    if (strategy->type->takes != NULL) {
        strategy->type->takes(strategy, stepping, index);
    }
}
void sim_strategy_took(struct sim_strategy *strategy, const struct sim_stepping *stepping,
                       uint32_t index);

/* The strategies, by name; null at the end. */
extern const struct sim_strategy_type *const sim_strategy_types[];

extern const struct sim_strategy_type sim_strategy_canonical; /* strategy_canonical.c */
extern const struct sim_strategy_type sim_strategy_random;    /* strategy_random.c */
extern const struct sim_strategy_type sim_strategy_pct;
extern const struct sim_strategy_type sim_strategy_pos;
extern const struct sim_strategy_type sim_strategy_urw;
extern const struct sim_strategy_type sim_strategy_surw;
extern const struct sim_strategy_type sim_strategy_guided;

/* Null: there is none of that name. */
const struct sim_strategy_type *sim_strategy_type_find(const char *name);

/* ---- For strategies ---- */

/* Uniform draws. */
uint64_t sim_strategy_draw_uniform(struct sim_strategy *strategy, const struct sim_choice *choice);

/* The entry of a process that has been met. */
static inline struct sim_strategy_process *sim_strategy_state_of(struct sim_strategy *strategy,
                                                                 uint32_t process) {
    return &strategy->processes[process];
}

static inline bool sim_strategy_has_met(const struct sim_strategy *strategy, uint32_t process) {
    return process < strategy->process_count && strategy->processes[process].run == strategy->run;
}

/* A new random priority for a process that has been met. */
void sim_strategy_draw_priority(struct sim_strategy *strategy, uint32_t process);

/* A new priority for whoever made the step, and for each whose step races with it: POS. */
void sim_strategy_redraw_races(struct sim_strategy *strategy, const struct sim_stepping *stepping,
                               uint32_t index);

/* The candidate of the highest priority. */
uint32_t sim_strategy_pick_highest(struct sim_strategy *strategy,
                                   const struct sim_stepping *stepping);

/* A process that has just been met has `count` left to do, which was counted as its parent's: how
 * much the parent really gives up. */
uint64_t sim_strategy_take_over(struct sim_strategy *strategy, uint32_t process, uint64_t count);

/* A process has done one of what it had left to do. */
void sim_strategy_count_down(struct sim_strategy *strategy, uint32_t process);

/* Is the run so long that what is known of its length tells nothing? Somebody may be spinning until
 * another, which does not come to it, has done something. */
bool sim_strategy_is_astray(const struct sim_strategy *strategy, uint64_t length);

/* A random number less than count, for the next step. */
uint64_t sim_strategy_below(const struct sim_strategy *strategy, enum sim_stream stream,
                            uint64_t count);

#endif
