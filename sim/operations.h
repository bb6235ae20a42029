/* operations.h - statements that wait: from statement to core operation, and from its result to
 * variables. */
#ifndef SIM_OPERATIONS_H
#define SIM_OPERATIONS_H

#include "sim/evaluate.h"

/* Sets *op from a statement. COG_OK, SIM_NEED_YIELD, COG_EFAILED (scope->message), COG_ENOMEM. */
int sim_operation_prepare(struct sim_scope *scope, const struct sim_statement *statement,
                          struct cog_op *op);

/* Takes in the result of *op. Returns how the statement ended: COG_OK, or the code that a handler
 * may handle. */
int sim_operation_finish(struct sim_scope *scope, const struct sim_statement *statement,
                         const struct cog_op *op);

/* Puts a value where a target says. NONE is allowed. COG_OK, COG_EFAILED; SIM_NEED_YIELD unless
 * scope->is_at_once. */
int sim_target_set(struct sim_scope *scope, const struct sim_target *target,
                   struct sim_value value);

/* The same of a variable, or an element of one, whose place is known. */
int sim_place_set(struct sim_scope *scope, const struct sim_target *target, struct sim_value *place,
                  struct sim_value value);

/* Sockets close when the coroutine that opened them ends, unless it passed them on. COG_OK,
 * COG_ENOMEM. */
int sim_frame_own_socket(struct sim_frame *frame, struct sim_value value);
void sim_frame_disown_socket(struct sim_frame *frame, struct sim_value value);
void sim_frame_close_sockets(struct sim_frame *frame);

/* Makes a coroutine of the routine that a spawn, call or iterate names, its arguments evaluated; it
 * does not run yet. Codes as sim_operation_prepare. */
int sim_routine_make(struct sim_scope *scope, const struct sim_statement *statement,
                     struct sim_instance **made);

/* The routine of an iterate, as the producer of a pipe, whose handle the slot gets. Codes as
 * sim_operation_prepare. */
int sim_frame_open_pipe(struct sim_scope *scope, const struct sim_statement *statement,
                        uint32_t slot);

/* The producer, if it has not ended, is cancelled. */
void sim_frame_close_pipe(struct sim_frame *frame, struct sim_instance *producer);
void sim_frame_close_pipes(struct sim_frame *frame);

#endif
