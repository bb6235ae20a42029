/* uring_operations.c - what an operation asks of the kernel, and what the answer makes of it. */
#include "core/uring.h"

#if defined(COG_HAS_URING)

#include "core/nonblocking_posix.h"

#include <errno.h>
#include <poll.h>

/* ---- Attempts ---- */

int cog_uring_adopt(struct cog_uring *uring, int32_t *number) {
    int status = cog_posix_set_blocking(*number, true)
                     ? cog_descriptors_open(&uring->descriptors, *number)
                     : COG_EPROACTOR;
    if (status != COG_OK) {
        cog_posix_close(*number);
        *number = -1;
    }
    return status;
}

/* sendfile has no flag for not waiting. */
static int sendfile_once(void *context, int32_t socket, int file, int64_t offset, size_t bytes,
                         size_t *sent) {
    (void)context;
    if (!cog_posix_set_blocking(socket, false)) {
        return COG_EBADSOCKET;
    }
    int status = cog_nonblocking_posix()->sendfile(NULL, socket, file, offset, bytes, sent);
    int error = errno;
    (void)cog_posix_set_blocking(socket, true);
    errno = error;
    return status;
}

/* Of a listener that somebody has made non-blocking. */
static int accept_once(void *context, int32_t listener, int32_t *accepted) {
    int status = cog_nonblocking_posix()->accept(NULL, listener, accepted);
    return status == COG_OK ? cog_uring_adopt(context, accepted) : status;
}

/* What a receive of a stream has shown: who has got all that he asked for may find more. */
static void note_received(struct cog_descriptor *descriptor, bool has_all) {
    descriptor->may_be_ready = has_all ? (uint8_t)(descriptor->may_be_ready | COG_RECEIVING_BIT)
                                       : (uint8_t)(descriptor->may_be_ready & ~COG_RECEIVING_BIT);
}

static int recv_once(void *context, int32_t socket, char *buffer, size_t bytes, bool peek,
                     size_t *received) {
    struct cog_uring *uring = context;
    int status = cog_nonblocking_posix()->recv(NULL, socket, buffer, bytes, peek, received);
    if (!peek || status == COG_PENDING) {
        note_received(cog_descriptors_find(&uring->descriptors, socket),
                      status == COG_OK && *received == bytes);
    }
    return status;
}

void cog_uring_init_operations(struct cog_uring *uring) {
    uring->primitives = *cog_nonblocking_posix();
    uring->primitives.accept = accept_once;
    uring->primitives.recv = recv_once;
    uring->primitives.sendfile = sendfile_once;
}

int cog_uring_attempt(struct cog_uring *uring, struct cog_op *op) {
    return cog_attempt(&uring->primitives, uring, uring->scheduler, op);
}

bool cog_uring_try(struct cog_uring *uring, struct cog_uring_request *request) {
    int status = cog_uring_attempt(uring, request->op);
    request->is_settled = status != COG_PENDING && status != COG_MORE;
    request->result = status;
    return request->is_settled;
}

/* ---- Asking ---- */

static bool is_internet(const struct sockaddr *address) {
    return address == NULL || address->sa_family == AF_INET || address->sa_family == AF_INET6;
}

/* Does it take more than the kernel does in one go? A Unix socket for datagrams is always ready to
 * send, which would have the kernel try again and again. */
static bool needs_attempt(const struct cog_op *op) {
    switch ((int)op->type->kind) {
    case COG_OP_RECVLINE:
    case COG_OP_SENDFILE:
        return true;
    case COG_OP_SENDTO:
        return !is_internet(op->object);
    default:
        return false;
    }
}

void cog_uring_start(struct cog_uring *uring, struct cog_uring_request *request) {
    request->polls = needs_attempt(request->op) || cog_op_is_empty(request->op);
    request->is_accept = request->op->type->kind == COG_OP_ACCEPT;
    if (cog_op_is_empty(request->op)) {
        request->result = 0;
        request->state = COG_URING_ARRIVED;
        cog_list_push_back(&uring->arrived, &request->link);
        cog_wakeup_raise(&uring->wakeup);
    } else {
        cog_uring_want(uring, request);
    }
}

static void prepare_message(struct cog_uring_request *request, size_t address_bytes) {
    const struct cog_op *op = request->op;
    request->part = (struct iovec){.iov_base = op->u.io.buffer, .iov_len = op->u.io.bytes};
    request->message = (struct msghdr){.msg_name = op->object,
                                       .msg_namelen = (socklen_t)address_bytes,
                                       .msg_iov = &request->part,
                                       .msg_iovlen = 1};
}

static void prepare_poll(struct io_uring_sqe *sqe, const struct cog_op *op) {
    bool sends = cog_op_direction(op) == COG_SENDING;
    io_uring_prep_poll_add(sqe, op->socket, sends ? POLLOUT : POLLIN);
}

/* Of what is left of a transfer, as much as others may be kept waiting for. */
static size_t piece_bytes(const struct cog_op *op, size_t burst_bytes) {
    size_t left = op->u.io.bytes - op->u.io.done;
    return left < burst_bytes ? left : burst_bytes;
}

/* Of one that has nothing there, as far as is known, the kernel waits first. */
static void prepare_recv(const struct cog_uring *uring, struct io_uring_sqe *sqe,
                         const struct cog_uring_request *request) {
    const struct cog_op *op = request->op;
    io_uring_prep_recv(sqe, op->socket, op->u.io.buffer + op->u.io.done,
                       piece_bytes(op, uring->primitives.burst_bytes), 0);
#if defined(IORING_RECVSEND_POLL_FIRST)
    if (uring->cooperates && (request->descriptor->may_be_ready & COG_RECEIVING_BIT) == 0) {
        sqe->ioprio |= IORING_RECVSEND_POLL_FIRST;
    }
#endif
}

void cog_uring_prepare(struct cog_uring *uring, struct io_uring_sqe *sqe,
                       struct cog_uring_request *request) {
    const struct cog_op *op = request->op;
    if (request->polls) {
        prepare_poll(sqe, op);
        return;
    }
    switch ((int)op->type->kind) {
    case COG_OP_ACCEPT:
        io_uring_prep_accept(sqe, op->socket, NULL, NULL, SOCK_CLOEXEC);
        return;
    case COG_OP_CONNECT:
        io_uring_prep_connect(sqe, op->socket, op->u.endpoint.address,
                              (socklen_t)op->u.endpoint.address_bytes);
        return;
    case COG_OP_RECV:
    case COG_OP_RECVALL:
        prepare_recv(uring, sqe, request);
        return;
    case COG_OP_SEND:
    case COG_OP_SENDALL:
        io_uring_prep_send(sqe, op->socket, op->u.io.buffer + op->u.io.done,
                           piece_bytes(op, uring->primitives.burst_bytes), MSG_NOSIGNAL);
        return;
    case COG_OP_RECVFROM:
        prepare_message(request, op->object != NULL ? (size_t)op->value.bits : 0);
        io_uring_prep_recvmsg(sqe, op->socket, &request->message, 0);
        return;
    case COG_OP_SENDTO:
        prepare_message(request, (size_t)op->value.bits);
        io_uring_prep_sendmsg(sqe, op->socket, &request->message, MSG_NOSIGNAL);
        return;
    default:
        prepare_poll(sqe, op);
        return;
    }
}

/* ---- Answers ---- */

/* Nothing has come of it, and that says nothing about the socket: taken back, interrupted, the
 * thread that asked has ended, or somebody has made the socket non-blocking. */
static bool is_nothing(int32_t result) {
    return result == -ECANCELED || result == -EINTR || result == -EAGAIN;
}

static bool takes_all(const struct cog_op *op) {
    return op->type->kind == COG_OP_RECVALL || op->type->kind == COG_OP_SENDALL;
}

/* What a piece makes of a recv, recvall, send or sendall. */
static int settle_bytes(const struct cog_uring *uring, const struct cog_uring_request *request) {
    struct cog_op *op = request->op;
    int32_t result = request->result;
    if (result <= 0) {
        return result < 0 ? cog_posix_status(-result) : COG_ECLOSED;
    }
    if (request->descriptor != NULL && cog_op_direction(op) == COG_RECEIVING) {
        note_received(request->descriptor,
                      (size_t)result == piece_bytes(op, uring->primitives.burst_bytes));
    }
    op->u.io.done += (size_t)result;
    return takes_all(op) && op->u.io.done < op->u.io.bytes ? COG_PENDING : COG_OK;
}

static int settle_accept(struct cog_uring *uring, struct cog_op *op, int32_t result) {
    if (result < 0) {
        return cog_posix_accept_status(-result);
    }
    int32_t accepted = result;
    int status = cog_descriptors_open(&uring->descriptors, accepted);
    if (status != COG_OK) {
        cog_posix_close(accepted);
        return status;
    }
    op->socket = accepted;
    return COG_OK;
}

static int settle_recvfrom(struct cog_uring_request *request) {
    struct cog_op *op = request->op;
    if (request->result < 0) {
        return cog_posix_status(-request->result);
    }
    op->u.io.done = (size_t)request->result;
    op->value.bits = request->message.msg_namelen;
    return (request->message.msg_flags & MSG_TRUNC) != 0 ? COG_EFULL : COG_OK;
}

/* The attempt reports its activity itself. */
static int settle_readiness(struct cog_uring *uring, struct cog_uring_request *request) {
    if (request->result < 0) {
        return cog_posix_status(-request->result);
    }
    int status = request->op->type->kind == COG_OP_CONNECT
                     ? cog_posix_ask_connect(request->op->socket)
                     : cog_uring_attempt(uring, request->op);
    return status == COG_MORE ? COG_PENDING : status;
}

int cog_uring_settle(struct cog_uring *uring, struct cog_uring_request *request) {
    struct cog_op *op = request->op;
    int32_t result = request->result;
    if (request->is_settled) {
        return result;
    }
    if (is_nothing(result)) {
        request->polls = request->polls || result == -EAGAIN;
        return COG_PENDING;
    }
    if (request->polls) {
        return settle_readiness(uring, request);
    }
    int status = COG_OK;
    switch ((int)op->type->kind) {
    case COG_OP_ACCEPT:
        return settle_accept(uring, op, result);
    case COG_OP_RECVFROM:
        return settle_recvfrom(request);
    case COG_OP_CONNECT:
        return result < 0 ? cog_posix_status(-result) : COG_OK;
    case COG_OP_SENDTO:
        op->u.io.done = result < 0 ? 0 : op->u.io.bytes;
        return result < 0 ? cog_posix_status(-result) : COG_OK;
    default:
        status = settle_bytes(uring, request);
        if (status == COG_PENDING) {
            cog_proactor_activity(uring->scheduler, op);
        }
        return status;
    }
}

bool cog_uring_is_final(struct cog_uring_request *request) {
    struct cog_op *op = request->op;
    int32_t result = request->result;
    if (is_nothing(result) || op->type->kind == COG_OP_CONNECT) {
        return false;
    }
    if (request->polls) {
        return result < 0;
    }
    if (op->type->kind == COG_OP_ACCEPT && result < 0) {
        return cog_posix_accept_status(-result) != COG_PENDING;
    }
    if (takes_all(op) && result > 0 && op->u.io.done + (size_t)result < op->u.io.bytes) {
        op->u.io.done += (size_t)result;
        return false;
    }
    return true;
}

#endif
