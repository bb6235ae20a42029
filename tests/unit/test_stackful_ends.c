/* test_stackful_ends.c - how stackful coroutines end before they are through, what becomes of their
 * stacks, and what they must not do. */
#define _DEFAULT_SOURCE /* mincore */
#include "core/scheduler.h"
#include "tests/unit/actor.h"
#include "tests/unit/child.h"
#include "tests/unit/stackful_play.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static void open_stage(struct stage *stage) {
    assert_int_equal(stage_open(stage), COG_OK);
}

/* ---- Ending before the end ---- */

struct promise {
    struct stage *stage;
    const char *text;
};

static void keep_promise(void *argument) {
    const struct promise *promise = argument;
    stage_write(&promise->stage->log, "%s\n", promise->text);
}

/* What is deferred lies on the coroutine's own stack. */
static int sleep_with_promise(struct cog_coro *self, void *argument) {
    struct play *play = argument;
    char text[32] = "promise of ";
    (void)strncat(text, cog_coro_name(self), sizeof text - strlen(text) - 1);
    struct promise promise = {.stage = play->stage, .text = text};
    assert_int_equal(cog_defer(self, keep_promise, &promise), COG_OK);
    (void)stackful_await_sleep(self, 1000);
    return cog_undefer(self, keep_promise, &promise, true);
}

static void clean_up_finds_the_stack_as_it_was(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct play play = {.stage = stage};
    struct cog_coro *cancelled = stackful_enter(stage, "cancelled", sleep_with_promise, &play);
    struct cog_coro *finished = stackful_enter(stage, "finished", sleep_with_promise, &play);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(stage_iterate(stage), COG_MORE);
    }
    assert_int_equal(cog_cancel(cancelled), COG_OK);
    assert_int_equal(cog_coro_status(cancelled), COG_ECANCELLED);
    assert_int_equal(cog_coro_stack_bytes(cancelled), 0);
    assert_string_equal(stage->log.text, "promise of cancelled\n");
    cog_coro_release(stackful_enter(stage, "left", sleep_with_promise, &play));
    stage->now_ns = 500;
    (void)stage_iterate(stage);
    (void)stage_iterate(stage);
    stage->now_ns = 1200;
    (void)stage_iterate(stage);
    (void)stage_iterate(stage);
    assert_true(cog_coro_has_ended(finished));
    assert_string_equal(stage->log.text, "promise of cancelled\npromise of finished\n");
    cog_coro_release(cancelled);
    cog_coro_release(finished);
    (void)stage_close(stage);
    assert_string_equal(stage->log.text,
                        "promise of cancelled\npromise of finished\npromise of left\n");
}

static int get_one(struct cog_coro *self, void *argument) {
    struct play *play = argument;
    char filler[2000];
    memset(filler, 1, sizeof filler);
    cog_set_get(cog_coro_op(self), play->queue, false);
    (void)cog_await(self);
    return filler[1999];
}

/* A scheduler in the middle of everything, of which one new coroutine is held beyond its end. */
static void free_in_the_middle(struct stage *stage, size_t iterations) {
    open_stage(stage);
    assert_int_equal(stage_queue(stage, "q", 1), COG_OK);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    struct play play = {.stage = stage,
                        .queue = stage->objects[0].queue,
                        .signal = stage->objects[1].signal,
                        .number = 4};
    struct cog_coro *held = stackful_make(stage, "held", stackful_return_code, &play);
    cog_coro_release(stackful_make(stage, "released", stackful_return_code, &play));
    cog_coro_release(stackful_enter(stage, "getter", get_one, &play));
    cog_coro_release(stackful_enter(stage, "sleeper", stackful_sleep_thrice, &play));
    cog_coro_release(stackful_enter(stage, "waiter", stackful_wait_for_signal, &play));
    cog_coro_release(stackful_enter(stage, "short", stackful_return_code, &play));
    struct play calls = {.stage = stage, .coro = stackful_make(stage, "callee", get_one, &play)};
    cog_coro_release(stackful_enter(stage, "caller", stackful_call_other, &calls));
    struct cog_coro *sleeper = stackful_enter(stage, "joined", stackful_sleep_thrice, &play);
    struct play joins = {.stage = stage, .coro = sleeper};
    cog_coro_release(stackful_enter(stage, "joiner", stackful_join_other, &joins));
    for (size_t i = 0; i < iterations; i++) {
        (void)stage_iterate(stage);
    }
    cog_coro_release(calls.coro);
    cog_coro_release(sleeper);
    cog_scheduler_free(stage->scheduler);
    stage->scheduler = NULL;
    assert_int_equal(stage->tally.stack_count, 0);
    assert_int_equal(cog_coro_stack_bytes(held), 0);
    cog_coro_release(held);
    assert_int_equal(stage_close(stage), 0);
}

static void freeing_the_scheduler_at_any_time_leaves_nothing(void **state) {
    struct stage *stage = *state;
    for (size_t iterations = 0; iterations < 30; iterations++) {
        stage->now_ns = 0;
        free_in_the_middle(stage, iterations);
        stage_clear(&stage->log);
        stage_clear(&stage->events);
    }
}

static void one_is_made_whole_or_not_at_all(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct play play = {.stage = stage};
    size_t failures = 0;
    for (size_t fail_after = 1;; fail_after++) {
        size_t live_count = stage->tally.live_count + stage->tally.stack_count;
        stage->tally.fail_at = stage->tally.call_count + fail_after;
        struct cog_coro *coro = NULL;
        int status =
            cog_coro_new_stackful(stage->scheduler, stackful_return_code, &play, NULL, &coro);
        if (status == COG_OK) {
            stage->tally.fail_at = 0;
            cog_coro_release(coro);
            break;
        }
        failures++;
        assert_int_equal(status, COG_ENOMEM);
        assert_null(coro);
        assert_int_equal(stage->tally.live_count + stage->tally.stack_count, live_count);
    }
    assert_int_equal(failures, 2);
}

/* ---- Stacks ---- */

static int use_stack(struct cog_coro *self, void *argument) {
    const struct play *play = argument;
    volatile char filler[20000];
    for (size_t i = 0; i < sizeof filler; i++) {
        filler[i] = (char)play->number;
    }
    (void)stackful_await_sleep(self, 10);
    return filler[0] == (char)play->number ? COG_OK : COG_ECORRUPT;
}

static void the_watermark_tells_how_much_was_used(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct play play = {.stage = stage, .number = 1};
    struct cog_coro *deep = stackful_enter(stage, "deep", use_stack, &play);
    struct cog_coro *flat = stackful_enter(stage, "flat", stackful_sleep_and_return, &play);
    struct cog_coro *step = actor_enter(stage, "step", "-sleep 20");
    size_t bytes = cog_coro_stack_bytes(deep);
    assert_true(bytes > 48 * 1024 && bytes < 64 * 1024);
    assert_true(cog_coro_stack_used(deep) < 1024);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(stage_iterate(stage), COG_MORE);
    }
    assert_in_range(cog_coro_stack_used(deep), 20000, bytes);
    assert_true(cog_coro_stack_used(flat) < cog_coro_stack_used(deep));
    assert_int_equal(cog_stack_used_max(stage->scheduler), cog_coro_stack_used(deep));
    assert_int_equal(cog_coro_stack_bytes(step), 0);
    assert_int_equal(cog_coro_stack_used(step), 0);
    assert_int_equal(stage_run(stage), COG_OK);
    assert_int_equal(cog_coro_status(deep), COG_OK);
    assert_int_equal(cog_coro_stack_bytes(deep), 0);
    assert_int_equal(cog_coro_stack_used(deep), 0);
    assert_in_range(cog_stack_used_max(stage->scheduler), 20000, bytes);
    cog_coro_release(deep);
    cog_coro_release(flat);
}

static void a_stack_serves_one_after_the_other(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct play play = {.stage = stage};
    for (int i = 0; i < 100; i++) {
        cog_coro_release(stackful_enter(stage, "one", stackful_sleep_and_return, &play));
        assert_int_equal(stage_run(stage), COG_OK);
        assert_int_equal(stage->tally.stack_count, 1);
    }
}

static void without_reuse_its_stack_goes_when_it_ends(void **state) {
    struct stage *stage = *state;
    stage->options.stack_reuse = COG_OFF;
    open_stage(stage);
    struct play play = {.stage = stage};
    struct cog_coro *coro = stackful_enter(stage, "one", stackful_sleep_and_return, &play);
    assert_int_equal(stage->tally.stack_count, 1);
    assert_int_equal(stage_run(stage), COG_OK);
    assert_int_equal(stage->tally.stack_count, 0);
    cog_coro_release(coro);
}

#ifdef __linux__
static int park(struct cog_coro *self, void *argument) {
    const struct play *play = argument;
    (void)stackful_await_sleep(self, 1);
    cog_set_wait(cog_coro_op(self), play->signal);
    return cog_await(self);
}

static void one_that_only_sleeps_touches_one_page(void **state) {
    struct stage *stage = *state;
    stage->options.allocator = NULL;
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    struct play play = {.stage = stage, .signal = stage->objects[0].signal};
    struct cog_coro *coro = stackful_enter(stage, "one", park, &play);
    assert_int_equal(stage_run(stage), COG_ESTALLED);
    assert_int_equal(cog_coro_state(coro), COG_CORO_WAITING);
    size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    struct cog_stack *stack =
        cog_container_of(stage->scheduler->stacks.taken.next, struct cog_stack, link);
    unsigned char resident[16] = {0};
    size_t pages = stack->bytes / page_bytes - 1;
    assert_true(pages <= sizeof resident);
    assert_int_equal(mincore(cog_stack_low(stack), pages * page_bytes, resident), 0);
    size_t count = 0;
    for (size_t i = 0; i < pages; i++) {
        count += resident[i] & 1;
    }
    assert_int_equal(count, 1);
    cog_coro_release(coro);
}
#endif

/* ---- Misuse ---- */

static void expect_assertion(void (*act)(void *argument), void *argument, const char *text) {
    struct child child;
    child_run(&child, act, argument);
    assert_int_equal(child.signal_number, SIGABRT);
    assert_non_null(strstr(child.text, text));
}

static int await_for_other(struct cog_coro *self, void *argument) {
    (void)self;
    const struct play *play = argument;
    cog_set_yield(cog_coro_op(play->coro));
    return cog_await(play->coro);
}

static void await_another_coroutine(void *argument) {
    struct play *play = argument;
    play->coro = stackful_make(play->stage, "other", stackful_return_code, play);
    cog_coro_release(stackful_enter(play->stage, "one", await_for_other, play));
    (void)cog_run(play->stage->scheduler);
}

static void await_outside(void *argument) {
    struct play *play = argument;
    struct cog_coro *coro = stackful_make(play->stage, "other", stackful_return_code, play);
    cog_set_yield(cog_coro_op(coro));
    (void)cog_await(coro);
}

static int step_await(struct cog_coro *self, struct cog_op *op, void *context) {
    (void)context;
    cog_set_yield(op);
    return cog_await(self);
}

static void await_in_a_step(void *argument) {
    struct play *play = argument;
    static const struct cog_coro_type type = {.step = step_await};
    struct cog_coro *coro = NULL;
    (void)cog_coro_new(play->stage->scheduler, &type, "step", &coro);
    (void)cog_add(play->stage->scheduler, coro, true);
    (void)cog_run(play->stage->scheduler);
}

static void await_is_for_the_coroutines_own_stack_only(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct play play = {.stage = stage};
    expect_assertion(await_another_coroutine, &play, "is_on_own_stack");
    expect_assertion(await_outside, &play, "is_on_own_stack");
    expect_assertion(await_in_a_step, &play, "is_on_own_stack");
}

static int await_nothing(struct cog_coro *self, void *argument) {
    (void)argument;
    return cog_await(self);
}

static void run_await_nothing(void *argument) {
    struct play *play = argument;
    cog_coro_release(stackful_enter(play->stage, "one", await_nothing, play));
    (void)cog_run(play->stage->scheduler);
}

static void run_return_code(void *argument) {
    struct play *play = argument;
    cog_coro_release(stackful_enter(play->stage, "one", stackful_return_code, play));
    (void)cog_run(play->stage->scheduler);
}

static void await_wants_an_operation(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct play play = {.stage = stage};
    expect_assertion(run_await_nothing, &play, "has_operation");
}

static void a_function_returns_no_positive_code(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct play play = {.stage = stage, .code = COG_STEP_AWAIT};
    expect_assertion(run_return_code, &play, "status <= 0");
}

/* The smallest stack has room for the message. */
static void run_await_nothing_on_little(void *argument) {
    struct play *play = argument;
    struct cog_stackful_options options = {.stack_bytes = 1};
    struct cog_coro *coro = NULL;
    (void)cog_coro_new_stackful(play->stage->scheduler, await_nothing, play, &options, &coro);
    (void)cog_add(play->stage->scheduler, coro, true);
    (void)cog_run(play->stage->scheduler);
}

static void an_assertion_fails_on_the_smallest_stack_too(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct play play = {.stage = stage};
    expect_assertion(run_await_nothing_on_little, &play, "has_operation");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE_TEST(clean_up_finds_the_stack_as_it_was),
        STAGE_TEST(freeing_the_scheduler_at_any_time_leaves_nothing),
        STAGE_TEST(one_is_made_whole_or_not_at_all),
        STAGE_TEST(the_watermark_tells_how_much_was_used),
        STAGE_TEST(a_stack_serves_one_after_the_other),
        STAGE_TEST(without_reuse_its_stack_goes_when_it_ends),
#ifdef __linux__
        STAGE_TEST(one_that_only_sleeps_touches_one_page),
#endif
        STAGE_TEST(await_is_for_the_coroutines_own_stack_only),
        STAGE_TEST(await_wants_an_operation),
        STAGE_TEST(a_function_returns_no_positive_code),
        STAGE_TEST(an_assertion_fails_on_the_smallest_stack_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
