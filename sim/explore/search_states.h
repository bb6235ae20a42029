/* search_states.h - explicit-state search: goes through the states of a scenario, each once,
 * whatever the ways that lead to it.
 *
 * Depth first. Where the state that a step leads to has been seen, the search goes back; a run is
 * judged where it ends, once for each state in which runs end. The steps of level i lead to level
 * i + 1:
 *
 *     level 0 (nothing has begun) --time--> level 1: the first state --step--> level 2 ...
 *
 * The world need not follow. A step that has been seen from a place like this is not executed: what
 * it does is known (effects.h). Only where it is not known, or a run has ended, is the world
 * brought to the level under way, from the nearest snapshot on.
 *
 * A *way round* is closed by a step that leads back to a state on the way to it. Where it is fair
 * it can go on for ever, and somebody in the foreground never ends: that is a *livelock*, or if
 * somebody who waits gets nothing while others go round, a *starvation* (round.h). If there are
 * ways round, but none of the shorter ones is fair, all states are gone through once more, and
 * kept: several of them may make up one that is (fair_rounds.h).
 */
#ifndef SIM_EXPLORE_SEARCH_STATES_H
#define SIM_EXPLORE_SEARCH_STATES_H

#include "sim/explore/ancestors.h"
#include "sim/explore/draws.h"
#include "sim/explore/effects.h"
#include "sim/explore/explorer.h"
#include "sim/explore/round.h"
#include "sim/explore/snapshot_pool.h"
#include "sim/explore/state.h"
#include "sim/explore/visited.h"

/* A step as it can be repeated. */
struct sim_state_step {
    uint32_t process; /* SIM_TIME_PROCESS: time passes */
    uint32_t draws;   /* number of its draws (draws.h) */
};

/* The steps from the start to somewhere. */
struct sim_state_way {
    struct sim_state_step *steps;
    uint32_t count;
};

struct sim_state_level {
    uint64_t hash;
    uint32_t change_first; /* into the state's changes: those of the step that led here */
    uint32_t other_first;  /* into others: those of this level */
    uint32_t process_next; /* processes below have been tried; when time passes: 0, until it has */
    uint32_t foreground_count;
    uint32_t snapshot; /* in the pool, or SIM_NONE */
    uint64_t enabled;  /* a bit for each process that can make a step; all: not told */
    enum sim_next next;
    struct sim_state_step step; /* being explored from here */
    bool is_known;              /* not executed: it did nothing beside */
};

/* Fair ways round of a kind. */
struct sim_state_rounds {
    uint64_t count;
    struct sim_state_way way; /* the first */
    uint32_t first;           /* its steps from this one on are the way round */
    uint64_t starved;         /* by whom it is a starvation */
};

struct sim_state_search {
    struct sim_explorer *explorer;
    const struct cog_allocator *allocator;
    struct sim_state state;
    struct sim_visited visited;
    struct sim_effects effects;
    struct sim_ancestors ancestors;
    struct sim_draws draws;
    struct sim_snapshot_pool pool;
    struct sim_footprint footprint; /* of the step executed last */
    struct sim_state_level *levels;
    uint32_t depth;
    size_t level_capacity;
    struct sim_state_deed *deeds; /* of the levels' steps that were executed */
    size_t deed_capacity;
    struct sim_state_step
        *others; /* the steps of a level with draws of their own, yet to be tried */
    uint32_t other_count;
    size_t other_capacity;
    uint32_t world_depth; /* the level that the world stands at; SIM_NONE: none on the way */
    uint64_t foreground;  /* processes that have been made so far and are not in the background */
    struct sim_state_graph *graph; /* to record states and steps in; null: nothing is recorded */

    /* What to do; set between init and run. */
    bool is_forgetful;        /* every step is executed, whether its effect is known or not */
    bool stops_at_failure;    /* or at a fair way round */
    uint64_t state_count_max; /* stops there; 0: never */
    uint32_t edge_count_max;  /* as many steps are kept to look for ways round; 0: 8 million */
    bool (*should_stop)(void *context); /* asked now and then; may be null */
    void *stop_context;

    /* What it came to. */
    uint64_t state_count;
    uint64_t transition_count; /* that were tried */
    uint64_t executed_count;   /* of them, that had to be executed */
    uint64_t round_count;      /* ways round, fair or not */
    struct sim_state_rounds livelocks;
    struct sim_state_rounds starvations;
    struct sim_state_way failure; /* to the first run that failed */
    bool has_ended;               /* there is nothing left to explore */
    bool is_complete;             /* and nothing was left out, but for states of equal hashes */
    bool has_looked_in_part; /* there were too many steps, or too little time, to look at all ways
                                round */
    bool is_out_of_memory;
};

/* COG_OK, COG_ENOMEM; COG_EUNSUPPORTED: the scenario uses sockets, or its order does not vary. The
 * explorer must be fresh, and is the search's from then on. Unless COG_OK there is nothing to free.
 */
int sim_state_search_init(struct sim_state_search *search, struct sim_explorer *explorer,
                          struct sim_program *program);
void sim_state_search_term(struct sim_state_search *search);

/* Lets the world, of which it is known what can come next, make a step that was made before. */
void sim_state_search_take(struct sim_state_search *search, struct sim_state_step step);

/* COG_OK, COG_ENOMEM. */
int sim_state_search_run(struct sim_state_search *search);

#endif
