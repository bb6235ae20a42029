/* traced.h - the trace of what the command line names: of a scenario, which is run first, or a
 * trace that is there.
 */
#ifndef SIM_PROGRAM_TRACED_H
#define SIM_PROGRAM_TRACED_H

#include "reports/reports.h"
#include "sim/program/load.h"
#include "sim/program/options.h"
#include "sim/run.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* What the command line says of the run. */
struct traced_settings {
    const char *root;          /* null: that of the path */
    const char *schedule_path; /* null: the scenario's own, or none */
    bool is_guided;            /* decisions are told, where there is no schedule, too */
    bool expects_failures;     /* one is nothing to complain of */
    unsigned vary;             /* what may, on a schedule; 0: as the scenario says */
    uint32_t row;              /* from 1; 0: not said */
    bool salvages;             /* what comes before the damage, of a trace that is damaged */
    struct definitions definitions;
    /* Null, or looks at a run that is over, on its own behalf: with programs in C in the process in
     * which they ran. Returns an exit code; with other than EXIT_HELD there is no trace. */
    int (*look)(void *context, struct sim_run *run, const struct loaded *loaded, FILE *errors);
    void *context;
};

/* The options that say it, for a command's list; but for --schedule, of which some take two. */
#define TRACED_OPTIONS(settings)                                                                   \
    {"-D", OPTION_DEFINE, &(settings)->definitions}, {"--row", OPTION_ROW, &(settings)->row},      \
        {"--root", OPTION_TEXT, &(settings)->root}, {"--vary", OPTION_VARY, &(settings)->vary}, {  \
        "--salvage", OPTION_SWITCH, &(settings)->salvages                                          \
    }

#define TRACED_SCHEDULE_OPTION(settings)                                                           \
    { "--schedule", OPTION_TEXT, &(settings)->schedule_path }

#define TRACED_SCHEDULE_HELP "  --schedule FILE  go this way, as 'cogsim replay' does\n"

#define TRACED_HELP                                                                                \
    "  --vary KINDS     what may vary on a schedule, as 'cogsim explore' was told when it wrote "  \
    "that\n"                                                                                       \
    "  -D NAME=VALUE    give a parameter another value\n"                                          \
    "  --row N          the run of this row of an 'each' table\n"                                  \
    "  --root DIR       includes must stay inside DIR\n"                                           \
    "  --salvage        of a trace that is cut or damaged, take what comes before the damage\n"

/* What a file is, by how it begins. */
enum content { CONTENT_SCENARIO, CONTENT_TRACE, CONTENT_STORE };

/* Returns an exit code, other than EXIT_HELD after a complaint that it cannot be read. */
int content_of(const char *path, enum content *content);

/* Where the trace is. */
struct traced {
    const char *path;  /* of its file */
    const char *shown; /* what the command line calls it */
    bool is_own;       /* a temporary file */
    char own_path[1024];
};

/* Runs a scenario, or finds a trace. Returns an exit code, other than EXIT_HELD after a complaint.
 * Close it whatever that is. */
int traced_open(struct traced *traced, char *path, struct traced_settings *settings);
void traced_close(struct traced *traced);

enum { TRACED_NAME_BYTES = 8300 };

/* What the run is called: "a.scn --schedule found/a.scn.schedule". */
void traced_name(const char *path, const struct traced_settings *settings,
                 char name[TRACED_NAME_BYTES]);

/* The same, and reads the trace. *trace is the caller's. */
int traced_load(char *path, struct traced_settings *settings, struct rep_trace **trace);

/* Complains of what the reports found wrong with a trace, and tells what could be saved of it.
 * Returns the exit code for `status`. */
int traced_tell(const struct traced *traced, int status, const struct rep_error *error);

/* The exit code for what a function of the reports returned. */
int code_of_report(int status);

/* Prints the text that a function of the reports made, and frees it; or complains. Returns the exit
 * code for `status`, which that returned. */
int print_report(int status, char *text);

#endif
