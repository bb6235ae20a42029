/* effects.h - what simple steps did, remembered: the next time that a process stands as it did, and
 * finds what it looked at as it was, the step need not be executed.
 *
 * A simple step (state.h) follows from the parts that it touched, and changed no others. Its
 * *effect* is the list of those parts as they were, and of those that it changed as they became. So
 * it is also known by how much it changes the hash of the state.
 */
#ifndef SIM_EXPLORE_EFFECTS_H
#define SIM_EXPLORE_EFFECTS_H

#include "sim/explore/state.h"

/* A part of a state: as it must be, or as it becomes; of a sum, what comes to it. */
struct sim_effect_part {
    uint32_t part;
    struct sim_state_part value;
};

struct sim_effect {
    uint64_t key;             /* of the process, what it has announced, and the time */
    uint64_t hash_difference; /* of the state */
    uint32_t first;           /* into parts: those that must be so, then those that change */
    uint32_t needed_count;
    uint32_t changed_count;
    uint32_t ended_count; /* coroutines in the foreground that ended */
    uint32_t next;        /* of the same bucket, or SIM_NONE */
};

struct sim_effects {
    const struct cog_allocator *allocator;
    struct sim_effect *items;
    uint32_t count;
    size_t capacity;
    struct sim_effect_part *parts;
    uint32_t part_count;
    size_t part_capacity;
    uint32_t *buckets; /* heads */
    uint32_t bucket_count;
    bool is_out_of_memory;
};

void sim_effects_init(struct sim_effects *effects, const struct cog_allocator *allocator);
void sim_effects_term(struct sim_effects *effects);

/* The effect of a process's step from this state; null: it is not known. */
const struct sim_effect *sim_effects_find(const struct sim_effects *effects,
                                          const struct sim_state *state, uint32_t process);

/* Brings the state to what it comes to. */
void sim_effects_apply(const struct sim_effects *effects, const struct sim_effect *effect,
                       struct sim_state *state);

/* Remembers a simple step, which has led to this state by its changes from change_first on. */
void sim_effects_add(struct sim_effects *effects, const struct sim_state *state,
                     uint32_t change_first, uint32_t process, const struct sim_footprint *footprint,
                     uint32_t ended_count);

#endif
