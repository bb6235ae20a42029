/* recording_file.h - a recording that the command line names. */
#ifndef SIM_PROGRAM_RECORDING_FILE_H
#define SIM_PROGRAM_RECORDING_FILE_H

#include "sim/recording.h"

/* Opens it; close it by sim_recording_close. Returns an exit code, other than EXIT_HELD after a
 * complaint, and then there is nothing to close. */
int recording_open(struct sim_recording *recording, const char *path);

#endif
