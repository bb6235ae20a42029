/* snapshot_pool.c - an array of snapshots, which keep their memory when they are free. */
#include "sim/explore/snapshot_pool.h"

void sim_snapshot_pool_init(struct sim_snapshot_pool *pool, const struct cog_allocator *allocator) {
    *pool = (struct sim_snapshot_pool){.allocator = allocator, .free = SIM_NONE};
}

void sim_snapshot_pool_term(struct sim_snapshot_pool *pool) {
    for (uint32_t i = 0; i < pool->count; i++) {
        sim_snapshot_term(&pool->items[i].snapshot, pool->allocator);
    }
    cog_release(pool->allocator, pool->items, pool->capacity * sizeof pool->items[0]);
    sim_snapshot_pool_init(pool, pool->allocator);
}

/* All are in use: that of the level nearest to the start goes, for the way to it is the shortest.
 */
static uint32_t find_shallowest(const struct sim_snapshot_pool *pool) {
    uint32_t found = 0;
    for (uint32_t i = 1; i < pool->count; i++) {
        found = pool->items[i].level < pool->items[found].level ? i : found;
    }
    return found;
}

static uint32_t find_room(struct sim_snapshot_pool *pool, uint32_t *robbed) {
    *robbed = SIM_NONE;
    if (pool->free != SIM_NONE) {
        uint32_t number = pool->free;
        pool->free = pool->items[number].next;
        return number;
    }
    if (pool->count == SIM_POOL_SNAPSHOTS_MAX) {
        uint32_t number = find_shallowest(pool);
        *robbed = pool->items[number].level;
        return number;
    }
    struct sim_pool_item *grown =
        cog_grow(pool->allocator, pool->items, pool->count, &pool->capacity, sizeof grown[0]);
    if (grown == NULL) {
        return SIM_NONE;
    }
    pool->items = grown;
    grown[pool->count] = (struct sim_pool_item){.next = SIM_NONE};
    return pool->count++;
}

uint32_t sim_snapshot_pool_take(struct sim_snapshot_pool *pool, const struct sim_run *run,
                                uint32_t level, uint32_t *robbed) {
    uint32_t number = find_room(pool, robbed);
    if (number == SIM_NONE) {
        return SIM_NONE;
    }
    pool->items[number].level = level;
    if (sim_snapshot_take(&pool->items[number].snapshot, pool->allocator, run) != COG_OK) {
        sim_snapshot_pool_drop(pool, number);
        return SIM_NONE;
    }
    return number;
}

void sim_snapshot_pool_drop(struct sim_snapshot_pool *pool, uint32_t number) {
    pool->items[number].next = pool->free;
    pool->free = number;
}
