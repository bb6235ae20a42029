/* loop.c - the scheduler's loop.
 *
 * One iteration: resume the urgent coroutine, else the front of the ready queue, and whoever
 * continues at once after it; run the proactor; expire the deadlines that are due. It alone decides
 * the order of a run, together with the process functions.
 */
#include "core/check.h"
#include "core/operation.h"
#include "core/picking.h"
#include "core/scheduler.h"

struct cog_coro *cog_process_op(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    cog_assert(scheduler != NULL && coro != NULL);
    cog_op_begin(scheduler, &coro->op);
    if (coro->op.timeout_kind == COG_TIMEOUT_INVALID) {
        cog_op_refuse(scheduler, &coro->op, COG_EINVALID);
        return coro;
    }
    return coro->op.type->process(scheduler, coro);
}

/* Resumes coro once and processes what it yields. Returns who continues at once. */
static struct cog_coro *step(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    cog_assert(coro->op.state == COG_OP_FINALIZED);
    if (coro->is_cancelled) {
        return cog_coro_end(scheduler, coro, COG_ECANCELLED);
    }
    if (!coro->is_prepared) {
        coro->is_prepared = true;
        if (scheduler->ready.count == 0) {
            return coro;
        }
        cog_make_ready(scheduler, coro, false);
        return NULL;
    }
    cog_notify_coro(scheduler, COG_EVENT_CORO_RESUMED, coro, false);
    int result = coro->type->step(coro, &coro->op, cog_coro_context(coro));
    if (result != COG_STEP_AWAIT) {
        cog_assert(result <= 0); /* COG_STEP_END or a code */
        return cog_coro_end(scheduler, coro, result);
    }
    return cog_process_op(scheduler, coro);
}

static void run_chain(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    while (coro != NULL) {
        cog_assert(coro->state == COG_CORO_RUNNING);
        coro = step(scheduler, coro);
    }
}

/* Takes the coroutine to resume next out of wherever it stands; null if none is ready. */
static struct cog_coro *take_next(struct cog_scheduler *scheduler) {
    size_t count = scheduler->ready.count + (scheduler->urgent != NULL ? 1 : 0);
    struct cog_coro *next = scheduler->urgent;
    if (scheduler->picker.ops != NULL && count > 1) {
        next = cog_pick_ready(scheduler);
    }
    if (next != NULL && next == scheduler->urgent) {
        scheduler->urgent = NULL;
        return next;
    }
    if (next != NULL) {
        cog_ready_queue_remove(&scheduler->ready, next);
    } else if (count > 0) {
        next = cog_ready_queue_pop(&scheduler->ready);
    } else {
        return NULL;
    }
    next->state = COG_CORO_RUNNING;
    return next;
}

/* One of several completions of a proactor run, not the last: where it goes depends on the priority
 * of its operation. */
static void dispatch_completed(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    coro->state = COG_CORO_RUNNING;
    if (scheduler->ops_greedy) {
        run_chain(scheduler, coro);
        return;
    }
    if (cog_op_has_priority(&coro->op, COG_OP)) {
        coro = step(scheduler, coro);
    }
    if (coro != NULL) {
        cog_make_ready(scheduler, coro, cog_op_has_priority(&coro->op, COG_CORO));
    }
}

/* Runs the proactor, and dispatches what it completed; the last one becomes urgent. */
static int run_proactor(struct cog_scheduler *scheduler, int64_t sleep_ns_max) {
    int64_t sleep_ns = cog_next_timer_delta(scheduler);
    sleep_ns = sleep_ns < sleep_ns_max ? sleep_ns : sleep_ns_max;
    int status = scheduler->proactor.ops->run(scheduler->proactor.context, sleep_ns);
    while (!cog_list_is_empty(&scheduler->completed)) {
        struct cog_link *link = scheduler->completed.next;
        bool is_last = link->next == &scheduler->completed;
        struct cog_coro *coro = cog_container_of(link, struct cog_coro, op.link);
        cog_link_remove(link);
        if (is_last && scheduler->urgent == NULL) {
            coro->state = COG_CORO_RUNNING;
            scheduler->urgent = coro;
        } else {
            dispatch_completed(scheduler, coro);
        }
    }
    return status;
}

void cog_proactor_complete(struct cog_scheduler *scheduler, struct cog_op *op, int status) {
    if (scheduler->proactor.ops->told != NULL) {
        scheduler->proactor.ops->told(scheduler->proactor.context, op, status);
    }
    struct cog_coro *coro = cog_op_finish(scheduler, op, status);
    cog_assert(coro->state == COG_CORO_RUNNING);
    coro->state = COG_CORO_COMPLETED;
    cog_list_push_back(&scheduler->completed, &op->link);
}

/* The entry that expires next of those due at now_ns: the earliest, or as the picker says. Null if
 * none is due. */
static struct cog_op *take_due(struct cog_scheduler *scheduler, int64_t now_ns) {
    struct cog_op *first = cog_timeouts_due(&scheduler->timeouts, now_ns);
    bool is_asked = first != NULL && scheduler->picker.ops != NULL;
    return is_asked ? cog_pick_expired(scheduler, now_ns) : first;
}

void cog_handle_timeouts(struct cog_scheduler *scheduler) {
    cog_assert(scheduler != NULL);
    int64_t now_ns = cog_now_ns(scheduler);
    for (;;) {
        struct cog_op *op = take_due(scheduler, now_ns);
        if (op == NULL) {
            return;
        }
        cog_op_expire(scheduler, op);
    }
}

bool cog_has_ready(const struct cog_scheduler *scheduler) {
    cog_assert(scheduler != NULL);
    return scheduler->ready.count > 0 || scheduler->urgent != NULL;
}

int64_t cog_next_deadline_ns(struct cog_scheduler *scheduler) {
    cog_assert(scheduler != NULL);
    const struct cog_op *first = cog_timeouts_due(&scheduler->timeouts, INT64_MAX);
    return first != NULL ? first->timer.deadline_ns : INT64_MAX;
}

static bool is_posted(const struct cog_scheduler *scheduler) {
    return atomic_load_explicit(&scheduler->is_posted, memory_order_relaxed);
}

int64_t cog_next_timer_delta(struct cog_scheduler *scheduler) {
    cog_assert(scheduler != NULL);
    if (cog_has_ready(scheduler) || is_posted(scheduler)) {
        return 0;
    }
    if (scheduler->timeouts.count == 0) {
        return scheduler->proactor_resolution_ns;
    }
    int64_t now_ns = cog_now_ns(scheduler);
    int64_t wake_ns = cog_timeouts_wake_ns(&scheduler->timeouts, now_ns);
    return wake_ns > now_ns ? wake_ns - now_ns : 0;
}

static bool has_more(const struct cog_scheduler *scheduler) {
    return cog_has_ready(scheduler) || scheduler->timeouts.count > 0 || scheduler->take_count > 0 ||
           scheduler->proactor.ops->held_count(scheduler->proactor.context) > 0;
}

static int iterate(struct cog_scheduler *scheduler, int64_t sleep_ns_max) {
    int status = COG_OK;
    run_chain(scheduler, take_next(scheduler));
    if (is_posted(scheduler)) {
        cog_deliver_posts(scheduler);
    }
    if (!has_more(scheduler)) {
        return COG_OK; /* nobody could be woken: no reason to sleep */
    }
    if (!cog_has_ready(scheduler) ||
        (scheduler->proactor_greedy &&
         scheduler->proactor.ops->held_count(scheduler->proactor.context) > 0)) {
        status = run_proactor(scheduler, sleep_ns_max);
    }
    if (scheduler->timeouts.count > 0) {
        cog_handle_timeouts(scheduler);
    }
    return status;
}

/* In debug builds, everything is checked after each iteration; with thousands of coroutines less
 * often, so that it takes no more than a few times what the iterations do. */
static void check_iteration(struct cog_scheduler *scheduler) {
#ifdef COG_DEBUG
    enum { COROUTINES_PER_ITERATION = 1000 };
    if (scheduler->checks_in-- == 0) {
        cog_assert(cog_scheduler_check(scheduler) == NULL);
        size_t count = 0;
        for (struct cog_link *link = scheduler->coroutines.next; link != &scheduler->coroutines;
             link = link->next) {
            count++;
        }
        scheduler->checks_in = count / COROUTINES_PER_ITERATION;
    }
#else
    (void)scheduler;
#endif
}

/* What a run comes to when there is no more to do. */
static int outcome(const struct cog_scheduler *scheduler) {
    return cog_list_is_empty(&scheduler->coroutines) ? COG_OK : COG_ESTALLED;
}

/* An iteration; there is something to do. */
static int advance(struct cog_scheduler *scheduler, int64_t sleep_ns_max) {
    scheduler->is_iterating = true;
    int status = iterate(scheduler, sleep_ns_max);
    scheduler->is_iterating = false;
    check_iteration(scheduler);
    if (status != COG_OK) {
        return status;
    }
    return has_more(scheduler) ? COG_MORE : outcome(scheduler);
}

int cog_iter_run(struct cog_scheduler *scheduler) {
    return cog_iterate(scheduler, INT64_MAX);
}

int cog_iterate(struct cog_scheduler *scheduler, int64_t sleep_ns_max) {
    cog_assert(scheduler != NULL && !scheduler->is_iterating);
    return has_more(scheduler) ? advance(scheduler, sleep_ns_max > 0 ? sleep_ns_max : 0)
                               : outcome(scheduler);
}

int cog_run(struct cog_scheduler *scheduler) {
    cog_assert(scheduler != NULL && !scheduler->is_iterating);
    scheduler->is_running = true;
    cog_overflow_watch_begin(scheduler);
    int status = has_more(scheduler) ? COG_MORE : outcome(scheduler);
    while (scheduler->is_running && status == COG_MORE) {
        status = advance(scheduler, INT64_MAX);
    }
    cog_overflow_watch_end(scheduler);
    scheduler->is_running = false;
    return status == COG_MORE ? COG_OK : status;
}

void cog_stop(struct cog_scheduler *scheduler) {
    cog_assert(scheduler != NULL);
    scheduler->is_running = false;
}
