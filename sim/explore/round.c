/* round.c - adds up what happens on a way round. */
#include "sim/explore/round.h"

#include "sim/explore/trail.h"

uint64_t sim_round_woken(uint32_t process, uint64_t quiet, uint64_t before, uint64_t after) {
    return process != SIM_TIME_PROCESS ? (after | quiet) & ~before & ~sim_round_bit(process) : 0;
}

void sim_round_add_step(struct sim_round *round, uint32_t process,
                        const struct sim_state_deed *deed, uint64_t before, uint64_t after) {
    round->enabled |= before;
    round->stepped |= sim_round_bit(process);
    round->quiet |= deed->quiet;
    round->timed_out |= deed->timed_out;
    round->has_drawn |= deed->has_drawn;
    round->woken |= sim_round_woken(process, deed->quiet, before, after);
}

bool sim_round_is_fair(const struct sim_round *round) {
    return !round->has_drawn && (round->enabled & ~round->stepped) == 0;
}

void sim_round_add_part(struct sim_round *round, const struct sim_objects *objects,
                        uint32_t process, const struct sim_state_part *part) {
    uint64_t bit = sim_round_bit(process);
    uint64_t moved = round->stepped | round->quiet;
    if (part->standing != SIM_STANDING_NONE && part->standing != SIM_STANDING_ENDED) {
        round->present |= bit;
    }
    if (part->standing == SIM_STANDING_TIMED) {
        round->timed |= bit;
    }
    if (sim_state_waits_for_coroutine(objects, part) &&
        (sim_round_bit(sim_object_process(objects, part->access.object)) & moved) != 0) {
        round->waiting |= bit;
    }
}

uint64_t sim_round_starved(const struct sim_round *round, uint64_t foreground) {
    uint64_t moved = round->stepped | round->quiet;
    uint64_t stays = ~moved & ~round->timed;
    uint64_t gives_up = round->timed_out & ~round->woken;
    uint64_t starved = (stays | gives_up) & round->present & ~round->waiting & foreground;
    /* If only one of them gets on, it is no other to itself. */
    return (moved & (moved - 1)) != 0 ? starved : moved != 0 ? starved & ~moved : 0;
}
