/* outline.h - the text of a scenario as a tree of lines: what can be taken out of it as a whole.
 *
 * A *unit* is a line with the lines indented deeper below it, and what belongs to its statement
 * with the same indentation: `on TIMEOUT`, `else`. The text has no comments, and one layout.
 */
#ifndef SIM_SHRINK_OUTLINE_H
#define SIM_SHRINK_OUTLINE_H

#include "sim/language/buffer.h"

#include <stdint.h>

struct sim_outline_line {
    size_t start; /* in the text */
    size_t length;
    uint32_t indent;
    uint32_t end; /* behind the last line of its unit */
};

struct sim_outline {
    const struct cog_allocator *allocator;
    const char *text; /* not the outline's */
    size_t length;
    struct sim_outline_line *lines;
    uint32_t count;
    size_t capacity;
    uint32_t indent_max;
};

/* COG_OK, COG_ENOMEM. The text must outlive it. */
int sim_outline_init(struct sim_outline *outline, const struct cog_allocator *allocator,
                     const char *text, size_t length);
void sim_outline_term(struct sim_outline *outline);

/* The first word of a line is that. */
bool sim_outline_begins(const struct sim_outline *outline, uint32_t line, const char *word);

/* Adds the text without the lines from first on, before end. */
void sim_outline_add_without(const struct sim_outline *outline, uint32_t first, uint32_t end,
                             struct sim_buffer *text);

/* Adds the text with the block under a line in place of its unit; false if it has none. */
bool sim_outline_add_unwrapped(const struct sim_outline *outline, uint32_t line,
                               struct sim_buffer *text);

/* Adds the text with other bytes in place of some in it. */
void sim_outline_add_replaced(const struct sim_outline *outline, size_t at, size_t length,
                              const char *bytes, size_t byte_count, struct sim_buffer *text);

/* How many statements there are, and coroutines and routines. */
uint32_t sim_outline_statements(const struct sim_outline *outline);
uint32_t sim_outline_coroutines(const struct sim_outline *outline);

#endif
