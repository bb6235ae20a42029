/* spin.c - waits for a flag without letting anybody set it: in the wrong order it never comes back.
 */
#include "core/cogen.h"

static volatile bool is_ready;

static int prepare(struct cog_coro *self, void *argument) {
    (void)argument;
    int status = cog_yield(self);
    is_ready = true;
    cog_note(self, "ready");
    return status;
}

static int await(struct cog_coro *self, void *argument) {
    (void)argument;
    int status = cog_yield(self);
    while (!is_ready) {
    }
    cog_note(self, "seen");
    return status;
}

int cog_main(struct cog_scheduler *scheduler);

int cog_main(struct cog_scheduler *scheduler) {
    int status = cog_go(scheduler, prepare, NULL, "prepare");
    return status == COG_OK ? cog_go(scheduler, await, NULL, "await") : status;
}
