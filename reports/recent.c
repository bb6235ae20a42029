/* recent.c - the last things that some coroutines did: the end of their part of the story. */
#include "reports/reports.h"

#include <stdlib.h>
#include <string.h>

#include "reports/story.h"
#include "reports/timeline_strips.h"

enum { NAME_COLUMNS_MAX = 32, STRIPS_MAX = 4 };

struct rep_recent {
    struct rep_model model;
    struct rep_story story;
};

int rep_recent_new(const struct rep_trace *trace, struct rep_recent **recent) {
    *recent = calloc(1, sizeof **recent);
    if (*recent == NULL)
        return REP_ENOMEM;
    int status = rep_model_init(&(*recent)->model, trace);
    if (status == REP_OK) {
        status = rep_story_init(&(*recent)->story, &(*recent)->model);
        if (status != REP_OK)
            rep_model_term(&(*recent)->model);
    }
    if (status != REP_OK) {
        free(*recent);
        *recent = NULL;
    }
    return status;
}

void rep_recent_free(struct rep_recent *recent) {
    if (recent == NULL)
        return;
    rep_story_term(&recent->story);
    rep_model_term(&recent->model);
    free(recent);
}

/* Of the coroutines asked for, and something that happened: no verdict. */
static bool is_wanted(const struct rep_recent *recent, const struct rep_recent_options *options,
                      const struct rep_line *line) {
    const struct rep_trace *trace = recent->model.trace;
    if (line->lane == REP_NONE || line->time_ns > options->until_ns ||
        rep_event_kind(trace, rep_trace_event(trace, line->event)) == REP_EVENT_FAILURE)
        return false;
    for (size_t i = 0; i < options->coroutine_count; i++) {
        if (recent->model.lanes[line->lane].id == options->coroutines[i])
            return true;
    }
    return false;
}

/* The index of the first line to be shown. */
static size_t first_line(const struct rep_recent *recent,
                         const struct rep_recent_options *options) {
    size_t count = 0;
    size_t first = recent->story.line_count;
    while (first > 0 && count < options->line_count) {
        first--;
        if (is_wanted(recent, options, &recent->story.lines[first]))
            count++;
    }
    return first;
}

static void add_time(const struct rep_line *line, struct rep_text *text) {
    rep_text_add_duration(text, (uint64_t)line->time_ns);
}

static void add_name(const struct rep_recent *recent, const struct rep_line *line,
                     struct rep_text *text) {
    rep_model_add_lane_name(&recent->model, line->lane, text);
}

struct widths {
    size_t time;
    size_t name;
};

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

static struct widths measure(const struct rep_recent *recent,
                             const struct rep_recent_options *options, size_t first,
                             struct rep_text *scratch) {
    struct widths widths = {0, 0};
    for (size_t i = first; i < recent->story.line_count; i++) {
        const struct rep_line *line = &recent->story.lines[i];
        if (!is_wanted(recent, options, line))
            continue;
        rep_text_clear(scratch);
        add_time(line, scratch);
        widths.time = larger(widths.time, scratch->length);
        rep_text_clear(scratch);
        add_name(recent, line, scratch);
        size_t columns = rep_text_columns(rep_text_string(scratch), scratch->length);
        widths.name = larger(widths.name, columns);
    }
    widths.name = widths.name > NAME_COLUMNS_MAX ? NAME_COLUMNS_MAX : widths.name;
    return widths;
}

static void add_line(const struct rep_recent *recent, const struct rep_line *line,
                     struct widths widths, struct rep_text *scratch, struct rep_text *text) {
    rep_text_clear(scratch);
    add_time(line, scratch);
    rep_text_add_repeated(text, ' ', widths.time - scratch->length);
    rep_text_add(text, rep_text_string(scratch));
    rep_text_clear(scratch);
    add_name(recent, line, scratch);
    size_t columns = rep_text_columns(rep_text_string(scratch), scratch->length);
    rep_text_add(text, "  ");
    rep_text_add(text, rep_text_string(scratch));
    rep_text_add_repeated(text, ' ', columns < widths.name ? widths.name - columns : 0);
    rep_text_add(text, "  ");
    rep_text_add(text, line->text);
    rep_text_add(text, "\n");
}

int rep_recent_text(const struct rep_recent *recent, const struct rep_recent_options *options,
                    char **text) {
    struct rep_text scratch = {0};
    struct rep_text out = {0};
    size_t first = first_line(recent, options);
    struct widths widths = measure(recent, options, first, &scratch);
    for (size_t i = first; i < recent->story.line_count; i++) {
        const struct rep_line *line = &recent->story.lines[i];
        if (is_wanted(recent, options, line))
            add_line(recent, line, widths, &scratch, &out);
    }
    bool failed = scratch.failed || out.failed;
    *text = failed ? NULL : strdup(rep_text_string(&out));
    rep_text_term(&scratch);
    rep_text_term(&out);
    return *text == NULL ? REP_ENOMEM : REP_OK;
}

/* ---- Strips ---- */

/* The coroutines that have a strip, in the order of the model. */
struct cast {
    uint32_t lanes[STRIPS_MAX];
    uint32_t count;
};

static void add_to_cast(struct cast *cast, uint32_t lane) {
    uint32_t at = 0;
    while (at < cast->count && cast->lanes[at] < lane)
        at++;
    if (cast->count == STRIPS_MAX || (at < cast->count && cast->lanes[at] == lane))
        return;
    memmove(&cast->lanes[at + 1], &cast->lanes[at], (cast->count - at) * sizeof cast->lanes[0]);
    cast->lanes[at] = lane;
    cast->count++;
}

/* First those whom it concerns, then whoever did something last in that time. False: nobody whom it
 * concerns has timed out. */
static bool choose_cast(const struct rep_recent *recent, const struct rep_recent_options *options,
                        size_t first, size_t end, struct cast *cast) {
    bool has_timeout = false;
    for (size_t i = end; i > first; i--) {
        const struct rep_line *line = &recent->story.lines[i - 1];
        if (!is_wanted(recent, options, line))
            continue;
        has_timeout = has_timeout || line->tone == REP_TONE_TIMEOUT;
        add_to_cast(cast, line->lane);
    }
    for (size_t i = end; i > first; i--) {
        if (recent->story.lines[i - 1].lane != REP_NONE)
            add_to_cast(cast, recent->story.lines[i - 1].lane);
    }
    return has_timeout && cast->count > 1;
}

int rep_recent_strips(const struct rep_recent *recent, const struct rep_recent_options *options,
                      char **text) {
    const struct rep_line *lines = recent->story.lines;
    size_t first = first_line(recent, options);
    size_t end = recent->story.line_count;
    struct cast cast = {.count = 0};
    struct rep_text out = {0};
    *text = NULL;
    while (end > first && lines[end - 1].time_ns > options->until_ns)
        end--;
    while (first < end && !is_wanted(recent, options, &lines[first]))
        first++;
    if (!choose_cast(recent, options, first, end, &cast) ||
        lines[first].time_ns == lines[end - 1].time_ns)
        return REP_OK;
    struct rep_strips_options strips = {.lanes = cast.lanes,
                                        .lane_count = cast.count,
                                        .first = lines[first].event,
                                        .last = lines[end - 1].event};
    int status = rep_strips_add(&recent->story, &strips, &out);
    if (status == REP_OK)
        *text = strdup(rep_text_string(&out));
    rep_text_term(&out);
    return *text != NULL ? REP_OK : REP_ENOMEM;
}
