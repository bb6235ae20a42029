/* formatter_table.c - the cells of tables, below each other. */
#include "sim/language/formatter_layout.h"

/* What is wider does not make others move: a file stays about as large as it was. */
enum { CELL_COLUMNS_MAX = 60 };

/* The length of the cell at the beginning of a text, its comma left out. */
static size_t cell_length(const char *text, size_t length) {
    bool is_in_text = false;
    int depth = 0;
    for (size_t at = 0; at < length; at++) {
        char c = text[at];
        if (c == '\\' && is_in_text) {
            at++;
        } else if (c == '"') {
            is_in_text = !is_in_text;
        } else if (!is_in_text && (c == '(' || c == '[')) {
            depth++;
        } else if (!is_in_text && (c == ')' || c == ']')) {
            depth--;
        } else if (!is_in_text && depth == 0 && c == ',') {
            return at;
        }
    }
    return length;
}

typedef void (*visit_cell)(struct sim_formatter *formatter, uint32_t column, const char *cell,
                           size_t length, bool is_last, void *context);

static void each_cell(struct sim_formatter *formatter, const char *text, size_t length,
                      visit_cell visit, void *context) {
    uint32_t column = 0;
    for (size_t at = 0; at < length; column++) {
        size_t cell = cell_length(text + at, length - at);
        bool is_last = at + cell >= length;
        visit(formatter, column, text + at, cell, is_last, context);
        at += cell + (is_last ? 0 : 1);
        while (at < length && text[at] == ' ') {
            at++;
        }
    }
}

struct columns {
    uint32_t *widths;
    uint32_t count;
    struct sim_buffer *row;
};

static void widen(struct sim_formatter *formatter, uint32_t column, const char *cell, size_t length,
                  bool is_last, void *context) {
    struct columns *columns = context;
    (void)is_last;
    if (column >= columns->count) {
        uint32_t *widths =
            sim_arena_push(&formatter->arena, columns->widths, &columns->count, sizeof(*widths));
        if (widths == NULL) {
            return;
        }
        columns->widths = widths;
    }
    uint32_t width = sim_layout_columns(cell, length);
    if (width <= CELL_COLUMNS_MAX && columns->widths[column] < width) {
        columns->widths[column] = width;
    }
}

static void write_cell(struct sim_formatter *formatter, uint32_t column, const char *cell,
                       size_t length, bool is_last, void *context) {
    struct columns *columns = context;
    (void)formatter;
    sim_buffer_add(columns->row, cell, length);
    if (!is_last) {
        sim_buffer_add_text(columns->row, ",");
        uint32_t width = sim_layout_columns(cell, length);
        uint32_t wanted = columns->widths[column];
        sim_layout_add_blanks(columns->row, wanted > width ? wanted - width + 1 : 1);
    }
}

/* A text without anything in it has no bytes to point into. */
static const char *code_of(const struct sim_formatter *formatter,
                           const struct sim_layout_line *line) {
    const char *bytes = formatter->text.bytes;
    return bytes != NULL ? bytes + line->code_offset : "";
}

/* Writes the rows anew, their cells below each other. */
void sim_layout_align_rows(struct sim_formatter *formatter) {
    struct columns columns = {.count = 0};
    for (uint32_t i = 0; i < formatter->line_count; i++) {
        const struct sim_layout_line *line = &formatter->lines[i];
        if (line->kind == SIM_LAYOUT_ROW) {
            each_cell(formatter, code_of(formatter, line), line->code_bytes, widen, &columns);
        }
    }
    for (uint32_t i = 0; i < formatter->line_count && !formatter->arena.has_failed; i++) {
        struct sim_layout_line *line = &formatter->lines[i];
        if (line->kind != SIM_LAYOUT_ROW) {
            continue;
        }
        struct sim_buffer row;
        sim_buffer_init(&row, formatter->arena.allocator);
        columns.row = &row;
        each_cell(formatter, code_of(formatter, line), line->code_bytes, write_cell, &columns);
        line->code_offset = (uint32_t)formatter->text.length;
        line->code_bytes = (uint32_t)row.length;
        line->code_columns =
            line->level * SIM_LAYOUT_SPACES + sim_layout_columns(row.bytes, row.length);
        sim_buffer_add(&formatter->text, row.bytes, row.length);
        formatter->text.has_failed |= row.has_failed;
        sim_buffer_term(&row);
    }
}
