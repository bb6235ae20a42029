/* graph_paint.h - puts a laid-out causality graph into a picture. */
#ifndef REP_GRAPH_PAINT_H
#define REP_GRAPH_PAINT_H

#include "reports/graph_layout.h"
#include "reports/picture.h"
#include "reports/reports.h"

enum {
    REP_HEADER_HEIGHT = 74, /* title, facts, legend */
    REP_HEADER_MORE = 16,   /* what part of the run it is, if it is one */
};

/* options: for its marks. `part_words` head the picture of a part, "" if it is of the whole run.
 * REP_OK or REP_ENOMEM. */
int rep_graph_paint(const struct rep_layout *layout, const struct rep_graph_options *options,
                    const char *part_words, struct rep_picture *picture);

#endif
