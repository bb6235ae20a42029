/* stall.h - why nothing can happen any more: who waits for what, and who could have ended that. */
#ifndef SIM_STALL_H
#define SIM_STALL_H

struct sim_buffer;
struct sim_instance;
struct sim_run;

/* After the run has stalled: writes a failure with all of that. */
void sim_explain_stall(struct sim_run *run);

/* While others go on: adds where one of them waits, and who could end that, in lines. */
void sim_explain_wait(struct sim_run *run, const struct sim_instance *instance,
                      struct sim_buffer *text);

#endif
