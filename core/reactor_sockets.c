/* reactor_sockets.c - the sockets of a reactor: opened and closed, and the primitives that know of
 * them. */
#include "core/nonblocking_posix.h"
#include "core/reactor.h"

#include <sys/socket.h>

/* ---- Opening and closing ---- */

/* Takes up a new socket; without the memory for it, it is closed. */
static int adopt(struct cog_reactor *reactor, int32_t *number, bool drains) {
    int status = cog_descriptors_open(&reactor->descriptors, *number);
    if (status != COG_OK) {
        cog_posix_close(*number);
        *number = -1;
        return status;
    }
    cog_descriptors_find(&reactor->descriptors, *number)->drains = drains;
    return COG_OK;
}

/* TCP alone: a Unix socket parts what different writers have written. */
static bool stream_drains(const struct sockaddr *address) {
    return address->sa_family == AF_INET || address->sa_family == AF_INET6;
}

/* Operations held on the socket become orphans; a connect among them has none any more. */
static void forget(struct cog_reactor *reactor, struct cog_descriptor *descriptor) {
    (void)cog_reactor_catch_up(reactor, descriptor, COG_RECEIVING);
    (void)cog_reactor_catch_up(reactor, descriptor, COG_SENDING);
    struct cog_link *senders = &descriptor->held[COG_SENDING];
    for (struct cog_link *link = senders->next; link != senders; link = link->next) {
        struct cog_op *op = cog_container_of(link, struct cog_op, link);
        op->socket = op->type->kind == COG_OP_CONNECT ? -1 : op->socket;
    }
    if (cog_link_is_linked(&descriptor->dirty_link)) {
        cog_link_remove(&descriptor->dirty_link);
    }
    descriptor->dirty = 0;
    if (reactor->ops->forget != NULL) {
        reactor->ops->forget(reactor, descriptor);
    }
    cog_descriptors_close(&reactor->descriptors, descriptor, &reactor->orphans);
}

int cog_reactor_close_socket(void *context, int32_t socket) {
    struct cog_reactor *reactor = context;
    struct cog_descriptor *descriptor = cog_descriptors_find(&reactor->descriptors, socket);
    if (descriptor == NULL) {
        return COG_EBADSOCKET;
    }
    forget(reactor, descriptor);
    cog_posix_close(socket);
    if (!cog_list_is_empty(&reactor->orphans)) {
        cog_wakeup_raise(&reactor->wakeup);
    }
    return COG_OK;
}

int cog_reactor_open_socket(struct cog_reactor *reactor, struct cog_op *op) {
    bool listens = op->type->kind == COG_OP_LISTEN;
    const struct sockaddr *address = op->u.endpoint.address;
    size_t address_bytes = op->u.endpoint.address_bytes;
    int status = listens
                     ? cog_posix_listen(address, address_bytes, op->u.endpoint.backlog, &op->socket)
                     : cog_posix_bind(address, address_bytes, &op->socket);
    return status == COG_OK ? adopt(reactor, &op->socket, listens && stream_drains(address))
                            : status;
}

/* ---- Primitives that know the table ---- */

static int accept_socket(void *context, int32_t listener, int32_t *accepted) {
    struct cog_reactor *reactor = context;
    int status = cog_nonblocking_posix()->accept(NULL, listener, accepted);
    if (status != COG_OK) {
        return status;
    }
    return adopt(reactor, accepted, cog_descriptors_find(&reactor->descriptors, listener)->drains);
}

/* A connect that fails later than at once has closed a socket that is in the table. */
static int connect_socket(void *context, const struct sockaddr *address, size_t address_bytes,
                          int32_t *socket) {
    struct cog_reactor *reactor = context;
    struct cog_descriptor *descriptor = cog_descriptors_find(&reactor->descriptors, *socket);
    int status = cog_nonblocking_posix()->connect(NULL, address, address_bytes, socket);
    if (descriptor == NULL && *socket >= 0) {
        int adopted = adopt(reactor, socket, stream_drains(address));
        return adopted == COG_OK ? status : adopted;
    }
    if (descriptor != NULL && *socket < 0) {
        forget(reactor, descriptor);
    }
    return status;
}

static int recv_bytes(void *context, int32_t socket, char *buffer, size_t bytes, bool peek,
                      size_t *received) {
    struct cog_reactor *reactor = context;
    int status = cog_nonblocking_posix()->recv(NULL, socket, buffer, bytes, peek, received);
    if (status == COG_OK && !peek && *received < bytes) {
        struct cog_descriptor *descriptor = cog_descriptors_find(&reactor->descriptors, socket);
        if (descriptor->drains) {
            descriptor->may_be_ready &= (uint8_t)~COG_RECEIVING_BIT;
        }
    }
    return status;
}

void cog_reactor_init(struct cog_reactor *reactor, const struct cog_reactor_ops *ops,
                      const struct cog_allocator *allocator) {
    reactor->ops = ops;
    reactor->allocator = allocator;
    reactor->scheduler = NULL;
    reactor->primitives = *cog_nonblocking_posix();
    reactor->primitives.accept = accept_socket;
    reactor->primitives.connect = connect_socket;
    reactor->primitives.recv = recv_bytes;
    cog_descriptors_init(&reactor->descriptors, allocator);
    cog_list_init(&reactor->dirty);
    cog_list_init(&reactor->orphans);
    cog_list_init(&reactor->late);
    reactor->watched_count = 0;
    reactor->credit = 0;
    reactor->asked_ns = 0;
    reactor->asked_count = 0;
}

void cog_reactor_term(struct cog_reactor *reactor) {
    struct cog_descriptor *open = cog_descriptors_next(&reactor->descriptors, 0);
    while (open != NULL) {
        cog_posix_close(open->number);
        open = cog_descriptors_next(&reactor->descriptors, open->number + 1);
    }
    cog_descriptors_term(&reactor->descriptors);
}
