/* world.h - the parts of an instant, for those who go through one step by step. Internal to sim/.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "sim/run.h"

/* The run has come to its end, or is void. */
bool sim_world_is_over(const struct sim_run *run);

/* What happens first at an instant: `at` blocks, coroutines that start, arrivals. */
void sim_world_begin_instant(struct sim_run *run);

/* Something is ready, has arrived, or is due on the host. */
bool sim_world_is_awake(const struct sim_run_host *host);

/* One iteration of the host's scheduler. */
void sim_world_iterate(struct sim_run *run, struct sim_run_host *host);

/* Delivers what arrives at this very instant; false: nothing. */
bool sim_world_deliver(struct sim_run *run);

/* Will anything ever happen again? */
bool sim_world_has_next(struct sim_run *run);

/* Time moves to the next instant at which anything happens; false: there is none, and the run is
 * stalled. */
bool sim_world_advance(struct sim_run *run);

/* Everything, in production's order, to the end of the run. */
void sim_world_go(struct sim_run *run);

/* Whatever ended the run, this is looked at then. */
void sim_world_finish(struct sim_run *run);

#endif
