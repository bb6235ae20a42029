/* round.h - a way round of states: whether it can go on for ever, and who gets nothing by it.
 *
 *     state --step--> state --step--> ... --step--> the first state again
 *
 * It is *fair* if whoever could make a step somewhere on it has made one. (Who is passed over will
 * come, and may end it. That goes for who waits for a lock, too, if it was free in between: locks
 * are given in the order of coming.) Nor is a draw fair to its other answers: values, times and
 * sizes. Time passes only where nobody can make a step, so it may pass on a fair way round.
 *
 * On one that is fair a coroutine in the foreground is *starved* if others get on, but it either
 * stays where it waits, or goes on only because its timeouts are over: nobody else ever makes it
 * ready. Who waits for a coroutine that gets on is not starved by itself, nor is who waits for the
 * time where none passes.
 *
 *     struct sim_round round = {.enabled = 0};
 *     sim_round_add_step(&round, ...);   for each step
 *     if (sim_round_is_fair(&round))
 *         sim_round_add_part(&round, ...);   for each process, in one or more of the states
 *         starved = sim_round_starved(&round, foreground);
 */
#ifndef SIM_EXPLORE_ROUND_H
#define SIM_EXPLORE_ROUND_H

#include "sim/explore/state.h"
#include "sim/explore/state_graph.h"

/* More are not told apart. */
enum { SIM_ROUND_PROCESSES = 63 };

/* Sets: a bit for each process below SIM_ROUND_PROCESSES. */
struct sim_round {
    uint64_t enabled;   /* could make a step somewhere */
    uint64_t stepped;   /* made one */
    uint64_t quiet;     /* went on unseen */
    uint64_t timed_out; /* were woken by their timeouts */
    uint64_t woken;     /* were made ready by another's step */
    uint64_t present;   /* have begun, and not ended */
    uint64_t timed;     /* wait at most for some time */
    uint64_t waiting;   /* wait for the end, or a value, of a coroutine that gets on */
    bool has_drawn;
};

static inline uint64_t sim_round_bit(uint32_t process) {
    return process < SIM_ROUND_PROCESSES ? UINT64_C(1) << process : 0;
}

/* Who a step makes ready, when these could make one before it and after it. */
uint64_t sim_round_woken(uint32_t process, uint64_t quiet, uint64_t before, uint64_t after);

/* Adds a step of a process, or the time, between states where these could make one. */
void sim_round_add_step(struct sim_round *round, uint32_t process,
                        const struct sim_state_deed *deed, uint64_t before, uint64_t after);

bool sim_round_is_fair(const struct sim_round *round);

/* All steps have been added. The part is that of a process in one of the states. */
void sim_round_add_part(struct sim_round *round, const struct sim_objects *objects,
                        uint32_t process, const struct sim_state_part *part);

/* Of those in the foreground. */
uint64_t sim_round_starved(const struct sim_round *round, uint64_t foreground);

#endif
