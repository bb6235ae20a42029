/* scheduler.c - making a scheduler, freeing it, asking it. */
#include "core/scheduler.h"

#include "core/check.h"
#include "core/object.h"
#include "core/picking.h"

#include <string.h>

static bool options_are_valid(const struct cog_scheduler_options *options) {
    return options->default_priority >= COG_LAST && options->default_priority <= COG_FIRST &&
           options->default_timeout_ns >= 0 && options->proactor_resolution_ns >= 0 &&
           options->stack_bytes <= COG_STACK_BYTES_MAX;
}

static bool switch_is_on(enum cog_switch value, bool by_default) {
    return value == COG_SWITCH_DEFAULT ? by_default : value == COG_ON;
}

static void take_options(struct cog_scheduler *scheduler,
                         const struct cog_scheduler_options *options) {
    scheduler->clock = options->clock.now_ns != NULL ? options->clock : cog_clock_monotonic();
    scheduler->now_ns = INT64_MIN;
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

/* The one that was given, or the best one of this machine. */
static int take_proactor(struct cog_scheduler *scheduler,
                         const struct cog_scheduler_options *options) {
    if (options->proactor.ops != NULL) {
        scheduler->proactor = options->proactor;
        return COG_OK;
    }
    scheduler->owns_proactor = true;
    return cog_proactor_open(NULL, scheduler->allocator, &scheduler->proactor);
}

int cog_scheduler_new(const struct cog_scheduler_options *options, struct cog_scheduler **out) {
    cog_assert(out != NULL);
    static const struct cog_scheduler_options defaults = {.allocator = NULL};
    options = options != NULL ? options : &defaults;
    if (!options_are_valid(options)) {
        return COG_EINVALID;
    }
    const struct cog_allocator *allocator =
        options->allocator != NULL ? options->allocator : cog_allocator_malloc();
    struct cog_scheduler *scheduler = cog_allocate(allocator, sizeof *scheduler);
    if (scheduler == NULL) {
        return COG_ENOMEM;
    }
    memset(scheduler, 0, offsetof(struct cog_scheduler, timeouts));
    scheduler->allocator = allocator;
    take_options(scheduler, options);
    int status = take_proactor(scheduler, options);
    if (status != COG_OK) {
        cog_release(allocator, scheduler, sizeof *scheduler);
        return status;
    }
    atomic_init(&scheduler->is_posted, false);
    cog_list_init(&scheduler->objects);
    cog_list_init(&scheduler->mailboxes);
    cog_stack_pool_init(&scheduler->stacks, allocator, options);
    cog_ready_queue_init(&scheduler->ready);
    cog_timeouts_init(&scheduler->timeouts);
    cog_list_init(&scheduler->completed);
    cog_list_init(&scheduler->coroutines);
    cog_list_init(&scheduler->newborn);
    scheduler->proactor.ops->attach(scheduler->proactor.context, scheduler);
    *out = scheduler;
    return COG_OK;
}

/* Ends every coroutine that lives, the one added last first. They are freed only when all have
 * ended, because their clean-up may look at one another. */
static void abandon_all(struct cog_scheduler *scheduler) {
    struct cog_link abandoned;
    cog_list_init(&abandoned);
    while (!cog_list_is_empty(&scheduler->coroutines)) {
        struct cog_coro *coro =
            cog_container_of(scheduler->coroutines.prev, struct cog_coro, all_link);
        (void)cog_coro_retain(coro);
        (void)cog_coro_abandon(coro, true);
        cog_list_push_back(&abandoned, &coro->all_link);
    }
    while (!cog_list_is_empty(&abandoned)) {
        struct cog_coro *coro = cog_container_of(abandoned.next, struct cog_coro, all_link);
        cog_link_remove(&coro->all_link);
        cog_coro_release(coro);
    }
}

/* What outlives the scheduler knows that it is gone. */
static void leave_behind(struct cog_scheduler *scheduler) {
    while (!cog_list_is_empty(&scheduler->newborn)) {
        struct cog_coro *coro =
            cog_container_of(scheduler->newborn.next, struct cog_coro, all_link);
        cog_link_remove(&coro->all_link);
        coro->scheduler = NULL;
    }
    while (!cog_list_is_empty(&scheduler->objects)) {
        struct cog_object *object =
            cog_container_of(scheduler->objects.next, struct cog_object, link);
        if (object->type->close != NULL) {
            object->type->close(object);
        }
        cog_object_term(object);
        object->scheduler = NULL;
    }
}

void cog_scheduler_free(struct cog_scheduler *scheduler) {
    if (scheduler == NULL) {
        return;
    }
    scheduler->observer.ops = NULL;
    scheduler->is_closing = true;
    abandon_all(scheduler);
    leave_behind(scheduler);
    if (scheduler->proactor.ops->detach != NULL) {
        scheduler->proactor.ops->detach(scheduler->proactor.context);
    }
    if (scheduler->owns_proactor) {
        cog_proactor_close(&scheduler->proactor);
    }
    cog_stack_pool_term(&scheduler->stacks);
    cog_overflow_watch_term(scheduler);
    cog_picking_term(scheduler);
    cog_release(scheduler->allocator, scheduler, sizeof *scheduler);
}

int64_t cog_now_ns(struct cog_scheduler *scheduler) {
    cog_assert(scheduler != NULL);
    int64_t now_ns = scheduler->clock.now_ns(scheduler->clock.context);
    scheduler->now_ns = now_ns > scheduler->now_ns ? now_ns : scheduler->now_ns;
    return scheduler->now_ns;
}

struct cog_coro *cog_next_coro(struct cog_scheduler *scheduler, struct cog_coro *previous) {
    cog_assert(scheduler != NULL);
    struct cog_link *link = previous != NULL ? previous->all_link.next : scheduler->coroutines.next;
    return link != &scheduler->coroutines ? cog_container_of(link, struct cog_coro, all_link)
                                          : NULL;
}

int cog_scheduler_descriptor(const struct cog_scheduler *scheduler) {
    cog_assert(scheduler != NULL);
    const struct cog_proactor *proactor = &scheduler->proactor;
    return proactor->ops->descriptor != NULL ? proactor->ops->descriptor(proactor->context) : -1;
}

const struct cog_allocator *cog_scheduler_allocator(const struct cog_scheduler *scheduler) {
    cog_assert(scheduler != NULL);
    return scheduler->allocator;
}

int cog_close_socket(struct cog_scheduler *scheduler, int32_t socket) {
    cog_assert(scheduler != NULL);
    return scheduler->proactor.ops->close_socket(scheduler->proactor.context, socket);
}
