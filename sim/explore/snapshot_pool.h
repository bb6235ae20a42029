/* snapshot_pool.h - snapshots of some of the levels of a search: a limited number of them, those of
 * the deepest levels kept longest. */
#ifndef SIM_EXPLORE_SNAPSHOT_POOL_H
#define SIM_EXPLORE_SNAPSHOT_POOL_H

#include "sim/explore/snapshot.h"

enum { SIM_POOL_SNAPSHOTS_MAX = 1024 };

struct sim_pool_item {
    struct sim_snapshot snapshot;
    uint32_t level;
    uint32_t next; /* of those that are free */
};

struct sim_snapshot_pool {
    const struct cog_allocator *allocator;
    struct sim_pool_item *items;
    uint32_t count;
    size_t capacity;
    uint32_t free; /* chain, or SIM_NONE */
};

void sim_snapshot_pool_init(struct sim_snapshot_pool *pool, const struct cog_allocator *allocator);
void sim_snapshot_pool_term(struct sim_snapshot_pool *pool);

/* Takes a snapshot of a level. Its number; SIM_NONE: no memory. When the pool is full, *robbed is
 * the level that has lost its own; else SIM_NONE. */
uint32_t sim_snapshot_pool_take(struct sim_snapshot_pool *pool, const struct sim_run *run,
                                uint32_t level, uint32_t *robbed);

void sim_snapshot_pool_drop(struct sim_snapshot_pool *pool, uint32_t number);

static inline void sim_snapshot_pool_restore(const struct sim_snapshot_pool *pool, uint32_t number,
                                             struct sim_run *run) {
    sim_snapshot_restore(&pool->items[number].snapshot, run);
}

#endif
