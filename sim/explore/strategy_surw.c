/* strategy_surw.c - uniform over the orders of the accesses of one object, chosen for each run.
 *
 * Zhao, Wolff, Mathur, Roychoudhury, "Selectively uniform concurrency testing", ASPLOS 2025: SURW.
 *
 * The object is chosen with a probability in proportion to its accesses. One process at a time is
 * the *intended* one: the next access of the object is to be its; it is drawn in proportion to the
 * accesses that remain of each. Who else comes to such an access waits until that has been. In
 * between, the candidate with the highest random priority makes the step, and gets a new one.
 *
 * Only accesses that a pending step announces count: what an operation will touch is not known
 * before it.
 */
#include "sim/explore/random.h"
#include "sim/explore/strategy.h"

struct surw {
    struct sim_strategy strategy;
    const struct sim_profile_object *object; /* null: nothing was accessed */
    uint32_t intended;                       /* SIM_NO_PROCESS: none is left */
    uint64_t intended_count;                 /* how many were drawn */
};

static bool accesses(const struct surw *surw, const struct sim_candidate *candidate) {
    return surw->object != NULL && candidate->kind != SIM_PENDING_UNKNOWN &&
           candidate->access.object == surw->object->object;
}

static uint64_t below(struct surw *surw, uint64_t count) {
    uint64_t draw =
        sim_random_draw(surw->strategy.seed, SIM_STREAM_INTENDED, 0, surw->intended_count++);
    return sim_random_below(draw, count);
}

static void begin(struct sim_strategy *strategy) {
    struct surw *surw = (struct surw *)strategy;
    const struct sim_profile *profile = strategy->options.profile;
    surw->intended = SIM_NO_PROCESS;
    surw->intended_count = 0;
    surw->object = NULL;
    if (profile->access_count > 0) {
        uint64_t draw = sim_random_draw(strategy->seed, SIM_STREAM_OBJECT, 0, 0);
        surw->object =
            sim_profile_object_at(profile, sim_random_below(draw, profile->access_count));
    }
}

/* One after the other, each in proportion to its part of the sum so far: so the intended one is
 * drawn as if all had been known at the start. What a child takes over from its parent goes with
 * the intention. */
static void meet(struct sim_strategy *strategy, uint32_t process) {
    struct surw *surw = (struct surw *)strategy;
    sim_strategy_draw_priority(strategy, process);
    struct sim_strategy_process *entry = sim_strategy_state_of(strategy, process);
    entry->remaining = 0;
    if (surw->object == NULL) {
        return;
    }
    entry->remaining = sim_profile_accesses(strategy->options.profile, surw->object, process);
    uint64_t taken = sim_strategy_take_over(strategy, process, entry->remaining);
    uint32_t parent = strategy->known->items[process].parent;
    if (taken == 0 || surw->intended != parent) {
        return;
    }
    if (below(surw, taken + strategy->processes[parent].remaining) < taken) {
        surw->intended = process;
    }
}

static uint64_t weight(const struct surw *surw, uint32_t process) {
    const struct sim_strategy_process *entry = &surw->strategy.processes[process];
    return entry->instance->has_ended ? 0 : entry->remaining;
}

/* Draws the intended one among all that have been met. */
static void intend(struct surw *surw) {
    const struct sim_strategy *strategy = &surw->strategy;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < strategy->met_count; i++) {
        sum += weight(surw, strategy->met[i]);
    }
    surw->intended = SIM_NO_PROCESS;
    uint64_t drawn = sum > 0 ? below(surw, sum) : 0;
    for (uint32_t i = 0; sum > 0 && surw->intended == SIM_NO_PROCESS; i++) {
        uint64_t part = weight(surw, strategy->met[i]);
        if (drawn < part) {
            surw->intended = strategy->met[i];
        }
        drawn -= part;
    }
}

static bool is_parked(const struct surw *surw, const struct sim_candidate *candidate) {
    return surw->intended != SIM_NO_PROCESS && candidate->process != surw->intended &&
           accesses(surw, candidate);
}

/* The highest candidate that is not parked; candidate_count: all are. */
static uint32_t highest_going(const struct surw *surw, const struct sim_stepping *stepping) {
    const struct sim_strategy_process *processes = surw->strategy.processes;
    uint32_t highest = stepping->candidate_count;
    for (uint32_t i = 0; i < stepping->candidate_count; i++) {
        const struct sim_candidate *candidate = &stepping->candidates[i];
        if (!is_parked(surw, candidate) &&
            (highest == stepping->candidate_count ||
             processes[candidate->process].priority >
                 processes[stepping->candidates[highest].process].priority)) {
            highest = i;
        }
    }
    return highest;
}

static uint32_t pick(struct sim_strategy *strategy, const struct sim_stepping *stepping) {
    struct surw *surw = (struct surw *)strategy;
    if (sim_strategy_is_astray(strategy, strategy->options.profile->step_count_max)) {
        surw->object = NULL;
        surw->intended = SIM_NO_PROCESS;
    }
    if (surw->object != NULL &&
        (surw->intended == SIM_NO_PROCESS || weight(surw, surw->intended) == 0)) {
        intend(surw);
    }
    uint32_t highest = highest_going(surw, stepping);
    if (highest == stepping->candidate_count) {
        surw->intended = SIM_NO_PROCESS; /* it cannot come to its access before another has */
        highest = highest_going(surw, stepping);
    }
    return highest;
}

static void took(struct sim_strategy *strategy, const struct sim_stepping *stepping,
                 uint32_t index) {
    struct surw *surw = (struct surw *)strategy;
    const struct sim_candidate *taken = &stepping->candidates[index];
    sim_strategy_draw_priority(strategy, taken->process);
    if (accesses(surw, taken)) {
        sim_strategy_count_down(strategy, taken->process);
        surw->intended = SIM_NO_PROCESS;
    }
}

const struct sim_strategy_type sim_strategy_surw = {.name = "surw",
                                                    .bytes = sizeof(struct surw),
                                                    .wants_profile = true,
                                                    .begin = begin,
                                                    .pick = pick,
                                                    .took = took,
                                                    .draw = sim_strategy_draw_uniform,
                                                    .meet = meet};
