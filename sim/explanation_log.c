/* explanation_log.c - why a clause about log lines does not hold: the lines there are beside the
 * one expected. */
#include "sim/explanation_log.h"

#include "sim/clause.h"
#include "sim/language/nearest.h"
#include "sim/quotation.h"
#include "sim/watch.h"

#include <inttypes.h>
#include <string.h>

enum { LINES_MAX = 3, INDENT = 2, PATTERN_MAX = 256 };

void sim_explain_expected_at(struct sim_explanation *explanation, const struct sim_clause *clause) {
    struct sim_buffer *text = &explanation->columns.text;
    sim_columns_row(&explanation->columns, SIM_SIDE_EXPECTED, INDENT);
    sim_buffer_add_text(text, "expected");
    sim_columns_cell(&explanation->columns);
    if (clause->has_at) {
        sim_buffer_add_text(text, "at ");
        sim_quote_time(clause->at_ns.low, text);
        if (clause->at_ns.high != clause->at_ns.low) {
            sim_buffer_add_text(text, "..");
            sim_quote_time(clause->at_ns.high, text);
        }
    }
    sim_columns_cell(&explanation->columns);
}

static void add_pattern(struct sim_explanation *explanation, struct sim_text text) {
    sim_quote_text(text.bytes, text.length, &explanation->columns.text);
}

/* The coroutine that a clause names, in a cell. */
static void add_expected_by(struct sim_explanation *explanation, const struct sim_clause *clause) {
    if (clause->coroutine.name != NULL) {
        sim_columns_cell(&explanation->columns);
        sim_buffer_add_format(&explanation->columns.text, "by %s", clause->coroutine.name);
    }
}

void sim_explain_line(struct sim_explanation *explanation, enum sim_side side, const char *label,
                      const struct sim_log_line *line) {
    sim_explain_side_at(explanation, side, label, line->time_ns);
    sim_quote_text(line->text, line->bytes, &explanation->columns.text);
    sim_explain_by(explanation, line->instance, line->line);
    sim_explain_concern(explanation, line->instance, line->time_ns);
}

static void add_more(struct sim_explanation *explanation, size_t count) {
    if (count > 0) {
        sim_explain_side(explanation, SIM_SIDE_ACTUAL, "");
        sim_buffer_add_format(&explanation->columns.text, "and %zu more", count);
    }
}

void sim_explain_lines(struct sim_explanation *explanation, const struct sim_clause *clause,
                       const char *label) {
    const struct sim_journal *journal = &explanation->run->journal;
    size_t count = 0;
    for (size_t i = 0; i < journal->line_count; i++) {
        if (sim_clause_matches_line(explanation->run, clause, &journal->lines[i]) &&
            count++ < LINES_MAX) {
            sim_explain_line(explanation, SIM_SIDE_ACTUAL, count == 1 ? label : "",
                             &journal->lines[i]);
        }
    }
    add_more(explanation, count > LINES_MAX ? count - LINES_MAX : 0);
}

/* ---- Lines that never came ---- */

/* Could some text match both patterns? In `piece`, like in the other, `*` stands for anything. */
static bool could_both_match(const char *a, size_t a_length, const char *b, size_t b_length) {
    if (a_length > PATTERN_MAX || b_length > PATTERN_MAX) {
        return true;
    }
    /* reached[j]: a up to here and b up to j can be the same text. */
    bool reached[PATTERN_MAX + 1] = {true};
    for (size_t j = 0; j < b_length; j++) {
        reached[j + 1] = reached[j] && b[j] == '*';
    }
    for (size_t i = 0; i < a_length; i++) {
        bool diagonal = reached[0];
        reached[0] = reached[0] && a[i] == '*';
        for (size_t j = 0; j < b_length; j++) {
            bool above = reached[j + 1];
            bool is_any = a[i] == '*' || b[j] == '*';
            reached[j + 1] =
                is_any ? (above || reached[j] || diagonal) : (diagonal && a[i] == b[j]);
            diagonal = above;
        }
    }
    return reached[b_length];
}

/* A search for `log` statements that could give a line like a pattern. */
struct search {
    struct sim_text pattern;
    bool is_found;
};

static bool is_other_log(void *context, const struct sim_statement *statement) {
    struct search *search = context;
    const struct sim_expression *value = statement->as.simple.value;
    if (statement->kind != SIM_STATEMENT_LOG || value->kind != SIM_EXPRESSION_TEXT) {
        return true;
    }
    char pattern[PATTERN_MAX];
    size_t used = 0;
    for (uint32_t i = 0; i < value->as.text.piece_count; i++) {
        const struct sim_text_piece *piece = &value->as.text.pieces[i];
        const char *bytes = piece->expression != NULL ? "*" : piece->bytes.bytes;
        size_t length = piece->expression != NULL ? 1 : piece->bytes.length;
        if (length > sizeof pattern - used) {
            return true; /* longer than anybody expects */
        }
        if (length > 0) {
            memcpy(pattern + used, bytes, length);
        }
        used += length;
    }
    search->is_found =
        could_both_match(search->pattern.bytes, search->pattern.length, pattern, used);
    return !search->is_found;
}

/* Nothing tells a coroutine: those are meant that could have logged it. */
static void concern_loggers(struct sim_explanation *explanation, struct sim_text pattern) {
    const struct sim_coroutine *source = NULL;
    bool is_logger = false;
    for (const struct sim_instance *instance = explanation->run->instances; instance != NULL;
         instance = instance->next) {
        if (instance->source != source) {
            struct search search = {.pattern = pattern};
            (void)sim_statements_walk(&instance->source->body, is_other_log, &search);
            source = instance->source;
            is_logger = search.is_found;
        }
        if (is_logger) {
            sim_explain_concern(explanation, instance, INT64_MAX);
        }
    }
}

static const struct sim_log_line *almost(const struct sim_run *run, struct sim_text pattern) {
    struct sim_nearest nearest;
    sim_nearest_init(&nearest, pattern.bytes);
    for (size_t i = 0; i < run->journal.line_count && !sim_nearest_is_done(&nearest); i++) {
        sim_nearest_offer(&nearest, run->journal.lines[i].text);
    }
    for (size_t i = 0; nearest.best != NULL && i < run->journal.line_count; i++) {
        if (run->journal.lines[i].text == nearest.best) {
            return &run->journal.lines[i];
        }
    }
    return NULL;
}

/* A caret below the first column in which the text of the last row differs from a pattern. Only
 * where the two stand below each other and neither is cut. */
static void mark_difference(struct sim_explanation *explanation, struct sim_text pattern,
                            const struct sim_log_line *line) {
    if (memchr(pattern.bytes, '*', pattern.length) != NULL || pattern.length > 100 ||
        line->bytes > 100) {
        return;
    }
    size_t same = 0;
    while (same < pattern.length && same < line->bytes && pattern.bytes[same] == line->text[same]) {
        same++;
    }
    while (same > 0 && ((unsigned char)line->text[same] & 0xC0) == 0x80) {
        same--; /* to the first byte of the character */
    }
    struct sim_buffer quoted;
    sim_buffer_init(&quoted, explanation->run->allocator);
    sim_quote_text(line->text, same, &quoted);
    size_t column = quoted.has_failed ? 0 : sim_columns_width(quoted.bytes, quoted.length - 1);
    sim_buffer_term(&quoted);
    sim_explain_side(explanation, SIM_SIDE_NONE, "");
    sim_buffer_add_repeated(&explanation->columns.text, ' ', column);
    sim_buffer_add_text(&explanation->columns.text, "^");
}

static void explain_never_logged(struct sim_explanation *explanation, struct sim_text pattern,
                                 const char *what) {
    const struct sim_run *run = explanation->run;
    sim_explain_side(explanation, SIM_SIDE_ACTUAL, "actual");
    sim_buffer_add_text(&explanation->columns.text,
                        run->journal.line_count == 0 ? "nothing was logged" : what);
    const struct sim_log_line *line = almost(run, pattern);
    if (line == NULL) {
        concern_loggers(explanation, pattern);
        return;
    }
    sim_explain_line(explanation, SIM_SIDE_NONE, "nearest", line);
    mark_difference(explanation, pattern, line);
}

/* ---- Clauses ---- */

/* How far a line is from the time that is expected. */
static int64_t distance(const struct sim_clause *clause, const struct sim_log_line *line) {
    if (!clause->has_at) {
        return 0;
    }
    return line->time_ns < clause->at_ns.low    ? clause->at_ns.low - line->time_ns
           : line->time_ns > clause->at_ns.high ? line->time_ns - clause->at_ns.high
                                                : 0;
}

static bool is_like(const struct sim_clause *clause, const struct sim_log_line *line) {
    return sim_pattern_matches(clause->text.bytes, clause->text.length, line->text, line->bytes);
}

/* The lines of that text, whatever their time and coroutine: those nearest in time, in order. */
static size_t find_alike(const struct sim_journal *journal, const struct sim_clause *clause,
                         size_t found[LINES_MAX]) {
    size_t count = 0;
    for (size_t i = 0; i < journal->line_count; i++) {
        if (!is_like(clause, &journal->lines[i])) {
            continue;
        }
        if (count < LINES_MAX) {
            found[count++] = i;
            continue;
        }
        size_t worst = 0;
        for (size_t other = 1; other < LINES_MAX; other++) {
            if (distance(clause, &journal->lines[found[other]]) >
                distance(clause, &journal->lines[found[worst]])) {
                worst = other;
            }
        }
        if (distance(clause, &journal->lines[i]) <
            distance(clause, &journal->lines[found[worst]])) {
            memmove(&found[worst], &found[worst + 1], (LINES_MAX - worst - 1) * sizeof found[0]);
            found[LINES_MAX - 1] = i;
        }
    }
    return count;
}

static void explain_times(struct sim_explanation *explanation, const struct sim_clause *clause) {
    int64_t count = sim_clause_count_lines(explanation->run, clause);
    sim_explain_side(explanation, SIM_SIDE_ACTUAL, "actual");
    sim_buffer_add_format(&explanation->columns.text, "%" PRId64 " time%s", count,
                          count == 1 ? "" : "s");
    sim_explain_lines(explanation, clause, "");
}

void sim_explain_log(struct sim_explanation *explanation, const struct sim_clause *clause) {
    const struct sim_journal *journal = &explanation->run->journal;
    size_t found[LINES_MAX] = {0};
    sim_explain_expected_at(explanation, clause);
    add_pattern(explanation, clause->text);
    if (clause->has_times) {
        sim_buffer_add_format(&explanation->columns.text, " %" PRId64 " time%s", clause->times,
                              clause->times == 1 ? "" : "s");
    }
    add_expected_by(explanation, clause);
    size_t count = find_alike(journal, clause, found);
    bool is_counted = clause->has_times && sim_clause_count_lines(explanation->run, clause) > 0;
    if (is_counted) {
        explain_times(explanation, clause);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        sim_explain_line(explanation, SIM_SIDE_ACTUAL, i == 0 ? "actual" : "",
                         &journal->lines[found[i]]);
    }
    if (count == 0) {
        explain_never_logged(explanation, clause->text, "never logged");
    }
}

void sim_explain_no_log(struct sim_explanation *explanation, const struct sim_clause *clause) {
    sim_explain_expected_at(explanation, clause);
    sim_buffer_add_text(&explanation->columns.text, "never ");
    add_pattern(explanation, clause->text);
    add_expected_by(explanation, clause);
    sim_explain_lines(explanation, clause, "actual");
}

void sim_explain_before(struct sim_explanation *explanation, const struct sim_clause *clause) {
    const struct sim_run *run = explanation->run;
    size_t first = sim_first_line_like(run, clause->text);
    size_t second = sim_first_line_like(run, clause->second);
    sim_explain_side(explanation, SIM_SIDE_EXPECTED, "expected");
    add_pattern(explanation, clause->text);
    sim_buffer_add_text(&explanation->columns.text, " before ");
    add_pattern(explanation, clause->second);
    if (first == SIZE_MAX) {
        explain_never_logged(explanation, clause->text, "the first was never logged");
    } else if (second == SIZE_MAX) {
        explain_never_logged(explanation, clause->second, "the second was never logged");
    } else {
        sim_explain_line(explanation, SIM_SIDE_ACTUAL, "actual", &run->journal.lines[second]);
        sim_explain_line(explanation, SIM_SIDE_ACTUAL, "then", &run->journal.lines[first]);
    }
}
