/* clause.h - what an expectation says, judged after the run has ended. Internal to the judge. */
#ifndef SIM_CLAUSE_H
#define SIM_CLAUSE_H

#include "sim/run.h"

/* Is it an instance of the coroutine or routine that a clause names? */
bool sim_clause_is_of(const struct sim_run *run, const struct sim_instance *instance,
                      const struct sim_clause *clause);

/* Is it a line that a `log` or `no log` clause means: text, coroutine and time? And how many are
 * there? */
bool sim_clause_matches_line(const struct sim_run *run, const struct sim_clause *clause,
                             const struct sim_log_line *line);
int64_t sim_clause_count_lines(const struct sim_run *run, const struct sim_clause *clause);

/* The index of the first line of the log like a pattern, or SIZE_MAX. */
size_t sim_first_line_like(const struct sim_run *run, struct sim_text pattern);

bool sim_clause_holds(struct sim_run *run, const struct sim_clause *clause);

#endif
