/* graph_layout.c - where everything of a causality graph stands. */
#include "reports/graph_layout.h"

#include <stdlib.h>
#include <string.h>

#include "reports/picture.h"

enum {
    BOX_WIDTH_MIN = 96,
    BOX_WIDTH_MAX = 300,
    LANE_DISTANCE = 62, /* between the boxes of two lanes: arrows, their labels, timers */
    HOST_DISTANCE = 26, /* between two hosts' panels */
    STEP_DISTANCE = 8,
    INSTANT_DISTANCE = 10, /* more at each new instant */
    GAP_HEIGHT = 16,
    NAMES_HEIGHT = 18,
    NAMES_EVERY = 900,
    WIDTH_MIN = 620,
    SHARED_COLUMNS_FROM = 8, /* with more lanes, ended ones make room for new ones */
    GAP_SHARE = 20,          /* idle time of that share of the run is marked */
    HEIGHT_MAX = 2000000,    /* keeps coordinates far from overflowing */
};

static bool allocate(struct rep_layout *layout) {
    const struct rep_story *story = layout->story;
    uint32_t lane_count = story->model->lane_count;
    layout->columns = calloc((size_t)lane_count + 1, sizeof layout->columns[0]);
    layout->lane_column = calloc((size_t)lane_count + 1, sizeof layout->lane_column[0]);
    layout->steps = calloc(story->line_count + 1, sizeof layout->steps[0]);
    layout->line_step = calloc(story->line_count + 1, sizeof layout->line_step[0]);
    layout->line_top = calloc(story->line_count + 1, sizeof layout->line_top[0]);
    layout->marks = calloc(3 * story->line_count + 1, sizeof layout->marks[0]);
    return layout->columns != NULL && layout->lane_column != NULL && layout->steps != NULL &&
           layout->line_step != NULL && layout->line_top != NULL && layout->marks != NULL;
}

static bool is_told(const struct rep_layout *layout, uint32_t lane) {
    const struct rep_story *story = layout->story;
    return story->event_line[story->model->lanes[lane].created] != 0;
}

/* Every lane begins with a step of its own, so where there are more lanes than steps the later ones
 * are not drawn. Returns the first of those. */
static uint32_t count_drawn(const struct rep_layout *layout, size_t step_count_max) {
    uint32_t lane_count = layout->story->model->lane_count;
    size_t told_count = 0;
    uint32_t lane = 0;
    while (lane < lane_count && (told_count < step_count_max || !is_told(layout, lane)))
        told_count += is_told(layout, lane++) ? 1 : 0;
    return lane;
}

/* Gives every lane of one host that something is told of a column; `free_from` holds, by column,
 * the event since which it is free (0: in use). */
static void place_lanes(struct rep_layout *layout, uint32_t host, uint32_t lane_count,
                        size_t *free_from) {
    const struct rep_model *model = layout->story->model;
    uint32_t first = layout->column_count;
    bool shared = model->lane_count > SHARED_COLUMNS_FROM;
    for (uint32_t lane = 0; lane < lane_count; lane++) {
        const struct rep_lane *it = &model->lanes[lane];
        if (it->host != host || !is_told(layout, lane))
            continue;
        uint32_t column = first;
        while (column < layout->column_count &&
               (!shared || free_from[column] == 0 || free_from[column] > it->created))
            column++;
        if (column == layout->column_count)
            layout->columns[layout->column_count++] = (struct rep_column){.host = host};
        layout->lane_column[lane] = column;
        free_from[column] = it->ended;
    }
}

static bool place_columns(struct rep_layout *layout, size_t step_count_max) {
    const struct rep_model *model = layout->story->model;
    size_t *free_from = calloc((size_t)model->lane_count + 1, sizeof free_from[0]);
    if (free_from == NULL)
        return false;
    uint32_t drawn = count_drawn(layout, step_count_max);
    for (uint32_t host = 0; host < model->host_count; host++)
        place_lanes(layout, host, drawn, free_from);
    place_lanes(layout, REP_NONE, drawn, free_from);
    free(free_from);
    return true;
}

/* Columns are as wide as their texts want, within limits. */
static void size_columns(struct rep_layout *layout) {
    const struct rep_story *story = layout->story;
    for (uint32_t i = 0; i < layout->column_count; i++)
        layout->columns[i].width = BOX_WIDTH_MIN;
    for (size_t i = 0; i < story->line_count; i++) {
        const struct rep_line *line = &story->lines[i];
        if (line->lane == REP_NONE)
            continue;
        int *width = &layout->columns[layout->lane_column[line->lane]].width;
        int wanted =
            rep_text_width(line->text, strlen(line->text), REP_FONT_SIZE) + 2 * REP_BOX_MARGIN + 4;
        if (wanted > *width)
            *width = wanted < BOX_WIDTH_MAX ? wanted : BOX_WIDTH_MAX;
    }
    layout->left = REP_MARGIN + REP_TIME_WIDTH;
    int x = layout->left + REP_PANEL_PADDING;
    for (uint32_t i = 0; i < layout->column_count; i++) {
        if (i > 0 && layout->columns[i].host != layout->columns[i - 1].host)
            x += REP_PANEL_PADDING + HOST_DISTANCE + REP_PANEL_PADDING;
        else if (i > 0)
            x += LANE_DISTANCE;
        layout->columns[i].left = x;
        x += layout->columns[i].width;
    }
    layout->right = x + REP_PANEL_PADDING;
    layout->width = layout->right + REP_MARGIN;
    if (layout->width < WIDTH_MIN)
        layout->width = WIDTH_MIN;
}

/* The coroutines that exist from the start share one row. `opening`: everything so far belongs to
 * it. */
static bool shares_row(const struct rep_layout *layout, size_t line, bool opening) {
    const struct rep_line *it = &layout->story->lines[line];
    return opening && it->tone == REP_TONE_START && it->link_count == 0 &&
           it->time_ns == layout->story->lines[0].time_ns;
}

static bool continues_step(const struct rep_layout *layout, size_t line) {
    if (layout->step_count == 0)
        return false;
    const struct rep_line *it = &layout->story->lines[line];
    const struct rep_line *before = &layout->story->lines[line - 1];
    return it->lane != REP_NONE && it->lane == before->lane && it->time_ns == before->time_ns &&
           before->tone != REP_TONE_START;
}

static void add_mark(struct rep_layout *layout, enum rep_mark_kind kind, int y, int64_t ns) {
    layout->marks[layout->mark_count++] = (struct rep_mark){kind, y, ns};
}

/* What comes between two steps at different times. Returns the y of the next step. */
static int pass_time(struct rep_layout *layout, size_t line, int y, int *names_y) {
    const struct rep_story *story = layout->story;
    int64_t now_ns = story->lines[line].time_ns;
    if (line > 0) {
        int64_t idle_ns = now_ns - story->lines[line - 1].time_ns;
        int64_t duration_ns = rep_trace_duration_ns(story->model->trace);
        y += INSTANT_DISTANCE;
        if (idle_ns > duration_ns / GAP_SHARE) {
            add_mark(layout, REP_MARK_GAP, y, idle_ns);
            y += GAP_HEIGHT;
        }
        if (y - *names_y > NAMES_EVERY) {
            add_mark(layout, REP_MARK_NAMES, y, 0);
            *names_y = y;
            y += NAMES_HEIGHT;
        }
    }
    add_mark(layout, REP_MARK_INSTANT, y, now_ns);
    return y;
}

static void place_rows(struct rep_layout *layout, size_t step_count_max) {
    const struct rep_story *story = layout->story;
    int y = layout->top + 26;
    int names_y = y;
    bool opening = true;
    for (size_t i = 0; i < story->line_count; i++) {
        const struct rep_line *line = &story->lines[i];
        if (continues_step(layout, i)) {
            struct rep_step *step = &layout->steps[layout->step_count - 1];
            step->count++;
            step->height += REP_LINE_HEIGHT;
            y += REP_LINE_HEIGHT;
            layout->line_top[i] = layout->line_top[i - 1] + REP_LINE_HEIGHT;
            layout->line_step[i] = layout->step_count - 1;
            continue;
        }
        if (layout->step_count == step_count_max || y > HEIGHT_MAX) {
            while (i < story->line_count) {
                layout->omitted_count++;
                layout->line_step[i++] = SIZE_MAX;
            }
            break;
        }
        opening = shares_row(layout, i, opening);
        if (opening && i > 0)
            y = layout->steps[0].top;
        else if (i == 0 || line->time_ns != story->lines[i - 1].time_ns)
            y = pass_time(layout, i, y, &names_y);
        layout->steps[layout->step_count] =
            (struct rep_step){.first = i,
                              .count = 1,
                              .lane = line->lane,
                              .top = y,
                              .height = REP_LINE_HEIGHT + REP_STEP_PADDING};
        layout->line_top[i] = y;
        layout->line_step[i] = layout->step_count++;
        y += REP_LINE_HEIGHT + REP_STEP_PADDING + STEP_DISTANCE;
    }
    layout->bottom = y + (layout->omitted_count > 0 ? 24 : 4);
    layout->height = layout->bottom + REP_MARGIN;
}

int rep_layout_init(struct rep_layout *layout, const struct rep_story *story, size_t step_count_max,
                    int header_height) {
    *layout = (struct rep_layout){.story = story, .top = header_height};
    if (!allocate(layout) || !place_columns(layout, step_count_max)) {
        rep_layout_term(layout);
        return REP_ENOMEM;
    }
    size_columns(layout);
    place_rows(layout, step_count_max);
    return REP_OK;
}

void rep_layout_term(struct rep_layout *layout) {
    free(layout->columns);
    free(layout->lane_column);
    free(layout->steps);
    free(layout->line_step);
    free(layout->line_top);
    free(layout->marks);
    *layout = (struct rep_layout){0};
}
