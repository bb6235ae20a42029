/* arrivals.h - where what arrives at one instant may come in another order. */
#ifndef SIM_ARRIVALS_H
#define SIM_ARRIVALS_H

#include "sim/run.h"

/* Which of count >= 2 operations whose deadlines have come expires next. */
size_t sim_choose_expired(struct sim_run *run, struct cog_op *const *candidates, size_t count);

#endif
