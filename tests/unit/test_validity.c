/* test_validity.c - the checker, and faults that it must find (its canaries). */
#include "core/scheduler.h"
#include "tests/unit/actor.h"
#include "tests/unit/stage_watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* A stage with one coroutine that is ready and one that waits with a deadline. */
static void open_busy_stage(struct stage *stage) {
    assert_int_equal(stage_open(stage), COG_OK);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    actor_enter(stage, "waiter", "-wait s weak=50");
    actor_enter(stage, "sleeper", "-sleep 60");
    actor_enter(stage, "ready", "-yield; -yield; -yield");
    for (int i = 0; i < 5; i++) {
        assert_int_equal(cog_iter_run(stage->scheduler), COG_MORE);
    }
    assert_null(cog_scheduler_check(stage->scheduler));
}

static void a_waiting_operation_that_has_ended_is_found(void **state) {
    struct stage *stage = *state;
    open_busy_stage(stage);
    struct cog_coro *waiter = actor_find(stage, "waiter");
    waiter->op.state = COG_OP_FINALIZED;
    assert_non_null(cog_scheduler_check(stage->scheduler));
    waiter->op.state = COG_OP_PENDING;
    assert_null(cog_scheduler_check(stage->scheduler));
}

static void a_lost_wake_up_is_found(void **state) {
    struct stage *stage = *state;
    open_busy_stage(stage);
    struct cog_coro *ready = actor_find(stage, "ready");
    cog_ready_queue_remove(&stage->scheduler->ready, ready);
    assert_non_null(cog_scheduler_check(stage->scheduler));
    ready->state = COG_CORO_RUNNING;
    assert_non_null(cog_scheduler_check(stage->scheduler));
    ready->state = COG_CORO_READY;
    cog_ready_queue_push(&stage->scheduler->ready, ready, true);
    assert_null(cog_scheduler_check(stage->scheduler));
}

static void timeouts_out_of_order_are_found(void **state) {
    struct stage *stage = *state;
    open_busy_stage(stage);
    struct cog_timer *heap = stage->scheduler->timeouts.heap;
    int64_t deadline_ns = heap[0].deadline_ns;
    heap[0].deadline_ns = INT64_MAX;
    assert_non_null(cog_scheduler_check(stage->scheduler));
    heap[0].deadline_ns = deadline_ns;
    assert_null(cog_scheduler_check(stage->scheduler));
}

static void a_coroutine_in_a_state_that_cannot_be_is_found(void **state) {
    struct stage *stage = *state;
    open_busy_stage(stage);
    struct cog_coro *ready = actor_find(stage, "ready");
    static const uint8_t states[] = {COG_CORO_NEW, COG_CORO_WAITING, COG_CORO_COMPLETED,
                                     COG_CORO_ENDED};
    for (size_t i = 0; i < sizeof states; i++) {
        ready->state = states[i];
        assert_non_null(cog_scheduler_check(stage->scheduler));
    }
    ready->state = COG_CORO_READY;
    ready->op.state = COG_OP_PENDING;
    assert_non_null(cog_scheduler_check(stage->scheduler));
    ready->op.state = COG_OP_FINALIZED;
    assert_null(cog_scheduler_check(stage->scheduler));
}

static void a_ready_count_that_is_off_is_found(void **state) {
    struct stage *stage = *state;
    open_busy_stage(stage);
    stage->scheduler->ready.count++;
    assert_non_null(cog_scheduler_check(stage->scheduler));
    stage->scheduler->ready.count--;
    assert_null(cog_scheduler_check(stage->scheduler));
}

static void the_stages_own_watch_finds_a_second_ending_and_a_second_resumption(void **state) {
    struct stage *stage = *state;
    open_busy_stage(stage);
    const struct cog_observer *observer = &stage->options.observer;
    struct cog_coro *waiter = actor_find(stage, "waiter");
    assert_null(stage_watch_check(stage));
    struct cog_event event = {.kind = COG_EVENT_CORO_RESUMED, .coro = waiter, .op = &waiter->op};
    observer->ops->event(observer->context, &event);
    assert_non_null(stage_watch_check(stage));
    stage->fault = NULL;
    waiter->op.state = COG_OP_COMPLETED;
    event.kind = COG_EVENT_OP_ENDED;
    observer->ops->event(observer->context, &event);
    assert_null(stage->fault);
    assert_non_null(stage_watch_check(stage));
    observer->ops->event(observer->context, &event);
    assert_non_null(stage->fault);
    waiter->op.state = COG_OP_PENDING;
}

static void the_stages_own_watch_finds_a_wake_up_that_is_missing(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    assert_int_equal(stage_queue(stage, "q", 0), COG_OK);
    actor_enter(stage, "a", "-put q 1; drain q");
    assert_int_equal(stage_run(stage), COG_ESTALLED);
    assert_null(stage_watch_check(stage));
    stage->objects[0].unfinished_count = 0;
    assert_non_null(stage_watch_check(stage));
    stage->objects[0].unfinished_count = 1;
    stage->actors[0].deadline_ns = stage->now_ns;
    assert_non_null(stage_watch_check(stage));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE_TEST(a_waiting_operation_that_has_ended_is_found),
        STAGE_TEST(a_lost_wake_up_is_found),
        STAGE_TEST(timeouts_out_of_order_are_found),
        STAGE_TEST(a_coroutine_in_a_state_that_cannot_be_is_found),
        STAGE_TEST(a_ready_count_that_is_off_is_found),
        STAGE_TEST(the_stages_own_watch_finds_a_second_ending_and_a_second_resumption),
        STAGE_TEST(the_stages_own_watch_finds_a_wake_up_that_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
