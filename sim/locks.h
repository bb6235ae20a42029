/* locks.h - the locks of a run: each one, and each element of an array of them, has its own queue.
 * Internal to sim/. */
#ifndef SIM_LOCKS_H
#define SIM_LOCKS_H

#include "sim/evaluate.h"
#include "sim/run.h"

/* Makes run->locks, all free. Returns COG_OK or COG_ENOMEM. */
int sim_locks_make(struct sim_run *run);

/* The lock that an acquire or release is about; its index is evaluated. Returns as sim_evaluate().
 */
int sim_lock_find(struct sim_scope *scope, const struct sim_statement *statement,
                  struct sim_run_lock **lock);

#endif
