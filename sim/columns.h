/* columns.h - rows of cells, set into columns: how failures put things side by side.
 *
 *     expected  at 500ms  "silent at 560ms"
 *     actual    at 560ms  "silent at 560ms"  by server_loop, line 14
 *
 * What is added to `text` goes into the cell begun last. A row of one cell is as wide as it is, and
 * moves no column. Rows beyond SIM_ROWS_MAX are dropped: whoever makes them keeps to fewer.
 */
#ifndef SIM_COLUMNS_H
#define SIM_COLUMNS_H

#include "sim/language/buffer.h"

#include <stdint.h>

enum { SIM_ROWS_MAX = 160, SIM_CELLS_MAX = 4 };

/* Which side of a comparison a row is of. */
enum sim_side { SIM_SIDE_NONE, SIM_SIDE_EXPECTED, SIM_SIDE_ACTUAL };

struct sim_row {
    enum sim_side side;
    uint32_t indent;
    uint32_t cell_count;
    size_t starts[SIM_CELLS_MAX + 1]; /* of its cells, in the text; the last is its end */
};

struct sim_columns {
    struct sim_buffer text; /* of all cells, one after the other */
    struct sim_row rows[SIM_ROWS_MAX];
    uint32_t row_count;
    bool is_full; /* a row was dropped */
};

void sim_columns_init(struct sim_columns *columns, const struct cog_allocator *allocator);
void sim_columns_term(struct sim_columns *columns);

/* Begins a row with its first cell, and another cell of it. */
void sim_columns_row(struct sim_columns *columns, enum sim_side side, uint32_t indent);
void sim_columns_cell(struct sim_columns *columns);

/* Adds all rows, each after a line end. */
void sim_columns_render(const struct sim_columns *columns, struct sim_buffer *out);

/* Adds the rows of a side, without their labels (the first cells), in one line. */
void sim_columns_render_side(const struct sim_columns *columns, enum sim_side side,
                             struct sim_buffer *out);

/* How many columns a terminal gives a text. */
size_t sim_columns_width(const char *bytes, size_t length);

#endif
