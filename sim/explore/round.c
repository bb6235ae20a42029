/* round.c - adds up what happens on a way round. */
#include "sim/explore/round.h"

#include "sim/explore/trail.h"

static uint64_t bit_of(uint32_t process) {
    return process < SIM_ROUND_PROCESSES ? UINT64_C(1) << process : 0;
}

/* A level, and its step to one where others are enabled. */
static void add_level(struct sim_round *round, const struct sim_state_level *level,
                      uint64_t enabled_after) {
    uint64_t process = bit_of(level->step.process);
    uint64_t quiet = level->is_known ? 0 : level->quiet;
    round->enabled |= level->enabled;
    round->stepped |= process;
    round->quiet |= quiet;
    round->timed_out |= level->is_known ? 0 : level->timed_out;
    round->has_drawn |= !level->is_known && level->has_drawn;
    if (level->step.process != SIM_TIME_PROCESS) {
        round->woken |= (enabled_after | quiet) & ~level->enabled & ~process;
    }
}

static void add_if_waits_for_moved(const struct sim_state *state, uint64_t moved, uint32_t object,
                                   const struct sim_state_part *part, uint64_t *waiting) {
    if (sim_object_is_coroutine(state->objects, object) && sim_state_part_waits_for(state, part) &&
        (bit_of(sim_object_process(state->objects, part->access.object)) & moved) != 0) {
        *waiting |= bit_of(sim_object_process(state->objects, object));
    }
}

/* Those who somewhere on the way round wait for somebody who gets on. */
static uint64_t find_waiting_for(const struct sim_state_search *search, uint32_t first,
                                 uint64_t moved) {
    const struct sim_state *state = &search->state;
    uint64_t waiting = 0;
    for (uint32_t part = state->objects->coroutines; part < state->part_count; part++) {
        add_if_waits_for_moved(state, moved, part, &state->parts[part], &waiting);
    }
    uint32_t from =
        first < search->depth ? search->levels[first + 1].change_first : state->change_count;
    for (uint32_t i = from; i < state->change_count; i++) {
        add_if_waits_for_moved(state, moved, state->changes[i].part, &state->changes[i].before,
                               &waiting);
    }
    return waiting;
}

static uint64_t find_starved(const struct sim_round *round, const struct sim_state_search *search,
                             uint32_t first) {
    const struct sim_state *state = &search->state;
    uint64_t moved = round->stepped | round->quiet;
    uint64_t waiting_for = find_waiting_for(search, first, moved);
    uint32_t count = sim_state_process_count(state);
    uint64_t starved = 0;
    for (uint32_t process = 0; process < count && process < SIM_ROUND_PROCESSES; process++) {
        uint64_t bit = bit_of(process);
        const struct sim_state_part *part = &state->parts[sim_state_process(state, process)];
        bool is_there =
            part->standing != SIM_STANDING_NONE && part->standing != SIM_STANDING_ENDED;
        bool stays = (moved & bit) == 0 && part->standing != SIM_STANDING_TIMED;
        bool gives_up = (round->timed_out & ~round->woken & bit) != 0;
        if (is_there && (stays || gives_up) && (moved & ~bit) != 0) {
            starved |= bit;
        }
    }
    return starved & search->foreground & ~waiting_for;
}

bool sim_round_judge(struct sim_round *round, const struct sim_state_search *search,
                     uint32_t first) {
    *round = (struct sim_round){.enabled = 0};
    for (uint32_t i = first; i <= search->depth; i++) {
        uint32_t next = i < search->depth ? i + 1 : first;
        add_level(round, &search->levels[i], search->levels[next].enabled);
    }
    if (round->has_drawn || (round->enabled & ~round->stepped) != 0) {
        return false;
    }
    round->starved = find_starved(round, search, first);
    return true;
}
