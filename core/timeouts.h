/* timeouts.h - the armed deadlines, earliest first.
 *
 * The order is (deadline, arming order): total, and never one of addresses. An entry is part of its
 * operation (op->timer), so arming needs no memory and cannot fail.
 *
 *   base: every entry due at or before it is in the front, every later one in a bucket
 *
 *   front    |  level 0      level 1           level 2 ...
 *   a heap   |  1 ns each    64 ns each        4096 ns each
 *            ^ base
 *
 * Far from being due, entries are not sorted but thrown into buckets: the highest base-64 digit in
 * which a deadline differs from base gives the level, its value there the bucket. When the front is
 * empty the earliest bucket is emptied: few entries go to the front, many into the levels below,
 * with base moved to the bucket's start. Most timeouts are removed before that happens; they were
 * linked into a list and unlinked again. The front is a pairing heap: what is armed at or before
 * base costs no more than a comparison there, and removing it only what has gathered below it.
 *
 * Base is behind the clock, as a rule, or a few milliseconds ahead of it. It runs ahead when
 * somebody asks for the earliest deadline, as a world of virtual time does; what is armed before
 * that goes to the front. Who only wants to sleep asks when to wake.
 *
 * Weak timeouts are re-armed lazily: activity only stamps the entry with its new place in the
 * order. It stays where it is until its bucket is emptied, and then goes where it now belongs. In
 * the front, which is in order, it moves at once.
 */
#ifndef COG_TIMEOUTS_H
#define COG_TIMEOUTS_H

#include "core/cogen.h"

enum {
    COG_TIMEOUTS_DIGIT_BITS = 6,
    COG_TIMEOUTS_BUCKETS = 1 << COG_TIMEOUTS_DIGIT_BITS,
    COG_TIMEOUTS_LEVELS = (64 + COG_TIMEOUTS_DIGIT_BITS - 1) / COG_TIMEOUTS_DIGIT_BITS,
};

struct cog_timeouts {
    struct cog_timer *front; /* the root of the heap, or null */
    uint64_t base;           /* as cog_timeouts_arm's deadlines, shifted to begin at 0 */
    uint64_t order_last;     /* the arming order given out last */
    size_t count;
    uint32_t levels; /* a bit for each level, and for each of its buckets: clear if it is empty */
    uint64_t occupied[COG_TIMEOUTS_LEVELS];
    /* Last, and with no value as long as they are not marked: what is made often is made fast. */
    struct cog_timer *buckets[COG_TIMEOUTS_LEVELS][COG_TIMEOUTS_BUCKETS];
};

void cog_timeouts_init(struct cog_timeouts *timeouts);

static inline bool cog_timer_is_armed(const struct cog_op *op) {
    return op->timer.back != NULL;
}

/* The deadline that long after now; INT64_MAX if that is beyond the clock's range. timeout_ns >= 0.
 */
static inline int64_t cog_deadline_after(int64_t now_ns, int64_t timeout_ns) {
    return now_ns > INT64_MAX - timeout_ns ? INT64_MAX : now_ns + timeout_ns;
}

/* Arms op, which is not armed. */
void cog_timeouts_arm(struct cog_timeouts *timeouts, struct cog_op *op, int64_t deadline_ns);

/* Removes op, which is armed. */
void cog_timeouts_remove(struct cog_timeouts *timeouts, struct cog_op *op);

/* There was activity at now_ns on op, which is armed and weak: its deadline is timeout_ns later,
 * and it stands in the order of arming as if it had been armed now. */
void cog_timeouts_touch(struct cog_timeouts *timeouts, struct cog_op *op, int64_t now_ns);

/* The first operation in order if it is due at now_ns, else null. INT64_MAX: the first of all. */
struct cog_op *cog_timeouts_due(struct cog_timeouts *timeouts, int64_t now_ns);

/* When to wake for the first operation in order, asked at now_ns; INT64_MAX if nothing is armed.
 * Its deadline, as a rule; where many are armed for about the same time, some earlier time, at
 * which to ask again. To ask for the deadline itself (cog_timeouts_due with INT64_MAX) moves base
 * up to it. */
int64_t cog_timeouts_wake_ns(struct cog_timeouts *timeouts, int64_t now_ns);

/* Would a, which is armed as b is, expire before b? */
bool cog_timer_is_before(const struct cog_op *a, const struct cog_op *b);

/* True if every entry in the buckets that are marked as occupied is where it belongs. O(count). */
bool cog_timeouts_is_valid(const struct cog_timeouts *timeouts);

/* True if op, which is armed, is linked as it should be: in the front, before all below it; in a
 * bucket, in one that is marked. */
bool cog_timer_is_valid(const struct cog_timeouts *timeouts, const struct cog_op *op);

#endif
