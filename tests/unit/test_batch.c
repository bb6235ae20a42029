/* test_batch.c - samples in batches: the same whoever makes them, and counted in order. */
#include "sim/explore/batch.h"

#include "tests/unit/sampled.h"

struct crewed {
    struct sampled sampled; /* the program; its explorer is not used */
    struct sim_explorer explorer;
    struct sim_crew crew;
    struct sim_helpers helpers;
    struct sim_batching batching;
    struct sim_way way;
    struct sim_kinds kinds;
    struct sim_leads leads;
    uint64_t next;
    bool was_stopped;
    atomic_uint asked_count;
    unsigned stop_at; /* 0: never */
    uint32_t round_count;
    uint64_t counted_up_to;
};

static bool should_stop(void *context) {
    struct crewed *crewed = context;
    return crewed->stop_at > 0 && atomic_fetch_add(&crewed->asked_count, 1) + 1 >= crewed->stop_at;
}

static int counted(void *context) {
    struct crewed *crewed = context;
    crewed->round_count++;
    assert_true(crewed->next > crewed->counted_up_to);
    crewed->counted_up_to = crewed->next;
    return COG_OK;
}

/* The explorers have their memory of malloc, for threads share it. */
static void open_crewed(struct crewed *crewed, const char *text,
                        const struct sim_strategy_type *type, unsigned spare_count) {
    struct sim_explorer_options options = {.vary = SIM_VARY_ORDER};
    *crewed = (struct crewed){.next = 0};
    sampled_open(&crewed->sampled, text);
    assert_int_equal(sim_explorer_open(&crewed->explorer, &crewed->sampled.program, &options),
                     COG_OK);
    sim_kinds_init(&crewed->kinds, crewed->explorer.allocator);
    sim_leads_init(&crewed->leads, crewed->explorer.allocator);
    sim_crew_init(&crewed->crew, &crewed->explorer, &crewed->sampled.program, &options);
    atomic_store(&crewed->helpers.spare_count, spare_count);
    crewed->crew.helpers = &crewed->helpers;
    crewed->crew.seed = 5;
    crewed->batching =
        (struct sim_batching){.type = type,
                              .should_stop = should_stop,
                              .counted = counted,
                              .context = crewed,
                              .way = &crewed->way,
                              .kinds = &crewed->kinds,
                              .leads = type == &sim_strategy_guided ? &crewed->leads : NULL,
                              .next = &crewed->next,
                              .was_stopped = &crewed->was_stopped};
    assert_int_equal(sim_crew_prepare(&crewed->crew), COG_OK);
}

static void sample(struct crewed *crewed, uint64_t run_count) {
    unsigned spare = atomic_load(&crewed->helpers.spare_count);
    crewed->batching.first = crewed->next;
    crewed->batching.run_count = run_count;
    assert_int_equal(sim_crew_sample(&crewed->crew, &crewed->batching), COG_OK);
    assert_int_equal(atomic_load(&crewed->helpers.spare_count), spare);
}

static void close_crewed(struct crewed *crewed) {
    sim_kinds_term(&crewed->kinds);
    sim_leads_term(&crewed->leads);
    sim_way_term(&crewed->way, crewed->explorer.allocator);
    sim_crew_term(&crewed->crew);
    sim_explorer_close(&crewed->explorer);
    sampled_close(&crewed->sampled);
}

static void assert_same_tally(const struct sim_tally *a, const struct sim_tally *b) {
    assert_int_equal(a->run_count, b->run_count);
    assert_int_equal(a->failure_count, b->failure_count);
    assert_int_equal(a->first_failure, b->first_failure);
    assert_int_equal(a->outcome_count, b->outcome_count);
    for (uint32_t i = 0; i < a->outcome_count; i++) {
        assert_string_equal(a->outcomes[i].text, b->outcomes[i].text);
        assert_int_equal(a->outcomes[i].count, b->outcomes[i].count);
        assert_int_equal(a->outcomes[i].first_run, b->outcomes[i].first_run);
    }
}

static void assert_same_way(const struct sim_way *a, const struct sim_way *b) {
    assert_int_equal(a->step_count, b->step_count);
    for (uint32_t i = 0; i < a->step_count; i++) {
        assert_int_equal(a->steps[i].process, b->steps[i].process);
    }
}

static const struct sim_strategy_type *const types[] = {
    &sim_strategy_canonical, &sim_strategy_random, &sim_strategy_pct,   &sim_strategy_pos,
    &sim_strategy_urw,       &sim_strategy_surw,   &sim_strategy_guided};

enum { TYPES = sizeof types / sizeof types[0], ROUND = SIM_BATCH_RUNS * SIM_BATCH_ROUND };

static const char many_outcomes[] = "var total = 0\n"
                                    "coro adder times 4\n"
                                    "    repeat 2\n"
                                    "        let seen = total\n"
                                    "        yield\n"
                                    "        set total = seen + 1\n"
                                    "outcome total\n"
                                    "expect total != 8\n";

static void what_comes_of_it_does_not_depend_on_how_many_make_it(void **state) {
    (void)state;
    static const char *const texts[] = {sampled_reorder_spawned, sampled_twostage, many_outcomes};
    for (size_t text = 0; text < sizeof texts / sizeof texts[0]; text++) {
        for (size_t type = 0; type < TYPES; type++) {
            struct crewed alone;
            struct crewed helped;
            open_crewed(&alone, texts[text], types[type], 0);
            open_crewed(&helped, texts[text], types[type], 3);
            sample(&alone, ROUND + 1000);
            sample(&helped, ROUND + 1000);
            assert_int_equal(alone.explorer.tally.run_count, ROUND + 1000);
            assert_same_tally(&alone.explorer.tally, &helped.explorer.tally);
            assert_int_equal(alone.kinds.count, helped.kinds.count);
            assert_int_equal(alone.kinds.once_count, helped.kinds.once_count);
            assert_same_way(&alone.way, &helped.way);
            bool is_guided = types[type] == &sim_strategy_guided; /* its rounds are shorter */
            assert_true(is_guided ? alone.round_count > 20 : alone.round_count == 2);
            assert_int_equal(helped.round_count, alone.round_count);
            assert_int_equal(helped.leads.count, alone.leads.count);
            assert_int_equal(helped.next, ROUND + 1000);
            close_crewed(&alone);
            close_crewed(&helped);
        }
    }
}

static void it_comes_to_what_the_sampler_makes_run_by_run(void **state) {
    (void)state;
    struct crewed crewed;
    struct sampled sampled;
    open_crewed(&crewed, sampled_lost_update, &sim_strategy_random, 2);
    sample(&crewed, 500);
    sampled_open(&sampled, sampled_lost_update);
    assert_int_equal(sampled_run(&sampled, &sim_strategy_random, NULL, 5, 500),
                     crewed.explorer.tally.failure_count);
    assert_same_tally(&sampled.explorer.tally, &crewed.explorer.tally);
    sampled_close(&sampled);
    close_crewed(&crewed);
}

static void runs_behind_the_first_failure_do_not_count(void **state) {
    (void)state;
    for (unsigned spare = 0; spare < 4; spare++) {
        struct crewed crewed;
        open_crewed(&crewed, many_outcomes, &sim_strategy_random, spare);
        crewed.batching.stops_at_failure = true;
        sample(&crewed, 0);
        const struct sim_tally *tally = &crewed.explorer.tally;
        assert_int_equal(tally->failure_count, 1);
        assert_int_equal(tally->first_failure, tally->run_count);
        assert_true(tally->run_count > SIM_BATCH_RUNS); /* else it shows nothing */
        assert_true(crewed.was_stopped);
        assert_true(crewed.way.step_count > 0);
        static uint64_t first;
        first = spare == 0 ? tally->first_failure : first;
        assert_int_equal(tally->first_failure, first);
        close_crewed(&crewed);
    }
}

static void parts_of_it_come_to_the_whole(void **state) {
    (void)state;
    static const struct sim_strategy_type *const few[] = {&sim_strategy_pos, &sim_strategy_guided};
    static const uint64_t counts[] = {ROUND, 100, ROUND - 100, ROUND - 1, 1};
    for (size_t type = 0; type < sizeof few / sizeof few[0]; type++) {
        struct crewed whole;
        struct crewed parts;
        open_crewed(&whole, many_outcomes, few[type], 1);
        open_crewed(&parts, many_outcomes, few[type], 1);
        sample(&whole, 3 * ROUND);
        for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
            sample(&parts, counts[i]);
        }
        assert_int_equal(parts.next, whole.next);
        assert_same_tally(&whole.explorer.tally, &parts.explorer.tally);
        close_crewed(&whole);
        close_crewed(&parts);
    }
}

static void a_round_that_was_stopped_counts_but_is_not_whole(void **state) {
    (void)state;
    for (unsigned spare = 0; spare < 4; spare++) {
        struct crewed crewed;
        open_crewed(&crewed, sampled_lost_update, &sim_strategy_random, spare);
        crewed.stop_at = ROUND + 3 * SIM_BATCH_RUNS / 2;
        sample(&crewed, 0);
        assert_true(crewed.was_stopped);
        assert_int_equal(crewed.round_count, 1);
        assert_int_equal(crewed.next, ROUND);
        uint64_t run_count = crewed.explorer.tally.run_count;
        assert_in_range(run_count, ROUND + SIM_BATCH_RUNS,
                        ROUND + SIM_BATCH_ROUND * SIM_BATCH_RUNS);
        close_crewed(&crewed);
    }
}

static void a_scenario_whose_order_does_not_vary_is_sampled_as_well(void **state) {
    (void)state;
    struct crewed crewed;
    open_crewed(&crewed, "var coin = 0\ncoro thrower\n    pick coin from 0, 1\noutcome coin\n",
                &sim_strategy_random, 2);
    sample(&crewed, 300);
    assert_int_equal(crewed.explorer.tally.outcome_count, 2);
    close_crewed(&crewed);
}

static void helpers_are_taken_as_far_as_there_are_some(void **state) {
    (void)state;
    struct sim_helpers helpers;
    atomic_init(&helpers.spare_count, 3);
    assert_int_equal(sim_helpers_take(&helpers, 2), 2);
    assert_int_equal(sim_helpers_take(&helpers, 2), 1);
    assert_int_equal(sim_helpers_take(&helpers, 2), 0);
    sim_helpers_give(&helpers, 3);
    assert_int_equal(sim_helpers_take(&helpers, 9), 3);
    assert_int_equal(sim_helpers_take(NULL, 9), 0);
    sim_helpers_give(NULL, 9);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_of_it_does_not_depend_on_how_many_make_it),
        cmocka_unit_test(it_comes_to_what_the_sampler_makes_run_by_run),
        cmocka_unit_test(runs_behind_the_first_failure_do_not_count),
        cmocka_unit_test(parts_of_it_come_to_the_whole),
        cmocka_unit_test(a_round_that_was_stopped_counts_but_is_not_whole),
        cmocka_unit_test(a_scenario_whose_order_does_not_vary_is_sampled_as_well),
        cmocka_unit_test(helpers_are_taken_as_far_as_there_are_some),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
