/* early.c - who uses what another one sets up, and does not wait for that: in the wrong order it
 * follows a null pointer. */
#include "core/cogen.h"

#include <stdlib.h>

struct settings {
    int limit;
};

static struct settings *settings;

static int set_up(struct cog_coro *self, void *argument) {
    (void)argument;
    int status = cog_yield(self);
    settings = malloc(sizeof *settings);
    if (settings == NULL) {
        return COG_ENOMEM;
    }
    settings->limit = 3;
    cog_note(self, "set up");
    return status;
}

static int use(struct cog_coro *self, void *argument) {
    (void)argument;
    int status = cog_yield(self);
    cog_note(self, settings->limit == 3 ? "in use" : "not right");
    return status;
}

int cog_main(struct cog_scheduler *scheduler);

int cog_main(struct cog_scheduler *scheduler) {
    int status = cog_go(scheduler, set_up, NULL, "set_up");
    return status == COG_OK ? cog_go(scheduler, use, NULL, "use") : status;
}
