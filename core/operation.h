/* operation.h - what kinds of operations share: setting one up, and its one ending. Internal to
 * core/. */
#ifndef COG_OPERATION_H
#define COG_OPERATION_H

#include "core/cogen.h"

/* Makes *op a fresh operation of a type. */
void cog_op_init(struct cog_op *op, const struct cog_op_type *type);

/* Ends a pending operation, in one go: takes its deadline away, takes it out of the list that it
 * waits in, moves it to `ending` (COMPLETED, EXPIRED, FAILED, CANCELLED), tells the observer,
 * finalizes it. The caller decides where its coroutine goes. */
void cog_op_end(struct cog_scheduler *scheduler, struct cog_op *op, enum cog_op_state ending,
                int status);

/* Fails an operation that has begun but was not processed: it is refused, not finalized. */
void cog_op_refuse(struct cog_scheduler *scheduler, struct cog_op *op, int status);

/* Moves a fresh operation to pending, with its priority resolved. */
void cog_op_begin(struct cog_scheduler *scheduler, struct cog_op *op);

/* Arms the timeout of a pending operation that begins to wait, if it has one. */
void cog_op_arm(struct cog_scheduler *scheduler, struct cog_op *op);

/* An armed operation's deadline has come. Ends it if it can be withdrawn and makes its coroutine
 * ready. */
void cog_op_expire(struct cog_scheduler *scheduler, struct cog_op *op);

#endif
