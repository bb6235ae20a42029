/* painter_steps.c - the events themselves: a stack of boxes a step, a band for what the world does.
 */
#include "reports/painter.h"

#include <string.h>

#include "reports/facts.h"
#include "reports/wording.h"

enum { MARK_WIDTH = 16 /* of its number */ };

/* Operations and their good endings look alike, so they share a box. */
static bool look_alike(enum rep_tone left, enum rep_tone right) {
    return strcmp(rep_tone_paint(left).fill, rep_tone_paint(right).fill) == 0 &&
           right != REP_TONE_FAILURE;
}

static bool is_cause(const struct rep_painter *painter, size_t line) {
    return painter->look->is_cause != NULL && painter->look->is_cause[line] != 0;
}

/* The number of the mark that a line belongs to, from 1; 0: none. A mark is of the coroutine that
 * its first event is of. */
static size_t mark_of(const struct rep_painter *painter, const struct rep_line *line) {
    const struct rep_trace *trace = painter->model->trace;
    for (size_t i = 0; i < painter->look->mark_count; i++) {
        const struct rep_graph_mark *mark = &painter->look->marks[i];
        bool is_inside = (line->event >= mark->first && line->event <= mark->last) ||
                         (line->ending >= mark->first && line->ending <= mark->last);
        if (is_inside && mark->first > 0 && mark->first <= rep_trace_event_count(trace) &&
            rep_trace_event(trace, line->event)->coroutine ==
                rep_trace_event(trace, (size_t)mark->first)->coroutine)
            return i + 1;
    }
    return 0;
}

static void add_tooltip(struct rep_painter *painter, const struct rep_line *line) {
    struct rep_text *text = &painter->scratch;
    rep_text_add_duration(text, (uint64_t)line->time_ns);
    if (line->lane != REP_NONE) {
        rep_text_add(text, "  ");
        rep_model_add_host_name(painter->model, painter->model->lanes[line->lane].host, text);
        rep_text_add(text, "/");
        rep_model_add_lane_name(painter->model, line->lane, text);
    }
    rep_text_add_format(text, "  event #%zu\n%s\n", line->event, line->text);
    uint32_t operation = painter->model->event_operation[line->event];
    if (operation != REP_NONE && (line->ending != 0 || line->tone != REP_TONE_OPERATION)) {
        rep_text_add(text, "was: ");
        rep_add_operation(painter->model, operation, text);
        rep_add_operation_details(painter->model, operation, text);
        rep_text_add(text, "\n");
    }
    const struct rep_event *event = rep_trace_event(painter->model->trace, line->event);
    struct rep_bytes file;
    uint64_t source = rep_event_line(painter->model->trace, event, &file);
    if (source == 0)
        return;
    rep_text_add_format(text, "line %llu of ", (unsigned long long)source);
    if (file.count > 0)
        rep_text_add_foreign(text, file.start, file.count);
    else
        rep_text_add(text, "the scenario");
    rep_text_add(text, "\n");
}

/* What links call a line: its event, and the others that it stands for. */
static size_t line_id(struct rep_painter *painter, size_t line) {
    const char *prefix = painter->look->id_prefix;
    size_t own = painter->story->lines[line].event;
    rep_text_add_format(&painter->scratch, "%sevent-%zu\n", prefix, own);
    for (size_t event = painter->line_events[line]; event != 0; event = painter->next_event[event])
        if (event != own)
            rep_text_add_format(&painter->scratch, "%sevent-%zu\n", prefix, event);
    return rep_painter_keep(painter);
}

/* A click leads to where the line came about. */
static size_t line_target(struct rep_painter *painter, const struct rep_line *line) {
    if (line->link_count == 0)
        return 0;
    const struct rep_link *link = &painter->story->links[line->link_first];
    return rep_painter_event_id(painter, painter->story->lines[link->from].event);
}

static void name_line(struct rep_painter *painter, size_t line, struct rep_box *box) {
    add_tooltip(painter, &painter->story->lines[line]);
    box->tooltip = rep_painter_keep(painter);
    box->id = line_id(painter, line);
    box->target = line_target(painter, &painter->story->lines[line]);
}

/* Over a box of several lines, a place to point at for each of them. */
static void paint_spots(struct rep_painter *painter, const struct rep_box *box, size_t first,
                        size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct rep_box spot = {.left = box->left,
                               .top = box->top + (int)i * box->height / (int)count,
                               .width = box->width,
                               .height = box->height / (int)count,
                               .is_spot = true};
        name_line(painter, first + i, &spot);
        rep_picture_add_box(painter->picture, &spot);
    }
}

/* One box: the lines [first, first + count) of a step, which look alike. */
static void paint_box(struct rep_painter *painter, const struct rep_step *step, size_t first,
                      size_t count) {
    const struct rep_layout *layout = painter->layout;
    const struct rep_line *lines = painter->story->lines;
    struct rep_box box = {.top = layout->line_top[first],
                          .height = (int)count * REP_LINE_HEIGHT,
                          .paint = rep_tone_paint(lines[first].tone)};
    if (step->lane == REP_NONE) {
        box.left = layout->left;
        box.width = layout->right - layout->left;
        if (lines[first].tone == REP_TONE_FINISH && !rep_verdict_is_ok(painter->model))
            box.paint = rep_tone_paint(REP_TONE_FAILURE);
    } else {
        const struct rep_column *column = &layout->columns[layout->lane_column[step->lane]];
        box.left = column->left;
        box.width = column->width;
    }
    size_t mark = mark_of(painter, &lines[first]);
    if (mark > 0) {
        box.paint = (struct rep_paint){COLOUR_MARK, COLOUR_TEXT, COLOUR_TEXT};
        rep_text_add_format(&painter->scratch, "(%zu) ", mark);
    }
    if (is_cause(painter, first))
        box.paint.border = COLOUR_FIRST;
    if (first + count == step->first + step->count)
        box.height += REP_STEP_PADDING;
    for (size_t i = first; i < first + count; i++) {
        bool start = lines[i].tone == REP_TONE_START;
        if (start)
            box.align = REP_ALIGN_CENTRE;
        int taken = mark > 0 && i == first ? MARK_WIDTH : 0;
        rep_text_add_fitting(&painter->scratch, lines[i].text,
                             box.width - 2 * REP_BOX_MARGIN - taken, REP_FONT_SIZE);
        rep_text_add(&painter->scratch, "\n");
    }
    box.text = rep_painter_keep(painter);
    if (count == 1)
        name_line(painter, first, &box);
    size_t index = rep_picture_add_box(painter->picture, &box);
    if (count > 1)
        paint_spots(painter, &box, first, count);
    for (size_t i = first; i < first + count; i++)
        painter->line_box[i] = index;
}

void rep_paint_steps(struct rep_painter *painter) {
    const struct rep_layout *layout = painter->layout;
    const struct rep_line *lines = painter->story->lines;
    for (size_t i = 0; i < layout->step_count; i++) {
        const struct rep_step *step = &layout->steps[i];
        size_t end = step->first + step->count;
        for (size_t first = step->first; first < end;) {
            size_t next = first + 1;
            while (next < end && look_alike(lines[first].tone, lines[next].tone) &&
                   mark_of(painter, &lines[first]) == mark_of(painter, &lines[next]) &&
                   is_cause(painter, first) == is_cause(painter, next))
                next++;
            paint_box(painter, step, first, next - first);
            first = next;
        }
    }
    if (layout->omitted_count == 0)
        return;
    rep_text_add_format(&painter->scratch, "%zu more lines are not drawn", layout->omitted_count);
    struct rep_text text = {0};
    rep_text_add(&text, rep_text_string(&painter->scratch));
    rep_text_clear(&painter->scratch);
    rep_paint_text(painter, rep_text_string(&text), layout->left, layout->bottom - 22, 10,
                   COLOUR_FAINT);
    rep_text_term(&text);
}
