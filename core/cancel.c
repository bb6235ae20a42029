/* cancel.c - ending a coroutine from outside. */
#include "core/check.h"
#include "core/operation.h"
#include "core/scheduler.h"

/* Its operation, if it waits, is taken back. False if that is too late. */
static bool withdraw(struct cog_scheduler *scheduler, struct cog_op *op) {
    return op->type->withdraw == NULL || op->type->withdraw(scheduler, op);
}

bool cog_coro_abandon(struct cog_coro *coro, bool is_forced) {
    struct cog_scheduler *scheduler = coro->scheduler;
    if (coro->op.state == COG_OP_PENDING) {
        if (!withdraw(scheduler, &coro->op) && !is_forced) {
            coro->is_cancelled = true;
            return false;
        }
        cog_op_end(scheduler, &coro->op, COG_OP_CANCELLED, COG_ECANCELLED);
    } else if (coro->state == COG_CORO_READY) {
        cog_ready_queue_remove(&scheduler->ready, coro);
    } else if (coro == scheduler->urgent) {
        scheduler->urgent = NULL;
    } else if (cog_link_is_linked(&coro->op.link)) {
        cog_link_remove(&coro->op.link);
    }
    coro->state = COG_CORO_RUNNING;
    struct cog_coro *woken = cog_coro_end(scheduler, coro, COG_ECANCELLED);
    if (woken != NULL) {
        cog_make_ready(scheduler, woken, scheduler->default_priority != COG_LAST);
    }
    return true;
}

/* One that was never given to the scheduler. */
static int cancel_new(struct cog_coro *coro) {
    coro->state = COG_CORO_ENDED;
    coro->status = COG_ECANCELLED;
    cog_coro_term(coro);
    if (coro->scheduler != NULL) {
        cog_link_remove(&coro->all_link);
        coro->scheduler = NULL;
    }
    return COG_OK;
}

static bool is_running(const struct cog_coro *coro) {
    return coro->state == COG_CORO_RUNNING && coro->scheduler->urgent != coro;
}

/* The innermost of those that coro waits for by calls, itself included; null if that one runs. One
 * that ends just now, whose clean-up this is part of, is not waited for any more. */
static struct cog_coro *innermost(struct cog_coro *coro) {
    struct cog_coro *at = coro;
    struct cog_coro *callee = cog_coro_callee(at);
    while (callee != NULL && callee->state != COG_CORO_ENDED) {
        at = callee;
        callee = cog_coro_callee(at);
    }
    return is_running(at) ? NULL : at;
}

/* Ends `at`, which is coro or which coro waits for by calls. When it can end only later, those up
 * to coro wait for that and end after it. */
static int end_innermost(struct cog_coro *at, struct cog_coro *coro) {
    struct cog_coro *outer = at != coro ? at->caller : NULL;
    if (outer != NULL) {
        at->caller = NULL; /* nobody is woken by its end: the caller ends next */
    }
    if (cog_coro_abandon(at, false)) {
        return COG_OK;
    }
    if (outer != NULL) {
        at->caller = outer;
    }
    while (at != coro) {
        at = at->caller;
        at->is_cancelled = true;
    }
    return COG_PENDING;
}

int cog_cancel(struct cog_coro *coro) {
    cog_assert(coro != NULL);
    if (coro->state == COG_CORO_NEW) {
        return cancel_new(coro);
    }
    int status = COG_OK;
    struct cog_coro *inner = NULL; /* ended last; the call that was about it ends next */
    (void)cog_coro_retain(coro);
    while (coro->state != COG_CORO_ENDED && status == COG_OK) {
        struct cog_coro *at = innermost(coro);
        if (at == NULL) {
            status = COG_EINVALID;
            break;
        }
        (void)cog_coro_retain(at);
        status = end_innermost(at, coro);
        cog_coro_release(inner);
        inner = at;
    }
    cog_coro_release(inner);
    cog_coro_release(coro);
    return status;
}
