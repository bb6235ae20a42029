/* diff_text.c - what differs between two runs, in words: the verdict, where it begins and what that
 * came of, then both side by side. */
#include "reports/diff.h"

#include <stdlib.h>
#include <string.h>

#include "reports/output_file.h"
#include "reports/status.h"

enum {
    COLUMNS_DEFAULT = 80,
    COLUMNS_MIN = 40,
    MARK_COLUMNS = 4, /* "  <^", between both sides */
    NAME_COLUMNS_MAX = 16,
};

struct table {
    const struct rep_diff *diff;
    const struct rep_diff_options *options;
    struct rep_text *out;
    struct rep_text scratch;
    uint8_t *is_near;
    size_t time_columns;
    size_t name_columns;
    size_t side_columns;
};

const char *rep_diff_verdict_text(enum rep_diff_verdict verdict) {
    switch (verdict) {
#define REP_DIFF_VERDICT_CASE(enumerator, text)                                                    \
    case enumerator:                                                                               \
        return text;
        REP_DIFF_VERDICT_TABLE(REP_DIFF_VERDICT_CASE)
#undef REP_DIFF_VERDICT_CASE
    }
    return "";
}

const char *rep_diff_who(const struct rep_diff_line *line) {
    return line->who[0] != '\0' ? line->who : "the world";
}

static const char mark_characters[] = "=~<>|";

void rep_diff_add_mark(const struct rep_diff *diff, size_t row, struct rep_text *text) {
    const struct rep_diff_row *it = &diff->rows[row];
    rep_text_add_bytes(text, &mark_characters[it->mark], 1);
    rep_text_add(text, it->elsewhere == 0 ? " " : it->elsewhere - 1 < row ? "^" : "v");
}

static void add_amount(struct rep_text *text, size_t count, const char *what, bool *has_any) {
    if (count == 0)
        return;
    rep_text_add_format(text, "%s%zu %s", *has_any ? ", " : "", count, what);
    *has_any = true;
}

void rep_diff_add_counts(const struct rep_diff *diff, struct rep_text *text) {
    const size_t *counts = diff->mark_counts;
    bool has_any = false;
    rep_text_add(text, "lines: ");
    add_amount(text, counts[REP_DIFF_SAME], "the same", &has_any);
    add_amount(text, counts[REP_DIFF_TIME], "at another time", &has_any);
    add_amount(text, diff->moved_count, "in another order", &has_any);
    add_amount(text, counts[REP_DIFF_CHANGED], "another", &has_any);
    add_amount(text, counts[REP_DIFF_LEFT] - diff->moved_count, "only in A", &has_any);
    add_amount(text, counts[REP_DIFF_RIGHT] - diff->moved_count, "only in B", &has_any);
    rep_text_add(text, has_any ? "" : "none");
}

void rep_diff_add_decision(const struct rep_diff_decision *decision, struct rep_text *text) {
    rep_text_add_format(text, "%s (%llu of %llu, event %llu)", decision->text,
                        (unsigned long long)decision->number + 1,
                        (unsigned long long)decision->count, (unsigned long long)decision->event);
}

void rep_diff_find_near(const struct rep_diff *diff, size_t context, uint8_t *is_near) {
    size_t since = SIZE_MAX; /* rows since one that differs */
    bool counts_times = diff->verdict == REP_DIFF_TIMES;
    memset(is_near, 0, diff->row_count);
    for (size_t pass = 0; pass < 2; pass++, since = SIZE_MAX) {
        for (size_t i = 0; i < diff->row_count; i++) {
            size_t row = pass == 0 ? i : diff->row_count - 1 - i;
            enum rep_diff_mark mark = diff->rows[row].mark;
            bool differs = mark == REP_DIFF_TIME ? counts_times : mark != REP_DIFF_SAME;
            since = differs ? 0 : since == SIZE_MAX ? since : since + 1;
            is_near[row] |= since <= context && since != SIZE_MAX;
        }
    }
}

/* ---- Above the table ---- */

static void add_run(struct table *table, int run) {
    const struct rep_diff_run *it = &table->diff->runs[run];
    const char *name = table->options->names[run];
    rep_text_add(table->out, run == 0 ? "A  " : "B  ");
    if (name != NULL) {
        rep_text_add_foreign(table->out, name, strlen(name));
        rep_text_add(table->out, ": ");
    }
    rep_text_add_format(table->out, "%s\n   %s\n", it->verdict, it->facts);
}

static void add_line(struct table *table, const struct rep_diff_line *line) {
    rep_text_add_duration(table->out, (uint64_t)line->time_ns);
    rep_text_add_format(table->out, " %s: %s\n", rep_diff_who(line), line->text);
}

static void add_first(struct table *table) {
    const struct rep_diff *diff = table->diff;
    if (diff->first == 0)
        return;
    rep_text_add(table->out, "\nfirst difference\n");
    for (int run = 0; run < 2; run++) {
        const struct rep_diff_run *it = &diff->runs[run];
        rep_text_add(table->out, run == 0 ? "A  " : "B  ");
        if (it->first == 0)
            rep_text_add(table->out, "nothing any more\n");
        else
            add_line(table, &it->lines[it->first - 1]);
        for (size_t i = 0; i < it->cause_count; i++) {
            rep_text_add(table->out, "     <- ");
            add_line(table, &it->lines[it->causes[i]]);
        }
        if (it->decision.event != 0) {
            rep_text_add(table->out, "     decided: ");
            rep_diff_add_decision(&it->decision, table->out);
            rep_text_add(table->out, "\n");
        }
    }
}

static void add_only(struct table *table) {
    for (int run = 0; run < 2; run++) {
        const struct rep_diff_run *it = &table->diff->runs[run];
        for (size_t i = 0; i < it->only_count; i++)
            rep_text_add_format(table->out, "%s%s",
                                i > 0      ? ", "
                                : run == 0 ? "only in A: "
                                           : "only in B: ",
                                it->only[i]);
        rep_text_add(table->out, it->only_count > 0 ? "\n" : "");
    }
}

static void add_head(struct table *table) {
    const struct rep_diff *diff = table->diff;
    rep_text_add_format(table->out, "%s\n", rep_diff_verdict_text(diff->verdict));
    add_run(table, 0);
    add_run(table, 1);
    add_first(table);
    if (diff->first_event != 0)
        rep_text_add_format(table->out, "\nfirst difference: event %llu\n",
                            (unsigned long long)diff->first_event);
    if (diff->verdict != REP_DIFF_IDENTICAL)
        rep_text_add(table->out, "\n");
    add_only(table);
}

/* ---- The table ---- */

/* Adds a text in a number of columns, cut where it is too long. */
static void add_cell(struct rep_text *out, const char *text, size_t columns, bool is_last) {
    size_t length = strlen(text);
    size_t taken = rep_text_columns(text, length);
    if (taken <= columns) {
        rep_text_add(out, text);
        rep_text_add_repeated(out, ' ', is_last ? 0 : columns - taken);
        return;
    }
    size_t used = 0;
    for (size_t shown = 0; shown + 2 < columns; shown++)
        used += rep_text_character_bytes(text + used, length - used);
    rep_text_add_bytes(out, text, used);
    rep_text_add(out, "..");
}

static void add_side(struct table *table, int run, size_t line, bool is_last) {
    struct rep_text *scratch = &table->scratch;
    rep_text_clear(scratch);
    if (line != 0) {
        const struct rep_diff_line *it = &table->diff->runs[run].lines[line - 1];
        struct rep_text time = {0};
        rep_text_add_duration(&time, (uint64_t)it->time_ns);
        rep_text_add_repeated(scratch, ' ', table->time_columns - time.length);
        rep_text_add_format(scratch, "%s  ", rep_text_string(&time));
        add_cell(scratch, it->who, table->name_columns, false);
        rep_text_add_format(scratch, "  %s", it->text);
        scratch->failed = scratch->failed || time.failed;
        rep_text_term(&time);
    }
    add_cell(table->out, rep_text_string(scratch), table->side_columns, is_last);
}

static void add_row(struct table *table, size_t row) {
    const struct rep_diff_row *it = &table->diff->rows[row];
    add_side(table, 0, it->lines[0], false);
    rep_text_add(table->out, " ");
    rep_diff_add_mark(table->diff, row, table->out);
    if (it->lines[1] != 0) {
        rep_text_add(table->out, " ");
        add_side(table, 1, it->lines[1], true);
    } else if (it->elsewhere == 0) {
        table->out->bytes[--table->out->length] = '\0';
    }
    rep_text_add(table->out, "\n");
}

/* What times and names of the rows that are shown take. */
static void measure(struct table *table) {
    const struct rep_diff *diff = table->diff;
    size_t columns = table->options->columns > COLUMNS_MIN ? table->options->columns : COLUMNS_MIN;
    if (table->options->columns == 0)
        columns = COLUMNS_DEFAULT;
    table->side_columns = (columns - MARK_COLUMNS) / 2;
    for (size_t row = 0; row < diff->row_count; row++) {
        for (int run = 0; run < 2 && table->is_near[row] != 0; run++) {
            size_t line = diff->rows[row].lines[run];
            const struct rep_diff_line *it = line != 0 ? &diff->runs[run].lines[line - 1] : NULL;
            size_t name = it != NULL ? rep_text_columns(it->who, strlen(it->who)) : 0;
            rep_text_clear(&table->scratch);
            rep_text_add_duration(&table->scratch, it != NULL ? (uint64_t)it->time_ns : 0);
            if (table->scratch.length > table->time_columns)
                table->time_columns = table->scratch.length;
            name = name < NAME_COLUMNS_MAX ? name : NAME_COLUMNS_MAX;
            table->name_columns = name > table->name_columns ? name : table->name_columns;
        }
    }
}

static void add_legend(struct table *table) {
    rep_diff_add_counts(table->diff, table->out);
    rep_text_add(table->out, "\n\n");
    add_cell(table->out, "A", table->side_columns, false);
    rep_text_add(table->out, "    B\n");
}

static void add_rest(struct table *table, size_t row) {
    size_t count = 0;
    for (size_t i = row; i < table->diff->row_count; i++)
        count += table->diff->rows[i].mark > REP_DIFF_TIME ? 1 : 0;
    rep_text_add_format(table->out, "... and %zu more rows, of which %zu differ\n",
                        table->diff->row_count - row, count);
}

static void add_table(struct table *table) {
    const struct rep_diff *diff = table->diff;
    size_t shown = 0;
    size_t left_out = 0;
    if (diff->first == 0)
        return;
    rep_diff_find_near(diff, table->options->context, table->is_near);
    measure(table);
    add_legend(table);
    for (size_t row = 0; row < diff->row_count; row++) {
        if (table->is_near[row] == 0) {
            left_out++;
            continue;
        }
        if (shown == table->options->row_count_max && shown > 0) {
            add_rest(table, row - left_out);
            return;
        }
        if (left_out > 0)
            rep_text_add_format(table->out, "... %zu alike\n", left_out);
        left_out = 0;
        add_row(table, row);
        shown++;
    }
    if (left_out > 0)
        rep_text_add_format(table->out, "... %zu alike\n", left_out);
}

static int make(const struct rep_diff *diff, const struct rep_diff_options *options,
                struct rep_text *out) {
    struct table table = {.diff = diff, .options = options, .out = out};
    table.is_near = calloc(diff->row_count + 1, 1);
    if (table.is_near == NULL)
        return REP_ENOMEM;
    add_head(&table);
    add_table(&table);
    bool has_failed = out->failed || table.scratch.failed;
    rep_text_term(&table.scratch);
    free(table.is_near);
    return has_failed ? REP_ENOMEM : REP_OK;
}

int rep_diff_text(const struct rep_diff *diff, const struct rep_diff_options *options,
                  char **text) {
    struct rep_text out = {0};
    int status = make(diff, options, &out);
    *text = status == REP_OK ? strdup(rep_text_string(&out)) : NULL;
    rep_text_term(&out);
    return *text != NULL ? REP_OK : REP_ENOMEM;
}

static int write_text(const struct rep_diff *diff, const struct rep_diff_options *options,
                      const char *path, struct rep_error *error) {
    char *text;
    int status = rep_diff_text(diff, options, &text);
    if (status != REP_OK)
        return rep_error_set(error, status, 0, "%s", rep_status_text(status));
    status = rep_output_write(path, text, strlen(text), error);
    free(text);
    return status;
}

static bool ends_with(const char *text, const char *end) {
    size_t length = strlen(text);
    size_t end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

int rep_diff_write(const struct rep_diff *diff, const struct rep_diff_options *options,
                   const char *path, struct rep_error *error) {
    if (ends_with(path, ".html") || ends_with(path, ".htm"))
        return rep_diff_html_write(diff, options, path, error);
    if (ends_with(path, ".txt"))
        return write_text(diff, options, path, error);
    return rep_error_set(error, REP_EFORMAT, 0,
                         "a difference is written as .html or .txt, as the file's name ends");
}
