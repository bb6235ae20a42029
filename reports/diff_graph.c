/* diff_graph.c - draws where two runs part.
 *
 *     A: lanes of the first run      |  B: lanes of the second
 *     the same in both               |  at the same height
 *     decided: ...                   |  decided: ...
 *     - - first difference - - - - - - - - - - - - - - -
 *     a few lines more               |
 *
 * What the first difference came of is framed, and its arrows are thick.
 */
#include "reports/diff_graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/diff.h"
#include "reports/graph_paint.h"
#include "reports/graph_part.h"
#include "reports/painter.h"
#include "reports/picture_file.h"
#include "reports/status.h"

enum {
    ROWS_BEFORE = 24, /* the first difference, but for causes that lie further back */
    ROWS_BEFORE_MAX = 80,
    ROWS_AFTER = 14,
    STEP_COUNT_MAX = 1000,
    LABEL_HEIGHT = 14,
    LABEL_ROOM = 20,
    EVENT_BYTES = 24,
};

/* One of the runs while it is drawn. */
struct half {
    struct rep_model model;
    struct rep_story story;
    struct rep_layout layout;
    struct rep_text words;
    uint8_t *is_cause;
    int *rooms;
    int *shifts;
    size_t first;    /* step of its first difference; SIZE_MAX: it has none that is drawn */
    size_t decision; /* likewise the one behind the decision */
    bool has_model;
    bool has_story;
    bool has_layout;
};

struct drawing {
    const struct rep_diff *diff;
    const struct rep_diff_options *options;
    struct rep_picture *picture;
    struct rep_diff_heights heights;
    struct half halves[2];
};

/* ---- What is drawn ---- */

static size_t row_of(const struct rep_diff *diff, int run, size_t line) {
    size_t row = 0;
    while (row < diff->row_count && diff->rows[row].lines[run] != line + 1)
        row++;
    return row;
}

static void choose_rows(struct drawing *drawing) {
    const struct rep_diff *diff = drawing->diff;
    size_t first = diff->first > 0 ? diff->first - 1 : 0;
    size_t from = first > ROWS_BEFORE ? first - ROWS_BEFORE : 0;
    size_t least = first > ROWS_BEFORE_MAX ? first - ROWS_BEFORE_MAX : 0;
    for (int run = 0; run < 2; run++) {
        for (size_t i = 0; i < diff->runs[run].cause_count; i++) {
            size_t row = row_of(diff, run, diff->runs[run].causes[i]);
            from = row < from && row >= least ? row : from;
        }
    }
    size_t left = diff->row_count - first;
    drawing->heights.row_first = from;
    drawing->heights.row_end = left > ROWS_AFTER ? first + ROWS_AFTER : diff->row_count;
}

/* The event of a run's first line in the rows from `row` on, or with step -1 of its last one. */
static uint64_t event_from(const struct drawing *drawing, int run, bool is_last) {
    const struct rep_diff *diff = drawing->diff;
    size_t count = drawing->heights.row_end - drawing->heights.row_first;
    for (size_t i = 0; i < count; i++) {
        size_t row = is_last ? drawing->heights.row_end - 1 - i : drawing->heights.row_first + i;
        size_t line = diff->rows[row].lines[run];
        if (line != 0)
            return diff->runs[run].lines[line - 1].event;
    }
    return 0;
}

/* Takes out of the story what is not drawn, and says how much is. */
static int cut_story(struct drawing *drawing, int run, struct rep_error *error) {
    struct half *half = &drawing->halves[run];
    const char *name = drawing->options->names[run];
    char from[EVENT_BYTES];
    char to[EVENT_BYTES];
    uint64_t first = event_from(drawing, run, false);
    uint64_t last = event_from(drawing, run, true);
    (void)snprintf(from, sizeof from, "#%llu", (unsigned long long)first);
    (void)snprintf(to, sizeof to, "#%llu", (unsigned long long)last);
    struct rep_graph_part wanted = {
        .from = drawing->heights.row_first > 0 && first != 0 ? from : NULL,
        .to = drawing->heights.row_end < drawing->diff->row_count && last != 0 ? to : NULL};
    struct rep_part part;
    struct rep_text told = {0};
    size_t line_count = half->story.line_count;
    int status = rep_part_find(&part, &half->story, &wanted, error);
    if (status == REP_OK)
        status = rep_part_apply(&part, &half->story, &told);
    rep_text_term(&told);
    rep_text_add_format(&half->words, "%c", "AB"[run]);
    if (name != NULL) {
        rep_text_add(&half->words, ": ");
        rep_text_add_foreign(&half->words, name, strlen(name));
    }
    rep_text_add_format(&half->words, "; %zu of %zu lines are drawn", half->story.line_count,
                        line_count);
    return status;
}

static void mark_cause(struct half *half, const struct rep_diff_run *run, size_t line) {
    size_t drawn = half->story.event_line[run->lines[line].event];
    if (drawn != 0)
        half->is_cause[drawn - 1] = 1;
}

static void mark_causes(struct half *half, const struct rep_diff_run *run) {
    for (size_t i = 0; i < run->cause_count; i++)
        mark_cause(half, run, run->causes[i]);
    if (run->first != 0)
        mark_cause(half, run, run->first - 1);
}

static int open_half(struct drawing *drawing, int run, struct rep_error *error) {
    struct half *half = &drawing->halves[run];
    int status = rep_model_init(&half->model, rep_diff_trace(drawing->diff, run));
    half->has_model = status == REP_OK;
    if (status == REP_OK)
        status = rep_story_init(&half->story, &half->model);
    half->has_story = status == REP_OK;
    if (status == REP_OK)
        status = cut_story(drawing, run, error);
    if (status == REP_OK)
        status = rep_layout_init(&half->layout, &half->story, STEP_COUNT_MAX,
                                 REP_HEADER_HEIGHT + REP_HEADER_MORE);
    half->has_layout = status == REP_OK;
    if (status != REP_OK)
        return status;
    half->is_cause = calloc(half->story.line_count + 1, sizeof half->is_cause[0]);
    half->rooms = calloc(half->layout.step_count + 1, sizeof half->rooms[0]);
    half->shifts = calloc(half->layout.step_count + 1, sizeof half->shifts[0]);
    if (half->is_cause == NULL || half->rooms == NULL || half->shifts == NULL)
        return REP_ENOMEM;
    mark_causes(half, &drawing->diff->runs[run]);
    drawing->heights.layouts[run] = &half->layout;
    drawing->heights.rooms[run] = half->rooms;
    drawing->heights.shifts[run] = half->shifts;
    return REP_OK;
}

static void close_half(struct half *half) {
    if (half->has_layout)
        rep_layout_term(&half->layout);
    if (half->has_story)
        rep_story_term(&half->story);
    if (half->has_model)
        rep_model_term(&half->model);
    rep_text_term(&half->words);
    free(half->is_cause);
    free(half->rooms);
    free(half->shifts);
}

/* ---- Where it stands ---- */

/* The first step, from the difference or from the decision on, of whichever row. */
static void find_steps(struct drawing *drawing, int run) {
    const struct rep_diff_run *told = &drawing->diff->runs[run];
    struct half *half = &drawing->halves[run];
    half->first = SIZE_MAX;
    half->decision = SIZE_MAX;
    for (size_t row = drawing->heights.row_first; row < drawing->heights.row_end; row++) {
        size_t step = rep_diff_step_of(&drawing->heights, run, row);
        size_t line = drawing->diff->rows[row].lines[run];
        if (step == SIZE_MAX)
            continue;
        bool is_behind =
            told->decision.event != 0 && told->lines[line - 1].event > told->decision.event;
        if (half->decision == SIZE_MAX && is_behind)
            half->decision = step;
        if (half->first == SIZE_MAX && row + 1 >= drawing->diff->first)
            half->first = step;
    }
    if (half->first != SIZE_MAX)
        half->rooms[half->first] += LABEL_ROOM;
    if (half->decision != SIZE_MAX)
        half->rooms[half->decision] += LABEL_ROOM;
}

static void place_second(struct rep_layout *first, struct rep_layout *second) {
    second->origin = first->width;
    second->left += first->width;
    second->right += first->width;
    second->width += first->width;
    for (uint32_t i = 0; i < second->column_count; i++)
        second->columns[i].left += first->width;
    int bottom = first->bottom > second->bottom ? first->bottom : second->bottom;
    first->bottom = second->bottom = bottom;
    first->height = second->height = bottom + REP_MARGIN;
}

/* ---- Labels ---- */

static void paint_label(struct drawing *drawing, const struct rep_layout *layout, const char *text,
                        int top, const char *colour) {
    struct rep_picture *picture = drawing->picture;
    struct rep_text fitting = {0};
    int room = layout->right - layout->left - 12;
    int wanted = rep_text_width(text, strlen(text), REP_FONT_SIZE) + 2 * REP_BOX_MARGIN + 4;
    struct rep_box box = {.left = layout->left + 6,
                          .top = top,
                          .width = wanted < room ? wanted : room,
                          .height = LABEL_HEIGHT,
                          .align = REP_ALIGN_CENTRE,
                          .paint = {colour, NULL, "#ffffff"}};
    rep_text_add_fitting(&fitting, text, box.width - 2 * REP_BOX_MARGIN, REP_FONT_SIZE);
    rep_text_add(&fitting, "\n");
    box.text = rep_picture_keep(picture, rep_text_string(&fitting));
    picture->failed = picture->failed || fitting.failed;
    rep_text_term(&fitting);
    rep_picture_add_box(picture, &box);
}

/* first_y: of the line over both. */
static void paint_decision(struct drawing *drawing, int run, int first_y) {
    const struct rep_diff_decision *decision = &drawing->diff->runs[run].decision;
    const struct half *half = &drawing->halves[run];
    struct rep_text text = {0};
    if (half->decision == SIZE_MAX)
        return;
    int top = half->layout.steps[half->decision].top - LABEL_ROOM;
    top -= top == first_y ? LABEL_ROOM : 0;
    rep_text_add_format(&text, "decided: %s (%llu of %llu)", decision->text,
                        (unsigned long long)decision->number + 1,
                        (unsigned long long)decision->count);
    paint_label(drawing, &half->layout, rep_text_string(&text), top, COLOUR_DECIDED);
    drawing->picture->failed = drawing->picture->failed || text.failed;
    rep_text_term(&text);
}

/* A line over both, above whichever has its difference first. Returns the top of its labels. */
static int paint_first(struct drawing *drawing) {
    struct rep_picture *picture = drawing->picture;
    const struct rep_layout *layouts[2] = {&drawing->halves[0].layout, &drawing->halves[1].layout};
    int y = layouts[0]->bottom - LABEL_ROOM;
    for (int run = 0; run < 2; run++) {
        size_t step = drawing->halves[run].first;
        int top = step != SIZE_MAX ? layouts[run]->steps[step].top - LABEL_ROOM : y;
        y = top < y ? top : y;
    }
    int middle = y + LABEL_HEIGHT / 2;
    struct rep_box ends[2] = {{.left = layouts[0]->left, .top = middle, .width = 1, .height = 1},
                              {.left = layouts[1]->right, .top = middle, .width = 1, .height = 1}};
    struct rep_arrow line = {.from = rep_picture_add_box(picture, &ends[0]),
                             .to = rep_picture_add_box(picture, &ends[1]),
                             .x = {ends[0].left, ends[0].left, ends[1].left, ends[1].left},
                             .y = {middle, middle, middle, middle},
                             .is_thick = true,
                             .colour = COLOUR_FIRST,
                             .style = "dashed"};
    rep_picture_add_arrow(picture, &line);
    for (int run = 0; run < 2; run++)
        paint_label(drawing, layouts[run], "first difference", y, COLOUR_FIRST);
    return y;
}

/* ---- Together ---- */

static int paint_half(struct drawing *drawing, int run) {
    const struct half *half = &drawing->halves[run];
    struct rep_graph_look look = {.words = rep_text_string(&half->words),
                                  .has_legend = run == 0,
                                  .id_prefix = run == 0 ? "" : "b-",
                                  .is_cause = half->is_cause};
    if (half->words.failed)
        return REP_ENOMEM;
    return rep_graph_paint(&half->layout, &look, drawing->picture);
}

static int draw(struct drawing *drawing, struct rep_error *error) {
    int status = REP_OK;
    drawing->heights.diff = drawing->diff;
    choose_rows(drawing);
    for (int run = 0; run < 2 && status == REP_OK; run++)
        status = open_half(drawing, run, error);
    if (status != REP_OK)
        return status;
    for (int run = 0; run < 2 && drawing->diff->first != 0; run++)
        find_steps(drawing, run);
    rep_diff_set_heights(&drawing->heights);
    place_second(&drawing->halves[0].layout, &drawing->halves[1].layout);
    for (int run = 0; run < 2 && status == REP_OK; run++)
        status = paint_half(drawing, run);
    if (status == REP_OK && drawing->diff->first != 0) {
        int first_y = paint_first(drawing);
        paint_decision(drawing, 0, first_y);
        paint_decision(drawing, 1, first_y);
    }
    return status;
}

int rep_diff_graph_write(const struct rep_diff *diff, const struct rep_diff_options *options,
                         const char *path, struct rep_error *error) {
    struct rep_picture picture;
    struct drawing drawing = {.diff = diff, .options = options, .picture = &picture};
    rep_picture_init(&picture);
    int status = draw(&drawing, error);
    if (status == REP_ENOMEM)
        (void)rep_error_set(error, status, 0, "%s", rep_status_text(status));
    if (status == REP_OK)
        status = rep_picture_write(&picture, path, error);
    rep_picture_term(&picture);
    close_half(&drawing.halves[0]);
    close_half(&drawing.halves[1]);
    return status;
}
