/* draws.h - how the draws of a step went, by number: equal ones have the same.
 *
 * A draw is a choice made while a step is under way: the value of a `pick`, which deadline expires
 * first. Production's answer is 0; trailing zeros do not count, so number 0 is production's answer
 * to all.
 */
#ifndef SIM_EXPLORE_DRAWS_H
#define SIM_EXPLORE_DRAWS_H

#include "core/allocator.h"
#include "sim/choice.h"

#include <stdbool.h>

enum { SIM_DRAWS_MAX = 256 };

struct sim_draws_item {
    uint32_t first; /* into values */
    uint32_t count;
    uint32_t next; /* in its bucket */
};

struct sim_draws {
    const struct cog_allocator *allocator;
    uint32_t *values;
    uint32_t value_count;
    size_t value_capacity;
    struct sim_draws_item *items;
    uint32_t count;
    size_t capacity;
    uint32_t buckets[4096];

    /* The step under way: its answers so far, and among how many each was chosen. */
    uint32_t script; /* number of the answers to give first */
    uint32_t answers[SIM_DRAWS_MAX];
    uint32_t counts[SIM_DRAWS_MAX];
    uint32_t answer_count;
    bool has_drawn; /* a value, a time or a size: more than the order of things of one instant */
    bool
        is_partial; /* some choice has more candidates than are tried, or none of them but one is */
};

int sim_draws_init(struct sim_draws *draws, const struct cog_allocator *allocator);
void sim_draws_term(struct sim_draws *draws);

/* A step begins, whose first answers are those of this number. */
void sim_draws_begin(struct sim_draws *draws, uint32_t script);

/* The answer to a choice of the step under way (a struct sim_draws is the context). */
uint64_t sim_draws_choose(void *context, const struct sim_choice *choice);

/* The number of answers; SIM_NONE: no memory. */
uint32_t sim_draws_find(struct sim_draws *draws, const uint32_t *answers, uint32_t count);

#endif
