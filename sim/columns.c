/* columns.c - rows of cells, set into columns. */
#include "sim/columns.h"

#include "sim/language/utf8.h"

/* A cell wider than this does not push the next column out. */
enum { WIDTH_MAX = 48, GAP = 2 };

void sim_columns_init(struct sim_columns *columns, const struct cog_allocator *allocator) {
    sim_buffer_init(&columns->text, allocator);
    columns->row_count = 0;
    columns->is_full = false;
}

void sim_columns_term(struct sim_columns *columns) {
    sim_buffer_term(&columns->text);
}

/* Where the cells so far end. */
static void close_row(struct sim_columns *columns) {
    if (columns->row_count > 0 && !columns->is_full) {
        struct sim_row *row = &columns->rows[columns->row_count - 1];
        row->starts[row->cell_count] = columns->text.length;
    }
}

void sim_columns_row(struct sim_columns *columns, enum sim_side side, uint32_t indent) {
    close_row(columns);
    if (columns->row_count == SIM_ROWS_MAX) {
        columns->is_full = true;
        return;
    }
    columns->rows[columns->row_count++] = (struct sim_row){
        .side = side, .indent = indent, .cell_count = 1, .starts = {columns->text.length}};
}

void sim_columns_cell(struct sim_columns *columns) {
    close_row(columns);
    if (!columns->is_full && columns->rows[columns->row_count - 1].cell_count < SIM_CELLS_MAX) {
        columns->rows[columns->row_count - 1].cell_count++;
    }
}

size_t sim_columns_width(const char *bytes, size_t length) {
    size_t width = 0;
    for (size_t at = 0; at < length;) {
        uint32_t code_point;
        size_t taken = sim_utf8_decode(bytes + at, length - at, &code_point);
        width += taken == 0 ? 1 : sim_utf8_width(code_point);
        at += taken == 0 ? 1 : taken;
    }
    return width;
}

/* The end of a cell; of the cell begun last, the end of the text. */
static size_t end_of(const struct sim_columns *columns, uint32_t index, uint32_t cell) {
    bool is_last = index + 1 == columns->row_count && cell + 1 == columns->rows[index].cell_count &&
                   !columns->is_full;
    return is_last ? columns->text.length : columns->rows[index].starts[cell + 1];
}

static size_t width_of(const struct sim_columns *columns, uint32_t index, uint32_t cell) {
    size_t start = columns->rows[index].starts[cell];
    return sim_columns_width(columns->text.bytes + start, end_of(columns, index, cell) - start);
}

static void measure(const struct sim_columns *columns, size_t widths[SIM_CELLS_MAX]) {
    for (uint32_t cell = 0; cell < SIM_CELLS_MAX; cell++) {
        widths[cell] = 0;
    }
    for (uint32_t i = 0; i < columns->row_count; i++) {
        uint32_t count = columns->rows[i].cell_count;
        for (uint32_t cell = 0; cell + 1 < count; cell++) {
            size_t width = width_of(columns, i, cell);
            if (width > widths[cell] && width <= WIDTH_MAX) {
                widths[cell] = width;
            }
        }
    }
}

/* Takes back the blanks at the end. */
static void trim(struct sim_buffer *out) {
    while (out->length > 0 && out->bytes[out->length - 1] == ' ') {
        out->bytes[--out->length] = '\0';
    }
}

/* A column that no row puts anything in takes no room. */
static void render_row(const struct sim_columns *columns, uint32_t index, const size_t *widths,
                       struct sim_buffer *out) {
    const struct sim_row *row = &columns->rows[index];
    sim_buffer_add_text(out, "\n");
    sim_buffer_add_repeated(out, ' ', row->indent);
    for (uint32_t cell = 0; cell < row->cell_count; cell++) {
        size_t length = end_of(columns, index, cell) - row->starts[cell];
        size_t width = width_of(columns, index, cell);
        if (length > 0) {
            sim_buffer_add(out, columns->text.bytes + row->starts[cell], length);
        }
        if (cell + 1 < row->cell_count && widths[cell] > 0) {
            size_t room = widths[cell] > width ? widths[cell] - width : 0;
            sim_buffer_add_repeated(out, ' ', room + GAP);
        }
    }
    trim(out);
}

void sim_columns_render(const struct sim_columns *columns, struct sim_buffer *out) {
    size_t widths[SIM_CELLS_MAX];
    if (columns->text.has_failed) {
        out->has_failed = true;
        return;
    }
    measure(columns, widths);
    for (uint32_t i = 0; i < columns->row_count; i++) {
        render_row(columns, i, widths, out);
    }
}

void sim_columns_render_side(const struct sim_columns *columns, enum sim_side side,
                             struct sim_buffer *out) {
    const char *separator = "";
    for (uint32_t i = 0; i < columns->row_count && !columns->text.has_failed; i++) {
        const struct sim_row *row = &columns->rows[i];
        if (row->side != side) {
            continue;
        }
        sim_buffer_add_text(out, separator);
        separator = "; ";
        const char *gap = "";
        for (uint32_t cell = 1; cell < row->cell_count; cell++) {
            size_t length = end_of(columns, i, cell) - row->starts[cell];
            if (length > 0) {
                sim_buffer_add_text(out, gap);
                sim_buffer_add(out, columns->text.bytes + row->starts[cell], length);
                gap = " ";
            }
        }
    }
}
