/* search_bounded.c - orders that differ from a simple one in at most so many places.
 *
 * Preemption bounding: to leave a coroutine that could go on costs one; who stops or waits is left
 * for nothing. (Musuvathi, Qadeer: Iterative context bounding for systematic testing of
 * multithreaded programs, PLDI 2007.)
 *
 * Delay bounding: a deterministic scheduler goes on with whom it has, else with the next one round;
 * to take the candidate j places further costs j. (Emmi, Qadeer, Rakamaric: Delay-bounded
 * scheduling, POPL 2011.)
 */
#include "sim/explore/search.h"

/* Whoever made the latest step before a level, or SIM_NO_PROCESS. */
static uint32_t latest(const struct sim_search *search, const struct sim_level *level) {
    while (level > search->levels) {
        level--;
        if (level->step.process != SIM_TIME_PROCESS && !level->step.is_draw) {
            return level->step.process;
        }
    }
    return SIM_NO_PROCESS;
}

static uint32_t process_at(const struct sim_search *search, const struct sim_level *level,
                           uint32_t index) {
    return search->present[level->present_first + index].process;
}

static bool is_candidate(const struct sim_search *search, const struct sim_level *level,
                         uint32_t process) {
    for (uint32_t i = 0; i < level->candidate_count; i++) {
        if (process_at(search, level, i) == process) {
            return true;
        }
    }
    return false;
}

static uint32_t preemptions(const struct sim_search *search, const struct sim_level *level,
                            uint32_t process) {
    uint32_t running = latest(search, level);
    return process != running && is_candidate(search, level, running) ? 1 : 0;
}

/* How many candidates come between the one that was running and this one, going round by number. */
static uint32_t delays(const struct sim_search *search, const struct sim_level *level,
                       uint32_t process) {
    uint32_t running = latest(search, level);
    uint32_t first = running == SIM_NO_PROCESS ? 0 : running;
    uint32_t count = 0;
    for (uint32_t i = 0; i < level->candidate_count; i++) {
        /* unsigned differences: those before the first come after all others */
        count += process_at(search, level, i) - first < process - first ? 1 : 0;
    }
    return count;
}

static bool enter_affordable(struct sim_search *search, struct sim_level *level) {
    for (uint32_t i = 0; i < level->candidate_count; i++) {
        struct sim_step step = sim_search_candidate(search, level, i);
        uint32_t cost = search->policy->cost(search, level, step.process);
        if (level->cost + cost <= search->bound &&
            sim_wakeup_tree_add(&search->tree, level->root, step) == SIM_NONE) {
            return false;
        }
    }
    return true;
}

const struct sim_search_policy sim_search_preemptions = {
    .name = "preemptions", .enter = enter_affordable, .cost = preemptions};

const struct sim_search_policy sim_search_delays = {
    .name = "delays", .enter = enter_affordable, .cost = delays};
