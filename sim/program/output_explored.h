/* output_explored.h - how the result of an exploration is printed: for people, and as JSON. */
#ifndef SIM_PROGRAM_OUTPUT_EXPLORED_H
#define SIM_PROGRAM_OUTPUT_EXPLORED_H

#include "sim/explore/exploration.h"
#include "sim/shrink/shrinker.h"

#include <stdio.h>

/* What is to be told of one scenario. */
struct explored {
    const char *path;
    const struct sim_scenario *scenario;
    const struct sim_explored *result;
    const char *failures; /* of the first run that failed, as output_failures wrote them; or null */
    const char *failures_json;       /* the same as a JSON list; or null */
    const char *schedule;            /* of that run, its lines indented; null: none has failed */
    const char *schedule_path;       /* the file that it was written to; empty: none */
    uint32_t schedule_count;         /* lines of it */
    const struct sim_shrunk *shrunk; /* what the failure came down to; or null */
    const char *shrunk_path;         /* of the file with the small scenario; empty: none */
    const char *nearest_path;        /* of the way of the nearest run that passes; empty: none */
    bool nearest_passes;             /* else it fails in another way */
    bool has_no_traces;              /* so that the two cannot be compared */
    const char *diff_path;           /* of the page with what differs; empty: none */
    const char *page_path;           /* of the page with both timelines; empty: none */
    const char *no_page;             /* why there is none; empty: nobody wants one */
    const char *again;               /* options of a command that runs it the same way */
    bool is_strict;                  /* what never came into play does not hold */
    bool colour;
};

/* Whether everything held that an exploration decides. */
bool explored_is_ok(const struct explored *explored);

/* The verdict in a line, then what did not hold, and the outcomes. */
void output_explored(FILE *file, const struct explored *explored);

/* Whether all has been seen: "complete", "all within the bound", .. */
const char *explored_extent(const struct explored *explored);

/* What did not hold, without heading, outcomes and decisions, as plain text, which is the caller's;
 * null: no memory. */
char *output_reasons(const struct explored *explored);

/* The outcomes of a tally, the most frequent first; the caller's, as a list; null: no memory. */
const struct sim_outcome **output_sort_outcomes(const struct sim_tally *tally);

/* One JSON object in one line. False: no memory. */
bool output_explored_json(FILE *file, const struct explored *explored);

#endif
