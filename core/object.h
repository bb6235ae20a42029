/* object.h - what a queue, a signal and a channel begin with. Internal to core/. */
#ifndef COG_OBJECT_H
#define COG_OBJECT_H

#include "core/cogen.h"
#include "core/scheduler.h"

struct cog_object {
    struct cog_scheduler *scheduler;
    const struct cog_allocator *allocator; /* the scheduler's; outlives it */
    const char *name;                      /* never null */
    uint32_t tag;                          /* the observer's */
};

static inline void cog_object_init(struct cog_object *object, struct cog_scheduler *scheduler,
                                   const char *name, uint32_t tag) {
    object->scheduler = scheduler;
    object->allocator = scheduler->allocator;
    object->name = name != NULL ? name : "";
    object->tag = tag;
}

#endif
