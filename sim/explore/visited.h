/* visited.h - the states that have been seen, by their hashes alone: 64 bits each in an open table
 * that is at most three quarters full.
 *
 * Two states of one hash are taken for one. Among n states that happens with a probability of about
 * n * n / 2^65: for a hundred million, 1 in 3,700.
 */
#ifndef SIM_EXPLORE_VISITED_H
#define SIM_EXPLORE_VISITED_H

#include "core/allocator.h"

#include <stdbool.h>
#include <stdint.h>

struct sim_visited {
    const struct cog_allocator *allocator;
    uint64_t *slots; /* 0: empty */
    size_t capacity; /* a power of two, or 0 */
    size_t count;
    bool is_out_of_memory;
};

void sim_visited_init(struct sim_visited *visited, const struct cog_allocator *allocator);
void sim_visited_term(struct sim_visited *visited);

/* True: it has not been there before. False also, with is_out_of_memory, where it has no room. */
bool sim_visited_add(struct sim_visited *visited, uint64_t hash);

/* The hash will soon be added, or found: fetches the place where it would stand. */
static inline void sim_visited_expect(const struct sim_visited *visited, uint64_t hash) {
    if (visited->capacity > 0) {
        __builtin_prefetch(&visited->slots[(size_t)hash & (visited->capacity - 1)], 1);
    }
}

#endif
