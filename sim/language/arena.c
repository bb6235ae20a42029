/* arena.c - chunks in a list, and arrays whose capacity is the next power of two of their count. */
#include "sim/language/arena.h"

#include <stdalign.h>
#include <string.h>

enum { CHUNK_BYTES_FIRST = 4096, CHUNK_BYTES_MAX = 1 << 20 };

struct sim_arena_chunk {
    struct sim_arena_chunk *next;
    size_t bytes; /* of the payload */
    alignas(max_align_t) unsigned char payload[];
};

void sim_arena_init(struct sim_arena *arena, const struct cog_allocator *allocator) {
    *arena = (struct sim_arena){.allocator = allocator, .next_bytes = CHUNK_BYTES_FIRST};
}

void sim_arena_term(struct sim_arena *arena) {
    const struct cog_allocator *allocator = arena->allocator;
    struct sim_arena_chunk *chunk = arena->chunks;
    arena->chunks = NULL;
    while (chunk != NULL) {
        struct sim_arena_chunk *next = chunk->next;
        cog_release(allocator, chunk, sizeof(*chunk) + chunk->bytes);
        chunk = next;
    }
}

static bool add_chunk(struct sim_arena *arena, size_t bytes_needed) {
    size_t bytes = bytes_needed > arena->next_bytes ? bytes_needed : arena->next_bytes;
    if (bytes > SIZE_MAX - sizeof(struct sim_arena_chunk)) {
        return false;
    }
    struct sim_arena_chunk *chunk = cog_allocate(arena->allocator, sizeof(*chunk) + bytes);
    if (chunk == NULL) {
        return false;
    }
    chunk->bytes = bytes;
    chunk->next = arena->chunks;
    arena->chunks = chunk;
    arena->used_bytes = 0;
    if (arena->next_bytes < CHUNK_BYTES_MAX) {
        arena->next_bytes *= 2;
    }
    return true;
}

void *sim_arena_allocate(struct sim_arena *arena, size_t bytes) {
    size_t align = alignof(max_align_t);
    if (bytes > SIZE_MAX - align) {
        arena->has_failed = true;
        return NULL;
    }
    size_t rounded = (bytes + align - 1) / align * align;
    if (arena->chunks == NULL || arena->chunks->bytes - arena->used_bytes < rounded) {
        if (!add_chunk(arena, rounded)) {
            arena->has_failed = true;
            return NULL;
        }
    }
    void *piece = arena->chunks->payload + arena->used_bytes;
    arena->used_bytes += rounded;
    memset(piece, 0, rounded);
    return piece;
}

char *sim_arena_copy(struct sim_arena *arena, const char *bytes, size_t length) {
    char *copy = length == SIZE_MAX ? NULL : sim_arena_allocate(arena, length + 1);
    if (copy != NULL && length > 0) {
        memcpy(copy, bytes, length);
    }
    return copy;
}

void *sim_arena_push(struct sim_arena *arena, void *items, uint32_t *count, size_t item_bytes) {
    uint32_t old = *count;
    bool is_filled = (old & (old - 1)) == 0;
    if (is_filled) {
        size_t capacity = old == 0 ? 1 : (size_t)old * 2;
        if (capacity > UINT32_MAX / 2 || capacity > SIZE_MAX / item_bytes) {
            arena->has_failed = true;
            return NULL;
        }
        void *grown = sim_arena_allocate(arena, capacity * item_bytes);
        if (grown == NULL) {
            return NULL;
        }
        if (old > 0) {
            memcpy(grown, items, old * item_bytes);
        }
        items = grown;
    }
    *count = old + 1;
    return items;
}
