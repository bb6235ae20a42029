/* graph_layout.h - where everything of a causality graph stands: columns across, rows down.
 *
 *      time   | host            | host
 *             | lane    lane    | lane          a column a lane; a row a step
 *      0ms  --+--[step]---------+------------   every new instant has a label and a hairline
 *             |         [step]  |
 *      // 840ms                                 an idle gap, folded
 *      900ms--+--[============ band =========]  what the world does
 *
 * A step is a maximal run of lines of one lane at one instant with nothing of another lane in
 * between, so rows keep the exact order of the run. Height stands for order, not for duration. All
 * numbers are points.
 */
#ifndef REP_GRAPH_LAYOUT_H
#define REP_GRAPH_LAYOUT_H

#include "reports/story.h"

enum {
    REP_MARGIN = 14,
    REP_PANEL_PADDING = 24, /* from the edge of the panel of a host to its boxes */
    REP_TIME_WIDTH = 74,    /* of the column with the times */
    REP_TIMER_WIDTH = 5,    /* of a timer's bar */
    REP_TIMER_DISTANCE =
        15,               /* from the left edge of the bar to its boxes: arrowheads fit between */
    REP_STEP_PADDING = 5, /* of text to the box's edge, above and below together */
    REP_BOX_MARGIN = 5,   /* left and right of the text */
};

struct rep_column {
    uint32_t host;
    int left;
    int width;
};

struct rep_step {
    size_t first; /* its first line */
    size_t count;
    uint32_t lane; /* REP_NONE: a band of the world */
    int top;
    int height;
};

enum rep_mark_kind {
    REP_MARK_INSTANT, /* time goes on: `ns` is the new time */
    REP_MARK_GAP,     /* nothing happened for `ns` */
    REP_MARK_NAMES,   /* the lanes' names again, for pictures longer than a screen */
};

struct rep_mark {
    enum rep_mark_kind kind;
    int y;
    int64_t ns;
};

struct rep_layout {
    const struct rep_story *story;
    struct rep_column *columns;
    uint32_t column_count;
    uint32_t *lane_column;
    struct rep_step *steps;
    size_t step_count;
    size_t *line_step; /* by line: its step's index; step_count when it is left out */
    int *line_top;     /* by line */
    struct rep_mark *marks;
    size_t mark_count;
    size_t omitted_count; /* steps left out at the end */
    int origin;           /* where the picture begins, from the left; 0, but of a second run */
    int top;              /* of the hosts' panels */
    int bottom;
    int left; /* of the hosts' panels */
    int right;
    int width;
    int height;
};

/* `header_height`: what to leave free above. REP_OK: to be released by rep_layout_term. REP_ENOMEM.
 */
int rep_layout_init(struct rep_layout *layout, const struct rep_story *story, size_t step_count_max,
                    int header_height);
void rep_layout_term(struct rep_layout *layout);

#endif
