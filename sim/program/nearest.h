/* nearest.h - for a run that fails, the nearest one that does not: where the two part, only one
 * decision is another.
 */
#ifndef SIM_PROGRAM_NEAREST_H
#define SIM_PROGRAM_NEAREST_H

#include "sim/program/load.h"
#include "sim/shrink/critical_pair.h"

struct nearest {
    struct sim_schedule failing; /* as it was recorded */
    struct sim_critical_pair pair;
    struct sim_buffer reason; /* in words; empty: no pair was found */
};

/* Looks for it with some thousand runs at most, fewer of long ones. `schedule` null: production's
 * order. A scenario with C programs has none. COG_OK, also when there is none, or when the run does
 * not fail; COG_ENOMEM. Close it whatever that is. */
int nearest_find(struct nearest *nearest, struct loaded *loaded,
                 const struct sim_schedule *schedule, unsigned vary);
void nearest_close(struct nearest *nearest);

#endif
