/* errand.h - a coroutine that does one operation: what the grounds, wires and programs of the
 * proactors' tests call a task. */
#ifndef TESTS_ERRAND_H
#define TESTS_ERRAND_H

#include "core/cogen.h"

/* Adds a coroutine that does *op as it is when the coroutine begins; then *op is what became of it,
 * and *is_done is set. Both stay where they are until then. *coro is for the caller to release. */
int errand_begin(struct cog_scheduler *scheduler, struct cog_op *op, bool *is_done,
                 struct cog_coro **coro);

#endif
