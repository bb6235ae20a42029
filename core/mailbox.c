/* mailbox.c - values handed in by other threads.
 *
 * The ring and `is_open` are guarded by the mutex, and so is the scheduler's place as far as
 * posting threads are concerned: they touch it only while `is_open` holds. Everything else belongs
 * to the scheduler's thread. A post marks the scheduler (is_posted) and wakes its proactor; the
 * next iteration gives what is in the mailboxes to those who wait.
 */
#include "core/check.h"
#include "core/object.h"
#include "core/operation.h"

#include <pthread.h>

enum { SIZE_DEFAULT = 64 };

struct cog_mailbox {
    struct cog_object object;
    struct cog_link link;   /* in the scheduler's mailboxes */
    struct cog_link takers; /* parked takes, in order */
    pthread_mutex_t mutex;
    union cog_value *items; /* a ring of `size` */
    size_t size;
    size_t first;
    size_t count;
    bool is_open; /* until the scheduler goes */
};

static const char *check_mailbox(const struct cog_object *object) {
    const struct cog_mailbox *mailbox = cog_container_of(object, const struct cog_mailbox, object);
    return cog_list_is_pending(&mailbox->takers) ? NULL : "a mailbox holds an operation that ended";
}

static void close_mailbox(struct cog_object *object) {
    struct cog_mailbox *mailbox = cog_container_of(object, struct cog_mailbox, object);
    cog_link_remove(&mailbox->link);
    (void)pthread_mutex_lock(&mailbox->mutex);
    mailbox->is_open = false;
    (void)pthread_mutex_unlock(&mailbox->mutex);
}

int cog_mailbox_new(struct cog_scheduler *scheduler, const struct cog_mailbox_options *options,
                    struct cog_mailbox **out) {
    static const struct cog_object_type type = {.check = check_mailbox, .close = close_mailbox};
    cog_assert(scheduler != NULL && out != NULL);
    if (scheduler->proactor.ops->wake == NULL) {
        return COG_EUNSUPPORTED;
    }
    const struct cog_allocator *allocator = scheduler->allocator;
    struct cog_mailbox *mailbox = cog_allocate_zeroed(allocator, 1, sizeof *mailbox);
    if (mailbox == NULL) {
        return COG_ENOMEM;
    }
    mailbox->size = options != NULL && options->size > 0 ? options->size : SIZE_DEFAULT;
    mailbox->items = cog_allocate_zeroed(allocator, mailbox->size, sizeof mailbox->items[0]);
    if (mailbox->items == NULL || pthread_mutex_init(&mailbox->mutex, NULL) != 0) {
        cog_release(allocator, mailbox->items, mailbox->size * sizeof mailbox->items[0]);
        cog_release(allocator, mailbox, sizeof *mailbox);
        return COG_ENOMEM;
    }
    cog_object_init(&mailbox->object, &type, scheduler, options != NULL ? options->name : NULL,
                    options != NULL ? options->tag : 0);
    cog_list_push_back(&scheduler->mailboxes, &mailbox->link);
    cog_list_init(&mailbox->takers);
    mailbox->is_open = true;
    *out = mailbox;
    return COG_OK;
}

void cog_mailbox_free(struct cog_mailbox *mailbox) {
    if (mailbox == NULL) {
        return;
    }
    cog_assert(cog_list_is_empty(&mailbox->takers));
    const struct cog_allocator *allocator = mailbox->object.allocator;
    if (cog_link_is_linked(&mailbox->link)) {
        cog_link_remove(&mailbox->link);
    }
    cog_object_term(&mailbox->object);
    (void)pthread_mutex_destroy(&mailbox->mutex);
    cog_release(allocator, mailbox->items, mailbox->size * sizeof mailbox->items[0]);
    cog_release(allocator, mailbox, sizeof *mailbox);
}

/* With the mutex held. */
static int enter(struct cog_mailbox *mailbox, union cog_value value) {
    if (!mailbox->is_open) {
        return COG_ECLOSED;
    }
    if (mailbox->count == mailbox->size) {
        return COG_EFULL;
    }
    mailbox->items[(mailbox->first + mailbox->count) % mailbox->size] = value;
    mailbox->count++;
    struct cog_scheduler *scheduler = mailbox->object.scheduler;
    if (!atomic_exchange(&scheduler->is_posted, true)) {
        scheduler->proactor.ops->wake(scheduler->proactor.context);
    }
    return COG_OK;
}

int cog_post(struct cog_mailbox *mailbox, union cog_value value) {
    cog_assert(mailbox != NULL);
    (void)pthread_mutex_lock(&mailbox->mutex);
    int status = enter(mailbox, value);
    (void)pthread_mutex_unlock(&mailbox->mutex);
    return status;
}

/* Takes the first value; false if there is none. */
static bool take(struct cog_mailbox *mailbox, union cog_value *value) {
    (void)pthread_mutex_lock(&mailbox->mutex);
    bool is_there = mailbox->count > 0;
    if (is_there) {
        *value = mailbox->items[mailbox->first];
        mailbox->first = (mailbox->first + 1) % mailbox->size;
        mailbox->count--;
    }
    (void)pthread_mutex_unlock(&mailbox->mutex);
    return is_there;
}

static void deliver(struct cog_mailbox *mailbox) {
    struct cog_scheduler *scheduler = mailbox->object.scheduler;
    while (!cog_list_is_empty(&mailbox->takers)) {
        struct cog_op *op = cog_container_of(mailbox->takers.next, struct cog_op, link);
        if (!take(mailbox, &op->value)) {
            return;
        }
        cog_make_ready(scheduler, cog_op_finish(scheduler, op, COG_OK), false);
    }
}

void cog_deliver_posts(struct cog_scheduler *scheduler) {
    /* Before looking: what is posted meanwhile marks the scheduler again. */
    atomic_store(&scheduler->is_posted, false);
    for (struct cog_link *link = scheduler->mailboxes.next; link != &scheduler->mailboxes;
         link = link->next) {
        deliver(cog_container_of(link, struct cog_mailbox, link));
    }
}

static struct cog_coro *process_take(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    struct cog_mailbox *mailbox = cog_object_of(scheduler, &coro->op);
    scheduler->take_count++;
    /* Those that wait already come first; what is there is about to be given to them. */
    if (cog_list_is_empty(&mailbox->takers) && take(mailbox, &coro->op.value)) {
        return cog_op_finish(scheduler, &coro->op, COG_OK);
    }
    return cog_park(scheduler, coro, &mailbox->takers);
}

static void finalize_take(struct cog_scheduler *scheduler, struct cog_op *op) {
    (void)op;
    scheduler->take_count--;
}

void cog_set_take(struct cog_op *op, struct cog_mailbox *mailbox) {
    static const struct cog_op_type type = {.name = "take",
                                            .kind = COG_OP_TAKE,
                                            .is_timed = true,
                                            .process = process_take,
                                            .finalize = finalize_take};
    cog_op_init(op, &type);
    op->object = mailbox;
}
