/* judge.h - does what must hold hold? */
#ifndef SIM_JUDGE_H
#define SIM_JUDGE_H

struct sim_run;

/* Looks at everything that the scenario expects, and at what is always expected, after the run has
 * ended. What does not hold goes into the journal. */
void sim_judge(struct sim_run *run);

#endif
