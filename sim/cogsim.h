/* cogsim.h - libcogsim: runs scenario files on libcogen, in a simulated world.
 *
 *     source, diagnostics (language/source.h, language/diagnostics.h)
 *       -> sim_scenario_parse (language/language.h): a checked tree
 *       -> sim_program_init (code.h): instructions
 *       -> sim_run_new, sim_run_execute: a run, judged
 *
 * A run depends on nothing but the scenario: the same trace, byte for byte, on every machine. Runs
 * know nothing of each other; any number may exist at once, in any threads, each used by one.
 */
#ifndef SIM_COGSIM_H
#define SIM_COGSIM_H

#include "core/cogen.h"
#include "sim/code.h"
#include "sim/journal.h"
#include "sim/language/ast.h"
#include "sim/language/diagnostics.h"
#include "sim/language/language.h"
#include "sim/language/source.h"

#define SIM_STATEMENTS_DEFAULT UINT64_C(10000000)
#define SIM_MEMORY_DEFAULT ((size_t)1 << 30)

struct sim_chooser;
struct sim_guide;
struct sim_image;
struct sim_stepping;
struct sim_witness;

/* Zero everywhere is the default. */
struct sim_run_options {
    const struct cog_allocator *allocator; /* for what is not the world's memory. Null: malloc */
    const struct sim_source *source; /* of the scenario, for failures to quote statements from.
                                        Null: they are named. Must outlive the run */
    const char *trace_path;          /* where the trace goes. Null: nowhere, it is only hashed */
    uint64_t
        statement_count_max; /* a run that executes more is given up. 0: SIM_STATEMENTS_DEFAULT */
    struct sim_guide *guide; /* which way the run goes (guide.h). Null: production's */
    const struct sim_chooser *chooser; /* of explorers: decides what may vary (choice.h) */
    struct sim_stepping *stepping;     /* likewise: the order of steps is chosen (stepping.h) */
    struct sim_witness *witness; /* to whom C programs show how far they have come. Null: nobody */
    const struct sim_image *images; /* of each host, open already; they are not closed. Null: each
                                       run loads its own */
    bool is_untraced;               /* no event is written or hashed; trace_path is null */
    size_t memory_bytes; /* of the world, at most, and of its log. 0: SIM_MEMORY_DEFAULT */
};

struct sim_run;

/* The name that the trace has until it is complete, for a program that wants to remove it when it
 * is interrupted. Null without a trace. The run's, until it has been executed. */
const char *sim_run_temporary_path(const struct sim_run *run);

struct sim_result {
    bool ok;              /* everything held */
    int64_t time_ns;      /* world time at the end */
    uint64_t step_count;  /* resumptions of coroutines */
    uint64_t event_count; /* in the trace */
    uint64_t trace_hash;
    const struct sim_journal *journal; /* log and failures; the run's, until it is freed */
};

/* Makes the world of a program, which must outlive it. COG_OK, COG_ENOMEM, or COG_EIO with errno
 * set (the trace cannot be written). */
int sim_run_new(const struct sim_program *program, const struct sim_run_options *options,
                struct sim_run **out);

/* Runs and judges it, once. COG_OK whatever the verdict; COG_ENOMEM (of the world or of the
 * machine); COG_EIO with errno set: the trace could not be written, and no part of it is left.
 * *result is filled in but for the hash then. */
int sim_run_execute(struct sim_run *run, struct sim_result *result);

/* Null is allowed. */
void sim_run_free(struct sim_run *run);

#endif
