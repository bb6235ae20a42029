/* test_loop.c - the loop as another main loop drives it, and where it must not be entered. */
#include "tests/unit/actor.h"
#include "tests/unit/misuse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void open_stage(struct stage *stage) {
    assert_int_equal(stage_open(stage), COG_OK);
}

/* ---- Driven by another main loop ---- */

static void an_iteration_sleeps_no_longer_than_it_is_told(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "-sleep 100; log a");
    assert_int_equal(cog_iterate(stage->scheduler, 30), COG_MORE);
    assert_int_equal(stage->now_ns, 30);
    assert_int_equal(cog_iterate(stage->scheduler, 0), COG_MORE);
    assert_int_equal(stage->now_ns, 30);
    assert_int_equal(cog_iterate(stage->scheduler, -5), COG_MORE);
    assert_int_equal(stage->now_ns, 30);
    assert_int_equal(cog_iterate(stage->scheduler, INT64_MAX), COG_MORE);
    assert_int_equal(stage->now_ns, 100);
    assert_int_equal(cog_iterate(stage->scheduler, 0), COG_OK);
    assert_string_equal(stage->log.text, "100 a a\n");
    assert_string_equal(stage->sleeps.text, "30\n0\n0\n70\n");
}

static void a_stall_is_told_by_an_iteration_as_well(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    actor_enter(stage, "a", "-wait s");
    assert_int_equal(cog_iterate(stage->scheduler, 0), COG_ESTALLED);
    assert_string_equal(stage->sleeps.text, "");
}

static int tell_descriptor(const void *context) {
    (void)context;
    return 77;
}

static void the_descriptor_is_the_proactors_if_it_has_one(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    assert_int_equal(cog_scheduler_descriptor(stage->scheduler), -1);
    cog_scheduler_free(stage->scheduler);
    struct cog_proactor_ops ops = *stage->options.proactor.ops;
    ops.descriptor = tell_descriptor;
    stage->options.proactor.ops = &ops;
    open_stage(stage);
    assert_int_equal(cog_scheduler_descriptor(stage->scheduler), 77);
    cog_scheduler_free(stage->scheduler);
    stage->scheduler = NULL;
}

/* ---- Misuse ---- */

static int step_misuse(struct cog_coro *coro, struct cog_op *op, void *context) {
    (void)op;
    void (*misuse)(struct cog_scheduler * scheduler) =
        *(void (**)(struct cog_scheduler * scheduler)) context;
    misuse(cog_coro_scheduler(coro));
    return COG_STEP_END;
}

static void run_within(struct cog_scheduler *scheduler) {
    (void)cog_run(scheduler);
}

static void iterate_within(struct cog_scheduler *scheduler) {
    (void)cog_iterate(scheduler, 0);
}

static void run_scheduler(void *argument) {
    (void)cog_run(argument);
}

static void running_it_inside_of_one_of_its_coroutines_is_a_misuse(void **state) {
    static const struct cog_coro_type type = {
        .step = step_misuse, .context_bytes = sizeof(void (*)(struct cog_scheduler *))};
    static void (*const misuses[])(struct cog_scheduler *) = {run_within, iterate_within};
    struct stage *stage = *state;
    for (size_t i = 0; i < sizeof misuses / sizeof misuses[0]; i++) {
        open_stage(stage);
        struct cog_coro *coro = NULL;
        assert_int_equal(cog_coro_new(stage->scheduler, &type, "misuse", &coro), COG_OK);
        memcpy(cog_coro_context(coro), &misuses[i], sizeof misuses[i]);
        assert_int_equal(cog_add(stage->scheduler, coro, true), COG_OK);
        cog_coro_release(coro);
        misuse_expect(run_scheduler, stage->scheduler, "!scheduler->is_iterating");
        cog_scheduler_free(stage->scheduler);
        stage->scheduler = NULL;
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE_TEST(an_iteration_sleeps_no_longer_than_it_is_told),
        STAGE_TEST(a_stall_is_told_by_an_iteration_as_well),
        STAGE_TEST(the_descriptor_is_the_proactors_if_it_has_one),
        STAGE_TEST(running_it_inside_of_one_of_its_coroutines_is_a_misuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
