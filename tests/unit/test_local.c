/* test_local.c - coroutine-local values. */
#include "tests/unit/actor.h"
#include "tests/unit/misuse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void open_stage(struct stage *stage) {
    assert_int_equal(stage_open(stage), COG_OK);
}

static void a_value_is_there_until_the_end(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "local get 0; local set 0 7; -sleep 5; local get 0; local get 1");
    stage_expect(stage, COG_OK,
                 "0 a local unset\n0 a local\n5 a local=7\n5 a local unset\n5 a destroyed 7\n");
}

static void each_coroutine_has_its_own(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "-local set 0 1; -sleep 5; local get 0");
    actor_enter(stage, "b", "-local set 0 2; -sleep 5; local get 0");
    stage_expect(stage, COG_OK, "5 a local=1\n5 a destroyed 1\n5 b local=2\n5 b destroyed 2\n");
}

static void those_that_it_calls_and_spawns_do_not_inherit_it(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_role(stage, "c", "local get 0");
    actor_enter(stage, "a", "-local set 0 1; -call c; -spawn c; -join c");
    stage_expect(stage, COG_OK, "0 c local unset\n0 c local unset\n0 a destroyed 1\n");
}

static void another_value_replaces_the_older_and_destroys_it(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a",
                "local set 0 1; local set 1 2; local set 0 3; local get 0; local get 1");
    stage_expect(stage, COG_OK,
                 "0 a local\n0 a local\n0 a destroyed 1\n0 a local\n0 a local=3\n0 a local=2\n"
                 "0 a destroyed 2\n0 a destroyed 3\n");
}

static void values_go_among_the_clean_up_handlers_in_reverse_order(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "-defer x; -local set 0 1; -defer y; -local set 1 2; -defer z");
    stage_expect(stage, COG_OK,
                 "0 a cleanup z\n0 a destroyed 2\n0 a cleanup y\n0 a destroyed 1\n0 a cleanup x\n");
}

static void it_is_destroyed_when_the_coroutine_is_cancelled_or_its_scheduler_freed(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "-local set 0 1; sleep 50");
    actor_enter(stage, "b", "-local set 0 2; -cancel a; -sleep 50; log never");
    for (int i = 0; i < 4; i++) {
        assert_int_equal(stage_iterate(stage), COG_MORE);
    }
    assert_string_equal(stage->log.text, "0 a destroyed 1\n");
    assert_int_equal(stage_close(stage), 0);
    assert_string_equal(stage->log.text, "0 a destroyed 1\n50 b destroyed 2\n");
}

/* ---- Keys of the tests' own ---- */

static void count_destroyed(void *value) {
    ++*(int *)value;
}

static const struct cog_local counting = {.destroy = count_destroyed};
static const struct cog_local plain = {.destroy = NULL};

static void the_same_value_again_is_not_destroyed(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct cog_coro *coro = actor_enter(stage, "a", "end");
    int count = 0;
    assert_int_equal(cog_local_set(coro, &counting, &count), COG_OK);
    assert_int_equal(cog_local_set(coro, &counting, &count), COG_OK);
    assert_int_equal(count, 0);
    stage_expect(stage, COG_OK, "");
    assert_int_equal(count, 1);
}

static void null_unsets_it(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct cog_coro *coro = actor_enter(stage, "a", "end");
    int count = 0;
    assert_int_equal(cog_local_set(coro, &counting, &count), COG_OK);
    assert_int_equal(cog_local_set(coro, &counting, NULL), COG_OK);
    assert_int_equal(count, 1);
    assert_null(cog_local_get(coro, &counting));
    stage_expect(stage, COG_OK, "");
    assert_int_equal(count, 1);
}

static void a_key_need_not_destroy(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct cog_coro *coro = actor_enter(stage, "a", "end");
    int one = 1;
    int two = 2;
    assert_int_equal(cog_local_set(coro, &plain, &one), COG_OK);
    assert_int_equal(cog_local_set(coro, &plain, &two), COG_OK);
    assert_ptr_equal(cog_local_get(coro, &plain), &two);
    stage_expect(stage, COG_OK, "");
    assert_null(cog_local_get(coro, &plain));
}

static void one_that_has_ended_takes_no_value(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct cog_coro *coro = actor_enter(stage, "a", "end");
    stage_expect(stage, COG_OK, "");
    int count = 0;
    assert_int_equal(cog_local_set(coro, &counting, &count), COG_EINVALID);
    assert_null(cog_local_get(coro, &counting));
    assert_int_equal(count, 0);
}

static void without_memory_nothing_is_set_and_replacing_needs_none(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct cog_coro *coro = actor_enter(stage, "a", "end");
    int first = 0;
    int second = 0;
    stage->tally.fail_at = stage->tally.call_count + 1;
    assert_int_equal(cog_local_set(coro, &counting, &first), COG_ENOMEM);
    assert_null(cog_local_get(coro, &counting));
    assert_int_equal(cog_local_set(coro, &counting, &first), COG_OK);
    stage->tally.fail_at = stage->tally.call_count + 1;
    assert_int_equal(cog_local_set(coro, &counting, &second), COG_OK);
    assert_int_equal(first, 1);
    stage_expect(stage, COG_OK, "");
    assert_int_equal(first, 1);
    assert_int_equal(second, 1);
}

/* A handler sees the values that were set before it was registered. */
struct look {
    struct cog_coro *coro;
    void *seen;
};

static void look_up(void *argument) {
    struct look *look = argument;
    look->seen = cog_local_get(look->coro, &counting);
}

static void a_clean_up_handler_still_sees_what_was_set_before_it(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct cog_coro *coro = actor_enter(stage, "a", "end");
    int count = 0;
    struct look before = {.coro = coro, .seen = &before};
    struct look after = {.coro = coro, .seen = NULL};
    assert_int_equal(cog_defer(coro, look_up, &before), COG_OK);
    assert_int_equal(cog_local_set(coro, &counting, &count), COG_OK);
    assert_int_equal(cog_defer(coro, look_up, &after), COG_OK);
    stage_expect(stage, COG_OK, "");
    assert_ptr_equal(after.seen, &count);
    assert_null(before.seen);
}

static void get_without_key(void *argument) {
    (void)cog_local_get(argument, NULL);
}

static void set_for_nobody(void *argument) {
    (void)cog_local_set(NULL, &plain, argument);
}

static void a_null_key_or_coroutine_is_a_misuse(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    misuse_expect(get_without_key, actor_enter(stage, "a", "end"), "local != NULL");
    misuse_expect(set_for_nobody, NULL, "coro != NULL");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE_TEST(a_value_is_there_until_the_end),
        STAGE_TEST(each_coroutine_has_its_own),
        STAGE_TEST(those_that_it_calls_and_spawns_do_not_inherit_it),
        STAGE_TEST(another_value_replaces_the_older_and_destroys_it),
        STAGE_TEST(values_go_among_the_clean_up_handlers_in_reverse_order),
        STAGE_TEST(it_is_destroyed_when_the_coroutine_is_cancelled_or_its_scheduler_freed),
        STAGE_TEST(the_same_value_again_is_not_destroyed),
        STAGE_TEST(null_unsets_it),
        STAGE_TEST(a_key_need_not_destroy),
        STAGE_TEST(one_that_has_ended_takes_no_value),
        STAGE_TEST(without_memory_nothing_is_set_and_replacing_needs_none),
        STAGE_TEST(a_clean_up_handler_still_sees_what_was_set_before_it),
        STAGE_TEST(a_null_key_or_coroutine_is_a_misuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
