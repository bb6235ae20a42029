/* 4_cancel.c - a coroutine is cancelled, and cleans up after itself. */
#include "core/cogen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The key of a value that each coroutine can have of its own: the room that it works in. */
static const struct cog_local room = {.destroy = free};

static int enter_room(struct cog_coro *self, const char *name) {
    char *copy = strdup(name);
    if (copy == NULL) {
        return COG_ENOMEM;
    }
    int status = cog_local_set(self, &room, copy); /* freed when the coroutine ends */
    if (status != COG_OK) {
        free(copy);
    }
    return status;
}

static void say(const struct cog_coro *self, const char *text) {
    printf("%s, in the %s: %s\n", cog_coro_name(self), (char *)cog_local_get(self, &room), text);
}

/* ---- Clean-up handlers ---- */

static void put_away(void *argument) {
    printf("  the %s is put away\n", (char *)argument);
}

static void release(void *argument) {
    cog_coro_release(argument);
}

/* ---- Coroutines ---- */

/* Makes a coroutine. The reference to it is self's, and is dropped when self ends. */
static int make(struct cog_coro *self, cog_function function, void *argument, const char *name,
                struct cog_coro **out) {
    const struct cog_stackful_options options = {.name = name};
    int status = cog_coro_new_stackful(cog_coro_scheduler(self), function, argument, &options, out);
    if (status != COG_OK) {
        return status;
    }
    status = cog_defer(self, release, *out);
    if (status != COG_OK) {
        cog_coro_release(*out);
    }
    return status;
}

static int dry(struct cog_coro *self, void *argument) {
    struct cog_queue *news = argument;
    int status = enter_room(self, "kitchen");
    if (status == COG_OK) {
        status = cog_defer(self, put_away, "fan");
    }
    if (status == COG_OK) {
        say(self, "it takes an hour");
        status = cog_queue_put(self, news, (union cog_value){.number = 60}, NULL);
    }
    if (status == COG_OK) {
        status = cog_sleep(self, 3600 * COG_SECOND);
    }
    return status;
}

static int paint(struct cog_coro *self, void *argument) {
    struct cog_coro *drying = NULL;
    int status = enter_room(self, "kitchen");
    if (status == COG_OK) {
        status = cog_defer(self, put_away, "ladder");
    }
    if (status == COG_OK) {
        status = cog_defer(self, put_away, "brush");
    }
    if (status == COG_OK) {
        status = make(self, dry, argument, "drying", &drying);
    }
    if (status == COG_OK) {
        say(self, "the paint is on");
        status = cog_call(self, drying, NULL, NULL);
    }
    if (status == COG_OK) {
        say(self, "the paint is dry"); /* it never comes to that */
    }
    return status;
}

/* Has a room painted, but cannot wait for so long. */
static int order_painting(struct cog_coro *self, void *argument) {
    struct cog_queue *news = argument;
    struct cog_coro *painting = NULL;
    union cog_value minutes = {.number = 0};
    int status = make(self, paint, news, "painting", &painting);
    if (status == COG_OK) {
        status = cog_add(cog_coro_scheduler(self), painting, true);
    }
    if (status == COG_OK) {
        status = cog_queue_get(self, news, &minutes, NULL);
    }
    if (status != COG_OK) {
        return status;
    }
    char trail[128];
    cog_coro_trail(painting, trail, sizeof trail);
    printf("%s\n%lld minutes are too long\n", trail, (long long)minutes.number);
    status = cog_cancel(painting);
    if (status == COG_OK) {
        status = cog_join(self, painting, NULL, NULL);
        printf("joined: %s, because it was %s\n", cog_status_name(status),
               cog_status_name(cog_coro_status(painting)));
    }
    return status == COG_EFAILED ? COG_OK : status;
}

int main(void) {
    struct cog_scheduler *scheduler = NULL;
    struct cog_queue *news = NULL;
    int status = cog_scheduler_new(NULL, &scheduler);
    if (status == COG_OK) {
        status = cog_queue_new(scheduler, NULL, &news);
    }
    if (status == COG_OK) {
        status = cog_go(scheduler, order_painting, news, "owner");
    }
    if (status == COG_OK) {
        status = cog_run(scheduler);
    }
    cog_scheduler_free(scheduler);
    cog_queue_free(news);
    return status == COG_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
