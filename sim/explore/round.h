/* round.h - a way round of states: whether it can go on for ever, and who gets nothing by it.
 *
 *     level first --step--> ... level depth --step--> the state of level first again
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
 */
#ifndef SIM_EXPLORE_ROUND_H
#define SIM_EXPLORE_ROUND_H

#include "sim/explore/search_states.h"

/* A set is a bit for each process below SIM_ROUND_PROCESSES. */
struct sim_round {
    uint64_t enabled;   /* could make a step somewhere */
    uint64_t stepped;   /* made one */
    uint64_t quiet;     /* went on unseen */
    uint64_t timed_out; /* were woken by their timeouts */
    uint64_t woken;     /* were made ready by another's step */
    bool has_drawn;
    uint64_t starved; /* in the foreground; where it is fair */
};

/* Looks at the way round from a level to the one under way, and its step. False: it is not fair. */
bool sim_round_judge(struct sim_round *round, const struct sim_state_search *search,
                     uint32_t first);

#endif
