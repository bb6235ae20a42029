/* timeouts.c - a 4-ary heap of deadlines. */
#include "core/timeouts.h"

#include "core/check.h"

enum { ARITY = 4 };

static bool is_before(const struct cog_timer *a, const struct cog_timer *b) {
    return a->deadline_ns < b->deadline_ns ||
           (a->deadline_ns == b->deadline_ns && a->order < b->order);
}

static void place(struct cog_timeouts *timeouts, uint32_t at, struct cog_timer timer) {
    timeouts->heap[at] = timer;
    timer.op->timer_index = at + 1;
}

/* Moves the hole at `at` up until `timer` fits. */
static void sift_up(struct cog_timeouts *timeouts, uint32_t at, struct cog_timer timer) {
    while (at > 0) {
        uint32_t parent = (at - 1) / ARITY;
        if (!is_before(&timer, &timeouts->heap[parent])) {
            break;
        }
        place(timeouts, at, timeouts->heap[parent]);
        at = parent;
    }
    place(timeouts, at, timer);
}

static uint32_t earliest_child(const struct cog_timeouts *timeouts, uint32_t first) {
    uint32_t end = first + ARITY < timeouts->count ? first + ARITY : timeouts->count;
    uint32_t best = first;
    for (uint32_t child = first + 1; child < end; child++) {
        if (is_before(&timeouts->heap[child], &timeouts->heap[best])) {
            best = child;
        }
    }
    return best;
}

/* Moves the hole at `at` down until `timer` fits. */
static void sift_down(struct cog_timeouts *timeouts, uint32_t at, struct cog_timer timer) {
    for (;;) {
        uint64_t first = (uint64_t)at * ARITY + 1;
        if (first >= timeouts->count) {
            break;
        }
        uint32_t child = earliest_child(timeouts, (uint32_t)first);
        if (!is_before(&timeouts->heap[child], &timer)) {
            break;
        }
        place(timeouts, at, timeouts->heap[child]);
        at = child;
    }
    place(timeouts, at, timer);
}

void cog_timeouts_init(struct cog_timeouts *timeouts) {
    *timeouts = (struct cog_timeouts){.heap = NULL};
}

void cog_timeouts_term(struct cog_timeouts *timeouts, const struct cog_allocator *allocator) {
    cog_release(allocator, timeouts->heap, timeouts->capacity * sizeof timeouts->heap[0]);
    *timeouts = (struct cog_timeouts){.heap = NULL};
}

int cog_timeouts_arm(struct cog_timeouts *timeouts, const struct cog_allocator *allocator,
                     struct cog_op *op, int64_t deadline_ns) {
    cog_assert(op->timer_index == 0);
    if (timeouts->count > UINT32_MAX / 2 - 1) {
        return COG_ENOMEM; /* places are 32 bits wide */
    }
    struct cog_timer *heap =
        cog_grow(allocator, timeouts->heap, timeouts->count, &timeouts->capacity, sizeof heap[0]);
    if (heap == NULL) {
        return COG_ENOMEM;
    }
    timeouts->heap = heap;
    struct cog_timer timer = {
        .deadline_ns = deadline_ns, .order = ++timeouts->order_last, .op = op};
    op->activity_order = 0;
    timeouts->count++;
    sift_up(timeouts, timeouts->count - 1, timer);
    return COG_OK;
}

void cog_timeouts_remove(struct cog_timeouts *timeouts, struct cog_op *op) {
    cog_assert(op->timer_index > 0 && op->timer_index <= timeouts->count);
    uint32_t at = op->timer_index - 1;
    cog_assert(timeouts->heap[at].op == op);
    op->timer_index = 0;
    timeouts->count--;
    if (at == timeouts->count) {
        return;
    }
    struct cog_timer last = timeouts->heap[timeouts->count];
    if (at > 0 && is_before(&last, &timeouts->heap[(at - 1) / ARITY])) {
        sift_up(timeouts, at, last);
    } else {
        sift_down(timeouts, at, last);
    }
}

void cog_timeouts_touch(struct cog_timeouts *timeouts, struct cog_op *op, int64_t now_ns) {
    cog_assert(op->timer_index != 0 && !op->is_strong);
    op->activity_ns = now_ns;
    op->activity_order = ++timeouts->order_last;
}

const struct cog_timer *cog_timeouts_settle(struct cog_timeouts *timeouts) {
    while (timeouts->count > 0) {
        struct cog_timer top = timeouts->heap[0];
        if (top.op->activity_order == 0) {
            return &timeouts->heap[0];
        }
        top.deadline_ns = cog_timeouts_deadline_ns(timeouts, top.op);
        top.order = top.op->activity_order;
        top.op->activity_order = 0;
        sift_down(timeouts, 0, top);
    }
    return NULL;
}

int64_t cog_timeouts_deadline_ns(const struct cog_timeouts *timeouts, const struct cog_op *op) {
    cog_assert(op->timer_index > 0 && op->timer_index <= timeouts->count);
    if (op->activity_order == 0) {
        return timeouts->heap[op->timer_index - 1].deadline_ns;
    }
    return op->activity_ns > INT64_MAX - op->timeout_ns ? INT64_MAX
                                                        : op->activity_ns + op->timeout_ns;
}

uint64_t cog_timeouts_order(const struct cog_timeouts *timeouts, const struct cog_op *op) {
    cog_assert(op->timer_index > 0 && op->timer_index <= timeouts->count);
    return op->activity_order != 0 ? op->activity_order : timeouts->heap[op->timer_index - 1].order;
}

bool cog_timeouts_is_valid(const struct cog_timeouts *timeouts) {
    for (uint32_t at = 0; at < timeouts->count; at++) {
        const struct cog_timer *timer = &timeouts->heap[at];
        if (timer->op->timer_index != at + 1) {
            return false;
        }
        if (at > 0 && is_before(timer, &timeouts->heap[(at - 1) / ARITY])) {
            return false;
        }
    }
    return true;
}
