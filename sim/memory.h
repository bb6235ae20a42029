/* memory.h - the memory of a world: one mapping, with a limit, given back whole.
 *
 * Blocks come from size classes (16 bytes apart up to 512, then powers of two); a block given back
 * goes to its class's free list and is the next one taken. So the addresses of a run depend on
 * nothing but the run.
 */
#ifndef SIM_MEMORY_H
#define SIM_MEMORY_H

#include "core/allocator.h"

enum { SIM_MEMORY_CLASSES = 96 };

struct sim_memory {
    char *base;
    size_t bytes;                          /* of the mapping: the limit */
    size_t used_bytes;                     /* handed out at least once */
    void *free_blocks[SIM_MEMORY_CLASSES]; /* singly linked by their first word */
    struct cog_allocator
        allocator; /* hands out of this arena; valid while the arena is and does not move */
};

/* Maps an arena that can hand out up to limit_bytes. COG_OK, COG_ENOMEM, COG_EINVALID (limit_bytes
 * is 0). */
int sim_memory_open(struct sim_memory *memory, size_t limit_bytes);

/* Unmaps it, with everything in it. */
void sim_memory_close(struct sim_memory *memory);

#endif
