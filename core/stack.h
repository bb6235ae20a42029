/* stack.h - the stacks of stackful coroutines, and the pool that a scheduler keeps of them.
 * Internal to core/.
 *
 * A mapping of a power of two of bytes, aligned to its size:
 *
 *     base         low                                high        base + bytes
 *       | no access | frames, from the high end downwards | colour | struct cog_stack |
 *        guard_bytes
 *
 * Tops of stacks that are all aligned compete for the same lines of the caches; the colour moves
 * them apart. It is not counted in the bytes that a stack is said to have.
 *
 * From any address in a guard a signal handler finds the base, for each size that there may be, and
 * from the base the header: no registry is needed to tell whose stack has overflowed.
 *
 * A stack is taken, or kept for the next taker, or unmapped. Its holder is the pointer to it in the
 * coroutine; the pool clears it when it unmaps the stack under it.
 */
#ifndef COG_STACK_H
#define COG_STACK_H

#include "core/allocator.h"
#include "core/cogen.h"
#include "core/context.h"
#include "core/list.h"

#include <stdint.h>

enum {
    COG_STACK_BITS_MIN = 14, /* 16 KiB */
    COG_STACK_BITS_MAX = 30, /* 1 GiB */
    COG_STACK_SIZES = COG_STACK_BITS_MAX - COG_STACK_BITS_MIN + 1,
    COG_STACK_KEPT_MAX = 64, /* of a size */
    COG_STACK_COLOURS = 16,
    COG_STACK_COLOUR_BYTES = 64, /* a line */
};

#define COG_STACK_BYTES_MAX ((size_t)1 << COG_STACK_BITS_MAX)

/* The header, at the high end of the mapping. */
struct cog_stack {
    uintptr_t magic; /* cog_stack_magic of the base: what else looks like a header is none */
    size_t bytes;    /* of the mapping */
    size_t guard_bytes;
    const char *name;          /* of the coroutine, borrowed */
    struct cog_stack **holder; /* while it is taken */
    struct cog_link link;      /* in `taken` or `kept` of its pool */
    unsigned valgrind_id;
    unsigned colour; /* 0 to COG_STACK_COLOURS - 1 */
};

_Static_assert(sizeof(struct cog_stack) % 16 == 0, "the stack below it is aligned");

struct cog_stack_pool {
    const struct cog_allocator *allocator;
    const struct cog_context_ops *context; /* how stacks are switched; null: not on this machine */
    size_t default_bytes;
    bool is_reusing;
    unsigned next_colour;
    struct cog_link taken;
    struct cog_link kept[COG_STACK_SIZES]; /* the one given back last first */
    uint8_t kept_count[COG_STACK_SIZES];
};

/* options: the scheduler's. */
void cog_stack_pool_init(struct cog_stack_pool *pool, const struct cog_allocator *allocator,
                         const struct cog_scheduler_options *options);

/* Unmaps every stack, taken ones too. */
void cog_stack_pool_term(struct cog_stack_pool *pool);

/* Takes a stack of at least `bytes` (0: the default) into *holder. COG_OK, COG_ENOMEM, COG_EINVALID
 * (beyond COG_STACK_BYTES_MAX). */
int cog_stack_take(struct cog_stack_pool *pool, size_t bytes, const char *name,
                   struct cog_stack **holder);

/* Gives *holder back: kept or unmapped. Clears it. */
void cog_stack_give_back(struct cog_stack_pool *pool, struct cog_stack **holder);

/* The bytes that frames can use at least. Looks at the header itself only. */
size_t cog_stack_usable_bytes(const struct cog_stack *stack);

/* Where frames lie: [low, high). */
char *cog_stack_low(const struct cog_stack *stack);
char *cog_stack_high(const struct cog_stack *stack);

/* Watermark: the bytes from high down to the lowest word that is not zero, at most the usable ones.
 */
size_t cog_stack_used(const struct cog_stack *stack);
size_t cog_stack_pool_used_max(const struct cog_stack_pool *pool);

static inline uintptr_t cog_stack_magic(uintptr_t base) {
    return base ^ (uintptr_t)UINT64_C(0x636f6773746b9e37);
}

#endif
