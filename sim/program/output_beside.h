/* output_beside.h - what explore prints of the nearest run beside a failure, and how to go these
 * ways again. */
#ifndef SIM_PROGRAM_OUTPUT_BESIDE_H
#define SIM_PROGRAM_OUTPUT_BESIDE_H

#include "sim/program/output_explored.h"

/* The rest of a command about this scenario, on a schedule or two; other null: on one. */
void output_again(FILE *file, const struct explored *explored, const char *schedule,
                  const char *other);

/* The command that compares the two, the pages that do, or why there is none. */
void output_beside(FILE *file, const struct explored *explored);

#endif
