/* operation.c - the life of an operation.
 *
 *   new --cog_op_begin--> pending --cog_op_end--> completed --cog_op_end--> finalized
 *                                             \-> expired   -/
 *                                             \-> failed    -/
 *                                             \-> cancelled -/
 */
#include "core/operation.h"

#include "core/check.h"
#include "core/scheduler.h"

/* The moves allowed, a bit for each state that may come next. */
static const uint8_t moves_allowed[] = {
    [COG_OP_NEW] = 1u << COG_OP_PENDING,
    [COG_OP_PENDING] = 1u << COG_OP_COMPLETED | 1u << COG_OP_EXPIRED | 1u << COG_OP_FAILED |
                       1u << COG_OP_CANCELLED,
    [COG_OP_COMPLETED] = 1u << COG_OP_FINALIZED,
    [COG_OP_EXPIRED] = 1u << COG_OP_FINALIZED,
    [COG_OP_FAILED] = 1u << COG_OP_FINALIZED,
    [COG_OP_CANCELLED] = 1u << COG_OP_FINALIZED,
    [COG_OP_FINALIZED] = 0,
};

/* The one function that moves an operation. */
static void move(struct cog_op *op, enum cog_op_state to) {
    cog_assert((moves_allowed[op->state] & 1u << to) != 0);
    op->state = (uint8_t)to;
}

_Static_assert(sizeof(((struct cog_op *)NULL)->u) == sizeof(((struct cog_op *)NULL)->u.custom),
               "clearing custom clears the whole union");

void cog_op_init(struct cog_op *op, const struct cog_op_type *type) {
    cog_assert(op != NULL && op->state != COG_OP_PENDING); /* else it would be submitted twice */
    cog_assert(!cog_link_is_linked(&op->link) && !cog_timer_is_armed(op));
    /* Field by field, without link and timer, which are clear: compilers zero the whole by a string
     * instruction, which takes a quarter of a dispatch. */
    op->type = type;
    op->object = NULL;
    op->value.bits = 0;
    op->timeout_ns = 0;
    op->u.custom[0].bits = 0;
    op->u.custom[1].bits = 0;
    op->u.custom[2].bits = 0;
    op->socket = -1;
    op->status = 0;
    op->recipients = 0;
    op->state = COG_OP_NEW;
    op->priority = COG_DEFAULT;
    op->timeout_kind = COG_TIMEOUT_DEFAULT;
    op->is_strong = false;
    op->is_nowait = false;
    op->is_keyed = false;
}

struct cog_coro *cog_op_coro(const struct cog_op *op) {
    cog_assert(op != NULL);
    return cog_container_of(op, struct cog_coro, op);
}

void cog_set_priority(struct cog_op *op, enum cog_priority priority) {
    cog_assert(op->state == COG_OP_NEW);
    cog_assert(priority >= COG_DEFAULT && priority <= COG_FIRST);
    op->priority = (int8_t)priority;
}

void cog_set_timeout(struct cog_op *op, int64_t timeout_ns, bool is_strong) {
    cog_assert(op->state == COG_OP_NEW);
    op->timeout_kind = timeout_ns >= 0 ? COG_TIMEOUT_RELATIVE : COG_TIMEOUT_INVALID;
    op->timeout_ns = timeout_ns;
    op->is_strong = is_strong;
}

void cog_set_deadline(struct cog_op *op, int64_t deadline_ns, bool is_strong) {
    cog_assert(op->state == COG_OP_NEW);
    op->timeout_kind = COG_TIMEOUT_ABSOLUTE;
    op->timeout_ns = deadline_ns;
    op->is_strong = is_strong;
}

void cog_set_no_timeout(struct cog_op *op) {
    cog_assert(op->state == COG_OP_NEW);
    op->timeout_kind = COG_TIMEOUT_NONE;
}

void cog_set_custom(struct cog_op *op, const struct cog_op_type *type, void *object) {
    cog_assert(type != NULL && type->process != NULL && type->kind == COG_OP_CUSTOM);
    cog_op_init(op, type);
    op->object = object;
}

static void notify_op(struct cog_scheduler *scheduler, enum cog_event_kind kind, struct cog_op *op,
                      int64_t time_ns) {
    if (scheduler->observer.ops != NULL) {
        cog_notify(scheduler, &(struct cog_event){.kind = kind,
                                                  .coro = cog_op_coro(op),
                                                  .op = op,
                                                  .time_ns = time_ns,
                                                  .status = op->status});
    }
}

void cog_op_begin(struct cog_scheduler *scheduler, struct cog_op *op) {
    move(op, COG_OP_PENDING);
    if (op->priority == COG_DEFAULT) {
        op->priority = (int8_t)scheduler->default_priority;
    }
    if (op->timeout_kind == COG_TIMEOUT_DEFAULT) {
        bool applies = op->type->is_timed && scheduler->default_timeout_ns > 0;
        op->timeout_kind = applies ? COG_TIMEOUT_RELATIVE : COG_TIMEOUT_NONE;
        op->timeout_ns = scheduler->default_timeout_ns;
    }
    notify_op(scheduler, COG_EVENT_OP_STARTED, op, 0);
}

void cog_op_arm(struct cog_scheduler *scheduler, struct cog_op *op) {
    if (op->timeout_kind == COG_TIMEOUT_NONE) {
        return;
    }
    int64_t now_ns = cog_now_ns(scheduler);
    int64_t deadline_ns = op->timeout_ns;
    if (op->timeout_kind == COG_TIMEOUT_RELATIVE) {
        deadline_ns = cog_deadline_after(now_ns, op->timeout_ns);
    } else {
        op->timeout_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
    }
    cog_timeouts_arm(&scheduler->timeouts, op, deadline_ns);
    notify_op(scheduler, COG_EVENT_TIMER_ARMED, op, deadline_ns);
}

void cog_op_end(struct cog_scheduler *scheduler, struct cog_op *op, enum cog_op_state ending,
                int status) {
    struct cog_coro *coro = cog_op_coro(op);
    move(op, ending);
    op->status = status;
    if (cog_timer_is_armed(op)) {
        cog_timeouts_remove(&scheduler->timeouts, op);
        notify_op(scheduler, COG_EVENT_TIMER_REMOVED, op, 0);
    }
    if (cog_link_is_linked(&op->link)) {
        cog_link_remove(&op->link);
    }
    if (coro->state == COG_CORO_WAITING) {
        coro->state = COG_CORO_RUNNING;
    }
    notify_op(scheduler, COG_EVENT_OP_ENDED, op, 0);
    if (op->type->finalize != NULL) {
        op->type->finalize(scheduler, op);
    }
    move(op, COG_OP_FINALIZED);
}

void cog_op_refuse(struct cog_scheduler *scheduler, struct cog_op *op, int status) {
    move(op, COG_OP_FAILED);
    op->status = status;
    notify_op(scheduler, COG_EVENT_OP_ENDED, op, 0);
    if (op->type->refuse != NULL) {
        op->type->refuse(scheduler, op);
    }
    move(op, COG_OP_FINALIZED);
}

struct cog_coro *cog_op_finish(struct cog_scheduler *scheduler, struct cog_op *op, int status) {
    cog_op_end(scheduler, op, status == COG_OK ? COG_OP_COMPLETED : COG_OP_FAILED, status);
    return cog_op_coro(op);
}

void cog_op_expire(struct cog_scheduler *scheduler, struct cog_op *op) {
    cog_timeouts_remove(&scheduler->timeouts, op);
    notify_op(scheduler, COG_EVENT_TIMER_FIRED, op, 0);
    if (op->type->withdraw != NULL && !op->type->withdraw(scheduler, op)) {
        return;
    }
    if (op->type->kind == COG_OP_SLEEP) {
        cog_op_end(scheduler, op, COG_OP_COMPLETED, COG_OK);
    } else {
        cog_op_end(scheduler, op, COG_OP_EXPIRED, COG_ETIMEDOUT);
    }
    cog_make_ready(scheduler, cog_op_coro(op), false);
}

void cog_proactor_activity(struct cog_scheduler *scheduler, struct cog_op *op) {
    cog_assert(op->state == COG_OP_PENDING);
    if (scheduler->proactor.ops->told != NULL) {
        scheduler->proactor.ops->told(scheduler->proactor.context, op, COG_PENDING);
    }
    notify_op(scheduler, COG_EVENT_OP_PROGRESSED, op, 0);
    if (cog_timer_is_armed(op) && !op->is_strong) {
        cog_timeouts_touch(&scheduler->timeouts, op, cog_now_ns(scheduler));
        notify_op(scheduler, COG_EVENT_TIMER_REFRESHED, op, op->timer.deadline_ns);
    }
}
