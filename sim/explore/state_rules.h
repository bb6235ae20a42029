/* state_rules.h - what of its world a scenario can tell apart: two states that differ in nothing
 * else are one. Told from the scenario, once. */
#ifndef SIM_EXPLORE_STATE_RULES_H
#define SIM_EXPLORE_STATE_RULES_H

#include "sim/objects.h"

#include <stdbool.h>

struct sim_state_rules {
    bool uses_sockets; /* then its states cannot be told at all */
    bool keeps_time;   /* the time itself shows; else only how long until a deadline */
    bool keeps_log;    /* an expectation looks at log lines, */
    bool orders_log;   /* at their order too */
    bool keeps_timeouts;
    bool keeps_results; /* somebody joins: what has ended may yet be asked for its result */
    bool keeps_undone;  /* a queue is drained */
    bool locks_park;    /* an acquire with a timeout parks, and is woken by a release */
    bool orders_timers; /* which of the deadlines of one instant was armed first */
    bool has_watches;
};

void sim_state_rules_find(struct sim_state_rules *rules, const struct sim_program *program,
                          const struct sim_objects *objects);

#endif
