/* test_draws.c - strings of answers, and answers by a script. */
#include "sim/explore/draws.h"

#include "core/status.h"
#include "tests/unit/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct drawing {
    struct play_allocator counting;
    struct sim_draws draws;
};

static void open(struct drawing *drawing) {
    play_allocator_init(&drawing->counting);
    assert_int_equal(sim_draws_init(&drawing->draws, &drawing->counting.allocator), COG_OK);
}

static void close(struct drawing *drawing) {
    sim_draws_term(&drawing->draws);
    assert_int_equal(drawing->counting.live_bytes, 0);
}

static uint32_t find(struct drawing *drawing, uint32_t a, uint32_t b, uint32_t c, uint32_t count) {
    uint32_t answers[] = {a, b, c};
    return sim_draws_find(&drawing->draws, answers, count);
}

static uint64_t choose(struct drawing *drawing, enum sim_choice_kind kind, uint64_t count) {
    struct sim_choice choice = {.kind = kind, .count = count};
    return sim_draws_choose(&drawing->draws, &choice);
}

static void productions_answers_are_number_zero(void **state) {
    (void)state;
    struct drawing drawing;
    open(&drawing);
    assert_int_equal(find(&drawing, 0, 0, 0, 0), 0);
    assert_int_equal(find(&drawing, 0, 0, 0, 3), 0);
    assert_int_equal(drawing.draws.count, 1);
    close(&drawing);
}

static void equal_answers_have_one_number_and_zeros_at_the_end_do_not_count(void **state) {
    (void)state;
    struct drawing drawing;
    open(&drawing);
    assert_int_equal(find(&drawing, 1, 0, 0, 1), 1);
    assert_int_equal(find(&drawing, 0, 1, 0, 2), 2);
    assert_int_equal(find(&drawing, 1, 2, 0, 2), 3);
    assert_int_equal(find(&drawing, 1, 0, 0, 3), 1);
    assert_int_equal(find(&drawing, 0, 1, 0, 3), 2);
    assert_int_equal(find(&drawing, 1, 2, 0, 3), 3);
    assert_int_equal(find(&drawing, 1, 2, 3, 3), 4);
    assert_int_equal(find(&drawing, 1, 2, 3, 2), 3);
    assert_int_equal(drawing.draws.count, 5);
    close(&drawing);
}

/* More than there are buckets. */
static void many_are_told_apart(void **state) {
    (void)state;
    enum { MANY = 9000 };
    struct drawing drawing;
    open(&drawing);
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 1; i < MANY; i++) {
            assert_int_equal(find(&drawing, i % 10, i / 10 % 30, 1 + i / 300, 3), i);
        }
    }
    close(&drawing);
}

static void a_script_gives_the_first_answers_and_production_the_others(void **state) {
    (void)state;
    struct drawing drawing;
    open(&drawing);
    sim_draws_begin(&drawing.draws, find(&drawing, 2, 1, 0, 2));
    assert_int_equal(choose(&drawing, SIM_CHOICE_VALUE, 3), 2);
    assert_int_equal(choose(&drawing, SIM_CHOICE_ARRIVAL, 2), 1);
    assert_int_equal(choose(&drawing, SIM_CHOICE_VALUE, 5), 0);
    assert_int_equal(drawing.draws.answer_count, 3);
    static const uint32_t answers[] = {2, 1, 0};
    static const uint32_t counts[] = {3, 2, 5};
    assert_memory_equal(drawing.draws.answers, answers, sizeof answers);
    assert_memory_equal(drawing.draws.counts, counts, sizeof counts);
    assert_false(drawing.draws.is_partial);
    sim_draws_begin(&drawing.draws, 0);
    assert_int_equal(drawing.draws.answer_count, 0);
    assert_int_equal(choose(&drawing, SIM_CHOICE_VALUE, 3), 0);
    close(&drawing);
}

/* At another place of an execution less may be offered. */
static void an_answer_that_is_not_offered_is_productions(void **state) {
    (void)state;
    struct drawing drawing;
    open(&drawing);
    sim_draws_begin(&drawing.draws, find(&drawing, 2, 1, 0, 2));
    assert_int_equal(choose(&drawing, SIM_CHOICE_VALUE, 2), 0);
    assert_int_equal(choose(&drawing, SIM_CHOICE_VALUE, 2), 1);
    assert_int_equal(drawing.draws.answers[0], 0);
    close(&drawing);
}

static void of_ranges_there_is_only_the_low_end(void **state) {
    (void)state;
    static const enum sim_choice_kind ranges[] = {SIM_CHOICE_TIME, SIM_CHOICE_SIZE};
    for (size_t i = 0; i < 2; i++) {
        struct drawing drawing;
        open(&drawing);
        sim_draws_begin(&drawing.draws, find(&drawing, 2, 0, 0, 1));
        assert_int_equal(choose(&drawing, ranges[i], 1000), 0);
        assert_true(drawing.draws.is_partial);
        assert_int_equal(drawing.draws.answer_count, 0);
        assert_int_equal(choose(&drawing, SIM_CHOICE_VALUE, 3), 2);
        close(&drawing);
    }
}

static void more_answers_than_have_room_are_productions(void **state) {
    (void)state;
    struct drawing drawing;
    open(&drawing);
    sim_draws_begin(&drawing.draws, 0);
    for (uint32_t i = 0; i < SIM_DRAWS_MAX; i++) {
        (void)choose(&drawing, SIM_CHOICE_VALUE, 2);
    }
    assert_false(drawing.draws.is_partial);
    assert_int_equal(choose(&drawing, SIM_CHOICE_VALUE, 2), 0);
    assert_true(drawing.draws.is_partial);
    assert_int_equal(drawing.draws.answer_count, SIM_DRAWS_MAX);
    close(&drawing);
}

static void memory_may_run_out_anywhere(void **state) {
    (void)state;
    bool has_failed = true;
    for (uint64_t fails_at = 1; has_failed; fails_at++) {
        struct play_allocator counting;
        struct sim_draws draws;
        play_allocator_init(&counting);
        counting.fails_at = fails_at;
        int status = sim_draws_init(&draws, &counting.allocator);
        has_failed = status != COG_OK;
        assert_true(status == COG_OK || status == COG_ENOMEM);
        for (uint32_t i = 1; i < 200 && !has_failed; i++) {
            uint32_t answers[] = {i, i};
            uint32_t number = sim_draws_find(&draws, answers, 2);
            has_failed = number == SIM_NONE;
            assert_true(has_failed || number == i);
        }
        sim_draws_term(&draws);
        assert_int_equal(counting.live_bytes, 0);
        assert_in_range(fails_at, 1, 50);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(productions_answers_are_number_zero),
        cmocka_unit_test(equal_answers_have_one_number_and_zeros_at_the_end_do_not_count),
        cmocka_unit_test(many_are_told_apart),
        cmocka_unit_test(a_script_gives_the_first_answers_and_production_the_others),
        cmocka_unit_test(an_answer_that_is_not_offered_is_productions),
        cmocka_unit_test(of_ranges_there_is_only_the_low_end),
        cmocka_unit_test(more_answers_than_have_room_are_productions),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
