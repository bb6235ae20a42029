/* visited.c - linear probing. */
#include "sim/explore/visited.h"

enum { CAPACITY_MIN = 1024 };

void sim_visited_init(struct sim_visited *visited, const struct cog_allocator *allocator) {
    *visited = (struct sim_visited){.allocator = allocator};
}

void sim_visited_term(struct sim_visited *visited) {
    cog_release(visited->allocator, visited->slots, visited->capacity * sizeof visited->slots[0]);
    *visited = (struct sim_visited){.allocator = visited->allocator};
}

/* Where a hash stands, or would. */
static size_t find(const struct sim_visited *visited, uint64_t hash) {
    size_t at = (size_t)hash & (visited->capacity - 1);
    while (visited->slots[at] != 0 && visited->slots[at] != hash) {
        at = (at + 1) & (visited->capacity - 1);
    }
    return at;
}

static bool grow(struct sim_visited *visited) {
    struct sim_visited grown = *visited;
    grown.capacity = visited->capacity > 0 ? visited->capacity * 2 : CAPACITY_MIN;
    grown.slots = cog_allocate_zeroed(visited->allocator, grown.capacity, sizeof visited->slots[0]);
    if (grown.slots == NULL) {
        visited->is_out_of_memory = true;
        return false;
    }
    for (size_t i = 0; i < visited->capacity; i++) {
        if (visited->slots[i] != 0) {
            grown.slots[find(&grown, visited->slots[i])] = visited->slots[i];
        }
    }
    sim_visited_term(visited);
    *visited = grown;
    return true;
}

bool sim_visited_add(struct sim_visited *visited, uint64_t hash) {
    hash = hash != 0 ? hash : 1;
    if (visited->count * 4 >= visited->capacity * 3 && !grow(visited)) {
        return false;
    }
    size_t at = find(visited, hash);
    if (visited->slots[at] == hash) {
        return false;
    }
    visited->slots[at] = hash;
    visited->count++;
    return true;
}
