/* test_decisions.c - schedules get small and lead to the same failure. */
#include "sim/shrink/decisions.h"

#include "tests/unit/shrinking.h"

static void assert_shrunk(const char *text, const char *schedule, uint64_t budget,
                          const char *expected) {
    struct shrinking shrinking;
    struct sim_trial trial;
    struct sim_buffer buffer;
    shrinking_open(&shrinking, text);
    shrinking_run(&shrinking, schedule, &trial);
    assert_true(trial.signature != 0);
    uint32_t before = sim_decisions_count(&trial.recorded);
    shrinking.trials.budget = budget;
    struct sim_decisions decisions = {.trials = &shrinking.trials,
                                      .program = &shrinking.subject.program,
                                      .source = &shrinking.subject.source,
                                      .signature = trial.signature,
                                      .best = &trial.recorded};
    assert_int_equal(sim_decisions_shrink(&decisions), COG_OK);
    assert_true(shrinking.trials.run_count <= budget + 1);
    assert_true(sim_decisions_count(&trial.recorded) <= before);
    sim_buffer_init(&buffer, cog_allocator_malloc());
    sim_schedule_write(&trial.recorded, 0, &buffer);
    if (expected != NULL) {
        assert_string_equal(buffer.bytes != NULL ? buffer.bytes : "", expected);
    }
    struct sim_trial again;
    shrinking_run(&shrinking, buffer.bytes != NULL ? buffer.bytes : "", &again);
    assert_true(again.signature == trial.signature);
    sim_trial_term(&again);
    sim_buffer_term(&buffer);
    sim_trial_term(&trial);
    shrinking_close(&shrinking);
}

static const char long_way[] = "other: set y\nother: set y\nleft: read x\nother: set y\n"
                               "left: set x\nright: read x\n";

static void what_the_failure_does_not_need_goes(void **state) {
    (void)state;
    assert_shrunk(shrinking_adders, long_way, 10000, "left: read x\nleft: set x\n");
}

static void a_failure_without_decisions_has_none(void **state) {
    (void)state;
    assert_shrunk("scenario \"t\"\nshared x = 0\ncoro left\n    set x = 1\n"
                  "coro right\n    set x = 2\nexpect x == 3\n",
                  "right: set x\n", 1000, "");
}

static void what_is_drawn_gets_lower(void **state) {
    (void)state;
    assert_shrunk("scenario \"t\"\nvar x = 0\nvar y = 0\ncoro a\n"
                  "    pick x from 1, 2, 3, 4, 5\n    pick y from 1, 2, 3\n    check x < 3\n",
                  "pick x: 5\npick y: 3\n", 1000, "pick x: 3\n");
}

static void large_choices_are_halved(void **state) {
    (void)state;
    struct shrinking shrinking;
    struct sim_trial trial;
    shrinking_open(&shrinking, "scenario \"t\"\nlink a -> b latency 1ms..9s\n"
                               "coro server on b\n    listen door port 80\n"
                               "    accept conn from door\n    check now < 500ms\n"
                               "coro client on a\n    connect conn to b port 80\n");
    shrinking.trials.vary = SIM_VARY_TIME;
    shrinking_run(&shrinking, "latency of connection 1: 8s\n", &trial);
    assert_true(trial.signature != 0);
    struct sim_decisions decisions = {.trials = &shrinking.trials,
                                      .program = &shrinking.subject.program,
                                      .source = &shrinking.subject.source,
                                      .signature = trial.signature,
                                      .best = &trial.recorded};
    assert_int_equal(sim_decisions_shrink(&decisions), COG_OK);
    assert_int_equal(trial.recorded.count, 1);
    assert_string_equal(trial.recorded.entries[0].text, "latency of connection 1: 499ms");
    sim_trial_term(&trial);
    shrinking_close(&shrinking);
}

static void the_budget_is_kept_and_the_failure_stays(void **state) {
    (void)state;
    for (uint64_t budget = 1; budget < 40; budget++) {
        assert_shrunk(shrinking_adders, long_way, budget, NULL);
    }
}

static bool stop(void *context) {
    uint32_t *asked = context;
    return ++*asked > 5;
}

static void whoever_says_stop_is_heard(void **state) {
    (void)state;
    struct shrinking shrinking;
    struct sim_trial trial;
    uint32_t asked = 0;
    shrinking_open(&shrinking, shrinking_adders);
    shrinking_run(&shrinking, long_way, &trial);
    shrinking.trials.should_stop = stop;
    shrinking.trials.context = &asked;
    struct sim_decisions decisions = {.trials = &shrinking.trials,
                                      .program = &shrinking.subject.program,
                                      .signature = trial.signature,
                                      .best = &trial.recorded};
    assert_int_equal(sim_decisions_shrink(&decisions), COG_OK);
    assert_true(shrinking.trials.was_stopped);
    assert_true(shrinking.trials.run_count <= 6);
    sim_trial_term(&trial);
    shrinking_close(&shrinking);
}

static void the_smaller_of_two_schedules(void **state) {
    (void)state;
    static const uint64_t choices[][4] = {{0, 0, 0, 0}, {1, 0, 0, 0}, {2, 0, 0, 0},
                                          {0, 1, 0, 0}, {1, 1, 0, 0}, {1, 0, 0, 1}};
    struct sim_schedule schedules[6];
    for (int i = 0; i < 6; i++) {
        sim_schedule_init(&schedules[i], cog_allocator_malloc());
        for (int at = 0; at < 4; at++) {
            assert_int_equal(sim_schedule_add_choice(&schedules[i], choices[i][at]), COG_OK);
        }
    }
    for (int i = 0; i < 6; i++) {
        for (int other = 0; other < 6; other++) {
            int order = sim_decisions_compare(&schedules[i], &schedules[other]);
            assert_true(i < other ? order < 0 : i > other ? order > 0 : order == 0);
        }
    }
    for (int i = 0; i < 6; i++) {
        sim_schedule_term(&schedules[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_failure_does_not_need_goes),
        cmocka_unit_test(a_failure_without_decisions_has_none),
        cmocka_unit_test(what_is_drawn_gets_lower),
        cmocka_unit_test(large_choices_are_halved),
        cmocka_unit_test(the_budget_is_kept_and_the_failure_stays),
        cmocka_unit_test(whoever_says_stop_is_heard),
        cmocka_unit_test(the_smaller_of_two_schedules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
