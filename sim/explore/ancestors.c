/* ancestors.c - linear probing; what was put in last goes first, so a slot can simply be cleared.
 */
#include "sim/explore/ancestors.h"

#include "core/check.h"
#include "sim/language/ast.h"

enum { SLOTS_MIN = 256 };

void sim_ancestors_init(struct sim_ancestors *ancestors, const struct cog_allocator *allocator) {
    *ancestors = (struct sim_ancestors){.allocator = allocator};
}

void sim_ancestors_term(struct sim_ancestors *ancestors) {
    cog_release(ancestors->allocator, ancestors->hashes,
                ancestors->capacity * sizeof ancestors->hashes[0]);
    cog_release(ancestors->allocator, ancestors->slots,
                ancestors->slot_count * sizeof ancestors->slots[0]);
    *ancestors = (struct sim_ancestors){.allocator = ancestors->allocator};
}

static uint32_t slot_of(const struct sim_ancestors *ancestors, uint64_t hash) {
    uint32_t at = (uint32_t)(hash >> 32) & (ancestors->slot_count - 1);
    while (ancestors->slots[at] != 0 && ancestors->hashes[ancestors->slots[at] - 1] != hash) {
        at = (at + 1) & (ancestors->slot_count - 1);
    }
    return at;
}

/* In the order in which they were put in, so that the last one can still be cleared. */
static bool grow_slots(struct sim_ancestors *ancestors) {
    uint32_t slot_count = ancestors->slot_count > 0 ? ancestors->slot_count * 2 : SLOTS_MIN;
    uint32_t *slots = cog_allocate_zeroed(ancestors->allocator, slot_count, sizeof slots[0]);
    if (slots == NULL) {
        return false;
    }
    cog_release(ancestors->allocator, ancestors->slots, ancestors->slot_count * sizeof slots[0]);
    ancestors->slots = slots;
    ancestors->slot_count = slot_count;
    for (uint32_t i = 0; i < ancestors->count; i++) {
        slots[slot_of(ancestors, ancestors->hashes[i])] = i + 1;
    }
    return true;
}

bool sim_ancestors_push(struct sim_ancestors *ancestors, uint64_t hash) {
    uint64_t *grown = cog_grow(ancestors->allocator, ancestors->hashes, ancestors->count,
                               &ancestors->capacity, sizeof grown[0]);
    if (grown == NULL) {
        return false;
    }
    ancestors->hashes = grown;
    if (ancestors->count * 2 >= ancestors->slot_count && !grow_slots(ancestors)) {
        return false;
    }
    uint32_t slot = slot_of(ancestors, hash);
    cog_assert(ancestors->slots[slot] == 0);
    grown[ancestors->count++] = hash;
    ancestors->slots[slot] = ancestors->count;
    return true;
}

void sim_ancestors_pop(struct sim_ancestors *ancestors) {
    cog_assert(ancestors->count > 0);
    ancestors->slots[slot_of(ancestors, ancestors->hashes[ancestors->count - 1])] = 0;
    ancestors->count--;
}

uint32_t sim_ancestors_find(const struct sim_ancestors *ancestors, uint64_t hash) {
    if (ancestors->slot_count == 0) {
        return SIM_NONE;
    }
    uint32_t place = ancestors->slots[slot_of(ancestors, hash)];
    return place > 0 ? place - 1 : SIM_NONE;
}
