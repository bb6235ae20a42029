/* test_coroutine.c - making, holding, looking at and ending coroutines. */
#include "tests/unit/actor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Counts what is done to it. */
struct counters {
    int step_count;
    int term_count;
};

struct context {
    struct counters *counters;
    char zeroes[100];
};

static int end_at_once(struct cog_coro *coro, struct cog_op *op, void *context) {
    (void)op;
    ((struct context *)context)->counters->step_count++;
    cog_coro_return(coro, (union cog_value){.number = 77});
    return COG_STEP_END;
}

static void count_term(struct cog_coro *coro, void *context) {
    assert_ptr_equal(cog_coro_context(coro), context);
    ((struct context *)context)->counters->term_count++;
}

static const struct cog_coro_type counted_type = {
    .step = end_at_once, .term = count_term, .context_bytes = sizeof(struct context)};

static struct cog_coro *new_counted(struct stage *stage, struct counters *counters) {
    struct cog_coro *coro = NULL;
    assert_int_equal(cog_coro_new(stage->scheduler, &counted_type, "counted", &coro), COG_OK);
    ((struct context *)cog_coro_context(coro))->counters = counters;
    return coro;
}

static void a_context_is_zeroed_and_aligned(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    struct cog_coro *coro = NULL;
    static const struct cog_coro_type type = {.step = end_at_once, .context_bytes = 100};
    assert_int_equal(cog_coro_new(stage->scheduler, &type, NULL, &coro), COG_OK);
    const char *context = cog_coro_context(coro);
    assert_int_equal((uintptr_t)context % _Alignof(max_align_t), 0);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(context[i], 0);
    }
    cog_coro_release(coro);
}

static void a_new_coroutine_waits_on_nothing_and_has_not_ended(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    struct counters counters = {0};
    struct cog_coro *coro = new_counted(stage, &counters);
    assert_false(cog_coro_has_ended(coro));
    assert_null(cog_coro_awaits(coro));
    assert_null(cog_coro_caller(coro));
    assert_int_equal(cog_coro_status(coro), COG_OK);
    assert_int_equal(cog_coro_tag(coro), 0);
    assert_string_equal(cog_coro_name(coro), "counted");
    assert_ptr_equal(cog_coro_scheduler(coro), stage->scheduler);
    assert_null(cog_next_coro(stage->scheduler, NULL));
    cog_coro_set_tag(coro, 5);
    assert_int_equal(cog_coro_tag(coro), 5);
    cog_coro_set_tag(coro, 0);
    cog_coro_release(coro);
}

static void a_name_is_never_null(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    struct cog_coro *coro = NULL;
    static const struct cog_coro_type type = {.step = end_at_once};
    assert_int_equal(cog_coro_new(stage->scheduler, &type, NULL, &coro), COG_OK);
    assert_non_null(cog_coro_name(coro));
    cog_coro_release(coro);
    cog_coro_release(NULL);
}

static void without_memory_there_is_no_coroutine(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    stage->tally.fail_at = stage->tally.call_count + 1;
    struct cog_coro *coro = NULL;
    assert_int_equal(cog_coro_new(stage->scheduler, &counted_type, NULL, &coro), COG_ENOMEM);
    assert_null(coro);
}

static void one_that_never_ran_is_cleaned_when_it_is_released(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    struct counters counters = {0};
    cog_coro_release(new_counted(stage, &counters));
    assert_int_equal(counters.step_count, 0);
    assert_int_equal(counters.term_count, 1);
}

static void the_scheduler_holds_it_until_it_has_ended(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    struct counters counters = {0};
    struct cog_coro *coro = new_counted(stage, &counters);
    size_t live_count = stage->tally.live_count;
    assert_int_equal(cog_add(stage->scheduler, coro, true), COG_OK);
    cog_coro_release(coro);
    assert_int_equal(counters.term_count, 0);
    assert_int_equal(stage_run(stage), COG_OK);
    assert_int_equal(counters.step_count, 1);
    assert_int_equal(counters.term_count, 1);
    assert_int_equal(stage->tally.live_count, live_count - 1);
}

static void a_reference_outlives_the_end_and_the_scheduler(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    struct counters counters = {0};
    struct cog_coro *coro = new_counted(stage, &counters);
    assert_ptr_equal(cog_coro_retain(coro), coro);
    assert_int_equal(cog_add(stage->scheduler, coro, true), COG_OK);
    assert_int_equal(stage_run(stage), COG_OK);
    assert_true(cog_coro_has_ended(coro));
    assert_int_equal(counters.term_count, 1);
    cog_coro_release(coro);
    assert_int_equal(stage_close(stage), 1);
    assert_int_equal(cog_coro_result(coro).number, 77);
    assert_int_equal(cog_coro_status(coro), COG_OK);
    cog_coro_release(coro);
    assert_int_equal(counters.term_count, 1);
}

static void freeing_the_scheduler_cleans_those_that_live_and_does_not_run_them(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    struct counters counters = {0};
    struct cog_coro *coro = new_counted(stage, &counters);
    assert_int_equal(cog_add(stage->scheduler, coro, false), COG_OK);
    assert_int_equal(stage_close(stage), 1);
    assert_int_equal(counters.step_count, 0);
    assert_int_equal(counters.term_count, 1);
    assert_true(cog_coro_has_ended(coro));
    assert_int_equal(cog_coro_status(coro), COG_ECANCELLED);
    cog_coro_release(coro);
    assert_int_equal(counters.term_count, 1);
}

static void a_failing_coroutine_keeps_its_code(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    struct cog_coro *coro = actor_enter(stage, "a", "-sleep 1; fail -5");
    stage_expect(stage, COG_OK, "");
    assert_true(cog_coro_has_ended(coro));
    assert_int_equal(cog_coro_status(coro), COG_EFULL);
}

static void what_it_waits_on_can_be_seen_while_it_waits(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    struct cog_coro *coro = actor_enter(stage, "a", "-sleep 10");
    actor_enter(stage, "b", "-yield");
    assert_null(cog_coro_awaits(coro));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(cog_iter_run(stage->scheduler), COG_MORE);
    }
    assert_string_equal(cog_coro_awaits(coro)->type->name, "sleep");
    assert_ptr_equal(cog_op_coro(cog_coro_awaits(coro)), coro);
    stage_expect(stage, COG_OK, "");
    assert_null(cog_coro_awaits(coro));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE_TEST(a_context_is_zeroed_and_aligned),
        STAGE_TEST(a_new_coroutine_waits_on_nothing_and_has_not_ended),
        STAGE_TEST(a_name_is_never_null),
        STAGE_TEST(without_memory_there_is_no_coroutine),
        STAGE_TEST(one_that_never_ran_is_cleaned_when_it_is_released),
        STAGE_TEST(the_scheduler_holds_it_until_it_has_ended),
        STAGE_TEST(a_reference_outlives_the_end_and_the_scheduler),
        STAGE_TEST(freeing_the_scheduler_cleans_those_that_live_and_does_not_run_them),
        STAGE_TEST(a_failing_coroutine_keeps_its_code),
        STAGE_TEST(what_it_waits_on_can_be_seen_while_it_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
