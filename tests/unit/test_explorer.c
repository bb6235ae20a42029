/* test_explorer.c - worlds that are stepped, judged and brought back. */
#include "sim/explore/explorer.h"

#include "tests/unit/exploration.h"

#include "core/status.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char two_adders[] = "shared x = 0\n"
                                 "coro left\n    let seen = x\n    set x = seen + 1\n"
                                 "coro right\n    let seen = x\n    set x = seen + 1\n"
                                 "outcome x\nexpect x == 2\n";

static void a_run_is_judged_and_counted(void **state) {
    (void)state;
    struct exploration exploration;
    exploration_open(&exploration, two_adders, SIM_VARY_ORDER);
    struct sim_explorer *explorer = &exploration.explorer;
    static const char *const orders[] = {"t 0 0 1 1", "t 0 1 0 1", "t 1 1 0 0", "t 1 0 0 1"};
    for (size_t i = 0; i < 4; i++) {
        sim_explorer_restart(explorer);
        exploration_take(&exploration, orders[i]);
        assert_string_equal(exploration_next(&exploration), "over");
        assert_int_equal(sim_explorer_judge(explorer), COG_OK);
        assert_int_equal(explorer->tally.run_count, i + 1);
        assert_int_equal(explorer->tally.failure_count, (i + 1) / 2);
    }
    assert_int_equal(explorer->tally.outcome_count, 2);
    assert_string_equal(explorer->tally.outcomes[0].text, "2");
    assert_string_equal(explorer->tally.outcomes[1].text, "1 (failed)");
    assert_int_equal(explorer->step_count, 20);
    exploration_close(&exploration);
}

static void a_restart_forgets_all_but_the_tally(void **state) {
    (void)state;
    struct exploration exploration;
    exploration_open(&exploration, two_adders, SIM_VARY_ORDER);
    struct sim_explorer *explorer = &exploration.explorer;
    exploration_take(&exploration, "t 0 1");
    sim_explorer_restart(explorer);
    assert_string_equal(exploration_next(&exploration), "time");
    assert_int_equal(explorer->run->step_count, 0);
    assert_int_equal(explorer->step_count, 3);
    exploration_take(&exploration, "t 1 1 0 0");
    assert_int_equal(sim_explorer_judge(explorer), COG_OK);
    assert_string_equal(explorer->tally.outcomes[0].text, "2");
    exploration_close(&exploration);
}

struct failures {
    uint32_t count;
    char text[256];
};

static void note_failure(void *context, const struct sim_result *result) {
    struct failures *failures = context;
    assert_false(result->ok);
    failures->count++;
    (void)snprintf(failures->text, sizeof failures->text, "%s", result->journal->failures[0].text);
}

static void who_wants_to_is_told_of_runs_that_failed(void **state) {
    (void)state;
    struct exploration exploration;
    struct failures failures = {.count = 0};
    exploration_open(&exploration, two_adders, SIM_VARY_ORDER);
    struct sim_explorer *explorer = &exploration.explorer;
    explorer->failed = note_failure;
    explorer->failed_context = &failures;
    exploration_take(&exploration, "t 0 0 1 1");
    assert_int_equal(sim_explorer_judge(explorer), COG_OK);
    assert_int_equal(failures.count, 0);
    sim_explorer_restart(explorer);
    exploration_take(&exploration, "t 0 1 0 1");
    assert_int_equal(sim_explorer_judge(explorer), COG_OK);
    assert_int_equal(failures.count, 1);
    assert_non_null(strstr(failures.text, "x == 2"));
    exploration_close(&exploration);
}

static void where_order_does_not_vary_a_run_is_one_step(void **state) {
    (void)state;
    struct exploration exploration;
    exploration_open(&exploration, two_adders, SIM_VARY_ARRIVALS);
    struct sim_explorer *explorer = &exploration.explorer;
    assert_true(explorer->is_whole);
    for (uint32_t run = 1; run <= 3; run++) {
        sim_explorer_restart(explorer);
        assert_int_equal(sim_explorer_next(explorer), SIM_NEXT_TIME);
        sim_explorer_pass_time(explorer);
        assert_int_equal(sim_explorer_next(explorer), SIM_NEXT_OVER);
        assert_int_equal(sim_explorer_judge(explorer), COG_OK);
        assert_int_equal(explorer->tally.run_count, run);
        assert_int_equal(explorer->step_count, run);
    }
    assert_int_equal(explorer->tally.outcome_count, 1);
    exploration_close(&exploration);
}

static const char spinning[] = "shared x = 0\n"
                               "coro left\n    while x == 0\n        let seen = x\n"
                               "outcome x\n";

static void a_run_of_too_many_statements_has_failed(void **state) {
    (void)state;
    struct exploration exploration;
    struct sim_explorer limited;
    exploration_open(&exploration, spinning, SIM_VARY_ORDER);
    struct sim_explorer_options options = {.allocator = &exploration.counting.allocator,
                                           .vary = SIM_VARY_ORDER,
                                           .statement_count_max = 50};
    assert_int_equal(sim_explorer_open(&limited, &exploration.program, &options), COG_OK);
    sim_explorer_restart(&limited);
    sim_explorer_pass_time(&limited);
    uint32_t steps = 0;
    while (sim_explorer_next(&limited) == SIM_NEXT_STEP && steps < 1000) {
        sim_explorer_take(&limited, 0);
        steps++;
    }
    assert_in_range(steps, 10, 100);
    assert_int_equal(sim_explorer_judge(&limited), COG_OK);
    assert_int_equal(limited.tally.failure_count, 1);
    sim_explorer_close(&limited);
    exploration_close(&exploration);
}

static void a_world_that_is_too_small_is_not_opened(void **state) {
    (void)state;
    struct exploration exploration;
    struct sim_explorer limited;
    exploration_open(&exploration, two_adders, SIM_VARY_ORDER);
    struct sim_explorer_options options = {
        .allocator = &exploration.counting.allocator, .vary = SIM_VARY_ORDER, .memory_bytes = 4096};
    assert_int_equal(sim_explorer_open(&limited, &exploration.program, &options), COG_ENOMEM);
    exploration_close(&exploration);
}

static void two_explore_one_program_without_disturbing_each_other(void **state) {
    (void)state;
    struct exploration exploration;
    struct sim_explorer other;
    exploration_open(&exploration, two_adders, SIM_VARY_ORDER);
    struct sim_explorer_options options = {.allocator = &exploration.counting.allocator,
                                           .vary = SIM_VARY_ORDER};
    assert_int_equal(sim_explorer_open(&other, &exploration.program, &options), COG_OK);
    sim_explorer_restart(&other);
    exploration_take(&exploration, "t 0");
    sim_explorer_pass_time(&other);
    assert_int_equal(sim_explorer_next(&other), SIM_NEXT_STEP);
    sim_explorer_take(&other, 1);
    assert_string_equal(exploration_next(&exploration), "1 0");
    assert_int_equal(sim_explorer_next(&other), SIM_NEXT_STEP);
    assert_int_equal(other.stepping.candidates[0].process, 0);
    sim_explorer_close(&other);
    exploration_take(&exploration, "1 0 1");
    assert_string_equal(exploration_next(&exploration), "over");
    exploration_close(&exploration);
}

static void memory_may_run_out_anywhere(void **state) {
    (void)state;
    struct exploration exploration;
    exploration_open(&exploration, two_adders, SIM_VARY_ORDER);
    int status = COG_ENOMEM;
    uint64_t fails_at = 0;
    while (status == COG_ENOMEM) {
        struct play_allocator counting;
        struct sim_explorer explorer;
        play_allocator_init(&counting);
        counting.fails_at = ++fails_at;
        struct sim_explorer_options options = {.allocator = &counting.allocator,
                                               .vary = SIM_VARY_ORDER};
        status = sim_explorer_open(&explorer, &exploration.program, &options);
        if (status == COG_OK) {
            sim_explorer_close(&explorer);
        }
        assert_int_equal(counting.live_bytes, 0);
        assert_in_range(fails_at, 1, 100);
    }
    assert_int_equal(status, COG_OK);
    assert_true(fails_at > 5);
    exploration_close(&exploration);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_is_judged_and_counted),
        cmocka_unit_test(a_restart_forgets_all_but_the_tally),
        cmocka_unit_test(who_wants_to_is_told_of_runs_that_failed),
        cmocka_unit_test(where_order_does_not_vary_a_run_is_one_step),
        cmocka_unit_test(a_run_of_too_many_statements_has_failed),
        cmocka_unit_test(a_world_that_is_too_small_is_not_opened),
        cmocka_unit_test(two_explore_one_program_without_disturbing_each_other),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
