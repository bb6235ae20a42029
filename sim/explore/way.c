/* way.c - two arrays. */
#include "sim/explore/way.h"

void sim_way_term(struct sim_way *way, const struct cog_allocator *allocator) {
    cog_release(allocator, way->steps, way->step_capacity * sizeof way->steps[0]);
    cog_release(allocator, way->draws, way->draw_capacity * sizeof way->draws[0]);
    *way = (struct sim_way){.steps = NULL};
}

void sim_way_step(struct sim_way *way, const struct cog_allocator *allocator, uint32_t process) {
    struct sim_guide_step *steps =
        cog_grow(allocator, way->steps, way->step_count, &way->step_capacity, sizeof steps[0]);
    if (steps == NULL) {
        way->is_out_of_memory = true;
        return;
    }
    way->steps = steps;
    steps[way->step_count++] =
        (struct sim_guide_step){.process = process, .draw_first = way->draw_count};
}

void sim_way_draw(struct sim_way *way, const struct cog_allocator *allocator, uint64_t draw) {
    if (way->step_count == 0) {
        return; /* of no step */
    }
    uint64_t *draws =
        cog_grow(allocator, way->draws, way->draw_count, &way->draw_capacity, sizeof draws[0]);
    if (draws == NULL) {
        way->is_out_of_memory = true;
        return;
    }
    way->draws = draws;
    draws[way->draw_count++] = draw;
    way->steps[way->step_count - 1].draw_count++;
}
