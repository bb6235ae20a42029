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

void cog_release(const struct cog_allocator *allocator, void *pointer, size_t bytes) {
    if (pointer != NULL) {
        (void)allocator->resize(allocator->context, pointer, bytes, 0);
    }
}
