/* graph_paint.c - puts a laid-out causality graph into a picture. */
#include "reports/graph_paint.h"

#include <stdlib.h>

#include "reports/painter.h"

static void collect_events(struct rep_painter *painter) {
    const struct rep_story *story = painter->story;
    for (size_t event = painter->model->trace->event_count; event > 0; event--) {
        size_t line = story->event_line[event];
        if (line == 0)
            continue;
        painter->next_event[event] = painter->line_events[line - 1];
        painter->line_events[line - 1] = event;
    }
}

static void paint(struct rep_painter *painter) {
    rep_picture_extend(painter->picture, painter->layout->width, painter->layout->height);
    collect_events(painter);
    /* Boxes cover what comes before them: bands cover timers, so that their words stay readable. */
    rep_paint_frame(painter);
    rep_paint_timers(painter);
    rep_paint_steps(painter);
    rep_paint_arrows(painter);
}

int rep_graph_paint(const struct rep_layout *layout, const struct rep_graph_look *look,
                    struct rep_picture *picture) {
    struct rep_painter painter = {.layout = layout,
                                  .story = layout->story,
                                  .model = layout->story->model,
                                  .picture = picture,
                                  .look = look};
    painter.line_box = calloc(layout->story->line_count + 1, sizeof painter.line_box[0]);
    painter.line_events = calloc(layout->story->line_count + 1, sizeof painter.line_events[0]);
    painter.next_event =
        calloc(painter.model->trace->event_count + 1, sizeof painter.next_event[0]);
    bool whole =
        painter.line_box != NULL && painter.line_events != NULL && painter.next_event != NULL;
    if (whole)
        paint(&painter);
    free(painter.line_box);
    free(painter.line_events);
    free(painter.next_event);
    rep_text_term(&painter.scratch);
    return whole && !picture->failed ? REP_OK : REP_ENOMEM;
}
