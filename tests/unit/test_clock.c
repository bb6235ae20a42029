/* test_clock.c - the production clock, and the proactor that only sleeps. No tolerances: only
 * orders are compared. */
#include "core/cogen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void the_monotonic_clock_never_runs_backwards(void **state) {
    (void)state;
    struct cog_clock clock = cog_clock_monotonic();
    int64_t before_ns = clock.now_ns(clock.context);
    for (int i = 0; i < 1000; i++) {
        int64_t now_ns = clock.now_ns(clock.context);
        assert_true(now_ns >= before_ns);
        before_ns = now_ns;
    }
}

static void the_none_proactor_sleeps_at_least_as_long_as_told(void **state) {
    (void)state;
    struct cog_clock clock = cog_clock_monotonic();
    struct cog_proactor proactor = cog_proactor_none();
    int64_t before_ns = clock.now_ns(clock.context);
    assert_int_equal(proactor.ops->run(proactor.context, 2000000), COG_OK);
    assert_true(clock.now_ns(clock.context) - before_ns >= 2000000);
    assert_int_equal(proactor.ops->run(proactor.context, 0), COG_OK);
}

static int sleep_then_end(struct cog_coro *coro, struct cog_op *op, void *context) {
    (void)coro;
    int *step_count = context;
    if ((*step_count)++ == 0) {
        cog_set_sleep(op, 1000000);
        return COG_STEP_AWAIT;
    }
    return COG_STEP_END;
}

static void a_scheduler_of_defaults_sleeps_on_the_real_clock(void **state) {
    (void)state;
    static const struct cog_coro_type type = {.step = sleep_then_end, .context_bytes = sizeof(int)};
    struct cog_scheduler *scheduler = NULL;
    struct cog_coro *coro = NULL;
    assert_int_equal(cog_scheduler_new(NULL, &scheduler), COG_OK);
    assert_int_equal(cog_coro_new(scheduler, &type, NULL, &coro), COG_OK);
    int64_t before_ns = cog_now_ns(scheduler);
    assert_int_equal(cog_add(scheduler, coro, true), COG_OK);
    assert_int_equal(cog_run(scheduler), COG_OK);
    assert_true(cog_now_ns(scheduler) - before_ns >= 1000000);
    assert_int_equal(*(int *)cog_coro_context(coro), 2);
    cog_coro_release(coro);
    cog_scheduler_free(scheduler);
}

static int connect_then_end(struct cog_coro *coro, struct cog_op *op, void *context) {
    int *step_count = context;
    if ((*step_count)++ == 0) {
        cog_set_connect(op, NULL, 0);
        return COG_STEP_AWAIT;
    }
    cog_coro_return(coro, (union cog_value){.number = op->status});
    return COG_STEP_END;
}

static void the_none_proactor_refuses_socket_operations(void **state) {
    (void)state;
    static const struct cog_coro_type type = {.step = connect_then_end,
                                              .context_bytes = sizeof(int)};
    struct cog_scheduler *scheduler = NULL;
    struct cog_coro *coro = NULL;
    struct cog_scheduler_options options = {.proactor = cog_proactor_none()};
    assert_int_equal(cog_scheduler_new(&options, &scheduler), COG_OK);
    assert_int_equal(cog_coro_new(scheduler, &type, NULL, &coro), COG_OK);
    assert_int_equal(cog_add(scheduler, coro, true), COG_OK);
    assert_int_equal(cog_run(scheduler), COG_OK);
    assert_int_equal(cog_coro_result(coro).number, COG_EUNSUPPORTED);
    assert_int_equal(cog_close_socket(scheduler, 3), COG_EBADSOCKET);
    cog_coro_release(coro);
    cog_scheduler_free(scheduler);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_monotonic_clock_never_runs_backwards),
        cmocka_unit_test(the_none_proactor_sleeps_at_least_as_long_as_told),
        cmocka_unit_test(a_scheduler_of_defaults_sleeps_on_the_real_clock),
        cmocka_unit_test(the_none_proactor_refuses_socket_operations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
