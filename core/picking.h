/* picking.h - puts the scheduler's choices before the picker. Internal to core/.
 *
 * When there is no memory for the question, production's answer is taken.
 */
#ifndef COG_PICKING_H
#define COG_PICKING_H

#include <stdint.h>

struct cog_coro;
struct cog_op;
struct cog_scheduler;

/* Which of the urgent coroutine and those in the ready queue, two at least, is next. It stays where
 * it stands. */
struct cog_coro *cog_pick_ready(struct cog_scheduler *scheduler);

/* Which of the operations due at now_ns, one at least, expires next. The timeouts are settled. */
struct cog_op *cog_pick_expired(struct cog_scheduler *scheduler, int64_t now_ns);

/* Frees the scratch memory. */
void cog_picking_term(struct cog_scheduler *scheduler);

#endif
