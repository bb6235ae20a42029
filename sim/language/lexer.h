/* lexer.h - cuts a scenario file into lines, and a line into tokens.
 *
 * The lexer moves line by line: sim_lexer_next_line() finds the next line that is neither blank nor
 * a comment and measures its indentation; sim_lexer_next() then gives its tokens, ending with
 * SIM_TOKEN_END. No token spans lines, so after any error the next line is a safe place to go on.
 * Malformed characters, numbers and texts are reported here, once. Every byte is looked at a
 * bounded number of times.
 */
#ifndef SIM_LANGUAGE_LEXER_H
#define SIM_LANGUAGE_LEXER_H

#include "sim/language/ast.h"
#include "sim/language/diagnostics.h"
#include "sim/language/names.h"
#include "sim/language/source.h"

#include <stdbool.h>
#include <stdint.h>

enum sim_token_kind {
    SIM_TOKEN_END, /* of the line; its place is where something more could stand */
    SIM_TOKEN_NAME,
    SIM_TOKEN_NUMBER, /* integer */
    SIM_TOKEN_SIZE,   /* integer, written with KB or MB */
    SIM_TOKEN_DURATION,
    SIM_TOKEN_DECIMAL, /* integer: ten thousandths; only percentages are written so */
    SIM_TOKEN_TEXT,    /* place: with its quotes */
    SIM_TOKEN_LEFT_PARENTHESIS,
    SIM_TOKEN_RIGHT_PARENTHESIS,
    SIM_TOKEN_LEFT_BRACKET,
    SIM_TOKEN_RIGHT_BRACKET,
    SIM_TOKEN_COMMA,
    SIM_TOKEN_COLON,
    SIM_TOKEN_RANGE, /* .. */
    SIM_TOKEN_ARROW,
    SIM_TOKEN_BOTH_ARROW,
    SIM_TOKEN_ASSIGN,
    SIM_TOKEN_EQUAL,
    SIM_TOKEN_UNEQUAL,
    SIM_TOKEN_LESS,
    SIM_TOKEN_LESS_EQUAL,
    SIM_TOKEN_GREATER,
    SIM_TOKEN_GREATER_EQUAL,
    SIM_TOKEN_PLUS,
    SIM_TOKEN_MINUS,
    SIM_TOKEN_STAR,
    SIM_TOKEN_SLASH,
    SIM_TOKEN_PERCENT,
    SIM_TOKEN_BAD_NUMBER, /* reported already */
    SIM_TOKEN_ERROR,      /* reported already */
};

struct sim_token {
    enum sim_token_kind kind;
    struct sim_place place;
    int64_t integer;      /* NUMBER, SIZE, DURATION, DECIMAL */
    const char *name;     /* NAME: interned */
    uint32_t name_number; /* NAME: below SIM_WORD_COUNT for reserved words */
};

struct sim_lexer {
    struct sim_names *names;
    struct sim_diagnostics *diagnostics;
    const char *text;
    uint32_t length;
    const struct sim_source_part *parts; /* of the text, that of included files spliced in */
    uint32_t part_count;
    uint32_t part_next;
    uint32_t line;        /* of the current line, and its file: sim_line_number() */
    uint32_t line_start;  /* offset of the current line's first byte */
    uint32_t line_end;    /* offset behind its last one, the line ending apart */
    uint32_t next_start;  /* offset of the next line */
    uint32_t indent;      /* columns of white space before the first token */
    bool line_is_damaged; /* it has bytes that are not text; reported */
    uint32_t at;          /* offset of the next byte to cut */
    uint32_t counted_at;  /* columns are counted up to here */
    uint32_t counted_column;
};

/* Interns the reserved words. */
void sim_lexer_init(struct sim_lexer *lexer, const struct sim_source *source,
                    struct sim_names *names, struct sim_diagnostics *diagnostics);

/* Moves to the next line that has something in it; false at the end of the file. */
bool sim_lexer_next_line(struct sim_lexer *lexer);

/* Moves, from wherever it is, to the next line that begins with one of the words, at the margin;
 * the lines between are not looked at. False at the end of the file. The words end with a null. */
bool sim_lexer_find_margin_line(struct sim_lexer *lexer, const char *const *words);

/* The next token of the line. */
struct sim_token sim_lexer_next(struct sim_lexer *lexer);

/* The place of some bytes of the current line, none of which is before the place asked for last. */
struct sim_place sim_lexer_place(struct sim_lexer *lexer, uint32_t offset, uint32_t length);

/* Whether a word is a unit of a number; *scale is what it stands for. */
bool sim_lexer_find_unit(const char *word, size_t length, int64_t *scale, bool *is_duration);

/* The unit that was probably meant, or null. */
const char *sim_lexer_nearest_unit(const char *word);

#endif
