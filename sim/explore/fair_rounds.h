/* fair_rounds.h - finds fair ways round (round.h) among all states, where there are any.
 *
 * A search sees those that lead back to a state on its way; but a fair one may go by a state more
 * than once, and then no single step closes it. So states are taken apart into those that can be
 * come to from each other; who is passed over in all of them is looked for, his places are left
 * out, and what remains is taken apart again, until nobody is passed over or nothing remains.
 * What is left is gone round once as shortly as may be; first with each process in mind that could
 * be starved, then for the sake of going round alone.
 */
#ifndef SIM_EXPLORE_FAIR_ROUNDS_H
#define SIM_EXPLORE_FAIR_ROUNDS_H

#include "sim/explore/search_states.h"
#include "sim/explore/state_graph.h"

/* Adds what is found to the search's starvations and livelocks: one for each process that can be
 * starved in a part of the states, or one for the part. Node 0 stands for the start, and the graph
 * is finished. COG_OK, COG_ENOMEM. */
int sim_fair_rounds_find(struct sim_state_search *search, const struct sim_state_graph *graph);

#endif
