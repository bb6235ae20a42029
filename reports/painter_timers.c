/* painter_timers.c - the timers: a bar beside the lane from arming to firing or removal, a notch
 * for each refresh. */
#include "reports/painter.h"

#include "reports/wording.h"

/* The y of what `event` stands for, `otherwise` if that is not drawn. */
static int event_y(const struct rep_painter *painter, size_t event, int otherwise) {
    size_t line = event == 0 ? 0 : painter->story->event_line[event];
    if (line == 0 || painter->layout->line_step[line - 1] == SIZE_MAX)
        return otherwise;
    return rep_line_centre(painter->layout, line - 1);
}

static const char *timer_colour(const struct rep_painter *painter, const struct rep_timer *timer) {
    const struct rep_event *arm = rep_trace_event(painter->model->trace, timer->arm);
    if (rep_bytes_equal(rep_event_string(painter->model->trace, arm, "mode"), "sleep"))
        return COLOUR_SLEEP;
    return timer->state == REP_TIMER_FIRED ? COLOUR_FIRED : COLOUR_REMOVED;
}

static void add_timer_tooltip(struct rep_painter *painter, uint32_t index) {
    const struct rep_timer *timer = &painter->model->timers[index];
    const struct rep_trace *trace = painter->model->trace;
    struct rep_text *text = &painter->scratch;
    rep_add_timer(painter->model, index, text);
    rep_text_add(text, "\narmed at ");
    rep_text_add_duration(text, (uint64_t)rep_trace_event(trace, timer->arm)->time_ns);
    if (timer->refresh_count > 0) {
        rep_text_add_format(text, "\nrefreshed %lu times, at last at ",
                            (unsigned long)timer->refresh_count);
        rep_text_add_duration(text, (uint64_t)rep_trace_event(trace, timer->refresh_last)->time_ns);
    }
    if (timer->finish != 0) {
        rep_text_add(text, timer->state == REP_TIMER_FIRED ? "\nfired at " : "\nremoved at ");
        rep_text_add_duration(text, (uint64_t)rep_trace_event(trace, timer->finish)->time_ns);
    }
    rep_text_add(text, "\n");
}

static void paint_timer(struct rep_painter *painter, uint32_t index, size_t ending) {
    const struct rep_layout *layout = painter->layout;
    const struct rep_timer *timer = &painter->model->timers[index];
    const struct rep_column *column = &layout->columns[layout->lane_column[timer->lane]];
    int top = event_y(painter, timer->arm, -1);
    if (top < 0)
        return;
    size_t finish = ending != 0 ? ending : timer->finish;
    int bottom = event_y(painter, finish, layout->bottom - 3);
    if (bottom <= top)
        return;
    struct rep_box bar = {.left = column->left - REP_TIMER_DISTANCE,
                          .top = top,
                          .width = REP_TIMER_WIDTH,
                          .height = bottom - top,
                          .paint = {timer_colour(painter, timer), NULL, NULL}};
    add_timer_tooltip(painter, index);
    bar.tooltip = rep_painter_keep(painter);
    rep_picture_add_box(painter->picture, &bar);
}

static void paint_refresh(struct rep_painter *painter, size_t event) {
    const struct rep_layout *layout = painter->layout;
    const struct rep_timer *timer = &painter->model->timers[painter->model->event_timer[event]];
    const struct rep_column *column = &layout->columns[layout->lane_column[timer->lane]];
    int y = event_y(painter, event, -1);
    if (y < 0)
        return;
    struct rep_box notch = {.left = column->left - REP_TIMER_DISTANCE - 3,
                            .top = y - 2,
                            .width = REP_TIMER_WIDTH + 6,
                            .height = 3,
                            .paint = {"#37474f", NULL, NULL}};
    rep_text_add(&painter->scratch, "activity at ");
    rep_text_add_duration(&painter->scratch,
                          (uint64_t)rep_trace_event(painter->model->trace, event)->time_ns);
    rep_text_add(&painter->scratch, " moves the deadline\n");
    notch.tooltip = rep_painter_keep(painter);
    rep_picture_add_box(painter->picture, &notch);
}

void rep_paint_timers(struct rep_painter *painter) {
    const struct rep_model *model = painter->model;
    for (uint32_t i = 0; i < model->operation_count; i++) {
        if (model->operations[i].timer != REP_NONE)
            paint_timer(painter, model->operations[i].timer, model->operations[i].ending);
    }
    for (size_t event = 1; event <= model->trace->event_count; event++) {
        if (model->event_timer[event] != REP_NONE &&
            rep_event_kind(model->trace, rep_trace_event(model->trace, event)) ==
                REP_EVENT_TIMER_REFRESH)
            paint_refresh(painter, event);
    }
}
