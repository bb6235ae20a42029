/* test_way.c - ways of steps, with their draws. */
#include "sim/explore/way.h"

#include "tests/unit/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void draws_belong_to_the_step_before_them(void **state) {
    (void)state;
    struct play_allocator counting;
    struct sim_way way = {.steps = NULL};
    play_allocator_init(&counting);
    sim_way_step(&way, &counting.allocator, 3);
    sim_way_draw(&way, &counting.allocator, 70);
    sim_way_draw(&way, &counting.allocator, 80);
    sim_way_step(&way, &counting.allocator, SIM_NO_PROCESS);
    sim_way_step(&way, &counting.allocator, 1);
    sim_way_draw(&way, &counting.allocator, UINT64_MAX);
    assert_int_equal(way.step_count, 3);
    assert_int_equal(way.draw_count, 3);
    static const struct sim_guide_step expected[] = {{3, 0, 2}, {SIM_NO_PROCESS, 2, 0}, {1, 2, 1}};
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(way.steps[i].process, expected[i].process);
        assert_int_equal(way.steps[i].draw_first, expected[i].draw_first);
        assert_int_equal(way.steps[i].draw_count, expected[i].draw_count);
    }
    assert_int_equal(way.draws[0], 70);
    assert_int_equal(way.draws[1], 80);
    assert_true(way.draws[2] == UINT64_MAX);
    assert_false(way.is_out_of_memory);
    sim_way_term(&way, &counting.allocator);
    assert_int_equal(way.step_count, 0);
    assert_int_equal(counting.live_bytes, 0);
}

static void what_is_drawn_before_the_first_step_is_nobodys(void **state) {
    (void)state;
    struct play_allocator counting;
    struct sim_way way = {.steps = NULL};
    play_allocator_init(&counting);
    sim_way_draw(&way, &counting.allocator, 5);
    assert_int_equal(way.draw_count, 0);
    assert_false(way.is_out_of_memory);
    sim_way_step(&way, &counting.allocator, 1);
    sim_way_draw(&way, &counting.allocator, 6);
    assert_int_equal(way.draw_count, 1);
    assert_int_equal(way.draws[0], 6);
    sim_way_term(&way, &counting.allocator);
    assert_int_equal(counting.live_bytes, 0);
}

static void many_steps_are_kept(void **state) {
    (void)state;
    struct play_allocator counting;
    struct sim_way way = {.steps = NULL};
    play_allocator_init(&counting);
    for (uint32_t i = 0; i < 1000; i++) {
        sim_way_step(&way, &counting.allocator, i % 7);
        sim_way_draw(&way, &counting.allocator, i);
        sim_way_draw(&way, &counting.allocator, i + 1);
    }
    for (uint32_t i = 0; i < 1000; i++) {
        assert_int_equal(way.steps[i].process, i % 7);
        assert_int_equal(way.steps[i].draw_count, 2);
        assert_int_equal(way.draws[way.steps[i].draw_first], i);
        assert_int_equal(way.draws[way.steps[i].draw_first + 1], i + 1);
    }
    sim_way_term(&way, &counting.allocator);
    assert_int_equal(counting.live_bytes, 0);
}

static void memory_may_run_out_anywhere(void **state) {
    (void)state;
    bool has_failed = true;
    for (uint64_t fails_at = 1; has_failed; fails_at++) {
        struct play_allocator counting;
        struct sim_way way = {.steps = NULL};
        play_allocator_init(&counting);
        counting.fails_at = fails_at;
        for (uint32_t i = 0; i < 100; i++) {
            sim_way_step(&way, &counting.allocator, i);
            sim_way_draw(&way, &counting.allocator, i);
        }
        has_failed = way.is_out_of_memory;
        assert_int_equal(way.step_count < 100 || way.draw_count < 100, has_failed);
        sim_way_term(&way, &counting.allocator);
        assert_int_equal(counting.live_bytes, 0);
        assert_in_range(fails_at, 1, 30);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_belong_to_the_step_before_them),
        cmocka_unit_test(what_is_drawn_before_the_first_step_is_nobodys),
        cmocka_unit_test(many_steps_are_kept),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
