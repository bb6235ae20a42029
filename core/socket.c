/* socket.c - socket operations: they go to the proactor, which ends them at once or holds them. */
#include "core/check.h"
#include "core/operation.h"
#include "core/scheduler.h"

static struct cog_coro *process_socket(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    struct cog_op *op = &coro->op;
    const struct cog_proactor *proactor = &scheduler->proactor;
    bool try_first = scheduler->multiplex_first || op->type->kind == COG_OP_CONNECT;
    int status = proactor->ops->submit(proactor->context, op, try_first);
    if (status != COG_PENDING) {
        return cog_op_finish(scheduler, op, status);
    }
    return cog_park(scheduler, coro, NULL);
}

static struct cog_coro *process_recv(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    if (coro->op.u.io.bytes == 0) {
        coro->op.u.io.bytes = scheduler->proactor_default_size;
    }
    if (coro->op.u.io.bytes == 0) {
        return cog_op_finish(scheduler, &coro->op, COG_EINVALID);
    }
    return process_socket(scheduler, coro);
}

/* Nothing to send is sent at once. */
static struct cog_coro *process_send(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    return coro->op.u.io.bytes == 0 ? cog_op_finish(scheduler, &coro->op, COG_OK)
                                    : process_socket(scheduler, coro);
}

static bool withdraw_socket(struct cog_scheduler *scheduler, struct cog_op *op) {
    return scheduler->proactor.ops->cancel(scheduler->proactor.context, op);
}

#define SOCKET_OP_TYPE(name_, kind_, is_timed_, process_)                                          \
    {                                                                                              \
        .name = (name_), .kind = (kind_), .is_timed = (is_timed_), .process = (process_),          \
        .withdraw = withdraw_socket                                                                \
    }

static void set_endpoint(struct cog_op *op, const struct cog_op_type *type,
                         const struct sockaddr *address, size_t address_bytes, int backlog) {
    cog_op_init(op, type);
    op->u.endpoint.address = address;
    op->u.endpoint.address_bytes = address_bytes;
    op->u.endpoint.backlog = backlog;
}

static void set_transfer(struct cog_op *op, const struct cog_op_type *type, int32_t socket,
                         char *buffer, size_t bytes) {
    cog_op_init(op, type);
    op->socket = socket;
    op->u.io.buffer = buffer;
    op->u.io.bytes = bytes;
}

void cog_set_listen(struct cog_op *op, const struct sockaddr *address, size_t address_bytes,
                    int backlog) {
    static const struct cog_op_type type =
        SOCKET_OP_TYPE("listen", COG_OP_LISTEN, false, process_socket);
    set_endpoint(op, &type, address, address_bytes, backlog);
}

void cog_set_bind(struct cog_op *op, const struct sockaddr *address, size_t address_bytes) {
    static const struct cog_op_type type =
        SOCKET_OP_TYPE("bind", COG_OP_BIND, false, process_socket);
    set_endpoint(op, &type, address, address_bytes, 0);
}

void cog_set_accept(struct cog_op *op, int32_t listener) {
    static const struct cog_op_type type =
        SOCKET_OP_TYPE("accept", COG_OP_ACCEPT, true, process_socket);
    set_transfer(op, &type, listener, NULL, 0);
}

void cog_set_connect(struct cog_op *op, const struct sockaddr *address, size_t address_bytes) {
    static const struct cog_op_type type =
        SOCKET_OP_TYPE("connect", COG_OP_CONNECT, true, process_socket);
    set_endpoint(op, &type, address, address_bytes, 0);
}

void cog_set_recv(struct cog_op *op, int32_t socket, char *buffer, size_t bytes) {
    static const struct cog_op_type type = SOCKET_OP_TYPE("recv", COG_OP_RECV, true, process_recv);
    set_transfer(op, &type, socket, buffer, bytes);
}

void cog_set_recvall(struct cog_op *op, int32_t socket, char *buffer, size_t bytes) {
    static const struct cog_op_type type =
        SOCKET_OP_TYPE("recvall", COG_OP_RECVALL, true, process_socket);
    set_transfer(op, &type, socket, buffer, bytes);
}

void cog_set_recvline(struct cog_op *op, int32_t socket, char *buffer, size_t bytes) {
    static const struct cog_op_type type =
        SOCKET_OP_TYPE("recvline", COG_OP_RECVLINE, true, process_socket);
    set_transfer(op, &type, socket, buffer, bytes);
}

void cog_set_recvfrom(struct cog_op *op, int32_t socket, char *buffer, size_t bytes,
                      struct sockaddr *address, size_t address_bytes) {
    static const struct cog_op_type type =
        SOCKET_OP_TYPE("recvfrom", COG_OP_RECVFROM, true, process_socket);
    set_transfer(op, &type, socket, buffer, bytes);
    op->object = address;
    op->value.bits = address_bytes;
}

/* What is sent, and where to, is only read; the operation has one field for both directions. */
static void *writable(const void *read_only) {
    union {
        const void *read_only;
        void *pointer;
    } shared = {.read_only = read_only};
    return shared.pointer;
}

static void set_sending(struct cog_op *op, const struct cog_op_type *type, int32_t socket,
                        const char *buffer, size_t bytes) {
    set_transfer(op, type, socket, writable(buffer), bytes);
}

void cog_set_send(struct cog_op *op, int32_t socket, const char *buffer, size_t bytes) {
    static const struct cog_op_type type = SOCKET_OP_TYPE("send", COG_OP_SEND, true, process_send);
    set_sending(op, &type, socket, buffer, bytes);
}

void cog_set_sendall(struct cog_op *op, int32_t socket, const char *buffer, size_t bytes) {
    static const struct cog_op_type type =
        SOCKET_OP_TYPE("sendall", COG_OP_SENDALL, true, process_send);
    set_sending(op, &type, socket, buffer, bytes);
}

/* An empty datagram is one, too. */
void cog_set_sendto(struct cog_op *op, int32_t socket, const char *buffer, size_t bytes,
                    const struct sockaddr *address, size_t address_bytes) {
    static const struct cog_op_type type =
        SOCKET_OP_TYPE("sendto", COG_OP_SENDTO, true, process_socket);
    set_sending(op, &type, socket, buffer, bytes);
    op->object = writable(address);
    op->value.bits = address_bytes;
}

void cog_set_sendfile(struct cog_op *op, int32_t socket, int file, int64_t offset, size_t bytes,
                      size_t block_bytes) {
    static const struct cog_op_type type =
        SOCKET_OP_TYPE("sendfile", COG_OP_SENDFILE, true, process_socket);
    cog_op_init(op, &type);
    op->socket = socket;
    op->file = file;
    op->u.file.offset = offset;
    op->u.file.bytes = bytes;
    op->value.bits = block_bytes;
}

void cog_set_shutdown(struct cog_op *op, int32_t socket) {
    static const struct cog_op_type type =
        SOCKET_OP_TYPE("shutdown", COG_OP_SHUTDOWN, false, process_socket);
    set_transfer(op, &type, socket, NULL, 0);
}

void cog_set_close(struct cog_op *op, int32_t socket) {
    static const struct cog_op_type type =
        SOCKET_OP_TYPE("close", COG_OP_CLOSE, false, process_socket);
    set_transfer(op, &type, socket, NULL, 0);
}
