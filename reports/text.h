/* text.h - a growing piece of text, and how reports write times and foreign text.
 *
 * A failed allocation is remembered rather than returned: what is added after it is dropped, and
 * `failed` is looked at once, at the end.
 */
#ifndef REP_TEXT_H
#define REP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rep_text {
    char *bytes; /* null-terminated, or null while nothing was added */
    size_t length;
    size_t capacity;
    bool failed; /* memory ran out: the text is not whole */
};

/* All zeros is an empty text. */
void rep_text_term(struct rep_text *text);

/* Empties the text and keeps its memory. */
void rep_text_clear(struct rep_text *text);

/* The text so far; "" when empty. Valid until the next addition. */
const char *rep_text_string(const struct rep_text *text);

void rep_text_add(struct rep_text *text, const char *string);
void rep_text_add_bytes(struct rep_text *text, const void *bytes, size_t byte_count);
void rep_text_add_repeated(struct rep_text *text, char character, size_t count);
void rep_text_add_format(struct rep_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A time in the largest unit that stays whole: 3015ms, 2s, 1500us; zero is 0ms. */
void rep_text_add_duration(struct rep_text *text, uint64_t duration_ns);

/* A number as it stands in a trace (TRACE.md) and in protocol buffers: seven bits a byte, the low
 * ones first. */
void rep_text_add_varint(struct rep_text *text, uint64_t value);

/* Whether `text` ends with `end`, as the name of a file with its suffix. */
bool rep_text_ends_with(const char *text, const char *end);

/* Foreign text: valid UTF-8 stays; control characters and everything else become \n, \t, \\, \xHH.
 */
void rep_text_add_foreign(struct rep_text *text, const void *bytes, size_t byte_count);

/* The same of several lines: line ends, tabs and backslashes stay as they are. */
void rep_text_add_foreign_lines(struct rep_text *text, const char *string);

/* What XML and HTML give a meaning to becomes an entity. Does nothing about control characters. */
void rep_text_add_escaped(struct rep_text *text, const char *string);

/* 1,234,567 */
void rep_text_add_count(struct rep_text *text, uint64_t count);

/* The bytes of the UTF-8 character at `bytes`, 1 to 4; 0 if it is not valid or does not end within
 * `byte_count`. */
size_t rep_text_character_bytes(const void *bytes, size_t byte_count);

/* Columns that `byte_count` bytes of valid UTF-8 take, one a character. */
size_t rep_text_columns(const char *string, size_t byte_count);

#endif
