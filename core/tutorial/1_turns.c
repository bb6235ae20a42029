/* 1_turns.c - two coroutines take turns. */
#include "core/cogen.h"

#include <stdio.h>
#include <stdlib.h>

static int count_to_three(struct cog_coro *self, void *argument) {
    (void)argument;
    for (int i = 1; i <= 3; i++) {
        printf("%s counts %d\n", cog_coro_name(self), i);
        cog_yield(self);
    }
    return COG_OK;
}

int main(void) {
    struct cog_scheduler *scheduler = NULL;
    int status = cog_scheduler_new(NULL, &scheduler);
    if (status == COG_OK) {
        status = cog_go(scheduler, count_to_three, NULL, "Ann");
    }
    if (status == COG_OK) {
        status = cog_go(scheduler, count_to_three, NULL, "Bob");
    }
    if (status == COG_OK) {
        status = cog_run(scheduler);
    }
    cog_scheduler_free(scheduler);
    if (status != COG_OK) {
        fprintf(stderr, "%s\n", cog_status_text(status));
    }
    return status == COG_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
