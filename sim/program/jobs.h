/* jobs.h - independent pieces of work, several at a time, whose output comes in their order. */
#ifndef SIM_PROGRAM_JOBS_H
#define SIM_PROGRAM_JOBS_H

#include "sim/explore/batch.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Does piece `index`, and prints to these files only. Returns an exit code. */
typedef int (*job_function)(void *context, size_t index, FILE *output, FILE *errors);

/* Does pieces 0 to count - 1, `thread_count` of them at a time; 1: one after the other, in this
 * thread, printing as they go. helpers (may be null) get the threads that have nothing to do.
 * Returns the worst of their exit codes. */
int do_jobs(size_t count, uint64_t thread_count, job_function job, void *context,
            struct sim_helpers *helpers);

#endif
