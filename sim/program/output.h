/* output.h - how the result of a run is printed: for people, as log lines, as JSON. */
#ifndef SIM_PROGRAM_OUTPUT_H
#define SIM_PROGRAM_OUTPUT_H

#include "sim/cogsim.h"

#include <stdio.h>

/* The verdict in a line, and below it what did not hold. */
void output_verdict(FILE *file, const char *path, const struct sim_scenario *scenario,
                    const struct sim_result *result);

/* TIME<TAB>CORO<TAB>TEXT, a line each. Bytes that would break a line are escaped. */
void output_log(FILE *file, const struct sim_result *result);

/* One JSON object in one line. False: no memory. result null: the scenario is not right, and its
 * diagnostics are the failures. */
bool output_json(FILE *file, const char *path, const struct sim_scenario *scenario,
                 const struct sim_result *result, const struct sim_diagnostics *diagnostics);

#endif
