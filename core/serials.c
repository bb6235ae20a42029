/* serials.c - linear probing; what follows a gap moves up into it. */
#include "core/serials.h"

enum { SLOTS_MIN = 64 };

void cog_serials_init(struct cog_serials *serials, const struct cog_allocator *allocator) {
    *serials = (struct cog_serials){.allocator = allocator};
}

void cog_serials_term(struct cog_serials *serials) {
    cog_release(serials->allocator, serials->slots, serials->capacity * sizeof serials->slots[0]);
    *serials = (struct cog_serials){.allocator = serials->allocator};
}

/* Where it should stand. Operations lie in coroutines, some hundred bytes apart. */
static size_t home_of(const struct cog_serials *serials, const struct cog_op *op) {
    uint64_t bits = (uint64_t)(uintptr_t)op * UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)(bits >> 32) & (serials->capacity - 1);
}

/* Its slot, or the empty one where it would stand. */
static size_t slot_of(const struct cog_serials *serials, const struct cog_op *op) {
    size_t at = home_of(serials, op);
    while (serials->slots[at].op != NULL && serials->slots[at].op != op) {
        at = (at + 1) & (serials->capacity - 1);
    }
    return at;
}

static bool grow(struct cog_serials *serials) {
    struct cog_serials grown = *serials;
    grown.capacity = serials->capacity > 0 ? serials->capacity * 2 : SLOTS_MIN;
    grown.slots = cog_allocate_zeroed(serials->allocator, grown.capacity, sizeof grown.slots[0]);
    if (grown.slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < serials->capacity; i++) {
        if (serials->slots[i].op != NULL) {
            grown.slots[slot_of(&grown, serials->slots[i].op)] = serials->slots[i];
        }
    }
    cog_release(serials->allocator, serials->slots, serials->capacity * sizeof serials->slots[0]);
    *serials = grown;
    return true;
}

bool cog_serials_add(struct cog_serials *serials, const struct cog_op *op, uint64_t serial) {
    if (serials->count * 2 >= serials->capacity && !grow(serials)) {
        return false;
    }
    serials->slots[slot_of(serials, op)] = (struct cog_serial){.op = op, .serial = serial};
    serials->count++;
    return true;
}

uint64_t cog_serials_find(const struct cog_serials *serials, const struct cog_op *op) {
    return serials->capacity > 0 ? serials->slots[slot_of(serials, op)].serial : 0;
}

void cog_serials_remove(struct cog_serials *serials, const struct cog_op *op) {
    if (serials->capacity == 0) {
        return;
    }
    size_t gap = slot_of(serials, op);
    if (serials->slots[gap].op == NULL) {
        return;
    }
    serials->count--;
    size_t mask = serials->capacity - 1;
    for (size_t at = (gap + 1) & mask; serials->slots[at].op != NULL; at = (at + 1) & mask) {
        size_t home = home_of(serials, serials->slots[at].op);
        if (((at - home) & mask) >= ((at - gap) & mask)) {
            serials->slots[gap] = serials->slots[at];
            gap = at;
        }
    }
    serials->slots[gap] = (struct cog_serial){.op = NULL};
}
