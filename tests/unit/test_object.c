/* test_object.c - which object an operation is about. */
#include "tests/unit/actor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

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

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE_TEST(every_operation_on_an_object_tells_its_tag_and_name),
        STAGE_TEST(an_operation_on_a_coroutine_tells_its_name),
        STAGE_TEST(other_operations_are_about_no_object),
        STAGE_TEST(an_object_without_options_has_no_tag_and_no_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
