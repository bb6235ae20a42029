/* diff_text.c - what differs between two runs, in words: the verdict, where it begins and what that
 * came of, then both side by side. */
#include "reports/diff.h"

#include <stdlib.h>
#include <string.h>

#include "reports/diff_graph.h"
#include "reports/output_file.h"
#include "reports/picture_file.h"
#include "reports/status.h"

enum {
    COLUMNS_DEFAULT = 100,
    COLUMNS_MIN = 60,
    MARK_COLUMNS = 4, /* "  <^", between both sides */
    TEXT_COLUMNS_MIN = 8,
    PIECES_MAX = 4, /* rows of the terminal that a line may take */
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

/* The bytes of a text that take so many columns. */
static size_t bytes_of(const char *text, size_t columns) {
    size_t length = strlen(text);
    size_t used = 0;
    for (size_t shown = 0; shown < columns && used < length; shown++)
        used += rep_text_character_bytes(text + used, length - used);
    return used;
}

/* Adds a name in a number of columns; of one that is too long both ends. */
static void add_name(struct rep_text *out, const char *name, size_t columns) {
    size_t taken = rep_text_columns(name, strlen(name));
    if (taken <= columns) {
        rep_text_add(out, name);
        rep_text_add_repeated(out, ' ', columns - taken);
        return;
    }
    size_t end = (columns - 2) / 2;
    rep_text_add_bytes(out, name, bytes_of(name, columns - 2 - end));
    rep_text_add(out, "..");
    rep_text_add(out, name + bytes_of(name, taken - end));
}

/* The same, but where there is a blank in them no word is broken; the blank belongs to them. */
static size_t bytes_of_words(const char *text, size_t columns) {
    size_t bytes = bytes_of(text, columns);
    size_t blank = bytes;
    while (blank > 0 && text[blank - 1] != ' ')
        blank--;
    return text[bytes] == ' ' ? bytes + 1 : blank > 0 ? blank : bytes;
}

/* What of a line comes on one row of the terminal: of the text at *text, which moves on. Null:
 * nothing. */
static void add_piece(struct table *table, const struct rep_diff_line *line, const char **text,
                      bool is_cut, bool is_last) {
    struct rep_text *out = table->out;
    bool is_begin = line != NULL && *text == line->text;
    size_t room = table->side_columns - table->time_columns - table->name_columns - 4;
    size_t taken = *text != NULL ? rep_text_columns(*text, strlen(*text)) : 0;
    if (*text == NULL || taken == 0) {
        rep_text_add_repeated(out, ' ', is_last ? 0 : table->side_columns);
        return;
    }
    rep_text_clear(&table->scratch);
    if (is_begin)
        rep_text_add_duration(&table->scratch, (uint64_t)line->time_ns);
    rep_text_add_repeated(out, ' ', table->time_columns - table->scratch.length);
    rep_text_add_format(out, "%s  ", rep_text_string(&table->scratch));
    add_name(out, is_begin ? line->who : "", table->name_columns);
    rep_text_add(out, "  ");
    bool is_whole = taken <= room;
    size_t bytes = is_whole ? strlen(*text)
                   : is_cut ? bytes_of(*text, room - 2)
                            : bytes_of_words(*text, room);
    size_t shown = bytes > 0 && (*text)[bytes - 1] == ' ' ? bytes - 1 : bytes;
    size_t columns = rep_text_columns(*text, shown);
    rep_text_add_bytes(out, *text, shown);
    if (!is_whole && is_cut) {
        rep_text_add(out, "..");
        columns += 2;
    }
    rep_text_add_repeated(out, ' ', is_last ? 0 : room - columns);
    *text += is_cut ? strlen(*text) : bytes;
}

static void trim(struct rep_text *out) {
    while (out->length > 0 && out->bytes[out->length - 1] == ' ')
        out->bytes[--out->length] = '\0';
}

/* What differs is told in full, below each other where it is too long for one row. */
static void add_row(struct table *table, size_t row) {
    const struct rep_diff_row *it = &table->diff->rows[row];
    const struct rep_diff_line *lines[2] = {NULL, NULL};
    const char *texts[2] = {NULL, NULL};
    bool differs = it->mark > REP_DIFF_TIME;
    for (int run = 0; run < 2; run++) {
        if (it->lines[run] != 0) {
            lines[run] = &table->diff->runs[run].lines[it->lines[run] - 1];
            texts[run] = lines[run]->text;
        }
    }
    for (size_t piece = 0; piece < PIECES_MAX; piece++) {
        bool is_cut = !differs || piece + 1 == PIECES_MAX;
        add_piece(table, lines[0], &texts[0], is_cut, false);
        rep_text_add(table->out, " ");
        if (piece == 0)
            rep_diff_add_mark(table->diff, row, table->out);
        rep_text_add(table->out, piece == 0 ? " " : "   ");
        add_piece(table, lines[1], &texts[1], is_cut, true);
        trim(table->out);
        rep_text_add(table->out, "\n");
        if ((texts[0] == NULL || texts[0][0] == '\0') && (texts[1] == NULL || texts[1][0] == '\0'))
            return;
    }
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
            table->name_columns = name > table->name_columns ? name : table->name_columns;
        }
    }
    size_t most = table->side_columns / 3;
    table->name_columns = table->name_columns < most ? table->name_columns : most;
    /* Times of a great many digits leave too little for the rest: then it is wider. */
    size_t least = table->time_columns + table->name_columns + 4 + TEXT_COLUMNS_MIN;
    table->side_columns = table->side_columns > least ? table->side_columns : least;
}

static void add_legend(struct table *table) {
    rep_diff_add_counts(table->diff, table->out);
    rep_text_add(table->out, "\n\n");
    rep_text_add(table->out, "A");
    rep_text_add_repeated(table->out, ' ', table->side_columns + MARK_COLUMNS - 1);
    rep_text_add(table->out, "B\n");
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

int rep_diff_write(const struct rep_diff *diff, const struct rep_diff_options *options,
                   const char *path, struct rep_error *error) {
    if (rep_path_is_page(path))
        return rep_diff_html_write(diff, options, path, error);
    if (rep_text_ends_with(path, ".txt"))
        return write_text(diff, options, path, error);
    if (rep_picture_check_path(path, NULL) == REP_OK)
        return rep_diff_graph_write(diff, options, path, error);
    return rep_error_set(error, REP_EFORMAT, 0,
                         "a difference is written as .html, .txt, .svg, .png, .pdf or .dot, as the "
                         "file's name ends");
}
