/* quiet.h - where a coroutine goes on without touching anything that others could see.
 *
 * Told from the code alone, before it runs: from there to its next wait, or to its next access of a
 * shared variable (which waits first), a body computes with its own names only. A resumption at
 * such a place is no choice: it can be exchanged with every step of every other coroutine.
 */
#ifndef SIM_QUIET_H
#define SIM_QUIET_H

#include "sim/code.h"

/* Of an instruction, as bits. */
enum sim_quiet {
    SIM_QUIET_FROM = 1 << 0,  /* to go on with it is quiet */
    SIM_QUIET_AFTER = 1 << 1, /* so is to be resumed with its result: it is an AWAIT, or a pick */
    SIM_QUIET_BUT = 1 << 2,   /* so is all but its accesses, each of which is a step of its own */
};

/* Sets `quiet` of all code of a program. COG_OK, COG_ENOMEM. */
int sim_program_find_quiet(struct sim_program *program);

#endif
