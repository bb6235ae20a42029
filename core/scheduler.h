/* scheduler.h - the scheduler's state, and what operations use to move coroutines. Internal to
 * core/.
 *
 * Invariants:
 *   1. An operation is in the timeouts only while it is pending.
 *   2. A coroutine in the ready queue, running or completed has a finalized operation; a waiting
 * one has a pending operation.
 *   3. Whoever ends an operation (cog_op_end) then makes its coroutine ready or lets it continue at
 * once, before anything else.
 *   4. `completed` is empty outside of the proactor part of an iteration.
 */
#ifndef COG_SCHEDULER_H
#define COG_SCHEDULER_H

#include "core/cogen.h"
#include "core/coroutine.h"
#include "core/list.h"
#include "core/ready_queue.h"
#include "core/timeouts.h"

struct cog_scheduler {
    const struct cog_allocator *allocator;
    struct cog_clock clock;
    struct cog_proactor proactor;
    struct cog_picker picker;
    struct cog_observer observer;
    enum cog_priority default_priority;
    int64_t default_timeout_ns;
    int64_t proactor_resolution_ns;
    size_t proactor_default_size;
    bool proactor_greedy;
    bool ops_greedy;
    bool multiplex_first;

    bool is_running; /* cleared by cog_stop */
    struct cog_ready_queue ready;
    struct cog_coro *urgent; /* handed back by the proactor to run next, or null */
    struct cog_link
        completed; /* coroutines, by op.link, that the proactor run under way completed, in order */
    struct cog_timeouts timeouts;
    struct cog_link coroutines; /* all that live, in the order of adding */
    void *candidates;           /* scratch for the picker */
    size_t candidates_bytes;
};

/* Tells the observer, if there is one. */
void cog_notify(struct cog_scheduler *scheduler, const struct cog_event *event);

/* Puts coro, whose operation has ended, into the ready queue. */
void cog_make_ready(struct cog_scheduler *scheduler, struct cog_coro *coro, bool front);

/* Parks coro on its pending operation: in `list` (null: in none), with its timeout armed. Returns
 * null, for process functions to return; or, when there is no memory for the timeout, fails the
 * operation and returns coro. */
struct cog_coro *cog_park(struct cog_scheduler *scheduler, struct cog_coro *coro,
                          struct cog_link *list);

/* Takes up a new coroutine; the caller puts it somewhere. by: who adds it, or null. */
void cog_adopt(struct cog_scheduler *scheduler, struct cog_coro *coro, struct cog_coro *by);

/* The coroutine has ended with status (COG_OK or a failure): wakes who waits for that. Returns who
 * continues at once. */
struct cog_coro *cog_coro_end(struct cog_scheduler *scheduler, struct cog_coro *coro, int status);

#endif
