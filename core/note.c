/* note.c - what the code of a coroutine tells whoever observes it. */
#include "core/check.h"
#include "core/coroutine.h"
#include "core/scheduler.h"

void cog_touch(struct cog_coro *self, const void *memory, size_t bytes, enum cog_touch_mode mode) {
    cog_assert(self != NULL && memory != NULL);
    const struct cog_observer *observer = &self->scheduler->observer;
    if (observer->ops != NULL && observer->ops->touched != NULL) {
        observer->ops->touched(observer->context, self, memory, bytes, mode);
    }
}

void cog_note(struct cog_coro *self, const char *text) {
    cog_assert(self != NULL && text != NULL);
    const struct cog_observer *observer = &self->scheduler->observer;
    if (observer->ops != NULL && observer->ops->noted != NULL) {
        observer->ops->noted(observer->context, self, text);
    }
}
