/* object.h - what a queue, a signal, a channel, a pipe and a mailbox begin with. Internal to core/.
 */
#ifndef COG_OBJECT_H
#define COG_OBJECT_H

#include "core/cogen.h"
#include "core/scheduler.h"

struct cog_object;

struct cog_object_type {
    /* Checks its structure: null, or a static text that says what does not hold. */
    const char *(*check)(const struct cog_object *object);
    /* The scheduler is about to go. May be null. */
    void (*close)(struct cog_object *object);
};

struct cog_object {
    const struct cog_object_type *type;
    struct cog_link link;                  /* in the scheduler's objects */
    struct cog_scheduler *scheduler;       /* null once it has been freed */
    const struct cog_allocator *allocator; /* the scheduler's; outlives it */
    const char *name;                      /* never null */
    uint32_t tag;                          /* the observer's */
};

void cog_object_init(struct cog_object *object, const struct cog_object_type *type,
                     struct cog_scheduler *scheduler, const char *name, uint32_t tag);
void cog_object_term(struct cog_object *object);

/* The object that an operation to be processed is about; it is of the same scheduler. */
void *cog_object_of(const struct cog_scheduler *scheduler, const struct cog_op *op);

/* For checks: true if every operation in the list is pending. */
bool cog_list_is_pending(const struct cog_link *list);

#endif
