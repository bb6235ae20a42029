/* search.h - systematic search: goes through executions depth first, back and forth.
 *
 * Before each event of the execution under way there is a *level*: a state of the world, the steps
 * that are to be explored from it (a tree of which the children of the root are the next ones), and
 * those that need not be (asleep). A policy fills in the steps; that is all in which the searches
 * differ.
 *
 *     level 0 --event 0--> level 1 --event 1--> ... level n: the run is over: judge it, let the
 *     policy look at its races; then back to the deepest level with a step left to explore
 *
 * Going back is restoring the nearest snapshot at or above that level, and repeating the steps from
 * there.
 *
 * Draws (pick, arrivals) that a step makes are part of the step: the first time, each of them gets
 * production's answer, and a step with each other answer is added beside it.
 */
#ifndef SIM_EXPLORE_SEARCH_H
#define SIM_EXPLORE_SEARCH_H

#include "sim/explore/draws.h"
#include "sim/explore/explorer.h"
#include "sim/explore/trail.h"
#include "sim/explore/wakeup_tree.h"
#include "sim/language/buffer.h"

struct sim_search;

struct sim_level {
    enum sim_next next;
    uint32_t root;          /* tree of the steps to explore */
    uint32_t sleep_first;   /* into sleep: its entries go on to those of the next level */
    uint32_t present_first; /* into present: candidates, then blocked ones, of this state */
    uint32_t candidate_count;
    uint32_t blocked_count;
    uint32_t snapshot;    /* into snapshots, or SIM_NONE */
    uint32_t drawn_first; /* into drawn: what its step drew */
    uint32_t cost;        /* of bounded searches: spent so far */
    struct sim_step step; /* being explored from here */
    bool is_certain;      /* it touches the same whatever happens before */
    bool disables;        /* after it somebody else can no more make the step that he could */
};

/* Somebody who could make a step at a level, or would if it were not blocked. */
struct sim_present {
    uint32_t process;
    enum sim_pending_kind kind;
    struct sim_touch access;
    bool is_certain;
};

/* An answer, and among how many it was chosen. */
struct sim_drawn {
    uint32_t answer;
    uint32_t count;
};

/* A sequence of steps: see reversal.h. */
struct sim_reversal_step {
    struct sim_step step;
    uint32_t event; /* of the trail; SIM_NONE: it is announced only */
    uint32_t next;  /* of the same process, or SIM_NONE */
    bool is_removed;
};

/* What is left in it of a process, and of an object. Of no value but with the present stamp. */
struct sim_reversal_process {
    uint64_t stamp;
    uint32_t first;
    uint32_t last;
};

struct sim_reversal_object {
    uint64_t stamp;
    uint32_t reads;
    uint32_t writes;
};

struct sim_reversal {
    const struct cog_allocator *allocator;
    struct sim_reversal_step *steps;
    uint32_t count; /* those removed included */
    uint32_t removed_count;
    size_t capacity;
    struct sim_reversal_process *processes;
    size_t process_capacity;
    uint32_t *counts; /* of each process: its events before what is left */
    size_t count_capacity;
    struct sim_reversal_object *objects;
    size_t object_capacity;
    uint64_t stamp; /* of the sequence under way */
};

void sim_reversal_init(struct sim_reversal *reversal, const struct cog_allocator *allocator);
void sim_reversal_term(struct sim_reversal *reversal);

/* Snapshots are so far from each other that taking them costs about as much as repeating the steps
 * between them, as measured in bytes: results do not depend on it. */
#define SIM_DISTANCE_BY_COST UINT32_MAX

/* They take at most about so much memory together: then every other one is let go of. */
#define SIM_SNAPSHOT_BYTES ((size_t)256 << 20)

struct sim_search_policy {
    const char *name;
    bool sleeps; /* what has been explored need not be explored again after independent steps */
    bool races;  /* it wants the races of the trail */

    /* A new level at which somebody can make a step: adds children to its root. */
    bool (*enter)(struct sim_search *search, struct sim_level *level);

    /* An execution is complete, or asleep; events from search->new_from on have not been seen
     * before. Null: nothing to do. */
    bool (*complete)(struct sim_search *search);

    /* What it costs to let a process make the next step at a level. Null: nothing. */
    uint32_t (*cost)(const struct sim_search *search, const struct sim_level *level,
                     uint32_t process);
};

/* Is shown what a search does, as it goes. */
struct sim_search_watch {
    /* The execution under way makes step number `depth`, from 0, for the first time: who and what,
     * as in schedules, with what was drawn. Steps that are repeated are not shown. */
    void (*step)(void *context, uint32_t depth, const char *label);
    /* It has ended after so many steps, with an outcome of the tally; SIM_NONE: it was given up,
     * for others lead to the same. */
    void (*end)(void *context, uint32_t depth, uint32_t outcome);
    void *context;
};

struct sim_search {
    struct sim_explorer *explorer;
    const struct sim_search_policy *policy;
    const struct cog_allocator *allocator;
    struct sim_trail trail;
    struct sim_footprints footprints;
    struct sim_wakeup_tree tree;
    struct sim_draws draws;
    struct sim_level *levels;
    uint32_t depth; /* of the level under way: as many events have been executed */
    size_t level_capacity;
    struct sim_step *sleep;
    uint32_t sleep_count;
    size_t sleep_capacity;
    struct sim_present *present;
    uint32_t present_count;
    size_t present_capacity;
    struct sim_drawn *drawn; /* by the steps that led here, where no races are reversed */
    uint32_t drawn_count;
    size_t drawn_capacity;
    uint32_t *marks; /* of each process: the last comparison in which it was seen */
    size_t mark_capacity;
    uint32_t mark;
    struct sim_snapshot *snapshots; /* those in use, by level */
    uint32_t snapshot_count;
    size_t snapshot_capacity;
    size_t snapshot_bytes;        /* of all of them */
    size_t snapshot_bytes_max;    /* 0: SIM_SNAPSHOT_BYTES */
    uint32_t snapshot_distance;   /* levels between two; 0: none but the start's; or
                                     SIM_DISTANCE_BY_COST */
    struct sim_reversal reversal; /* of the race under way */
    uint32_t new_from;
    uint32_t bound;         /* of bounded searches */
    uint32_t rotation;      /* which candidate comes first: another order of exploration */
    uint64_t asleep_count;  /* executions in which all that could go on was asleep */
    uint64_t run_count_max; /* stops there, or where asleep ones come to as many; 0: never */
    uint32_t depth_max;     /* gives up where an execution has so many steps; 0: never */
    bool (*should_stop)(void *context); /* asked after each execution, and now and then within one,
                                           which then counts for nothing; may be null */
    void *stop_context;
    const struct sim_search_watch *watch; /* null: nobody watches */
    struct sim_buffer label;              /* of the step under way, then */
    bool is_uncertain; /* something is drawn within steps, which may be asked for elsewhere when
                          they come at another place; or there were too many races: a reduced search
                          may miss something */
    bool has_ended;    /* there is nothing left to explore */
    bool is_too_deep;  /* it gave up at depth_max */
    bool is_complete;  /* and nothing was asleep in vain, left out or not seen */
    bool is_out_of_memory;
};

/* COG_OK, COG_ENOMEM. The explorer must be fresh, and is the search's from then on. */
int sim_search_init(struct sim_search *search, struct sim_explorer *explorer,
                    const struct sim_search_policy *policy);
void sim_search_term(struct sim_search *search);

/* Explores until all has been seen (is_complete) or run_count_max executions have. COG_OK,
 * COG_ENOMEM. */
int sim_search_run(struct sim_search *search);

/* ---- For policies ---- */

/* Candidate `index` of a level, as a step with production's draws. */
struct sim_step sim_search_candidate(const struct sim_search *search, const struct sim_level *level,
                                     uint32_t index);

bool sim_search_is_asleep(const struct sim_search *search, const struct sim_level *level,
                          struct sim_step step);

/* Finds out what a step touches, and draws, when it is made after the steps of the reversal, from a
 * level on. The world is elsewhere then. False: it cannot be made there, or there is no memory. */
bool sim_search_probe(struct sim_search *search, uint32_t level, struct sim_step *last);

static inline struct sim_step sim_search_step_of(const struct sim_search *search, uint32_t event) {
    return search->levels[event].step;
}

/* The policies. */
extern const struct sim_search_policy sim_search_all;         /* search_all.c */
extern const struct sim_search_policy sim_search_sleep_sets;  /* search_sleep_sets.c */
extern const struct sim_search_policy sim_search_source_dpor; /* search_source_dpor.c */
extern const struct sim_search_policy sim_search_optimal_dpor;
extern const struct sim_search_policy sim_search_preemptions; /* search_bounded.c */
extern const struct sim_search_policy sim_search_delays;

#endif
