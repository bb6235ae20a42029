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
#include "core/stack.h"
#include "core/stack_overflow.h"
#include "core/timeouts.h"

#include <stdatomic.h>

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
    struct cog_link coroutines; /* all that live, in the order of adding */
    struct cog_link newborn;    /* those that were made and not added yet */
    struct cog_link objects;    /* queues, signals, channels, pipes, mailboxes: object.h */
    struct cog_link mailboxes;
    struct cog_stack_pool stacks;
    struct cog_overflow_watch overflow_watch;
    int64_t now_ns; /* the latest time that the clock gave */
    atomic_bool
        is_posted;      /* a mailbox has been posted to; the one field that other threads touch */
    size_t take_count;  /* takes that wait for a mailbox: other threads can wake them */
    size_t checks_in;   /* debug builds: so many iterations go unchecked */
    bool is_iterating;  /* an iteration is under way */
    bool is_closing;    /* it is being freed: nothing can be added any more */
    bool owns_proactor; /* opened with it, to be closed with it */
    void *candidates;   /* scratch for the picker */
    size_t candidates_bytes;
    struct cog_timeouts timeouts; /* last: its buckets, six thousand bytes, are not cleared */
};

/* Tells the observer, if there is one. */
void cog_notify(struct cog_scheduler *scheduler, const struct cog_event *event);

static inline void cog_notify_coro(struct cog_scheduler *scheduler, enum cog_event_kind kind,
                                   struct cog_coro *coro, bool front) {
    if (scheduler->observer.ops != NULL) {
        cog_notify(scheduler,
                   &(struct cog_event){
                       .kind = kind, .coro = coro, .status = coro->status, .front = front});
    }
}

/* Takes up a new coroutine; the caller puts it somewhere. by: who adds it, or null. */
void cog_adopt(struct cog_scheduler *scheduler, struct cog_coro *coro, struct cog_coro *by);

/* Hands what has been posted to those who wait for it. */
void cog_deliver_posts(struct cog_scheduler *scheduler);

/* The result of a coroutine that has ended, or its failure, goes to who called or joined it. */
void cog_take_result(struct cog_op *op, const struct cog_coro *ended);

/* The coroutine has ended with status (COG_OK or a failure): wakes who waits for that. Returns who
 * continues at once. */
struct cog_coro *cog_coro_end(struct cog_scheduler *scheduler, struct cog_coro *coro, int status);

#endif
