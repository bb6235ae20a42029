/* arena.h - memory that is handed out piece by piece and given back as a whole.
 *
 * Chunks grow by doubling up to a limit; a piece larger than a chunk gets one of its own. What is
 * handed out is zeroed. The first failure is remembered, so that a builder may check once at its
 * end.
 */
#ifndef SIM_LANGUAGE_ARENA_H
#define SIM_LANGUAGE_ARENA_H

#include "core/allocator.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_arena_chunk;

struct sim_arena {
    const struct cog_allocator *allocator;
    struct sim_arena_chunk *chunks; /* the newest first; the first one is filled */
    size_t used_bytes;              /* of the first chunk */
    size_t next_bytes;              /* of the chunk to come */
    bool has_failed;                /* an allocation returned null */
};

void sim_arena_init(struct sim_arena *arena, const struct cog_allocator *allocator);

/* Gives back everything. The arena may be in a piece of its own: it is not touched after its chunk
 * is gone. */
void sim_arena_term(struct sim_arena *arena);

/* Zeroed memory, aligned for any type, or null. */
void *sim_arena_allocate(struct sim_arena *arena, size_t bytes);

/* A copy with a NUL behind it, or null. */
char *sim_arena_copy(struct sim_arena *arena, const char *bytes, size_t length);

/* Makes room for one more zeroed item at the end of an array of *count items that only this call
 * has ever grown, and counts it. Returns the array, which may have moved, or null with *count as it
 * was. */
void *sim_arena_push(struct sim_arena *arena, void *items, uint32_t *count, size_t item_bytes);

#endif
