/* strategy_canonical.c - production's order: the first candidate, and production's answer to all
 * else. */
#include "sim/explore/strategy.h"

static uint32_t pick(struct sim_strategy *strategy, const struct sim_stepping *stepping) {
    (void)strategy;
    (void)stepping;
    return 0;
}

static uint64_t draw(struct sim_strategy *strategy, const struct sim_choice *choice) {
    (void)strategy;
    (void)choice;
    return 0;
}

const struct sim_strategy_type sim_strategy_canonical = {
    .name = "canonical", .bytes = sizeof(struct sim_strategy), .pick = pick, .draw = draw};
