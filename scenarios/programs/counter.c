/* counter.c - two coroutines add to one counter, each in two steps: an update can get lost, and
 * then an assertion ends the program. */
#include "core/cogen.h"

#include <assert.h>

static int counter;
static int ended_count;

static int add(struct cog_coro *self, void *argument) {
    (void)argument;
    cog_touch(self, &counter, sizeof counter, COG_READ);
    int seen = counter;
    int status = cog_yield(self);
    if (status == COG_OK) {
        cog_touch(self, &counter, sizeof counter, COG_WRITE);
        counter = seen + 1;
    }
    status = status == COG_OK ? cog_yield(self) : status;
    cog_touch(self, &ended_count, sizeof ended_count, COG_WRITE);
    ended_count++;
    cog_touch(self, &counter, sizeof counter, COG_READ);
    assert(ended_count < 2 || counter == 2);
    return status;
}

/* Waits with its work until the first has done its own. */
static int add_later(struct cog_coro *self, void *argument) {
    int status = cog_yield(self);
    status = status == COG_OK ? cog_yield(self) : status;
    return status == COG_OK ? add(self, argument) : status;
}

int cog_main(struct cog_scheduler *scheduler);

int cog_main(struct cog_scheduler *scheduler) {
    int status = cog_go(scheduler, add, NULL, "first");
    return status == COG_OK ? cog_go(scheduler, add_later, NULL, "second") : status;
}
