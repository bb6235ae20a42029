/* test_object.c - which object an operation is about, and which it must not be about. */
#include "tests/unit/actor.h"
#include "tests/unit/misuse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void assert_is_about(const struct cog_op *op, uint32_t tag, const char *name) {
    assert_int_equal(cog_op_object_tag(op), tag);
    assert_string_equal(cog_op_object_name(op), name);
}

static void every_operation_on_an_object_tells_its_tag_and_name(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    assert_int_equal(stage_queue(stage, "q", 0), COG_OK);
    assert_int_equal(stage_channel(stage, "c"), COG_OK);
    union cog_value value = {.number = 0};
    struct cog_op op = {.status = 0};
    cog_set_wait(&op, stage->objects[0].signal);
    assert_is_about(&op, 1, "s");
    cog_set_signal(&op, stage->objects[0].signal, value, 0);
    assert_is_about(&op, 1, "s");
    cog_set_put(&op, stage->objects[1].queue, value, false);
    assert_is_about(&op, 2, "q");
    cog_set_get(&op, stage->objects[1].queue, false);
    assert_is_about(&op, 2, "q");
    cog_set_queue_done(&op, stage->objects[1].queue);
    assert_is_about(&op, 2, "q");
    cog_set_queue_join(&op, stage->objects[1].queue);
    assert_is_about(&op, 2, "q");
    cog_set_publish(&op, stage->objects[2].channel, value);
    assert_is_about(&op, 3, "c");
    cog_set_subscribe(&op, stage->objects[2].channel);
    assert_is_about(&op, 3, "c");
    cog_set_unsubscribe(&op, stage->objects[2].channel);
    assert_is_about(&op, 3, "c");
    cog_set_fetch(&op, stage->objects[2].channel);
    assert_is_about(&op, 3, "c");
    cog_set_subscribe_key(&op, stage->objects[2].channel, 9);
    assert_is_about(&op, 3, "c");
    cog_set_unsubscribe_key(&op, stage->objects[2].channel, 9);
    assert_is_about(&op, 3, "c");
    cog_set_fetch_key(&op, stage->objects[2].channel, 9);
    assert_is_about(&op, 3, "c");
}

static void operations_on_pipes_and_mailboxes_tell_theirs_too(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    actor_role(stage, "producer", "end");
    assert_int_equal(stage_pipe(stage, "p", "producer"), COG_OK);
    assert_int_equal(stage_mailbox(stage, "m", 0), COG_OK);
    struct cog_op op = {.status = 0};
    cog_set_pipe_next(&op, stage->objects[0].pipe);
    assert_is_about(&op, 1, "p");
    cog_set_pipe_chunk(&op, stage->objects[0].pipe, (union cog_value){.number = 1});
    assert_is_about(&op, 1, "p");
    cog_set_pipe_stop(&op, stage->objects[0].pipe);
    assert_is_about(&op, 1, "p");
    cog_set_take(&op, stage->objects[1].mailbox);
    assert_is_about(&op, 2, "m");
}

static void an_operation_on_a_coroutine_tells_its_name(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    struct cog_coro *coro = actor_enter(stage, "somebody", "end");
    struct cog_op op = {.status = 0};
    cog_set_spawn(&op, coro);
    assert_is_about(&op, 0, "somebody");
    cog_set_call(&op, coro);
    assert_is_about(&op, 0, "somebody");
    cog_set_join(&op, coro);
    assert_is_about(&op, 0, "somebody");
}

static void other_operations_are_about_no_object(void **state) {
    (void)state;
    struct cog_op op = {.status = 0};
    cog_set_yield(&op);
    assert_is_about(&op, 0, "");
    cog_set_sleep(&op, 1);
    assert_is_about(&op, 0, "");
    cog_set_connect(&op, NULL, 0);
    assert_is_about(&op, 0, "");
    cog_set_close(&op, 1);
    assert_is_about(&op, 0, "");
}

static void an_object_without_options_has_no_tag_and_no_name(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    struct cog_queue *queue = NULL;
    assert_int_equal(cog_queue_new(stage->scheduler, NULL, &queue), COG_OK);
    struct cog_op op = {.status = 0};
    cog_set_get(&op, queue, false);
    assert_is_about(&op, 0, "");
    cog_queue_free(queue);
}

/* ---- Misuse ---- */

static void run_stage(void *argument) {
    (void)cog_run(((struct stage *)argument)->scheduler);
}

static void an_object_of_another_scheduler_is_a_misuse(void **state) {
    static const char *const scripts[] = {"wait s",  "signal s 1 0", "put q 1",     "get q",
                                          "drain q", "publish c 1",  "subscribe c", "fetch_key c 1",
                                          "next p",  "halt p",       "take m"};
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    assert_int_equal(stage_queue(stage, "q", 0), COG_OK);
    assert_int_equal(stage_channel(stage, "c"), COG_OK);
    assert_int_equal(stage_mailbox(stage, "m", 0), COG_OK);
    actor_role(stage, "producer", "end");
    assert_int_equal(stage_pipe(stage, "p", "producer"), COG_OK);
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        struct stage *other = stage_new();
        assert_int_equal(stage_open(other), COG_OK);
        memcpy(other->objects, stage->objects, sizeof other->objects);
        other->object_count = stage->object_count;
        actor_enter(other, "a", scripts[i]);
        misuse_expect(run_stage, other, "object->scheduler == scheduler");
        other->object_count = 0; /* they are not its own to free */
        assert_int_equal(stage_close(other), 0);
        stage_free(other);
    }
}

static void ring_signal(void *argument) {
    (void)cog_signal_send(argument, (union cog_value){.number = 1});
}

static void add_item(void *argument) {
    (void)cog_queue_add(argument, (union cog_value){.number = 1});
}

static void an_object_whose_scheduler_has_been_freed_is_a_misuse(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    struct stage *other = stage_new();
    assert_int_equal(stage_open(other), COG_OK);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    assert_int_equal(stage_queue(stage, "q", 0), COG_OK);
    cog_scheduler_free(stage->scheduler);
    stage->scheduler = NULL;
    misuse_expect(ring_signal, stage->objects[0].signal, "scheduler != NULL");
    misuse_expect(add_item, stage->objects[1].queue, "scheduler != NULL");
    memcpy(other->objects, stage->objects, sizeof other->objects);
    other->object_count = stage->object_count;
    actor_enter(other, "a", "wait s");
    misuse_expect(run_stage, other, "object->scheduler == scheduler");
    other->object_count = 0;
    assert_int_equal(stage_close(other), 0);
    stage_free(other);
}

static void free_signal(void *argument) {
    cog_signal_free(argument);
}

static void free_queue(void *argument) {
    cog_queue_free(argument);
}

static void freeing_an_object_that_somebody_waits_on_is_a_misuse(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    assert_int_equal(stage_signal(stage, "t"), COG_OK);
    assert_int_equal(stage_queue(stage, "g", 0), COG_OK);
    assert_int_equal(stage_queue(stage, "p", 1), COG_OK);
    assert_int_equal(stage_queue(stage, "d", 0), COG_OK);
    actor_enter(stage, "a", "wait s");
    actor_enter(stage, "b", "signal t 1 1");
    actor_enter(stage, "c", "get g");
    actor_enter(stage, "e", "-put p 1; put p 2");
    actor_enter(stage, "f", "-put d 1; -get d; drain d");
    stage_expect(stage, COG_ESTALLED, "");
    misuse_expect(free_signal, stage->objects[0].signal, "cog_list_is_empty");
    misuse_expect(free_signal, stage->objects[1].signal, "cog_list_is_empty");
    misuse_expect(free_queue, stage->objects[2].queue, "cog_list_is_empty");
    misuse_expect(free_queue, stage->objects[3].queue, "cog_list_is_empty");
    misuse_expect(free_queue, stage->objects[4].queue, "cog_list_is_empty");
}

static void an_operation_on_nothing_is_a_misuse(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    struct cog_signal *signal = stage->objects[0].signal;
    stage->objects[0].signal = NULL;
    actor_enter(stage, "a", "wait s");
    misuse_expect(run_stage, stage, " != NULL");
    stage->objects[0].signal = signal;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE_TEST(every_operation_on_an_object_tells_its_tag_and_name),
        STAGE_TEST(operations_on_pipes_and_mailboxes_tell_theirs_too),
        STAGE_TEST(an_object_of_another_scheduler_is_a_misuse),
        STAGE_TEST(an_object_whose_scheduler_has_been_freed_is_a_misuse),
        STAGE_TEST(freeing_an_object_that_somebody_waits_on_is_a_misuse),
        STAGE_TEST(an_operation_on_nothing_is_a_misuse),
        STAGE_TEST(an_operation_on_a_coroutine_tells_its_name),
        STAGE_TEST(other_operations_are_about_no_object),
        STAGE_TEST(an_object_without_options_has_no_tag_and_no_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
