/* queue.c - queues: bounded or not, with task_done and join.
 *
 * Invariants: a get is parked only while the queue is empty; a put is parked only while it is full.
 * unfinished_count counts the items that entered or were handed over and are not done.
 */
#include "core/check.h"
#include "core/inspection.h"
#include "core/object.h"
#include "core/operation.h"
#include "core/scheduler.h"

struct cog_queue {
    struct cog_object object;
    size_t size;            /* how many it holds; 0: unbounded */
    union cog_value *items; /* a ring; capacity is a power of two, or 0 */
    size_t capacity;
    size_t first;
    size_t count;
    size_t unfinished_count;
    struct cog_link getters; /* parked gets, in order */
    struct cog_link putters; /* parked puts, in order */
    struct cog_link joiners; /* parked joins, in order */
};

static bool is_full(const struct cog_queue *queue) {
    return queue->size > 0 && queue->count >= queue->size;
}

static const char *check_queue(const struct cog_object *object) {
    const struct cog_queue *queue = cog_container_of(object, const struct cog_queue, object);
    if (queue->count > queue->capacity || (queue->size > 0 && queue->count > queue->size)) {
        return "a queue holds more than it has room for";
    }
    if (queue->count > 0 && !cog_list_is_empty(&queue->getters)) {
        return "a get is parked on a queue that has an item";
    }
    if (!is_full(queue) && !cog_list_is_empty(&queue->putters)) {
        return "a put is parked on a queue that has room";
    }
    if (queue->unfinished_count == 0 && !cog_list_is_empty(&queue->joiners)) {
        return "a join is parked on a queue that is done";
    }
    bool is_pending = cog_list_is_pending(&queue->getters) &&
                      cog_list_is_pending(&queue->putters) && cog_list_is_pending(&queue->joiners);
    return is_pending ? NULL : "a queue holds an operation that ended";
}

int cog_queue_new(struct cog_scheduler *scheduler, const struct cog_queue_options *options,
                  struct cog_queue **out) {
    static const struct cog_object_type type = {.check = check_queue};
    cog_assert(scheduler != NULL && out != NULL);
    struct cog_queue *queue = cog_allocate_zeroed(scheduler->allocator, 1, sizeof *queue);
    if (queue == NULL) {
        return COG_ENOMEM;
    }
    cog_object_init(&queue->object, &type, scheduler, options != NULL ? options->name : NULL,
                    options != NULL ? options->tag : 0);
    queue->size = options != NULL ? options->size : 0;
    cog_list_init(&queue->getters);
    cog_list_init(&queue->putters);
    cog_list_init(&queue->joiners);
    *out = queue;
    return COG_OK;
}

void cog_queue_free(struct cog_queue *queue) {
    if (queue == NULL) {
        return;
    }
    cog_assert(cog_list_is_empty(&queue->getters) && cog_list_is_empty(&queue->putters) &&
               cog_list_is_empty(&queue->joiners));
    const struct cog_allocator *allocator = queue->object.allocator;
    cog_object_term(&queue->object);
    cog_release(allocator, queue->items, queue->capacity * sizeof queue->items[0]);
    cog_release(allocator, queue, sizeof *queue);
}

size_t cog_queue_count(const struct cog_queue *queue) {
    cog_assert(queue != NULL);
    return queue->count;
}

union cog_value cog_queue_item(const struct cog_queue *queue, size_t index) {
    cog_assert(queue != NULL && index < queue->count);
    return queue->items[(queue->first + index) & (queue->capacity - 1)];
}

size_t cog_queue_unfinished_count(const struct cog_queue *queue) {
    return queue->unfinished_count;
}

const struct cog_op *cog_queue_next_parked(const struct cog_queue *queue,
                                           const struct cog_op *previous) {
    bool are_gets = !cog_list_is_empty(&queue->getters);
    return cog_list_next_op(are_gets ? &queue->getters : &queue->putters, previous);
}

/* Makes the ring larger, its items from the start on. */
static int grow(struct cog_queue *queue) {
    const struct cog_allocator *allocator = queue->object.allocator;
    size_t capacity = queue->capacity == 0 ? 4 : queue->capacity * 2;
    if (capacity > SIZE_MAX / sizeof queue->items[0]) {
        return COG_ENOMEM;
    }
    union cog_value *items = cog_allocate(allocator, capacity * sizeof items[0]);
    if (items == NULL) {
        return COG_ENOMEM;
    }
    for (size_t index = 0; index < queue->count; index++) {
        items[index] = cog_queue_item(queue, index);
    }
    cog_release(allocator, queue->items, queue->capacity * sizeof queue->items[0]);
    queue->items = items;
    queue->capacity = capacity;
    queue->first = 0;
    return COG_OK;
}

static int enter(struct cog_queue *queue, union cog_value item) {
    if (queue->count == queue->capacity) {
        int status = grow(queue);
        if (status != COG_OK) {
            return status;
        }
    }
    queue->items[(queue->first + queue->count) & (queue->capacity - 1)] = item;
    queue->count++;
    queue->unfinished_count++;
    return COG_OK;
}

static union cog_value take(struct cog_queue *queue) {
    union cog_value item = cog_queue_item(queue, 0);
    queue->first = (queue->first + 1) & (queue->capacity - 1);
    queue->count--;
    return item;
}

/* Hands value to the first parked get. Who continues at once, the getter or the putter, depends on
 * their priorities. */
static struct cog_coro *hand_over(struct cog_queue *queue, struct cog_coro *putter) {
    struct cog_scheduler *scheduler = queue->object.scheduler;
    struct cog_op *get = cog_container_of(queue->getters.next, struct cog_op, link);
    queue->unfinished_count++;
    get->value = putter->op.value;
    struct cog_coro *getter = cog_op_finish(scheduler, get, COG_OK);
    (void)cog_op_finish(scheduler, &putter->op, COG_OK);
    if (putter->op.priority != COG_LAST) {
        cog_make_ready(scheduler, putter, cog_op_has_priority(&putter->op, COG_CORO));
        return getter;
    }
    cog_make_ready(scheduler, getter, get->priority != COG_LAST);
    return putter;
}

static struct cog_coro *process_put(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    struct cog_queue *queue = cog_object_of(scheduler, &coro->op);
    if (is_full(queue)) {
        return coro->op.is_nowait ? cog_op_finish(scheduler, &coro->op, COG_EFULL)
                                  : cog_park(scheduler, coro, &queue->putters);
    }
    if (!cog_list_is_empty(&queue->getters)) {
        return hand_over(queue, coro);
    }
    return cog_op_finish(scheduler, &coro->op, enter(queue, coro->op.value));
}

int cog_queue_add(struct cog_queue *queue, union cog_value value) {
    cog_assert(queue != NULL && queue->object.scheduler != NULL);
    struct cog_scheduler *scheduler = queue->object.scheduler;
    if (is_full(queue)) {
        return COG_EFULL;
    }
    if (cog_list_is_empty(&queue->getters)) {
        return enter(queue, value);
    }
    struct cog_op *get = cog_container_of(queue->getters.next, struct cog_op, link);
    queue->unfinished_count++;
    get->value = value;
    cog_make_ready(scheduler, cog_op_finish(scheduler, get, COG_OK), false);
    return COG_OK;
}

/* There is room again: parked puts enter. Returns the putter that continues at once instead of the
 * getter, or null. */
static struct cog_coro *admit_putters(struct cog_queue *queue, struct cog_coro *getter) {
    struct cog_scheduler *scheduler = queue->object.scheduler;
    while (!is_full(queue) && !cog_list_is_empty(&queue->putters)) {
        struct cog_op *put = cog_container_of(queue->putters.next, struct cog_op, link);
        struct cog_coro *putter = cog_op_finish(scheduler, put, enter(queue, put->value));
        bool front = cog_op_has_priority(put, COG_OP);
        if (cog_op_has_priority(put, COG_CORO)) {
            cog_make_ready(scheduler, getter, front);
            return putter;
        }
        cog_make_ready(scheduler, putter, front);
    }
    return NULL;
}

static struct cog_coro *process_get(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    struct cog_queue *queue = cog_object_of(scheduler, &coro->op);
    if (queue->count == 0) {
        return coro->op.is_nowait ? cog_op_finish(scheduler, &coro->op, COG_EEMPTY)
                                  : cog_park(scheduler, coro, &queue->getters);
    }
    coro->op.value = take(queue);
    (void)cog_op_finish(scheduler, &coro->op, COG_OK);
    struct cog_coro *putter = admit_putters(queue, coro);
    return putter != NULL ? putter : coro;
}

static struct cog_coro *process_done(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    struct cog_queue *queue = cog_object_of(scheduler, &coro->op);
    if (queue->unfinished_count == 0) {
        return cog_op_finish(scheduler, &coro->op, COG_ETOOMANYDONE);
    }
    queue->unfinished_count--;
    while (queue->unfinished_count == 0 && !cog_list_is_empty(&queue->joiners)) {
        struct cog_op *join = cog_container_of(queue->joiners.next, struct cog_op, link);
        cog_make_ready(scheduler, cog_op_finish(scheduler, join, COG_OK),
                       cog_op_has_priority(&coro->op, COG_OP));
    }
    return cog_op_finish(scheduler, &coro->op, COG_OK);
}

static struct cog_coro *process_queue_join(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    struct cog_queue *queue = cog_object_of(scheduler, &coro->op);
    return queue->unfinished_count == 0 ? cog_op_finish(scheduler, &coro->op, COG_OK)
                                        : cog_park(scheduler, coro, &queue->joiners);
}

void cog_set_put(struct cog_op *op, struct cog_queue *queue, union cog_value value, bool nowait) {
    static const struct cog_op_type type = {
        .name = "put", .kind = COG_OP_QUEUE_PUT, .is_timed = true, .process = process_put};
    cog_op_init(op, &type);
    op->object = queue;
    op->value = value;
    op->is_nowait = nowait;
}

void cog_set_get(struct cog_op *op, struct cog_queue *queue, bool nowait) {
    static const struct cog_op_type type = {
        .name = "get", .kind = COG_OP_QUEUE_GET, .is_timed = true, .process = process_get};
    cog_op_init(op, &type);
    op->object = queue;
    op->is_nowait = nowait;
}

void cog_set_queue_done(struct cog_op *op, struct cog_queue *queue) {
    static const struct cog_op_type type = {
        .name = "done", .kind = COG_OP_QUEUE_DONE, .process = process_done};
    cog_op_init(op, &type);
    op->object = queue;
}

void cog_set_queue_join(struct cog_op *op, struct cog_queue *queue) {
    static const struct cog_op_type type = {
        .name = "drain", .kind = COG_OP_QUEUE_JOIN, .process = process_queue_join};
    cog_op_init(op, &type);
    op->object = queue;
}
