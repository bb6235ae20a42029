/* proactor_io_uring.c - has the kernel carry out what waits, on Linux, where liburing is.
 *
 * What can be done at once is done by a system call of its own; an accept or connect, by asking the
 * kernel and looking whether it has answered. What has to wait is asked for together, when there is
 * nothing else to do, in the system call that waits for answers.
 *
 * Its sockets block, because the kernel waits only for those; but nothing here does.
 */
#include "core/proactors.h"

#if defined(COG_HAS_URING)

#include "core/check.h"
#include "core/nonblocking_posix.h"
#include "core/uring.h"

#include <errno.h>
#include <time.h>

/* How many runs, and how long, the kernel may go untold while there is something else to do. */
enum { DEFERRED_RUNS_MAX = 256, DEFERRED_NS_MAX = 1000000 };

static int close_socket(void *context, int32_t socket) {
    return cog_uring_close_socket(context, socket);
}

/* ---- Submitting ---- */

/* Asks the kernel for an operation that is held now, and looks whether that was all. */
static int ask_at_once(struct cog_uring *uring, struct cog_op *op) {
    struct cog_descriptor *descriptor = cog_descriptors_find(&uring->descriptors, op->socket);
    struct cog_uring_request *request = descriptor->under_way[cog_op_direction(op)];
    (void)cog_uring_submit(uring); /* what fails now fails again in the run */
    cog_uring_reap(uring);
    if (request->state != COG_URING_ARRIVED) {
        return COG_PENDING;
    }
    cog_link_remove(&request->link);
    request->state = COG_URING_IDLE;
    int status = cog_uring_settle(uring, request);
    if (status == COG_PENDING) {
        cog_uring_want(uring, request);
    } else {
        cog_uring_release(uring, request, status);
    }
    return status;
}

/* Is an attempt better put off until the kernel is told of many? Of a receive that would come away
 * with nothing, as far as is known; and of a send while others, who are ready, may have some. */
static bool is_better_put_off(const struct cog_uring *uring,
                              const struct cog_descriptor *descriptor, const struct cog_op *op) {
    switch ((int)op->type->kind) {
    case COG_OP_RECV:
    case COG_OP_RECVALL:
    case COG_OP_RECVLINE:
        return (descriptor->may_be_ready & COG_RECEIVING_BIT) == 0 && !cog_op_is_empty(op);
    case COG_OP_SEND:
    case COG_OP_SENDALL:
        return !cog_list_is_empty(&uring->wanted) || cog_has_ready(uring->scheduler);
    default:
        return false;
    }
}

static int submit_transfer(struct cog_uring *uring, struct cog_op *op, bool try_first) {
    struct cog_descriptor *descriptor = cog_descriptors_find(&uring->descriptors, op->socket);
    if (descriptor == NULL) {
        return COG_EBADSOCKET;
    }
    enum cog_direction direction = cog_op_direction(op);
    cog_uring_catch_up(uring, descriptor, direction);
    bool tries = try_first && cog_list_is_empty(&descriptor->held[direction]);
    bool accepts = op->type->kind == COG_OP_ACCEPT;
    bool puts_off = tries && is_better_put_off(uring, descriptor, op);
    if (tries && !accepts && !puts_off) {
        int attempted = cog_uring_attempt(uring, op);
        if (attempted != COG_PENDING && attempted != COG_MORE) {
            return attempted;
        }
    }
    int status = cog_uring_hold(uring, descriptor, op, puts_off);
    return tries && accepts && status == COG_PENDING ? ask_at_once(uring, op) : status;
}

static int submit_shutdown(struct cog_uring *uring, int32_t socket) {
    struct cog_descriptor *descriptor = cog_descriptors_find(&uring->descriptors, socket);
    if (descriptor == NULL) {
        return COG_EBADSOCKET;
    }
    cog_uring_catch_up(uring, descriptor, COG_SENDING);
    return cog_posix_shutdown(socket);
}

/* One whose address is of no network is either made at once, or there is no room for it; the kernel
 * would wait for that. */
static int begin_connect(const struct sockaddr *address, size_t address_bytes, int32_t *number) {
    if (address != NULL && address->sa_family != AF_INET && address->sa_family != AF_INET6) {
        return cog_nonblocking_posix()->connect(NULL, address, address_bytes, number);
    }
    int status = cog_posix_open(address, address_bytes, SOCK_STREAM, number);
    return status == COG_OK ? COG_PENDING : status;
}

static int submit_connect(struct cog_uring *uring, struct cog_op *op) {
    int32_t number = -1;
    int status = begin_connect(op->u.endpoint.address, op->u.endpoint.address_bytes, &number);
    if (status != COG_OK && status != COG_PENDING) {
        return status;
    }
    int adopted = cog_uring_adopt(uring, &number);
    op->socket = number;
    if (adopted != COG_OK || status == COG_OK) {
        return adopted;
    }
    status = cog_uring_hold(uring, cog_descriptors_find(&uring->descriptors, number), op, false);
    if (status != COG_PENDING) {
        (void)close_socket(uring, number);
        op->socket = -1;
        return status;
    }
    return ask_at_once(uring, op);
}

static int submit_open(struct cog_uring *uring, struct cog_op *op) {
    const struct sockaddr *address = op->u.endpoint.address;
    size_t address_bytes = op->u.endpoint.address_bytes;
    int status = op->type->kind == COG_OP_LISTEN
                     ? cog_posix_listen(address, address_bytes, op->u.endpoint.backlog, &op->socket)
                     : cog_posix_bind(address, address_bytes, &op->socket);
    return status == COG_OK ? cog_uring_adopt(uring, &op->socket) : status;
}

static int submit(void *context, struct cog_op *op, bool try_first) {
    struct cog_uring *uring = context;
    switch ((int)op->type->kind) {
    case COG_OP_LISTEN:
    case COG_OP_BIND:
        return submit_open(uring, op);
    case COG_OP_CONNECT:
        return submit_connect(uring, op);
    case COG_OP_CLOSE:
        return close_socket(uring, op->socket);
    case COG_OP_SHUTDOWN:
        return submit_shutdown(uring, op->socket);
    default:
        return submit_transfer(uring, op, try_first);
    }
}

static bool cancel(void *context, struct cog_op *op) {
    return cog_uring_cancel(context, op);
}

/* ---- Running ---- */

static int64_t now_ns(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static size_t complete_orphans(struct cog_uring *uring) {
    size_t count = 0;
    while (!cog_list_is_empty(&uring->orphans)) {
        struct cog_op *op = cog_container_of(uring->orphans.next, struct cog_op, link);
        cog_descriptors_release(&uring->descriptors, op);
        cog_proactor_complete(uring->scheduler, op, op->status);
        count++;
    }
    return count;
}

/* Completes what has been answered. How many operations. */
static size_t work(struct cog_uring *uring) {
    size_t count = complete_orphans(uring);
    struct cog_link batch; /* what arrives meanwhile has its turn in the next run */
    cog_list_init(&batch);
    while (!cog_list_is_empty(&uring->arrived)) {
        struct cog_link *link = uring->arrived.next;
        cog_link_remove(link);
        cog_list_push_back(&batch, link);
    }
    while (!cog_list_is_empty(&batch)) {
        struct cog_uring_request *request =
            cog_container_of(batch.next, struct cog_uring_request, link);
        cog_link_remove(&request->link);
        request->state = COG_URING_IDLE;
        int status = cog_uring_settle(uring, request);
        if (status == COG_PENDING) {
            cog_uring_want(uring, request);
            continue;
        }
        struct cog_op *op = request->op;
        cog_uring_release(uring, request, status);
        cog_proactor_complete(uring->scheduler, op, status);
        count++;
    }
    return count;
}

/* Is there something else to do before the kernel is told what is wanted? */
static bool may_defer(struct cog_uring *uring, size_t completed_count) {
    bool is_attached = uring->scheduler != NULL;
    if (completed_count == 0 && !(is_attached && cog_has_ready(uring->scheduler))) {
        return false;
    }
    if (uring->deferred_count++ == 0) {
        uring->deferred_ns = now_ns();
        return true;
    }
    return uring->deferred_count <= DEFERRED_RUNS_MAX &&
           now_ns() - uring->deferred_ns < DEFERRED_NS_MAX;
}

static int run(void *context, int64_t timeout_ns) {
    struct cog_uring *uring = context;
    int status = COG_OK;
    cog_uring_reap(uring);
    cog_uring_want_wakeup(uring);
    bool is_idle = cog_list_is_empty(&uring->arrived) && cog_list_is_empty(&uring->orphans) &&
                   !uring->is_woken;
    if (is_idle && timeout_ns > 0) {
        status = cog_uring_wait(uring, timeout_ns);
        cog_uring_want_wakeup(uring);
    }
    uring->is_woken = false;
    size_t completed_count = work(uring);
    if (status != COG_OK || !cog_uring_is_due(uring) || may_defer(uring, completed_count)) {
        return status;
    }
    status = cog_uring_submit(uring);
    cog_uring_reap(uring);
    (void)work(uring);
    /* Those that go on: their answers stay in the ring, where the descriptor shows them. */
    if (status == COG_OK && cog_uring_has_untold(uring)) {
        status = cog_uring_submit(uring);
    }
    cog_uring_leave(uring);
    return status;
}

/* ---- The rest of the seam ---- */

static void attach(void *context, struct cog_scheduler *scheduler) {
    ((struct cog_uring *)context)->scheduler = scheduler;
}

/* The scheduler has cancelled what it waits for; the answers to what could not be taken back are
 * for nobody. */
static void detach(void *context) {
    struct cog_uring *uring = context;
    while (!cog_list_is_empty(&uring->arrived)) {
        struct cog_uring_request *request =
            cog_container_of(uring->arrived.next, struct cog_uring_request, link);
        cog_link_remove(&request->link);
        request->state = COG_URING_IDLE;
        if (request->is_accept && request->result >= 0) {
            cog_posix_close(request->result);
        }
        cog_uring_give_back(uring, request);
    }
    cog_list_init(&uring->orphans);
    cog_list_init(&uring->late);
    uring->descriptors.held_count = 0;
    uring->scheduler = NULL;
}

static size_t held_count(const void *context) {
    return ((const struct cog_uring *)context)->descriptors.held_count;
}

static void wake(void *context) {
    cog_wakeup_raise(&((struct cog_uring *)context)->wakeup);
}

static int descriptor(const void *context) {
    return ((const struct cog_uring *)context)->ring.ring_fd;
}

static void close_io_uring(void *context) {
    struct cog_uring *uring = context;
    const struct cog_allocator *allocator = uring->allocator;
    cog_uring_close(uring);
    cog_release(allocator, uring, sizeof *uring);
}

static const struct cog_proactor_ops *seam(void) {
    static const struct cog_proactor_ops ops = {
        .name = "io_uring",
        .attach = attach,
        .submit = submit,
        .cancel = cancel,
        .run = run,
        .held_count = held_count,
        .close_socket = close_socket,
        .detach = detach,
        .wake = wake,
        .descriptor = descriptor,
        .close = close_io_uring,
    };
    return &ops;
}

static int open_noted(const struct cog_allocator *allocator, struct cog_proactor *out,
                      const char **note) {
    struct cog_uring *uring = cog_allocate_zeroed(allocator, 1, sizeof *uring);
    if (uring == NULL) {
        return COG_ENOMEM;
    }
    cog_uring_init_operations(uring);
    int status = cog_uring_open(uring, allocator, note);
    if (status != COG_OK) {
        cog_release(allocator, uring, sizeof *uring);
        return status;
    }
    *out = (struct cog_proactor){.ops = seam(), .context = uring};
    return COG_OK;
}

static int open_io_uring(const struct cog_allocator *allocator, struct cog_proactor *out) {
    const char *note = NULL;
    return open_noted(allocator, out, &note);
}

/* The only way to know is to open one. */
static const char *note_of_io_uring(void) {
    struct cog_proactor proactor = {.ops = NULL};
    const char *note = NULL;
    if (open_noted(cog_allocator_malloc(), &proactor, &note) == COG_OK) {
        cog_proactor_close(&proactor);
    }
    return note;
}

const struct cog_proactor_kind *cog_proactor_kind_io_uring(void) {
    static const struct cog_proactor_kind kind = {
        .name = "io_uring", .open = open_io_uring, .note = note_of_io_uring};
    return &kind;
}

#else

const struct cog_proactor_kind *cog_proactor_kind_io_uring(void) {
    return NULL;
}

#endif
