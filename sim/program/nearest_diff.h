/* nearest_diff.h - a run that fails beside the nearest one that passes, in a file. */
#ifndef SIM_PROGRAM_NEAREST_DIFF_H
#define SIM_PROGRAM_NEAREST_DIFF_H

#include "sim/program/load.h"
#include "sim/schedule.h"

#include <stdio.h>

/* The two ways, failing and passing. */
struct nearest_diff {
    struct loaded *loaded;
    unsigned vary;                /* a set of enum sim_vary */
    uint64_t statement_count_max; /* of a run; 0: the default */
    size_t memory_bytes;          /* of a world; 0: the default */
    const struct sim_schedule *schedules[2];
    const char *names[2]; /* what the file calls them */
};

/* Goes both ways and writes what differs (rep_diff_write). Returns an exit code, other than
 * EXIT_HELD after a complaint. */
int nearest_diff_write(const struct nearest_diff *nearest, const char *path, FILE *errors);

#endif
