/* ordinals.h - counts from 0 for each of many keys; all start again at once. */
#ifndef SIM_EXPLORE_ORDINALS_H
#define SIM_EXPLORE_ORDINALS_H

#include "core/allocator.h"

#include <stdint.h>

struct sim_ordinal {
    uint64_t key;
    uint64_t round; /* the slot is empty unless it is of the present round */
    uint64_t next;
};

/* An open hash table, at most half full. */
struct sim_ordinals {
    const struct cog_allocator *allocator;
    struct sim_ordinal *slots;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
    uint64_t round;
};

void sim_ordinals_init(struct sim_ordinals *ordinals, const struct cog_allocator *allocator);
void sim_ordinals_term(struct sim_ordinals *ordinals);

/* All counts are 0 again. */
void sim_ordinals_restart(struct sim_ordinals *ordinals);

/* The count of a key, which is one more the next time. COG_OK, COG_ENOMEM. The lower bits of keys
 * are to be well spread. */
int sim_ordinals_next(struct sim_ordinals *ordinals, uint64_t key, uint64_t *ordinal);

#endif
