/* confined.h - does something in a process of its own, because C code under test takes part in it:
 * if that crashes, or does not come back, this program goes on and tells it.
 */
#ifndef SIM_PROGRAM_CONFINED_H
#define SIM_PROGRAM_CONFINED_H

#include "sim/cogsim.h"
#include "sim/crash.h"

#include <stdio.h>

/* Where things are, for whoever does something in the other process. */
struct confined_place {
    FILE *output; /* what is written there arrives at the outputs of the caller */
    FILE *errors;
    struct sim_witness *witness; /* to be given to runs and guides */
    char *temporary;             /* the name of a file that a crash must not leave behind */
};

enum { CONFINED_PATH_BYTES = 4200, CONFINED_CRASHED = -1 };

/* Returns an exit code, from the other process. */
typedef int (*confined_function)(void *context, const struct confined_place *place);

struct confined {
    int64_t hang_ns; /* 0: the default */
    void *shared;
    struct sim_prints prints; /* by C code */
    struct sim_crash crash;
};

/* COG_OK, COG_EIO with errno set. */
int confined_open(struct confined *confined, int64_t hang_ns);
void confined_close(struct confined *confined);

/* Does it; what is written goes to output and errors. Returns its exit code; CONFINED_CRASHED, with
 * what is known of that in *confined; EXIT_ENVIRONMENT after a complaint. */
int confined_do(struct confined *confined, confined_function function, void *context, FILE *output,
                FILE *errors);

/* After a crash, or else: what it showed. */
const struct sim_witness *confined_witness(const struct confined *confined);

/* Adds the crash to a journal, as a failure of the host's line; false: no memory. */
bool confined_fail(const struct confined *confined, const struct sim_scenario *scenario,
                   struct sim_journal *journal);

/* Tells a crash as the verdict of a run: for people, or as JSON. Returns an exit code. */
int confined_tell(const struct confined *confined, const char *path,
                  const struct sim_scenario *scenario, bool json, FILE *output, FILE *errors);

#endif
