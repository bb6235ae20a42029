/* output.h - how the result of a run is printed: for people, as log lines, as JSON. */
#ifndef SIM_PROGRAM_OUTPUT_H
#define SIM_PROGRAM_OUTPUT_H

#include "sim/cogsim.h"

#include <stdio.h>

/* More failures than these are only counted. */
enum { OUTPUT_FAILURES_MAX = 20 };

/* What is shown beside the failures themselves. Zero everywhere is nothing. */
struct output_details {
    char *const *recent; /* of each failure, what its coroutines did last, or null; may be null */
    bool colour;
};

/* The verdict in a line, and below it what did not hold. details may be null. */
void output_explained(FILE *file, const char *path, const struct sim_scenario *scenario,
                      const struct sim_result *result, const struct output_details *details);

/* What did not hold in a run, without a heading. details may be null. */
void output_failures(FILE *file, const char *path, const struct sim_scenario *scenario,
                     const struct sim_journal *journal, const struct output_details *details);

/* "ok    FILE [row]: title", or FAIL. */
void output_title(FILE *file, const char *path, const struct sim_scenario *scenario, bool ok,
                  bool colour);

/* "    FILE:LINE: ", where something did not hold. */
void output_place(FILE *file, const char *path, const struct sim_scenario *scenario, uint32_t line);

/* Takes the escape sequences that colour a text out of it. Those that were in it before do not get
 * there: they are escaped. */
void remove_colours(char *text);

/* TIME<TAB>CORO<TAB>TEXT, a line each. Bytes that would break a line are escaped. */
void output_log(FILE *file, const struct sim_result *result);

/* What did not hold in a run, as a JSON list; freed by the caller. Null: no memory. */
char *output_failures_json(const struct sim_scenario *scenario, const struct sim_result *result);

/* One JSON object in one line. False: no memory. result null: the scenario is not right, and its
 * diagnostics are the failures. */
bool output_json(FILE *file, const char *path, const struct sim_scenario *scenario,
                 const struct sim_result *result, const struct sim_diagnostics *diagnostics);

#endif
