/* allocator.h - the seam through which all memory of the library comes.
 *
 * Production passes none and gets malloc; the simulator passes the arena of its world; tests pass
 * one that fails the Nth call. An allocator must outlive everything made with it.
 */
#ifndef COG_ALLOCATOR_H
#define COG_ALLOCATOR_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cog_allocator {
    /* As realloc, with the size of the old block told: pointer null and bytes_old 0 allocate,
     * bytes_new 0 frees and returns null. Returns null when there is no memory, and then the old
     * block is untouched. Blocks are aligned for any type. Must not call back into the library. */
    void *(*resize)(void *context, void *pointer, size_t bytes_old, size_t bytes_new);
    void *context;
    /* Pages for a stack: bytes, which is a power of two, aligned to bytes and zeroed, the lowest
     * page of them inaccessible. Null when there is no memory. Both members null: mmap. */
    void *(*map_stack)(void *context, size_t bytes);
    void (*unmap_stack)(void *context, void *pointer, size_t bytes);
};

/* The allocator on top of malloc, realloc and free. */
const struct cog_allocator *cog_allocator_malloc(void);

/* Uninitialised memory, or null. bytes > 0. */
void *cog_allocate(const struct cog_allocator *allocator, size_t bytes);

/* Zeroed memory for count things of bytes each, or null, also when the product overflows. */
void *cog_allocate_zeroed(const struct cog_allocator *allocator, size_t count, size_t bytes);

/* Makes room for one more item at the end of an array of count items, doubling *capacity when it is
 * full. Returns the array, which may have moved; or null when there is no memory, and then array
 * and *capacity are as they were. */
void *cog_grow(const struct cog_allocator *allocator, void *items, size_t count, size_t *capacity,
               size_t item_bytes);

/* Gives back a block of that size. A null pointer is allowed. */
void cog_release(const struct cog_allocator *allocator, void *pointer, size_t bytes);

#ifdef __cplusplus
}
#endif

#endif
