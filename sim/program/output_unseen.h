/* output_unseen.h - what samples tell of the executions that were not among them. */
#ifndef SIM_PROGRAM_OUTPUT_UNSEEN_H
#define SIM_PROGRAM_OUTPUT_UNSEEN_H

#include "sim/explore/exploration.h"

#include <jansson.h>
#include <stdio.h>

/* Of how many executions about those are that were seen; nothing: it is not known. */
void output_estimate(const struct sim_explored *result, struct sim_buffer *buffer);

/* Nothing where all has been seen, or one has failed. */
void output_unseen(FILE *file, const struct sim_explored *result);

/* executions_about: as text, for it may be large; kinds: pairs of runs and kinds. */
void output_unseen_json(json_t *object, const struct sim_explored *result);

#endif
