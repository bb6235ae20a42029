/* interleaving.c - the last things that happened, a column a coroutine: how their steps came
 * between each other. */
#include "reports/reports.h"

#include <stdlib.h>
#include <string.h>

#include "reports/story.h"

enum {
    COLUMNS_DEFAULT = 80,
    LANES_MAX = 4, /* with more there is a column for the others */
    CELL_MIN = 14, /* columns of the terminal; with less there are fewer lanes */
    SEPARATOR_COLUMNS = 2,
};

/* Who has a column, and how the picture is laid out. */
struct layout {
    uint32_t lanes[LANES_MAX];
    size_t lane_count;
    bool has_others; /* further lanes share the last column */
    size_t time_columns;
    size_t cell_columns;
};

struct table {
    const struct rep_model *model;
    const struct rep_story *story;
    const struct rep_interleaving_options *options;
    uint8_t *is_decided; /* by line: production would have gone on with somebody else */
    size_t first;        /* lines that are shown, from this one on; those of no lane are not */
    size_t end;
    struct layout layout;
    struct rep_text *out;
    struct rep_text scratch;
};

static bool is_shown(const struct table *table, size_t line) {
    const struct rep_line *it = &table->story->lines[line];
    const struct rep_trace *trace = table->model->trace;
    return it->lane != REP_NONE &&
           rep_event_kind(trace, rep_trace_event(trace, it->event)) != REP_EVENT_FAILURE;
}

/* The event of the failure of that number, from 0; 0: there are not so many. */
static size_t find_failure(const struct rep_trace *trace, size_t number) {
    for (size_t event = 1; event <= trace->event_count; event++) {
        if (rep_event_kind(trace, rep_trace_event(trace, event)) == REP_EVENT_FAILURE &&
            number-- == 0)
            return event;
    }
    return 0;
}

/* The lines that are shown: the last ones before the failure. */
static void find_lines(struct table *table) {
    const struct rep_story *story = table->story;
    size_t failure = find_failure(table->model->trace, table->options->failure);
    table->end = story->line_count;
    while (failure != 0 && table->end > 0 && story->lines[table->end - 1].event > failure)
        table->end--;
    table->first = table->end;
    for (size_t count = 0; table->first > 0 && count < table->options->line_count;)
        count += is_shown(table, --table->first) ? 1 : 0;
}

/* Which lines stand first behind a decision that was not production's. */
static void find_decisions(struct table *table) {
    const struct rep_model *model = table->model;
    const struct rep_trace *trace = model->trace;
    for (size_t event = 1; event <= trace->event_count; event++) {
        const struct rep_event *it = rep_trace_event(trace, event);
        uint32_t lane = model->event_lane[event];
        if (rep_event_kind(trace, it) != REP_EVENT_CHOICE || lane == REP_NONE ||
            rep_event_integer(trace, it, "number") == 0)
            continue;
        size_t line = table->first;
        while (line < table->end &&
               (table->story->lines[line].event < event || table->story->lines[line].lane != lane))
            line++;
        if (line < table->end)
            table->is_decided[line] = 1;
    }
}

static bool has_column(const struct layout *layout, uint32_t lane) {
    for (size_t i = 0; i < layout->lane_count; i++) {
        if (layout->lanes[i] == lane)
            return true;
    }
    return false;
}

/* Those who came last are those who matter. */
static void choose_lanes(struct table *table) {
    struct layout *layout = &table->layout;
    size_t columns = table->options->columns > 0 ? table->options->columns : COLUMNS_DEFAULT;
    size_t room = (columns - layout->time_columns) / (CELL_MIN + SEPARATOR_COLUMNS);
    size_t count_max = room < LANES_MAX ? room : LANES_MAX;
    for (size_t line = table->end; line-- > table->first;) {
        uint32_t lane = table->story->lines[line].lane;
        if (!is_shown(table, line) || has_column(layout, lane))
            continue;
        if (layout->lane_count < count_max)
            layout->lanes[layout->lane_count++] = lane;
        else
            layout->has_others = true;
    }
    for (size_t i = 0; i < layout->lane_count; i++) { /* in the order of the model */
        for (size_t j = i + 1; j < layout->lane_count; j++) {
            if (layout->lanes[j] < layout->lanes[i]) {
                uint32_t lane = layout->lanes[i];
                layout->lanes[i] = layout->lanes[j];
                layout->lanes[j] = lane;
            }
        }
    }
    size_t cells = layout->lane_count + (layout->has_others ? 1 : 0);
    if (cells > 0)
        layout->cell_columns = (columns - layout->time_columns) / cells - SEPARATOR_COLUMNS;
}

static void measure_times(struct table *table) {
    for (size_t line = table->first; line < table->end; line++) {
        rep_text_clear(&table->scratch);
        rep_text_add_duration(&table->scratch, (uint64_t)table->story->lines[line].time_ns);
        if (is_shown(table, line) && table->scratch.length > table->layout.time_columns)
            table->layout.time_columns = table->scratch.length;
    }
}

/* Text in a cell: cut where it is too long. Returns the columns it took. */
static size_t add_cut(struct rep_text *out, const char *text, size_t columns) {
    size_t length = strlen(text);
    size_t taken = rep_text_columns(text, length);
    if (taken <= columns) {
        rep_text_add(out, text);
        return taken;
    }
    size_t used = 0;
    size_t shown = 0;
    while (used < length) {
        size_t bytes = rep_text_character_bytes(text + used, length - used);
        size_t width = rep_text_columns(text + used, bytes);
        if (shown + width + 2 > columns)
            break;
        used += bytes;
        shown += width;
    }
    rep_text_add_bytes(out, text, used);
    rep_text_add(out, "..");
    return shown + 2;
}

static void add_heading(struct table *table) {
    const struct layout *layout = &table->layout;
    size_t pending = layout->time_columns + SEPARATOR_COLUMNS;
    for (size_t i = 0; i < layout->lane_count; i++) {
        rep_text_clear(&table->scratch);
        rep_model_add_lane_name(table->model, layout->lanes[i], &table->scratch);
        rep_text_add_repeated(table->out, ' ', pending);
        size_t taken = add_cut(table->out, rep_text_string(&table->scratch), layout->cell_columns);
        pending = layout->cell_columns - taken + SEPARATOR_COLUMNS;
    }
    if (layout->has_others) {
        rep_text_add_repeated(table->out, ' ', pending);
        rep_text_add(table->out, "others");
    }
    rep_text_add(table->out, "\n");
}

static void add_row(struct table *table, size_t line, int64_t *time_ns) {
    const struct layout *layout = &table->layout;
    const struct rep_line *it = &table->story->lines[line];
    size_t before = table->out->length;
    if (it->time_ns != *time_ns) {
        rep_text_clear(&table->scratch);
        rep_text_add_duration(&table->scratch, (uint64_t)it->time_ns);
        rep_text_add_repeated(table->out, ' ', layout->time_columns - table->scratch.length);
        rep_text_add(table->out, rep_text_string(&table->scratch));
        *time_ns = it->time_ns;
    }
    size_t column = 0;
    while (column < layout->lane_count && layout->lanes[column] != it->lane)
        column++;
    size_t from = layout->time_columns + column * (layout->cell_columns + SEPARATOR_COLUMNS);
    rep_text_add_repeated(table->out, ' ', from - (table->out->length - before));
    rep_text_add(table->out, table->is_decided[line] != 0 ? " *" : "  ");
    rep_text_clear(&table->scratch);
    if (column == layout->lane_count) {
        rep_model_add_lane_name(table->model, it->lane, &table->scratch);
        rep_text_add(&table->scratch, ": ");
    }
    rep_text_add(&table->scratch, it->text);
    (void)add_cut(table->out, rep_text_string(&table->scratch), layout->cell_columns);
    rep_text_add(table->out, "\n");
}

static void make(struct table *table) {
    find_lines(table);
    measure_times(table);
    choose_lanes(table);
    if (table->layout.lane_count < 2)
        return; /* nobody came between */
    find_decisions(table);
    add_heading(table);
    int64_t time_ns = -1;
    for (size_t line = table->first; line < table->end; line++) {
        if (is_shown(table, line))
            add_row(table, line, &time_ns);
    }
}

static int make_text(const struct rep_model *model, const struct rep_story *story,
                     const struct rep_interleaving_options *options, struct rep_text *out) {
    struct table table = {.model = model, .story = story, .options = options, .out = out};
    table.is_decided = calloc(story->line_count + 1, 1);
    if (table.is_decided == NULL)
        return REP_ENOMEM;
    make(&table);
    bool has_failed = table.scratch.failed || out->failed;
    rep_text_term(&table.scratch);
    free(table.is_decided);
    return has_failed ? REP_ENOMEM : REP_OK;
}

int rep_interleaving_text(const struct rep_trace *trace,
                          const struct rep_interleaving_options *options, char **text) {
    struct rep_model model;
    struct rep_story story;
    struct rep_text out = {0};
    *text = NULL;
    int status = rep_model_init(&model, trace);
    if (status != REP_OK)
        return status;
    status = rep_story_init(&story, &model);
    if (status == REP_OK) {
        status = make_text(&model, &story, options, &out);
        rep_story_term(&story);
    }
    rep_model_term(&model);
    if (status == REP_OK && out.length > 0) {
        *text = strdup(rep_text_string(&out));
        status = *text != NULL ? REP_OK : REP_ENOMEM;
    }
    rep_text_term(&out);
    return status;
}
