/* ancestors.h - the states on the way from the start to the one under way, found by their hashes.
 */
#ifndef SIM_EXPLORE_ANCESTORS_H
#define SIM_EXPLORE_ANCESTORS_H

#include "core/allocator.h"

#include <stdbool.h>
#include <stdint.h>

struct sim_ancestors {
    const struct cog_allocator *allocator;
    uint64_t *hashes; /* from the start on */
    uint32_t count;
    size_t capacity;
    uint32_t *slots; /* open table of positions + 1; 0: empty */
    uint32_t slot_count;
};

void sim_ancestors_init(struct sim_ancestors *ancestors, const struct cog_allocator *allocator);
void sim_ancestors_term(struct sim_ancestors *ancestors);

/* The hash is of no state on the way. False: no memory. */
bool sim_ancestors_push(struct sim_ancestors *ancestors, uint64_t hash);
void sim_ancestors_pop(struct sim_ancestors *ancestors);

/* Its position, from 0; SIM_NONE: it is not on the way. */
uint32_t sim_ancestors_find(const struct sim_ancestors *ancestors, uint64_t hash);

#endif
