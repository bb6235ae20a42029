/* explain.h - the verdict on a run, and for one that failed what the coroutines concerned did last:
 * it is run again, which does the same, with its trace in a temporary file. */
#ifndef SIM_PROGRAM_EXPLAIN_H
#define SIM_PROGRAM_EXPLAIN_H

#include "sim/guide.h"
#include "sim/program/load.h"

#include <stdio.h>

/* After a run of `loaded` with these options. If it cannot be run again, the verdict is printed
 * without that. */
void explain_verdict(FILE *file, const struct loaded *loaded, const struct sim_run_options *options,
                     const struct sim_result *result, bool colour);

/* The same without the line of the verdict. */
void explain_failures(FILE *file, const struct loaded *loaded,
                      const struct sim_run_options *options, const struct sim_result *result,
                      bool colour);

/* The trace of the same run once more, by its hash, or with 0 whatever it does; null: it was not to
 * be had. */
struct rep_trace;
struct rep_trace *explain_trace(const struct loaded *loaded, const struct sim_run_options *options,
                                uint64_t hash);

/* The trace of a run of C programs, in a process of its own; null, too, if that crashes. hang_ns of
 * a step, 0: the default. */
struct rep_trace *explain_trace_apart(const struct loaded *loaded,
                                      const struct sim_guide_options *guide_options,
                                      int64_t hang_ns);

#endif
