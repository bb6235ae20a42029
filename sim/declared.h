/* declared.h - what a scenario declares that may come into play in a run or not: ranges and faults.
 *
 *   - the latency of a link: something was sent that way, and how long it takes was chosen
 *   - the time of a block:   it was executed, and when was chosen
 *   - a partition:           it held something back
 *   - `explore vary size`:   of a piece there were several sizes to choose from
 *   - `explore vary faults`: something could have been lost, or come twice
 *
 * One that comes into play in no run at all is often a mistake: a host that is not the one that was
 * meant, a time behind the end.
 */
#ifndef SIM_DECLARED_H
#define SIM_DECLARED_H

#include "sim/language/ast.h"

#include <stdbool.h>
#include <stdint.h>

enum sim_declared_kind {
    SIM_DECLARED_LATENCY,
    SIM_DECLARED_TIME,
    SIM_DECLARED_PARTITION,
    SIM_DECLARED_SIZE,
    SIM_DECLARED_FAULTS,
};

struct sim_declared {
    enum sim_declared_kind kind;
    struct sim_place place;
    const void *what; /* the link, block, statement, exploration or set that declares it */
};

/* How many there are. */
uint32_t sim_declared_count(const struct sim_scenario *scenario);

/* The one of that number, from 0; false: there is none. */
bool sim_declared_get(const struct sim_scenario *scenario, uint32_t number,
                      struct sim_declared *declared);

/* The number of what stands there, or SIM_NONE. */
uint32_t sim_declared_find(const struct sim_scenario *scenario, const void *what);

/* Runs note in a byte each what has come into play; null: nobody wants to know; SIM_NONE: it is
 * none of them. */
static inline void sim_declared_plays(unsigned char *played, uint32_t number) {
    if (played != NULL && number != SIM_NONE) {
        played[number] = 1;
    }
}

#endif
