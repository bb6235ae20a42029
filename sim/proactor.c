/* proactor.c - holds operations on simulated sockets and attempts them when something arrives. */
#include "sim/proactor.h"

#include "core/check.h"

void sim_proactor_init(struct sim_proactor *proactor, struct sim_network *network, uint32_t host) {
    *proactor = (struct sim_proactor){.network = network, .host = host};
    cog_list_init(&proactor->dirty);
}

void sim_proactor_wake(struct sim_proactor *proactor, struct sim_socket *socket) {
    bool is_awaited =
        !cog_list_is_empty(&socket->receivers) || !cog_list_is_empty(&socket->senders);
    if (is_awaited && !cog_link_is_linked(&socket->dirty_link)) {
        cog_list_push_back(&proactor->dirty, &socket->dirty_link);
        socket->dirty_event = proactor->network->tracer->current;
    }
}

bool sim_proactor_has_work(const struct sim_proactor *proactor) {
    return !cog_list_is_empty(&proactor->dirty);
}

/* ---- Attempts ---- */

static struct sim_socket *socket_of(struct sim_proactor *proactor, int32_t number) {
    return sim_network_socket(proactor->network, proactor->host, number);
}

static int try_accept(void *context, int32_t listener, int32_t *accepted) {
    struct sim_proactor *proactor = context;
    return sim_socket_accept(proactor->network, socket_of(proactor, listener), accepted);
}

static int try_connect(void *context, const struct sockaddr *address, size_t address_bytes,
                       int32_t *number) {
    struct sim_proactor *proactor = context;
    if (*number == -1) {
        return sim_network_connect(proactor->network, proactor->host, address, address_bytes,
                                   number);
    }
    struct sim_socket *socket = socket_of(proactor, *number);
    if (socket->state == SIM_SOCKET_CONNECTING && socket->failure == COG_OK) {
        return COG_PENDING;
    }
    if (socket->failure == COG_OK) {
        return COG_OK;
    }
    int failure = socket->failure;
    sim_socket_close(proactor->network, socket);
    *number = -1;
    return failure;
}

static int try_recv(void *context, int32_t number, char *buffer, size_t bytes, bool peek,
                    size_t *received) {
    struct sim_proactor *proactor = context;
    return sim_socket_recv(proactor->network, socket_of(proactor, number), buffer, bytes, peek,
                           received);
}

static int try_send(void *context, int32_t number, const char *buffer, size_t bytes, size_t *sent) {
    struct sim_proactor *proactor = context;
    return sim_socket_send(proactor->network, socket_of(proactor, number), buffer, bytes, sent);
}

static int attempt(struct sim_proactor *proactor, struct cog_op *op) {
    static const struct cog_nonblocking_ops ops = {
        .accept = try_accept, .connect = try_connect, .recv = try_recv, .send = try_send};
    return cog_attempt(&ops, proactor, proactor->scheduler, op);
}

static struct cog_link *list_for(struct sim_socket *socket, const struct cog_op *op) {
    return cog_op_direction(op) == COG_SENDING ? &socket->senders : &socket->receivers;
}

/* A closed socket on which nothing is held goes. */
static void collect(struct sim_proactor *proactor, struct sim_socket *socket) {
    if (socket->state == SIM_SOCKET_CLOSED && cog_list_is_empty(&socket->receivers) &&
        cog_list_is_empty(&socket->senders)) {
        sim_socket_forget(proactor->network, socket);
    }
}

static void attempt_list(struct sim_proactor *proactor, struct cog_link *list) {
    while (!cog_list_is_empty(list)) {
        struct cog_op *op = cog_container_of(list->next, struct cog_op, link);
        int status = attempt(proactor, op);
        if (status == COG_PENDING) {
            return;
        }
        cog_link_remove(&op->link);
        proactor->held_count--;
        cog_proactor_complete(proactor->scheduler, op, status);
    }
}

/* ---- The seam ---- */

static void attach(void *context, struct cog_scheduler *scheduler) {
    ((struct sim_proactor *)context)->scheduler = scheduler;
}

static int close_socket(void *context, int32_t number) {
    struct sim_proactor *proactor = context;
    struct sim_socket *socket = socket_of(proactor, number);
    if (socket == NULL || socket->state == SIM_SOCKET_CLOSED) {
        return COG_EBADSOCKET;
    }
    sim_socket_close(proactor->network, socket);
    sim_proactor_wake(proactor, socket);
    collect(proactor, socket);
    return COG_OK;
}

static int submit_transfer(struct sim_proactor *proactor, struct cog_op *op, bool try_first) {
    struct sim_socket *socket = socket_of(proactor, op->socket);
    if (socket == NULL || socket->state == SIM_SOCKET_CLOSED) {
        return COG_EBADSOCKET;
    }
    struct cog_link *list = list_for(socket, op);
    if (try_first && cog_list_is_empty(list)) {
        int status = attempt(proactor, op);
        if (status != COG_PENDING) {
            return status;
        }
    }
    cog_list_push_back(list, &op->link);
    proactor->held_count++;
    if (!try_first) {
        sim_proactor_wake(proactor, socket);
    }
    return COG_PENDING;
}

static int submit_connect(struct sim_proactor *proactor, struct cog_op *op) {
    int status = attempt(proactor, op);
    if (status == COG_PENDING) {
        struct sim_socket *socket = socket_of(proactor, op->socket);
        cog_list_push_back(&socket->receivers, &op->link);
        proactor->held_count++;
    }
    return status;
}

/* Sends that are held on the socket end: what waits for room is not sent any more. */
static int shutdown_socket(struct sim_proactor *proactor, int32_t number) {
    struct sim_socket *socket = socket_of(proactor, number);
    if (socket == NULL || socket->state == SIM_SOCKET_CLOSED) {
        return COG_EBADSOCKET;
    }
    int status = sim_socket_shutdown(proactor->network, socket);
    sim_proactor_wake(proactor, socket);
    return status;
}

static int submit(void *context, struct cog_op *op, bool try_first) {
    struct sim_proactor *proactor = context;
    switch ((int)op->type->kind) {
    case COG_OP_LISTEN:
        return sim_network_listen(proactor->network, proactor->host, op->u.endpoint.address,
                                  op->u.endpoint.address_bytes, op->u.endpoint.backlog,
                                  &op->socket);
    case COG_OP_BIND:
        return COG_EUNSUPPORTED; /* the simulated network carries no datagrams */
    case COG_OP_CONNECT:
        return submit_connect(proactor, op);
    case COG_OP_CLOSE:
        return close_socket(proactor, op->socket);
    case COG_OP_SHUTDOWN:
        return shutdown_socket(proactor, op->socket);
    default:
        return submit_transfer(proactor, op, try_first);
    }
}

static bool cancel(void *context, struct cog_op *op) {
    struct sim_proactor *proactor = context;
    struct sim_socket *socket = socket_of(proactor, op->socket);
    cog_link_remove(&op->link);
    proactor->held_count--;
    if (op->type->kind == COG_OP_CONNECT) {
        sim_socket_close(proactor->network, socket);
        op->socket = -1;
    }
    collect(proactor, socket);
    return true;
}

static int run(void *context, int64_t timeout_ns) {
    (void)timeout_ns;
    struct sim_proactor *proactor = context;
    struct sim_tracer *tracer = proactor->network->tracer;
    while (!cog_list_is_empty(&proactor->dirty)) {
        struct sim_socket *socket =
            cog_container_of(proactor->dirty.next, struct sim_socket, dirty_link);
        cog_link_remove(&socket->dirty_link);
        sim_tracer_set_current(tracer, socket->dirty_event);
        attempt_list(proactor, &socket->receivers);
        attempt_list(proactor, &socket->senders);
        collect(proactor, socket);
    }
    sim_tracer_set_current(tracer, 0);
    return COG_OK;
}

static size_t held_count(const void *context) {
    return ((const struct sim_proactor *)context)->held_count;
}

/* Whoever could wake it runs in the world's turn, while nothing sleeps. */
static void wake(void *context) {
    (void)context;
}

struct cog_proactor sim_proactor_seam(struct sim_proactor *proactor) {
    static const struct cog_proactor_ops ops = {
        .name = "simulated",
        .attach = attach,
        .submit = submit,
        .cancel = cancel,
        .run = run,
        .held_count = held_count,
        .wake = wake,
        .close_socket = close_socket,
        .detach = NULL,
    };
    return (struct cog_proactor){.ops = &ops, .context = proactor};
}
