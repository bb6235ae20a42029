/* state.c - which parts a step may have changed, and what they have come to. */
#include "sim/explore/state.h"

#include "core/check.h"
#include "sim/explore/state_parts.h"
#include "sim/liveness.h"

int sim_state_init(struct sim_state *state, const struct cog_allocator *allocator,
                   struct sim_program *program, const struct sim_objects *objects) {
    *state = (struct sim_state){.allocator = allocator, .objects = objects};
    sim_state_rules_find(&state->rules, program, objects);
    state->is_whole = state->rules.orders_timers;
    if (state->rules.uses_sockets) {
        return COG_EUNSUPPORTED;
    }
    int status = sim_program_find_live(program);
    if (status != COG_OK) {
        return status;
    }
    state->part_count = objects->coroutines;
    state->part_capacity = (size_t)objects->coroutines + 16;
    state->parts = cog_allocate_zeroed(allocator, state->part_capacity, sizeof state->parts[0]);
    return state->parts != NULL ? COG_OK : COG_ENOMEM;
}

void sim_state_term(struct sim_state *state) {
    const struct cog_allocator *allocator = state->allocator;
    cog_release(allocator, state->parts, state->part_capacity * sizeof state->parts[0]);
    cog_release(allocator, state->changes, state->change_capacity * sizeof state->changes[0]);
    state->parts = NULL;
    state->changes = NULL;
}

/* ---- Changes ---- */

static bool reserve_part(struct sim_state *state, uint32_t part) {
    while (part >= state->part_count) {
        struct sim_state_part *grown = cog_grow(state->allocator, state->parts, state->part_count,
                                                &state->part_capacity, sizeof grown[0]);
        if (grown == NULL) {
            state->is_out_of_memory = true;
            return false;
        }
        state->parts = grown;
        grown[state->part_count++] = (struct sim_state_part){.hash = 0};
    }
    return true;
}

static bool note_change(struct sim_state *state, uint32_t part) {
    struct sim_state_change *grown = cog_grow(state->allocator, state->changes, state->change_count,
                                              &state->change_capacity, sizeof grown[0]);
    if (grown == NULL) {
        state->is_out_of_memory = true;
        return false;
    }
    state->changes = grown;
    grown[state->change_count++] =
        (struct sim_state_change){.part = part, .before = state->parts[part]};
    return true;
}

void sim_state_set(struct sim_state *state, uint32_t part, struct sim_state_part to) {
    if (!reserve_part(state, part)) {
        return;
    }
    struct sim_state_part *place = &state->parts[part];
    if (place->hash == to.hash && place->standing == to.standing) {
        return; /* what was announced goes into the hash */
    }
    if (note_change(state, part)) {
        state->hash += to.hash - place->hash;
        *place = to;
    }
}

void sim_state_undo(struct sim_state *state, uint32_t count) {
    while (state->change_count > count) {
        const struct sim_state_change *change = &state->changes[--state->change_count];
        struct sim_state_part *place = &state->parts[change->part];
        state->hash += change->before.hash - place->hash;
        *place = change->before;
    }
}

/* ---- Reading ---- */

static void set(struct sim_state *state, uint32_t part, const struct sim_digest *digest,
                struct sim_state_part to) {
    to.hash = sim_digest_hash(digest, (uint64_t)part + 1);
    state->is_too_deep |= digest->is_too_deep;
    sim_state_set(state, part, to);
}

static void set_plain(struct sim_state *state, uint32_t part, const struct sim_digest *digest) {
    set(state, part, digest, (struct sim_state_part){.standing = SIM_STANDING_NONE});
}

static void read_element(struct sim_state *state, const struct sim_run *run, uint32_t variable,
                         uint32_t element) {
    struct sim_digest digest;
    sim_digest_variable(&digest, run, variable, element);
    set_plain(state, state->objects->variables[variable] + element, &digest);
}

static void read_lock(struct sim_state *state, const struct sim_run *run, uint32_t lock) {
    struct sim_digest digest;
    sim_digest_lock(&digest, &run->locks[lock]);
    bool is_free = cog_queue_count(run->locks[lock].queue) > 0;
    set(state, state->objects->locks + lock, &digest,
        (struct sim_state_part){.standing = is_free ? SIM_STANDING_FREE : SIM_STANDING_HELD});
}

static void read_process(struct sim_state *state, const struct sim_run *run,
                         const struct sim_instance *instance) {
    struct sim_digest digest;
    sim_digest_process(&digest, &state->rules, run, instance);
    set(state, sim_state_process(state, instance->process), &digest, sim_standing_of(instance));
}

static void read_variables(struct sim_state *state, const struct sim_run *run) {
    for (uint32_t i = 0; i < run->scenario->variable_count; i++) {
        for (uint32_t j = 0; j < run->scenario->variables[i].element_count; j++) {
            read_element(state, run, i, j);
        }
    }
}

static void read_parked(struct sim_state *state, const struct sim_run *run) {
    const struct sim_objects *objects = state->objects;
    const struct sim_scenario *scenario = run->scenario;
    struct sim_digest digest;
    for (uint32_t i = 0; i < scenario->queue_count; i++) {
        sim_digest_queue(&digest, &state->rules, run->queues[i]);
        set_plain(state, objects->queues + i, &digest);
    }
    for (uint32_t i = 0; i < scenario->channel_count; i++) {
        sim_digest_channel(&digest, run->channels[i]);
        set_plain(state, objects->channels + i, &digest);
    }
    for (uint32_t i = 0; i < scenario->signal_count; i++) {
        sim_digest_signal(&digest, run->signals[i]);
        set_plain(state, objects->signals + i, &digest);
    }
    for (uint32_t i = 0; i < objects->lines - objects->locks; i++) {
        read_lock(state, run, i);
    }
}

/* In their order, where that shows. */
static void read_lines(struct sim_state *state, const struct sim_journal *journal) {
    struct sim_digest digest;
    sim_digest_init(&digest);
    for (size_t i = 0; i < journal->line_count; i++) {
        sim_digest_add(&digest, sim_hash_log_line(&state->rules, &journal->lines[i]));
    }
    set_plain(state, state->objects->log, &digest);
}

/* Adds the lines from `first` on to a sum of them. */
static void add_lines(struct sim_state *state, const struct sim_journal *journal, size_t first,
                      uint64_t sum) {
    for (size_t i = first; i < journal->line_count; i++) {
        sum += sim_hash_log_line(&state->rules, &journal->lines[i]);
    }
    sim_state_set(state, state->objects->log, (struct sim_state_part){.hash = sum});
}

static void read_log(struct sim_state *state, const struct sim_run *run) {
    if (state->rules.orders_log) {
        read_lines(state, &run->journal);
    } else if (state->rules.keeps_log) {
        add_lines(state, &run->journal, 0, 0);
    }
}

/* All but the variables. */
static void read_rest(struct sim_state *state, const struct sim_run *run) {
    struct sim_digest digest;
    read_parked(state, run);
    read_log(state, run);
    sim_digest_watches(&digest, &state->rules, run);
    set_plain(state, state->objects->watches, &digest);
    sim_digest_clock(&digest, &state->rules, run);
    set_plain(state, state->objects->end, &digest);
    for (const struct sim_instance *instance = run->instances; instance != NULL;
         instance = instance->next) {
        read_process(state, run, instance);
    }
}

void sim_state_read(struct sim_state *state, const struct sim_run *run) {
    read_variables(state, run);
    read_rest(state, run);
}

/* ---- After a step ---- */

struct sim_state_mark sim_state_mark(const struct sim_run *run) {
    return (struct sim_state_mark){.line_count = run->journal.line_count,
                                   .timeout_count = run->journal.timeout_count,
                                   .failure_count = run->journal.failure_count,
                                   .last_instance = run->last_instance};
}

/* Is all that the step can have changed named by its footprint, or its own process? */
static bool is_simple(const struct sim_state *state, const struct sim_run *run,
                      const struct sim_footprint *footprint, const struct sim_state_mark *before) {
    const struct sim_objects *objects = state->objects;
    const struct sim_journal *journal = &run->journal;
    if (state->is_whole || footprint->is_everything || run->fatal != COG_OK ||
        run->last_instance != before->last_instance ||
        journal->failure_count != before->failure_count ||
        (state->rules.orders_log && journal->line_count != before->line_count) ||
        journal->timeout_count != before->timeout_count) {
        return false;
    }
    for (uint32_t i = 0; i < footprint->count; i++) {
        uint32_t object = footprint->touches[i].object;
        bool is_variable = object < objects->queues;
        bool is_lock = object >= objects->locks && object < objects->lines;
        if (!is_variable && object != objects->end && (!is_lock || state->rules.locks_park)) {
            return false;
        }
    }
    return true;
}

static uint32_t variable_of(const struct sim_state *state, uint32_t object) {
    uint32_t low = 0;
    uint32_t high = state->objects->scenario->variable_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (state->objects->variables[middle] <= object) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static void read_touched(struct sim_state *state, const struct sim_run *run,
                         const struct sim_footprint *footprint) {
    const struct sim_objects *objects = state->objects;
    for (uint32_t i = 0; i < footprint->count; i++) {
        struct sim_touch touch = footprint->touches[i];
        if (touch.mode == SIM_TOUCH_READ) {
            continue;
        }
        if (touch.object < objects->queues) {
            uint32_t variable = variable_of(state, touch.object);
            read_element(state, run, variable, touch.object - objects->variables[variable]);
        } else if (touch.object >= objects->locks && touch.object < objects->lines) {
            read_lock(state, run, touch.object - objects->locks);
        }
    }
}

bool sim_state_update(struct sim_state *state, const struct sim_run *run,
                      const struct sim_instance *instance, const struct sim_footprint *footprint,
                      const struct sim_state_mark *before) {
    if (footprint->is_everything || state->is_whole) {
        sim_state_read(state, run);
        return false;
    }
    read_touched(state, run, footprint);
    if (is_simple(state, run, footprint, before)) {
        read_process(state, run, instance);
        if (state->rules.keeps_log) {
            const struct sim_state_part *log = &state->parts[state->objects->log];
            add_lines(state, &run->journal, before->line_count, log->hash);
        }
        return true;
    }
    read_rest(state, run);
    return false;
}
