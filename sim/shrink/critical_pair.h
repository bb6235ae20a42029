/* critical_pair.h - the two events whose order decides: between a run that fails and the nearest
 * one that does not.
 *
 * The nearest run that does not fail is found by bisection: of a failing schedule's decisions the
 * first ones are made, and from there on it is production's turn. Somewhere one decision more makes
 * it fail. Where it fails without any of them as well, one is decided otherwise, the later the
 * better. The two runs on both sides differ in that decision alone, and in what it leads to; of
 * the steps that depend on each other (footprint.h) and come in another order, the first two are
 * the pair. Where no steps have changed places, as where a pick gives something else, the decision
 * itself is told.
 *
 *     if `looker: acquire door` (line 9) comes before `two: acquire door` (line 15), it passes
 *     if `pick coin: 1` is decided in place of `pick coin: 2`, it passes
 */
#ifndef SIM_SHRINK_CRITICAL_PAIR_H
#define SIM_SHRINK_CRITICAL_PAIR_H

#include "sim/shrink/subject.h"

/* A step of a coroutine, or what was decided. */
struct sim_critical_event {
    struct sim_buffer words; /* "looker: acquire door" */
    uint32_t line;           /* 0: it is no step */
    uint64_t first_event;    /* in the trace of the failing run, from 1: what it is made of */
    uint64_t last_event;
    bool is_traced; /* there are any */
};

struct sim_critical_pair {
    bool is_found;
    bool is_order;                   /* two steps; else two answers to one question */
    bool passes;                     /* the other run holds; else it fails in another way */
    bool is_of_schedule;             /* the failing run is that of the schedule itself, not one with
                                        fewer of its decisions: so are the events */
    struct sim_critical_event first; /* in the failing run */
    struct sim_critical_event second;
    struct sim_schedule passing; /* the other run's, recorded */
};

/* Finds it for a schedule as it was recorded. COG_OK, also when there is none, or the budget is at
 * its end; COG_ENOMEM. Terminate it whatever that is. */
int sim_critical_pair_find(struct sim_critical_pair *pair, struct sim_trials *trials,
                           struct sim_program *program, const struct sim_source *source,
                           uint64_t signature, const struct sim_schedule *failing);
void sim_critical_pair_term(struct sim_critical_pair *pair);

/* Adds it in words, without a full stop; nothing if there is none. */
void sim_critical_pair_add(const struct sim_critical_pair *pair,
                           const struct sim_scenario *scenario, struct sim_buffer *text);

#endif
