/* search_all.c - every order: depth-first search without any reduction. */
#include "sim/explore/search.h"

static bool enter_all(struct sim_search *search, struct sim_level *level) {
    for (uint32_t i = 0; i < level->candidate_count; i++) {
        if (sim_wakeup_tree_add(&search->tree, level->root,
                                sim_search_candidate(search, level, i)) == SIM_NONE) {
            return false;
        }
    }
    return true;
}

const struct sim_search_policy sim_search_all = {.name = "dfs", .enter = enter_all};
