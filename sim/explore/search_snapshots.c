/* search_snapshots.c - which levels of a search have snapshots. */
#include "sim/explore/search_parts.h"

/* The deepest level that has a snapshot; the start always has. */
static uint32_t snapshot_depth(const struct sim_search *search) {
    return search->snapshot_count > 0 ? search->snapshots[search->snapshot_count - 1].depth : 0;
}

/* While a step is repeated, about so many bytes could be copied; and what a snapshot costs besides
 * does not pay more often than that. Measured (bench_explore snapshots) on worlds of some kilobytes
 * to some hundred. */
enum { STEP_BYTES = 8192, DISTANCE_MIN = 4 };

/* With a snapshot of B bytes every d levels, and steps of S bytes, going down a level costs B / d,
 * and going back d / 2 steps: least where d is the root of 2 B / S. */
static uint32_t snapshot_distance(const struct sim_search *search) {
    if (search->snapshot_distance != SIM_DISTANCE_BY_COST) {
        return search->snapshot_distance;
    }
    size_t bytes = search->snapshot_count > 0
                       ? search->snapshots[search->snapshot_count - 1].used_bytes
                       : search->explorer->start.used_bytes;
    uint32_t distance = DISTANCE_MIN;
    while ((uint64_t)(distance + 1) * (distance + 1) <= 2 * (uint64_t)bytes / STEP_BYTES) {
        distance++;
    }
    return distance;
}

/* Every other one is let go of, and memory that none is in: what is further back is farther apart
 * then, as it is gone back to less often. */
static void thin_snapshots(struct sim_search *search) {
    uint32_t kept = 0;
    search->snapshot_bytes = 0;
    for (uint32_t i = 0; i < search->snapshot_capacity; i++) {
        struct sim_snapshot *snapshot = &search->snapshots[i];
        if (i < search->snapshot_count && i % 2 == 1) {
            search->levels[snapshot->depth].snapshot = kept;
            search->snapshot_bytes += snapshot->capacity;
            struct sim_snapshot empty = search->snapshots[kept];
            search->snapshots[kept++] = *snapshot;
            *snapshot = empty;
        } else {
            if (i < search->snapshot_count) {
                search->levels[snapshot->depth].snapshot = SIM_NONE;
            }
            sim_snapshot_term(snapshot, search->allocator);
        }
    }
    search->snapshot_count = kept;
}

bool sim_search_snapshot(struct sim_search *search, struct sim_level *level) {
    level->snapshot = SIM_NONE;
    if (search->snapshot_distance == 0 || search->depth == 0 ||
        search->depth - snapshot_depth(search) < snapshot_distance(search)) {
        return true;
    }
    if (search->snapshot_count == search->snapshot_capacity) {
        size_t before = search->snapshot_capacity;
        struct sim_snapshot *grown =
            cog_grow(search->allocator, search->snapshots, search->snapshot_count,
                     &search->snapshot_capacity, sizeof grown[0]);
        if (grown == NULL) {
            return sim_search_fail(search);
        }
        search->snapshots = grown;
        for (size_t i = before; i < search->snapshot_capacity; i++) {
            grown[i] = (struct sim_snapshot){.bytes = NULL};
        }
    }
    struct sim_snapshot *snapshot = &search->snapshots[search->snapshot_count];
    size_t capacity = snapshot->capacity;
    if (sim_snapshot_take(snapshot, search->allocator, search->explorer->run) != COG_OK) {
        return sim_search_fail(search);
    }
    search->snapshot_bytes += snapshot->capacity - capacity;
    snapshot->depth = search->depth;
    level->snapshot = search->snapshot_count++;
    size_t max = search->snapshot_bytes_max > 0 ? search->snapshot_bytes_max : SIM_SNAPSHOT_BYTES;
    if (search->snapshot_bytes > max && search->explorer->remote == NULL) {
        thin_snapshots(search);
    }
    return true;
}
