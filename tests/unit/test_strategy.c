/* test_strategy.c - what holds for every strategy that samples. */
#include "sim/explore/strategy.h"

#include "tests/unit/sampled.h"

static void strategies_are_found_by_name(void **state) {
    (void)state;
    assert_ptr_equal(sim_strategy_type_find("canonical"), &sim_strategy_canonical);
    assert_ptr_equal(sim_strategy_type_find("random"), &sim_strategy_random);
    assert_ptr_equal(sim_strategy_type_find("pct"), &sim_strategy_pct);
    assert_ptr_equal(sim_strategy_type_find("pos"), &sim_strategy_pos);
    assert_ptr_equal(sim_strategy_type_find("urw"), &sim_strategy_urw);
    assert_ptr_equal(sim_strategy_type_find("surw"), &sim_strategy_surw);
    assert_ptr_equal(sim_strategy_type_find("guided"), &sim_strategy_guided);
    assert_null(sim_strategy_type_find("Random"));
    assert_null(sim_strategy_type_find(""));
}

static void one_that_needs_a_profile_is_not_made_without(void **state) {
    (void)state;
    struct sampled sampled;
    sampled_open(&sampled, sampled_lost_update);
    struct sim_strategy *strategy = NULL;
    struct sim_strategy_options none = {0};
    struct sim_strategy_options length = {.length = 4};
    struct sim_strategy_options deep = {.length = 4, .depth = SIM_STRATEGY_DEPTH_MAX + 1};
    const struct sim_explorer *explorer = &sampled.explorer;
    assert_int_equal(sim_strategy_new(&sim_strategy_urw, explorer, &none, &strategy), COG_EINVALID);
    assert_int_equal(sim_strategy_new(&sim_strategy_surw, explorer, &none, &strategy),
                     COG_EINVALID);
    assert_int_equal(sim_strategy_new(&sim_strategy_pct, explorer, &none, &strategy), COG_EINVALID);
    assert_int_equal(sim_strategy_new(&sim_strategy_pct, explorer, &deep, &strategy), COG_EINVALID);
    assert_int_equal(sim_strategy_new(&sim_strategy_pct, explorer, &length, &strategy), COG_OK);
    sim_strategy_free(strategy);
    sampled_close(&sampled);
}

static void every_strategy_finds_the_lost_update(void **state) {
    (void)state;
    for (size_t i = 0; sim_strategy_types[i] != NULL; i++) {
        assert_true(sampled_failures(sampled_lost_update, sim_strategy_types[i], NULL, 100) > 0);
    }
}

static void all_but_the_canonical_find_the_fault_between_two_stages(void **state) {
    (void)state;
    assert_int_equal(sampled_failures(sampled_twostage, &sim_strategy_canonical, NULL, 10), 0);
    for (size_t i = 1; sim_strategy_types[i] != NULL; i++) {
        assert_true(sampled_failures(sampled_twostage, sim_strategy_types[i], NULL, 2000) > 0);
    }
}

enum { RUNS = 300 };

/* Which of RUNS runs fail. */
static void find_failures(const struct sim_strategy_type *type, uint64_t first, uint64_t step,
                          bool *failures) {
    struct sampled sampled;
    sampled_open(&sampled, sampled_reorder_spawned);
    struct sim_profile profile;
    struct sim_strategy *strategy;
    struct sim_sampler sampler;
    assert_int_equal(
        sim_profile_make(&profile, &sampled.explorer, &(struct sim_profile_options){.seed = 1}),
        COG_OK);
    assert_int_equal(sim_strategy_new(type, &sampled.explorer,
                                      &(struct sim_strategy_options){.profile = &profile},
                                      &strategy),
                     COG_OK);
    sim_sampler_init(&sampler, &sampled.explorer, strategy);
    for (uint64_t i = 0; i < RUNS; i++) {
        uint64_t seed = (first + i * step) % RUNS;
        uint64_t before = sampled.explorer.tally.failure_count;
        assert_int_equal(sim_sampler_run(&sampler, seed), COG_OK);
        failures[seed] = sampled.explorer.tally.failure_count > before;
    }
    sim_sampler_term(&sampler);
    sim_strategy_free(strategy);
    sim_profile_term(&profile);
    sampled_close(&sampled);
}

static void a_seed_gives_the_same_run_whatever_was_run_before(void **state) {
    (void)state;
    for (size_t i = 0; sim_strategy_types[i] != NULL; i++) {
        bool one[RUNS];
        bool other[RUNS];
        find_failures(sim_strategy_types[i], 0, 1, one);
        find_failures(sim_strategy_types[i], 17, 7, other);
        assert_memory_equal(one, other, sizeof one);
    }
}

/* Each child is known only once its parent has come to make it, in unlike orders: so numbers are
 * given out in unlike orders, but draws do not go by them. */
static void draws_do_not_depend_on_who_was_found_first(void **state) {
    (void)state;
    static const char text[] = "shared x = 0\nshared y = 0\n"
                               "routine child\n    pick v from 1, 2, 3, 4, 5, 6, 7\n"
                               "    set x = x * 7 + v\n"
                               "coro parent times 3\n    let seen = y\n    spawn child\n"
                               "outcome x\n";
    uint64_t hashes[2][50] = {{0}};
    for (int round = 0; round < 2; round++) {
        struct sampled sampled;
        sampled_open(&sampled, text);
        struct sim_strategy *strategy;
        struct sim_sampler sampler;
        assert_int_equal(sim_strategy_new(&sim_strategy_pos, &sampled.explorer,
                                          &(struct sim_strategy_options){0}, &strategy),
                         COG_OK);
        sim_sampler_init(&sampler, &sampled.explorer, strategy);
        for (uint64_t i = 0; i < 50; i++) {
            uint64_t seed = round == 0 ? i : 49 - i;
            struct sim_tally *tally = &sampled.explorer.tally;
            for (uint32_t j = 0; j < tally->outcome_count; j++) {
                tally->outcomes[j].count = 0;
            }
            assert_int_equal(sim_sampler_run(&sampler, seed), COG_OK);
            for (uint32_t j = 0; j < tally->outcome_count; j++) {
                hashes[round][seed] =
                    tally->outcomes[j].count > 0 ? tally->outcomes[j].hash : hashes[round][seed];
            }
        }
        sim_sampler_term(&sampler);
        sim_strategy_free(strategy);
        sampled_close(&sampled);
    }
    assert_memory_equal(hashes[0], hashes[1], sizeof hashes[0]);
}

/* The canonical strategy takes the first value of a pick, the others each of them. */
static void values_are_drawn_by_all_but_the_canonical(void **state) {
    (void)state;
    static const char text[] = "var x = 0\ncoro a\n    pick v from 1, 2, 3\n    set x = v\n"
                               "expect x == 1\n";
    for (size_t i = 0; sim_strategy_types[i] != NULL; i++) {
        uint64_t count = sampled_failures(text, sim_strategy_types[i], NULL, 1200);
        if (sim_strategy_types[i] == &sim_strategy_canonical) {
            assert_int_equal(count, 0);
        } else {
            assert_true(sampled_is_within(count, 1200, 2, 3));
        }
    }
}

/* One of two spins on what the other will set; its priority may be the higher one. */
static void nobody_spins_for_ever(void **state) {
    (void)state;
    static const char text[] = "shared flag = false\nshared x = 0\n"
                               "coro spinning\n    while flag == false\n        add 1 to x\n"
                               "coro setting\n    add 1 to x\n    set flag = true\n";
    for (size_t i = 0; sim_strategy_types[i] != NULL; i++) {
        assert_int_equal(sampled_failures(text, sim_strategy_types[i], NULL, 50), 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strategies_are_found_by_name),
        cmocka_unit_test(one_that_needs_a_profile_is_not_made_without),
        cmocka_unit_test(every_strategy_finds_the_lost_update),
        cmocka_unit_test(all_but_the_canonical_find_the_fault_between_two_stages),
        cmocka_unit_test(a_seed_gives_the_same_run_whatever_was_run_before),
        cmocka_unit_test(draws_do_not_depend_on_who_was_found_first),
        cmocka_unit_test(values_are_drawn_by_all_but_the_canonical),
        cmocka_unit_test(nobody_spins_for_ever),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
