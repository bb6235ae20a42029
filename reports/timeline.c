/* timeline.c - the timeline of a trace as plain text: what happened, why each timeout fired, a
 * strip a coroutine.
 *
 * It is for reading, in a terminal or a mail: at most 100 columns, no colour, one line a thing that
 * happened; what is too long goes on below.
 */
#include "reports/reports.h"

#include <stdlib.h>
#include <string.h>

#include "reports/facts.h"
#include "reports/output_file.h"
#include "reports/status.h"
#include "reports/story.h"
#include "reports/timeline_strips.h"
#include "reports/timeline_timeouts.h"

enum {
    LINE_COLUMNS = 100,
    TIME_COLUMNS = 11,
    NAME_COLUMNS_MAX = 26,
    GAP_SHARE = 20, /* idle time of that share of the run is marked */
};

struct table {
    const struct rep_story *story;
    struct rep_text *out;
    struct rep_text scratch;
    size_t name_columns;
};

/* Adds `string`, padded or cut to `columns`. */
static void add_column(struct rep_text *out, const char *string, size_t columns, bool right) {
    size_t length = strlen(string);
    size_t taken = rep_text_columns(string, length);
    if (taken <= columns) {
        if (right)
            rep_text_add_repeated(out, ' ', columns - taken);
        rep_text_add(out, string);
        if (!right)
            rep_text_add_repeated(out, ' ', columns - taken);
        return;
    }
    size_t used = 0;
    for (size_t shown = 0; shown + 1 < columns; shown++)
        used += rep_text_character_bytes(string + used, length - used);
    rep_text_add_bytes(out, string, used);
    rep_text_add(out, "~");
}

static void add_full_name(const struct rep_model *model, uint32_t lane, struct rep_text *text) {
    if (lane == REP_NONE)
        return;
    if (model->host_count > 1) {
        rep_model_add_host_name(model, model->lanes[lane].host, text);
        rep_text_add(text, "/");
    }
    rep_model_add_lane_name(model, lane, text);
}

static void size_names(struct table *table) {
    const struct rep_model *model = table->story->model;
    table->name_columns = strlen("COROUTINE");
    for (uint32_t lane = 0; lane < model->lane_count; lane++) {
        rep_text_clear(&table->scratch);
        add_full_name(model, lane, &table->scratch);
        size_t columns = rep_text_columns(rep_text_string(&table->scratch), table->scratch.length);
        if (columns > table->name_columns)
            table->name_columns = columns;
    }
    if (table->name_columns > NAME_COLUMNS_MAX)
        table->name_columns = NAME_COLUMNS_MAX;
    rep_text_clear(&table->scratch);
}

static const char *tone_mark(enum rep_tone tone) {
    switch (tone) {
    case REP_TONE_TIMEOUT:
        return "! ";
    case REP_TONE_FAILURE:
        return "X ";
    case REP_TONE_WORLD:
    case REP_TONE_HELD:
        return "* ";
    case REP_TONE_START:
    case REP_TONE_OPERATION:
    case REP_TONE_DONE:
    case REP_TONE_CANCELLED:
    case REP_TONE_PROGRESS:
    case REP_TONE_LOG:
    case REP_TONE_READ:
    case REP_TONE_SET:
    case REP_TONE_END:
    case REP_TONE_FINISH:
        return "  ";
    }
    return "  ";
}

/* "<- client/client_loop at 40ms, 3 bytes": where a line came from. */
static void add_cause(const struct table *table, const struct rep_link *link,
                      struct rep_text *text) {
    const struct rep_line *from = &table->story->lines[link->from];
    const struct rep_line *to = &table->story->lines[link->to];
    rep_text_add(text, "<- ");
    if (from->lane == REP_NONE)
        rep_text_add(text, from->text);
    else
        rep_model_add_lane_name(table->story->model, from->lane, text);
    bool held = to->tone == REP_TONE_HELD;
    if (link->kind == REP_LINK_HELD && !held)
        rep_text_add(text, ", held back");
    if (!held && link->text[0] != '\0' && strcmp(link->text, "ack") != 0)
        rep_text_add_format(text, ", %s", link->text);
    if (from->time_ns != to->time_ns) {
        rep_text_add(text, ", at ");
        rep_text_add_duration(text, (uint64_t)from->time_ns);
    }
}

/* Takes back the blanks at the end of the last line. */
static void trim(struct rep_text *out) {
    while (out->length > 0 && out->bytes[out->length - 1] == ' ')
        out->bytes[--out->length] = '\0';
}

/* Adds `text` from column `start` on, broken between words where it does not fit the line. */
static void add_wrapped(struct rep_text *out, const char *text, size_t start, size_t column) {
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        length += strspn(text + length, " ");
        size_t columns = rep_text_columns(text, strcspn(text, " "));
        if (column > start && column + columns > LINE_COLUMNS) {
            trim(out);
            rep_text_add(out, "\n");
            rep_text_add_repeated(out, ' ', start);
            column = start;
        }
        while (column + columns > LINE_COLUMNS) {
            size_t piece = 0;
            for (; column < LINE_COLUMNS; column++)
                piece += rep_text_character_bytes(text + piece, length - piece);
            rep_text_add_bytes(out, text, piece);
            rep_text_add(out, "\n");
            rep_text_add_repeated(out, ' ', start);
            column = start;
            text += piece;
            length -= piece;
            columns = rep_text_columns(text, strcspn(text, " "));
        }
        rep_text_add_bytes(out, text, length);
        column += rep_text_columns(text, length);
        text += length;
    }
}

static void add_what(struct table *table, const struct rep_line *line) {
    struct rep_text *out = table->out;
    size_t start = TIME_COLUMNS + 2 + table->name_columns + 2 + 2;
    size_t columns = rep_text_columns(line->text, strlen(line->text));
    rep_text_add(out, tone_mark(line->tone));
    add_wrapped(out, line->text, start, start);
    size_t column = start + columns;
    for (size_t i = 0; i < line->link_count; i++) {
        rep_text_clear(&table->scratch);
        add_cause(table, &table->story->links[line->link_first + i], &table->scratch);
        const char *cause = rep_text_string(&table->scratch);
        size_t cause_columns = rep_text_columns(cause, table->scratch.length);
        if (column + 2 + cause_columns > LINE_COLUMNS) {
            trim(out);
            rep_text_add(out, "\n");
            rep_text_add_repeated(out, ' ', start + 2);
            column = start + 2;
        } else {
            rep_text_add(out, "  ");
            column += 2;
        }
        add_wrapped(out, cause, start + 4, column);
        column += cause_columns;
    }
    trim(out);
    rep_text_add(out, "\n");
}

static void add_gap(struct table *table, int64_t idle_ns) {
    struct rep_text text = {0};
    rep_text_add(&text, "...");
    add_column(table->out, rep_text_string(&text), TIME_COLUMNS, true);
    rep_text_term(&text);
    rep_text_add(table->out, "  ");
    rep_text_add_duration(table->out, (uint64_t)idle_ns);
    rep_text_add(table->out, " idle ...\n");
}

static void add_row(struct table *table, size_t index) {
    const struct rep_story *story = table->story;
    const struct rep_line *line = &story->lines[index];
    bool new_instant = index == 0 || story->lines[index - 1].time_ns != line->time_ns;
    int64_t idle_ns = index == 0 ? 0 : line->time_ns - story->lines[index - 1].time_ns;
    if (idle_ns > rep_trace_duration_ns(story->model->trace) / GAP_SHARE)
        add_gap(table, idle_ns);
    rep_text_clear(&table->scratch);
    if (new_instant)
        rep_text_add_duration(&table->scratch, (uint64_t)line->time_ns);
    add_column(table->out, rep_text_string(&table->scratch), TIME_COLUMNS, true);
    rep_text_add(table->out, "  ");
    rep_text_clear(&table->scratch);
    bool same_lane = !new_instant && story->lines[index - 1].lane == line->lane;
    if (line->lane == REP_NONE)
        rep_text_add(&table->scratch, "(world)");
    else if (!same_lane)
        add_full_name(story->model, line->lane, &table->scratch);
    add_column(table->out, rep_text_string(&table->scratch), table->name_columns, false);
    rep_text_add(table->out, "  ");
    add_what(table, line);
}

static void add_table(struct table *table, size_t line_count_max) {
    size_names(table);
    add_column(table->out, "TIME", TIME_COLUMNS, true);
    rep_text_add(table->out, "  ");
    add_column(table->out, "COROUTINE", table->name_columns, false);
    rep_text_add(table->out, "    WHAT\n");
    for (size_t i = 0; i < table->story->line_count; i++) {
        if (line_count_max != 0 && i == line_count_max) {
            rep_text_add_format(table->out, "... and %zu more lines\n",
                                table->story->line_count - i);
            break;
        }
        add_row(table, i);
    }
}

static void add_header(const struct rep_model *model, struct rep_text *out) {
    struct rep_text text = {0};
    rep_add_title(model, &text);
    add_wrapped(out, rep_text_string(&text), 0, 0);
    rep_text_add(out, "\n");
    rep_text_clear(&text);
    rep_add_verdict(model, &text);
    rep_text_add(&text, ": ");
    rep_add_facts(model, &text);
    add_wrapped(out, rep_text_string(&text), 0, 0);
    rep_text_add(out, "\n\n");
    out->failed = out->failed || text.failed;
    rep_text_term(&text);
}

static int tell(const struct rep_story *story, size_t line_count_max, struct rep_text *out) {
    struct table table = {.story = story, .out = out};
    add_header(story->model, out);
    add_table(&table, line_count_max);
    int status = rep_timeouts_add(story, out);
    if (status == REP_OK) {
        rep_text_add(out, "\nWHO DID WHAT WHEN  ");
        status = rep_strips_add(story, NULL, out);
    }
    if (out->failed || table.scratch.failed)
        status = REP_ENOMEM;
    rep_text_term(&table.scratch);
    return status;
}

static int make_text(const struct rep_trace *trace, const struct rep_timeline_options *options,
                     struct rep_text *out) {
    struct rep_model model;
    int status = rep_model_init(&model, trace);
    if (status < 0)
        return status;
    struct rep_story story;
    status = rep_story_init(&story, &model);
    if (status == REP_OK) {
        status = tell(&story, options == NULL ? 0 : options->line_count_max, out);
        rep_story_term(&story);
    }
    rep_model_term(&model);
    return status;
}

int rep_timeline_text(const struct rep_trace *trace, const struct rep_timeline_options *options,
                      char **text) {
    struct rep_text out = {0};
    int status = make_text(trace, options, &out);
    *text = status == REP_OK ? out.bytes : NULL;
    if (status < 0)
        rep_text_term(&out);
    return status;
}

int rep_timeline_write(const struct rep_trace *trace, const struct rep_timeline_options *options,
                       const char *path, struct rep_error *error) {
    struct rep_text out = {0};
    int status = make_text(trace, options, &out);
    if (status == REP_OK)
        status = rep_output_write(path, out.bytes, out.length, error);
    else
        rep_error_set(error, status, 0, "%s", rep_status_text(status));
    rep_text_term(&out);
    return status;
}
