/* spawn.c - coroutines as operations: spawn, call and join. Their ends meet in cog_coro_end. */
#include "core/check.h"
#include "core/operation.h"
#include "core/scheduler.h"

static bool can_be_added(const struct cog_scheduler *scheduler, const struct cog_coro *coro) {
    return coro->state == COG_CORO_NEW && coro->scheduler == scheduler;
}

static struct cog_coro *process_spawn(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    struct cog_coro *spawned = coro->op.object;
    if (!can_be_added(scheduler, spawned)) {
        return cog_op_finish(scheduler, &coro->op, COG_EINVALID);
    }
    cog_adopt(scheduler, spawned, coro);
    cog_make_ready(scheduler, spawned, !cog_op_has_priority(&coro->op, COG_OP));
    coro->op.value.pointer = spawned;
    (void)cog_op_finish(scheduler, &coro->op, COG_OK);
    if (cog_op_has_priority(&coro->op, COG_CORO)) {
        return coro;
    }
    cog_make_ready(scheduler, coro, false);
    return NULL;
}

static struct cog_coro *process_call(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    struct cog_coro *callee = coro->op.object;
    if (!can_be_added(scheduler, callee)) {
        return cog_op_finish(scheduler, &coro->op, COG_EINVALID);
    }
    (void)cog_park(scheduler, coro, NULL);
    cog_adopt(scheduler, callee, coro);
    callee->caller = coro;
    return callee;
}

/* As call, of a coroutine to which nobody else refers. */
static struct cog_coro *process_call_taken(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    struct cog_coro *callee = coro->op.object;
    struct cog_coro *next = process_call(scheduler, coro);
    cog_coro_release(callee); /* the scheduler holds it until its end, if it could be added */
    return next;
}

/* The caller gives up waiting (its call expires, or is cancelled): the callee runs on, on its own.
 */
static bool withdraw_call(struct cog_scheduler *scheduler, struct cog_op *op) {
    (void)scheduler;
    struct cog_coro *callee = op->object;
    callee->caller = NULL;
    return true;
}

/* The callee may be gone from now on. */
static void finalize_call(struct cog_scheduler *scheduler, struct cog_op *op) {
    (void)scheduler;
    op->object = NULL;
}

static void refuse_call_taken(struct cog_scheduler *scheduler, struct cog_op *op) {
    (void)scheduler;
    cog_coro_release(op->object);
    op->object = NULL;
}

static struct cog_coro *process_join(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    struct cog_coro *joined = cog_coro_retain(coro->op.object);
    if (joined->state == COG_CORO_ENDED) {
        cog_take_result(&coro->op, joined);
        return cog_op_finish(scheduler, &coro->op, joined->status == COG_OK ? COG_OK : COG_EFAILED);
    }
    if (joined == coro || joined->scheduler != scheduler || joined->state == COG_CORO_NEW) {
        return cog_op_finish(scheduler, &coro->op, COG_EINVALID);
    }
    return cog_park(scheduler, coro, &joined->joiners);
}

static void finalize_join(struct cog_scheduler *scheduler, struct cog_op *op) {
    (void)scheduler;
    cog_coro_release(op->object);
}

void cog_set_spawn(struct cog_op *op, struct cog_coro *coro) {
    static const struct cog_op_type type = {
        .name = "spawn", .kind = COG_OP_SPAWN, .process = process_spawn};
    cog_assert(coro != NULL);
    cog_op_init(op, &type);
    op->object = coro;
}

static void set_call(struct cog_op *op, const struct cog_op_type *type, struct cog_coro *coro) {
    cog_assert(coro != NULL);
    cog_op_init(op, type);
    op->object = coro;
}

void cog_set_call(struct cog_op *op, struct cog_coro *coro) {
    static const struct cog_op_type type = {.name = "call",
                                            .kind = COG_OP_CALL,
                                            .process = process_call,
                                            .withdraw = withdraw_call,
                                            .finalize = finalize_call,
                                            .refuse = finalize_call};
    set_call(op, &type, coro);
}

void cog_set_call_take(struct cog_op *op, struct cog_coro *coro) {
    static const struct cog_op_type type = {.name = "call",
                                            .kind = COG_OP_CALL,
                                            .process = process_call_taken,
                                            .withdraw = withdraw_call,
                                            .finalize = finalize_call,
                                            .refuse = refuse_call_taken};
    set_call(op, &type, coro);
}

void cog_set_join(struct cog_op *op, struct cog_coro *coro) {
    static const struct cog_op_type type = {.name = "join",
                                            .kind = COG_OP_JOIN,
                                            .is_timed = true,
                                            .process = process_join,
                                            .finalize = finalize_join};
    cog_assert(coro != NULL);
    cog_op_init(op, &type);
    op->object = coro;
}
