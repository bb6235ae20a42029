/* formatter_lines.c - the first pass: what each line is, without writing anything.
 *
 * The lexer moves from line of code to line of code by itself; blank lines and comments are found
 * here, and both stay in step.
 */
#include "sim/language/formatter_layout.h"

#include "sim/language/utf8.h"

#include <string.h>

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

uint32_t sim_layout_columns(const char *text, size_t length) {
    uint32_t columns = 0;
    for (size_t at = 0; at < length;) {
        uint32_t code_point = 0;
        size_t bytes = sim_utf8_decode(text + at, length - at, &code_point);
        columns += bytes > 0 ? sim_utf8_width(code_point) : 1;
        at += bytes > 0 ? bytes : 1;
    }
    return columns;
}

static struct sim_layout_line *add_line(struct sim_formatter *formatter) {
    struct sim_layout_line *lines =
        sim_arena_push(&formatter->arena, formatter->lines, &formatter->line_count, sizeof(*lines));
    if (lines == NULL) {
        return NULL;
    }
    formatter->lines = lines;
    return &lines[formatter->line_count - 1];
}

static uint32_t number_of(const struct sim_token *token) {
    return token->kind == SIM_TOKEN_NAME ? token->name_number : SIM_NONE;
}

/* `param NAME = ...` and `each NAME, NAME`: reserved words that are names from here on. */
static void note_parameters(struct sim_formatter *formatter, const struct sim_token *head,
                            const struct sim_token *token) {
    bool is_each = number_of(head) == SIM_WORD_EACH;
    bool is_param = number_of(head) == SIM_WORD_PARAM;
    uint32_t number = number_of(token);
    if ((is_each || is_param) && number < SIM_WORD_COUNT) {
        formatter->words.is_parameter[number] = true;
    }
}

/* Cuts the line that the lexer is at into tokens. */
static void look_at_tokens(struct sim_formatter *formatter, struct sim_layout_line *line) {
    struct sim_token head = sim_lexer_next(&formatter->lexer);
    struct sim_token token = head;
    uint32_t count = 0;
    uint32_t end = line->start;
    while (token.kind != SIM_TOKEN_END) {
        if (count == 1) {
            note_parameters(formatter, &head, &token);
        } else if (count > 1 && number_of(&head) == SIM_WORD_EACH) {
            note_parameters(formatter, &head, &token);
        }
        end = token.place.offset + token.place.length;
        count++;
        token = sim_lexer_next(&formatter->lexer);
    }
    uint32_t rest = end;
    while (rest < line->end && is_blank(formatter->source->text[rest])) {
        rest++;
    }
    line->comment_start = rest < line->end ? rest : 0;
    line->head = number_of(&head);
    line->head_columns =
        sim_layout_columns(formatter->source->text + head.place.offset, head.place.length);
    line->is_single = count == 1;
}

static uint32_t level_of(uint32_t indent) {
    uint32_t level = (indent + SIM_LAYOUT_SPACES / 2) / SIM_LAYOUT_SPACES;
    return level < SIM_LAYOUT_LEVELS_MAX ? level : SIM_LAYOUT_LEVELS_MAX;
}

/* As the lexer measures it. */
static uint32_t indent_of(const char *bytes, uint32_t count) {
    uint32_t columns = 0;
    for (uint32_t i = 0; i < count; i++) {
        columns =
            bytes[i] == '\t' ? (columns / SIM_LAYOUT_SPACES + 1) * SIM_LAYOUT_SPACES : columns + 1;
    }
    return columns;
}

/* Offset of the end of a line, without the blanks there; those of a schedule stay. */
static uint32_t trimmed_end(const char *text, uint32_t start, uint32_t end, bool is_raw) {
    if (is_raw) {
        /* One carriage return is a part of the line's end; two can only be told by two. */
        bool has_return = end > start && text[end - 1] == '\r';
        bool has_two = has_return && end - 1 > start && text[end - 2] == '\r';
        return has_return && !has_two ? end - 1 : end;
    }
    while (end > start && (is_blank(text[end - 1]) || text[end - 1] == '\r')) {
        end--;
    }
    return end;
}

/* Looks at a line that is not blank; `start` is where its first word begins. What is below a
 * `schedule` is not cut into tokens. */
static void look_at_line(struct sim_formatter *formatter, uint32_t line_start, uint32_t start,
                         uint32_t line_end, bool is_behind_blank, enum sim_layout_kind block_kind) {
    const char *text = formatter->source->text;
    struct sim_layout_line *line = add_line(formatter);
    if (line == NULL) {
        return;
    }
    *line = (struct sim_layout_line){.kind = block_kind,
                                     .start = start,
                                     .level =
                                         level_of(indent_of(text + line_start, start - line_start)),
                                     .head = SIM_NONE,
                                     .group = SIM_NONE,
                                     .is_behind_blank = is_behind_blank};
    if (text[start] == '#') {
        line->kind = SIM_LAYOUT_COMMENT;
    } else if (line->level == 0) {
        line->kind = SIM_LAYOUT_CODE;
    }
    line->end = trimmed_end(text, start, line_end, line->kind == SIM_LAYOUT_RAW);
    if (line->kind == SIM_LAYOUT_COMMENT) {
        return;
    }
    (void)sim_lexer_next_line(&formatter->lexer);
    if (line->kind != SIM_LAYOUT_RAW) {
        look_at_tokens(formatter, line);
    } else {
        line->start =
            line_start + SIM_LAYOUT_SPACES < start ? line_start + SIM_LAYOUT_SPACES : start;
        line->level = 1;
    }
}

/* What the lines under a line at the margin are. */
static enum sim_layout_kind kind_below(const struct sim_layout_line *line) {
    return line->head == SIM_WORD_EACH       ? SIM_LAYOUT_ROW
           : line->head == SIM_WORD_SCHEDULE ? SIM_LAYOUT_RAW
                                             : SIM_LAYOUT_CODE;
}

void sim_layout_read(struct sim_formatter *formatter) {
    const char *text = formatter->source->text;
    uint32_t length = (uint32_t)formatter->source->length;
    bool is_behind_blank = false;
    enum sim_layout_kind below = SIM_LAYOUT_CODE;
    for (uint32_t at = 0; at < length && !formatter->arena.has_failed;) {
        const char *newline = memchr(text + at, '\n', length - at);
        uint32_t end = newline != NULL ? (uint32_t)(newline - text) : length;
        bool has_return = end > at && text[end - 1] == '\r';
        uint32_t first = at;
        while (first < end && is_blank(text[first])) {
            first++;
        }
        bool is_empty = first == end || (has_return && first == end - 1);
        if (!is_empty) {
            uint32_t before = formatter->line_count;
            look_at_line(formatter, at, first, end, is_behind_blank, below);
            bool is_added = formatter->line_count > before;
            const struct sim_layout_line *line = is_added ? &formatter->lines[before] : NULL;
            if (is_added && line->level == 0 && line->kind == SIM_LAYOUT_CODE) {
                below = kind_below(line);
            }
        }
        is_behind_blank = is_empty;
        at = end + 1;
    }
}
