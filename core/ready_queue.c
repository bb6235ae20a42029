/* ready_queue.c - the coroutines that can run, in order. */
#include "core/ready_queue.h"

void cog_ready_queue_init(struct cog_ready_queue *queue) {
    cog_list_init(&queue->list);
    queue->count = 0;
}
