/* report_explored.h - what --junit tells of a campaign, gathered scenario by scenario. */
#ifndef SIM_PROGRAM_REPORT_EXPLORED_H
#define SIM_PROGRAM_REPORT_EXPLORED_H

#include "sim/program/exploring.h"
#include "sim/program/output_explored.h"

/* Complaints are kept for the report as well, from its opening to its closing, which passes them
 * on. Without --junit nothing is done, here and below. */
void report_open(struct exploring *exploring);
void report_close(struct exploring *exploring, FILE *errors);

/* A scenario has been explored. Returns an exit code, other than EXIT_HELD after a complaint. */
int report_explored(struct exploring *exploring, const struct explored *explored);

/* A known failure was run again (corpus.h); message null: it held. Exit codes as above. */
int report_known(struct explore_campaign *campaign, const char *path, const char *message,
                 const char *text);

/* It could not be explored: the complaints tell why. */
void report_error(struct exploring *exploring, const char *path, uint32_t row);

/* Writes the report. Returns an exit code, other than EXIT_HELD after a complaint. */
int report_write(struct explore_campaign *campaign);

#endif
