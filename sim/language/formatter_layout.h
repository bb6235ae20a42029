/* formatter_layout.h - what the files of the formatter share: a file as a list of lines.
 *
 *     formatter_lines.c   looks at the lines      formatter_line.c   blanks in a line
 *     formatter_layout.c  levels, columns, blank lines
 *     formatter_table.c   the cells of tables     formatter.c        writes it all
 */
#ifndef SIM_LANGUAGE_FORMATTER_LAYOUT_H
#define SIM_LANGUAGE_FORMATTER_LAYOUT_H

#include "sim/language/formatter_line.h"

enum {
    SIM_LAYOUT_SPACES = 4,      /* a level */
    SIM_LAYOUT_LEVELS_MAX = 80, /* more than the parser takes */
};

enum sim_layout_kind {
    SIM_LAYOUT_CODE,
    SIM_LAYOUT_ROW,     /* of a table: cells in columns */
    SIM_LAYOUT_RAW,     /* of a schedule: kept as it is */
    SIM_LAYOUT_COMMENT, /* with nothing before it */
};

struct sim_layout_line {
    enum sim_layout_kind kind;
    uint32_t start; /* offset of its first byte that is not blank */
    uint32_t end;   /* offset behind the last one */
    uint32_t level;
    uint32_t head;          /* number of its first word, SIM_NONE: it begins with something else */
    uint32_t head_columns;  /* of its first token */
    uint32_t group;         /* whose second words share a column; SIM_NONE: none */
    bool opens_block;       /* the next line of code is deeper */
    bool is_single;         /* one token only */
    bool is_handler;        /* `on`, `else`, and comments right above them */
    bool is_behind_blank;   /* a blank line stands before it */
    bool wants_blank;       /* and one has to */
    uint32_t code_bytes;    /* of what is written of it in `text` */
    uint32_t code_offset;   /* there */
    uint32_t code_columns;  /* with its indentation */
    uint32_t comment_start; /* behind code; 0: none */
};

struct sim_formatter {
    struct sim_arena arena;
    const struct sim_source *source;
    struct sim_names names;
    struct sim_diagnostics diagnostics; /* stays empty: the source is right */
    struct sim_lexer lexer;
    struct sim_format_words words;
    struct sim_layout_line *lines;
    uint32_t line_count;
    uint32_t *group_columns;
    uint32_t group_count;
    struct sim_buffer text; /* the code of all lines, one after the other */
};

/* What a text takes on a terminal. */
uint32_t sim_layout_columns(const char *text, size_t length);
void sim_layout_add_blanks(struct sim_buffer *buffer, uint32_t count);

/* The steps, in this order; memory running out is remembered in the arena or the text. */
void sim_layout_read(struct sim_formatter *formatter);
void sim_layout_place(struct sim_formatter *formatter);

/* Writes the rows of a table anew, their cells below each other. */
void sim_layout_align_rows(struct sim_formatter *formatter);

#endif
