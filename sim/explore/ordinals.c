/* ordinals.c - an open hash table that is emptied by counting on. */
#include "sim/explore/ordinals.h"

#include "core/status.h"

enum { CAPACITY_MIN = 32 };

void sim_ordinals_init(struct sim_ordinals *ordinals, const struct cog_allocator *allocator) {
    *ordinals = (struct sim_ordinals){.allocator = allocator, .round = 1};
}

void sim_ordinals_term(struct sim_ordinals *ordinals) {
    cog_release(ordinals->allocator, ordinals->slots,
                ordinals->capacity * sizeof ordinals->slots[0]);
    ordinals->slots = NULL;
    ordinals->capacity = 0;
}

void sim_ordinals_restart(struct sim_ordinals *ordinals) {
    ordinals->round++;
    ordinals->count = 0;
}

/* The slot of a key, or the empty one where it belongs. */
static struct sim_ordinal *find(const struct sim_ordinals *ordinals, uint64_t key) {
    size_t at = (size_t)key & (ordinals->capacity - 1);
    while (ordinals->slots[at].round == ordinals->round && ordinals->slots[at].key != key) {
        at = (at + 1) & (ordinals->capacity - 1);
    }
    return &ordinals->slots[at];
}

static int grow(struct sim_ordinals *ordinals) {
    struct sim_ordinals grown = *ordinals;
    grown.capacity = ordinals->capacity > 0 ? ordinals->capacity * 2 : CAPACITY_MIN;
    grown.slots =
        cog_allocate_zeroed(ordinals->allocator, grown.capacity, sizeof ordinals->slots[0]);
    if (grown.slots == NULL) {
        return COG_ENOMEM;
    }
    for (size_t i = 0; i < ordinals->capacity; i++) {
        if (ordinals->slots[i].round == ordinals->round) {
            *find(&grown, ordinals->slots[i].key) = ordinals->slots[i];
        }
    }
    sim_ordinals_term(ordinals);
    *ordinals = grown;
    return COG_OK;
}

int sim_ordinals_next(struct sim_ordinals *ordinals, uint64_t key, uint64_t *ordinal) {
    if (ordinals->count * 2 >= ordinals->capacity && grow(ordinals) != COG_OK) {
        return COG_ENOMEM;
    }
    struct sim_ordinal *slot = find(ordinals, key);
    if (slot->round != ordinals->round) {
        *slot = (struct sim_ordinal){.key = key, .round = ordinals->round};
        ordinals->count++;
    }
    *ordinal = slot->next++;
    return COG_OK;
}
