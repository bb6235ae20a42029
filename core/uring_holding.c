/* uring_holding.c - the operations that are held: who of them is with the kernel, and how they end
 * otherwise. */
#include "core/uring.h"

#if defined(COG_HAS_URING)

#include "core/nonblocking_posix.h"

/* ---- Beginning ---- */

/* Has the kernel asked for the first of the operations of a direction, unless it is. */
static void go_on(struct cog_uring *uring, struct cog_descriptor *descriptor,
                  enum cog_direction direction) {
    struct cog_link *held = &descriptor->held[direction];
    while (descriptor->under_way[direction] == NULL && !cog_list_is_empty(held)) {
        struct cog_op *op = cog_container_of(held->next, struct cog_op, link);
        struct cog_uring_request *request = cog_uring_take(uring);
        if (request == NULL) {
            cog_link_remove(&op->link);
            op->status = COG_ENOMEM;
            cog_list_push_back(&uring->orphans, &op->link);
            continue;
        }
        request->op = op;
        request->descriptor = descriptor;
        descriptor->under_way[direction] = request;
        cog_uring_start(uring, request);
    }
}

int cog_uring_hold(struct cog_uring *uring, struct cog_descriptor *descriptor, struct cog_op *op,
                   bool is_put_off) {
    enum cog_direction direction = cog_op_direction(op);
    cog_descriptors_hold(&uring->descriptors, descriptor, op);
    go_on(uring, descriptor, direction);
    if (descriptor->under_way[direction] == NULL) {
        cog_descriptors_release(&uring->descriptors, op); /* it was the only one */
        return COG_ENOMEM;
    }
    if (is_put_off) {
        ((struct cog_uring_request *)descriptor->under_way[direction])->is_put_off = true;
    }
    return COG_PENDING;
}

/* ---- Ending ---- */

/* Its operation has ended, or goes on without it. */
static void drop(struct cog_uring *uring, struct cog_uring_request *request) {
    if (request->descriptor != NULL) {
        request->descriptor->under_way[cog_op_direction(request->op)] = NULL;
    }
    cog_uring_give_back(uring, request);
}

/* This one has ended first: it waits for the next run, away from its socket. */
static void keep_late(struct cog_uring *uring, struct cog_uring_request *request) {
    struct cog_op *op = request->op;
    request->descriptor->under_way[cog_op_direction(op)] = NULL;
    request->descriptor = NULL;
    request->state = COG_URING_ARRIVED;
    cog_list_push_back(&uring->arrived, &request->link);
    cog_link_remove(&op->link);
    cog_list_push_back(&uring->late, &op->link);
}

void cog_uring_release(struct cog_uring *uring, struct cog_uring_request *request, int status) {
    struct cog_op *op = request->op;
    struct cog_descriptor *descriptor = request->descriptor;
    drop(uring, request);
    cog_descriptors_release(&uring->descriptors, op);
    if (op->type->kind == COG_OP_CONNECT && status != COG_OK) {
        (void)cog_uring_close_socket(uring, op->socket);
        op->socket = -1;
    } else if (descriptor != NULL) {
        go_on(uring, descriptor, cog_op_direction(op));
    }
}

/* Takes back a request, whose operation may have ended, now at the latest: what the kernel has not
 * been told of is attempted, so that nobody can see that it has not. True: it has ended, and is
 * late. */
static bool end_early(struct cog_uring *uring, struct cog_uring_request *request) {
    bool is_untold = request->state == COG_URING_WANTED && request->is_put_off;
    cog_uring_take_back(uring, request);
    bool is_final = is_untold ? cog_uring_try(uring, request) : cog_uring_is_final(request);
    if (is_final) {
        keep_late(uring, request);
    }
    return is_final;
}

/* ---- Closing ---- */

/* Takes back what the kernel is at work on, or it would keep the socket open. What is held becomes
 * orphans; a connect among them has no socket any more. */
static void forget(struct cog_uring *uring, struct cog_descriptor *descriptor) {
    for (int direction = 0; direction < COG_DIRECTION_COUNT; direction++) {
        struct cog_uring_request *request = descriptor->under_way[direction];
        if (request != NULL && !end_early(uring, request)) {
            drop(uring, request);
        }
        struct cog_link *held = &descriptor->held[direction];
        for (struct cog_link *link = held->next; link != held; link = link->next) {
            struct cog_op *op = cog_container_of(link, struct cog_op, link);
            op->socket = op->type->kind == COG_OP_CONNECT ? -1 : op->socket;
            op->status = COG_ECLOSED;
        }
    }
    cog_descriptors_close(&uring->descriptors, descriptor, &uring->orphans);
}

void cog_uring_leave(struct cog_uring *uring) {
    bool has_work = !cog_list_is_empty(&uring->arrived) || !cog_list_is_empty(&uring->orphans) ||
                    uring->is_woken || cog_uring_has_untold(uring);
    if (!has_work) {
        return;
    }
    cog_uring_want_wakeup(uring);
    if (uring->waking.state == COG_URING_WANTED) {
        (void)cog_uring_submit(uring); /* what fails now fails again in the run */
    }
    cog_wakeup_raise(&uring->wakeup);
}

int cog_uring_close_socket(struct cog_uring *uring, int32_t socket) {
    struct cog_descriptor *descriptor = cog_descriptors_find(&uring->descriptors, socket);
    if (descriptor == NULL) {
        return COG_EBADSOCKET;
    }
    forget(uring, descriptor);
    cog_posix_close(socket);
    cog_uring_leave(uring);
    return COG_OK;
}

void cog_uring_catch_up(struct cog_uring *uring, struct cog_descriptor *descriptor,
                        enum cog_direction direction) {
    struct cog_uring_request *request = descriptor->under_way[direction];
    if (request == NULL || request->state != COG_URING_WANTED || !request->is_put_off) {
        return;
    }
    if (end_early(uring, request)) {
        cog_uring_leave(uring);
    } else {
        request->is_put_off = false;
        cog_uring_want(uring, request);
    }
}

/* ---- Cancelling ---- */

static struct cog_uring_request *request_of(struct cog_descriptor *descriptor,
                                            const struct cog_op *op) {
    struct cog_uring_request *request =
        descriptor != NULL ? descriptor->under_way[cog_op_direction(op)] : NULL;
    return request != NULL && request->op == op ? request : NULL;
}

bool cog_uring_cancel(struct cog_uring *uring, struct cog_op *op) {
    if (cog_list_has(&uring->late, &op->link)) {
        return false;
    }
    struct cog_descriptor *descriptor = cog_descriptors_find(&uring->descriptors, op->socket);
    struct cog_uring_request *request = request_of(descriptor, op);
    if (request == NULL) {
        cog_descriptors_release(&uring->descriptors, op); /* behind others, or an orphan */
        return true;
    }
    bool is_too_late = end_early(uring, request);
    if (is_too_late) {
        go_on(uring, descriptor, cog_op_direction(op));
    } else {
        cog_uring_release(uring, request, COG_ECANCELLED);
    }
    cog_uring_leave(uring);
    return !is_too_late;
}

#endif
