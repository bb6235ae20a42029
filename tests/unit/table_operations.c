/* table_operations.c - those that are about time, signals, coroutines and queues. */
#include "tests/unit/table_operations.h"

static const union cog_value answer = {.number = 42};

static void prepare_nothing(struct table_stage *stage, enum table_variant variant) {
    (void)variant;
    table_begin(stage);
}

/* ---- Time ---- */

static void set_yield(struct table_stage *stage, struct cog_op *op) {
    (void)stage;
    cog_set_yield(op);
}

/* Longer than a default timeout, to show that this is not about it. */
static void set_sleep(struct table_stage *stage, struct cog_op *op) {
    bool has_default = stage->options.default_timeout_ns > 0;
    cog_set_sleep(op, has_default ? 100 * TABLE_DELTA_NS : TABLE_DELTA_NS);
}

static void complete_sleep(struct table_stage *stage) {
    stage->now_ns = TABLE_START_NS + TABLE_DELTA_NS;
}

/* ---- Signals ---- */

static bool act_wait(struct table_stage *stage, struct cog_op *op) {
    cog_set_wait(op, stage->signal);
    return true;
}

static bool act_signal(struct table_stage *stage, struct cog_op *op) {
    cog_set_signal(op, stage->signal, answer, 0);
    return true;
}

static void prepare_signal(struct table_stage *stage, enum table_variant variant) {
    stage->is_nowait = variant != TABLE_WAITS;
    table_expect_ok(cog_signal_new(stage->scheduler, NULL, &stage->signal));
    table_begin(stage);
}

static void set_wait(struct table_stage *stage, struct cog_op *op) {
    cog_set_wait(op, stage->signal);
}

static void set_signal(struct table_stage *stage, struct cog_op *op) {
    cog_set_signal(op, stage->signal, answer, stage->is_nowait ? 0 : 1);
}

static void complete_wait(struct table_stage *stage) {
    table_tell(stage, &stage->helper, act_signal);
}

static void complete_signal(struct table_stage *stage) {
    table_tell(stage, &stage->helper, act_wait);
}

static void free_signal(struct table_stage *stage) {
    cog_signal_free(stage->signal);
    stage->signal = NULL;
}

/* ---- Coroutines ---- */

static void prepare_new_coro(struct table_stage *stage, enum table_variant variant) {
    if (variant == TABLE_FAILS_AT_ONCE) {
        table_begin_all(stage);
    } else {
        table_begin(stage);
    }
}

static void prepare_join(struct table_stage *stage, enum table_variant variant) {
    table_begin_all(stage);
    if (variant != TABLE_WAITS) {
        table_end(stage, &stage->other, variant == TABLE_ENDS_AT_ONCE ? COG_OK : COG_ERESET);
        table_settle(stage);
    }
}

static void set_spawn(struct table_stage *stage, struct cog_op *op) {
    cog_set_spawn(op, stage->other.coro);
}

static void set_call(struct table_stage *stage, struct cog_op *op) {
    cog_set_call(op, stage->other.coro);
}

static void set_join(struct table_stage *stage, struct cog_op *op) {
    cog_set_join(op, stage->other.coro);
}

void table_end_other_well(struct table_stage *stage) {
    table_end(stage, &stage->other, COG_OK);
}

void table_end_other_badly(struct table_stage *stage) {
    table_end(stage, &stage->other, COG_ERESET);
}

void table_cancel_other(struct table_stage *stage) {
    table_expect_ok(cog_cancel(stage->other.coro));
}

/* ---- Queues: one of size 1 ---- */

static bool act_put(struct table_stage *stage, struct cog_op *op) {
    cog_set_put(op, stage->queue, answer, false);
    return true;
}

static bool act_get(struct table_stage *stage, struct cog_op *op) {
    cog_set_get(op, stage->queue, false);
    return true;
}

static bool act_done(struct table_stage *stage, struct cog_op *op) {
    cog_set_queue_done(op, stage->queue);
    return true;
}

static void make_queue(struct table_stage *stage, bool is_full) {
    struct cog_queue_options options = {.size = 1};
    table_expect_ok(cog_queue_new(stage->scheduler, &options, &stage->queue));
    table_begin(stage);
    if (is_full) {
        table_let(stage, &stage->helper, act_put);
    }
}

static void prepare_put(struct table_stage *stage, enum table_variant variant) {
    stage->is_nowait = variant == TABLE_FAILS_AT_ONCE;
    make_queue(stage, variant != TABLE_ENDS_AT_ONCE);
}

static void prepare_get(struct table_stage *stage, enum table_variant variant) {
    stage->is_nowait = variant == TABLE_FAILS_AT_ONCE;
    make_queue(stage, variant == TABLE_ENDS_AT_ONCE);
}

static void prepare_done(struct table_stage *stage, enum table_variant variant) {
    make_queue(stage, variant != TABLE_FAILS_AT_ONCE);
}

static void prepare_drain(struct table_stage *stage, enum table_variant variant) {
    make_queue(stage, variant == TABLE_WAITS);
}

static void set_put(struct table_stage *stage, struct cog_op *op) {
    cog_set_put(op, stage->queue, answer, stage->is_nowait);
}

static void set_get(struct table_stage *stage, struct cog_op *op) {
    cog_set_get(op, stage->queue, stage->is_nowait);
}

static void set_done(struct table_stage *stage, struct cog_op *op) {
    cog_set_queue_done(op, stage->queue);
}

static void set_drain(struct table_stage *stage, struct cog_op *op) {
    cog_set_queue_join(op, stage->queue);
}

static void complete_put(struct table_stage *stage) {
    table_tell(stage, &stage->helper, act_get);
}

static void complete_get(struct table_stage *stage) {
    table_tell(stage, &stage->helper, act_put);
}

static void complete_drain(struct table_stage *stage) {
    table_tell(stage, &stage->helper, act_done);
}

static void free_queue(struct table_stage *stage) {
    cog_queue_free(stage->queue);
    stage->queue = NULL;
}

/* ---- All of them ---- */

static const struct table_operation operations[] = {
    {.name = "yield", .kind = COG_OP_YIELD, .prepare = prepare_nothing, .set = set_yield},
    {.name = "sleep",
     .kind = COG_OP_SLEEP,
     .prepare = prepare_nothing,
     .set = set_sleep,
     .complete = complete_sleep},
    {.name = "wait",
     .kind = COG_OP_WAIT,
     .prepare = prepare_signal,
     .set = set_wait,
     .complete = complete_wait,
     .free_object = free_signal},
    {.name = "signal",
     .kind = COG_OP_SIGNAL,
     .prepare = prepare_signal,
     .set = set_signal,
     .complete = complete_signal,
     .free_object = free_signal},
    TABLE_AT_ONCE("spawn", COG_OP_SPAWN, prepare_new_coro, set_spawn),
    {.name = "call",
     .kind = COG_OP_CALL,
     .prepare = prepare_new_coro,
     .set = set_call,
     .can_fail_at_once = true,
     .complete = table_end_other_well,
     .fail = table_end_other_badly,
     .end_object = table_cancel_other},
    {.name = "join",
     .kind = COG_OP_JOIN,
     .prepare = prepare_join,
     .set = set_join,
     .can_fail_at_once = true,
     .complete = table_end_other_well,
     .fail = table_end_other_badly,
     .end_object = table_cancel_other},
    {.name = "put",
     .kind = COG_OP_QUEUE_PUT,
     .prepare = prepare_put,
     .set = set_put,
     .can_fail_at_once = true,
     .complete = complete_put,
     .free_object = free_queue},
    {.name = "get",
     .kind = COG_OP_QUEUE_GET,
     .prepare = prepare_get,
     .set = set_get,
     .can_fail_at_once = true,
     .complete = complete_get,
     .free_object = free_queue},
    TABLE_AT_ONCE("done", COG_OP_QUEUE_DONE, prepare_done, set_done),
    {.name = "drain",
     .kind = COG_OP_QUEUE_JOIN,
     .prepare = prepare_drain,
     .set = set_drain,
     .complete = complete_drain,
     .free_object = free_queue},
};

size_t table_plain_operations(const struct table_operation **out) {
    *out = operations;
    return sizeof operations / sizeof operations[0];
}

const struct table_operation *table_operation_at(size_t index) {
    size_t (*const parts[])(const struct table_operation **) = {
        table_plain_operations, table_exchange_operations, table_socket_operations};
    for (size_t part = 0; part < sizeof parts / sizeof parts[0]; part++) {
        const struct table_operation *part_operations = NULL;
        size_t count = parts[part](&part_operations);
        if (index < count) {
            return &part_operations[index];
        }
        index -= count;
    }
    return NULL;
}
