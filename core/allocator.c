/* allocator.c - the malloc allocator, and the calls that the library makes on any allocator. */
#include "core/allocator.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void *resize_malloc(void *context, void *pointer, size_t bytes_old, size_t bytes_new) {
    (void)context;
    (void)bytes_old;
    if (bytes_new == 0) {
        free(pointer);
        return NULL;
    }
    return realloc(pointer, bytes_new);
}

const struct cog_allocator *cog_allocator_malloc(void) {
    static const struct cog_allocator allocator = {.resize = resize_malloc, .context = NULL};
    return &allocator;
}

void *cog_allocate(const struct cog_allocator *allocator, size_t bytes) {
    return allocator->resize(allocator->context, NULL, 0, bytes);
}

void *cog_allocate_zeroed(const struct cog_allocator *allocator, size_t count, size_t bytes) {
    if (bytes != 0 && count > SIZE_MAX / bytes) {
        return NULL;
    }
    void *pointer = cog_allocate(allocator, count * bytes);
    if (pointer != NULL) {
        memset(pointer, 0, count * bytes);
    }
    return pointer;
}

void *cog_grow(const struct cog_allocator *allocator, void *items, size_t count, size_t *capacity,
               size_t item_bytes) {
    enum { CAPACITY_MIN = 8 };
    if (count < *capacity) {
        return items;
    }
    if (*capacity > SIZE_MAX / 2 / item_bytes) {
        return NULL;
    }
    size_t grown_capacity = *capacity == 0 ? CAPACITY_MIN : *capacity * 2;
    void *grown = allocator->resize(allocator->context, items, *capacity * item_bytes,
                                    grown_capacity * item_bytes);
    if (grown != NULL) {
        *capacity = grown_capacity;
    }
    return grown;
}

void cog_release(const struct cog_allocator *allocator, void *pointer, size_t bytes) {
    if (pointer != NULL) {
        (void)allocator->resize(allocator->context, pointer, bytes, 0);
    }
}
