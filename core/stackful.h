/* stackful.h - a C function with a stack of its own as a coroutine. Internal to core/; its calls
 * are in cogen.h.
 *
 * It is a step coroutine whose step is a switch:
 *
 *     scheduler's stack                  coroutine's stack
 *     step ---- switch ---------------->   function begins, or cog_await returns
 *     step  <--------------- switch ----   cog_await: COG_STEP_AWAIT
 *     step  <--------------- leave -----   function has returned: its code
 *
 * What a switch passes is what the other side's call returns: the status of the operation that it
 * waited on, and the result of its step. The resumer may stand on any stack, at another depth each
 * time: a coroutine may run another scheduler.
 */
#ifndef COG_STACKFUL_H
#define COG_STACKFUL_H

#include "core/coroutine.h"

/* True for a coroutine of cog_coro_new_stackful. */
bool cog_coro_is_stackful(const struct cog_coro *coro);

#endif
