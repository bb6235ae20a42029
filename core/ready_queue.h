/* ready_queue.h - the coroutines that can run, in order. A coroutine stands in it by its
 * operation's link. Every dispatch pushes and pops, so these are here to be inlined. */
#ifndef COG_READY_QUEUE_H
#define COG_READY_QUEUE_H

#include "core/check.h"
#include "core/coroutine.h"
#include "core/list.h"

#include <stdbool.h>
#include <stddef.h>

struct cog_ready_queue {
    struct cog_link list;
    size_t count;
};

void cog_ready_queue_init(struct cog_ready_queue *queue);

static inline void cog_ready_queue_push(struct cog_ready_queue *queue, struct cog_coro *coro,
                                        bool front) {
    cog_assert(!cog_link_is_linked(&coro->op.link));
    if (front) {
        cog_list_push_front(&queue->list, &coro->op.link);
    } else {
        cog_list_push_back(&queue->list, &coro->op.link);
    }
    queue->count++;
}

/* Takes one that is in the queue. */
static inline void cog_ready_queue_remove(struct cog_ready_queue *queue, struct cog_coro *coro) {
    cog_link_remove(&coro->op.link);
    queue->count--;
}

/* Takes the front; the queue is not empty. */
static inline struct cog_coro *cog_ready_queue_pop(struct cog_ready_queue *queue) {
    cog_assert(queue->count > 0);
    struct cog_coro *coro = cog_container_of(queue->list.next, struct cog_coro, op.link);
    cog_ready_queue_remove(queue, coro);
    return coro;
}

#endif
