/* judge.h - does what must hold hold? */
#ifndef SIM_JUDGE_H
#define SIM_JUDGE_H

#include <stdint.h>

struct sim_run;
struct sim_scope;
struct sim_statement;

/* Looks at everything that the scenario expects, and at what is always expected, after the run has
 * ended. What does not hold goes into the journal. */
void sim_judge(struct sim_run *run);

/* Which line of `expect outcomes` a run that has ended came to; SIM_NONE: none, or there are none.
 */
uint32_t sim_judge_outcome_line(struct sim_run *run);

/* A `check` does not hold: into the journal, at once. */
void sim_judge_check(struct sim_scope *scope, const struct sim_statement *statement);

#endif
