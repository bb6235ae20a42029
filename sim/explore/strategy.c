/* strategy.c - what the strategies share: the table of processes, and draws. */
#include "sim/explore/strategy.h"

#include "core/check.h"
#include "sim/explore/random.h"

#include <string.h>

const struct sim_strategy_type *const sim_strategy_types[] = {
    &sim_strategy_canonical, &sim_strategy_random, &sim_strategy_pct,    &sim_strategy_pos,
    &sim_strategy_urw,       &sim_strategy_surw,   &sim_strategy_guided, NULL,
};

const struct sim_strategy_type *sim_strategy_type_find(const char *name) {
    for (size_t i = 0; sim_strategy_types[i] != NULL; i++) {
        if (strcmp(sim_strategy_types[i]->name, name) == 0) {
            return sim_strategy_types[i];
        }
    }
    return NULL;
}

/* ---- Making ---- */

int sim_strategy_new(const struct sim_strategy_type *type, const struct sim_explorer *explorer,
                     const struct sim_strategy_options *options, struct sim_strategy **out) {
    if ((type->wants_profile && options->profile == NULL) ||
        options->depth > SIM_STRATEGY_DEPTH_MAX ||
        (type == &sim_strategy_pct && options->profile == NULL && options->length == 0)) {
        return COG_EINVALID;
    }
    struct sim_strategy *strategy = cog_allocate_zeroed(explorer->allocator, 1, type->bytes);
    if (strategy == NULL) {
        return COG_ENOMEM;
    }
    strategy->type = type;
    strategy->allocator = explorer->allocator;
    strategy->options = *options;
    strategy->known = &explorer->processes;
    sim_ordinals_init(&strategy->ordinals, explorer->allocator);
    if (type->init != NULL && type->init(strategy, &explorer->objects) != COG_OK) {
        sim_strategy_free(strategy);
        return COG_ENOMEM;
    }
    *out = strategy;
    return COG_OK;
}

void sim_strategy_free(struct sim_strategy *strategy) {
    if (strategy == NULL) {
        return;
    }
    const struct cog_allocator *allocator = strategy->allocator;
    if (strategy->type->term != NULL) {
        strategy->type->term(strategy);
    }
    sim_ordinals_term(&strategy->ordinals);
    cog_release(allocator, strategy->processes,
                strategy->process_capacity * sizeof strategy->processes[0]);
    cog_release(allocator, strategy->met, strategy->met_capacity * sizeof strategy->met[0]);
    cog_release(allocator, strategy, strategy->type->bytes);
}

/* ---- Processes ---- */

static uint64_t identity_of(const struct sim_strategy *strategy, uint32_t process) {
    const struct sim_process *known = &strategy->known->items[process];
    uint64_t parent =
        known->parent != SIM_NO_PROCESS ? strategy->processes[known->parent].identity : 0;
    return sim_random_key(sim_random_key(parent, SIM_STREAM_PROCESS), known->ordinal);
}

/* Entries for all processes that are known by now; parents stand before their children. */
static bool catch_up(struct sim_strategy *strategy) {
    while (strategy->process_count < strategy->known->count) {
        struct sim_strategy_process *processes =
            cog_grow(strategy->allocator, strategy->processes, strategy->process_count,
                     &strategy->process_capacity, sizeof processes[0]);
        strategy->processes = processes != NULL ? processes : strategy->processes;
        uint32_t *met = cog_grow(strategy->allocator, strategy->met, strategy->process_count,
                                 &strategy->met_capacity, sizeof met[0]);
        strategy->met = met != NULL ? met : strategy->met;
        if (processes == NULL || met == NULL) {
            strategy->is_out_of_memory = true;
            return false;
        }
        uint32_t process = strategy->process_count++;
        processes[process] =
            (struct sim_strategy_process){.identity = identity_of(strategy, process)};
    }
    return true;
}

static void meet(struct sim_strategy *strategy, const struct sim_candidate *candidate) {
    uint32_t process = candidate->process;
    if (sim_strategy_has_met(strategy, process)) {
        return;
    }
    struct sim_strategy_process *entry = sim_strategy_state_of(strategy, process);
    entry->run = strategy->run;
    entry->instance = candidate->instance;
    entry->priority_count = 0;
    strategy->met[strategy->met_count++] = process;
    strategy->type->meet(strategy, process);
}

static void meet_all(struct sim_strategy *strategy, const struct sim_stepping *stepping) {
    if (strategy->type->meet == NULL || !catch_up(strategy)) {
        return;
    }
    for (uint32_t i = 0; i < stepping->candidate_count; i++) {
        meet(strategy, &stepping->candidates[i]);
    }
    for (uint32_t i = 0; i < stepping->blocked_count; i++) {
        meet(strategy, &stepping->blocked[i]);
    }
}

/* ---- A run ---- */

void sim_strategy_begin(struct sim_strategy *strategy, uint64_t seed) {
    strategy->run++;
    strategy->seed = seed;
    strategy->step_count = 0;
    strategy->met_count = 0;
    sim_ordinals_restart(&strategy->ordinals);
    if (strategy->type->begin != NULL) {
        strategy->type->begin(strategy);
    }
}

uint32_t sim_strategy_pick(struct sim_strategy *strategy, const struct sim_stepping *stepping) {
    if (stepping->candidate_count < 2) {
        return 0;
    }
    meet_all(strategy, stepping);
    if (strategy->is_out_of_memory) {
        return 0;
    }
    uint32_t index = strategy->type->pick(strategy, stepping);
    cog_assert(index < stepping->candidate_count);
    return index;
}

void sim_strategy_took(struct sim_strategy *strategy, const struct sim_stepping *stepping,
                       uint32_t index) {
    strategy->step_count++;
    if (stepping->candidate_count < 2) {
        meet_all(strategy, stepping); /* it was not asked */
    }
    if (strategy->type->took != NULL && !strategy->is_out_of_memory) {
        strategy->type->took(strategy, stepping, index);
    }
}

uint32_t sim_strategy_pick_highest(struct sim_strategy *strategy,
                                   const struct sim_stepping *stepping) {
    const struct sim_candidate *candidates = stepping->candidates;
    uint32_t highest = 0;
    for (uint32_t i = 1; i < stepping->candidate_count; i++) {
        if (strategy->processes[candidates[i].process].priority >
            strategy->processes[candidates[highest].process].priority) {
            highest = i;
        }
    }
    return highest;
}

bool sim_strategy_is_astray(const struct sim_strategy *strategy, uint64_t length) {
    enum { TIMES = 8, AT_LEAST = 1000 };
    return strategy->step_count >= AT_LEAST && strategy->step_count / TIMES >= length;
}

/* ---- What is left to do ---- */

uint64_t sim_strategy_take_over(struct sim_strategy *strategy, uint32_t process, uint64_t count) {
    uint32_t parent = strategy->known->items[process].parent;
    if (parent == SIM_NO_PROCESS || !sim_strategy_has_met(strategy, parent)) {
        return 0;
    }
    struct sim_strategy_process *entry = sim_strategy_state_of(strategy, parent);
    uint64_t taken = count < entry->remaining ? count : entry->remaining;
    entry->remaining -= taken;
    return taken;
}

void sim_strategy_count_down(struct sim_strategy *strategy, uint32_t process) {
    struct sim_strategy_process *entry = sim_strategy_state_of(strategy, process);
    entry->remaining -= entry->remaining > 0 ? 1 : 0;
}

/* ---- Draws ---- */

uint64_t sim_strategy_below(const struct sim_strategy *strategy, enum sim_stream stream,
                            uint64_t count) {
    uint64_t draw = sim_random_draw(strategy->seed, stream, 0, strategy->step_count);
    return sim_random_below(draw, count);
}

void sim_strategy_draw_priority(struct sim_strategy *strategy, uint32_t process) {
    struct sim_strategy_process *entry = sim_strategy_state_of(strategy, process);
    entry->priority = sim_random_draw(strategy->seed, SIM_STREAM_PRIORITY, entry->identity,
                                      entry->priority_count++);
}

uint64_t sim_strategy_draw_uniform(struct sim_strategy *strategy, const struct sim_choice *choice) {
    if (!catch_up(strategy)) {
        return 0;
    }
    bool is_known =
        choice->process < strategy->process_count; /* none is where nobody numbers them */
    uint64_t identity = is_known ? strategy->processes[choice->process].identity : 0;
    uint64_t key = sim_random_key(identity, choice->stream);
    uint64_t ordinal = 0;
    if (sim_ordinals_next(&strategy->ordinals, key, &ordinal) != COG_OK) {
        strategy->is_out_of_memory = true;
        return 0;
    }
    return sim_random_below(sim_random_draw(strategy->seed, SIM_STREAM_INSIDE, key, ordinal),
                            choice->count);
}
