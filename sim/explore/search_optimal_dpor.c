/* search_optimal_dpor.c - one execution of each Mazurkiewicz trace, and no other.
 *
 * At the end of an execution, each of its races is reversed: the sequence of steps that would bring
 * the later event first is put into the wake-up tree before the earlier one, unless something
 * asleep there, or in the tree already, leads to the same. (Abdulla, Aronsson, Jonsson, Sagonas:
 * Source sets: a foundation for optimal dynamic partial order reduction, JACM 2017, algorithm 2.)
 */
#include "sim/explore/reversal.h"

/* Those who were made first go first, as far as they can: so executions differ late, and have more
 * in common than when all take turns. */
static bool enter_one(struct sim_search *search, struct sim_level *level) {
    if (search->tree.nodes[level->root].first_child != SIM_NONE) {
        return true; /* handed down */
    }
    struct sim_step chosen = {.process = SIM_NO_PROCESS};
    for (uint32_t i = 0; i < level->candidate_count; i++) {
        struct sim_step step = sim_search_candidate(search, level, i);
        bool is_before = chosen.process == SIM_NO_PROCESS ||
                         step.process - search->rotation < chosen.process - search->rotation;
        if (is_before && !sim_search_is_asleep(search, level, step)) {
            chosen = step;
        }
    }
    return chosen.process == SIM_NO_PROCESS ||
           sim_wakeup_tree_add(&search->tree, level->root, chosen) != SIM_NONE;
}

/* Is something asleep before the race that could begin the sequence, or be exchanged with all of
 * it?
 */
static bool is_seen(const struct sim_search *search, uint32_t level) {
    uint32_t end = search->levels[level + 1].sleep_first;
    for (uint32_t i = search->levels[level].sleep_first; i < end; i++) {
        struct sim_step asleep = search->sleep[i];
        uint32_t at = sim_reversal_find(&search->reversal, asleep.process);
        bool is_weak_initial = at != SIM_NONE
                                   ? sim_step_is(search->reversal.steps[at].step, asleep) &&
                                         sim_reversal_is_initial(search, at)
                                   : sim_reversal_is_independent(search, asleep);
        if (is_weak_initial) {
            return true;
        }
    }
    return false;
}

/* The same of what could begin it and is not its last step, without building it: most races are
 * seen so. */
static bool is_soon_seen(const struct sim_search *search, uint32_t earlier, uint32_t later) {
    const struct sim_trail *trail = &search->trail;
    uint32_t end = search->levels[earlier + 1].sleep_first;
    for (uint32_t i = search->levels[earlier].sleep_first; i < end; i++) {
        struct sim_step asleep = search->sleep[i];
        uint32_t first = sim_trail_first_after(trail, earlier, asleep.process);
        if (first != SIM_NONE && first != later && trail->events[first].past_end <= earlier &&
            sim_step_is(search->levels[first].step, asleep)) {
            return true;
        }
    }
    return false;
}

/* The leftmost child that the sequence goes along with; what it begins with is taken out of it.
 * SIM_NONE: no child fits. */
static uint32_t find_child(struct sim_search *search, uint32_t node) {
    const struct sim_wakeup_tree *tree = &search->tree;
    uint32_t child = tree->nodes[node].first_child;
    for (; child != SIM_NONE; child = tree->nodes[child].next) {
        struct sim_step step = tree->nodes[child].step;
        uint32_t at = sim_reversal_find(&search->reversal, step.process);
        if (at == SIM_NONE) {
            if (!step.is_draw && sim_reversal_is_independent(search, step)) {
                return child;
            }
        } else if (sim_step_is(search->reversal.steps[at].step, step) &&
                   sim_reversal_is_initial(search, at)) {
            sim_reversal_remove(search, at);
            return child;
        }
    }
    return SIM_NONE;
}

/* Puts the sequence into the tree of the level, unless what is there leads to the same. */
static bool insert(struct sim_search *search, uint32_t level) {
    if (is_seen(search, level)) {
        return true;
    }
    struct sim_wakeup_tree *tree = &search->tree;
    const struct sim_reversal *reversal = &search->reversal;
    uint32_t node = search->levels[level].root;
    for (uint32_t child = find_child(search, node); child != SIM_NONE;
         child = find_child(search, node)) {
        if (reversal->removed_count == reversal->count ||
            tree->nodes[child].first_child == SIM_NONE) {
            return true;
        }
        node = child;
    }
    for (uint32_t i = 0; i < reversal->count; i++) {
        if (!reversal->steps[i].is_removed) {
            node = sim_wakeup_tree_add(tree, node, reversal->steps[i].step);
            if (node == SIM_NONE) {
                return false;
            }
        }
    }
    return true;
}

static bool reverse_all(struct sim_search *search) {
    return sim_reversals(search, false, is_soon_seen, insert);
}

const struct sim_search_policy sim_search_optimal_dpor = {.name = "optimal-dpor",
                                                          .sleeps = true,
                                                          .races = true,
                                                          .enter = enter_one,
                                                          .complete = reverse_all};
