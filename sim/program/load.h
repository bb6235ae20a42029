/* load.h - from the path of a scenario to a program that can run, with everything that is wrong
 * told.
 *
 *     load_source: reads the file and what it includes
 *     load_row: checks it and makes it ready to run, as it is with one row of its `each`
 *     unload
 */
#ifndef SIM_PROGRAM_LOAD_H
#define SIM_PROGRAM_LOAD_H

#include "sim/cogsim.h"

#include <stdio.h>

/* What the command line says of every file. */
struct load_settings {
    FILE *errors; /* where complaints go */
    struct sim_definition *definitions;
    uint32_t definition_count;
    bool is_check_only; /* no program is made */
    bool is_gcc_format; /* findings are for programs to read, a line each */
};

struct loaded {
    const char *path;
    const struct load_settings *settings;
    struct sim_source source;
    struct sim_diagnostics diagnostics; /* kept: their places and texts also go into JSON */
    struct sim_scenario *scenario;
    struct sim_program program;
    bool has_program;
};

/* Reads a file. What it includes must lie inside the folder `root`. Path and settings must outlive
 * *loaded. Returns an exit code, other than EXIT_HELD after a complaint. unload it whatever that
 * is. */
int load_source(struct loaded *loaded, const char *path, const char *root,
                const struct load_settings *settings);

/* Checks it with a row of its table (0 if it has none), and makes it ready to run; forgets the row
 * before. Findings are told of row 0, and of others if they are errors. Returns an exit code. */
int load_row(struct loaded *loaded, uint32_t row);

/* Reads a file as it stands, nothing spliced in, and checks its syntax only. Return exit codes;
 * findings are told if they are errors. */
int load_text(struct loaded *loaded, const char *path, const struct load_settings *settings);
int load_syntax(struct loaded *loaded);

/* Whether what is printed there should be coloured. */
bool wants_colour(FILE *file);

/* How many rows there are to run, once one was loaded: 1 without a table. */
uint32_t row_count(const struct loaded *loaded);

void unload(struct loaded *loaded);

#endif
