/* test_validity.c - the checker, and faults that it must find (its canaries). */
#include "core/scheduler.h"
#include "tests/unit/actor.h"
#include "tests/unit/stage_watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

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
    struct cog_timer *timer = &actor_find(stage, "sleeper")->op.timer;
    int64_t deadline_ns = timer->deadline_ns;
    timer->deadline_ns = INT64_MAX;
    assert_non_null(cog_scheduler_check(stage->scheduler));
    timer->deadline_ns = deadline_ns;
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

/* ---- Objects; what a coroutine waits on is told apart from the coroutine by hiding that ---- */

static void set_up_objects(struct stage *stage) {
    assert_int_equal(stage_open(stage), COG_OK);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    assert_int_equal(stage_queue(stage, "q", 0), COG_OK);
    assert_int_equal(stage_queue(stage, "r", 1), COG_OK);
    assert_int_equal(stage_queue(stage, "d", 0), COG_OK);
    assert_int_equal(stage_channel(stage, "c"), COG_OK);
    assert_int_equal(stage_mailbox(stage, "m", 0), COG_OK);
    actor_role(stage, "sleepy", "-sleep 1000");
    assert_int_equal(stage_pipe(stage, "p", "sleepy"), COG_OK);
    actor_role(stage, "busy", "-chunk u 1");
    assert_int_equal(stage_pipe(stage, "u", "busy"), COG_OK);
}

static void an_object_that_holds_what_has_ended_is_found(void **state) {
    static const char *const scripts[] = {"wait s",
                                          "signal s 1 1",
                                          "get q",
                                          "-put r 1; put r 2",
                                          "-put d 1; drain d",
                                          "-subscribe c; fetch c",
                                          "-subscribe_key c 7; fetch_key c 7",
                                          "take m",
                                          "next p",
                                          "halt p"};
    (void)state;
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        struct stage *stage = stage_new();
        set_up_objects(stage);
        actor_enter(stage, "clock", "-sleep 500");
        struct cog_coro *a = actor_enter(
            stage, "a",
            strncmp(scripts[i], "halt", 4) == 0 ? "-next p strong=1; halt p" : scripts[i]);
        for (int n = 0; n < 8 && stage->now_ns < 100; n++) {
            assert_int_equal(stage_iterate(stage), COG_MORE);
        }
        assert_non_null(cog_coro_awaits(a));
        struct cog_link *place = a->all_link.prev;
        cog_link_remove(&a->all_link);
        assert_null(cog_scheduler_check(stage->scheduler));
        a->op.state = COG_OP_FINALIZED;
        if (cog_scheduler_check(stage->scheduler) == NULL) {
            fail_msg("not found: %s", scripts[i]);
        }
        a->op.state = COG_OP_PENDING;
        cog_list_insert_after(place, &a->all_link);
        assert_int_equal(stage_close(stage), 0);
        stage_free(stage);
    }
}

static void a_chunk_that_has_ended_is_found(void **state) {
    struct stage *stage = *state;
    set_up_objects(stage);
    actor_enter(stage, "a", "-next u");
    assert_int_equal(stage_run(stage), COG_ESTALLED);
    struct cog_coro *producer = actor_find(stage, "busy");
    struct cog_link *place = producer->all_link.prev;
    cog_link_remove(&producer->all_link);
    producer->op.state = COG_OP_FINALIZED;
    assert_non_null(cog_scheduler_check(stage->scheduler));
    producer->op.state = COG_OP_PENDING;
    cog_list_insert_after(place, &producer->all_link);
    assert_null(cog_scheduler_check(stage->scheduler));
}

/* ---- The stage's own watch ---- */

static void the_stages_own_watch_finds_what_comes_after_an_end(void **state) {
    struct stage *stage = *state;
    open_busy_stage(stage);
    const struct cog_observer *observer = &stage->options.observer;
    struct cog_coro *ready = actor_find(stage, "ready");
    struct cog_event event = {.kind = COG_EVENT_CORO_ENDED, .coro = ready};
    observer->ops->event(observer->context, &event);
    assert_null(stage->fault);
    observer->ops->event(observer->context, &event);
    assert_non_null(stage->fault);
    stage->fault = NULL;
    stage->actors[2].may_resume = true;
    event.kind = COG_EVENT_CORO_RESUMED;
    observer->ops->event(observer->context, &event);
    assert_non_null(stage->fault);
    stage->fault = NULL;
    event = (struct cog_event){.kind = COG_EVENT_CORO_ENDED, .coro = actor_find(stage, "waiter")};
    observer->ops->event(observer->context, &event);
    assert_non_null(stage->fault); /* it waits */
}

static void the_stages_own_watch_finds_clean_up_that_did_not_run(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    struct cog_coro *a = actor_enter(stage, "a", "-defer x; -defer y");
    assert_int_equal(stage_run(stage), COG_OK);
    assert_null(stage_watch_check(stage));
    stage->cleanups[0].is_due = true;
    assert_non_null(stage_watch_check(stage));
    stage->cleanups[0].is_due = false;
    stage->gate_count = 1;
    assert_non_null(stage_watch_check(stage));
    stage->gate_count = 0;
    assert_null(stage_watch_check(stage));
    assert_true(cog_coro_has_ended(a));
}

static void the_stages_own_watch_finds_a_post_and_an_end_that_were_not_told(void **state) {
    struct stage *stage = *state;
    set_up_objects(stage);
    actor_enter(stage, "a", "take m");
    actor_enter(stage, "b", "next p");
    for (int i = 0; i < 6; i++) {
        assert_int_equal(cog_iterate(stage->scheduler, 0), COG_MORE);
    }
    assert_null(stage_watch_check(stage));
    stage->objects[5].unfinished_count = 1;
    assert_non_null(stage_watch_check(stage));
    stage->objects[5].unfinished_count = 0;
    struct cog_coro *producer = stage->objects[6].producer;
    uint8_t old_state = producer->state;
    producer->state = COG_CORO_ENDED;
    assert_non_null(stage_watch_check(stage));
    producer->state = old_state;
    assert_null(stage_watch_check(stage));
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
        STAGE_TEST(an_object_that_holds_what_has_ended_is_found),
        STAGE_TEST(a_chunk_that_has_ended_is_found),
        STAGE_TEST(the_stages_own_watch_finds_what_comes_after_an_end),
        STAGE_TEST(the_stages_own_watch_finds_clean_up_that_did_not_run),
        STAGE_TEST(the_stages_own_watch_finds_a_post_and_an_end_that_were_not_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
