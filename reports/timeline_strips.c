/* timeline_strips.c - one strip of characters a coroutine, over a folded axis of time.
 *
 * The axis has a column for each instant at which anything happened and one for each stretch
 * between two instants, however long. When that is more than fits, neighbouring columns share a
 * character, and the most telling one is shown. Below, `~` stands where a stretch is a good part of
 * the time.
 */
#include "reports/timeline_strips.h"

#include <stdlib.h>
#include <string.h>

enum {
    NAME_COLUMNS_MAX = 22,
    FRAME_COLUMNS = 3, /* around a strip */
    STRIP_COLUMNS_MAX = REP_STRIPS_COLUMNS - FRAME_COLUMNS,
    LONG_SHARE = 10, /* a stretch of that share of the time is a long one */
    STRIPS_MAX = 200,
    TICK_COLUMNS = 12, /* at least that far apart */
};

/* What a coroutine does, the more telling the later. */
static const char states[] = " .z#Tx";
enum state { ABSENT, WAITING, SLEEPING, RUNNING, TIMED_OUT, FAILED };

struct axis {
    int64_t *instants_ns;
    size_t instant_count;
    size_t *event_instant; /* by event; of those before the first and behind the last its own */
    size_t column_count;
    size_t columns_each; /* instants and stretches that one character stands for */
};

static bool axis_init(struct axis *axis, const struct rep_trace *trace, size_t first, size_t last,
                      size_t strip_columns) {
    *axis = (struct axis){0};
    axis->instants_ns = calloc(trace->event_count + 1, sizeof axis->instants_ns[0]);
    axis->event_instant = calloc(trace->event_count + 1, sizeof axis->event_instant[0]);
    if (axis->instants_ns == NULL || axis->event_instant == NULL)
        return false;
    for (size_t index = first; index <= last; index++) {
        int64_t now_ns = rep_trace_event(trace, index)->time_ns;
        if (axis->instant_count == 0 || axis->instants_ns[axis->instant_count - 1] != now_ns)
            axis->instants_ns[axis->instant_count++] = now_ns;
        axis->event_instant[index] = axis->instant_count - 1;
    }
    for (size_t index = last + 1; index <= trace->event_count; index++)
        axis->event_instant[index] = axis->instant_count > 0 ? axis->instant_count - 1 : 0;
    size_t wanted = axis->instant_count == 0 ? 0 : 2 * axis->instant_count - 1;
    axis->columns_each = (wanted + strip_columns - 1) / strip_columns;
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
    unsigned char *cells; /* a row of STRIP_COLUMNS_MAX a strip */
    uint32_t *rows;       /* of lanes: which strip + 1, 0: none */
    uint32_t *lanes;      /* of strips */
    uint32_t lane_count;
    uint32_t left_out; /* lanes */
    size_t first;      /* events that are shown */
    size_t last;
    size_t name_columns;
};

static void mark(struct strips *strips, uint32_t lane, size_t first, size_t last,
                 enum state state) {
    for (size_t i = first / strips->axis->columns_each; i <= last / strips->axis->columns_each;
         i++) {
        unsigned char *cell =
            &strips->cells[(size_t)(strips->rows[lane] - 1) * STRIP_COLUMNS_MAX + i];
        if (*cell < state)
            *cell = (unsigned char)state;
    }
}

static void mark_event(struct strips *strips, uint32_t lane, size_t event, enum state state) {
    size_t column = 2 * strips->axis->event_instant[event];
    mark(strips, lane, column, column, state);
}

/* From one event to another, 0: to the end; what of that is shown. */
static void mark_events(struct strips *strips, uint32_t lane, size_t first, size_t last,
                        enum state state) {
    size_t end = last == 0 ? strips->last : last;
    if (end >= strips->first && first <= strips->last)
        mark(strips, lane, 2 * strips->axis->event_instant[first],
             2 * strips->axis->event_instant[end], state);
}

static void mark_lives(struct strips *strips) {
    const struct rep_model *model = strips->story->model;
    for (uint32_t i = 0; i < strips->lane_count; i++) {
        const struct rep_lane *it = &model->lanes[strips->lanes[i]];
        mark_events(strips, strips->lanes[i], it->created, it->ended, WAITING);
    }
    for (uint32_t i = 0; i < model->operation_count; i++) {
        const struct rep_operation *it = &model->operations[i];
        const struct rep_event *start = rep_trace_event(model->trace, it->start);
        if (it->lane == REP_NONE || strips->rows[it->lane] == 0 ||
            !rep_bytes_equal(rep_event_string(model->trace, start, "name"), "sleep"))
            continue;
        mark_events(strips, it->lane, it->start, it->ending, SLEEPING);
    }
}

static void mark_lines(struct strips *strips) {
    const struct rep_story *story = strips->story;
    for (size_t i = 0; i < story->line_count; i++) {
        const struct rep_line *line = &story->lines[i];
        if (line->lane == REP_NONE || strips->rows[line->lane] == 0 ||
            line->event < strips->first || line->event > strips->last)
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
    size_t shown = columns <= strips->name_columns ? columns : strips->name_columns - 1;
    for (size_t i = 0; i < shown; i++)
        used += rep_text_character_bytes(rep_text_string(&name) + used, name.length - used);
    rep_text_add_bytes(out, rep_text_string(&name), used);
    if (shown < columns)
        rep_text_add(out, "~");
    rep_text_add_repeated(out, ' ', strips->name_columns - (shown < columns ? shown + 1 : shown));
    out->failed = out->failed || name.failed;
    rep_text_term(&name);
}

/* Does a column hold a long stretch between two instants? */
static bool is_long(const struct axis *axis, size_t column) {
    int64_t all_ns = axis->instants_ns[axis->instant_count - 1] - axis->instants_ns[0];
    for (size_t i = column * axis->columns_each; i < (column + 1) * axis->columns_each; i++) {
        size_t next = i / 2 + 1;
        if (i % 2 == 1 && next < axis->instant_count &&
            axis->instants_ns[next] - axis->instants_ns[next - 1] >= all_ns / LONG_SHARE)
            return true;
    }
    return false;
}

/* Times under the strips, each starting below its column. */
static void add_ticks(const struct strips *strips, struct rep_text *out) {
    const struct axis *axis = strips->axis;
    struct rep_text marks = {0};
    struct rep_text times = {0};
    for (size_t column = 0; column < axis->column_count; column++) {
        size_t instant = (column * axis->columns_each + 1) / 2;
        bool free_here = times.length == 0 || times.length + 2 <= column;
        if (!free_here || (column % TICK_COLUMNS != 0 && column + 1 != axis->column_count) ||
            instant >= axis->instant_count) {
            if (is_long(axis, column)) {
                rep_text_add_repeated(&marks, ' ', column - marks.length);
                rep_text_add(&marks, "~");
            }
            continue;
        }
        rep_text_add_repeated(&marks, ' ', column - marks.length);
        rep_text_add(&marks, "'");
        rep_text_add_repeated(&times, ' ', column - times.length);
        rep_text_add_duration(&times, (uint64_t)axis->instants_ns[instant]);
    }
    rep_text_add_repeated(out, ' ', strips->name_columns + 2);
    rep_text_add_format(out, "%s\n", rep_text_string(&marks));
    rep_text_add_repeated(out, ' ', strips->name_columns + 2);
    rep_text_add_format(out, "%s\n", rep_text_string(&times));
    out->failed = out->failed || marks.failed || times.failed;
    rep_text_term(&marks);
    rep_text_term(&times);
}

static void add_strips(const struct strips *strips, struct rep_text *out) {
    rep_text_add(out, "# runs . waits z sleeps T timed out x failed ~ long\n");
    for (uint32_t i = 0; i < strips->lane_count; i++) {
        add_name(strips, strips->lanes[i], out);
        rep_text_add(out, " |");
        for (size_t column = 0; column < strips->axis->column_count; column++) {
            unsigned char state = strips->cells[(size_t)i * STRIP_COLUMNS_MAX + column];
            rep_text_add_bytes(out, &states[state], 1);
        }
        rep_text_add(out, "|\n");
    }
    if (strips->left_out > 0)
        rep_text_add_format(out, "... and %lu more coroutines\n", (unsigned long)strips->left_out);
    add_ticks(strips, out);
}

static void choose_lanes(struct strips *strips, const struct rep_strips_options *options) {
    uint32_t all = strips->story->model->lane_count;
    if (options->lanes != NULL) {
        strips->lane_count = options->lane_count;
    } else {
        strips->lane_count = all < STRIPS_MAX ? all : STRIPS_MAX;
        strips->left_out = all - strips->lane_count;
    }
    for (uint32_t i = 0; i < strips->lane_count; i++) {
        strips->lanes[i] = options->lanes != NULL ? options->lanes[i] : i;
        strips->rows[strips->lanes[i]] = i + 1;
    }
}

static bool measure_names(struct strips *strips) {
    struct rep_text name = {0};
    for (uint32_t i = 0; i < strips->lane_count; i++) {
        rep_text_clear(&name);
        rep_model_add_lane_name(strips->story->model, strips->lanes[i], &name);
        size_t columns = rep_text_columns(rep_text_string(&name), name.length);
        columns = columns < NAME_COLUMNS_MAX ? columns : NAME_COLUMNS_MAX;
        strips->name_columns = columns > strips->name_columns ? columns : strips->name_columns;
    }
    bool failed = name.failed;
    rep_text_term(&name);
    return !failed;
}

int rep_strips_add(const struct rep_story *story, const struct rep_strips_options *options,
                   struct rep_text *out) {
    static const struct rep_strips_options everything = {.lanes = NULL};
    const struct rep_strips_options *asked = options != NULL ? options : &everything;
    struct axis axis = {0};
    struct strips strips = {.story = story, .axis = &axis};
    uint32_t lane_count = story->model->lane_count;
    strips.first = asked->first == 0 ? 1 : asked->first;
    strips.last = asked->last == 0 ? story->model->trace->event_count : asked->last;
    strips.rows = calloc((size_t)lane_count + 1, sizeof strips.rows[0]);
    strips.lanes = calloc((size_t)lane_count + 1, sizeof strips.lanes[0]);
    strips.cells = calloc(((size_t)lane_count + 1) * STRIP_COLUMNS_MAX, 1);
    int status = REP_ENOMEM;
    if (strips.rows != NULL && strips.lanes != NULL && strips.cells != NULL) {
        choose_lanes(&strips, asked);
        if (measure_names(&strips) &&
            axis_init(&axis, story->model->trace, strips.first, strips.last,
                      STRIP_COLUMNS_MAX - strips.name_columns)) {
            if (strips.lane_count > 0) {
                mark_lives(&strips);
                mark_lines(&strips);
                add_strips(&strips, out);
            }
            status = out->failed ? REP_ENOMEM : REP_OK;
        }
    }
    axis_term(&axis);
    free(strips.rows);
    free(strips.lanes);
    free(strips.cells);
    return status;
}
