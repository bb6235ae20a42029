/* validity.c - checks the scheduler's structures against each other. */
#include "core/scheduler.h"

static const char *check_coro(const struct cog_scheduler *scheduler, const struct cog_coro *coro) {
    const struct cog_op *op = &coro->op;
    switch ((enum cog_coro_state)coro->state) {
    case COG_CORO_NEW:
        return "a coroutine that was not added is in the list of those that were";
    case COG_CORO_READY:
        if (!cog_link_is_linked(&op->link)) {
            return "a ready coroutine is not in the ready queue";
        }
        break;
    case COG_CORO_RUNNING:
        if (coro != scheduler->urgent) {
            return "a coroutine neither waits nor is ready: its wake-up is lost";
        }
        break;
    case COG_CORO_WAITING:
        return op->state == COG_OP_PENDING ? NULL : "a coroutine waits on an operation that ended";
    case COG_CORO_COMPLETED:
        return "a completed coroutine was not dispatched";
    case COG_CORO_ENDED:
        return "an ended coroutine is in the list of those that live";
    }
    if (op->state != COG_OP_FINALIZED) {
        return "a coroutine that can run has an operation that did not end";
    }
    return op->timer_index == 0 ? NULL : "an operation that ended is still armed";
}

const char *cog_scheduler_check(struct cog_scheduler *scheduler) {
    if (!cog_timeouts_is_valid(&scheduler->timeouts)) {
        return "the timeouts are out of order";
    }
    for (uint32_t at = 0; at < scheduler->timeouts.count; at++) {
        if (scheduler->timeouts.heap[at].op->state != COG_OP_PENDING) {
            return "an operation that ended is still in the timeouts";
        }
    }
    size_t ready_count = 0;
    for (struct cog_coro *coro = cog_next_coro(scheduler, NULL); coro != NULL;
         coro = cog_next_coro(scheduler, coro)) {
        const char *failure = check_coro(scheduler, coro);
        if (failure != NULL) {
            return failure;
        }
        ready_count += coro->state == COG_CORO_READY ? 1 : 0;
    }
    return ready_count == scheduler->ready.count
               ? NULL
               : "the ready queue holds what is not a ready coroutine";
}
