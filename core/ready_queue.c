/* ready_queue.c - the coroutines that can run, in order. */
#include "core/ready_queue.h"

#include "core/check.h"
#include "core/coroutine.h"

void cog_ready_queue_init(struct cog_ready_queue *queue) {
    cog_list_init(&queue->list);
    queue->count = 0;
}

void cog_ready_queue_push(struct cog_ready_queue *queue, struct cog_coro *coro, bool front) {
    cog_assert(!cog_link_is_linked(&coro->op.link));
    if (front) {
        cog_list_push_front(&queue->list, &coro->op.link);
    } else {
        cog_list_push_back(&queue->list, &coro->op.link);
    }
    queue->count++;
}

struct cog_coro *cog_ready_queue_pop(struct cog_ready_queue *queue) {
    cog_assert(queue->count > 0);
    struct cog_coro *coro = cog_container_of(queue->list.next, struct cog_coro, op.link);
    cog_ready_queue_remove(queue, coro);
    return coro;
}

void cog_ready_queue_remove(struct cog_ready_queue *queue, struct cog_coro *coro) {
    cog_link_remove(&coro->op.link);
    queue->count--;
}
