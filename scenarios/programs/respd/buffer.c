/* buffer.c - bytes that grow, within what is allowed. */
#include "scenarios/programs/respd/buffer.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_BYTES = 4096, KEPT_BYTES = 65536 };

bool respd_budget_take(struct respd_budget *budget, size_t bytes) {
    if (bytes > budget->limit_bytes || budget->used_bytes > budget->limit_bytes - bytes) {
        return false;
    }
    budget->used_bytes += bytes;
    return true;
}

void respd_budget_give(struct respd_budget *budget, size_t bytes) {
    budget->used_bytes -= bytes;
}

void *respd_budget_resize(struct respd_budget *budget, void *memory, size_t before, size_t after) {
    if (!respd_budget_take(budget, after)) {
        return NULL;
    }
    void *resized = realloc(memory, after);
    respd_budget_give(budget, resized != NULL ? before : after);
    return resized;
}

void respd_buffer_init(struct respd_buffer *buffer, struct respd_budget *budget,
                       size_t limit_bytes) {
    *buffer = (struct respd_buffer){.budget = budget, .limit_bytes = limit_bytes};
}

void respd_buffer_term(struct respd_buffer *buffer) {
    free(buffer->data);
    respd_budget_give(buffer->budget, buffer->capacity);
    buffer->data = NULL;
    buffer->count = 0;
    buffer->capacity = 0;
}

bool respd_buffer_reserve(struct respd_buffer *buffer, size_t bytes) {
    if (bytes > buffer->limit_bytes || buffer->count > buffer->limit_bytes - bytes) {
        buffer->is_over = true;
        return false;
    }
    if (bytes <= buffer->capacity - buffer->count) {
        return true;
    }
    size_t wanted = buffer->count + bytes;
    size_t capacity = buffer->capacity > 0 ? buffer->capacity : FIRST_BYTES;
    while (capacity < wanted) {
        capacity *= 2;
    }
    char *data = respd_budget_resize(buffer->budget, buffer->data, buffer->capacity, capacity);
    if (data == NULL) {
        buffer->is_over = true;
        return false;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

void respd_buffer_append(struct respd_buffer *buffer, const void *data, size_t bytes) {
    if (bytes > 0 && !buffer->is_over && respd_buffer_reserve(buffer, bytes)) {
        memcpy(buffer->data + buffer->count, data, bytes);
        buffer->count += bytes;
    }
}

void respd_buffer_drop(struct respd_buffer *buffer, size_t bytes) {
    buffer->count -= bytes;
    if (buffer->count > 0 && bytes > 0) {
        memmove(buffer->data, buffer->data + bytes, buffer->count);
    }
}

void respd_buffer_rest(struct respd_buffer *buffer) {
    if (buffer->count == 0 && buffer->capacity > KEPT_BYTES) {
        respd_buffer_term(buffer);
    }
}
