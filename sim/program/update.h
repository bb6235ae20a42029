/* update.h - cogsim run --update: rewrites the expectations of a scenario file to what happened. */
#ifndef SIM_PROGRAM_UPDATE_H
#define SIM_PROGRAM_UPDATE_H

#include "sim/program/load.h"

#include <stdio.h>

/* What is updated from what. */
struct update_of_file {
    const struct loaded *loaded;
    const char *root;                      /* that its includes must stay inside */
    const struct sim_run_options *options; /* that it was run with */
    FILE *output;
    FILE *errors;
};

/* After a run that was executed with COG_OK and in which something did not hold. Shows what changes
 * and, when a terminal is there to ask (standard input, and the output is standard output), asks
 * whether to write it. What is written was run before: all that was rewritten holds. Returns an
 * exit code: EXIT_HELD if everything holds now. */
int update_scenario(const struct update_of_file *file, struct sim_run *run);

#endif
