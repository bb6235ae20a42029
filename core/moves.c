/* moves.c - where coroutines go: taken up, parked, ready, ended. */
#include "core/check.h"
#include "core/operation.h"
#include "core/pipe.h"
#include "core/scheduler.h"
#include "core/trail.h"

void cog_notify(struct cog_scheduler *scheduler, const struct cog_event *event) {
    if (scheduler->observer.ops != NULL) {
        scheduler->observer.ops->event(scheduler->observer.context, event);
    }
}

void cog_make_ready(struct cog_scheduler *scheduler, struct cog_coro *coro, bool front) {
    cog_assert(coro->state == COG_CORO_RUNNING || coro->state == COG_CORO_COMPLETED);
    cog_assert(coro->op.state == COG_OP_FINALIZED);
    coro->state = COG_CORO_READY;
    cog_ready_queue_push(&scheduler->ready, coro, front);
    cog_notify_coro(scheduler, COG_EVENT_CORO_READY, coro, front);
}

struct cog_coro *cog_park(struct cog_scheduler *scheduler, struct cog_coro *coro,
                          struct cog_link *list) {
    cog_op_arm(scheduler, &coro->op);
    coro->state = COG_CORO_WAITING;
    if (list != NULL) {
        cog_list_push_back(list, &coro->op.link);
    }
    return NULL;
}

void cog_adopt(struct cog_scheduler *scheduler, struct cog_coro *coro, struct cog_coro *by) {
    cog_assert(coro->state == COG_CORO_NEW && coro->scheduler == scheduler);
    (void)cog_coro_retain(coro);
    coro->state = COG_CORO_RUNNING;
    cog_link_remove(&coro->all_link);
    cog_list_push_back(&scheduler->coroutines, &coro->all_link);
    if (scheduler->observer.ops != NULL) {
        cog_notify(scheduler,
                   &(struct cog_event){.kind = COG_EVENT_CORO_ADDED, .coro = coro, .other = by});
    }
}

int cog_add(struct cog_scheduler *scheduler, struct cog_coro *coro, bool first) {
    cog_assert(scheduler != NULL && coro != NULL);
    if (coro->state != COG_CORO_NEW || coro->scheduler != scheduler || scheduler->is_closing) {
        return COG_EINVALID;
    }
    cog_adopt(scheduler, coro, NULL);
    cog_make_ready(scheduler, coro, !first);
    return COG_OK;
}

/* Ends a join with the result of the coroutine joined. */
static struct cog_coro *finish_join(struct cog_scheduler *scheduler, struct cog_link *link,
                                    const struct cog_coro *ended) {
    struct cog_op *op = cog_container_of(link, struct cog_op, link);
    cog_take_result(op, ended);
    return cog_op_finish(scheduler, op, ended->status == COG_OK ? COG_OK : COG_EFAILED);
}

void cog_take_result(struct cog_op *op, const struct cog_coro *ended) {
    if (ended->status == COG_OK) {
        op->value = ended->result;
    } else {
        op->value.number = ended->status;
        cog_trail_pass(cog_op_coro(op), ended);
    }
}

/* What the operation by which a coroutine was called ends with, when that one has ended with
 * status. */
static int call_status(const struct cog_op *op, int status) {
    if (op->type->kind != COG_OP_CALL) {
        return cog_pipe_end_status(op->type->kind, status);
    }
    return status == COG_OK ? COG_OK : COG_EFAILED;
}

struct cog_coro *cog_coro_end(struct cog_scheduler *scheduler, struct cog_coro *coro, int status) {
    cog_assert(coro->state == COG_CORO_RUNNING);
    coro->state = COG_CORO_ENDED;
    coro->status = status;
    cog_link_remove(&coro->all_link);
    cog_notify_coro(scheduler, COG_EVENT_CORO_ENDED, coro, false);
    cog_coro_term(coro);
    coro->scheduler = NULL;
    struct cog_coro *next = NULL;
    if (coro->caller == NULL && !cog_list_is_empty(&coro->joiners)) {
        next = finish_join(scheduler, coro->joiners.prev, coro);
    }
    while (!cog_list_is_empty(&coro->joiners)) {
        struct cog_coro *joiner = finish_join(scheduler, coro->joiners.next, coro);
        cog_make_ready(scheduler, joiner, scheduler->default_priority != COG_LAST);
    }
    if (coro->caller != NULL) {
        next = coro->caller;
        coro->caller = NULL;
        cog_take_result(&next->op, coro);
        (void)cog_op_finish(scheduler, &next->op, call_status(&next->op, status));
    }
    cog_coro_release(coro);
    return next;
}
