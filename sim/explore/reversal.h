/* reversal.h - what would have to happen for two racing events to come in the other order.
 *
 * Of a race e, e' in an execution E it is v = notdep(e, E) e': the events after e that do not
 * happen after it, then e'. The sequence stands in the search, and steps can be taken out of it
 * from its front, in any order that happens-before allows: what is asked of it is of what is left.
 */
#ifndef SIM_EXPLORE_REVERSAL_H
#define SIM_EXPLORE_REVERSAL_H

#include "sim/explore/search.h"

/* Calls handle for every race of the events that are new, with the level before the earlier one and
 * the sequence in search->reversal; also for the steps of those who are blocked at the end. notdep
 * goes to the end of the execution, or with is_short to e' if what that touches is certain. Races
 * of which is_seen (may be null) says that they need not be looked at are left out, before anything
 * is built. False: no memory, or handle gave that. */
bool sim_reversals(struct sim_search *search, bool is_short,
                   bool (*is_seen)(const struct sim_search *search, uint32_t earlier,
                                   uint32_t later),
                   bool (*handle)(struct sim_search *search, uint32_t level));

/* The first step of a process that is left, or SIM_NONE. */
uint32_t sim_reversal_find(const struct sim_reversal *reversal, uint32_t process);

/* Is the i-th step, the first one left of its process, one of the initials: has nothing that is
 * left to come before it? */
bool sim_reversal_is_initial(const struct sim_search *search, uint32_t i);

/* Is a step independent of all that is left? */
bool sim_reversal_is_independent(const struct sim_search *search, struct sim_step step);

/* Takes the i-th step out, which is an initial. */
void sim_reversal_remove(struct sim_search *search, uint32_t i);

#endif
