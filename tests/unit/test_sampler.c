/* test_sampler.c - schedule after schedule. */
#include "sim/explore/sampler.h"

#include "tests/unit/sampled.h"

struct sampling {
    struct sampled sampled;
    struct sim_strategy *strategy;
    struct sim_sampler sampler;
};

static void open_varying(struct sampling *sampling, const char *text,
                         const struct sim_strategy_type *type, unsigned vary) {
    sampled_open_varying(&sampling->sampled, text, vary);
    assert_int_equal(sim_strategy_new(type, &sampling->sampled.explorer,
                                      &(struct sim_strategy_options){0}, &sampling->strategy),
                     COG_OK);
    sim_sampler_init(&sampling->sampler, &sampling->sampled.explorer, sampling->strategy);
}

static void open(struct sampling *sampling, const char *text) {
    open_varying(sampling, text, &sim_strategy_random, SIM_VARY_ORDER);
}

static void close(struct sampling *sampling) {
    sim_sampler_term(&sampling->sampler);
    sim_strategy_free(sampling->strategy);
    sampled_close(&sampling->sampled);
}

static bool fails(struct sampling *sampling, uint64_t seed) {
    const struct sim_tally *tally = &sampling->sampled.explorer.tally;
    uint64_t before = tally->failure_count;
    assert_int_equal(sim_sampler_run(&sampling->sampler, seed), COG_OK);
    return tally->failure_count > before;
}

static void a_seed_gives_the_same_run_whatever_was_run_before(void **state) {
    (void)state;
    enum { SEEDS = 100 };
    struct sampling sampling;
    bool first[SEEDS];
    open(&sampling, sampled_reorder_spawned);
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        first[seed] = fails(&sampling, seed);
    }
    close(&sampling);
    open(&sampling, sampled_reorder_spawned);
    for (uint64_t seed = SEEDS; seed-- > 0;) {
        assert_int_equal(fails(&sampling, seed), first[seed]);
    }
    close(&sampling);
}

static void a_part_of_a_sampling_comes_to_the_same_by_itself(void **state) {
    (void)state;
    struct sampling sampling;
    uint64_t parts = 0;
    for (uint64_t part = 0; part < 4; part++) {
        open(&sampling, sampled_lost_update);
        struct sim_sampling ten = {.seed = 5, .first = part * 10, .run_count = 10};
        assert_int_equal(sim_sampler_run_many(&sampling.sampler, &ten, NULL), COG_OK);
        parts += sampling.sampled.explorer.tally.failure_count;
        close(&sampling);
    }
    open(&sampling, sampled_lost_update);
    struct sim_sampling all = {.seed = 5, .run_count = 40};
    assert_int_equal(sim_sampler_run_many(&sampling.sampler, &all, NULL), COG_OK);
    assert_int_equal(sampling.sampled.explorer.tally.failure_count, parts);
    assert_in_range(parts, 1, 39);
    close(&sampling);
}

static void it_stops_at_a_failure_if_it_is_to(void **state) {
    (void)state;
    struct sampling sampling;
    open(&sampling, sampled_reorder);
    struct sim_sampling endless = {.seed = 1, .run_count = UINT64_MAX, .stops_at_failure = true};
    uint64_t first = 0;
    assert_int_equal(sim_sampler_run_many(&sampling.sampler, &endless, &first), COG_OK);
    const struct sim_tally *tally = &sampling.sampled.explorer.tally;
    assert_int_equal(tally->failure_count, 1);
    assert_int_equal(tally->run_count, first);
    assert_int_equal(tally->first_failure, first);
    endless.first = first;
    uint64_t second = 0;
    assert_int_equal(sim_sampler_run_many(&sampling.sampler, &endless, &second), COG_OK);
    assert_int_equal(tally->failure_count, 2);
    assert_int_equal(tally->run_count, first + second);
    close(&sampling);
}

static bool counts_to_seven(void *context) {
    uint64_t *count = context;
    return ++*count == 7;
}

static void it_stops_when_it_is_told_to(void **state) {
    (void)state;
    struct sampling sampling;
    open(&sampling, sampled_lost_update);
    uint64_t asked = 0;
    struct sim_sampling endless = {
        .seed = 1, .run_count = UINT64_MAX, .should_stop = counts_to_seven, .context = &asked};
    uint64_t count = 0;
    assert_int_equal(sim_sampler_run_many(&sampling.sampler, &endless, &count), COG_OK);
    assert_int_equal(count, 7);
    assert_int_equal(sampling.sampled.explorer.tally.run_count, 7);
    close(&sampling);
}

static void production_decides_the_order_that_does_not_vary(void **state) {
    (void)state;
    struct sampling sampling;
    open_varying(&sampling, sampled_lost_update, &sim_strategy_random, SIM_VARY_ARRIVALS);
    for (uint64_t seed = 0; seed < 20; seed++) {
        assert_true(fails(&sampling, seed));
    }
    close(&sampling);
}

/* What is drawn before the first step is drawn in each run. */
static void values_are_drawn_anew_in_each_run(void **state) {
    (void)state;
    struct sampling sampling;
    open(&sampling, "var x = 0\ncoro a\n    pick v from 1, 2, 3\n    set x = v\noutcome x\n");
    struct sim_sampling some = {.seed = 1, .run_count = 3000};
    assert_int_equal(sim_sampler_run_many(&sampling.sampler, &some, NULL), COG_OK);
    const struct sim_tally *tally = &sampling.sampled.explorer.tally;
    assert_int_equal(tally->outcome_count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_true(sampled_is_within(tally->outcomes[i].count, 3000, 1, 3));
    }
    close(&sampling);
}

static void deadlines_of_one_instant_expire_in_any_order(void **state) {
    (void)state;
    static const char text[] = "var first = 0\n"
                               "coro a\n    sleep 1ms\n    if first == 0\n        set first = 1\n"
                               "coro b\n    sleep 1ms\n    if first == 0\n        set first = 2\n"
                               "outcome first\n";
    struct sampling sampling;
    open_varying(&sampling, text, &sim_strategy_random, SIM_VARY_ARRIVALS);
    struct sim_sampling some = {.seed = 1, .run_count = 2000};
    assert_int_equal(sim_sampler_run_many(&sampling.sampler, &some, NULL), COG_OK);
    const struct sim_tally *tally = &sampling.sampled.explorer.tally;
    assert_int_equal(tally->outcome_count, 2);
    assert_true(sampled_is_within(tally->outcomes[0].count, 2000, 1, 2));
    close(&sampling);
}

static void a_run_that_has_nothing_to_choose_is_run_as_often(void **state) {
    (void)state;
    struct sampling sampling;
    open(&sampling, "coro a\n    log 'x'\nexpect log 'x' at 0ms\n");
    struct sim_sampling some = {.seed = 1, .run_count = 10};
    uint64_t count = 0;
    assert_int_equal(sim_sampler_run_many(&sampling.sampler, &some, &count), COG_OK);
    assert_int_equal(count, 10);
    assert_int_equal(sampling.sampled.explorer.tally.run_count, 10);
    assert_int_equal(sampling.sampled.explorer.tally.failure_count, 0);
    close(&sampling);
}

static void nothing_is_allocated_after_the_first_runs(void **state) {
    (void)state;
    struct sampling sampling;
    open(&sampling, "shared x = 0\ncoro a times 3\n    pick v from 1, 2\n    add v to x\n"
                    "outcome x\n");
    struct sim_sampling some = {.seed = 1, .run_count = 300};
    assert_int_equal(sim_sampler_run_many(&sampling.sampler, &some, NULL), COG_OK);
    uint64_t calls = sampling.sampled.parsed.counting.call_count;
    some.first = 300;
    assert_int_equal(sim_sampler_run_many(&sampling.sampler, &some, NULL), COG_OK);
    assert_int_equal(sampling.sampled.parsed.counting.call_count, calls);
    close(&sampling);
}

static void it_survives_every_failure_of_memory(void **state) {
    (void)state;
    int status = COG_ENOMEM;
    uint64_t failures = 0;
    for (uint64_t n = 1; status != COG_OK; n++) {
        struct sampling sampling;
        open(&sampling, sampled_reorder_spawned);
        struct counting_allocator *counting = &sampling.sampled.parsed.counting;
        counting->fails_at = counting->call_count + n;
        struct sim_sampling some = {.seed = 1, .run_count = 5};
        status = sim_sampler_run_many(&sampling.sampler, &some, NULL);
        counting->fails_at = 0;
        assert_true(status == COG_OK || status == COG_ENOMEM);
        failures += status == COG_ENOMEM ? 1 : 0;
        close(&sampling);
    }
    assert_true(failures > 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_gives_the_same_run_whatever_was_run_before),
        cmocka_unit_test(a_part_of_a_sampling_comes_to_the_same_by_itself),
        cmocka_unit_test(it_stops_at_a_failure_if_it_is_to),
        cmocka_unit_test(it_stops_when_it_is_told_to),
        cmocka_unit_test(production_decides_the_order_that_does_not_vary),
        cmocka_unit_test(values_are_drawn_anew_in_each_run),
        cmocka_unit_test(deadlines_of_one_instant_expire_in_any_order),
        cmocka_unit_test(a_run_that_has_nothing_to_choose_is_run_as_often),
        cmocka_unit_test(nothing_is_allocated_after_the_first_runs),
        cmocka_unit_test(it_survives_every_failure_of_memory),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
