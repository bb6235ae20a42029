/* output_shrunk.h - how what is left of a failure is printed: for people, and as JSON. */
#ifndef SIM_PROGRAM_OUTPUT_SHRUNK_H
#define SIM_PROGRAM_OUTPUT_SHRUNK_H

#include "sim/shrink/shrinker.h"

#include <stdio.h>

/* The command line that shows the failure again. */
struct shown_again {
    const char *path;   /* of the file written, or of the scenario */
    const char *detail; /* what else the command says; "" for nothing */
};

/* Sizes before and after, the pair, and how to see it again (path null: no way). */
void output_shrunk(FILE *file, const char *path, const struct sim_shrunk *shrunk,
                   const struct shown_again *again);

/* One JSON object in one line. False: no memory. */
bool output_shrunk_json(FILE *file, const char *path, const struct sim_shrunk *shrunk,
                        const char *out);

/* The pair as a JSON object; "null" where there is none. The caller frees it; null: no memory. */
char *output_pair_json(const struct sim_critical_pair *pair, const char *words);

#endif
