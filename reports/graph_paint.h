/* graph_paint.h - puts a laid-out causality graph into a picture. */
#ifndef REP_GRAPH_PAINT_H
#define REP_GRAPH_PAINT_H

#include "reports/graph_layout.h"
#include "reports/picture.h"
#include "reports/reports.h"

enum { REP_HEADER_HEIGHT = 74 /* title, facts, legend */ };

/* options: for its marks. REP_OK or REP_ENOMEM. */
int rep_graph_paint(const struct rep_layout *layout, const struct rep_graph_options *options,
                    struct rep_picture *picture);

#endif
