/* explanation_log.h - why a clause about log lines does not hold. Internal to the explanations. */
#ifndef SIM_EXPLANATION_LOG_H
#define SIM_EXPLANATION_LOG_H

#include "sim/explanation.h"

void sim_explain_log(struct sim_explanation *explanation, const struct sim_clause *clause);
void sim_explain_no_log(struct sim_explanation *explanation, const struct sim_clause *clause);
void sim_explain_before(struct sim_explanation *explanation, const struct sim_clause *clause);

/* Rows of the lines that a `log` clause means, at most three. */
void sim_explain_lines(struct sim_explanation *explanation, const struct sim_clause *clause,
                       const char *label);

/* A row of a line. */
void sim_explain_line(struct sim_explanation *explanation, enum sim_side side, const char *label,
                      const struct sim_log_line *line);

/* "at 5ms", "at 1ms..9ms": a cell of its own. */
void sim_explain_expected_at(struct sim_explanation *explanation, const struct sim_clause *clause);

#endif
