/* scheduler.c - making a scheduler, and its loop.
 *
 * One iteration: resume the urgent coroutine, else the front of the ready queue, and whoever
 * continues at once after it; run the proactor; expire the deadlines that are due. It alone decides
 * the order of a run, together with the process functions.
 */
#include "core/scheduler.h"

#include "core/check.h"
#include "core/operation.h"
#include "core/picking.h"

static bool options_are_valid(const struct cog_scheduler_options *options) {
    return options->default_priority >= COG_LAST && options->default_priority <= COG_FIRST &&
           options->default_timeout_ns >= 0 && options->proactor_resolution_ns >= 0;
}

static bool switch_is_on(enum cog_switch value, bool by_default) {
    return value == COG_SWITCH_DEFAULT ? by_default : value == COG_ON;
}

static void take_options(struct cog_scheduler *scheduler,
                         const struct cog_scheduler_options *options) {
    scheduler->clock = options->clock.now_ns != NULL ? options->clock : cog_clock_monotonic();
    scheduler->proactor = options->proactor.ops != NULL ? options->proactor : cog_proactor_none();
    scheduler->picker = options->picker;
    scheduler->observer = options->observer;
    scheduler->default_priority = options->default_priority;
    scheduler->default_timeout_ns = options->default_timeout_ns;
    scheduler->proactor_resolution_ns =
        options->proactor_resolution_ns > 0 ? options->proactor_resolution_ns : 10000000;
    scheduler->proactor_default_size = options->proactor_default_size;
    scheduler->proactor_greedy = switch_is_on(options->proactor_greedy, true);
    scheduler->ops_greedy = switch_is_on(options->ops_greedy, false);
    scheduler->multiplex_first = switch_is_on(options->proactor_multiplex_first, true);
}

int cog_scheduler_new(const struct cog_scheduler_options *options, struct cog_scheduler **out) {
    static const struct cog_scheduler_options defaults = {.allocator = NULL};
    options = options != NULL ? options : &defaults;
    if (!options_are_valid(options)) {
        return COG_EINVALID;
    }
    const struct cog_allocator *allocator =
        options->allocator != NULL ? options->allocator : cog_allocator_malloc();
    struct cog_scheduler *scheduler = cog_allocate_zeroed(allocator, 1, sizeof *scheduler);
    if (scheduler == NULL) {
        return COG_ENOMEM;
    }
    scheduler->allocator = allocator;
    take_options(scheduler, options);
    cog_ready_queue_init(&scheduler->ready);
    cog_timeouts_init(&scheduler->timeouts);
    cog_list_init(&scheduler->completed);
    cog_list_init(&scheduler->coroutines);
    scheduler->proactor.ops->attach(scheduler->proactor.context, scheduler);
    *out = scheduler;
    return COG_OK;
}

/* Takes a live coroutine out of everything that knows it, without resuming anybody. */
static void abandon(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    if (coro->op.state == COG_OP_PENDING) {
        if (coro->op.type->withdraw != NULL) {
            (void)coro->op.type->withdraw(scheduler, &coro->op);
        }
        cog_op_end(scheduler, &coro->op, COG_OP_CANCELLED, COG_ECANCELLED);
    } else if (cog_link_is_linked(&coro->op.link)) {
        cog_link_remove(&coro->op.link);
    }
    cog_link_remove(&coro->all_link);
    coro->state = COG_CORO_ENDED;
    coro->status = COG_ECANCELLED;
    cog_coro_term(coro);
}

void cog_scheduler_free(struct cog_scheduler *scheduler) {
    if (scheduler == NULL) {
        return;
    }
    scheduler->observer.ops = NULL;
    struct cog_link abandoned;
    cog_list_init(&abandoned);
    while (!cog_list_is_empty(&scheduler->coroutines)) {
        struct cog_coro *coro =
            cog_container_of(scheduler->coroutines.next, struct cog_coro, all_link);
        abandon(scheduler, coro);
        cog_list_push_back(&abandoned, &coro->all_link);
    }
    while (!cog_list_is_empty(&abandoned)) {
        struct cog_coro *coro = cog_container_of(abandoned.next, struct cog_coro, all_link);
        cog_link_remove(&coro->all_link);
        cog_coro_release(coro);
    }
    if (scheduler->proactor.ops->detach != NULL) {
        scheduler->proactor.ops->detach(scheduler->proactor.context);
    }
    cog_timeouts_term(&scheduler->timeouts, scheduler->allocator);
    cog_picking_term(scheduler);
    cog_release(scheduler->allocator, scheduler, sizeof *scheduler);
}

void cog_notify(struct cog_scheduler *scheduler, const struct cog_event *event) {
    if (scheduler->observer.ops != NULL) {
        scheduler->observer.ops->event(scheduler->observer.context, event);
    }
}

static void notify_coro(struct cog_scheduler *scheduler, enum cog_event_kind kind,
                        struct cog_coro *coro, bool front) {
    if (scheduler->observer.ops != NULL) {
        cog_notify(scheduler,
                   &(struct cog_event){
                       .kind = kind, .coro = coro, .status = coro->status, .front = front});
    }
}

void cog_make_ready(struct cog_scheduler *scheduler, struct cog_coro *coro, bool front) {
    cog_assert(coro->state == COG_CORO_RUNNING || coro->state == COG_CORO_COMPLETED);
    cog_assert(coro->op.state == COG_OP_FINALIZED);
    coro->state = COG_CORO_READY;
    cog_ready_queue_push(&scheduler->ready, coro, front);
    notify_coro(scheduler, COG_EVENT_CORO_READY, coro, front);
}

struct cog_coro *cog_park(struct cog_scheduler *scheduler, struct cog_coro *coro,
                          struct cog_link *list) {
    int status = cog_op_arm(scheduler, &coro->op);
    if (status != COG_OK) {
        return cog_op_finish(scheduler, &coro->op, status);
    }
    coro->state = COG_CORO_WAITING;
    if (list != NULL) {
        cog_list_push_back(list, &coro->op.link);
    }
    return NULL;
}

void cog_adopt(struct cog_scheduler *scheduler, struct cog_coro *coro, struct cog_coro *by) {
    cog_assert(coro->state == COG_CORO_NEW && coro->scheduler == scheduler);
    (void)cog_coro_retain(coro);
    coro->state = COG_CORO_RUNNING;
    cog_list_push_back(&scheduler->coroutines, &coro->all_link);
    if (scheduler->observer.ops != NULL) {
        cog_notify(scheduler,
                   &(struct cog_event){.kind = COG_EVENT_CORO_ADDED, .coro = coro, .other = by});
    }
}

int cog_add(struct cog_scheduler *scheduler, struct cog_coro *coro, bool first) {
    if (coro->state != COG_CORO_NEW || coro->scheduler != scheduler) {
        return COG_EINVALID;
    }
    cog_adopt(scheduler, coro, NULL);
    cog_make_ready(scheduler, coro, !first);
    return COG_OK;
}

/* Ends a join with the result of the coroutine joined. */
static struct cog_coro *finish_join(struct cog_scheduler *scheduler, struct cog_link *link,
                                    const struct cog_coro *ended) {
    struct cog_op *op = cog_container_of(link, struct cog_op, link);
    op->value = ended->result;
    return cog_op_finish(scheduler, op, ended->status == COG_OK ? COG_OK : COG_EFAILED);
}

struct cog_coro *cog_coro_end(struct cog_scheduler *scheduler, struct cog_coro *coro, int status) {
    cog_assert(coro->state == COG_CORO_RUNNING);
    coro->state = COG_CORO_ENDED;
    coro->status = status;
    cog_link_remove(&coro->all_link);
    notify_coro(scheduler, COG_EVENT_CORO_ENDED, coro, false);
    cog_coro_term(coro);
    struct cog_coro *next = NULL;
    if (coro->caller == NULL && !cog_list_is_empty(&coro->joiners)) {
        next = finish_join(scheduler, coro->joiners.prev, coro);
    }
    while (!cog_list_is_empty(&coro->joiners)) {
        struct cog_coro *joiner = finish_join(scheduler, coro->joiners.next, coro);
        cog_make_ready(scheduler, joiner, scheduler->default_priority != COG_LAST);
    }
    if (coro->caller != NULL) {
        next = coro->caller;
        coro->caller = NULL;
        next->op.value = coro->result;
        (void)cog_op_finish(scheduler, &next->op, status == COG_OK ? COG_OK : COG_EFAILED);
    }
    cog_coro_release(coro);
    return next;
}

struct cog_coro *cog_process_op(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    cog_op_begin(scheduler, &coro->op);
    return coro->op.type->process(scheduler, coro);
}

/* Resumes coro once and processes what it yields. Returns who continues at once. */
static struct cog_coro *step(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    cog_assert(coro->op.state == COG_OP_FINALIZED);
    if (!coro->is_prepared) {
        coro->is_prepared = true;
        if (scheduler->ready.count == 0) {
            return coro;
        }
        cog_make_ready(scheduler, coro, false);
        return NULL;
    }
    notify_coro(scheduler, COG_EVENT_CORO_RESUMED, coro, false);
    int result = coro->type->step(coro, &coro->op, cog_coro_context(coro));
    if (result != COG_STEP_AWAIT) {
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
static int run_proactor(struct cog_scheduler *scheduler) {
    int status =
        scheduler->proactor.ops->run(scheduler->proactor.context, cog_next_timer_delta(scheduler));
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
    struct cog_coro *coro = cog_op_finish(scheduler, op, status);
    cog_assert(coro->state == COG_CORO_RUNNING);
    coro->state = COG_CORO_COMPLETED;
    cog_list_push_back(&scheduler->completed, &op->link);
}

/* The entry that expires next of those due at now_ns: the earliest, or as the picker says. Null if
 * none is due. */
static struct cog_op *take_due(struct cog_scheduler *scheduler, int64_t now_ns) {
    const struct cog_timer *top = cog_timeouts_settle(&scheduler->timeouts);
    if (top == NULL || top->deadline_ns > now_ns) {
        return NULL;
    }
    return scheduler->picker.ops == NULL ? top->op : cog_pick_expired(scheduler, now_ns);
}

void cog_handle_timeouts(struct cog_scheduler *scheduler) {
    if (scheduler->timeouts.count == 0) {
        return;
    }
    int64_t now_ns = cog_now_ns(scheduler);
    for (;;) {
        struct cog_op *op = take_due(scheduler, now_ns);
        if (op == NULL) {
            return;
        }
        cog_op_expire(scheduler, op);
    }
}

int64_t cog_now_ns(const struct cog_scheduler *scheduler) {
    return scheduler->clock.now_ns(scheduler->clock.context);
}

bool cog_has_ready(const struct cog_scheduler *scheduler) {
    return scheduler->ready.count > 0 || scheduler->urgent != NULL;
}

int64_t cog_next_deadline_ns(struct cog_scheduler *scheduler) {
    const struct cog_timer *top = cog_timeouts_settle(&scheduler->timeouts);
    return top != NULL ? top->deadline_ns : INT64_MAX;
}

int64_t cog_next_timer_delta(struct cog_scheduler *scheduler) {
    if (cog_has_ready(scheduler)) {
        return 0;
    }
    const struct cog_timer *top = cog_timeouts_settle(&scheduler->timeouts);
    if (top == NULL) {
        return scheduler->proactor_resolution_ns;
    }
    int64_t now_ns = cog_now_ns(scheduler);
    return top->deadline_ns > now_ns ? top->deadline_ns - now_ns : 0;
}

static bool has_more(const struct cog_scheduler *scheduler) {
    return cog_has_ready(scheduler) || scheduler->timeouts.count > 0 ||
           scheduler->proactor.ops->held_count(scheduler->proactor.context) > 0;
}

static int iterate(struct cog_scheduler *scheduler) {
    int status = COG_OK;
    run_chain(scheduler, take_next(scheduler));
    if (!has_more(scheduler)) {
        return COG_OK; /* nobody could be woken: no reason to sleep */
    }
    size_t held_count = scheduler->proactor.ops->held_count(scheduler->proactor.context);
    if (!cog_has_ready(scheduler) || (held_count > 0 && scheduler->proactor_greedy)) {
        status = run_proactor(scheduler);
    }
    cog_handle_timeouts(scheduler);
    return status;
}

int cog_iter_run(struct cog_scheduler *scheduler) {
    if (has_more(scheduler)) {
        int status = iterate(scheduler);
        if (status != COG_OK) {
            return status;
        }
        if (has_more(scheduler)) {
            return COG_MORE;
        }
    }
    return cog_list_is_empty(&scheduler->coroutines) ? COG_OK : COG_ESTALLED;
}

int cog_run(struct cog_scheduler *scheduler) {
    scheduler->is_running = true;
    int status = COG_MORE;
    while (scheduler->is_running && status == COG_MORE) {
        status = cog_iter_run(scheduler);
    }
    scheduler->is_running = false;
    return status == COG_MORE ? COG_OK : status;
}

void cog_stop(struct cog_scheduler *scheduler) {
    scheduler->is_running = false;
}

struct cog_coro *cog_next_coro(struct cog_scheduler *scheduler, struct cog_coro *previous) {
    struct cog_link *link = previous != NULL ? previous->all_link.next : scheduler->coroutines.next;
    return link != &scheduler->coroutines ? cog_container_of(link, struct cog_coro, all_link)
                                          : NULL;
}

int cog_close_socket(struct cog_scheduler *scheduler, int32_t socket) {
    return scheduler->proactor.ops->close_socket(scheduler->proactor.context, socket);
}
