/* timeouts.c - buckets of deadlines, and a pairing heap in front of them. */
#include "core/timeouts.h"

#include "core/check.h"

#include <string.h>

enum {
    DIGIT_BITS = COG_TIMEOUTS_DIGIT_BITS,
    BUCKETS = COG_TIMEOUTS_BUCKETS,
    LEVELS = COG_TIMEOUTS_LEVELS,
    FEW = 64,         /* a bucket of that many goes to the front at once, */
    NARROW_LEVEL = 4, /* if it is not wider than those of this level: 17 ms */
};

_Static_assert(BUCKETS == 64 && LEVELS <= 32, "buckets and levels are bits of a word");

/* One list of entries. */
struct bucket {
    unsigned level;
    unsigned index;
};

static struct cog_op *op_of(struct cog_timer *timer) {
    return cog_container_of(timer, struct cog_op, timer);
}

/* Deadlines in the order of unsigned numbers. */
static uint64_t key_of(int64_t deadline_ns) {
    return (uint64_t)deadline_ns ^ UINT64_C(1) << 63;
}

static int64_t deadline_of(uint64_t key) {
    return (int64_t)(key ^ UINT64_C(1) << 63);
}

static bool is_before(const struct cog_timer *a, const struct cog_timer *b) {
    return a->deadline_ns < b->deadline_ns ||
           (a->deadline_ns == b->deadline_ns && a->order < b->order);
}

bool cog_timer_is_before(const struct cog_op *a, const struct cog_op *b) {
    return is_before(&a->timer, &b->timer);
}

/* Links timer in front of what *head points to. */
static inline void push(struct cog_timer **head, struct cog_timer *timer) {
    timer->next = *head;
    if (timer->next != NULL) {
        timer->next->back = &timer->next;
    }
    timer->back = head;
    *head = timer;
}

static inline void unlink_timer(struct cog_timer *timer) {
    *timer->back = timer->next;
    if (timer->next != NULL) {
        timer->next->back = timer->back;
    }
    timer->back = NULL;
}

/* ---- The front: a pairing heap. Children are a list, in no order. ---- */

/* Makes one heap of two. Returns its root. */
static struct cog_timer *meld(struct cog_timer *a, struct cog_timer *b) {
    if (is_before(b, a)) {
        push(&b->child, a);
        return b;
    }
    push(&a->child, b);
    return a;
}

/* Makes one heap of a list of them, which is not empty: in pairs from its start, then of the pairs
 * from the end. */
static struct cog_timer *meld_list(struct cog_timer *first) {
    struct cog_timer *pairs = NULL;
    do {
        struct cog_timer *pair = first;
        struct cog_timer *other = first->next;
        first = other != NULL ? other->next : NULL;
        if (other != NULL) {
            pair = meld(pair, other);
        }
        pair->next = pairs;
        pairs = pair;
    } while (first != NULL);
    struct cog_timer *root = pairs;
    pairs = pairs->next;
    while (pairs != NULL) {
        struct cog_timer *next = pairs->next;
        root = meld(root, pairs);
        pairs = next;
    }
    return root;
}

static void add_to_front(struct cog_timeouts *timeouts, struct cog_timer *heap) {
    struct cog_timer *root = timeouts->front != NULL ? meld(timeouts->front, heap) : heap;
    root->next = NULL;
    root->back = &timeouts->front;
    timeouts->front = root;
}

static bool is_in_front(const struct cog_timeouts *timeouts, const struct cog_timer *timer) {
    return key_of(timer->deadline_ns) <= timeouts->base;
}

/* ---- The buckets ---- */

/* The bucket of a key after base. */
static inline struct bucket bucket_of(const struct cog_timeouts *timeouts, uint64_t key) {
    unsigned highest_bit = 63u - (unsigned)__builtin_clzll(key ^ timeouts->base);
    unsigned level = highest_bit / DIGIT_BITS;
    return (struct bucket){level, (unsigned)(key >> level * DIGIT_BITS) % BUCKETS};
}

/* The first key that belongs to a bucket: base's digits above the bucket's own, zeroes below. */
static uint64_t start_of(const struct cog_timeouts *timeouts, struct bucket bucket) {
    unsigned shift = bucket.level * DIGIT_BITS;
    uint64_t above = shift + DIGIT_BITS < 64
                         ? timeouts->base >> (shift + DIGIT_BITS) << (shift + DIGIT_BITS)
                         : 0;
    return above | (uint64_t)bucket.index << shift;
}

/* Puts an entry where it belongs. */
static inline void file(struct cog_timeouts *timeouts, struct cog_timer *timer) {
    timer->child = NULL;
    if (is_in_front(timeouts, timer)) {
        add_to_front(timeouts, timer);
        return;
    }
    struct bucket bucket = bucket_of(timeouts, key_of(timer->deadline_ns));
    struct cog_timer **head = &timeouts->buckets[bucket.level][bucket.index];
    if ((timeouts->occupied[bucket.level] >> bucket.index & 1) == 0) {
        *head = NULL;
        timeouts->occupied[bucket.level] |= UINT64_C(1) << bucket.index;
        timeouts->levels |= 1u << bucket.level;
    }
    push(head, timer);
}

/* Finds the earliest bucket. Buckets whose entries were all removed are noticed only here. */
static bool find_earliest(struct cog_timeouts *timeouts, struct bucket *bucket) {
    while (timeouts->levels != 0) {
        bucket->level = (unsigned)__builtin_ctz(timeouts->levels);
        uint64_t *occupied = &timeouts->occupied[bucket->level];
        while (*occupied != 0) {
            bucket->index = (unsigned)__builtin_ctzll(*occupied);
            if (timeouts->buckets[bucket->level][bucket->index] != NULL) {
                return true;
            }
            *occupied &= *occupied - 1;
        }
        timeouts->levels &= timeouts->levels - 1;
    }
    return false;
}

/* Where base moves when the bucket of these keys is emptied: behind the last entry if they are few,
 * which takes them all to the front, else to the bucket's start, which spreads them over the levels
 * below. Entries that activity has moved out of the bucket do not count. Never behind limit: what
 * is armed next would go to the front. */
static uint64_t base_after(const struct cog_timer *first, uint64_t key_min, uint64_t key_max,
                           uint64_t limit) {
    uint64_t base = key_min;
    unsigned count = 0;
    for (const struct cog_timer *timer = first; timer != NULL; timer = timer->next) {
        uint64_t key = key_of(timer->deadline_ns);
        if (++count > FEW) {
            return key_min;
        }
        base = key > base && key <= key_max ? key : base;
    }
    return base < limit ? base : limit;
}

/* Empties a bucket that begins at or before now. */
static void empty(struct cog_timeouts *timeouts, struct bucket bucket, uint64_t now) {
    struct cog_timer **head = &timeouts->buckets[bucket.level][bucket.index];
    struct cog_timer *timer = *head;
    uint64_t start = start_of(timeouts, bucket);
    uint64_t width = UINT64_C(1) << bucket.level * DIGIT_BITS;
    *head = NULL;
    timeouts->base = base_after(timer, start, start + (width - 1),
                                bucket.level <= NARROW_LEVEL ? UINT64_MAX : now);
    while (timer != NULL) {
        struct cog_timer *next = timer->next;
        file(timeouts, timer);
        timer = next;
    }
}

/* ---- Calls ---- */

void cog_timeouts_init(struct cog_timeouts *timeouts) {
    memset(timeouts, 0, offsetof(struct cog_timeouts, buckets));
}

void cog_timeouts_arm(struct cog_timeouts *timeouts, struct cog_op *op, int64_t deadline_ns) {
    cog_assert(!cog_timer_is_armed(op));
    op->timer.deadline_ns = deadline_ns;
    op->timer.order = ++timeouts->order_last;
    timeouts->count++;
    file(timeouts, &op->timer);
}

/* What stood below one that has been unlinked goes on without it. */
static void keep_children(struct cog_timeouts *timeouts, struct cog_timer *timer) {
    add_to_front(timeouts, meld_list(timer->child));
    timer->child = NULL;
}

static inline void take_out(struct cog_timeouts *timeouts, struct cog_timer *timer) {
    unlink_timer(timer);
    if (timer->child != NULL) {
        keep_children(timeouts, timer);
    }
}

void cog_timeouts_remove(struct cog_timeouts *timeouts, struct cog_op *op) {
    cog_assert(cog_timer_is_armed(op));
    take_out(timeouts, &op->timer);
    timeouts->count--;
}

void cog_timeouts_touch(struct cog_timeouts *timeouts, struct cog_op *op, int64_t now_ns) {
    cog_assert(cog_timer_is_armed(op) && !op->is_strong);
    struct cog_timer *timer = &op->timer;
    int64_t deadline_ns = cog_deadline_after(now_ns, op->timeout_ns);
    cog_assert(deadline_ns >= timer->deadline_ns); /* else its bucket would come too late */
    bool moves = is_in_front(timeouts, timer);
    if (moves) {
        take_out(timeouts, timer);
    }
    timer->deadline_ns = deadline_ns;
    timer->order = ++timeouts->order_last;
    if (moves) {
        file(timeouts, timer);
    }
}

struct cog_op *cog_timeouts_due(struct cog_timeouts *timeouts, int64_t now_ns) {
    struct bucket earliest;
    while (timeouts->front == NULL && find_earliest(timeouts, &earliest) &&
           start_of(timeouts, earliest) <= key_of(now_ns)) {
        empty(timeouts, earliest, key_of(now_ns));
    }
    bool is_due = timeouts->front != NULL && timeouts->front->deadline_ns <= now_ns;
    return is_due ? op_of(timeouts->front) : NULL;
}

/* The earliest deadline in a bucket of few, in *deadline_ns. Entries that activity has moved out of
 * it go where they belong; false if no other is left. */
static bool look_into(struct cog_timeouts *timeouts, struct bucket bucket, int64_t *deadline_ns) {
    bool is_found = false;
    struct cog_timer *next = NULL;
    for (struct cog_timer *timer = timeouts->buckets[bucket.level][bucket.index]; timer != NULL;
         timer = next) {
        next = timer->next;
        struct bucket own = bucket_of(timeouts, key_of(timer->deadline_ns));
        if (own.level != bucket.level || own.index != bucket.index) {
            unlink_timer(timer);
            file(timeouts, timer);
        } else if (!is_found || timer->deadline_ns < *deadline_ns) {
            is_found = true;
            *deadline_ns = timer->deadline_ns;
        }
    }
    return is_found;
}

static bool holds_few(const struct cog_timer *first) {
    unsigned count = 0;
    for (; first != NULL && count <= FEW; first = first->next) {
        count++;
    }
    return count <= FEW;
}

int64_t cog_timeouts_wake_ns(struct cog_timeouts *timeouts, int64_t now_ns) {
    const struct cog_op *due = cog_timeouts_due(timeouts, now_ns);
    if (due != NULL) {
        return due->timer.deadline_ns;
    }
    struct bucket earliest;
    int64_t deadline_ns = INT64_MAX;
    while (timeouts->front == NULL && find_earliest(timeouts, &earliest)) {
        if (!holds_few(timeouts->buckets[earliest.level][earliest.index])) {
            return deadline_of(start_of(timeouts, earliest));
        }
        if (look_into(timeouts, earliest, &deadline_ns)) {
            return deadline_ns;
        }
    }
    return timeouts->front != NULL ? timeouts->front->deadline_ns : INT64_MAX;
}

/* ---- Validity ---- */

/* An entry of a bucket may have been moved to a later one by activity; then it is stale. */
static bool belongs_to(const struct cog_timeouts *timeouts, struct cog_timer *timer,
                       struct bucket bucket) {
    if (is_in_front(timeouts, timer) || timer->child != NULL) {
        return false;
    }
    struct bucket own = bucket_of(timeouts, key_of(timer->deadline_ns));
    if (own.level == bucket.level && own.index == bucket.index) {
        return true;
    }
    bool is_later =
        own.level > bucket.level || (own.level == bucket.level && own.index > bucket.index);
    return is_later && !op_of(timer)->is_strong;
}

static bool is_marked(const struct cog_timeouts *timeouts, struct bucket bucket) {
    return (timeouts->levels >> bucket.level & 1) != 0 &&
           (timeouts->occupied[bucket.level] >> bucket.index & 1) != 0;
}

static bool bucket_is_valid(const struct cog_timeouts *timeouts, struct bucket bucket) {
    struct cog_timer *timer = timeouts->buckets[bucket.level][bucket.index];
    for (; timer != NULL; timer = timer->next) {
        if (!belongs_to(timeouts, timer, bucket)) {
            return false;
        }
    }
    return true;
}

bool cog_timeouts_is_valid(const struct cog_timeouts *timeouts) {
    for (uint32_t levels = timeouts->levels; levels != 0; levels &= levels - 1) {
        unsigned level = (unsigned)__builtin_ctz(levels);
        for (uint64_t left = timeouts->occupied[level]; left != 0; left &= left - 1) {
            unsigned index = (unsigned)__builtin_ctzll(left);
            if (!bucket_is_valid(timeouts, (struct bucket){level, index})) {
                return false;
            }
        }
    }
    return true;
}

bool cog_timer_is_valid(const struct cog_timeouts *timeouts, const struct cog_op *op) {
    const struct cog_timer *timer = &op->timer;
    if (*timer->back != timer || (timer->next != NULL && timer->next->back != &timer->next)) {
        return false;
    }
    /* A weak one may still be in the bucket that it had before the last activity. */
    if (!is_in_front(timeouts, timer) && op->is_strong &&
        !is_marked(timeouts, bucket_of(timeouts, key_of(timer->deadline_ns)))) {
        return false;
    }
    for (const struct cog_timer *child = timer->child; child != NULL; child = child->next) {
        if (!is_in_front(timeouts, child) || is_before(child, timer)) {
            return false;
        }
    }
    return true;
}
