/* painter_arrows.c - the threads of the lanes, and the arrows for what caused what between them. */
#include "reports/painter.h"

#include <stdlib.h>
#include <string.h>

/* The thread of one lane from the box of line `from` down to `to_y`: dashed while it waits. */
static void paint_thread(struct rep_painter *painter, size_t from, size_t to_box, int to_y) {
    const struct rep_layout *layout = painter->layout;
    const struct rep_step *step = &layout->steps[layout->line_step[from]];
    const struct rep_column *column = &layout->columns[layout->lane_column[step->lane]];
    const struct rep_line *last = &painter->story->lines[step->first + step->count - 1];
    int x = column->left + column->width / 2;
    int from_y = step->top + step->height;
    bool waits = last->tone == REP_TONE_OPERATION || last->tone == REP_TONE_PROGRESS;
    struct rep_arrow thread = {.from = painter->line_box[from],
                               .to = to_box,
                               .x = {x, x, x, x},
                               .y = {from_y, from_y, to_y, to_y},
                               .colour = waits ? "#a3abb0" : "#6b7479",
                               .style = waits ? "dashed" : "solid"};
    rep_picture_add_arrow(painter->picture, &thread);
}

static void paint_threads(struct rep_painter *painter) {
    const struct rep_layout *layout = painter->layout;
    size_t *latest = calloc((size_t)painter->model->lane_count + 1, sizeof latest[0]);
    if (latest == NULL) {
        painter->picture->failed = true;
        return;
    }
    for (size_t i = 0; i < layout->step_count; i++) {
        const struct rep_step *step = &layout->steps[i];
        if (step->lane == REP_NONE)
            continue;
        size_t last = step->first + step->count - 1;
        if (latest[step->lane] != 0)
            paint_thread(painter, latest[step->lane] - 1, painter->line_box[step->first],
                         step->top);
        latest[step->lane] = last + 1;
    }
    for (uint32_t lane = 0; lane < painter->model->lane_count; lane++) {
        size_t last = latest[lane];
        size_t end = painter->model->lanes[lane].ended;
        bool ended = end != 0 && painter->story->event_line[end] != 0 && layout->omitted_count == 0;
        if (last == 0 || ended)
            continue;
        const struct rep_column *column = &layout->columns[layout->lane_column[lane]];
        int y = layout->bottom - 3;
        paint_thread(painter, last - 1,
                     rep_paint_point(painter, column->left + column->width / 2, y), y);
    }
    free(latest);
}

enum { NEIGHBOURS_MAX = 16, LABEL_HEIGHT = 11 };

/* How many labels stand at the start of this link's arrow already; -1 if one of them is the same.
 */
static int count_labels(const struct rep_story *story, const struct rep_link *link) {
    int count = 0;
    for (int i = 1; i <= NEIGHBOURS_MAX && link - story->links >= i; i++) {
        const struct rep_link *other = link - i;
        if (other->from != link->from || other->text[0] == '\0')
            continue;
        if (strcmp(other->text, link->text) == 0)
            return -1;
        count++;
    }
    return count;
}

/* At the arrow's start, where it leaves alone; at its end others may come in. */
static void place_label(struct rep_painter *painter, struct rep_arrow *arrow,
                        const struct rep_link *link, bool to_the_right) {
    const char *label = link->text;
    int above = count_labels(painter->story, link);
    if (label[0] == '\0' || above < 0)
        return;
    arrow->label = rep_picture_keep(painter->picture, label);
    int half = rep_text_width(label, strlen(label), 8) / 2 + 3;
    arrow->label_x = arrow->x[0] + (to_the_right ? half : -half);
    arrow->label_y = arrow->y[0] - 6 + above * LABEL_HEIGHT;
}

static void link_look(const struct rep_link *link, struct rep_arrow *arrow) {
    arrow->style = "solid";
    switch (link->kind) {
    case REP_LINK_WAKE:
        arrow->colour = COLOUR_WAKE;
        return;
    case REP_LINK_SPAWN:
        arrow->colour = COLOUR_SPAWN;
        return;
    case REP_LINK_BYTES:
        arrow->colour = COLOUR_BYTES;
        arrow->style = "dashed";
        return;
    case REP_LINK_HELD:
        arrow->colour = COLOUR_HELD;
        arrow->style = "dashed";
        return;
    case REP_LINK_ORDER:
        arrow->colour = COLOUR_ORDER;
        arrow->style = "dotted";
        return;
    }
}

/* What the world does comes straight down from its band. */
static void route_from_band(const struct rep_painter *painter, const struct rep_link *link,
                            struct rep_arrow *arrow) {
    const struct rep_layout *layout = painter->layout;
    const struct rep_line *to = &painter->story->lines[link->to];
    const struct rep_step *band = &layout->steps[layout->line_step[link->from]];
    const struct rep_step *step = &layout->steps[layout->line_step[link->to]];
    int x = layout->columns[layout->lane_column[to->lane]].left + 14;
    int y[4] = {band->top + band->height, band->top + band->height, step->top - 8, step->top};
    for (int i = 0; i < 4; i++) {
        arrow->x[i] = x;
        arrow->y[i] = y[i];
    }
    arrow->colour = "#b87f00";
}

/* What a partition holds back goes straight down to its band. */
static void route_to_band(const struct rep_painter *painter, const struct rep_link *link,
                          struct rep_arrow *arrow) {
    const struct rep_layout *layout = painter->layout;
    const struct rep_line *from = &painter->story->lines[link->from];
    const struct rep_step *step = &layout->steps[layout->line_step[link->from]];
    const struct rep_step *band = &layout->steps[layout->line_step[link->to]];
    const struct rep_column *column = &layout->columns[layout->lane_column[from->lane]];
    int x = column->left + column->width - 14;
    int y[4] = {step->top + step->height, step->top + step->height, band->top - 8, band->top};
    for (int i = 0; i < 4; i++) {
        arrow->x[i] = x;
        arrow->y[i] = y[i];
    }
}

static void route_across(struct rep_painter *painter, const struct rep_link *link,
                         struct rep_arrow *arrow) {
    const struct rep_layout *layout = painter->layout;
    const struct rep_line *lines = painter->story->lines;
    uint32_t from_column = layout->lane_column[lines[link->from].lane];
    uint32_t to_column = layout->lane_column[lines[link->to].lane];
    const struct rep_column *from = &layout->columns[from_column];
    const struct rep_column *to = &layout->columns[to_column];
    bool right = from_column < to_column;
    bool same = from_column == to_column;
    arrow->x[0] = right || same ? from->left + from->width : from->left;
    arrow->x[3] = right ? to->left : to->left + to->width;
    int distance = arrow->x[3] - arrow->x[0];
    int bend = (distance < 0 ? -distance : distance) / 2;
    if (bend > 90)
        bend = 90;
    if (bend < 24)
        bend = 24;
    arrow->x[1] = right || same ? arrow->x[0] + bend : arrow->x[0] - bend;
    arrow->x[2] = right ? arrow->x[3] - bend : arrow->x[3] + bend;
    arrow->y[0] = arrow->y[1] = rep_line_centre(layout, link->from);
    arrow->y[2] = arrow->y[3] = rep_line_centre(layout, link->to);
    place_label(painter, arrow, link, right || same);
}

static void add_place(struct rep_painter *painter, const struct rep_line *line) {
    struct rep_text *text = &painter->scratch;
    rep_text_add_duration(text, (uint64_t)line->time_ns);
    rep_text_add(text, "  ");
    if (line->lane != REP_NONE) {
        rep_model_add_lane_name(painter->model, line->lane, text);
        rep_text_add(text, "  ");
    }
    rep_text_add_format(text, "%s\n", line->text);
}

/* Its id, what it says when pointed at, and that it leads back to where it comes from. */
static void name_arrow(struct rep_painter *painter, const struct rep_link *link,
                       struct rep_arrow *arrow) {
    const struct rep_line *from = &painter->story->lines[link->from];
    const struct rep_line *to = &painter->story->lines[link->to];
    add_place(painter, from);
    rep_text_add(&painter->scratch,
                 link->kind == REP_LINK_ORDER ? "was there before\n" : "leads to\n");
    add_place(painter, to);
    if (link->text[0] != '\0')
        rep_text_add_format(&painter->scratch, "(%s)\n", link->text);
    arrow->tooltip = rep_painter_keep(painter);
    rep_text_add_format(&painter->scratch, "%slink-%zu-%zu", painter->look->id_prefix, from->event,
                        to->event);
    arrow->id = rep_painter_keep(painter);
    arrow->target = rep_painter_event_id(painter, from->event);
}

static void paint_links(struct rep_painter *painter) {
    const struct rep_layout *layout = painter->layout;
    for (size_t i = 0; i < painter->story->link_count; i++) {
        const struct rep_link *link = &painter->story->links[i];
        const struct rep_line *from = &painter->story->lines[link->from];
        const struct rep_line *to = &painter->story->lines[link->to];
        bool between_bands = from->lane == REP_NONE && to->lane == REP_NONE;
        if (between_bands || layout->line_step[link->to] == SIZE_MAX)
            continue;
        struct rep_arrow arrow = {
            .from = painter->line_box[link->from], .to = painter->line_box[link->to], .head = true};
        link_look(link, &arrow);
        arrow.is_thick = painter->look->is_cause != NULL && painter->look->is_cause[link->from] &&
                         painter->look->is_cause[link->to];
        if (from->lane == REP_NONE)
            route_from_band(painter, link, &arrow);
        else if (to->lane == REP_NONE)
            route_to_band(painter, link, &arrow);
        else
            route_across(painter, link, &arrow);
        name_arrow(painter, link, &arrow);
        rep_picture_add_arrow(painter->picture, &arrow);
    }
}

void rep_paint_arrows(struct rep_painter *painter) {
    paint_threads(painter);
    paint_links(painter);
}
