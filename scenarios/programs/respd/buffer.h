/* buffer.h - bytes that grow, within what is allowed: a buffer has a limit of its own, and all that
 * share a budget have one together. */
#ifndef RESPD_BUFFER_H
#define RESPD_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

/* Memory that several share. */
struct respd_budget {
    size_t used_bytes;
    size_t limit_bytes;
};

bool respd_budget_take(struct respd_budget *budget, size_t bytes); /* false: there is not so much */
void respd_budget_give(struct respd_budget *budget, size_t bytes);

/* As realloc, of a budget. Null if budget or memory is exhausted; then nothing has changed. */
void *respd_budget_resize(struct respd_budget *budget, void *memory, size_t before, size_t after);

struct respd_buffer {
    struct respd_budget *budget;
    char *data;
    size_t count; /* bytes in it */
    size_t capacity;
    size_t limit_bytes;
    bool is_over; /* something did not go in: what it holds is not whole */
};

void respd_buffer_init(struct respd_buffer *buffer, struct respd_budget *budget,
                       size_t limit_bytes);
void respd_buffer_term(struct respd_buffer *buffer);

/* Makes room for that many more bytes at the end. False, and is_over: there is none. */
bool respd_buffer_reserve(struct respd_buffer *buffer, size_t bytes);

void respd_buffer_append(struct respd_buffer *buffer, const void *data, size_t bytes);

/* Takes the first bytes out. */
void respd_buffer_drop(struct respd_buffer *buffer, size_t bytes);

/* An empty buffer that has grown large gives its memory back. */
void respd_buffer_rest(struct respd_buffer *buffer);

#endif
