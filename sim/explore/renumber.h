/* renumber.h - a way told in the numbers that processes have when it is the first that is gone.
 *
 * Numbers are given as processes are met. An exploration has met some in other runs, in another
 * order; a guide (sim/guide.h), which goes the way by itself, meets them as they come.
 */
#ifndef SIM_EXPLORE_RENUMBER_H
#define SIM_EXPLORE_RENUMBER_H

#include "sim/explore/explorer.h"
#include "sim/explore/way.h"

/* known: those of the explorer whose way it is. options: what that was opened with. COG_OK,
 * COG_ENOMEM. */
int sim_way_renumber(struct sim_way *way, struct sim_processes *known, struct sim_program *program,
                     const struct sim_explorer_options *options);

#endif
