/* timeline_strips.c - one strip of characters a coroutine, over a folded axis of time.
 *
 * The axis has a column for each instant at which anything happened and one for each stretch
 * between two instants, however long. When that is more than fits, neighbouring columns share a
 * character, and the most telling one is shown.
 */
#include "reports/timeline_strips.h"

#include <stdlib.h>
#include <string.h>

enum {
    STRIP_COLUMNS = 72,
    NAME_COLUMNS = 22,
    STRIPS_MAX = 200,
    TICK_COLUMNS = 12, /* at least that far apart */
};

/* What a coroutine does, the more telling the later. */
static const char states[] = " .z#Tx";
enum state { ABSENT, WAITING, SLEEPING, RUNNING, TIMED_OUT, FAILED };

struct axis {
    int64_t *instants_ns;
    size_t instant_count;
    size_t *event_instant; /* by event */
    size_t column_count;
    size_t columns_each; /* instants and stretches that one character stands for */
};

static bool axis_init(struct axis *axis, const struct rep_trace *trace) {
    *axis = (struct axis){0};
    axis->instants_ns = calloc(trace->event_count + 1, sizeof axis->instants_ns[0]);
    axis->event_instant = calloc(trace->event_count + 1, sizeof axis->event_instant[0]);
    if (axis->instants_ns == NULL || axis->event_instant == NULL)
        return false;
    for (size_t index = 1; index <= trace->event_count; index++) {
        int64_t now_ns = rep_trace_event(trace, index)->time_ns;
        if (axis->instant_count == 0 || axis->instants_ns[axis->instant_count - 1] != now_ns)
            axis->instants_ns[axis->instant_count++] = now_ns;
        axis->event_instant[index] = axis->instant_count - 1;
    }
    size_t wanted = axis->instant_count == 0 ? 0 : 2 * axis->instant_count - 1;
    axis->columns_each = (wanted + STRIP_COLUMNS - 1) / STRIP_COLUMNS;
    if (axis->columns_each == 0)
        axis->columns_each = 1;
    axis->column_count = (wanted + axis->columns_each - 1) / axis->columns_each;
    return true;
}

static void axis_term(struct axis *axis) {
    free(axis->instants_ns);
    free(axis->event_instant);
}

struct strips {
    const struct rep_story *story;
    const struct axis *axis;
    unsigned char *cells; /* a row of STRIP_COLUMNS a lane */
    uint32_t lane_count;
};

static void mark(struct strips *strips, uint32_t lane, size_t first, size_t last,
                 enum state state) {
    for (size_t i = first / strips->axis->columns_each; i <= last / strips->axis->columns_each;
         i++) {
        unsigned char *cell = &strips->cells[(size_t)lane * STRIP_COLUMNS + i];
        if (*cell < state)
            *cell = (unsigned char)state;
    }
}

static void mark_event(struct strips *strips, uint32_t lane, size_t event, enum state state) {
    size_t column = 2 * strips->axis->event_instant[event];
    mark(strips, lane, column, column, state);
}

static void mark_lives(struct strips *strips) {
    const struct rep_model *model = strips->story->model;
    for (uint32_t lane = 0; lane < strips->lane_count; lane++) {
        const struct rep_lane *it = &model->lanes[lane];
        size_t end = it->ended == 0 ? model->trace->event_count : it->ended;
        mark(strips, lane, 2 * strips->axis->event_instant[it->created],
             2 * strips->axis->event_instant[end], WAITING);
    }
    for (uint32_t i = 0; i < model->operation_count; i++) {
        const struct rep_operation *it = &model->operations[i];
        const struct rep_event *start = rep_trace_event(model->trace, it->start);
        if (it->lane >= strips->lane_count ||
            !rep_bytes_equal(rep_event_string(model->trace, start, "name"), "sleep"))
            continue;
        size_t end = it->ending == 0 ? model->trace->event_count : it->ending;
        mark(strips, it->lane, 2 * strips->axis->event_instant[it->start],
             2 * strips->axis->event_instant[end], SLEEPING);
    }
}

static void mark_lines(struct strips *strips) {
    const struct rep_story *story = strips->story;
    for (size_t i = 0; i < story->line_count; i++) {
        const struct rep_line *line = &story->lines[i];
        if (line->lane == REP_NONE || line->lane >= strips->lane_count)
            continue;
        if (line->tone == REP_TONE_START || line->tone == REP_TONE_HELD)
            continue;
        enum state state = RUNNING;
        if (line->tone == REP_TONE_TIMEOUT)
            state = TIMED_OUT;
        else if (line->tone == REP_TONE_FAILURE)
            state = FAILED;
        mark_event(strips, line->lane, line->event, state);
    }
}

static void add_name(const struct strips *strips, uint32_t lane, struct rep_text *out) {
    struct rep_text name = {0};
    rep_model_add_lane_name(strips->story->model, lane, &name);
    size_t columns = rep_text_columns(rep_text_string(&name), name.length);
    size_t used = 0;
    size_t shown = columns <= NAME_COLUMNS ? columns : NAME_COLUMNS - 1;
    for (size_t i = 0; i < shown; i++)
        used += rep_text_character_bytes(rep_text_string(&name) + used, name.length - used);
    rep_text_add_bytes(out, rep_text_string(&name), used);
    if (shown < columns)
        rep_text_add(out, "~");
    rep_text_add_repeated(out, ' ', NAME_COLUMNS - (shown < columns ? shown + 1 : shown));
    out->failed = out->failed || name.failed;
    rep_text_term(&name);
}

/* Times under the strips, each starting below its column. */
static void add_ticks(const struct strips *strips, struct rep_text *out) {
    const struct axis *axis = strips->axis;
    struct rep_text marks = {0};
    struct rep_text times = {0};
    for (size_t column = 0; column < axis->column_count; column++) {
        size_t instant = (column * axis->columns_each + 1) / 2;
        bool free_here = times.length == 0 || times.length + 2 <= column;
        if (!free_here || (column > 0 && column % TICK_COLUMNS != 0) ||
            instant >= axis->instant_count)
            continue;
        rep_text_add_repeated(&marks, ' ', column - marks.length);
        rep_text_add(&marks, "'");
        rep_text_add_repeated(&times, ' ', column - times.length);
        rep_text_add_duration(&times, (uint64_t)axis->instants_ns[instant]);
    }
    rep_text_add_repeated(out, ' ', NAME_COLUMNS + 2);
    rep_text_add_format(out, "%s\n", rep_text_string(&marks));
    rep_text_add_repeated(out, ' ', NAME_COLUMNS + 2);
    rep_text_add_format(out, "%s\n", rep_text_string(&times));
    out->failed = out->failed || marks.failed || times.failed;
    rep_text_term(&marks);
    rep_text_term(&times);
}

static void add_strips(const struct strips *strips, struct rep_text *out) {
    rep_text_add(out, "\nWHO DID WHAT WHEN   # runs  . waits  z sleeps  T timed out  x failed; "
                      "the time in between is folded\n");
    for (uint32_t lane = 0; lane < strips->lane_count; lane++) {
        add_name(strips, lane, out);
        rep_text_add(out, " |");
        for (size_t i = 0; i < strips->axis->column_count; i++) {
            unsigned char state = strips->cells[(size_t)lane * STRIP_COLUMNS + i];
            rep_text_add_bytes(out, &states[state], 1);
        }
        rep_text_add(out, "|\n");
    }
    uint32_t all = strips->story->model->lane_count;
    if (all > strips->lane_count)
        rep_text_add_format(out, "... and %lu more coroutines\n",
                            (unsigned long)(all - strips->lane_count));
    add_ticks(strips, out);
}

int rep_strips_add(const struct rep_story *story, struct rep_text *out) {
    struct axis axis;
    struct strips strips = {.story = story, .axis = &axis};
    strips.lane_count =
        story->model->lane_count < STRIPS_MAX ? story->model->lane_count : STRIPS_MAX;
    strips.cells = calloc(((size_t)strips.lane_count + 1) * STRIP_COLUMNS, 1);
    int status = REP_ENOMEM;
    if (axis_init(&axis, story->model->trace) && strips.cells != NULL) {
        if (strips.lane_count > 0) {
            mark_lives(&strips);
            mark_lines(&strips);
            add_strips(&strips, out);
        }
        status = out->failed ? REP_ENOMEM : REP_OK;
    }
    axis_term(&axis);
    free(strips.cells);
    return status;
}
