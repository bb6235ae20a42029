/* inspection.h - what queues, signals and channels hold, for those who compare one state of a
 * program with another. Internal to the project; nothing is changed by looking. */
#ifndef COG_INSPECTION_H
#define COG_INSPECTION_H

#include "core/cogen.h"

/* The operation parked behind `previous` (null: the first one) in the order in which they will be
 * served; null: there is none. Of a queue: its gets or its puts, of which one kind at most is
 * parked. Of a signal: the sends that wait for recipients. */
const struct cog_op *cog_queue_next_parked(const struct cog_queue *queue,
                                           const struct cog_op *previous);
const struct cog_op *cog_signal_next_parked(const struct cog_signal *signal,
                                            const struct cog_op *previous);

/* Items that entered, or were handed over, and are not done. */
size_t cog_queue_unfinished_count(const struct cog_queue *queue);

/* The messages that a channel holds, the oldest first. */
size_t cog_channel_count(const struct cog_channel *channel);
union cog_value cog_channel_message(const struct cog_channel *channel, size_t index);

/* How many of them a coroutine has not fetched; false: it is no subscriber. */
bool cog_channel_unread_count(const struct cog_channel *channel, struct cog_coro *coro,
                              size_t *count);

/* The operation behind `previous` in a list of them; null previous: the first. */
static inline const struct cog_op *cog_list_next_op(const struct cog_link *list,
                                                    const struct cog_op *previous) {
    const struct cog_link *link = previous == NULL ? list->next : previous->link.next;
    return link == list ? NULL : cog_container_of(link, const struct cog_op, link);
}

#endif
