/* ready_queue.h - the coroutines that can run, in order. A coroutine stands in it by its
 * operation's link. */
#ifndef COG_READY_QUEUE_H
#define COG_READY_QUEUE_H

#include "core/list.h"

#include <stdbool.h>
#include <stddef.h>

struct cog_coro;

struct cog_ready_queue {
    struct cog_link list;
    size_t count;
};

void cog_ready_queue_init(struct cog_ready_queue *queue);
void cog_ready_queue_push(struct cog_ready_queue *queue, struct cog_coro *coro, bool front);

/* Takes the front; the queue is not empty. */
struct cog_coro *cog_ready_queue_pop(struct cog_ready_queue *queue);

/* Takes one that is in the queue. */
void cog_ready_queue_remove(struct cog_ready_queue *queue, struct cog_coro *coro);

#endif
