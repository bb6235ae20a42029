/* reversal.h - what would have to happen for two racing events to come in the other order. */
#ifndef SIM_EXPLORE_REVERSAL_H
#define SIM_EXPLORE_REVERSAL_H

#include "sim/explore/search.h"

/* v = notdep(e, E) e': the events after e that do not happen after it, then e'. Stands in the
 * search's scratch. */
struct sim_reversal {
    uint32_t level; /* before e */
    uint32_t count;
};

/* Calls handle for every race of the events that are new, and for the announced steps of those who
 * are blocked at the end. notdep goes to the end of the execution, or with is_short to e'. */
bool sim_reversals(struct sim_search *search, bool is_short,
                   bool (*handle)(struct sim_search *search, struct sim_reversal reversal));

/* Is the i-th step of v one of its initials: nothing before it in v happened before it? */
bool sim_reversal_is_initial(const struct sim_search *search, uint32_t i);

/* The first step of a process in v, or count. */
uint32_t sim_reversal_find(const struct sim_search *search, uint32_t count, uint32_t process);

/* Is a step independent of all of v? */
bool sim_reversal_is_independent(const struct sim_search *search, uint32_t count,
                                 struct sim_step step);

#endif
