/* test_strategy_guided.c - samples made of others: what is rare comes sooner, and nothing is lost.
 */
#include "sim/explore/batch.h"
#include "sim/explore/strategy_guided.h"

#include "tests/unit/sampled.h"

struct guiding {
    struct sampled sampled;
    struct sim_crew crew;
    struct sim_leads leads;
    struct sim_way way;
    struct sim_batching batching;
    uint64_t next;
    bool was_stopped;
};

static void open(struct guiding *guiding, const char *text, uint64_t seed) {
    *guiding = (struct guiding){.next = 0};
    sampled_open(&guiding->sampled, text);
    struct sim_explorer *explorer = &guiding->sampled.explorer;
    struct sim_explorer_options options = {.allocator = explorer->allocator,
                                           .vary = SIM_VARY_ORDER};
    sim_crew_init(&guiding->crew, explorer, &guiding->sampled.program, &options);
    sim_leads_init(&guiding->leads, explorer->allocator);
    guiding->crew.seed = seed;
    guiding->batching = (struct sim_batching){.type = &sim_strategy_guided,
                                              .leads = &guiding->leads,
                                              .way = &guiding->way,
                                              .next = &guiding->next,
                                              .was_stopped = &guiding->was_stopped};
    assert_int_equal(sim_crew_prepare(&guiding->crew), COG_OK);
}

static void sample(struct guiding *guiding, uint64_t run_count) {
    guiding->batching.first = guiding->next;
    guiding->batching.run_count = run_count;
    assert_int_equal(sim_crew_sample(&guiding->crew, &guiding->batching), COG_OK);
}

static const struct sim_tally *tally(const struct guiding *guiding) {
    return &guiding->sampled.explorer.tally;
}

static void close(struct guiding *guiding) {
    sim_way_term(&guiding->way, guiding->sampled.explorer.allocator);
    sim_leads_term(&guiding->leads);
    sim_crew_term(&guiding->crew);
    sampled_close(&guiding->sampled);
}

/* Started one by one, the looker last: a uniform walk hardly ever comes to it in time. */
static const char rare[] = "shared a = 0\nshared b = 0\n"
                           "routine set_both\n    set a = 1\n    set b = -1\n"
                           "routine check_both\n"
                           "    let is_whole = a == 0 and b == 0 or a == 1 and b == -1\n"
                           "    check is_whole\n"
                           "coro starter\n"
                           "    spawn set_both as one\n    spawn set_both as two\n"
                           "    spawn set_both as three\n    spawn set_both as four\n"
                           "    spawn set_both as five\n    spawn set_both as six\n"
                           "    spawn set_both as seven\n    spawn set_both as eight\n"
                           "    spawn check_both as last\n    join last\n";

/* Runs up to the first failure, over a few seeds. */
static uint64_t runs_to_failure(const char *text, const struct sim_strategy_type *type) {
    enum { SEEDS = 20, RUNS_MAX = 1000 };
    uint64_t sum = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct guiding guiding;
        open(&guiding, text, seed);
        guiding.batching.type = type;
        guiding.batching.leads = type == &sim_strategy_guided ? &guiding.leads : NULL;
        guiding.batching.stops_at_failure = true;
        sample(&guiding, RUNS_MAX);
        sum += tally(&guiding)->run_count;
        close(&guiding);
    }
    return sum;
}

static void what_is_rare_comes_sooner(void **state) {
    (void)state;
    assert_true(runs_to_failure(rare, &sim_strategy_guided) * 5 <
                runs_to_failure(rare, &sim_strategy_random));
    assert_true(runs_to_failure(sampled_twostage, &sim_strategy_guided) * 2 <
                runs_to_failure(sampled_twostage, &sim_strategy_random));
}

static void every_outcome_still_comes_about(void **state) {
    (void)state;
    struct guiding guiding;
    open(&guiding,
         "var total = 0\ncoro adder times 4\n    repeat 2\n        let seen = total\n"
         "        yield\n        set total = seen + 1\noutcome total\n",
         3);
    sample(&guiding, 20000);
    assert_int_equal(tally(&guiding)->outcome_count, 7); /* 2 to 8 */
    assert_true(guiding.leads.count > 5);
    assert_int_equal(guiding.leads.known_count, guiding.leads.count);
    close(&guiding);
}

/* What was drawn belongs to a lead, and can be changed. */
static void what_is_drawn_is_followed_as_well(void **state) {
    (void)state;
    struct guiding guiding;
    open(&guiding,
         "shared x = 0\ncoro a times 2\n    repeat 3\n        pick v from 1, 10, 100\n"
         "        set x = x + v\noutcome x\n",
         3);
    sample(&guiding, 5000);
    assert_true(tally(&guiding)->outcome_count > 20);
    bool has_draw = false;
    for (uint32_t i = 0; i < guiding.leads.count; i++) {
        const struct sim_lead *lead = &guiding.leads.items[i];
        for (uint32_t at = 0; at < sim_lead_decision_count(lead); at++) {
            has_draw |= (sim_lead_decisions(lead)[at] & SIM_DECISION_IS_PICK) == 0;
        }
    }
    assert_true(has_draw);
    close(&guiding);
}

/* A wish that another sets what one spins on must not keep that one spinning. */
static void no_wish_keeps_anybody_spinning_for_ever(void **state) {
    (void)state;
    struct guiding guiding;
    open(&guiding,
         "shared flag = false\nshared x = 0\n"
         "coro spinning\n    while flag == false\n        add 1 to x\n"
         "coro setting\n    add 1 to x\n    set flag = true\n",
         3);
    sample(&guiding, 2000);
    assert_int_equal(tally(&guiding)->failure_count, 0);
    close(&guiding);
}

/* More than a set of candidates has room for. */
static void many_may_be_ready_at_once(void **state) {
    (void)state;
    struct guiding guiding;
    open(&guiding,
         "shared last = 0\ncoro a times 90\n    set last = index + 1\n    yield\n"
         "    set last = index + 1\noutcome last\n",
         3);
    sample(&guiding, 2000);
    assert_int_equal(tally(&guiding)->failure_count, 0);
    assert_int_equal(tally(&guiding)->outcome_count, 90);
    close(&guiding);
}

/* In parts that end within rounds, with leads put back as from a store. */
static void parts_of_it_come_to_the_whole(void **state) {
    (void)state;
    static const uint64_t counts[] = {5, 3, 100, 1, 900, 1991};
    struct guiding whole;
    open(&whole, rare, 3);
    sample(&whole, 3000);
    assert_true(tally(&whole)->failure_count > 0);
    uint64_t run_count = 0;
    uint64_t failure_count = 0;
    uint64_t next = 0;
    struct sim_leads kept;
    sim_leads_init(&kept, cog_allocator_malloc());
    for (size_t part = 0; part < sizeof counts / sizeof counts[0]; part++) {
        struct guiding guiding;
        open(&guiding, rare, 3);
        for (uint32_t i = 0; i < kept.count; i++) {
            assert_int_equal(
                sim_leads_put(&guiding.leads, kept.items[i].words, kept.items[i].word_count),
                COG_OK);
        }
        guiding.next = next;
        sample(&guiding, counts[part]);
        for (uint32_t i = kept.count; i < guiding.leads.count; i++) {
            const struct sim_lead *lead = &guiding.leads.items[i];
            assert_int_equal(sim_leads_put(&kept, lead->words, lead->word_count), COG_OK);
        }
        run_count += tally(&guiding)->run_count;
        failure_count += tally(&guiding)->failure_count;
        next = guiding.next;
        close(&guiding);
    }
    assert_int_equal(next, whole.next);
    assert_int_equal(run_count, tally(&whole)->run_count);
    assert_int_equal(failure_count, tally(&whole)->failure_count);
    assert_int_equal(kept.count, whole.leads.count);
    for (uint32_t i = 0; i < kept.count; i++) {
        assert_int_equal(kept.items[i].word_count, whole.leads.items[i].word_count);
        assert_memory_equal(kept.items[i].words, whole.leads.items[i].words,
                            kept.items[i].word_count * sizeof kept.items[i].words[0]);
    }
    sim_leads_term(&kept);
    close(&whole);
}

/* The way to a failure is that of a run that followed others: it can be gone again. */
static void the_way_to_a_failure_is_known(void **state) {
    (void)state;
    struct guiding guiding;
    open(&guiding, rare, 1);
    guiding.batching.stops_at_failure = true;
    sample(&guiding, 0);
    assert_true(guiding.was_stopped);
    assert_true(tally(&guiding)->first_failure > SIM_LEADS_ROUND_MIN); /* else it shows nothing */
    assert_true(guiding.way.step_count > 9);
    close(&guiding);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_rare_comes_sooner),
        cmocka_unit_test(every_outcome_still_comes_about),
        cmocka_unit_test(what_is_drawn_is_followed_as_well),
        cmocka_unit_test(no_wish_keeps_anybody_spinning_for_ever),
        cmocka_unit_test(many_may_be_ready_at_once),
        cmocka_unit_test(parts_of_it_come_to_the_whole),
        cmocka_unit_test(the_way_to_a_failure_is_known),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
