/* buffer.c - a growing text. */
#include "sim/language/buffer.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

void sim_buffer_init(struct sim_buffer *buffer, const struct cog_allocator *allocator) {
    *buffer = (struct sim_buffer){.allocator = allocator};
}

void sim_buffer_term(struct sim_buffer *buffer) {
    cog_release(buffer->allocator, buffer->bytes, buffer->capacity);
    *buffer = (struct sim_buffer){.allocator = buffer->allocator};
}

static bool reserve(struct sim_buffer *buffer, size_t more) {
    if (more >= SIZE_MAX / 4 || buffer->length >= SIZE_MAX / 4) {
        buffer->has_failed = true;
        return false;
    }
    size_t needed = buffer->length + more + 1;
    if (needed <= buffer->capacity) {
        return true;
    }
    size_t capacity = buffer->capacity == 0 ? 256 : buffer->capacity;
    while (capacity < needed) {
        capacity *= 2;
    }
    const struct cog_allocator *allocator = buffer->allocator;
    char *grown = allocator->resize(allocator->context, buffer->bytes, buffer->capacity, capacity);
    if (grown == NULL) {
        buffer->has_failed = true;
        return false;
    }
    buffer->bytes = grown;
    buffer->capacity = capacity;
    return true;
}

void sim_buffer_add(struct sim_buffer *buffer, const char *bytes, size_t length) {
    if (!reserve(buffer, length)) {
        return;
    }
    if (length > 0) {
        memcpy(buffer->bytes + buffer->length, bytes, length);
    }
    buffer->length += length;
    buffer->bytes[buffer->length] = '\0';
}

void sim_buffer_add_text(struct sim_buffer *buffer, const char *text) {
    sim_buffer_add(buffer, text, strlen(text));
}

void sim_buffer_add_repeated(struct sim_buffer *buffer, char c, size_t count) {
    if (!reserve(buffer, count)) {
        return;
    }
    memset(buffer->bytes + buffer->length, c, count);
    buffer->length += count;
    buffer->bytes[buffer->length] = '\0';
}

void sim_buffer_add_format(struct sim_buffer *buffer, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0 || !reserve(buffer, (size_t)length)) {
        buffer->has_failed = true;
        return;
    }
    va_start(arguments, format);
    (void)vsnprintf(buffer->bytes + buffer->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    buffer->length += (size_t)length;
}
