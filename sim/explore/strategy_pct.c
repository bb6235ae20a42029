/* strategy_pct.c - random priorities that change at a few random steps.
 *
 * Burckhardt, Kothari, Musuvathi, Nagarakatte, "A randomized scheduler with probabilistic
 * guarantees of finding bugs", ASPLOS 2010.
 *
 * Each process has a random priority, and the highest candidate makes the step. At d - 1 steps,
 * drawn from the k of a run, the highest falls below all others before it makes the step: at the
 * i-th of them to d - i. A bug has depth d if some d orderings of pairs of steps are enough for it;
 * with n processes and k steps, each run finds one of depth d with probability at least 1/(n
 * k^(d-1)).
 *
 * A run that is far longer than k goes on as a random walk: else who spins at the highest priority
 * would never let the others do what it waits for.
 */
#include "sim/explore/random.h"
#include "sim/explore/strategy.h"

/* The priorities of the beginning are above all that there are changes to. */
#define ABOVE_CHANGES (UINT64_C(1) << 63)

struct pct {
    struct sim_strategy strategy;
    uint64_t length;
    uint32_t change_count;
    uint64_t changes[SIM_STRATEGY_DEPTH_MAX]; /* before which step each of them is, from 1 */
};

static void begin(struct sim_strategy *strategy) {
    struct pct *pct = (struct pct *)strategy;
    const struct sim_strategy_options *options = &strategy->options;
    uint32_t depth = options->depth > 0 ? options->depth : SIM_STRATEGY_DEPTH_DEFAULT;
    pct->length = options->length > 0 ? options->length : options->profile->step_count_max;
    pct->change_count = depth - 1;
    for (uint32_t i = 0; i < pct->change_count; i++) {
        uint64_t draw = sim_random_draw(strategy->seed, SIM_STREAM_CHANGE, 0, i);
        pct->changes[i] = 1 + sim_random_below(draw, pct->length);
    }
}

static void meet(struct sim_strategy *strategy, uint32_t process) {
    sim_strategy_draw_priority(strategy, process);
    sim_strategy_state_of(strategy, process)->priority |= ABOVE_CHANGES;
}

/* Makes the changes that are before this step, of those who would make it. */
static void change(struct pct *pct, const struct sim_stepping *stepping, uint64_t step) {
    for (uint32_t i = 0; i < pct->change_count; i++) {
        if (pct->changes[i] == step) {
            uint32_t highest = sim_strategy_pick_highest(&pct->strategy, stepping);
            uint32_t process = stepping->candidates[highest].process;
            sim_strategy_state_of(&pct->strategy, process)->priority = pct->change_count - i;
        }
    }
}

static uint32_t pick(struct sim_strategy *strategy, const struct sim_stepping *stepping) {
    struct pct *pct = (struct pct *)strategy;
    if (sim_strategy_is_astray(strategy, pct->length)) {
        return (uint32_t)sim_strategy_below(strategy, SIM_STREAM_ORDER, stepping->candidate_count);
    }
    change(pct, stepping, strategy->step_count + 1);
    return sim_strategy_pick_highest(strategy, stepping);
}

static void took(struct sim_strategy *strategy, const struct sim_stepping *stepping,
                 uint32_t index) {
    (void)index;
    if (stepping->candidate_count < 2) {
        change((struct pct *)strategy, stepping, strategy->step_count);
    }
}

const struct sim_strategy_type sim_strategy_pct = {.name = "pct",
                                                   .bytes = sizeof(struct pct),
                                                   .begin = begin,
                                                   .pick = pick,
                                                   .took = took,
                                                   .draw = sim_strategy_draw_uniform,
                                                   .meet = meet};
