/* strategy_pos.c - partial order sampling: each pending step has a random priority of its own.
 *
 * Yuan, Yang, Gu, "Partial order aware concurrency sampling", CAV 2018.
 *
 * The highest candidate makes its step. Then its process gets a new priority for its next step, and
 * so does every other candidate whose step races with it: their orders are drawn independently of
 * one another. The more steps are independent, the less the number of orders that come to the same
 * thing weighs.
 */
#include "sim/explore/strategy.h"

/* Does a step touch what one that announces nothing might? That one makes no access that is a step
 * of its own, such as this one announced; and the end of a process that others wait for is no race.
 */
static bool touches_more(const struct sim_candidate *taken, const struct sim_stepping *stepping) {
    const struct sim_footprint *footprint = &stepping->footprint;
    for (uint32_t i = 0; i < footprint->count; i++) {
        uint32_t object = footprint->touches[i].object;
        bool is_announced = taken->kind == SIM_PENDING_ACCESS && object == taken->access.object;
        if (!is_announced && object < stepping->objects->coroutines) {
            return true;
        }
    }
    return footprint->is_everything;
}

void sim_strategy_redraw_races(struct sim_strategy *strategy, const struct sim_stepping *stepping,
                               uint32_t index) {
    const struct sim_footprint *footprint = &stepping->footprint;
    bool has_more = touches_more(&stepping->candidates[index], stepping);
    for (uint32_t i = 0; i < stepping->candidate_count; i++) {
        const struct sim_candidate *candidate = &stepping->candidates[i];
        bool races = candidate->kind == SIM_PENDING_ACCESS
                         ? footprint->is_everything ||
                               sim_touches_depend(&candidate->access, 1, footprint->touches,
                                                  footprint->count)
                         : has_more;
        if (i == index || races) {
            sim_strategy_draw_priority(strategy, candidate->process);
        }
    }
}

const struct sim_strategy_type sim_strategy_pos = {.name = "pos",
                                                   .bytes = sizeof(struct sim_strategy),
                                                   .pick = sim_strategy_pick_highest,
                                                   .took = sim_strategy_redraw_races,
                                                   .draw = sim_strategy_draw_uniform,
                                                   .meet = sim_strategy_draw_priority};
