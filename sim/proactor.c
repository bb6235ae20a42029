/* proactor.c - holds operations on simulated sockets and attempts them when something arrives. */
#include "sim/proactor.h"

#include "core/check.h"
#include "core/coroutine.h"
#include "sim/declared.h"
#include "sim/language/buffer.h"
#include "sim/segment.h"

#include <inttypes.h>

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

static void label_piece(const struct sim_choice *choice, struct sim_buffer *buffer) {
    const struct sim_socket *socket = choice->subject;
    sim_buffer_add_format(buffer, "bytes of socket %" PRIu32, socket->id);
}

/* Candidate 0 is as many as there are. */
static void label_bytes(const struct sim_choice *choice, uint64_t index,
                        struct sim_buffer *buffer) {
    sim_buffer_add_format(buffer, "%" PRIu64, choice->count - index);
}

/* How many of count bytes go through at once. */
static size_t piece_of(const struct sim_proactor *proactor, const struct sim_socket *socket,
                       size_t count) {
    struct sim_choice choice = {.kind = SIM_CHOICE_SIZE,
                                .process = SIM_NONE,
                                .stream = UINT64_C(1) << 63 | socket->id,
                                .count = count,
                                .label = label_piece,
                                .candidate_label = label_bytes,
                                .subject = socket};
    if (sim_choice_varies(proactor->network->chooser, &choice)) {
        sim_declared_plays(proactor->network->played, proactor->network->size_number);
    }
    return count - (size_t)sim_choose(proactor->network->chooser, &choice);
}

/* As the kernel does: what does not fit goes, and an empty one looks like the end. */
static int recv_datagram(struct sim_proactor *proactor, struct sim_socket *socket, char *buffer,
                         size_t bytes, bool peek, size_t *received) {
    size_t address_bytes = 0;
    int status = sim_socket_recvfrom(proactor->network, socket, buffer, bytes, peek, NULL,
                                     &address_bytes, received);
    bool has_one = status == COG_OK || status == COG_EFULL;
    if (!has_one) {
        return status;
    }
    return *received > 0 ? COG_OK : COG_ECLOSED;
}

static int try_recv(void *context, int32_t number, char *buffer, size_t bytes, bool peek,
                    size_t *received) {
    struct sim_proactor *proactor = context;
    struct sim_socket *socket = socket_of(proactor, number);
    /* A recvline looks first, and then takes what it has seen. */
    if (socket->state == SIM_SOCKET_BOUND) {
        return recv_datagram(proactor, socket, buffer, bytes, peek, received);
    }
    if (!peek && proactor->attempted != COG_OP_RECVLINE && socket->buffer_count > 0) {
        bytes =
            piece_of(proactor, socket, bytes < socket->buffer_count ? bytes : socket->buffer_count);
    }
    return sim_socket_recv(proactor->network, socket, buffer, bytes, peek, received);
}

static int try_send(void *context, int32_t number, const char *buffer, size_t bytes, size_t *sent) {
    struct sim_proactor *proactor = context;
    struct sim_socket *socket = socket_of(proactor, number);
    size_t room = sim_socket_room(proactor->network, socket);
    if (room > 0) {
        bytes = piece_of(proactor, socket, bytes < room ? bytes : room);
    }
    return sim_socket_send(proactor->network, socket, buffer, bytes, sent);
}

static int try_recvfrom(void *context, int32_t number, char *buffer, size_t bytes,
                        struct sockaddr *address, size_t *address_bytes, size_t *received) {
    struct sim_proactor *proactor = context;
    return sim_socket_recvfrom(proactor->network, socket_of(proactor, number), buffer, bytes, false,
                               address, address_bytes, received);
}

static int try_sendto(void *context, int32_t number, const char *buffer, size_t bytes,
                      const struct sockaddr *address, size_t address_bytes) {
    struct sim_proactor *proactor = context;
    return sim_socket_sendto(proactor->network, socket_of(proactor, number), buffer, bytes, address,
                             address_bytes);
}

static int attempt(struct sim_proactor *proactor, struct cog_op *op) {
    static const struct cog_nonblocking_ops ops = {.accept = try_accept,
                                                   .connect = try_connect,
                                                   .recv = try_recv,
                                                   .send = try_send,
                                                   .recvfrom = try_recvfrom,
                                                   .sendto = try_sendto};
    proactor->attempted = op->type->kind;
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
        sim_network_touch_gone(proactor->network);
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
        sim_network_touch_gone(proactor->network);
        return COG_EBADSOCKET;
    }
    struct cog_link *list = list_for(socket, op);
    sim_socket_touch(proactor->network, socket);
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
        sim_network_touch_gone(proactor->network);
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
        return sim_network_bind(proactor->network, proactor->host, op->u.endpoint.address,
                                op->u.endpoint.address_bytes, &op->socket);
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
    sim_socket_touch(proactor->network, socket);
    cog_link_remove(&op->link);
    proactor->held_count--;
    if (op->type->kind == COG_OP_CONNECT) {
        sim_socket_close(proactor->network, socket);
        op->socket = -1;
    }
    collect(proactor, socket);
    return true;
}

/* Who waits on a socket on which something has arrived. */
static const char *waiter_name(const struct sim_socket *socket) {
    const struct cog_link *list =
        cog_list_is_empty(&socket->receivers) ? &socket->senders : &socket->receivers;
    if (cog_list_is_empty(list)) {
        return "nobody";
    }
    const struct cog_op *op = cog_container_of(list->next, const struct cog_op, link);
    return cog_coro_name(cog_container_of(op, const struct cog_coro, op));
}

static struct sim_socket *dirty_at(const struct sim_proactor *proactor, uint64_t index) {
    struct cog_link *link = proactor->dirty.next;
    while (index-- > 0) {
        link = link->next;
    }
    return cog_container_of(link, struct sim_socket, dirty_link);
}

static void label_arrival(const struct sim_choice *choice, struct sim_buffer *buffer) {
    (void)choice;
    sim_buffer_add_text(buffer, "arrival");
}

static void label_waiter(const struct sim_choice *choice, uint64_t index,
                         struct sim_buffer *buffer) {
    sim_buffer_add_text(buffer, waiter_name(dirty_at(choice->subject, index)));
}

/* The socket to attend to next: the one on which something arrived first, or another. */
static struct sim_socket *next_dirty(struct sim_proactor *proactor) {
    uint64_t count = 0;
    for (struct cog_link *link = proactor->dirty.next; link != &proactor->dirty;
         link = link->next) {
        count++;
    }
    struct sim_choice choice = {.kind = SIM_CHOICE_ARRIVAL,
                                .process = SIM_NONE,
                                .stream = proactor->host,
                                .count = count,
                                .label = label_arrival,
                                .candidate_label = label_waiter,
                                .subject = proactor};
    return dirty_at(proactor, sim_choose(proactor->network->chooser, &choice));
}

static void label_first(const struct sim_choice *choice, struct sim_buffer *buffer) {
    (void)choice;
    sim_buffer_add_text(buffer, "first");
}

static void label_kind(const struct sim_choice *choice, uint64_t index, struct sim_buffer *buffer) {
    (void)choice;
    sim_buffer_add_text(buffer, index == 0 ? "arrivals" : "deadlines");
}

/* What has arrived at the instant of a deadline may be found after that has expired. */
static bool holds_back(struct sim_proactor *proactor) {
    struct cog_scheduler *scheduler = proactor->scheduler;
    bool is_both = !cog_list_is_empty(&proactor->dirty) &&
                   cog_next_deadline_ns(scheduler) <= cog_now_ns(scheduler);
    struct sim_choice choice = {.kind = SIM_CHOICE_ARRIVAL,
                                .process = SIM_NONE,
                                .stream = proactor->host,
                                .count = is_both ? 2 : 0,
                                .label = label_first,
                                .candidate_label = label_kind};
    return proactor->network->chooser != NULL &&
           sim_choose(proactor->network->chooser, &choice) == 1;
}

static int run(void *context, int64_t timeout_ns) {
    (void)timeout_ns;
    struct sim_proactor *proactor = context;
    struct sim_tracer *tracer = proactor->network->tracer;
    if (proactor->is_holding_back) {
        proactor->is_holding_back = false; /* by now they have expired */
    } else if (holds_back(proactor)) {
        proactor->is_holding_back = true;
        return COG_OK;
    }
    while (!cog_list_is_empty(&proactor->dirty)) {
        struct sim_socket *socket = next_dirty(proactor);
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
