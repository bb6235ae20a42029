/* timeouts.h - the armed deadlines, earliest first.
 *
 * A 4-ary heap of (deadline, arming order, operation). Equal deadlines come out in the order of
 * arming, so the order is total and never depends on addresses. Each operation knows its place
 * (op->timer_index, from 1), which makes removal O(log n).
 *
 * Weak timeouts are re-armed lazily: activity only stamps the operation; when its entry reaches the
 * top, it sinks to the deadline that it would have had, with the arming order of that activity.
 * After cog_timeouts_settle the top is a true deadline.
 */
#ifndef COG_TIMEOUTS_H
#define COG_TIMEOUTS_H

#include "core/allocator.h"
#include "core/cogen.h"

struct cog_timer {
    int64_t deadline_ns;
    uint64_t order; /* arming order, unique within the scheduler */
    struct cog_op *op;
};

struct cog_timeouts {
    struct cog_timer *heap; /* [0, capacity); place i is heap[i - 1] */
    uint32_t count;
    size_t capacity;
    uint64_t order_last; /* the arming order given out last */
};

void cog_timeouts_init(struct cog_timeouts *timeouts);
void cog_timeouts_term(struct cog_timeouts *timeouts, const struct cog_allocator *allocator);

/* Arms op, which is not armed. COG_OK, or COG_ENOMEM with nothing changed. */
int cog_timeouts_arm(struct cog_timeouts *timeouts, const struct cog_allocator *allocator,
                     struct cog_op *op, int64_t deadline_ns);

/* Removes op, which is armed. */
void cog_timeouts_remove(struct cog_timeouts *timeouts, struct cog_op *op);

/* Stamps activity at now_ns on op, which is armed and weak. */
void cog_timeouts_touch(struct cog_timeouts *timeouts, struct cog_op *op, int64_t now_ns);

/* Sinks stale weak entries until the top is a true deadline. Returns the top, or null if nothing is
 * armed. */
const struct cog_timer *cog_timeouts_settle(struct cog_timeouts *timeouts);

/* The deadline that op, which is armed, stands at, its last activity counted in. */
int64_t cog_timeouts_deadline_ns(const struct cog_timeouts *timeouts, const struct cog_op *op);

/* The arming order of op, which is armed; that of its last activity if there was one since. */
uint64_t cog_timeouts_order(const struct cog_timeouts *timeouts, const struct cog_op *op);

/* True if the heap is in order and every operation knows its place. O(n). */
bool cog_timeouts_is_valid(const struct cog_timeouts *timeouts);

#endif
