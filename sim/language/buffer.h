/* buffer.h - text that grows at its end. */
#ifndef SIM_LANGUAGE_BUFFER_H
#define SIM_LANGUAGE_BUFFER_H

#include "core/allocator.h"

#include <stdbool.h>
#include <stddef.h>

/* `bytes` is null while nothing was added, and always followed by a NUL otherwise. */
struct sim_buffer {
    const struct cog_allocator *allocator;
    char *bytes;
    size_t length;
    size_t capacity;
    bool has_failed; /* memory ran out; what was added since is missing */
};

void sim_buffer_init(struct sim_buffer *buffer, const struct cog_allocator *allocator);
void sim_buffer_term(struct sim_buffer *buffer);

void sim_buffer_add(struct sim_buffer *buffer, const char *bytes, size_t length);
void sim_buffer_add_text(struct sim_buffer *buffer, const char *text);
void sim_buffer_add_repeated(struct sim_buffer *buffer, char c, size_t count);

/* As printf. */
__attribute__((format(printf, 2, 3))) void sim_buffer_add_format(struct sim_buffer *buffer,
                                                                 const char *format, ...);

#endif
