/* validity.c - checks the scheduler's structures against each other. */
#include "core/check.h"
#include "core/object.h"
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
    return !cog_timer_is_armed(op) ? NULL : "an operation that ended is still armed";
}

/* The timeouts hold the operations of coroutines that live, and no others. */
static const char *check_timeouts(struct cog_scheduler *scheduler) {
    const struct cog_timeouts *timeouts = &scheduler->timeouts;
    size_t count = 0;
    for (struct cog_coro *coro = cog_next_coro(scheduler, NULL); coro != NULL;
         coro = cog_next_coro(scheduler, coro)) {
        if (!cog_timer_is_armed(&coro->op)) {
            continue;
        }
        if (!cog_timer_is_valid(timeouts, &coro->op)) {
            return "the timeouts are out of order";
        }
        if (coro->op.state != COG_OP_PENDING) {
            return "an operation that ended is still in the timeouts";
        }
        count++;
    }
    return count == timeouts->count && cog_timeouts_is_valid(timeouts)
               ? NULL
               : "the timeouts are out of order";
}

static const char *check_objects(const struct cog_scheduler *scheduler) {
    for (const struct cog_link *link = scheduler->objects.next; link != &scheduler->objects;
         link = link->next) {
        const struct cog_object *object = cog_container_of(link, struct cog_object, link);
        const char *failure = object->type->check(object);
        if (failure != NULL) {
            return failure;
        }
    }
    return NULL;
}

const char *cog_scheduler_check(struct cog_scheduler *scheduler) {
    cog_assert(scheduler != NULL);
    const char *late = check_timeouts(scheduler);
    if (late != NULL) {
        return late;
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
    if (ready_count != scheduler->ready.count) {
        return "the ready queue holds what is not a ready coroutine";
    }
    return check_objects(scheduler);
}
