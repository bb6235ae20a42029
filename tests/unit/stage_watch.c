/* stage_watch.c - what the stage concludes from the events alone, to hold against the scheduler. */
#include "tests/unit/stage_watch.h"

#include "core/scheduler.h"

static void write_event(struct stage *stage, const struct cog_event *event) {
    const char *name = cog_coro_name(event->coro);
    const char *op = event->op != NULL ? event->op->type->name : "";
    long long time_ns = (long long)event->time_ns;
    switch (event->kind) {
    case COG_EVENT_CORO_ADDED:
        stage_write(&stage->events, "added %s by %s\n", name,
                    event->other != NULL ? cog_coro_name(event->other) : "nobody");
        break;
    case COG_EVENT_CORO_READY:
        stage_write(&stage->events, "ready %s %s\n", name, event->front ? "front" : "back");
        break;
    case COG_EVENT_CORO_RESUMED:
        stage_write(&stage->events, "resumed %s\n", name);
        break;
    case COG_EVENT_CORO_ENDED:
        stage_write(&stage->events, "ended %s %s\n", name, cog_status_name(event->status));
        break;
    case COG_EVENT_OP_STARTED:
        stage_write(&stage->events, "started %s %s\n", name, op);
        break;
    case COG_EVENT_OP_PROGRESSED:
        stage_write(&stage->events, "progressed %s %s\n", name, op);
        break;
    case COG_EVENT_OP_ENDED:
        stage_write(&stage->events, "finished %s %s %s\n", name, op,
                    cog_status_name(event->status));
        break;
    case COG_EVENT_TIMER_ARMED:
        stage_write(&stage->events, "armed %s %s %lld\n", name, op, time_ns);
        break;
    case COG_EVENT_TIMER_REFRESHED:
        stage_write(&stage->events, "refreshed %s %s %lld\n", name, op, time_ns);
        break;
    case COG_EVENT_TIMER_FIRED:
        stage_write(&stage->events, "fired %s %s\n", name, op);
        break;
    case COG_EVENT_TIMER_REMOVED:
        stage_write(&stage->events, "removed %s %s\n", name, op);
        break;
    }
}

/* An operation has one ending that agrees with its state, and its coroutine is resumed once after
 * it. */
static void watch_life(struct stage *stage, size_t i, const struct cog_event *event) {
    bool *is_waiting = &stage->actors[i].is_waiting;
    bool *may_resume = &stage->actors[i].may_resume;
    if (event->kind == COG_EVENT_OP_STARTED) {
        stage->fault = *is_waiting ? "an operation started within another" : stage->fault;
        *is_waiting = true;
    } else if (event->kind == COG_EVENT_OP_ENDED) {
        enum cog_op_state state = event->status == COG_OK           ? COG_OP_COMPLETED
                                  : event->status == COG_ETIMEDOUT  ? COG_OP_EXPIRED
                                  : event->status == COG_ECANCELLED ? COG_OP_CANCELLED
                                                                    : COG_OP_FAILED;
        stage->fault = event->op->state == state ? stage->fault : "an ending is of another status";
        stage->fault = *is_waiting ? stage->fault : "an operation ended twice";
        *is_waiting = false;
        *may_resume = true;
    } else if (event->kind == COG_EVENT_CORO_RESUMED) {
        stage->fault = *may_resume ? stage->fault : "a coroutine is resumed twice";
        stage->fault = *is_waiting ? "a coroutine is resumed while it waits" : stage->fault;
        stage->fault =
            stage->actors[i].has_ended ? "a coroutine is resumed after its end" : stage->fault;
        *may_resume = false;
    } else if (event->kind == COG_EVENT_CORO_ENDED) {
        stage->fault = stage->actors[i].has_ended ? "a coroutine ended twice" : stage->fault;
        stage->fault = *is_waiting ? "a coroutine ended while it waits" : stage->fault;
        stage->actors[i].has_ended = true;
    }
}

static void watch_deadline(struct stage *stage, size_t i, const struct cog_event *event) {
    int64_t *deadline_ns = &stage->actors[i].deadline_ns;
    if (event->kind == COG_EVENT_TIMER_ARMED || event->kind == COG_EVENT_TIMER_REFRESHED) {
        *deadline_ns = event->time_ns;
    } else if (event->kind == COG_EVENT_TIMER_FIRED) {
        stage->fault = *deadline_ns <= stage->now_ns ? stage->fault : "a deadline came too early";
        *deadline_ns = INT64_MAX;
    } else if (event->kind == COG_EVENT_TIMER_REMOVED) {
        *deadline_ns = INT64_MAX;
    }
}

static void watch_counts(struct stage *stage, const struct cog_event *event) {
    if (event->kind != COG_EVENT_OP_ENDED || event->status != COG_OK) {
        return;
    }
    if (event->op->type->kind == COG_OP_QUEUE_PUT) {
        stage->objects[cog_op_object_tag(event->op) - 1].unfinished_count++;
    } else if (event->op->type->kind == COG_OP_QUEUE_DONE || event->op->type->kind == COG_OP_TAKE) {
        stage->objects[cog_op_object_tag(event->op) - 1].unfinished_count--;
    }
}

static void observe(void *context, const struct cog_event *event) {
    struct stage *stage = context;
    write_event(stage, event);
    uint32_t tag = cog_coro_tag(event->coro);
    if (tag > 0) {
        watch_life(stage, tag - 1, event);
        watch_deadline(stage, tag - 1, event);
        watch_counts(stage, event);
    }
}

struct cog_observer stage_watch_observer(struct stage *stage) {
    static const struct cog_observer_ops ops = {.event = observe};
    return (struct cog_observer){.ops = &ops, .context = stage};
}

/* The number of coroutines that wait on the object of that tag by operations of a kind, and the
 * most recipients they want. */
static size_t count_waiting(const struct stage *stage, uint32_t tag, enum cog_op_kind kind,
                            uint32_t *recipients) {
    size_t count = 0;
    for (size_t i = 0; i < stage->actor_count; i++) {
        const struct cog_op *op = cog_coro_awaits(stage->actors[i].coro);
        if (op != NULL && op->type->kind == kind && cog_op_object_tag(op) == tag) {
            count++;
            *recipients = op->recipients > *recipients ? op->recipients : *recipients;
        }
    }
    return count;
}

/* A waiting operation for which what it waits for is there has lost its wake-up. */
static const char *check_waiting(const struct stage *stage, const struct cog_op *op) {
    uint32_t tag = cog_op_object_tag(op);
    size_t i = tag > 0 ? tag - 1 : 0;
    uint32_t recipients = 0;
    switch ((int)op->type->kind) {
    case COG_OP_QUEUE_GET:
        return cog_queue_count(stage->objects[i].queue) > 0 ? "a get waits though there are items"
                                                            : NULL;
    case COG_OP_QUEUE_PUT:
        return cog_queue_count(stage->objects[i].queue) < stage->objects[i].size
                   ? "a put waits though there is room"
                   : NULL;
    case COG_OP_QUEUE_JOIN:
        return stage->objects[i].unfinished_count == 0 ? "a drain waits though all is done" : NULL;
    case COG_OP_SIGNAL:
        (void)count_waiting(stage, tag, COG_OP_SIGNAL, &recipients);
        return count_waiting(stage, tag, COG_OP_WAIT, &recipients) >= recipients
                   ? "every parked signal could proceed"
                   : NULL;
    case COG_OP_JOIN:
    case COG_OP_CALL:
        return cog_coro_has_ended(op->object) ? "a coroutine waits for one that ended" : NULL;
    case COG_OP_PIPE_NEXT:
    case COG_OP_PIPE_STOP:
        return cog_coro_has_ended(stage->objects[i].producer)
                   ? "a coroutine waits for a producer that ended"
                   : NULL;
    case COG_OP_TAKE:
        return stage->objects[i].unfinished_count > 0 && !atomic_load(&stage->scheduler->is_posted)
                   ? "a take waits though a value has been posted"
                   : NULL;
    default:
        return NULL;
    }
}

/* Every gate that has begun is finalized, or waits. */
static const char *check_gates(const struct stage *stage) {
    size_t count = 0;
    for (size_t i = 0; i < stage->actor_count; i++) {
        const struct cog_op *op = cog_coro_awaits(stage->actors[i].coro);
        count += op != NULL && op->type->kind == COG_OP_CUSTOM ? 1 : 0;
    }
    return count == stage->gate_count ? NULL : "an operation that ended was not finalized";
}

/* The clean-up of those that ended has run. */
static const char *check_cleanups(const struct stage *stage) {
    for (size_t i = 0; i < stage->cleanup_count; i++) {
        if (stage->cleanups[i].is_due && cog_coro_has_ended(stage->cleanups[i].coro)) {
            return "a coroutine ended without its clean-up";
        }
    }
    return NULL;
}

const char *stage_watch_check(const struct stage *stage) {
    const char *failure = stage->fault;
    failure = failure == NULL ? check_gates(stage) : failure;
    failure = failure == NULL ? check_cleanups(stage) : failure;
    for (size_t i = 0; i < stage->actor_count && failure == NULL; i++) {
        const struct cog_op *op = cog_coro_awaits(stage->actors[i].coro);
        failure = op != NULL ? check_waiting(stage, op) : NULL;
        if (failure == NULL && stage->actors[i].is_waiting != (op != NULL)) {
            failure = "an operation that started did not end, or ended and is waited on";
        }
        int64_t deadline_ns = stage->actors[i].deadline_ns;
        if (failure == NULL && deadline_ns <= stage->now_ns && deadline_ns != INT64_MAX) {
            failure = "a deadline that has come did not fire";
        }
        if (failure == NULL && op == NULL && deadline_ns != INT64_MAX) {
            failure = "what does not wait has a deadline";
        }
    }
    return failure;
}
