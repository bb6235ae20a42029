/* stall_file.h - a stall as a picture: who waits for whom. */
#ifndef SIM_PROGRAM_STALL_FILE_H
#define SIM_PROGRAM_STALL_FILE_H

#include <stdio.h>

struct sim_run;
struct sim_scenario;

/* Draws why a run has stalled. Returns an exit code, other than EXIT_HELD after a complaint to
 * errors. */
int stall_file_write(struct sim_run *run, const struct sim_scenario *scenario, const char *path,
                     FILE *errors);

#endif
