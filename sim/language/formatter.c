/* formatter.c - the layout of a file: in a first pass each line is looked at, then it is decided
 * where lines and words stand, and in a last pass they are written. Comments behind neighbouring
 * lines share a column.
 */
#include "sim/language/formatter.h"

#include "core/status.h"
#include "sim/language/formatter_layout.h"

#include <string.h>

enum {
    BLANKS_BEFORE_COMMENT = 2,
    /* What is wider does not make others move: a file stays about as large as it was. */
    CODE_COLUMNS_MAX = 100,
};

/* ---- Writing lines ---- */

void sim_layout_add_blanks(struct sim_buffer *buffer, uint32_t count) {
    sim_buffer_add_repeated(buffer, ' ', count);
}

/* Writes the tokens of the line that the lexer is at. */
static void write_tokens(struct sim_formatter *formatter, struct sim_layout_line *line) {
    const char *text = formatter->source->text;
    struct sim_format_line format;
    struct sim_token token = sim_lexer_next(&formatter->lexer);
    sim_format_line_init(&format, &formatter->words);
    for (uint32_t i = 0; token.kind != SIM_TOKEN_END; i++) {
        struct sim_token next = sim_lexer_next(&formatter->lexer);
        bool has_blank = sim_format_line_add(&format, &token, &next, text);
        if (i == 1 && line->group != SIM_NONE) {
            sim_layout_add_blanks(&formatter->text,
                                  formatter->group_columns[line->group] - line->head_columns);
        }
        sim_layout_add_blanks(&formatter->text, has_blank ? 1 : 0);
        sim_buffer_add(&formatter->text, text + token.place.offset, token.place.length);
        token = next;
    }
}

static void write_code(struct sim_formatter *formatter, struct sim_layout_line *line) {
    const char *text = formatter->source->text;
    line->code_offset = (uint32_t)formatter->text.length;
    if (line->kind == SIM_LAYOUT_COMMENT) {
        bool is_bare =
            line->start + 1 < line->end && strchr(" #!\t", text[line->start + 1]) == NULL;
        sim_buffer_add_text(&formatter->text, is_bare ? "# " : "#");
        sim_buffer_add(&formatter->text, text + line->start + 1, line->end - line->start - 1);
    } else if (line->kind == SIM_LAYOUT_RAW) {
        sim_buffer_add(&formatter->text, text + line->start, line->end - line->start);
    } else {
        write_tokens(formatter, line);
    }
    line->code_bytes = (uint32_t)formatter->text.length - line->code_offset;
    if (formatter->text.bytes != NULL) {
        line->code_columns =
            line->level * SIM_LAYOUT_SPACES +
            sim_layout_columns(formatter->text.bytes + line->code_offset, line->code_bytes);
    }
}

static void write_lines(struct sim_formatter *formatter) {
    sim_lexer_init(&formatter->lexer, formatter->source, &formatter->names,
                   &formatter->diagnostics);
    for (uint32_t i = 0; i < formatter->line_count && !formatter->text.has_failed; i++) {
        struct sim_layout_line *line = &formatter->lines[i];
        if (line->kind != SIM_LAYOUT_COMMENT) {
            (void)sim_lexer_next_line(&formatter->lexer);
        }
        write_code(formatter, line);
    }
}

/* ---- Putting it together ---- */

/* How far the code of neighbouring lines with comments reaches, from this line on. */
static uint32_t comment_column(const struct sim_formatter *formatter, uint32_t index,
                               uint32_t *end) {
    const struct sim_layout_line *first = &formatter->lines[index];
    uint32_t column = 0;
    uint32_t i = index;
    while (i < formatter->line_count && formatter->lines[i].comment_start > 0 &&
           formatter->lines[i].level == first->level &&
           (i == index || !formatter->lines[i].wants_blank)) {
        uint32_t columns = formatter->lines[i].code_columns;
        column = columns > column && columns <= CODE_COLUMNS_MAX ? columns : column;
        i++;
    }
    *end = i;
    return column + BLANKS_BEFORE_COMMENT;
}

static void add_comment(const struct sim_formatter *formatter, const struct sim_layout_line *line,
                        uint32_t column, struct sim_buffer *buffer) {
    const char *text = formatter->source->text;
    uint32_t start = line->comment_start;
    bool is_bare = start + 1 < line->end && strchr(" #!\t", text[start + 1]) == NULL;
    uint32_t least = line->code_columns + BLANKS_BEFORE_COMMENT;
    sim_layout_add_blanks(buffer, (column > least ? column : least) - line->code_columns);
    sim_buffer_add_text(buffer, is_bare ? "# " : "#");
    sim_buffer_add(buffer, text + start + 1, line->end - start - 1);
}

static void put_together(const struct sim_formatter *formatter, struct sim_buffer *buffer) {
    uint32_t column = 0;
    uint32_t column_end = 0;
    for (uint32_t i = 0; i < formatter->line_count; i++) {
        const struct sim_layout_line *line = &formatter->lines[i];
        sim_buffer_add_text(buffer, line->wants_blank ? "\n" : "");
        sim_layout_add_blanks(buffer, line->level * SIM_LAYOUT_SPACES);
        sim_buffer_add(buffer, formatter->text.bytes + line->code_offset, line->code_bytes);
        if (line->comment_start > 0) {
            if (i >= column_end) {
                column = comment_column(formatter, i, &column_end);
            }
            add_comment(formatter, line, column, buffer);
        }
        sim_buffer_add_text(buffer, "\n");
    }
}

int sim_format(const struct cog_allocator *allocator, const struct sim_source *source,
               struct sim_buffer *buffer) {
    struct sim_formatter formatter = {.source = source};
    sim_arena_init(&formatter.arena, allocator);
    sim_names_init(&formatter.names, &formatter.arena);
    sim_diagnostics_init(&formatter.diagnostics, allocator);
    sim_buffer_init(&formatter.text, allocator);
    sim_lexer_init(&formatter.lexer, source, &formatter.names, &formatter.diagnostics);
    sim_layout_read(&formatter);
    if (!formatter.arena.has_failed) {
        sim_layout_place(&formatter);
    }
    if (!formatter.arena.has_failed) {
        write_lines(&formatter);
        sim_layout_align_rows(&formatter);
    }
    bool has_failed =
        formatter.arena.has_failed || formatter.text.has_failed || formatter.diagnostics.has_failed;
    if (!has_failed) {
        put_together(&formatter, buffer);
        has_failed = buffer->has_failed;
    }
    sim_buffer_term(&formatter.text);
    sim_diagnostics_term(&formatter.diagnostics);
    sim_arena_term(&formatter.arena);
    return has_failed ? COG_ENOMEM : COG_OK;
}
