/* table_operations_sockets.c - a user's own operation, and those that are about sockets. */
#include "tests/unit/table_operations.h"

#include "tests/unit/table_network.h"

#include <assert.h>

/* ---- A user's own operation ---- */

static struct cog_coro *process_custom(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    const struct table_stage *stage = cog_coro_op(coro)->object;
    if (stage->ends_now || stage->fails_now) {
        return cog_op_finish(scheduler, cog_coro_op(coro), stage->ends_now ? COG_OK : COG_ERESET);
    }
    return cog_park(scheduler, coro, NULL);
}

static bool withdraw_custom(struct cog_scheduler *scheduler, struct cog_op *op) {
    (void)scheduler;
    return !((const struct table_stage *)op->object)->refuses;
}

static void finalize_custom(struct cog_scheduler *scheduler, struct cog_op *op) {
    (void)scheduler;
    struct table_stage *stage = op->object;
    stage->finalized_count++;
    if (stage->finalized_count > 1) {
        table_blame(stage, "it was finalized twice");
    }
}

void table_set_custom(struct cog_op *op, struct table_stage *stage) {
    static const struct cog_op_type type = {.name = "custom",
                                            .kind = COG_OP_CUSTOM,
                                            .is_timed = true,
                                            .process = process_custom,
                                            .withdraw = withdraw_custom,
                                            .finalize = finalize_custom};
    cog_set_custom(op, &type, stage);
}

static void prepare_custom(struct table_stage *stage, enum table_variant variant) {
    stage->ends_now = variant == TABLE_ENDS_AT_ONCE;
    stage->fails_now = variant == TABLE_FAILS_AT_ONCE;
    table_begin(stage);
}

static void set_custom(struct table_stage *stage, struct cog_op *op) {
    table_set_custom(op, stage);
}

static void finish_custom(struct table_stage *stage, int status) {
    struct cog_op *op = cog_coro_op(stage->subject.coro);
    if (table_is_waiting(stage)) {
        cog_make_ready(stage->scheduler, cog_op_finish(stage->scheduler, op, status), false);
    }
}

static void complete_custom(struct table_stage *stage) {
    finish_custom(stage, COG_OK);
}

static void fail_custom(struct table_stage *stage) {
    finish_custom(stage, COG_ERESET);
}

static void progress_custom(struct table_stage *stage) {
    cog_proactor_activity(stage->scheduler, cog_coro_op(stage->subject.coro));
}

/* ---- Sockets ---- */

static bool act_close(struct table_stage *stage, struct cog_op *op) {
    (void)stage;
    cog_set_close(op, TABLE_SOCKET);
    return true;
}

static void prepare_socket(struct table_stage *stage, enum table_variant variant) {
    table_begin(stage);
    if (variant == TABLE_ENDS_AT_ONCE) {
        table_network_complete(stage);
    } else if (variant == TABLE_FAILS_AT_ONCE) {
        table_network_fail(stage);
    }
}

static void prepare_setup(struct table_stage *stage, enum table_variant variant) {
    table_begin(stage);
    stage->network.answer = variant == TABLE_FAILS_AT_ONCE ? COG_EADDRINUSE : COG_OK;
}

static void prepare_teardown(struct table_stage *stage, enum table_variant variant) {
    table_begin(stage);
    stage->network.answer = variant == TABLE_FAILS_AT_ONCE ? COG_EBADSOCKET : COG_OK;
}

static void close_by_helper(struct table_stage *stage) {
    table_tell(stage, &stage->helper, act_close);
}

static void set_socket_op(struct table_stage *stage, struct cog_op *op) {
    char *buffer = stage->buffer;
    switch ((int)stage->operation->kind) {
    case COG_OP_LISTEN:
        cog_set_listen(op, NULL, 0, 1);
        break;
    case COG_OP_BIND:
        cog_set_bind(op, NULL, 0);
        break;
    case COG_OP_ACCEPT:
        cog_set_accept(op, TABLE_SOCKET);
        break;
    case COG_OP_CONNECT:
        cog_set_connect(op, NULL, 0);
        break;
    case COG_OP_SHUTDOWN:
        cog_set_shutdown(op, TABLE_SOCKET);
        break;
    case COG_OP_CLOSE:
        cog_set_close(op, TABLE_SOCKET);
        break;
    case COG_OP_RECV:
        cog_set_recv(op, TABLE_SOCKET, buffer, TABLE_BYTES);
        break;
    case COG_OP_RECVALL:
        cog_set_recvall(op, TABLE_SOCKET, buffer, TABLE_BYTES);
        break;
    case COG_OP_RECVLINE:
        cog_set_recvline(op, TABLE_SOCKET, buffer, TABLE_BYTES);
        break;
    case COG_OP_RECVFROM:
        cog_set_recvfrom(op, TABLE_SOCKET, buffer, TABLE_BYTES, NULL, 0);
        break;
    case COG_OP_SEND:
        cog_set_send(op, TABLE_SOCKET, buffer, TABLE_BYTES);
        break;
    case COG_OP_SENDALL:
        cog_set_sendall(op, TABLE_SOCKET, buffer, TABLE_BYTES);
        break;
    case COG_OP_SENDTO:
        cog_set_sendto(op, TABLE_SOCKET, buffer, TABLE_BYTES, NULL, 0);
        break;
    default:
        assert(stage->operation->kind == COG_OP_SENDFILE);
        cog_set_sendfile(op, TABLE_SOCKET, -1, 0, TABLE_BYTES, 0);
        break;
    }
}

/* ---- All of them ---- */

#define HELD(name_, kind_)                                                                         \
    {                                                                                              \
        .name = (name_), .kind = (kind_), .prepare = prepare_socket, .set = set_socket_op,         \
        .can_fail_at_once = true, .complete = table_network_complete, .fail = table_network_fail,  \
        .end_object = close_by_helper                                                              \
    }

#define HELD_IN_PARTS(name_, kind_)                                                                \
    {                                                                                              \
        .name = (name_), .kind = (kind_), .prepare = prepare_socket, .set = set_socket_op,         \
        .can_fail_at_once = true, .is_partial = true, .complete = table_network_complete,          \
        .fail = table_network_fail, .progress = table_network_progress,                            \
        .end_object = close_by_helper                                                              \
    }

static const struct table_operation operations[] = {
    {.name = "custom",
     .kind = COG_OP_CUSTOM,
     .prepare = prepare_custom,
     .set = set_custom,
     .can_fail_at_once = true,
     .complete = complete_custom,
     .fail = fail_custom,
     .progress = progress_custom},
    TABLE_AT_ONCE("listen", COG_OP_LISTEN, prepare_setup, set_socket_op),
    TABLE_AT_ONCE("bind", COG_OP_BIND, prepare_setup, set_socket_op),
    HELD("accept", COG_OP_ACCEPT),
    HELD("connect", COG_OP_CONNECT),
    HELD("recv", COG_OP_RECV),
    HELD_IN_PARTS("recvall", COG_OP_RECVALL),
    HELD_IN_PARTS("recvline", COG_OP_RECVLINE),
    HELD("recvfrom", COG_OP_RECVFROM),
    HELD("send", COG_OP_SEND),
    HELD_IN_PARTS("sendall", COG_OP_SENDALL),
    HELD("sendto", COG_OP_SENDTO),
    HELD_IN_PARTS("sendfile", COG_OP_SENDFILE),
    TABLE_AT_ONCE("shutdown", COG_OP_SHUTDOWN, prepare_teardown, set_socket_op),
    TABLE_AT_ONCE("close", COG_OP_CLOSE, prepare_teardown, set_socket_op),
};

size_t table_socket_operations(const struct table_operation **out) {
    *out = operations;
    return sizeof operations / sizeof operations[0];
}

bool table_is_held(const struct table_operation *operation) {
    return operation->kind >= COG_OP_LISTEN && operation->complete != NULL;
}
