/* 3_bakery.c - a queue, a signal and a mailbox between a baker, two customers and an oven. */
#include "core/cogen.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { LOAF_COUNT = 4, LOAVES_EACH = 2 };

struct bakery {
    struct cog_mailbox *oven;
    struct cog_queue *shelf;
    struct cog_signal *closing;
};

/* Work that blocks has a thread of its own, and posts what comes of it. */
static void *heat_oven(void *argument) {
    const struct timespec while_it_heats = {.tv_nsec = 20000000};
    nanosleep(&while_it_heats, NULL);
    (void)cog_post(argument, (union cog_value){.number = 240});
    return NULL;
}

static int bake(struct cog_coro *self, void *argument) {
    struct bakery *bakery = argument;
    union cog_value degrees = {.number = 0};
    int status = cog_take(self, bakery->oven, &degrees, COG_WITHIN(60 * COG_SECOND));
    if (status != COG_OK) {
        return status;
    }
    printf("the oven has %lld degrees\n", (long long)degrees.number);
    int64_t loaf = 0;
    while (status == COG_OK && loaf < LOAF_COUNT) {
        loaf++;
        status = cog_queue_put(self, bakery->shelf, (union cog_value){.number = loaf}, NULL);
        printf("loaf %lld is put out: %s\n", (long long)loaf, cog_status_name(status));
    }
    if (status == COG_OK) {
        status = cog_queue_join(self, bakery->shelf, NULL); /* until each has been eaten */
    }
    if (status == COG_OK) {
        puts("everything is eaten");
        int64_t woken =
            cog_signal(self, bakery->closing, (union cog_value){.number = loaf}, 0, NULL);
        status = woken < 0 ? (int)woken : COG_OK;
    }
    return status;
}

static int eat(struct cog_coro *self, void *argument) {
    struct bakery *bakery = argument;
    for (int i = 0; i < LOAVES_EACH; i++) {
        union cog_value loaf = {.number = 0};
        int status = cog_queue_get(self, bakery->shelf, &loaf, COG_WITHIN(60 * COG_SECOND));
        if (status != COG_OK) {
            return status;
        }
        printf("%s eats loaf %lld\n", cog_coro_name(self), (long long)loaf.number);
        status = cog_queue_done(self, bakery->shelf);
        if (status != COG_OK) {
            return status;
        }
    }
    return COG_OK;
}

/* A signal reaches those who wait. Who comes later waits for the next one, and there is none. */
static int visit(struct cog_coro *self, void *argument) {
    struct bakery *bakery = argument;
    union cog_value loaves = {.number = 0};
    int status = cog_wait(self, bakery->closing, &loaves, COG_WITHIN(60 * COG_SECOND));
    if (status != COG_OK) {
        return status;
    }
    printf("the visitor hears of %lld loaves\n", (long long)loaves.number);
    status = cog_wait(self, bakery->closing, &loaves, COG_WITHIN(20 * COG_MILLISECOND));
    printf("the visitor waits for more: %s\n", cog_status_name(status));
    return status == COG_ETIMEDOUT ? COG_OK : status;
}

/* Starts everybody, runs them to their ends, and looks whether somebody failed. */
static int run(struct cog_scheduler *scheduler, struct bakery *bakery) {
    static const struct {
        cog_function function;
        const char *name;
    } people[] = {{visit, "visitor"}, {eat, "Ann"}, {eat, "Bob"}, {bake, "baker"}};
    enum { COUNT = sizeof people / sizeof people[0] };
    struct cog_coro *coros[COUNT] = {NULL};
    int status = COG_OK;
    for (size_t i = 0; i < COUNT && status == COG_OK; i++) {
        status = cog_start(scheduler, people[i].function, bakery, people[i].name, &coros[i]);
    }
    if (status == COG_OK) {
        status = cog_run(scheduler);
    }
    for (size_t i = 0; i < COUNT; i++) {
        if (status == COG_OK) {
            status = cog_coro_status(coros[i]);
        }
        cog_coro_release(coros[i]);
    }
    return status;
}

int main(void) {
    const struct cog_queue_options room_for_one = {.name = "shelf", .size = 1};
    struct cog_scheduler *scheduler = NULL;
    struct bakery bakery = {.oven = NULL, .shelf = NULL, .closing = NULL};
    int status = cog_scheduler_new(NULL, &scheduler);
    if (status == COG_OK) {
        status = cog_mailbox_new(scheduler, NULL, &bakery.oven);
    }
    if (status == COG_OK) {
        status = cog_queue_new(scheduler, &room_for_one, &bakery.shelf);
    }
    if (status == COG_OK) {
        status = cog_signal_new(scheduler, NULL, &bakery.closing);
    }
    pthread_t oven;
    bool is_heating = status == COG_OK && pthread_create(&oven, NULL, heat_oven, bakery.oven) == 0;
    if (is_heating) {
        status = run(scheduler, &bakery);
    }
    cog_scheduler_free(scheduler); /* first: it ends those who still wait on the others */
    if (is_heating) {
        pthread_join(oven, NULL);
    }
    cog_signal_free(bakery.closing);
    cog_queue_free(bakery.shelf);
    cog_mailbox_free(bakery.oven);
    return is_heating && status == COG_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
