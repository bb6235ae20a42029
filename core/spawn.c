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
    struct cog_coro *failed = cog_park(scheduler, coro, NULL);
    if (failed != NULL) {
        return failed;
    }
    cog_adopt(scheduler, callee, coro);
    callee->caller = coro;
    return callee;
}

/* The caller gives up waiting (its call is cancelled): the callee runs on, on its own. */
static bool withdraw_call(struct cog_scheduler *scheduler, struct cog_op *op) {
    (void)scheduler;
    struct cog_coro *callee = op->object;
    callee->caller = NULL;
    return true;
}

static struct cog_coro *process_join(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    struct cog_coro *joined = cog_coro_retain(coro->op.object);
    if (joined == coro || joined->scheduler != scheduler || joined->state == COG_CORO_NEW) {
        return cog_op_finish(scheduler, &coro->op, COG_EINVALID);
    }
    if (joined->state == COG_CORO_ENDED) {
        coro->op.value = joined->result;
        return cog_op_finish(scheduler, &coro->op, joined->status == COG_OK ? COG_OK : COG_EFAILED);
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
    cog_op_init(op, &type);
    op->object = coro;
}

void cog_set_call(struct cog_op *op, struct cog_coro *coro) {
    static const struct cog_op_type type = {
        .name = "call", .kind = COG_OP_CALL, .process = process_call, .withdraw = withdraw_call};
    cog_op_init(op, &type);
    op->object = coro;
}

void cog_set_join(struct cog_op *op, struct cog_coro *coro) {
    static const struct cog_op_type type = {.name = "join",
                                            .kind = COG_OP_JOIN,
                                            .is_timed = true,
                                            .process = process_join,
                                            .finalize = finalize_join};
    cog_op_init(op, &type);
    op->object = coro;
}
