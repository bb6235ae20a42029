/* declared.c - goes through what a scenario declares, always in the same order. */
#include "sim/declared.h"

/* Who goes through them, until the one that is looked for: by its number, or by what it is. */
struct walk {
    uint32_t number; /* SIM_NONE: it is looked for by `what` */
    const void *what;
    uint32_t count; /* those so far */
    bool is_found;
    struct sim_declared found;
};

static void meet(struct walk *walk, enum sim_declared_kind kind, struct sim_place place,
                 const void *what) {
    if (!walk->is_found &&
        (walk->count == walk->number || (walk->what != NULL && walk->what == what))) {
        walk->is_found = true;
        walk->number = walk->count;
        walk->found = (struct sim_declared){.kind = kind, .place = place, .what = what};
    }
    walk->count++;
}

static void meet_link(struct walk *walk, const struct sim_link *link) {
    if (link->has_latency && link->latency_ns.high > link->latency_ns.low) {
        meet(walk, SIM_DECLARED_LATENCY, link->latency_place, link);
    }
}

static void meet_block(struct walk *walk, const struct sim_world_block *block) {
    if (block->at_ns.high > block->at_ns.low) {
        meet(walk, SIM_DECLARED_TIME, block->place, block);
    }
    for (uint32_t i = 0; i < block->count; i++) {
        const struct sim_world_statement *statement = &block->statements[i];
        if (statement->kind == SIM_WORLD_PARTITION) {
            meet(walk, SIM_DECLARED_PARTITION, statement->place, statement);
        } else if (statement->kind == SIM_WORLD_LINK) {
            meet_link(walk, statement->link);
        }
    }
}

static void go(struct walk *walk, const struct sim_scenario *scenario) {
    for (uint32_t i = 0; i < scenario->link_count; i++) {
        meet_link(walk, &scenario->links[i]);
    }
    for (uint32_t i = 0; i < scenario->world_block_count; i++) {
        meet_block(walk, &scenario->world_blocks[i]);
    }
    if ((scenario->exploration.vary & SIM_VARY_SIZE) != 0) {
        meet(walk, SIM_DECLARED_SIZE, scenario->exploration.place, &scenario->exploration);
    }
    if ((scenario->exploration.vary & SIM_VARY_FAULTS) != 0) {
        meet(walk, SIM_DECLARED_FAULTS, scenario->exploration.place, &scenario->exploration.vary);
    }
}

uint32_t sim_declared_count(const struct sim_scenario *scenario) {
    struct walk walk = {.number = SIM_NONE};
    go(&walk, scenario);
    return walk.count;
}

bool sim_declared_get(const struct sim_scenario *scenario, uint32_t number,
                      struct sim_declared *declared) {
    struct walk walk = {.number = number};
    go(&walk, scenario);
    *declared = walk.found;
    return walk.is_found;
}

uint32_t sim_declared_find(const struct sim_scenario *scenario, const void *what) {
    struct walk walk = {.number = SIM_NONE, .what = what};
    go(&walk, scenario);
    return walk.number;
}
