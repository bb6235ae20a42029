/* strategy_urw.c - the uniform random walk weighted by what each process has left to do.
 *
 * Zhao, Wolff, Mathur, Roychoudhury, "Selectively uniform concurrency testing", ASPLOS 2025: URW.
 *
 * A candidate makes the step with a probability in proportion to the steps that remain of its
 * process. Where these are known exactly and nobody blocks, every interleaving is as likely as
 * any other. The steps of processes that have not been made yet belong to who will make them.
 */
#include "sim/explore/strategy.h"

static void meet(struct sim_strategy *strategy, uint32_t process) {
    const struct sim_profile *profile = strategy->options.profile;
    uint64_t count = sim_profile_steps(profile, process);
    sim_strategy_state_of(strategy, process)->remaining = count;
    sim_strategy_take_over(strategy, process, count);
}

static uint64_t weight(const struct sim_strategy *strategy, uint32_t process) {
    uint64_t remaining = strategy->processes[process].remaining;
    return remaining > 0 ? remaining : 1;
}

static uint32_t pick(struct sim_strategy *strategy, const struct sim_stepping *stepping) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < stepping->candidate_count; i++) {
        sum += weight(strategy, stepping->candidates[i].process);
    }
    uint64_t drawn = sim_strategy_below(strategy, SIM_STREAM_ORDER, sum);
    uint32_t index = 0;
    for (; index + 1 < stepping->candidate_count; index++) {
        uint64_t part = weight(strategy, stepping->candidates[index].process);
        if (drawn < part) {
            break;
        }
        drawn -= part;
    }
    return index;
}

static void took(struct sim_strategy *strategy, const struct sim_stepping *stepping,
                 uint32_t index) {
    sim_strategy_count_down(strategy, stepping->candidates[index].process);
}

const struct sim_strategy_type sim_strategy_urw = {.name = "urw",
                                                   .bytes = sizeof(struct sim_strategy),
                                                   .wants_profile = true,
                                                   .pick = pick,
                                                   .took = took,
                                                   .draw = sim_strategy_draw_uniform,
                                                   .meet = meet};
