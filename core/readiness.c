/* readiness.c - one attempt of a socket operation. */
#include "core/readiness.h"

#include "core/check.h"

#include <string.h>

/* How much further an operation has come by one primitive: a recv. */
static int attempt_recv(const struct cog_nonblocking_ops *ops, void *context, struct cog_op *op) {
    size_t received = 0;
    int status = ops->recv(context, op->socket, op->u.io.buffer + op->u.io.done,
                           op->u.io.bytes - op->u.io.done, false, &received);
    if (status == COG_OK) {
        cog_assert(received >= 1 && received <= op->u.io.bytes - op->u.io.done);
        op->u.io.done += received;
    }
    return status;
}

static int attempt_recvall(const struct cog_nonblocking_ops *ops, void *context,
                           struct cog_op *op) {
    int status = COG_OK;
    while (status == COG_OK && op->u.io.done < op->u.io.bytes) {
        status = attempt_recv(ops, context, op);
    }
    return status;
}

/* Looks before it takes, so that what comes after the newline stays in the socket. */
static int attempt_recvline(const struct cog_nonblocking_ops *ops, void *context,
                            struct cog_op *op) {
    while (op->u.io.done < op->u.io.bytes) {
        char *at = op->u.io.buffer + op->u.io.done;
        size_t seen = 0;
        int status =
            ops->recv(context, op->socket, at, op->u.io.bytes - op->u.io.done, true, &seen);
        if (status != COG_OK) {
            return status;
        }
        const char *newline = memchr(at, '\n', seen);
        size_t wanted = newline != NULL ? (size_t)(newline - at) + 1 : seen;
        size_t taken = 0;
        status = ops->recv(context, op->socket, at, wanted, false, &taken);
        if (status != COG_OK) {
            return status;
        }
        op->u.io.done += taken;
        if (newline != NULL && taken == wanted) {
            return COG_OK;
        }
    }
    return COG_EFULL;
}

static int attempt_send(const struct cog_nonblocking_ops *ops, void *context, struct cog_op *op) {
    size_t sent = 0;
    int status = ops->send(context, op->socket, op->u.io.buffer + op->u.io.done,
                           op->u.io.bytes - op->u.io.done, &sent);
    if (status == COG_OK) {
        cog_assert(sent >= 1 && sent <= op->u.io.bytes - op->u.io.done);
        op->u.io.done += sent;
    }
    return status;
}

static int attempt_sendall(const struct cog_nonblocking_ops *ops, void *context,
                           struct cog_op *op) {
    int status = COG_OK;
    while (status == COG_OK && op->u.io.done < op->u.io.bytes) {
        status = attempt_send(ops, context, op);
    }
    return status;
}

static int attempt_transfer(const struct cog_nonblocking_ops *ops, void *context,
                            struct cog_scheduler *scheduler, struct cog_op *op,
                            int (*transfer)(const struct cog_nonblocking_ops *, void *,
                                            struct cog_op *)) {
    size_t before = op->u.io.done;
    int status = transfer(ops, context, op);
    if (status == COG_PENDING && op->u.io.done > before) {
        cog_proactor_activity(scheduler, op);
    }
    return status;
}

static int attempt_accept(const struct cog_nonblocking_ops *ops, void *context, struct cog_op *op) {
    int32_t accepted = -1;
    int status = ops->accept(context, op->socket, &accepted);
    if (status == COG_OK) {
        op->socket = accepted;
    }
    return status;
}

int cog_attempt(const struct cog_nonblocking_ops *ops, void *context,
                struct cog_scheduler *scheduler, struct cog_op *op) {
    switch ((int)op->type->kind) {
    case COG_OP_ACCEPT:
        return attempt_accept(ops, context, op);
    case COG_OP_CONNECT:
        return ops->connect(context, op->u.endpoint.address, op->u.endpoint.address_bytes,
                            &op->socket);
    case COG_OP_RECV:
        return attempt_transfer(ops, context, scheduler, op, attempt_recv);
    case COG_OP_RECVALL:
        return attempt_transfer(ops, context, scheduler, op, attempt_recvall);
    case COG_OP_RECVLINE:
        return attempt_transfer(ops, context, scheduler, op, attempt_recvline);
    case COG_OP_SEND:
        return attempt_transfer(ops, context, scheduler, op, attempt_send);
    case COG_OP_SENDALL:
        return attempt_transfer(ops, context, scheduler, op, attempt_sendall);
    default:
        return COG_EINVALID;
    }
}
