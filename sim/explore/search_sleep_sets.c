/* search_sleep_sets.c - every order but those that differ in the order of independent steps only.
 *
 * Each enabled step is explored unless it is asleep: complete executions are then as many as there
 * are Mazurkiewicz traces, though some executions end with all that could go on asleep. (Godefroid:
 * Partial-order methods for the verification of concurrent systems, 1996, chapter 5.)
 */
#include "sim/explore/search.h"

static bool enter_awake(struct sim_search *search, struct sim_level *level) {
    for (uint32_t i = 0; i < level->candidate_count; i++) {
        struct sim_step step = sim_search_candidate(search, level, i);
        if (!sim_search_is_asleep(search, level, step) &&
            sim_wakeup_tree_add(&search->tree, level->root, step) == SIM_NONE) {
            return false;
        }
    }
    return true;
}

const struct sim_search_policy sim_search_sleep_sets = {
    .name = "sleep-sets", .sleeps = true, .enter = enter_awake};
