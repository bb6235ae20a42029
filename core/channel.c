/* channel.c - publish-subscribe: a log of messages, and for each subscriber how far it has read.
 *
 * A subscription stands in its channel's list, by which compact finds the slowest. One that is a
 * coroutine's is also attached to it, by which fetch finds it; one with a key belongs to the
 * channel alone. A parked fetch has read everything.
 */
#include "core/attachment.h"
#include "core/check.h"
#include "core/inspection.h"
#include "core/object.h"
#include "core/operation.h"

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
    struct cog_attachment attachment; /* to its coroutine; unused in one with a key */
    struct cog_channel *channel;      /* null: freed */
    struct cog_link link;             /* in the channel's list */
    uint64_t read_count;              /* number of the message to read next */
    uint64_t key;
    bool is_keyed;
};

static void drop_subscription(struct cog_coro *coro, struct cog_attachment *attachment) {
    (void)coro;
    struct cog_subscription *subscription = (struct cog_subscription *)(void *)attachment;
    if (cog_link_is_linked(&subscription->link)) {
        cog_link_remove(&subscription->link);
    }
}

static const struct cog_attachment_type subscription_type = {
    .bytes = sizeof(struct cog_subscription), .drop = drop_subscription};

static const char *check_channel(const struct cog_object *object) {
    const struct cog_channel *channel = cog_container_of(object, const struct cog_channel, object);
    uint64_t end = channel->dropped_count + channel->count;
    for (const struct cog_link *link = channel->subscriptions.next; link != &channel->subscriptions;
         link = link->next) {
        const struct cog_subscription *subscription =
            cog_container_of(link, struct cog_subscription, link);
        if (subscription->read_count < channel->dropped_count || subscription->read_count > end) {
            return "a subscriber stands outside of what the channel holds";
        }
    }
    for (const struct cog_link *link = channel->fetchers.next; link != &channel->fetchers;
         link = link->next) {
        const struct cog_op *fetch = cog_container_of(link, struct cog_op, link);
        if (fetch->u.messages.subscription->read_count != end) {
            return "a fetch is parked though there is a message for it";
        }
    }
    return cog_list_is_pending(&channel->fetchers) ? NULL
                                                   : "a channel holds an operation that ended";
}

int cog_channel_new(struct cog_scheduler *scheduler, const struct cog_object_options *options,
                    struct cog_channel **out) {
    static const struct cog_object_type type = {.check = check_channel};
    cog_assert(scheduler != NULL && out != NULL);
    struct cog_channel *channel = cog_allocate_zeroed(scheduler->allocator, 1, sizeof *channel);
    if (channel == NULL) {
        return COG_ENOMEM;
    }
    cog_object_init(&channel->object, &type, scheduler, options != NULL ? options->name : NULL,
                    options != NULL ? options->tag : 0);
    cog_list_init(&channel->subscriptions);
    cog_list_init(&channel->fetchers);
    *out = channel;
    return COG_OK;
}

void cog_channel_free(struct cog_channel *channel) {
    if (channel == NULL) {
        return;
    }
    cog_assert(cog_list_is_empty(&channel->fetchers));
    const struct cog_allocator *allocator = channel->object.allocator;
    while (!cog_list_is_empty(&channel->subscriptions)) {
        struct cog_subscription *subscription =
            cog_container_of(channel->subscriptions.next, struct cog_subscription, link);
        cog_link_remove(&subscription->link);
        subscription->channel = NULL;
        if (subscription->is_keyed) {
            cog_release(allocator, subscription, sizeof *subscription);
        }
    }
    cog_object_term(&channel->object);
    cog_release(allocator, channel->messages, channel->capacity * sizeof channel->messages[0]);
    cog_release(allocator, channel, sizeof *channel);
}

/* ---- Subscribing ---- */

/* The place where a coroutine's list holds its subscription to channel, or where it ends. */
static struct cog_attachment **find_own(struct cog_coro *coro, const struct cog_channel *channel) {
    struct cog_attachment **place = cog_find_attachment(&coro->attachments, &subscription_type);
    while (*place != NULL && ((struct cog_subscription *)(void *)*place)->channel != channel) {
        place = cog_find_attachment(&(*place)->next, &subscription_type);
    }
    return place;
}

static struct cog_subscription *find_keyed(const struct cog_channel *channel, uint64_t key) {
    for (struct cog_link *link = channel->subscriptions.next; link != &channel->subscriptions;
         link = link->next) {
        struct cog_subscription *subscription =
            cog_container_of(link, struct cog_subscription, link);
        if (subscription->is_keyed && subscription->key == key) {
            return subscription;
        }
    }
    return NULL;
}

/* The subscription that an operation is about: that of its key, or its coroutine's; or null. */
static struct cog_subscription *find(struct cog_coro *coro, const struct cog_channel *channel) {
    if (coro->op.is_keyed) {
        return find_keyed(channel, coro->op.value.bits);
    }
    return (struct cog_subscription *)(void *)*find_own(coro, channel);
}

size_t cog_channel_count(const struct cog_channel *channel) {
    return channel->count;
}

union cog_value cog_channel_message(const struct cog_channel *channel, size_t index) {
    cog_assert(index < channel->count);
    return channel->messages[index];
}

bool cog_channel_unread_count(const struct cog_channel *channel, struct cog_coro *coro,
                              size_t *count) {
    const struct cog_subscription *subscription =
        (const struct cog_subscription *)(const void *)*find_own(coro, channel);
    if (subscription == NULL) {
        return false;
    }
    *count = (size_t)(channel->dropped_count + channel->count - subscription->read_count);
    return true;
}

/* Is a fetch parked under it? */
static bool is_awaited(const struct cog_subscription *subscription) {
    const struct cog_link *fetchers = &subscription->channel->fetchers;
    for (const struct cog_link *link = fetchers->next; link != fetchers; link = link->next) {
        const struct cog_op *fetch = cog_container_of(link, struct cog_op, link);
        if (fetch->u.messages.subscription == subscription) {
            return true;
        }
    }
    return false;
}

static struct cog_subscription *make(struct cog_coro *coro, struct cog_channel *channel) {
    bool is_keyed = coro->op.is_keyed;
    struct cog_subscription *subscription =
        is_keyed ? cog_allocate_zeroed(channel->object.allocator, 1, sizeof *subscription)
                 : cog_attach(coro, &subscription_type);
    if (subscription != NULL) {
        subscription->channel = channel;
        subscription->is_keyed = is_keyed;
        subscription->key = is_keyed ? coro->op.value.bits : 0;
        cog_list_push_back(&channel->subscriptions, &subscription->link);
    }
    return subscription;
}

static struct cog_coro *process_subscribe(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    struct cog_channel *channel = cog_object_of(scheduler, &coro->op);
    struct cog_subscription *subscription = find(coro, channel);
    if (subscription != NULL && is_awaited(subscription)) {
        return cog_op_finish(scheduler, &coro->op, COG_EINVALID);
    }
    subscription = subscription != NULL ? subscription : make(coro, channel);
    if (subscription == NULL) {
        return cog_op_finish(scheduler, &coro->op, COG_ENOMEM);
    }
    subscription->read_count = channel->dropped_count;
    return cog_op_finish(scheduler, &coro->op, COG_OK);
}

static struct cog_coro *process_unsubscribe(struct cog_scheduler *scheduler,
                                            struct cog_coro *coro) {
    struct cog_channel *channel = cog_object_of(scheduler, &coro->op);
    struct cog_subscription *subscription = find(coro, channel);
    if (subscription == NULL) {
        return cog_op_finish(scheduler, &coro->op, COG_ENOTSUBSCRIBED);
    }
    if (is_awaited(subscription)) {
        return cog_op_finish(scheduler, &coro->op, COG_EINVALID);
    }
    if (subscription->is_keyed) {
        cog_link_remove(&subscription->link);
        cog_release(channel->object.allocator, subscription, sizeof *subscription);
    } else {
        cog_detach(coro, find_own(coro, channel));
    }
    return cog_op_finish(scheduler, &coro->op, COG_OK);
}

/* ---- Messages ---- */

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
    struct cog_channel *channel = cog_object_of(scheduler, &coro->op);
    int status = append(channel, coro->op.value);
    if (status != COG_OK) {
        return cog_op_finish(scheduler, &coro->op, status);
    }
    while (!cog_list_is_empty(&channel->fetchers)) {
        struct cog_op *fetch = cog_container_of(channel->fetchers.next, struct cog_op, link);
        fetch->u.messages.subscription->read_count = channel->dropped_count + channel->count;
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

static struct cog_coro *process_fetch(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    struct cog_channel *channel = cog_object_of(scheduler, &coro->op);
    struct cog_subscription *subscription = find(coro, channel);
    if (subscription == NULL) {
        return cog_op_finish(scheduler, &coro->op, COG_ENOTSUBSCRIBED);
    }
    size_t read_count = (size_t)(subscription->read_count - channel->dropped_count);
    if (read_count == channel->count) {
        coro->op.u.messages.subscription = subscription;
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
    cog_assert(channel != NULL);
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

static void set_subscriber(struct cog_op *op, const struct cog_op_type *type,
                           struct cog_channel *channel, const uint64_t *key) {
    cog_op_init(op, type);
    op->object = channel;
    op->is_keyed = key != NULL;
    op->value.bits = key != NULL ? *key : 0;
}

static const struct cog_op_type subscribe_type = {
    .name = "subscribe", .kind = COG_OP_SUBSCRIBE, .process = process_subscribe};
static const struct cog_op_type unsubscribe_type = {
    .name = "unsubscribe", .kind = COG_OP_UNSUBSCRIBE, .process = process_unsubscribe};
static const struct cog_op_type fetch_type = {
    .name = "fetch", .kind = COG_OP_FETCH, .is_timed = true, .process = process_fetch};

void cog_set_subscribe(struct cog_op *op, struct cog_channel *channel) {
    set_subscriber(op, &subscribe_type, channel, NULL);
}

void cog_set_subscribe_key(struct cog_op *op, struct cog_channel *channel, uint64_t key) {
    set_subscriber(op, &subscribe_type, channel, &key);
}

void cog_set_unsubscribe(struct cog_op *op, struct cog_channel *channel) {
    set_subscriber(op, &unsubscribe_type, channel, NULL);
}

void cog_set_unsubscribe_key(struct cog_op *op, struct cog_channel *channel, uint64_t key) {
    set_subscriber(op, &unsubscribe_type, channel, &key);
}

void cog_set_fetch(struct cog_op *op, struct cog_channel *channel) {
    set_subscriber(op, &fetch_type, channel, NULL);
}

void cog_set_fetch_key(struct cog_op *op, struct cog_channel *channel, uint64_t key) {
    set_subscriber(op, &fetch_type, channel, &key);
}
