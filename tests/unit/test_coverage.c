/* test_coverage.c - edges of steps that were told, and leads made of them. */
#include "sim/explore/leads.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { OBJECTS = 10, A = 101, B = 103, C = 105 };

struct covering {
    struct sim_processes processes;
    struct sim_objects objects;
    struct sim_coverage coverage;
};

static void open(struct covering *covering) {
    const struct cog_allocator *allocator = cog_allocator_malloc();
    *covering = (struct covering){.objects = {.coroutines = OBJECTS}};
    sim_processes_init(&covering->processes, allocator);
    assert_int_equal(
        sim_coverage_init(&covering->coverage, allocator, &covering->processes, &covering->objects),
        COG_OK);
    sim_coverage_begin(&covering->coverage);
}

static void close(struct covering *covering) {
    assert_false(covering->coverage.is_out_of_memory);
    sim_coverage_term(&covering->coverage);
    sim_processes_term(&covering->processes);
}

static void touch(struct covering *covering, uint64_t site, uint32_t object,
                  enum sim_touch_mode mode) {
    struct sim_footprint footprint = {.count = 0};
    sim_footprint_add(&footprint, object, mode);
    sim_coverage_step(&covering->coverage, site, &footprint);
}

static uint8_t count(const struct covering *covering, uint64_t object, uint64_t from,
                     uint64_t site) {
    return covering->coverage.counts[sim_coverage_slot(object, from, site)];
}

static void what_is_read_is_of_the_latest_write(void **state) {
    (void)state;
    struct covering covering;
    open(&covering);
    touch(&covering, C, 3, SIM_TOUCH_READ);
    touch(&covering, A, 3, SIM_TOUCH_WRITE);
    touch(&covering, B, 3, SIM_TOUCH_WRITE);
    touch(&covering, C, 3, SIM_TOUCH_READ);
    touch(&covering, C, 4, SIM_TOUCH_READ); /* something else */
    assert_int_equal(count(&covering, 3, 0, C), 1);
    assert_int_equal(count(&covering, 3, 0, A), 1);
    assert_int_equal(count(&covering, 3, C, A), 1);
    assert_int_equal(count(&covering, 3, A, B), 1);
    assert_int_equal(count(&covering, 3, C, B), 0); /* A came in between */
    assert_int_equal(count(&covering, 3, B, C), 1);
    assert_int_equal(count(&covering, 3, A, C), 0);
    assert_int_equal(count(&covering, 4, 0, C), 1);
    assert_int_equal(covering.coverage.edge_count, 6);
    close(&covering);
}

static void reads_do_not_order_one_another(void **state) {
    (void)state;
    struct covering covering;
    open(&covering);
    touch(&covering, A, 3, SIM_TOUCH_READ);
    touch(&covering, B, 3, SIM_TOUCH_READ);
    assert_int_equal(covering.coverage.edge_count, 2);
    touch(&covering, C, 3, SIM_TOUCH_LOCK); /* as a write */
    assert_int_equal(count(&covering, 3, A, C), 1);
    assert_int_equal(count(&covering, 3, B, C), 1);
    assert_int_equal(covering.coverage.edge_count, 5);
    close(&covering);
}

static void another_run_begins_with_nothing(void **state) {
    (void)state;
    struct covering covering;
    open(&covering);
    for (int i = 0; i < 300; i++) {
        touch(&covering, A, 3, SIM_TOUCH_WRITE);
    }
    assert_int_equal(count(&covering, 3, A, A), 255);
    sim_coverage_begin(&covering.coverage);
    assert_int_equal(count(&covering, 3, A, A), 0);
    assert_int_equal(covering.coverage.edge_count, 0);
    touch(&covering, A, 3, SIM_TOUCH_WRITE);
    assert_int_equal(count(&covering, 3, 0, A), 1);
    assert_int_equal(count(&covering, 3, A, A), 0);
    close(&covering);
}

static void counts_have_eight_classes(void **state) {
    (void)state;
    static const uint8_t least[] = {1, 2, 3, 4, 8, 16, 32, 128};
    for (uint32_t i = 0; i < sizeof least; i++) {
        uint8_t last = (uint8_t)(i + 1 < sizeof least ? least[i + 1] - 1 : 255);
        assert_int_equal(sim_coverage_class(least[i]), 1 << i);
        assert_int_equal(sim_coverage_class(last), 1 << i);
    }
}

/* The same process is found first in one world and second in another. */
static void a_process_goes_by_the_same_in_every_world(void **state) {
    (void)state;
    struct covering one;
    struct covering other;
    open(&one);
    open(&other);
    uint32_t left = sim_processes_find(&one.processes, SIM_NO_PROCESS, 0);
    uint32_t child = sim_processes_find(&one.processes, left, 0);
    uint32_t right = sim_processes_find(&one.processes, SIM_NO_PROCESS, 1);
    uint32_t right_too = sim_processes_find(&other.processes, SIM_NO_PROCESS, 1);
    uint32_t left_too = sim_processes_find(&other.processes, SIM_NO_PROCESS, 0);
    uint32_t child_too = sim_processes_find(&other.processes, left_too, 0);
    assert_true(left != left_too && right != right_too);
    assert_true(sim_coverage_identity(&one.coverage, left) ==
                sim_coverage_identity(&other.coverage, left_too));
    assert_true(sim_coverage_identity(&one.coverage, right) ==
                sim_coverage_identity(&other.coverage, right_too));
    assert_true(sim_coverage_identity(&one.coverage, child) ==
                sim_coverage_identity(&other.coverage, child_too));
    assert_true(sim_coverage_identity(&one.coverage, left) !=
                sim_coverage_identity(&one.coverage, right));
    /* and so do its objects */
    touch(&one, A, sim_object_of_process(&one.objects, right), SIM_TOUCH_WRITE);
    touch(&other, A, sim_object_of_process(&other.objects, right_too), SIM_TOUCH_WRITE);
    assert_int_equal(one.coverage.edges[0].slot, other.coverage.edges[0].slot);
    close(&one);
    close(&other);
}

/* ---- Leads ---- */

static void rounds_follow_one_another_and_grow(void **state) {
    (void)state;
    uint64_t runs = 0;
    uint64_t longest = 0;
    while (runs < 100000) {
        uint64_t end = sim_leads_round_end(runs);
        assert_int_equal(sim_leads_round_start(runs), runs);
        assert_int_equal(sim_leads_round_start(end - 1), runs);
        assert_int_equal(sim_leads_round_end(end - 1), end);
        assert_true(end - runs >= longest);
        longest = end - runs;
        runs = end;
    }
    assert_int_equal(sim_leads_round_end(0), SIM_LEADS_ROUND_MIN);
    assert_int_equal(longest, SIM_LEADS_ROUND_MAX);
}

/* Notes of a run in which A wrote so often. */
static void note(struct covering *covering, struct sim_notes *notes, uint8_t *seen, uint64_t run,
                 uint64_t site) {
    static const uint64_t decisions[] = {SIM_DECISION_IS_PICK | 5, 7};
    sim_coverage_begin(&covering->coverage);
    touch(covering, site, 3, SIM_TOUCH_WRITE);
    assert_int_equal(sim_notes_add(notes, covering->coverage.allocator, run, seen,
                                   &covering->coverage, decisions, 2),
                     COG_OK);
}

static void what_is_new_makes_a_lead_for_the_next_round(void **state) {
    (void)state;
    static uint8_t seen[SIM_COVERAGE_SLOTS];
    struct covering covering;
    struct sim_leads leads;
    struct sim_notes notes = {.count = 0};
    open(&covering);
    memset(seen, 0, sizeof seen);
    sim_leads_init(&leads, covering.coverage.allocator);
    note(&covering, &notes, seen, 2, A);
    note(&covering, &notes, seen, 3, A); /* nothing new */
    note(&covering, &notes, seen, 5, B);
    assert_int_equal(sim_leads_take(&leads, &notes), COG_OK);
    assert_int_equal(sim_leads_take(&leads, &notes), COG_OK); /* of somebody else: no longer new */
    assert_int_equal(leads.count, 2);
    assert_int_equal(leads.covered_count, 2);
    assert_int_equal(sim_lead_run(&leads.items[1]), 5);
    assert_int_equal(sim_lead_decision_count(&leads.items[1]), 2);
    assert_true(sim_lead_decisions(&leads.items[1])[0] == (SIM_DECISION_IS_PICK | 5));
    assert_int_equal(sim_lead_decisions(&leads.items[1])[1], 7);
    assert_int_equal(sim_leads_know(&leads, 7), COG_OK); /* still the same round */
    assert_int_equal(leads.known_count, 0);
    assert_int_equal(leads.event_count, 0);
    assert_int_equal(sim_leads_know(&leads, 8), COG_OK);
    assert_int_equal(leads.known_count, 2);
    assert_int_equal(leads.event_count, 2);
    assert_int_equal(leads.events[0].next, 1); /* of the same object: a ring */
    assert_int_equal(leads.events[1].next, 0);
    assert_memory_equal(leads.known, leads.seen, SIM_COVERAGE_SLOTS);
    sim_notes_term(&notes, covering.coverage.allocator);
    sim_leads_term(&leads);
    close(&covering);
}

static void leads_can_be_put_back(void **state) {
    (void)state;
    static uint8_t seen[SIM_COVERAGE_SLOTS];
    static const uint64_t damaged[][4] = {{1, 1, 1, 1}, {1, UINT64_MAX, 5, 0}, {9, 0, 2, 0}};
    struct covering covering;
    struct sim_leads leads;
    struct sim_leads again;
    struct sim_notes notes = {.count = 0};
    open(&covering);
    memset(seen, 0, sizeof seen);
    sim_leads_init(&leads, covering.coverage.allocator);
    sim_leads_init(&again, covering.coverage.allocator);
    note(&covering, &notes, seen, 2, A);
    note(&covering, &notes, seen, 9, B);
    note(&covering, &notes, seen, 20, C);
    assert_int_equal(sim_leads_take(&leads, &notes), COG_OK);
    for (uint32_t i = 0; i < leads.count; i++) {
        assert_int_equal(sim_leads_put(&again, leads.items[i].words, leads.items[i].word_count),
                         COG_OK);
    }
    for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
        assert_int_equal(sim_leads_put(&again, damaged[i], 4), COG_OK);
        assert_int_equal(sim_leads_put(&again, damaged[i], 2), COG_OK);
    }
    assert_int_equal(sim_leads_know(&leads, 17), COG_OK);
    assert_int_equal(sim_leads_know(&again, 17), COG_OK);
    assert_int_equal(again.count, 3);
    assert_int_equal(again.known_count, 2);
    assert_int_equal(again.event_count, leads.event_count);
    assert_memory_equal(again.known, leads.known, SIM_COVERAGE_SLOTS);
    assert_memory_equal(again.seen, leads.seen, SIM_COVERAGE_SLOTS);
    sim_notes_term(&notes, covering.coverage.allocator);
    sim_leads_term(&leads);
    sim_leads_term(&again);
    close(&covering);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_read_is_of_the_latest_write),
        cmocka_unit_test(reads_do_not_order_one_another),
        cmocka_unit_test(another_run_begins_with_nothing),
        cmocka_unit_test(counts_have_eight_classes),
        cmocka_unit_test(a_process_goes_by_the_same_in_every_world),
        cmocka_unit_test(rounds_follow_one_another_and_grow),
        cmocka_unit_test(what_is_new_makes_a_lead_for_the_next_round),
        cmocka_unit_test(leads_can_be_put_back),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
