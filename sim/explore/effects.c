/* effects.c - a hash table of effects by where the process stood. */
#include "sim/explore/effects.h"

/* Where coroutines hardly ever stand the same way twice, remembering helps no more. */
enum { BUCKETS_MIN = 256, EFFECTS_MAX = 1 << 20, PARTS_MAX = 1 << 23 };

void sim_effects_init(struct sim_effects *effects, const struct cog_allocator *allocator) {
    *effects = (struct sim_effects){.allocator = allocator};
}

void sim_effects_term(struct sim_effects *effects) {
    const struct cog_allocator *allocator = effects->allocator;
    cog_release(allocator, effects->items, effects->capacity * sizeof effects->items[0]);
    cog_release(allocator, effects->parts, effects->part_capacity * sizeof effects->parts[0]);
    cog_release(allocator, effects->buckets, effects->bucket_count * sizeof effects->buckets[0]);
    *effects = (struct sim_effects){.allocator = allocator};
}

/* The first object that it touches is known beforehand, if it has announced that. */
static uint64_t key_of(uint64_t clock, struct sim_state_part process, uint64_t object) {
    uint64_t key = (process.hash ^ clock) * UINT64_C(0x9E3779B97F4A7C15);
    return (key ^ key >> 29) + (process.standing == SIM_STANDING_ACCESS ? object : 0);
}

static uint64_t announced(const struct sim_state *state, struct sim_state_part process) {
    return process.access.object < state->objects->coroutines
               ? state->parts[process.access.object].hash
               : 0;
}

static uint32_t bucket_of(const struct sim_effects *effects, uint64_t key) {
    return (uint32_t)(key >> 32 ^ key) & (effects->bucket_count - 1);
}

static bool matches(const struct sim_effects *effects, const struct sim_effect *effect,
                    const struct sim_state *state) {
    const struct sim_effect_part *needed = &effects->parts[effect->first];
    for (uint32_t i = 0; i < effect->needed_count; i++) {
        if (state->parts[needed[i].part].hash != needed[i].value.hash) {
            return false;
        }
    }
    return true;
}

const struct sim_effect *sim_effects_find(const struct sim_effects *effects,
                                          const struct sim_state *state, uint32_t process) {
    if (effects->count == 0) {
        return NULL;
    }
    struct sim_state_part part = state->parts[sim_state_process(state, process)];
    uint64_t clock = state->parts[state->objects->end].hash;
    uint64_t key = key_of(clock, part, announced(state, part));
    uint32_t at = effects->buckets[bucket_of(effects, key)];
    while (at != SIM_NONE) {
        const struct sim_effect *effect = &effects->items[at];
        if (effect->key == key && matches(effects, effect, state)) {
            return effect;
        }
        at = effect->next;
    }
    return NULL;
}

void sim_effects_apply(const struct sim_effects *effects, const struct sim_effect *effect,
                       struct sim_state *state) {
    const struct sim_effect_part *changed = &effects->parts[effect->first + effect->needed_count];
    for (uint32_t i = 0; i < effect->changed_count; i++) {
        struct sim_state_part to = changed[i].value;
        if (sim_state_is_sum(state, changed[i].part)) {
            to.hash += state->parts[changed[i].part].hash;
        }
        sim_state_set(state, changed[i].part, to);
    }
}

/* ---- Remembering ---- */

static void link_in(struct sim_effects *effects, uint32_t index) {
    uint32_t *bucket = &effects->buckets[bucket_of(effects, effects->items[index].key)];
    effects->items[index].next = *bucket;
    *bucket = index;
}

static bool grow_buckets(struct sim_effects *effects) {
    uint32_t count = effects->bucket_count > 0 ? effects->bucket_count * 2 : BUCKETS_MIN;
    uint32_t *buckets = cog_allocate(effects->allocator, count * sizeof buckets[0]);
    if (buckets == NULL) {
        return false;
    }
    cog_release(effects->allocator, effects->buckets, effects->bucket_count * sizeof buckets[0]);
    effects->buckets = buckets;
    effects->bucket_count = count;
    for (uint32_t i = 0; i < count; i++) {
        buckets[i] = SIM_NONE;
    }
    for (uint32_t i = 0; i < effects->count; i++) {
        link_in(effects, i);
    }
    return true;
}

static bool add_part(struct sim_effects *effects, uint32_t part, struct sim_state_part value) {
    struct sim_effect_part *grown =
        cog_grow(effects->allocator, effects->parts, effects->part_count, &effects->part_capacity,
                 sizeof grown[0]);
    if (grown == NULL) {
        return false;
    }
    effects->parts = grown;
    grown[effects->part_count++] = (struct sim_effect_part){.part = part, .value = value};
    return true;
}

/* A part as it was before the changes: the earliest of them tells. */
static struct sim_state_part before(const struct sim_state *state, uint32_t change_first,
                                    uint32_t part) {
    for (uint32_t i = change_first; i < state->change_count; i++) {
        if (state->changes[i].part == part) {
            return state->changes[i].before;
        }
    }
    return state->parts[part];
}

static bool add_parts(struct sim_effects *effects, const struct sim_state *state,
                      uint32_t change_first, const struct sim_footprint *footprint) {
    for (uint32_t i = 0; i < footprint->count; i++) {
        uint32_t part = footprint->touches[i].object;
        if (!add_part(effects, part, before(state, change_first, part))) {
            return false;
        }
    }
    for (uint32_t i = change_first; i < state->change_count; i++) {
        uint32_t part = state->changes[i].part;
        struct sim_state_part to = state->parts[part];
        if (sim_state_is_sum(state, part)) {
            to.hash -= state->changes[i].before.hash;
        }
        if (!add_part(effects, part, to)) {
            return false;
        }
    }
    return true;
}

static bool add(struct sim_effects *effects, const struct sim_state *state, uint32_t change_first,
                const struct sim_footprint *footprint, struct sim_effect effect) {
    effect.first = effects->part_count;
    effect.needed_count = footprint->count;
    effect.changed_count = state->change_count - change_first;
    for (uint32_t i = change_first; i < state->change_count; i++) {
        const struct sim_state_change *change = &state->changes[i];
        effect.hash_difference += state->parts[change->part].hash - change->before.hash;
    }
    struct sim_effect *grown = cog_grow(effects->allocator, effects->items, effects->count,
                                        &effects->capacity, sizeof grown[0]);
    if (grown == NULL) {
        return false;
    }
    effects->items = grown;
    if ((effects->count >= effects->bucket_count && !grow_buckets(effects)) ||
        !add_parts(effects, state, change_first, footprint)) {
        return false;
    }
    grown[effects->count] = effect;
    link_in(effects, effects->count++);
    return true;
}

void sim_effects_add(struct sim_effects *effects, const struct sim_state *state,
                     uint32_t change_first, uint32_t process, const struct sim_footprint *footprint,
                     uint32_t ended_count) {
    if (effects->count == EFFECTS_MAX || effects->part_count >= PARTS_MAX) {
        return;
    }
    struct sim_state_part part = before(state, change_first, sim_state_process(state, process));
    uint64_t clock = before(state, change_first, state->objects->end).hash;
    uint64_t object = part.access.object < state->objects->coroutines
                          ? before(state, change_first, part.access.object).hash
                          : 0;
    struct sim_effect effect = {.key = key_of(clock, part, object), .ended_count = ended_count};
    if (!add(effects, state, change_first, footprint, effect)) {
        effects->is_out_of_memory = true;
    }
}
