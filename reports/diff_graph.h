/* diff_graph.h - the beginning of a difference as a picture: two causality graphs beside each
 * other, up to a little after the runs part. */
#ifndef REP_DIFF_GRAPH_H
#define REP_DIFF_GRAPH_H

#include "reports/graph_layout.h"
#include "reports/reports.h"

/* As rep_graph_write. What event 123 of the second run shows up in has the id b-event-123. */
int rep_diff_graph_write(const struct rep_diff *diff, const struct rep_diff_options *options,
                         const char *path, struct rep_error *error);

/* Two layouts of which rows of a difference are to stand at the same height. */
struct rep_diff_heights {
    const struct rep_diff *diff;
    size_t row_first; /* of those that are drawn */
    size_t row_end;
    struct rep_layout *layouts[2];
    int *rooms[2];  /* by step: what to leave free above it */
    int *shifts[2]; /* by step: how far it goes down; filled in */
};

/* The step of the event of a row's line, from a row on; SIZE_MAX: none. */
size_t rep_diff_step_of(const struct rep_diff_heights *heights, int run, size_t row);

/* Moves what stands in the layouts down. */
void rep_diff_set_heights(struct rep_diff_heights *heights);

#endif
