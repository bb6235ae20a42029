/* kinds.h - how many kinds of executions samples have come to, how that grew, and what it tells of
 * those not seen.
 */
#ifndef SIM_EXPLORE_KINDS_H
#define SIM_EXPLORE_KINDS_H

#include "core/allocator.h"

#include <stdbool.h>
#include <stdint.h>

enum { SIM_KINDS_POINTS = 64 };

/* So many kinds after so many runs. */
struct sim_kinds_point {
    uint64_t run_count;
    uint64_t kind_count;
};

struct sim_kinds {
    const struct cog_allocator *allocator;
    uint64_t *slots; /* open table: hashes, the lowest bit set if seen more than once; 0: empty */
    size_t capacity; /* a power of two, or 0 */
    uint64_t run_count;
    uint64_t count;
    uint64_t once_count;                             /* kinds seen in one run only */
    struct sim_kinds_point points[SIM_KINDS_POINTS]; /* at 1, 2, 5, 10, 20, 50, ... runs */
    uint32_t point_count;
    bool is_full; /* there are more than it counts */

    /* For who keeps them elsewhere: the slots as they became, until somebody takes them. */
    bool notes_changes;
    uint64_t *changes;
    size_t change_count;
    size_t change_capacity;
};

void sim_kinds_init(struct sim_kinds *kinds, const struct cog_allocator *allocator);
void sim_kinds_term(struct sim_kinds *kinds);

/* Counts a run of this kind. COG_OK, COG_ENOMEM. */
int sim_kinds_add(struct sim_kinds *kinds, uint64_t kind);

/* Puts back a slot as it was; the counts are for the caller to put back. COG_OK, COG_ENOMEM. */
int sim_kinds_put(struct sim_kinds *kinds, uint64_t slot);

/* One in how many further runs is expected to be of a kind that has not been seen: runs by kinds
 * seen once (Good, "The population frequencies of species", Biometrika 1953). 0: no kind was seen
 * only once, so that it is less than one in run_count. */
uint64_t sim_kinds_new_in(const struct sim_kinds *kinds);

#endif
