/* step_labels.h - processes and steps in words, for schedules. */
#ifndef SIM_STEP_LABELS_H
#define SIM_STEP_LABELS_H

#include "sim/language/buffer.h"
#include "sim/stepping.h"

/* "left", "worker[2]", "main/handler#2": the same in every run in which that process is made. */
void sim_label_process(const struct sim_run *run, const struct sim_instance *instance,
                       struct sim_buffer *buffer);

/* "left: set counter": who makes a step, and what that begins with. */
void sim_label_step(const struct sim_run *run, const struct sim_candidate *candidate,
                    struct sim_buffer *buffer);

#endif
