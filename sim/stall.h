/* stall.h - why nothing can happen any more: who waits for what, and who could have ended that. */
#ifndef SIM_STALL_H
#define SIM_STALL_H

struct sim_run;

/* After the run has stalled: writes a failure with all of that. */
void sim_explain_stall(struct sim_run *run);

#endif
