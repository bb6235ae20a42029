/* search_source_dpor.c - source sets without wake-up trees: complete, but some executions end
 * asleep.
 *
 * Of each race, one step that could begin the reversal is added before the earlier event, unless
 * one is there. (Abdulla, Aronsson, Jonsson, Sagonas: Source sets: a foundation for optimal dynamic
 * partial order reduction, JACM 2017, algorithm 1.)
 */
#include "sim/explore/reversal.h"

static bool enter_one(struct sim_search *search, struct sim_level *level) {
    for (uint32_t i = 0; i < level->candidate_count; i++) {
        struct sim_step step = sim_search_candidate(search, level, i);
        if (!sim_search_is_asleep(search, level, step)) {
            return sim_wakeup_tree_add(&search->tree, level->root, step) != SIM_NONE;
        }
    }
    return true;
}

static bool is_to_be_explored(const struct sim_search *search, const struct sim_level *level,
                              struct sim_step step) {
    uint32_t child = search->tree.nodes[level->root].first_child;
    for (; child != SIM_NONE; child = search->tree.nodes[child].next) {
        if (sim_step_is(search->tree.nodes[child].step, step)) {
            return true;
        }
    }
    return sim_search_is_asleep(search, level, step);
}

static bool add_initial(struct sim_search *search, uint32_t at) {
    const struct sim_level *level = &search->levels[at];
    const struct sim_reversal *reversal = &search->reversal;
    uint32_t added = SIM_NONE;
    for (uint32_t i = 0; i < reversal->count; i++) {
        bool is_first = sim_reversal_find(reversal, reversal->steps[i].step.process) == i;
        if (!is_first || !sim_reversal_is_initial(search, i)) {
            continue;
        }
        if (is_to_be_explored(search, level, reversal->steps[i].step)) {
            return true;
        }
        added = added == SIM_NONE ? i : added;
    }
    return added == SIM_NONE ||
           sim_wakeup_tree_add(&search->tree, level->root, reversal->steps[added].step) != SIM_NONE;
}

static bool reverse_all(struct sim_search *search) {
    return sim_reversals(search, true, NULL, add_initial);
}

const struct sim_search_policy sim_search_source_dpor = {.name = "source-dpor",
                                                         .sleeps = true,
                                                         .races = true,
                                                         .enter = enter_one,
                                                         .complete = reverse_all};
