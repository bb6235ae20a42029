/* stackful_play.c - making stackful coroutines on a stage, and what several tests have them do. */
#include "tests/unit/stackful_play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct cog_coro *stackful_make(struct stage *stage, const char *name, cog_function function,
                               void *argument) {
    struct cog_coro *coro = NULL;
    struct cog_stackful_options options = {.name = name};
    assert_int_equal(cog_coro_new_stackful(stage->scheduler, function, argument, &options, &coro),
                     COG_OK);
    return coro;
}

struct cog_coro *stackful_enter(struct stage *stage, const char *name, cog_function function,
                                void *argument) {
    struct cog_coro *coro = stackful_make(stage, name, function, argument);
    assert_int_equal(cog_add(stage->scheduler, coro, true), COG_OK);
    return coro;
}

void stackful_write_log(struct play *play, struct cog_coro *self, const char *what,
                        int64_t number) {
    stage_write(&play->stage->log, "%lld %s %s %lld\n", (long long)play->stage->now_ns,
                cog_coro_name(self), what, (long long)number);
}

int stackful_await_sleep(struct cog_coro *self, int64_t duration_ns) {
    cog_set_sleep(cog_coro_op(self), duration_ns);
    return cog_await(self);
}

int stackful_await_yield(struct cog_coro *self) {
    cog_set_yield(cog_coro_op(self));
    return cog_await(self);
}

int stackful_return_code(struct cog_coro *self, void *argument) {
    struct play *play = argument;
    cog_coro_return(self, (union cog_value){.number = play->number});
    return play->code;
}

int stackful_sleep_thrice(struct cog_coro *self, void *argument) {
    struct play *play = argument;
    for (int64_t i = 1; i <= 3; i++) {
        int status = stackful_await_sleep(self, play->number * i);
        stackful_write_log(play, self, "slept", status);
    }
    return COG_OK;
}

int stackful_sleep_and_return(struct cog_coro *self, void *argument) {
    struct play *play = argument;
    (void)stackful_await_sleep(self, 5);
    return stackful_return_code(self, play);
}

int stackful_call_other(struct cog_coro *self, void *argument) {
    struct play *play = argument;
    cog_set_call(cog_coro_op(self), play->coro);
    int status = cog_await(self);
    stackful_write_log(play, self, cog_status_name(status), cog_coro_op(self)->value.number);
    return status;
}

int stackful_join_other(struct cog_coro *self, void *argument) {
    struct play *play = argument;
    cog_set_join(cog_coro_op(self), play->coro);
    int status = cog_await(self);
    stackful_write_log(play, self, cog_status_name(status), cog_coro_op(self)->value.number);
    return status;
}

int stackful_wait_for_signal(struct cog_coro *self, void *argument) {
    struct play *play = argument;
    cog_set_wait(cog_coro_op(self), play->signal);
    int status = cog_await(self);
    stackful_write_log(play, self, cog_status_name(status), cog_coro_op(self)->value.number);
    return COG_OK;
}
