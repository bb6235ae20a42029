/* readiness.c - one attempt of a socket operation. */
#define _FILE_OFFSET_BITS 64

#include "core/readiness.h"

#include "core/check.h"

#include <errno.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum {
    SENDFILE_BLOCK_BYTES = 65536, /* of a sendfile that names none */
    READ_BLOCK_BYTES = 16384,     /* of a file that is read to be sent; lies on the stack */
};

/* What an operation that moves bytes counts; a sendfile's lies in the same place. */
_Static_assert(offsetof(struct cog_op, u.file.bytes) == offsetof(struct cog_op, u.io.bytes) &&
                   offsetof(struct cog_op, u.file.done) == offsetof(struct cog_op, u.io.done),
               "whoever looks at the bytes of a transfer need not know whether it is a sendfile");

/* Has an attempt that began with `before` bytes done moved enough for now? */
static bool is_burst(const struct cog_nonblocking_ops *ops, const struct cog_op *op,
                     size_t before) {
    return ops->burst_bytes > 0 && op->u.io.done - before >= ops->burst_bytes;
}

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

/* Repeats a primitive that moves some bytes until all have been moved. */
static int attempt_all(const struct cog_nonblocking_ops *ops, void *context, struct cog_op *op,
                       int (*some)(const struct cog_nonblocking_ops *, void *, struct cog_op *)) {
    size_t before = op->u.io.done;
    while (op->u.io.done < op->u.io.bytes) {
        if (is_burst(ops, op, before)) {
            return COG_MORE;
        }
        int status = some(ops, context, op);
        if (status != COG_OK) {
            return status;
        }
    }
    return COG_OK;
}

static int attempt_recvall(const struct cog_nonblocking_ops *ops, void *context,
                           struct cog_op *op) {
    return attempt_all(ops, context, op, attempt_recv);
}

/* Looks before it takes, so that what comes after the newline stays in the socket. */
static int attempt_recvline(const struct cog_nonblocking_ops *ops, void *context,
                            struct cog_op *op) {
    size_t before = op->u.io.done;
    while (op->u.io.done < op->u.io.bytes) {
        if (is_burst(ops, op, before)) {
            return COG_MORE;
        }
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
    return attempt_all(ops, context, op, attempt_send);
}

/* Reads a block of the file and sends as much of it as there is room for. */
static int send_read(const struct cog_nonblocking_ops *ops, void *context, struct cog_op *op,
                     int64_t offset, size_t bytes, size_t *sent) {
    char block[READ_BLOCK_BYTES];
    ssize_t read_bytes = 0;
    do {
        read_bytes =
            pread(op->file, block, bytes < sizeof block ? bytes : sizeof block, (off_t)offset);
    } while (read_bytes < 0 && errno == EINTR);
    *sent = 0;
    if (read_bytes <= 0) {
        return read_bytes < 0 ? COG_EIO : COG_OK;
    }
    return ops->send(context, op->socket, block, (size_t)read_bytes, sent);
}

static int send_block(const struct cog_nonblocking_ops *ops, void *context, struct cog_op *op,
                      size_t *sent) {
    size_t bytes = op->value.bits > 0 ? (size_t)op->value.bits : SENDFILE_BLOCK_BYTES;
    if (op->u.file.bytes > 0 && op->u.file.bytes - op->u.file.done < bytes) {
        bytes = op->u.file.bytes - op->u.file.done;
    }
    int64_t offset = op->u.file.offset + (int64_t)op->u.file.done;
    int status = COG_EUNSUPPORTED;
    if (ops->sendfile != NULL) {
        status = ops->sendfile(context, op->socket, op->file, offset, bytes, sent);
    }
    return status != COG_EUNSUPPORTED ? status : send_read(ops, context, op, offset, bytes, sent);
}

static int attempt_sendfile(const struct cog_nonblocking_ops *ops, void *context,
                            struct cog_op *op) {
    size_t before = op->u.file.done;
    while (op->u.file.bytes == 0 || op->u.file.done < op->u.file.bytes) {
        if (is_burst(ops, op, before)) {
            return COG_MORE;
        }
        size_t sent = 0;
        int status = send_block(ops, context, op, &sent);
        if (status != COG_OK) {
            return status;
        }
        if (sent == 0) {
            return op->u.file.bytes == 0 ? COG_OK : COG_EEND;
        }
        op->u.file.done += sent;
    }
    return COG_OK;
}

static int attempt_transfer(const struct cog_nonblocking_ops *ops, void *context,
                            struct cog_scheduler *scheduler, struct cog_op *op,
                            int (*transfer)(const struct cog_nonblocking_ops *, void *,
                                            struct cog_op *)) {
    size_t before = op->u.io.done;
    int status = transfer(ops, context, op);
    if ((status == COG_PENDING || status == COG_MORE) && op->u.io.done > before) {
        cog_proactor_activity(scheduler, op);
    }
    return status;
}

static int attempt_recvfrom(const struct cog_nonblocking_ops *ops, void *context,
                            struct cog_op *op) {
    if (ops->recvfrom == NULL) {
        return COG_EUNSUPPORTED;
    }
    size_t address_bytes = op->object != NULL ? (size_t)op->value.bits : 0;
    size_t received = 0;
    int status = ops->recvfrom(context, op->socket, op->u.io.buffer, op->u.io.bytes, op->object,
                               &address_bytes, &received);
    if (status == COG_OK || status == COG_EFULL) {
        op->u.io.done = received;
        op->value.bits = address_bytes;
    }
    return status;
}

static int attempt_sendto(const struct cog_nonblocking_ops *ops, void *context, struct cog_op *op) {
    if (ops->sendto == NULL) {
        return COG_EUNSUPPORTED;
    }
    int status = ops->sendto(context, op->socket, op->u.io.buffer, op->u.io.bytes, op->object,
                             (size_t)op->value.bits);
    if (status == COG_OK) {
        op->u.io.done = op->u.io.bytes;
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

enum cog_direction cog_op_direction(const struct cog_op *op) {
    switch ((int)op->type->kind) {
    case COG_OP_CONNECT:
    case COG_OP_SEND:
    case COG_OP_SENDALL:
    case COG_OP_SENDTO:
    case COG_OP_SENDFILE:
        return COG_SENDING;
    default:
        return COG_RECEIVING;
    }
}

bool cog_op_is_empty(const struct cog_op *op) {
    return (op->type->kind == COG_OP_RECVALL || op->type->kind == COG_OP_RECVLINE) &&
           op->u.io.done == op->u.io.bytes;
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
    case COG_OP_RECVFROM:
        return attempt_recvfrom(ops, context, op);
    case COG_OP_SENDTO:
        return attempt_sendto(ops, context, op);
    case COG_OP_SENDFILE:
        return attempt_transfer(ops, context, scheduler, op, attempt_sendfile);
    default:
        return COG_EINVALID;
    }
}
