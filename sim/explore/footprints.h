/* footprints.h - footprints by number: equal ones have the same, so that a number is all that trees
 * and sleep sets have to keep. */
#ifndef SIM_EXPLORE_FOOTPRINTS_H
#define SIM_EXPLORE_FOOTPRINTS_H

#include "core/allocator.h"
#include "sim/footprint.h"

struct sim_footprints_item {
    uint32_t first; /* into touches */
    uint32_t count;
    uint32_t next; /* in its bucket */
};

struct sim_footprints {
    const struct cog_allocator *allocator;
    struct sim_touch *touches;
    uint32_t touch_count;
    size_t touch_capacity;
    struct sim_footprints_item *items;
    uint32_t count;
    size_t capacity;
    uint32_t buckets[1024];
};

void sim_footprints_init(struct sim_footprints *footprints, const struct cog_allocator *allocator);
void sim_footprints_term(struct sim_footprints *footprints);

/* The number of a footprint; SIM_NONE: no memory. */
uint32_t sim_footprints_find(struct sim_footprints *footprints, const struct sim_touch *touches,
                             uint32_t count);

static inline bool sim_footprints_depend(const struct sim_footprints *footprints, uint32_t a,
                                         uint32_t b) {
    const struct sim_footprints_item *left = &footprints->items[a];
    const struct sim_footprints_item *right = &footprints->items[b];
    return sim_touches_depend(footprints->touches + left->first, left->count,
                              footprints->touches + right->first, right->count);
}

#endif
