/* load.h - from the path of a scenario to a program that can run, with everything that is wrong
 * told on standard error. */
#ifndef SIM_PROGRAM_LOAD_H
#define SIM_PROGRAM_LOAD_H

#include "sim/cogsim.h"

struct loaded {
    struct sim_source source;
    struct sim_diagnostics diagnostics; /* kept: their places and texts also go into JSON */
    struct sim_scenario *scenario;
    struct sim_program program;
    bool has_program;
};

/* Reads and checks a scenario, and tells all that is wrong with it. Returns an exit code. unload it
 * whatever that is. */
int check_scenario(struct loaded *loaded, const char *path);

/* The same, and makes it ready to run; what cannot run is wrong too. */
int load_program(struct loaded *loaded, const char *path);

void unload(struct loaded *loaded);

#endif
