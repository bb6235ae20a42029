/* way.h - the way a run went: who made its steps, and what was drawn in them. A guide (sim/guide.h)
 * can go it again. */
#ifndef SIM_EXPLORE_WAY_H
#define SIM_EXPLORE_WAY_H

#include "sim/guide.h"

struct sim_way {
    struct sim_guide_step *steps;
    uint32_t step_count;
    size_t step_capacity;
    uint64_t *draws;
    uint32_t draw_count;
    size_t draw_capacity;
    bool is_out_of_memory;
};

void sim_way_term(struct sim_way *way, const struct cog_allocator *allocator);

/* A process makes a step; SIM_NO_PROCESS: time passes. Its draws follow. */
void sim_way_step(struct sim_way *way, const struct cog_allocator *allocator, uint32_t process);
void sim_way_draw(struct sim_way *way, const struct cog_allocator *allocator, uint64_t draw);

#endif
