/* guided.h - runs that follow a schedule: the scenario's own, or that of a file. */
#ifndef SIM_PROGRAM_GUIDED_H
#define SIM_PROGRAM_GUIDED_H

#include "sim/guide.h"
#include "sim/program/load.h"

#include <stdio.h>

struct guided_settings {
    const char *schedule_path; /* null: the `schedule` block of the scenario */
    bool is_always_open;       /* without a schedule, too: then all is decided as in production */
    unsigned vary;             /* what may; 0: as the scenario says */
    const char *then_text;     /* "canonical" or "random"; null: canonical */
    uint64_t seed;
};

struct guided {
    struct sim_guide guide;
    struct sim_schedule schedule;
    const char *schedule_path;
    const struct loaded *loaded;
    bool is_open; /* there is a schedule to follow */
};

/* Opens the schedule that a scenario is to be run with, if there is one. Returns an exit code,
 * other than EXIT_HELD after a complaint. Close it whatever that is. */
int guided_open(struct guided *guided, struct loaded *loaded,
                const struct guided_settings *settings, FILE *errors);
void guided_close(struct guided *guided);

/* The guide for the options of a run; null: there is no schedule. */
struct sim_guide *guided_guide(struct guided *guided);

/* After a run: warns where it could not follow. */
void guided_tell_drifts(const struct guided *guided, FILE *errors);

/* What the scenario's `explore` line lets vary, else order. */
unsigned guided_vary(const struct sim_scenario *scenario);

/* Adds the kinds that --vary names, with commas between them; false: one is none. */
bool guided_read_vary(const char *text, unsigned *vary);

/* The other way round. */
void guided_add_vary(unsigned vary, struct sim_buffer *text);

#endif
