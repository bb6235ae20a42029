/* picking.c - lists the candidates of a choice for the picker, production's answer first. */
#include "core/picking.h"

#include "core/check.h"
#include "core/scheduler.h"

/* Room for count candidates, or null when there is no memory. */
static void *reserve(struct cog_scheduler *scheduler, size_t count) {
    size_t bytes = count * sizeof(void *);
    if (bytes <= scheduler->candidates_bytes) {
        return scheduler->candidates;
    }
    void *grown = scheduler->allocator->resize(scheduler->allocator->context, scheduler->candidates,
                                               scheduler->candidates_bytes, bytes * 2);
    if (grown != NULL) {
        scheduler->candidates = grown;
        scheduler->candidates_bytes = bytes * 2;
    }
    return grown;
}

struct cog_coro *cog_pick_ready(struct cog_scheduler *scheduler) {
    size_t count = scheduler->ready.count + (scheduler->urgent != NULL ? 1 : 0);
    struct cog_coro **candidates = reserve(scheduler, count);
    struct cog_link *front = scheduler->ready.list.next;
    if (candidates == NULL) {
        return scheduler->urgent != NULL ? scheduler->urgent
                                         : cog_container_of(front, struct cog_coro, op.link);
    }
    size_t at = 0;
    if (scheduler->urgent != NULL) {
        candidates[at++] = scheduler->urgent;
    }
    for (struct cog_link *link = front; link != &scheduler->ready.list; link = link->next) {
        candidates[at++] = cog_container_of(link, struct cog_coro, op.link);
    }
    size_t picked = scheduler->picker.ops->pick_ready(scheduler->picker.context, candidates, count);
    cog_assert(picked < count);
    return candidates[picked];
}

/* Inserts op into the count candidates, which are in the order in which production expires them. */
static void insert_in_order(struct cog_op **candidates, size_t count, struct cog_op *op) {
    size_t place = count;
    for (; place > 0 && cog_timer_is_before(op, candidates[place - 1]); place--) {
        candidates[place] = candidates[place - 1];
    }
    candidates[place] = op;
}

struct cog_op *cog_pick_expired(struct cog_scheduler *scheduler, int64_t now_ns) {
    struct cog_op **candidates = reserve(scheduler, scheduler->timeouts.count);
    if (candidates == NULL) {
        return cog_timeouts_due(&scheduler->timeouts, now_ns);
    }
    size_t count = 0;
    for (struct cog_coro *coro = cog_next_coro(scheduler, NULL); coro != NULL;
         coro = cog_next_coro(scheduler, coro)) {
        if (cog_timer_is_armed(&coro->op) && coro->op.timer.deadline_ns <= now_ns) {
            insert_in_order(candidates, count, &coro->op);
            count++;
        }
    }
    cog_assert(count > 0);
    size_t picked = 0;
    if (count > 1) {
        picked = scheduler->picker.ops->pick_expired(scheduler->picker.context, candidates, count);
        cog_assert(picked < count);
    }
    return candidates[picked];
}

void cog_picking_term(struct cog_scheduler *scheduler) {
    cog_release(scheduler->allocator, scheduler->candidates, scheduler->candidates_bytes);
    scheduler->candidates = NULL;
    scheduler->candidates_bytes = 0;
}
