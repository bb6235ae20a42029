/* stackful_play.h - stackful coroutines on a stage: making them, and functions that several tests
 * have them run. What these do is written to the stage's log: TIME NAME WHAT NUMBER.
 */
#ifndef TESTS_STACKFUL_PLAY_H
#define TESTS_STACKFUL_PLAY_H

#include "tests/unit/stage.h"

/* What the functions are given. */
struct play {
    struct stage *stage;
    struct cog_queue *queue;
    struct cog_signal *signal;
    struct cog_coro *coro; /* another one */
    int64_t number;
    int code;
};

/* A coroutine that has not been added; the caller's. */
struct cog_coro *stackful_make(struct stage *stage, const char *name, cog_function function,
                               void *argument);

/* One that has; the caller holds it as well. */
struct cog_coro *stackful_enter(struct stage *stage, const char *name, cog_function function,
                                void *argument);

void stackful_write_log(struct play *play, struct cog_coro *self, const char *what, int64_t number);

int stackful_await_sleep(struct cog_coro *self, int64_t duration_ns);
int stackful_await_yield(struct cog_coro *self);

/* Results in play->number and returns play->code; the second one sleeps for 5 ns first. */
int stackful_return_code(struct cog_coro *self, void *play);
int stackful_sleep_and_return(struct cog_coro *self, void *play);

/* Sleeps for once, twice and thrice play->number. */
int stackful_sleep_thrice(struct cog_coro *self, void *play);

/* Calls or joins play->coro, and ends as that did. */
int stackful_call_other(struct cog_coro *self, void *play);
int stackful_join_other(struct cog_coro *self, void *play);

int stackful_wait_for_signal(struct cog_coro *self, void *play);

#endif
