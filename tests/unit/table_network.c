/* table_network.c - one connection, by counters. */
#include "tests/unit/table_network.h"

#include "core/readiness.h"

#include <string.h>

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* ---- The primitives ---- */

static int wait_or_fail(const struct table_stage *stage) {
    return stage->network.status != COG_OK ? stage->network.status : COG_PENDING;
}

static int take_arrival(struct table_stage *stage) {
    if (stage->network.arrival_count == 0) {
        return wait_or_fail(stage);
    }
    stage->network.arrival_count--;
    return COG_OK;
}

static int accept_one(void *context, int32_t listener, int32_t *accepted) {
    (void)listener;
    *accepted = TABLE_OTHER_SOCKET;
    return take_arrival(context);
}

static int connect_one(void *context, const struct sockaddr *address, size_t address_bytes,
                       int32_t *socket) {
    (void)address;
    (void)address_bytes;
    *socket = TABLE_SOCKET;
    return take_arrival(context);
}

static int recv_some(void *context, int32_t socket, char *buffer, size_t bytes, bool peek,
                     size_t *received) {
    (void)socket;
    struct table_stage *stage = context;
    struct table_network *network = &stage->network;
    if (network->bytes_in == 0) {
        return wait_or_fail(stage);
    }
    *received = least(bytes, network->bytes_in);
    memset(buffer, 'x', *received);
    if (network->has_line && *received == network->bytes_in) {
        buffer[*received - 1] = '\n';
    }
    if (!peek) {
        network->bytes_in -= *received;
        network->moved_bytes += *received;
    }
    return COG_OK;
}

static int give(struct table_stage *stage, size_t bytes, size_t *sent) {
    if (stage->network.room == 0) {
        return wait_or_fail(stage);
    }
    *sent = least(bytes, stage->network.room);
    stage->network.room -= *sent;
    stage->network.moved_bytes += *sent;
    return COG_OK;
}

static int send_some(void *context, int32_t socket, const char *buffer, size_t bytes,
                     size_t *sent) {
    (void)socket;
    (void)buffer;
    return give(context, bytes, sent);
}

static int send_some_of_file(void *context, int32_t socket, int file, int64_t offset, size_t bytes,
                             size_t *sent) {
    (void)socket;
    (void)file;
    (void)offset;
    return give(context, bytes, sent);
}

static int recv_datagram(void *context, int32_t socket, char *buffer, size_t bytes,
                         struct sockaddr *address, size_t *address_bytes, size_t *received) {
    (void)socket;
    (void)buffer;
    (void)address;
    (void)address_bytes;
    struct table_stage *stage = context;
    int status = take_arrival(stage);
    if (status == COG_OK) {
        *received = bytes;
        stage->network.moved_bytes += bytes;
    }
    return status;
}

static int send_datagram(void *context, int32_t socket, const char *buffer, size_t bytes,
                         const struct sockaddr *address, size_t address_bytes) {
    (void)socket;
    (void)buffer;
    (void)address;
    (void)address_bytes;
    struct table_stage *stage = context;
    int status = take_arrival(stage);
    stage->network.moved_bytes += status == COG_OK ? bytes : 0;
    return status;
}

static const struct cog_nonblocking_ops nonblocking_ops = {
    .accept = accept_one,
    .connect = connect_one,
    .recv = recv_some,
    .send = send_some,
    .recvfrom = recv_datagram,
    .sendto = send_datagram,
    .sendfile = send_some_of_file,
};

/* ---- The proactor ---- */

static void attach(void *context, struct cog_scheduler *scheduler) {
    ((struct table_stage *)context)->scheduler = scheduler;
}

static int attempt(struct table_stage *stage, struct cog_op *op) {
    if (cog_op_coro(op) != stage->subject.coro) {
        return stage->network.is_other_ready ? COG_OK : COG_PENDING;
    }
    if (stage->network.is_closed) {
        return COG_ECLOSED;
    }
    return cog_attempt(&nonblocking_ops, stage, stage->scheduler, op);
}

static int submit(void *context, struct cog_op *op, bool try_first) {
    struct table_stage *stage = context;
    switch ((int)op->type->kind) {
    case COG_OP_CLOSE:
        stage->network.is_closed = true;
        return stage->network.answer;
    case COG_OP_LISTEN:
    case COG_OP_BIND:
    case COG_OP_SHUTDOWN:
        return stage->network.answer;
    default:
        break;
    }
    int status = try_first ? attempt(stage, op) : COG_PENDING;
    if (status == COG_PENDING) {
        cog_list_push_back(&stage->held, &op->link);
        stage->held_count++;
    }
    return status;
}

static void release(struct table_stage *stage, struct cog_op *op) {
    cog_link_remove(&op->link);
    stage->held_count--;
}

static bool cancel(void *context, struct cog_op *op) {
    struct table_stage *stage = context;
    if (stage->refuses) {
        return false;
    }
    release(stage, op);
    return true;
}

static int run(void *context, int64_t timeout_ns) {
    struct table_stage *stage = context;
    if (timeout_ns < 0) {
        table_blame(stage, "the proactor is to sleep for less than nothing");
    }
    struct cog_link *next = NULL;
    for (struct cog_link *link = stage->held.next; link != &stage->held; link = next) {
        struct cog_op *op = cog_container_of(link, struct cog_op, link);
        next = link->next;
        int status = attempt(stage, op);
        if (status != COG_PENDING) {
            release(stage, op);
            cog_proactor_complete(stage->scheduler, op, status);
        }
    }
    return COG_OK;
}

static size_t count_held(const void *context) {
    return ((const struct table_stage *)context)->held_count;
}

static int close_socket(void *context, int32_t socket) {
    (void)socket;
    ((struct table_stage *)context)->network.is_closed = true;
    return COG_OK;
}

static void wake(void *context) {
    (void)context;
}

struct cog_proactor table_network_proactor(struct table_stage *stage) {
    static const struct cog_proactor_ops ops = {.name = "table",
                                                .attach = attach,
                                                .submit = submit,
                                                .cancel = cancel,
                                                .run = run,
                                                .held_count = count_held,
                                                .close_socket = close_socket,
                                                .wake = wake};
    return (struct cog_proactor){.ops = &ops, .context = stage};
}

void table_network_complete(struct table_stage *stage) {
    struct table_network *network = &stage->network;
    size_t left = TABLE_BYTES - network->moved_bytes;
    network->bytes_in += left;
    network->has_line = true;
    network->room += left;
    network->arrival_count++;
}

void table_network_progress(struct table_stage *stage) {
    stage->network.bytes_in += TABLE_PARTIAL_BYTES;
    stage->network.room += TABLE_PARTIAL_BYTES;
}

void table_network_fail(struct table_stage *stage) {
    stage->network.status = COG_ERESET;
}
