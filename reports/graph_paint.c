/* graph_paint.c - puts a laid-out causality graph into a picture. */
#include "reports/graph_paint.h"

#include <stdlib.h>

#include "reports/painter.h"

int rep_graph_paint(const struct rep_layout *layout, const struct rep_graph_options *options,
                    struct rep_picture *picture) {
    struct rep_painter painter = {.layout = layout,
                                  .story = layout->story,
                                  .model = layout->story->model,
                                  .picture = picture,
                                  .marks = options->marks,
                                  .mark_count = options->mark_count};
    painter.line_box = calloc(layout->story->line_count + 1, sizeof painter.line_box[0]);
    if (painter.line_box == NULL)
        return REP_ENOMEM;
    picture->width = layout->width;
    picture->height = layout->height;
    /* Boxes cover what comes before them: bands cover timers, so that their words stay readable. */
    rep_paint_frame(&painter);
    rep_paint_timers(&painter);
    rep_paint_steps(&painter);
    rep_paint_arrows(&painter);
    free(painter.line_box);
    rep_text_term(&painter.scratch);
    return picture->failed ? REP_ENOMEM : REP_OK;
}
