/* exploration_states.h - explores a scenario by its states. Internal to exploration. */
#ifndef SIM_EXPLORE_EXPLORATION_STATES_H
#define SIM_EXPLORE_EXPLORATION_STATES_H

#include "sim/explore/exploration.h"

/* COG_OK, COG_ENOMEM; COG_EUNSUPPORTED: the scenario uses sockets, or its order does not vary. */
int sim_explore_states(struct sim_explored *explored, struct sim_program *program,
                       const struct sim_exploration_options *options);

#endif
