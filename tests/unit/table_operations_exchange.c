/* table_operations_exchange.c - those that are about channels, pipes and mailboxes. */
#include "tests/unit/table_operations.h"

static const union cog_value answer = {.number = 42};

/* ---- Publish-subscribe ---- */

enum { KEY = 5 };

static bool act_publish(struct table_stage *stage, struct cog_op *op) {
    cog_set_publish(op, stage->channel, answer);
    return true;
}

static bool act_subscribe(struct table_stage *stage, struct cog_op *op) {
    cog_set_subscribe(op, stage->channel);
    return true;
}

static bool act_subscribe_key(struct table_stage *stage, struct cog_op *op) {
    cog_set_subscribe_key(op, stage->channel, KEY);
    return true;
}

static void make_channel(struct table_stage *stage, table_act subscribe) {
    table_expect_ok(cog_channel_new(stage->scheduler, NULL, &stage->channel));
    table_begin(stage);
    if (subscribe != NULL) {
        table_let(stage, &stage->subject, subscribe);
    }
}

/* Those that allocate fail for want of memory. */
static void prepare_channel(struct table_stage *stage, enum table_variant variant) {
    make_channel(stage, NULL);
    stage->fails_memory = variant == TABLE_FAILS_AT_ONCE;
}

static void prepare_unsubscribe(struct table_stage *stage, enum table_variant variant) {
    make_channel(stage, variant != TABLE_FAILS_AT_ONCE ? act_subscribe : NULL);
}

static void prepare_fetch(struct table_stage *stage, enum table_variant variant) {
    prepare_unsubscribe(stage, variant);
    if (variant == TABLE_ENDS_AT_ONCE) {
        table_let(stage, &stage->helper, act_publish);
    }
}

static void prepare_fetch_key(struct table_stage *stage, enum table_variant variant) {
    make_channel(stage, variant != TABLE_FAILS_AT_ONCE ? act_subscribe_key : NULL);
    if (variant == TABLE_ENDS_AT_ONCE) {
        table_let(stage, &stage->helper, act_publish);
    }
}

static void set_publish(struct table_stage *stage, struct cog_op *op) {
    cog_set_publish(op, stage->channel, answer);
}

static void set_subscribe(struct table_stage *stage, struct cog_op *op) {
    cog_set_subscribe(op, stage->channel);
}

static void set_unsubscribe(struct table_stage *stage, struct cog_op *op) {
    cog_set_unsubscribe(op, stage->channel);
}

static void set_fetch(struct table_stage *stage, struct cog_op *op) {
    cog_set_fetch(op, stage->channel);
}

static void set_fetch_key(struct table_stage *stage, struct cog_op *op) {
    cog_set_fetch_key(op, stage->channel, KEY);
}

static void complete_fetch(struct table_stage *stage) {
    table_tell(stage, &stage->helper, act_publish);
}

static void free_channel(struct table_stage *stage) {
    cog_channel_free(stage->channel);
    stage->channel = NULL;
}

/* ---- Pipes: the producer is the other, or for chunk the subject ---- */

static bool act_next(struct table_stage *stage, struct cog_op *op) {
    cog_set_pipe_next(op, stage->pipe);
    return true;
}

static bool act_chunk(struct table_stage *stage, struct cog_op *op) {
    cog_set_pipe_chunk(op, stage->pipe, answer);
    return true;
}

static bool act_stop(struct table_stage *stage, struct cog_op *op) {
    cog_set_pipe_stop(op, stage->pipe);
    return true;
}

static void make_pipe(struct table_stage *stage) {
    table_expect_ok(cog_pipe_new(stage->scheduler, stage->other.coro, NULL, &stage->pipe));
    table_begin(stage);
}

static void prepare_next(struct table_stage *stage, enum table_variant variant) {
    make_pipe(stage);
    if (variant == TABLE_WAITS) {
        return;
    }
    table_let(stage, &stage->helper, act_next);
    if (variant == TABLE_FAILS_AT_ONCE) {
        table_end(stage, &stage->other, COG_OK);
    } else {
        /* The helper gives up; the chunk waits for the subject. */
        table_expect_ok(cog_cancel(stage->helper.coro));
        table_tell(stage, &stage->other, act_chunk);
    }
    table_settle(stage);
}

static void prepare_chunk(struct table_stage *stage, enum table_variant variant) {
    table_expect_ok(cog_pipe_new(stage->scheduler, stage->subject.coro, NULL, &stage->pipe));
    table_add(stage, &stage->helper);
    table_add(stage, &stage->other);
    table_settle(stage);
    table_let(stage, &stage->helper, act_next);
    if (variant == TABLE_FAILS_AT_ONCE) {
        table_expect_ok(cog_cancel(stage->helper.coro));
        table_let(stage, &stage->other, act_stop);
    }
}

static void prepare_stop(struct table_stage *stage, enum table_variant variant) {
    make_pipe(stage);
    if (variant == TABLE_ENDS_AT_ONCE) {
        return;
    }
    table_let(stage, &stage->helper, act_next);
    if (variant == TABLE_WAITS) {
        table_let(stage, &stage->other, act_chunk);
    }
}

static void set_next(struct table_stage *stage, struct cog_op *op) {
    cog_set_pipe_next(op, stage->pipe);
}

static void set_chunk(struct table_stage *stage, struct cog_op *op) {
    cog_set_pipe_chunk(op, stage->pipe, answer);
}

static void set_stop(struct table_stage *stage, struct cog_op *op) {
    cog_set_pipe_stop(op, stage->pipe);
}

static void complete_next(struct table_stage *stage) {
    table_tell(stage, &stage->other, act_chunk);
}

static void complete_chunk(struct table_stage *stage) {
    table_tell(stage, &stage->helper, act_next);
}

static void stop_chunk(struct table_stage *stage) {
    table_tell(stage, &stage->helper, act_stop);
}

static void free_pipe(struct table_stage *stage) {
    cog_pipe_free(stage->pipe);
    stage->pipe = NULL;
}

/* ---- Mailboxes ---- */

static void post(struct table_stage *stage) {
    table_expect_ok(cog_post(stage->mailbox, answer));
}

static void prepare_take(struct table_stage *stage, enum table_variant variant) {
    table_expect_ok(cog_mailbox_new(stage->scheduler, NULL, &stage->mailbox));
    table_begin(stage);
    if (variant == TABLE_ENDS_AT_ONCE) {
        post(stage);
    }
}

static void set_take(struct table_stage *stage, struct cog_op *op) {
    cog_set_take(op, stage->mailbox);
}

static void free_mailbox(struct table_stage *stage) {
    cog_mailbox_free(stage->mailbox);
    stage->mailbox = NULL;
}

/* ---- All of them ---- */

static const struct table_operation operations[] = {
    TABLE_AT_ONCE("publish", COG_OP_PUBLISH, prepare_channel, set_publish),
    TABLE_AT_ONCE("subscribe", COG_OP_SUBSCRIBE, prepare_channel, set_subscribe),
    TABLE_AT_ONCE("unsubscribe", COG_OP_UNSUBSCRIBE, prepare_unsubscribe, set_unsubscribe),
    {.name = "fetch",
     .kind = COG_OP_FETCH,
     .prepare = prepare_fetch,
     .set = set_fetch,
     .can_fail_at_once = true,
     .complete = complete_fetch,
     .free_object = free_channel},
    {.name = "fetch key",
     .kind = COG_OP_FETCH,
     .prepare = prepare_fetch_key,
     .set = set_fetch_key,
     .can_fail_at_once = true,
     .complete = complete_fetch,
     .free_object = free_channel},
    {.name = "next",
     .kind = COG_OP_PIPE_NEXT,
     .prepare = prepare_next,
     .set = set_next,
     .can_fail_at_once = true,
     .complete = complete_next,
     .fail = table_end_other_badly,
     .end_object = table_end_other_well,
     .free_object = free_pipe},
    {.name = "chunk",
     .kind = COG_OP_PIPE_CHUNK,
     .prepare = prepare_chunk,
     .set = set_chunk,
     .can_fail_at_once = true,
     .complete = complete_chunk,
     .fail = stop_chunk,
     .free_object = free_pipe},
    {.name = "stop",
     .kind = COG_OP_PIPE_STOP,
     .prepare = prepare_stop,
     .set = set_stop,
     .can_fail_at_once = true,
     .complete = table_end_other_well,
     .fail = table_end_other_badly,
     .end_object = table_cancel_other,
     .free_object = free_pipe},
    {.name = "take",
     .kind = COG_OP_TAKE,
     .prepare = prepare_take,
     .set = set_take,
     .complete = post,
     .free_object = free_mailbox},
};

size_t table_exchange_operations(const struct table_operation **out) {
    *out = operations;
    return sizeof operations / sizeof operations[0];
}
