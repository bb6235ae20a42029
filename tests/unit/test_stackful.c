/* test_stackful.c - functions with stacks of their own as coroutines, among each other and among
 * step coroutines. */
#include "core/scheduler.h"
#include "core/stackful.h"
#include "tests/unit/actor.h"
#include "tests/unit/stackful_play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void open_stage(struct stage *stage) {
    assert_int_equal(stage_open(stage), COG_OK);
}

/* ---- Beginning and ending ---- */

static void its_code_is_the_status_that_it_ends_with(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct play fine = {.stage = stage, .number = 7};
    struct play bad = {.stage = stage, .number = 8, .code = -1234};
    struct cog_coro *first = stackful_enter(stage, "first", stackful_return_code, &fine);
    struct cog_coro *second = stackful_enter(stage, "second", stackful_return_code, &bad);
    assert_int_equal(cog_coro_status(second), COG_OK);
    assert_int_equal(stage_run(stage), COG_OK);
    assert_true(cog_coro_has_ended(first) && cog_coro_has_ended(second));
    assert_int_equal(cog_coro_status(first), COG_OK);
    assert_int_equal(cog_coro_result(first).number, 7);
    assert_int_equal(cog_coro_status(second), -1234);
    assert_int_equal(cog_coro_result(second).number, 8);
    cog_coro_release(first);
    cog_coro_release(second);
}

static void options_may_be_left_out(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct play play = {.stage = stage};
    struct cog_coro *coro = NULL;
    assert_int_equal(
        cog_coro_new_stackful(stage->scheduler, stackful_return_code, &play, NULL, &coro), COG_OK);
    assert_string_equal(cog_coro_name(coro), "coroutine");
    assert_true(cog_coro_is_stackful(coro));
    cog_coro_release(coro);
    struct cog_scheduler_options too_large = {.stack_bytes = COG_STACK_BYTES_MAX + 1};
    struct cog_scheduler *none = NULL;
    assert_int_equal(cog_scheduler_new(&too_large, &none), COG_EINVALID);
    struct cog_stackful_options huge = {.stack_bytes = COG_STACK_BYTES_MAX + 1};
    assert_int_equal(
        cog_coro_new_stackful(stage->scheduler, stackful_return_code, &play, &huge, &coro),
        COG_EINVALID);
}

static void sleeps_interleave_with_those_of_step_coroutines(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct play tens = {.stage = stage, .number = 10};
    struct play threes = {.stage = stage, .number = 3};
    struct cog_coro *first = stackful_enter(stage, "first", stackful_sleep_thrice, &tens);
    struct cog_coro *second = stackful_enter(stage, "second", stackful_sleep_thrice, &threes);
    actor_enter(stage, "actor", "sleep 5; sleep 20; sleep 36");
    stage_expect(stage, COG_OK,
                 "3 second slept 0\n5 actor sleep\n9 second slept 0\n10 first slept 0\n"
                 "18 second slept 0\n25 actor sleep\n30 first slept 0\n60 first slept 0\n"
                 "61 actor sleep\n");
    cog_coro_release(first);
    cog_coro_release(second);
}

static int descend(struct cog_coro *self, int depth) {
    volatile int own = depth;
    if (stackful_await_yield(self) != COG_OK) {
        return -1000000;
    }
    return depth == 0 ? 0 : descend(self, depth - 1) + own;
}

static int recurse(struct cog_coro *self, void *argument) {
    struct play *play = argument;
    play->number = descend(self, 100);
    return COG_OK;
}

static void it_waits_at_any_depth(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct play plays[3] = {{.stage = stage}, {.stage = stage}, {.stage = stage}};
    for (int i = 0; i < 3; i++) {
        cog_coro_release(stackful_enter(stage, "diver", recurse, &plays[i]));
    }
    assert_int_equal(stage_run(stage), COG_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(plays[i].number, 5050);
    }
}

static int count_up(struct cog_coro *self, void *argument) {
    int64_t *count = argument;
    for (int i = 0; i < 10; i++) {
        if (stackful_await_yield(self) != COG_OK) {
            return COG_EFAILED;
        }
        ++*count;
    }
    return COG_OK;
}

static void a_thousand_take_turns(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    stage->scheduler->observer.ops = NULL;
    int64_t count = 0;
    for (int i = 0; i < 1000; i++) {
        cog_coro_release(stackful_enter(stage, "one", count_up, &count));
    }
    assert_int_equal(cog_run(stage->scheduler), COG_OK);
    assert_int_equal(count, 10000);
}

/* ---- Among both kinds ---- */

static int put_three(struct cog_coro *self, void *argument) {
    struct play *play = argument;
    for (int64_t i = 1; i <= 3; i++) {
        cog_set_put(cog_coro_op(self), play->queue, (union cog_value){.number = i}, false);
        int status = cog_await(self);
        stackful_write_log(play, self, "put", status == COG_OK ? i : status);
    }
    return COG_OK;
}

static int get_three(struct cog_coro *self, void *argument) {
    struct play *play = argument;
    for (int i = 0; i < 3; i++) {
        cog_set_get(cog_coro_op(self), play->queue, false);
        int status = cog_await(self);
        stackful_write_log(play, self, "get",
                           status == COG_OK ? cog_coro_op(self)->value.number : status);
    }
    return COG_OK;
}

static void items_go_from_stackful_to_step_and_back(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    assert_int_equal(stage_queue(stage, "q", 1), COG_OK);
    assert_int_equal(stage_queue(stage, "r", 1), COG_OK);
    struct play to_step = {.stage = stage, .queue = stage->objects[0].queue};
    struct play from_step = {.stage = stage, .queue = stage->objects[1].queue};
    cog_coro_release(stackful_enter(stage, "writer", put_three, &to_step));
    cog_coro_release(stackful_enter(stage, "reader", get_three, &from_step));
    actor_enter(stage, "getter", "get q; get q; get q");
    actor_enter(stage, "putter", "put r 4; put r 5; put r 6");
    assert_int_equal(stage_run(stage), COG_OK);
    /* Who goes first is the scheduler's affair (test_queue.c); what arrives in which order is not.
     */
    const char *at = stage->log.text;
    static const char *const lines[] = {"getter get=1", "getter get=2", "getter get=3"};
    for (int i = 0; i < 3; i++) {
        at = strstr(at, lines[i]);
        assert_non_null(at);
    }
    at = stage->log.text;
    static const char *const read_lines[] = {"reader get 4", "reader get 5", "reader get 6"};
    for (int i = 0; i < 3; i++) {
        at = strstr(at, read_lines[i]);
        assert_non_null(at);
    }
}

/* A step coroutine that calls or joins another coroutine, and then logs its result. */
struct waiter {
    struct play *play;
    struct cog_coro *other;
    bool is_join;
    bool has_begun;
};

static int step_waiter(struct cog_coro *self, struct cog_op *op, void *context) {
    struct waiter *waiter = context;
    if (waiter->has_begun) {
        stackful_write_log(waiter->play, self, cog_status_name(op->status),
                           op->status == COG_OK ? op->value.number
                                                : cog_coro_status(waiter->other));
        return COG_STEP_END;
    }
    waiter->has_begun = true;
    if (waiter->is_join) {
        cog_set_join(op, waiter->other);
    } else {
        cog_set_call(op, waiter->other);
    }
    return COG_STEP_AWAIT;
}

static void enter_waiter(struct play *play, const char *name, struct cog_coro *other,
                         bool is_join) {
    static const struct cog_coro_type type = {.step = step_waiter,
                                              .context_bytes = sizeof(struct waiter)};
    struct cog_coro *coro = NULL;
    assert_int_equal(cog_coro_new(play->stage->scheduler, &type, name, &coro), COG_OK);
    *(struct waiter *)cog_coro_context(coro) =
        (struct waiter){.play = play, .other = other, .is_join = is_join};
    assert_int_equal(cog_add(play->stage->scheduler, coro, true), COG_OK);
    cog_coro_release(coro);
}

static void a_step_coroutine_calls_and_joins_stackful_ones(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct play fine = {.stage = stage, .number = 11};
    struct play bad = {.stage = stage, .code = -77};
    struct cog_coro *called = stackful_make(stage, "called", stackful_sleep_and_return, &fine);
    struct cog_coro *failing = stackful_make(stage, "failing", stackful_sleep_and_return, &bad);
    struct cog_coro *joined = stackful_enter(stage, "joined", stackful_sleep_and_return, &fine);
    enter_waiter(&fine, "caller", called, false);
    enter_waiter(&fine, "unlucky", failing, false);
    enter_waiter(&fine, "joiner", joined, true);
    stage_expect(stage, COG_OK, "5 joiner ok 11\n5 caller ok 11\n5 unlucky failed -77\n");
    cog_coro_release(called);
    cog_coro_release(failing);
    cog_coro_release(joined);
}

static void a_stackful_coroutine_calls_and_joins_either_kind(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_role(stage, "role", "-sleep 3; return 21");
    actor_role(stage, "broken", "-sleep 4; fail -9");
    struct play calls_step = {.stage = stage, .coro = actor_new(stage, "role")};
    struct play calls_broken = {.stage = stage, .coro = actor_new(stage, "broken")};
    struct play own = {.stage = stage, .number = 31};
    struct cog_coro *stackful = stackful_make(stage, "stackful", stackful_sleep_and_return, &own);
    struct play calls_stackful = {.stage = stage, .coro = stackful};
    cog_coro_release(stackful_enter(stage, "a", stackful_call_other, &calls_step));
    cog_coro_release(stackful_enter(stage, "b", stackful_call_other, &calls_broken));
    cog_coro_release(stackful_enter(stage, "c", stackful_call_other, &calls_stackful));
    struct play joins = {.stage = stage, .coro = actor_enter(stage, "sleeper", "-sleep 9")};
    cog_coro_release(stackful_enter(stage, "d", stackful_join_other, &joins));
    assert_int_equal(stage_run(stage), COG_OK);
    assert_string_equal(stage->log.text, "3 a ok 21\n4 b failed -9\n5 c ok 31\n9 d ok 0\n");
    cog_coro_release(stackful);
}

static int send_signal(struct cog_coro *self, void *argument) {
    struct play *play = argument;
    cog_set_signal(cog_coro_op(self), play->signal, (union cog_value){.number = play->number}, 2);
    int status = cog_await(self);
    stackful_write_log(play, self, cog_status_name(status), cog_coro_op(self)->value.number);
    return COG_OK;
}

static void signals_reach_either_kind(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    struct play play = {.stage = stage, .signal = stage->objects[0].signal, .number = 5};
    cog_coro_release(stackful_enter(stage, "waiter", stackful_wait_for_signal, &play));
    cog_coro_release(stackful_enter(stage, "sender", send_signal, &play));
    actor_enter(stage, "actor", "wait s");
    stage_expect(stage, COG_OK, "0 waiter ok 5\n0 actor wait=5\n0 sender ok 2\n");
}

static int wait_in_vain(struct cog_coro *self, void *argument) {
    struct play *play = argument;
    cog_set_wait(cog_coro_op(self), play->signal);
    cog_set_timeout(cog_coro_op(self), 50, true);
    int status = cog_await(self);
    stackful_write_log(play, self, cog_status_name(status), status);
    return status;
}

static void a_timeout_is_what_await_returns(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    struct play play = {.stage = stage, .signal = stage->objects[0].signal};
    struct cog_coro *coro = stackful_enter(stage, "waiter", wait_in_vain, &play);
    stage_expect(stage, COG_OK, "50 waiter timeout -1\n");
    assert_int_equal(cog_coro_status(coro), COG_ETIMEDOUT);
    cog_coro_release(coro);
}

/* Everything above in one go, for the variants that are not this machine's best. */
static void every_way_of_switching_gives_the_same_run(void **state) {
    struct stage *stage = *state;
    static struct stage_text expected;
    const struct cog_context_ops *ops = NULL;
    for (size_t i = 0; (ops = cog_context_variant(i)) != NULL; i++) {
        stage->now_ns = 0;
        open_stage(stage);
        stage->scheduler->stacks.context = ops;
        assert_int_equal(stage_queue(stage, "q", 1), COG_OK);
        assert_int_equal(stage_signal(stage, "s"), COG_OK);
        struct play play = {.stage = stage,
                            .queue = stage->objects[0].queue,
                            .signal = stage->objects[1].signal,
                            .number = 4};
        cog_coro_release(stackful_enter(stage, "reader", get_three, &play));
        cog_coro_release(stackful_enter(stage, "writer", put_three, &play));
        cog_coro_release(stackful_enter(stage, "sleeper", stackful_sleep_thrice, &play));
        cog_coro_release(stackful_enter(stage, "waiter", stackful_wait_for_signal, &play));
        cog_coro_release(stackful_enter(stage, "sender", send_signal, &play));
        cog_coro_release(stackful_enter(stage, "impatient", wait_in_vain, &play));
        actor_enter(stage, "actor", "sleep 7; wait s strong=9; yield");
        assert_int_equal(stage_run(stage), COG_OK);
        if (i == 0) {
            expected = stage->events;
        }
        assert_string_equal(stage->events.text, expected.text);
        assert_int_equal(stage_close(stage), 0);
        stage_clear(&stage->events);
        stage_clear(&stage->log);
    }
}

/* ---- Schedulers in coroutines ---- */

static int run_another(struct cog_coro *self, void *argument) {
    struct play *play = argument;
    struct stage *inner = stage_new();
    assert_int_equal(stage_open(inner), COG_OK);
    struct play inner_play = {.stage = inner, .number = play->number};
    cog_coro_release(stackful_enter(inner, "inner", stackful_sleep_thrice, &inner_play));
    int status = cog_run(inner->scheduler);
    play->number = inner->now_ns;
    (void)stackful_await_sleep(self, 1);
    assert_int_equal(stage_close(inner), 0);
    stage_free(inner);
    return status;
}

static void a_coroutine_runs_a_scheduler_of_its_own(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct play first = {.stage = stage, .number = 10};
    struct play second = {.stage = stage, .number = 100};
    struct cog_coro *a = stackful_enter(stage, "a", run_another, &first);
    struct cog_coro *b = stackful_enter(stage, "b", run_another, &second);
    assert_int_equal(stage_run(stage), COG_OK);
    assert_int_equal(cog_coro_status(a), COG_OK);
    assert_int_equal(first.number, 60);
    assert_int_equal(second.number, 600);
    cog_coro_release(a);
    cog_coro_release(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE_TEST(its_code_is_the_status_that_it_ends_with),
        STAGE_TEST(options_may_be_left_out),
        STAGE_TEST(sleeps_interleave_with_those_of_step_coroutines),
        STAGE_TEST(it_waits_at_any_depth),
        STAGE_TEST(a_thousand_take_turns),
        STAGE_TEST(items_go_from_stackful_to_step_and_back),
        STAGE_TEST(a_step_coroutine_calls_and_joins_stackful_ones),
        STAGE_TEST(a_stackful_coroutine_calls_and_joins_either_kind),
        STAGE_TEST(signals_reach_either_kind),
        STAGE_TEST(a_timeout_is_what_await_returns),
        STAGE_TEST(every_way_of_switching_gives_the_same_run),
        STAGE_TEST(a_coroutine_runs_a_scheduler_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
