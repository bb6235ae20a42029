/* strategy_random.c - the uniform random walk: each candidate is as likely as any other.
 *
 * Schedules are not equally likely: one in which k candidates stood at each of n steps comes up
 * with probability 1/k^n.
 */
#include "sim/explore/strategy.h"

static uint32_t pick(struct sim_strategy *strategy, const struct sim_stepping *stepping) {
    return (uint32_t)sim_strategy_below(strategy, SIM_STREAM_ORDER, stepping->candidate_count);
}

const struct sim_strategy_type sim_strategy_random = {.name = "random",
                                                      .bytes = sizeof(struct sim_strategy),
                                                      .pick = pick,
                                                      .draw = sim_strategy_draw_uniform};
