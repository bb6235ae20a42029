/* draws.c - strings of answers, and the answers of the step under way. */
#include "sim/explore/draws.h"

#include "core/status.h"

#include <string.h>

enum { BUCKETS = sizeof(((struct sim_draws *)0)->buckets) / sizeof(uint32_t) };

int sim_draws_init(struct sim_draws *draws, const struct cog_allocator *allocator) {
    *draws = (struct sim_draws){.allocator = allocator};
    for (uint32_t i = 0; i < BUCKETS; i++) {
        draws->buckets[i] = SIM_NONE;
    }
    return sim_draws_find(draws, NULL, 0) == 0 ? COG_OK : COG_ENOMEM;
}

void sim_draws_term(struct sim_draws *draws) {
    cog_release(draws->allocator, draws->values, draws->value_capacity * sizeof draws->values[0]);
    cog_release(draws->allocator, draws->items, draws->capacity * sizeof draws->items[0]);
    draws->values = NULL;
    draws->value_capacity = 0;
    draws->items = NULL;
    draws->capacity = 0;
}

void sim_draws_begin(struct sim_draws *draws, uint32_t script) {
    draws->script = script;
    draws->answer_count = 0;
    draws->has_drawn = false;
}

uint64_t sim_draws_choose(void *context, const struct sim_choice *choice) {
    struct sim_draws *draws = context;
    draws->has_drawn |= choice->kind != SIM_CHOICE_ARRIVAL;
    bool is_range = choice->kind == SIM_CHOICE_TIME || choice->kind == SIM_CHOICE_SIZE;
    if (is_range || draws->answer_count == SIM_DRAWS_MAX) {
        draws->is_partial = true; /* a search stays at the low end */
        return 0;
    }
    const struct sim_draws_item *script = &draws->items[draws->script];
    uint32_t at = draws->answer_count++;
    uint32_t answer = at < script->count ? draws->values[script->first + at] : 0;
    draws->answers[at] = answer < choice->count ? answer : 0;
    draws->counts[at] = (uint32_t)choice->count;
    return draws->answers[at];
}

static uint32_t hash_of(const uint32_t *answers, uint32_t count) {
    uint32_t hash = count;
    for (uint32_t i = 0; i < count; i++) {
        hash = (hash ^ answers[i]) * UINT32_C(0x9E3779B1);
        hash ^= hash >> 15;
    }
    return hash % BUCKETS;
}

static uint32_t add(struct sim_draws *draws, const uint32_t *answers, uint32_t count,
                    uint32_t bucket) {
    struct sim_draws_item *items =
        cog_grow(draws->allocator, draws->items, draws->count, &draws->capacity, sizeof items[0]);
    if (items == NULL) {
        return SIM_NONE;
    }
    draws->items = items;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t *grown = cog_grow(draws->allocator, draws->values, draws->value_count + i,
                                   &draws->value_capacity, sizeof grown[0]);
        if (grown == NULL) {
            return SIM_NONE;
        }
        draws->values = grown;
        grown[draws->value_count + i] = answers[i];
    }
    items[draws->count] = (struct sim_draws_item){
        .first = draws->value_count, .count = count, .next = draws->buckets[bucket]};
    draws->value_count += count;
    draws->buckets[bucket] = draws->count;
    return draws->count++;
}

uint32_t sim_draws_find(struct sim_draws *draws, const uint32_t *answers, uint32_t count) {
    while (count > 0 && answers[count - 1] == 0) {
        count--;
    }
    if (count == 0 && draws->count > 0) {
        return 0;
    }
    uint32_t bucket = hash_of(answers, count);
    for (uint32_t i = draws->buckets[bucket]; i != SIM_NONE; i = draws->items[i].next) {
        const struct sim_draws_item *item = &draws->items[i];
        if (item->count == count &&
            memcmp(draws->values + item->first, answers, count * sizeof answers[0]) == 0) {
            return i;
        }
    }
    return add(draws, answers, count, bucket);
}
