/* replay_recording.h - cogsim replay of a recording: runs a C program on what was recorded. */
#ifndef SIM_PROGRAM_REPLAY_RECORDING_H
#define SIM_PROGRAM_REPLAY_RECORDING_H

#include <stdbool.h>

struct replay_recording_settings {
    const char *program_path; /* null: it was not named, which is an error */
    const char *trace_path;   /* may be null */
    bool log;
    bool json;
};

/* Returns an exit code: EXIT_NOT_HELD where the program departs from the recording. */
int replay_recording(const char *path, const struct replay_recording_settings *settings);

#endif
