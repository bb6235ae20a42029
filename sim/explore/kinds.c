/* kinds.c - a set of hashes that knows which have come once. */
#include "sim/explore/kinds.h"

#include "core/cogen.h"

enum { CAPACITY_MIN = 256, COUNT_MAX = 1 << 22 };

static const uint64_t again = 1;

void sim_kinds_init(struct sim_kinds *kinds, const struct cog_allocator *allocator) {
    *kinds = (struct sim_kinds){.allocator = allocator};
}

void sim_kinds_term(struct sim_kinds *kinds) {
    cog_release(kinds->allocator, kinds->slots, kinds->capacity * sizeof kinds->slots[0]);
    cog_release(kinds->allocator, kinds->changes,
                kinds->change_capacity * sizeof kinds->changes[0]);
    sim_kinds_init(kinds, kinds->allocator);
}

static uint64_t *find(uint64_t *slots, size_t capacity, uint64_t key) {
    size_t at = (size_t)(key >> 1) & (capacity - 1);
    while (slots[at] != 0 && (slots[at] & ~again) != key) {
        at = (at + 1) & (capacity - 1);
    }
    return &slots[at];
}

static bool grow(struct sim_kinds *kinds) {
    size_t capacity = kinds->capacity > 0 ? kinds->capacity * 2 : CAPACITY_MIN;
    uint64_t *slots = cog_allocate_zeroed(kinds->allocator, capacity, sizeof slots[0]);
    if (slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < kinds->capacity; i++) {
        if (kinds->slots[i] != 0) {
            *find(slots, capacity, kinds->slots[i] & ~again) = kinds->slots[i];
        }
    }
    cog_release(kinds->allocator, kinds->slots, kinds->capacity * sizeof slots[0]);
    kinds->slots = slots;
    kinds->capacity = capacity;
    return true;
}

/* Is it 1, 2 or 5 times a power of ten? */
static bool is_round(uint64_t number) {
    while (number % 10 == 0) {
        number /= 10;
    }
    return number == 1 || number == 2 || number == 5;
}

static bool note_change(struct sim_kinds *kinds, uint64_t slot) {
    if (!kinds->notes_changes) {
        return true;
    }
    uint64_t *changes = cog_grow(kinds->allocator, kinds->changes, kinds->change_count,
                                 &kinds->change_capacity, sizeof changes[0]);
    if (changes == NULL) {
        return false;
    }
    kinds->changes = changes;
    changes[kinds->change_count++] = slot;
    return true;
}

int sim_kinds_put(struct sim_kinds *kinds, uint64_t slot) {
    if (kinds->count * 2 >= kinds->capacity && !grow(kinds)) {
        return COG_ENOMEM;
    }
    *find(kinds->slots, kinds->capacity, slot & ~again) = slot;
    kinds->count++;
    return COG_OK;
}

int sim_kinds_add(struct sim_kinds *kinds, uint64_t kind) {
    uint64_t key = (kind & ~again) != 0 ? kind & ~again : 2;
    if (kinds->count * 2 >= kinds->capacity && !grow(kinds)) {
        return COG_ENOMEM;
    }
    uint64_t *slot = find(kinds->slots, kinds->capacity, key);
    uint64_t before = *slot;
    if (*slot == 0 && kinds->count < COUNT_MAX) {
        *slot = key;
        kinds->count++;
        kinds->once_count++;
    } else if (*slot == 0) {
        kinds->is_full = true;
    } else if (*slot == key) {
        *slot |= again;
        kinds->once_count--;
    }
    if (*slot != before && !note_change(kinds, *slot)) {
        return COG_ENOMEM;
    }
    kinds->run_count++;
    if (is_round(kinds->run_count) && kinds->point_count < SIM_KINDS_POINTS) {
        kinds->points[kinds->point_count++] =
            (struct sim_kinds_point){.run_count = kinds->run_count, .kind_count = kinds->count};
    }
    return COG_OK;
}

uint64_t sim_kinds_new_in(const struct sim_kinds *kinds) {
    return kinds->once_count > 0 ? kinds->run_count / kinds->once_count : 0;
}
