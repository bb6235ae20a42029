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

/* How a run is painted, apart from where everything stands. */
struct rep_graph_look {
    const struct rep_graph_mark *marks;
    size_t mark_count;
    const char *words; /* below the facts, of what is shown; "": nothing is to be said */
    bool has_legend;
    const char *id_prefix;   /* of all that links lead to: of the second of two runs "b-" */
    const uint8_t *is_cause; /* by line: it is one of the causes that are pointed at; null: none */
};

/* REP_OK or REP_ENOMEM. */
int rep_graph_paint(const struct rep_layout *layout, const struct rep_graph_look *look,
                    struct rep_picture *picture);

#endif
