/* painter_frame.c - everything around the events: title, facts, legend, hosts, times, repeated
 * names. */
#include "reports/painter.h"

#include <string.h>

#include "reports/facts.h"
#include "reports/graph_paint.h"

static int left_edge(const struct rep_painter *painter) {
    return painter->layout->origin + REP_MARGIN;
}

static void paint_title(struct rep_painter *painter) {
    struct rep_text text = {0};
    rep_add_title(painter->model, &text);
    painter->picture->title = rep_picture_keep(painter->picture, rep_text_string(&text));
    rep_paint_text(painter, rep_text_string(&text), left_edge(painter), 8, 14, COLOUR_TEXT);
    rep_text_clear(&text);
    rep_add_verdict(painter->model, &text);
    struct rep_box verdict = {.left = left_edge(painter) + 4,
                              .top = 30,
                              .width = rep_text_width(rep_text_string(&text), text.length, 9) + 14,
                              .height = 15,
                              .align = REP_ALIGN_CENTRE,
                              .paint = rep_verdict_is_ok(painter->model)
                                           ? (struct rep_paint){"#007a59", NULL, "#ffffff"}
                                           : rep_tone_paint(REP_TONE_FAILURE)};
    verdict.text = rep_picture_keep(painter->picture, rep_text_string(&text));
    rep_picture_add_box(painter->picture, &verdict);
    rep_text_clear(&text);
    rep_add_facts(painter->model, &text);
    rep_paint_text(painter, rep_text_string(&text), verdict.left + verdict.width + 2, 31, 9,
                   COLOUR_FAINT);
    if (painter->look->words[0] != '\0')
        rep_paint_text(painter, painter->look->words, left_edge(painter), 48, 9, COLOUR_TEXT);
    painter->picture->failed = painter->picture->failed || text.failed;
    rep_text_term(&text);
}

static void paint_stroke(struct rep_painter *painter, int left, int right, int y,
                         const char *colour, const char *style, bool head) {
    struct rep_arrow stroke = {.from = rep_paint_point(painter, left, y),
                               .to = rep_paint_point(painter, right, y),
                               .x = {left, left, right, right},
                               .y = {y, y, y, y},
                               .head = head,
                               .colour = colour,
                               .style = style};
    if (head) {
        stroke.x[1] = left + 4;
        stroke.x[2] = right - 8;
    }
    rep_picture_add_arrow(painter->picture, &stroke);
}

static bool is_part(const struct rep_painter *painter) {
    return painter->look->words[0] != '\0';
}

static int legend_top(const struct rep_painter *painter) {
    return 51 + (is_part(painter) ? REP_HEADER_MORE : 0);
}

static int paint_legend_word(struct rep_painter *painter, const char *word, int x) {
    int top = legend_top(painter);
    int width = rep_text_width(word, strlen(word), 8) + 10;
    struct rep_box box = {.left = x,
                          .top = top,
                          .width = width,
                          .height = 12,
                          .paint = {NULL, NULL, COLOUR_FAINT},
                          .font_size = 8};
    rep_text_add(&painter->scratch, word);
    rep_text_add(&painter->scratch, "\n");
    box.text = rep_painter_keep(painter);
    rep_picture_add_box(painter->picture, &box);
    return x + width + 4;
}

static void paint_legend(struct rep_painter *painter) {
    static const struct {
        const char *word;
        const char *colour;
        const char *style;
    } arrows[] = {{"wakes", COLOUR_WAKE, "solid"},
                  {"starts", COLOUR_SPAWN, "solid"},
                  {"bytes", COLOUR_BYTES, "dashed"},
                  {"held back", COLOUR_HELD, "dashed"},
                  {"was there before", COLOUR_ORDER, "dotted"}};
    static const struct {
        const char *word;
        const char *colour;
    } bars[] = {{"timeout, not needed", COLOUR_REMOVED},
                {"timeout, fired", COLOUR_FIRED},
                {"sleep", COLOUR_SLEEP}};
    int x = left_edge(painter) + 4;
    int top = legend_top(painter);
    size_t arrow_count = sizeof arrows / sizeof arrows[0] - (is_part(painter) ? 0 : 1);
    for (size_t i = 0; i < arrow_count; i++) {
        paint_stroke(painter, x, x + 24, top + 6, arrows[i].colour, arrows[i].style, true);
        x = paint_legend_word(painter, arrows[i].word, x + 24);
    }
    for (size_t i = 0; i < sizeof bars / sizeof bars[0]; i++) {
        struct rep_box bar = {.left = x + 4,
                              .top = top,
                              .width = REP_TIMER_WIDTH,
                              .height = 12,
                              .paint = {bars[i].colour, NULL, NULL}};
        rep_picture_add_box(painter->picture, &bar);
        x = paint_legend_word(painter, bars[i].word, x + 8 + REP_TIMER_WIDTH);
    }
    if (painter->look->mark_count > 0) {
        struct rep_box box = {.left = x + 4,
                              .top = top,
                              .width = 12,
                              .height = 12,
                              .paint = {COLOUR_MARK, COLOUR_TEXT, NULL}};
        rep_picture_add_box(painter->picture, &box);
        (void)paint_legend_word(painter, "(1), (2): their order decides", x + 16);
    }
}

static void paint_hosts(struct rep_painter *painter) {
    const struct rep_layout *layout = painter->layout;
    for (uint32_t first = 0; first < layout->column_count;) {
        uint32_t host = layout->columns[first].host;
        uint32_t last = first;
        while (last + 1 < layout->column_count && layout->columns[last + 1].host == host)
            last++;
        const struct rep_column *column = &layout->columns[last];
        int left = layout->columns[first].left - REP_PANEL_PADDING;
        struct rep_box panel = {.left = left,
                                .top = layout->top,
                                .width = column->left + column->width + REP_PANEL_PADDING - left,
                                .height = layout->bottom - layout->top,
                                .paint = {"#f3f6f8", "#d5dde2", NULL}};
        rep_picture_add_panel(painter->picture, &panel);
        struct rep_box name = {.left = left + 4,
                               .top = layout->top + 4,
                               .width = panel.width - 8,
                               .height = 16,
                               .paint = {NULL, NULL, COLOUR_FAINT},
                               .font_size = 11};
        if (host != REP_NONE)
            rep_text_add(&painter->scratch, "host ");
        rep_model_add_host_name(painter->model, host, &painter->scratch);
        rep_text_add(&painter->scratch, "\n");
        name.text = rep_painter_keep(painter);
        rep_picture_add_box(painter->picture, &name);
        first = last + 1;
    }
}

static void paint_time(struct rep_painter *painter, const struct rep_mark *mark) {
    struct rep_box box = {.left = left_edge(painter) - 8,
                          .top = mark->y + 2,
                          .width = REP_TIME_WIDTH,
                          .height = 13,
                          .align = REP_ALIGN_RIGHT,
                          .paint = {NULL, NULL, COLOUR_TEXT}};
    if (mark->kind == REP_MARK_GAP) {
        box.paint.ink = COLOUR_FAINT;
        rep_text_add(&painter->scratch, "// ");
    }
    rep_text_add_duration(&painter->scratch, (uint64_t)mark->ns);
    rep_text_add(&painter->scratch, "\n");
    box.text = rep_painter_keep(painter);
    rep_picture_add_box(painter->picture, &box);
    bool gap = mark->kind == REP_MARK_GAP;
    bool after_gap = !gap && mark > painter->layout->marks && mark[-1].kind == REP_MARK_GAP;
    if (after_gap)
        return;
    paint_stroke(painter, painter->layout->left - 6, painter->layout->right,
                 gap ? mark->y + 8 : mark->y - 5, gap ? "#b9c3c9" : "#dde3e7",
                 gap ? "dashed" : "solid", false);
}

static bool lane_lives_at(const struct rep_painter *painter, uint32_t lane, int y) {
    const struct rep_layout *layout = painter->layout;
    const struct rep_lane *it = &painter->model->lanes[lane];
    size_t start = painter->story->event_line[it->created];
    size_t end = it->ended == 0 ? 0 : painter->story->event_line[it->ended];
    if (start == 0 || layout->line_step[start - 1] == SIZE_MAX || layout->line_top[start - 1] >= y)
        return false;
    return end == 0 || layout->line_step[end - 1] == SIZE_MAX || layout->line_top[end - 1] > y;
}

static void paint_names(struct rep_painter *painter, int y) {
    const struct rep_layout *layout = painter->layout;
    for (uint32_t lane = 0; lane < painter->model->lane_count; lane++) {
        if (!lane_lives_at(painter, lane, y))
            continue;
        const struct rep_column *column = &layout->columns[layout->lane_column[lane]];
        struct rep_box box = {.left = column->left,
                              .top = y,
                              .width = column->width,
                              .height = 13,
                              .align = REP_ALIGN_CENTRE,
                              .paint = {"#cfd8dc", NULL, COLOUR_TEXT}};
        struct rep_text name = {0};
        rep_model_add_lane_name(painter->model, lane, &name);
        rep_text_add_fitting(&painter->scratch, rep_text_string(&name), column->width - 10, 9);
        rep_text_term(&name);
        box.text = rep_painter_keep(painter);
        rep_picture_add_box(painter->picture, &box);
    }
}

static void paint_marks(struct rep_painter *painter) {
    for (size_t i = 0; i < painter->layout->mark_count; i++) {
        const struct rep_mark *mark = &painter->layout->marks[i];
        switch (mark->kind) {
        case REP_MARK_INSTANT:
        case REP_MARK_GAP:
            paint_time(painter, mark);
            break;
        case REP_MARK_NAMES:
            paint_names(painter, mark->y);
            break;
        }
    }
}

void rep_paint_frame(struct rep_painter *painter) {
    paint_hosts(painter);
    paint_title(painter);
    if (painter->look->has_legend)
        paint_legend(painter);
    paint_marks(painter);
}
