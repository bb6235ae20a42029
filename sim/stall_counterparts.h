/* stall_counterparts.h - the statements that end the wait of others: signal for wait, put for get.
 * Internal to the stall. */
#ifndef SIM_STALL_COUNTERPARTS_H
#define SIM_STALL_COUNTERPARTS_H

#include "sim/run.h"

/* What would end a wait: any of some kinds of statements, about one object. */
struct sim_counterparts {
    uint64_t kinds;    /* a set of enum sim_statement_kind; 0: none are known */
    uint32_t object;   /* index of the signal, queue or channel; a port; SIM_NONE: any */
    const char *deed;  /* "signals", "puts into" */
    const char *about; /* the name of the object */
};

/* Of the statement that an instance waits on. */
struct sim_counterparts sim_counterparts_of(const struct sim_run *run,
                                            const struct sim_statement *statement,
                                            const struct cog_op *op, uint32_t host);

bool sim_counterparts_include(const struct sim_counterparts *counterparts,
                              const struct sim_statement *statement);

/* Whether a body goes on from a line to another: the other comes later, or a loop holds both. */
bool sim_block_leads_to(const struct sim_block *block, uint32_t from, uint32_t to);

/* The other end of the connection of a socket that an instance waits on, and who has it; null:
 * there is none. */
const struct sim_instance *sim_peer_owner(const struct sim_run *run, const struct cog_op *op,
                                          uint32_t host);

/* Who must do something, and nobody else: the holder of a lock, whom it calls, joins or iterates,
 * who has the other end. Null: nobody in particular. */
const struct sim_instance *sim_definite_blocker(const struct sim_run *run,
                                                const struct sim_instance *instance,
                                                const struct sim_statement *statement,
                                                const struct cog_op *op);

#endif
