/* signal.c - signals: wait, and signal with a number of recipients.
 *
 * At any time, either no signal is parked, or the first one parked wants more recipients than wait.
 * A signal that asks for recipients is never served before an older one that is parked; one that
 * asks for none never waits.
 */
#include "core/check.h"
#include "core/inspection.h"
#include "core/object.h"
#include "core/operation.h"
#include "core/scheduler.h"

struct cog_signal {
    struct cog_object object;
    struct cog_link waiters; /* wait operations, in order */
    struct cog_link parked;  /* signal operations that wait for recipients, in order */
    size_t waiter_count;
};

static const char *check_signal(const struct cog_object *object) {
    const struct cog_signal *signal = cog_container_of(object, const struct cog_signal, object);
    size_t waiter_count = 0;
    for (const struct cog_link *link = signal->waiters.next; link != &signal->waiters;
         link = link->next) {
        waiter_count++;
    }
    if (waiter_count != signal->waiter_count) {
        return "a signal counts other waiters than it has";
    }
    if (!cog_list_is_pending(&signal->waiters) || !cog_list_is_pending(&signal->parked)) {
        return "a signal holds an operation that ended";
    }
    if (cog_list_is_empty(&signal->parked)) {
        return NULL;
    }
    const struct cog_op *oldest = cog_container_of(signal->parked.next, struct cog_op, link);
    return oldest->recipients > waiter_count ? NULL : "a parked signal has recipients enough";
}

int cog_signal_new(struct cog_scheduler *scheduler, const struct cog_object_options *options,
                   struct cog_signal **out) {
    static const struct cog_object_type type = {.check = check_signal};
    cog_assert(scheduler != NULL && out != NULL);
    struct cog_signal *signal = cog_allocate_zeroed(scheduler->allocator, 1, sizeof *signal);
    if (signal == NULL) {
        return COG_ENOMEM;
    }
    cog_object_init(&signal->object, &type, scheduler, options != NULL ? options->name : NULL,
                    options != NULL ? options->tag : 0);
    cog_list_init(&signal->waiters);
    cog_list_init(&signal->parked);
    *out = signal;
    return COG_OK;
}

void cog_signal_free(struct cog_signal *signal) {
    if (signal == NULL) {
        return;
    }
    cog_assert(cog_list_is_empty(&signal->waiters) && cog_list_is_empty(&signal->parked));
    cog_object_term(&signal->object);
    cog_release(signal->object.allocator, signal, sizeof *signal);
}

const struct cog_op *cog_signal_next_parked(const struct cog_signal *signal,
                                            const struct cog_op *previous) {
    return cog_list_next_op(&signal->parked, previous);
}

/* Wakes all who wait now. One after the other to the front, or in order to the back. */
static size_t wake_all(struct cog_signal *signal, union cog_value value, bool front) {
    struct cog_scheduler *scheduler = signal->object.scheduler;
    size_t woken = 0;
    while (!cog_list_is_empty(&signal->waiters)) {
        struct cog_op *op = cog_container_of(signal->waiters.next, struct cog_op, link);
        op->value = value;
        cog_make_ready(scheduler, cog_op_finish(scheduler, op, COG_OK), front);
        woken++;
    }
    return woken;
}

/* The signal proceeds: its waiters wake, then the signaller is queued. */
static void proceed(struct cog_signal *signal, struct cog_op *op) {
    struct cog_scheduler *scheduler = signal->object.scheduler;
    bool waiters_front = cog_op_has_priority(op, COG_OP);
    bool signaller_front = cog_op_has_priority(op, COG_CORO);
    size_t woken = wake_all(signal, op->value, waiters_front);
    op->value.number = (int64_t)woken;
    cog_make_ready(scheduler, cog_op_finish(scheduler, op, COG_OK), signaller_front);
}

/* Serves parked signals from the oldest on, as far as those who wait suffice. */
static void serve_parked(struct cog_signal *signal) {
    while (!cog_list_is_empty(&signal->parked)) {
        struct cog_op *oldest = cog_container_of(signal->parked.next, struct cog_op, link);
        if (signal->waiter_count < oldest->recipients) {
            return;
        }
        proceed(signal, oldest);
    }
}

static struct cog_coro *process_wait(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    struct cog_signal *signal = cog_object_of(scheduler, &coro->op);
    signal->waiter_count++;
    (void)cog_park(scheduler, coro, &signal->waiters);
    serve_parked(signal);
    return NULL;
}

static void finalize_wait(struct cog_scheduler *scheduler, struct cog_op *op) {
    (void)scheduler;
    struct cog_signal *signal = op->object;
    signal->waiter_count--;
}

static struct cog_coro *process_signal(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    struct cog_signal *signal = cog_object_of(scheduler, &coro->op);
    bool is_behind = coro->op.recipients > 0 && !cog_list_is_empty(&signal->parked);
    if (signal->waiter_count < coro->op.recipients || is_behind) {
        return cog_park(scheduler, coro, &signal->parked);
    }
    proceed(signal, &coro->op);
    return NULL;
}

/* When the oldest parked signal gives up, the next one may have recipients enough. */
static bool withdraw_signal(struct cog_scheduler *scheduler, struct cog_op *op) {
    (void)scheduler;
    cog_link_remove(&op->link);
    serve_parked(op->object);
    return true;
}

void cog_set_wait(struct cog_op *op, struct cog_signal *signal) {
    static const struct cog_op_type type = {.name = "wait",
                                            .kind = COG_OP_WAIT,
                                            .is_timed = true,
                                            .process = process_wait,
                                            .finalize = finalize_wait};
    cog_op_init(op, &type);
    op->object = signal;
}

void cog_set_signal(struct cog_op *op, struct cog_signal *signal, union cog_value value,
                    uint32_t recipients) {
    static const struct cog_op_type type = {.name = "signal",
                                            .kind = COG_OP_SIGNAL,
                                            .process = process_signal,
                                            .withdraw = withdraw_signal};
    cog_op_init(op, &type);
    op->object = signal;
    op->value = value;
    op->recipients = recipients;
}

size_t cog_signal_send(struct cog_signal *signal, union cog_value value) {
    cog_assert(signal != NULL && signal->object.scheduler != NULL);
    return wake_all(signal, value, false);
}
