/* footprints.c - a hash table of small arrays. */
#include "sim/explore/footprints.h"

#include "sim/language/ast.h"

#include <string.h>

enum { BUCKETS = sizeof(((struct sim_footprints *)0)->buckets) / sizeof(uint32_t) };

_Static_assert(sizeof(struct sim_touch) == sizeof(uint32_t), "touches are compared as words");

void sim_footprints_init(struct sim_footprints *footprints, const struct cog_allocator *allocator) {
    footprints->allocator = allocator;
    footprints->touches = NULL;
    footprints->touch_count = 0;
    footprints->touch_capacity = 0;
    footprints->items = NULL;
    footprints->count = 0;
    footprints->capacity = 0;
    for (uint32_t i = 0; i < BUCKETS; i++) {
        footprints->buckets[i] = SIM_NONE;
    }
}

void sim_footprints_term(struct sim_footprints *footprints) {
    cog_release(footprints->allocator, footprints->touches,
                footprints->touch_capacity * sizeof footprints->touches[0]);
    cog_release(footprints->allocator, footprints->items,
                footprints->capacity * sizeof footprints->items[0]);
    sim_footprints_init(footprints, footprints->allocator);
}

static uint32_t hash_of(const struct sim_touch *touches, uint32_t count) {
    uint32_t hash = count;
    for (uint32_t i = 0; i < count; i++) {
        hash = (hash ^ (touches[i].object << 2 | touches[i].mode)) * UINT32_C(0x9E3779B1);
        hash ^= hash >> 15;
    }
    return hash % BUCKETS;
}

static uint32_t add(struct sim_footprints *footprints, const struct sim_touch *touches,
                    uint32_t count, uint32_t bucket) {
    for (uint32_t i = 0; i < count; i++) {
        struct sim_touch *grown =
            cog_grow(footprints->allocator, footprints->touches, footprints->touch_count + i,
                     &footprints->touch_capacity, sizeof grown[0]);
        if (grown == NULL) {
            return SIM_NONE;
        }
        footprints->touches = grown;
        grown[footprints->touch_count + i] = touches[i];
    }
    struct sim_footprints_item *items =
        cog_grow(footprints->allocator, footprints->items, footprints->count, &footprints->capacity,
                 sizeof items[0]);
    if (items == NULL) {
        return SIM_NONE;
    }
    footprints->items = items;
    items[footprints->count] = (struct sim_footprints_item){
        .first = footprints->touch_count, .count = count, .next = footprints->buckets[bucket]};
    footprints->touch_count += count;
    footprints->buckets[bucket] = footprints->count;
    return footprints->count++;
}

uint32_t sim_footprints_find(struct sim_footprints *footprints, const struct sim_touch *touches,
                             uint32_t count) {
    uint32_t bucket = hash_of(touches, count);
    for (uint32_t i = footprints->buckets[bucket]; i != SIM_NONE; i = footprints->items[i].next) {
        const struct sim_footprints_item *item = &footprints->items[i];
        if (item->count == count &&
            (count == 0 ||
             memcmp(footprints->touches + item->first, touches, count * sizeof touches[0]) == 0)) {
            return i;
        }
    }
    return add(footprints, touches, count, bucket);
}
