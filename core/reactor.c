/* reactor.c - holds operations on sockets of the machine, and attempts them when that is
 * worthwhile. */
#include "core/reactor.h"

#include "core/nonblocking_posix.h"

#include <errno.h>
#include <time.h>

/* How long runs may go without asking the system. */
enum { ASK_AGAIN_NS = 1000000 };

static void mark_dirty(struct cog_reactor *reactor, struct cog_descriptor *descriptor,
                       uint8_t directions) {
    descriptor->dirty |= directions;
    if (!cog_link_is_linked(&descriptor->dirty_link)) {
        cog_list_push_back(&reactor->dirty, &descriptor->dirty_link);
    }
}

void cog_reactor_report(struct cog_reactor *reactor, struct cog_descriptor *descriptor,
                        uint8_t directions) {
    descriptor->may_be_ready |= directions;
    uint8_t wanted = directions & cog_descriptor_held(descriptor);
    if (wanted != 0) {
        mark_dirty(reactor, descriptor, wanted);
    }
}

static int attempt(struct cog_reactor *reactor, struct cog_op *op) {
    return cog_attempt(&reactor->primitives, reactor, reactor->scheduler, op);
}

/* ---- Submitting and cancelling ---- */

/* Holds an operation on which an attempt, if there was one, has said `attempted`. */
static int hold(struct cog_reactor *reactor, struct cog_descriptor *descriptor, struct cog_op *op,
                int attempted) {
    uint8_t direction = (uint8_t)(1u << cog_op_direction(op));
    bool is_first = (cog_descriptor_held(descriptor) & direction) == 0;
    cog_descriptors_hold(&reactor->descriptors, descriptor, op);
    descriptor->unwanted &= (uint8_t)~direction;
    if (attempted == COG_PENDING) {
        descriptor->may_be_ready &= (uint8_t)~direction;
    }
    bool may_go_on = attempted == COG_MORE || cog_op_is_empty(op) ||
                     (reactor->ops->reports_edges && (descriptor->may_be_ready & direction) != 0);
    if (!is_first) {
        return COG_PENDING;
    }
    if (may_go_on) {
        mark_dirty(reactor, descriptor, direction);
        return COG_PENDING;
    }
    int status = reactor->ops->watch(reactor, descriptor);
    if (status != COG_OK) {
        cog_descriptors_release(&reactor->descriptors, op);
        return status;
    }
    return COG_PENDING;
}

bool cog_reactor_catch_up(struct cog_reactor *reactor, struct cog_descriptor *descriptor,
                          enum cog_direction direction) {
    uint8_t bit = (uint8_t)(1u << direction);
    if ((descriptor->put_off & bit) == 0) {
        return false;
    }
    descriptor->put_off &= (uint8_t)~bit;
    struct cog_op *op = cog_container_of(descriptor->held[direction].next, struct cog_op, link);
    int status = attempt(reactor, op);
    if (status == COG_PENDING) {
        return false;
    }
    if (status == COG_MORE) {
        mark_dirty(reactor, descriptor, bit);
        return false;
    }
    op->status = status;
    cog_link_remove(&op->link);
    cog_list_push_back(&reactor->late, &op->link);
    cog_wakeup_raise(&reactor->wakeup);
    return true;
}

/* Would an attempt come away with nothing? What is ready is reported then. */
static bool is_in_vain(const struct cog_reactor *reactor, const struct cog_descriptor *descriptor,
                       const struct cog_op *op) {
    uint8_t bit = (uint8_t)(1u << cog_op_direction(op));
    return reactor->ops->reports_edges && (descriptor->watched & bit) != 0 &&
           (descriptor->may_be_ready & bit) == 0 && !cog_op_is_empty(op);
}

static int submit_transfer(struct cog_reactor *reactor, struct cog_op *op, bool try_first) {
    struct cog_descriptor *descriptor = cog_descriptors_find(&reactor->descriptors, op->socket);
    if (descriptor == NULL) {
        return COG_EBADSOCKET;
    }
    enum cog_direction direction = cog_op_direction(op);
    (void)cog_reactor_catch_up(reactor, descriptor, direction);
    int attempted = COG_OK;
    bool tries = try_first && cog_list_is_empty(&descriptor->held[direction]);
    bool puts_off = tries && is_in_vain(reactor, descriptor, op);
    if (tries && !puts_off) {
        attempted = attempt(reactor, op);
        if (attempted != COG_PENDING && attempted != COG_MORE) {
            return attempted;
        }
    }
    int status = hold(reactor, descriptor, op, attempted);
    if (puts_off && status == COG_PENDING) {
        descriptor->put_off |= (uint8_t)(1u << direction);
    }
    return status;
}

static int submit_connect(struct cog_reactor *reactor, struct cog_op *op) {
    int status = attempt(reactor, op);
    if (status != COG_PENDING) {
        return status;
    }
    struct cog_descriptor *descriptor = cog_descriptors_find(&reactor->descriptors, op->socket);
    status = hold(reactor, descriptor, op, COG_PENDING);
    if (status != COG_PENDING) {
        (void)cog_reactor_close_socket(reactor, op->socket);
        op->socket = -1;
    }
    return status;
}

/* What is held for sending finds out by itself that it cannot go on. */
static int submit_shutdown(struct cog_reactor *reactor, int32_t socket) {
    struct cog_descriptor *descriptor = cog_descriptors_find(&reactor->descriptors, socket);
    if (descriptor == NULL) {
        return COG_EBADSOCKET;
    }
    cog_reactor_report(reactor, descriptor, COG_SENDING_BIT);
    return cog_posix_shutdown(socket);
}

int cog_reactor_submit(void *context, struct cog_op *op, bool try_first) {
    struct cog_reactor *reactor = context;
    switch ((int)op->type->kind) {
    case COG_OP_LISTEN:
    case COG_OP_BIND:
        return cog_reactor_open_socket(reactor, op);
    case COG_OP_CONNECT:
        return submit_connect(reactor, op);
    case COG_OP_CLOSE:
        return cog_reactor_close_socket(reactor, op->socket);
    case COG_OP_SHUTDOWN:
        return submit_shutdown(reactor, op->socket);
    default:
        return submit_transfer(reactor, op, try_first);
    }
}

/* Has it ended already, or does it now that it is attempted? */
static bool is_late(struct cog_reactor *reactor, const struct cog_op *op) {
    if (cog_list_has(&reactor->late, &op->link)) {
        return true;
    }
    struct cog_descriptor *descriptor = cog_descriptors_find(&reactor->descriptors, op->socket);
    enum cog_direction direction = cog_op_direction(op);
    return descriptor != NULL && descriptor->held[direction].next == &op->link &&
           cog_reactor_catch_up(reactor, descriptor, direction);
}

bool cog_reactor_cancel(void *context, struct cog_op *op) {
    struct cog_reactor *reactor = context;
    if (is_late(reactor, op)) {
        return false;
    }
    struct cog_descriptor *descriptor = cog_descriptors_find(&reactor->descriptors, op->socket);
    cog_descriptors_release(&reactor->descriptors, op);
    if (descriptor == NULL) {
        return true; /* an orphan */
    }
    if (op->type->kind == COG_OP_CONNECT) {
        (void)cog_reactor_close_socket(reactor, op->socket);
        op->socket = -1;
    } else if (cog_descriptor_held(descriptor) == 0 && reactor->ops->unwatch != NULL) {
        reactor->ops->unwatch(reactor, descriptor);
    }
    return true;
}

/* ---- Running ---- */

static int64_t now_ns(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void complete(struct cog_reactor *reactor, struct cog_op *op, int status) {
    cog_descriptors_release(&reactor->descriptors, op);
    reactor->credit++;
    cog_proactor_complete(reactor->scheduler, op, status);
}

static void complete_late(struct cog_reactor *reactor) {
    while (!cog_list_is_empty(&reactor->late)) {
        struct cog_op *op = cog_container_of(reactor->late.next, struct cog_op, link);
        complete(reactor, op, op->status);
    }
}

static void complete_orphans(struct cog_reactor *reactor) {
    while (!cog_list_is_empty(&reactor->orphans)) {
        complete(reactor, cog_container_of(reactor->orphans.next, struct cog_op, link),
                 COG_ECLOSED);
    }
}

/* Attempts what is held in a direction, one operation after the other, until one has to wait. */
static void attempt_held(struct cog_reactor *reactor, struct cog_descriptor *descriptor,
                         enum cog_direction direction) {
    struct cog_link *held = &descriptor->held[direction];
    uint8_t bit = (uint8_t)(1u << direction);
    descriptor->put_off &= (uint8_t)~bit;
    while (!cog_list_is_empty(held)) {
        struct cog_op *op = cog_container_of(held->next, struct cog_op, link);
        int status = attempt(reactor, op);
        if (status == COG_MORE) {
            mark_dirty(reactor, descriptor, bit);
            return;
        }
        if (status == COG_PENDING) {
            descriptor->may_be_ready &= (uint8_t)~bit;
            status = reactor->ops->watch(reactor, descriptor);
            if (status == COG_OK) {
                return;
            }
        }
        complete(reactor, op, status);
    }
}

/* Those that are dirty now; what becomes dirty meanwhile has its turn in the next run. */
static void attempt_dirty(struct cog_reactor *reactor) {
    struct cog_link *last = reactor->dirty.prev;
    bool is_last = cog_list_is_empty(&reactor->dirty);
    while (!is_last) {
        struct cog_link *link = reactor->dirty.next;
        is_last = link == last;
        struct cog_descriptor *descriptor =
            cog_container_of(link, struct cog_descriptor, dirty_link);
        uint8_t directions = descriptor->dirty;
        cog_link_remove(link);
        descriptor->dirty = 0;
        if ((directions & COG_RECEIVING_BIT) != 0) {
            attempt_held(reactor, descriptor, COG_RECEIVING);
        }
        if ((directions & COG_SENDING_BIT) != 0) {
            attempt_held(reactor, descriptor, COG_SENDING);
        }
    }
}

static bool has_work(const struct cog_reactor *reactor) {
    return !cog_list_is_empty(&reactor->dirty) || !cog_list_is_empty(&reactor->orphans) ||
           !cog_list_is_empty(&reactor->late);
}

/* Completes what can be completed without asking the system. How many. */
static size_t work(struct cog_reactor *reactor) {
    size_t before = reactor->credit;
    complete_late(reactor);
    complete_orphans(reactor);
    attempt_dirty(reactor);
    return reactor->credit - before;
}

/* Can this run do without asking the system? */
static bool may_skip_asking(struct cog_reactor *reactor, int64_t timeout_ns) {
    bool is_busy = has_work(reactor);
    if (cog_wakeup_is_raised(&reactor->wakeup) || (timeout_ns > 0 && !is_busy)) {
        return false;
    }
    if (reactor->descriptors.held_count == 0 && reactor->watched_count == 0) {
        return true;
    }
    if (reactor->credit == 0 || (!is_busy && !cog_has_ready(reactor->scheduler)) ||
        now_ns() - reactor->asked_ns >= ASK_AGAIN_NS) {
        return false;
    }
    reactor->credit--;
    return true;
}

/* Asks the system, and completes what can be completed. How many. */
static size_t ask(struct cog_reactor *reactor, int64_t timeout_ns, int *status) {
    reactor->asked_count++;
    bool goes_on = reactor->credit > 0 && cog_has_ready(reactor->scheduler);
    size_t credit = goes_on ? reactor->credit : 0;
    reactor->credit = 0;
    *status = reactor->ops->wait(reactor, timeout_ns > 0 ? timeout_ns : 0);
    int error = errno; /* which tells what a failure was */
    size_t completed_count = work(reactor);
    reactor->asked_ns = now_ns();
    if (completed_count == 0) {
        reactor->credit = credit; /* who is ready goes on, and is not interrupted for each */
    }
    errno = error;
    return completed_count;
}

/* What is left to do is told to who waits for the descriptor. */
static int end_run(struct cog_reactor *reactor, int status) {
    if (has_work(reactor)) {
        cog_wakeup_raise(&reactor->wakeup);
    }
    return status;
}

int cog_reactor_run(void *context, int64_t timeout_ns) {
    struct cog_reactor *reactor = context;
    bool is_busy = has_work(reactor);
    if (may_skip_asking(reactor, timeout_ns)) {
        if (!is_busy || work(reactor) > 0) {
            return end_run(reactor, COG_OK);
        }
        is_busy = has_work(reactor);
    }
    int status = COG_OK;
    size_t completed_count = ask(reactor, is_busy ? 0 : timeout_ns, &status);
    if (is_busy && completed_count == 0 && status == COG_OK && !has_work(reactor) &&
        timeout_ns > 0) {
        (void)ask(reactor, timeout_ns, &status); /* what there was to do has come to nothing */
    }
    return end_run(reactor, status);
}

/* ---- The rest of the seam ---- */

void cog_reactor_attach(void *context, struct cog_scheduler *scheduler) {
    ((struct cog_reactor *)context)->scheduler = scheduler;
}

/* The scheduler has cancelled what it waits for; what it let be is forgotten. */
void cog_reactor_detach(void *context) {
    struct cog_reactor *reactor = context;
    struct cog_descriptor *open = cog_descriptors_next(&reactor->descriptors, 0);
    while (open != NULL) {
        cog_list_init(&open->held[COG_RECEIVING]);
        cog_list_init(&open->held[COG_SENDING]);
        open->put_off = 0;
        open = cog_descriptors_next(&reactor->descriptors, open->number + 1);
    }
    cog_list_init(&reactor->orphans);
    cog_list_init(&reactor->late);
    reactor->descriptors.held_count = 0;
    reactor->scheduler = NULL;
}

size_t cog_reactor_held_count(const void *context) {
    return ((const struct cog_reactor *)context)->descriptors.held_count;
}

void cog_reactor_wake(void *context) {
    cog_wakeup_raise(&((struct cog_reactor *)context)->wakeup);
}
