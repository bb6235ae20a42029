/* channel.c - publish-subscribe: a log of messages, and for each subscriber how far it has read.
 *
 * A subscription stands in two lists: its coroutine's (by which fetch finds it) and its channel's
 * (by which compact finds the slowest). A parked fetch has read everything.
 */
#include "core/channel.h"

#include "core/check.h"
#include "core/coroutine.h"
#include "core/object.h"
#include "core/operation.h"
#include "core/scheduler.h"

#include <string.h>

struct cog_channel {
    struct cog_object object;
    union cog_value *messages; /* those that it holds, oldest first */
    size_t count;
    size_t capacity;
    uint64_t dropped_count; /* how many messages compact has dropped; numbers the first one held */
    struct cog_link subscriptions;
    struct cog_link fetchers; /* parked fetches, in order */
};

struct cog_subscription {
    struct cog_channel *channel;
    struct cog_link link;          /* in the channel's list */
    struct cog_subscription *next; /* in the coroutine's list */
    uint64_t read_count;           /* number of the message to read next */
};

int cog_channel_new(struct cog_scheduler *scheduler, const struct cog_object_options *options,
                    struct cog_channel **out) {
    struct cog_channel *channel = cog_allocate_zeroed(scheduler->allocator, 1, sizeof *channel);
    if (channel == NULL) {
        return COG_ENOMEM;
    }
    cog_object_init(&channel->object, scheduler, options != NULL ? options->name : NULL,
                    options != NULL ? options->tag : 0);
    cog_list_init(&channel->subscriptions);
    cog_list_init(&channel->fetchers);
    *out = channel;
    return COG_OK;
}

/* The place where a coroutine's list holds its subscription to channel, or where it ends. */
static struct cog_subscription **find(struct cog_coro *coro, const struct cog_channel *channel) {
    struct cog_subscription **place = &coro->subscriptions;
    while (*place != NULL && (*place)->channel != channel) {
        place = &(*place)->next;
    }
    return place;
}

static void drop(struct cog_coro *coro, struct cog_subscription **place) {
    struct cog_subscription *subscription = *place;
    *place = subscription->next;
    if (cog_link_is_linked(&subscription->link)) {
        cog_link_remove(&subscription->link);
    }
    cog_release(coro->allocator, subscription, sizeof *subscription);
}

void cog_channel_unsubscribe_all(struct cog_coro *coro) {
    while (coro->subscriptions != NULL) {
        drop(coro, &coro->subscriptions);
    }
}

void cog_channel_free(struct cog_channel *channel) {
    if (channel == NULL) {
        return;
    }
    cog_assert(cog_list_is_empty(&channel->fetchers));
    while (!cog_list_is_empty(&channel->subscriptions)) {
        struct cog_subscription *subscription =
            cog_container_of(channel->subscriptions.next, struct cog_subscription, link);
        cog_link_remove(&subscription->link);
        subscription->channel = NULL;
    }
    const struct cog_allocator *allocator = channel->object.allocator;
    cog_release(allocator, channel->messages, channel->capacity * sizeof channel->messages[0]);
    cog_release(allocator, channel, sizeof *channel);
}

static int append(struct cog_channel *channel, union cog_value message) {
    union cog_value *messages = cog_grow(channel->object.allocator, channel->messages,
                                         channel->count, &channel->capacity, sizeof messages[0]);
    if (messages == NULL) {
        return COG_ENOMEM;
    }
    channel->messages = messages;
    channel->messages[channel->count++] = message;
    return COG_OK;
}

static struct cog_coro *process_publish(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    struct cog_channel *channel = coro->op.object;
    int status = append(channel, coro->op.value);
    if (status != COG_OK) {
        return cog_op_finish(scheduler, &coro->op, status);
    }
    while (!cog_list_is_empty(&channel->fetchers)) {
        struct cog_op *fetch = cog_container_of(channel->fetchers.next, struct cog_op, link);
        struct cog_subscription *subscription = *find(cog_op_coro(fetch), channel);
        subscription->read_count = channel->dropped_count + channel->count;
        fetch->value = coro->op.value;
        fetch->u.messages.count = 1;
        cog_make_ready(scheduler, cog_op_finish(scheduler, fetch, COG_OK),
                       fetch->priority != COG_LAST);
    }
    (void)cog_op_finish(scheduler, &coro->op, COG_OK);
    if (cog_op_has_priority(&coro->op, COG_CORO)) {
        return coro;
    }
    cog_make_ready(scheduler, coro, cog_op_has_priority(&coro->op, COG_OP));
    return NULL;
}

static struct cog_coro *process_subscribe(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    struct cog_channel *channel = coro->op.object;
    struct cog_subscription *subscription = *find(coro, channel);
    if (subscription == NULL) {
        subscription = cog_allocate_zeroed(scheduler->allocator, 1, sizeof *subscription);
        if (subscription == NULL) {
            return cog_op_finish(scheduler, &coro->op, COG_ENOMEM);
        }
        subscription->channel = channel;
        subscription->next = coro->subscriptions;
        coro->subscriptions = subscription;
        cog_list_push_back(&channel->subscriptions, &subscription->link);
    }
    subscription->read_count = channel->dropped_count;
    return cog_op_finish(scheduler, &coro->op, COG_OK);
}

static struct cog_coro *process_unsubscribe(struct cog_scheduler *scheduler,
                                            struct cog_coro *coro) {
    struct cog_subscription **place = find(coro, coro->op.object);
    if (*place == NULL) {
        return cog_op_finish(scheduler, &coro->op, COG_ENOTSUBSCRIBED);
    }
    drop(coro, place);
    return cog_op_finish(scheduler, &coro->op, COG_OK);
}

static struct cog_coro *process_fetch(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    struct cog_channel *channel = coro->op.object;
    struct cog_subscription *subscription = *find(coro, channel);
    if (subscription == NULL) {
        return cog_op_finish(scheduler, &coro->op, COG_ENOTSUBSCRIBED);
    }
    size_t read_count = (size_t)(subscription->read_count - channel->dropped_count);
    if (read_count == channel->count) {
        return cog_park(scheduler, coro, &channel->fetchers);
    }
    coro->op.u.messages.first = read_count;
    coro->op.u.messages.count = channel->count - read_count;
    coro->op.value = channel->messages[read_count];
    subscription->read_count = channel->dropped_count + channel->count;
    return cog_op_finish(scheduler, &coro->op, COG_OK);
}

union cog_value cog_fetch_message(const struct cog_op *op, size_t index) {
    cog_assert(index < op->u.messages.count);
    if (op->u.messages.count == 1) {
        return op->value;
    }
    const struct cog_channel *channel = op->object;
    return channel->messages[op->u.messages.first + index];
}

size_t cog_channel_compact(struct cog_channel *channel) {
    uint64_t level = channel->dropped_count + channel->count;
    for (struct cog_link *link = channel->subscriptions.next; link != &channel->subscriptions;
         link = link->next) {
        const struct cog_subscription *subscription =
            cog_container_of(link, struct cog_subscription, link);
        level = subscription->read_count < level ? subscription->read_count : level;
    }
    size_t dropped = (size_t)(level - channel->dropped_count);
    if (dropped > 0) {
        channel->count -= dropped;
        memmove(channel->messages, channel->messages + dropped,
                channel->count * sizeof channel->messages[0]);
        channel->dropped_count = level;
    }
    return dropped;
}

void cog_set_publish(struct cog_op *op, struct cog_channel *channel, union cog_value message) {
    static const struct cog_op_type type = {
        .name = "publish", .kind = COG_OP_PUBLISH, .process = process_publish};
    cog_op_init(op, &type);
    op->object = channel;
    op->value = message;
}

void cog_set_subscribe(struct cog_op *op, struct cog_channel *channel) {
    static const struct cog_op_type type = {
        .name = "subscribe", .kind = COG_OP_SUBSCRIBE, .process = process_subscribe};
    cog_op_init(op, &type);
    op->object = channel;
}

void cog_set_unsubscribe(struct cog_op *op, struct cog_channel *channel) {
    static const struct cog_op_type type = {
        .name = "unsubscribe", .kind = COG_OP_UNSUBSCRIBE, .process = process_unsubscribe};
    cog_op_init(op, &type);
    op->object = channel;
}

void cog_set_fetch(struct cog_op *op, struct cog_channel *channel) {
    static const struct cog_op_type type = {
        .name = "fetch", .kind = COG_OP_FETCH, .is_timed = true, .process = process_fetch};
    cog_op_init(op, &type);
    op->object = channel;
}
