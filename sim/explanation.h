/* explanation.h - why an expectation does not hold, in words. Internal to the judge. */
#ifndef SIM_EXPLANATION_H
#define SIM_EXPLANATION_H

#include "sim/language/buffer.h"
#include "sim/run.h"

/* Adds what was found instead of what a clause, which does not hold, expects. */
void sim_explain(struct sim_run *run, const struct sim_clause *clause, struct sim_buffer *buffer);

/* Adds how a coroutine ended: "reader failed at 5ms (recv: ...)". */
void sim_explain_instance(const struct sim_instance *instance, struct sim_buffer *buffer);

#endif
