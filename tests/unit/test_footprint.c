/* test_footprint.c - sets of what a step touches. */
#include "sim/footprint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void an_object_is_in_it_once(void **state) {
    (void)state;
    struct sim_footprint footprint = {.count = 0};
    sim_footprint_add(&footprint, 7, SIM_TOUCH_READ);
    sim_footprint_add(&footprint, 3, SIM_TOUCH_WRITE);
    sim_footprint_add(&footprint, 7, SIM_TOUCH_READ);
    sim_footprint_add(&footprint, 3, SIM_TOUCH_WRITE);
    assert_int_equal(footprint.count, 2);
    assert_int_equal(footprint.touches[0].object, 7);
    assert_int_equal(footprint.touches[0].mode, SIM_TOUCH_READ);
    assert_int_equal(footprint.touches[1].object, 3);
    assert_int_equal(footprint.touches[1].mode, SIM_TOUCH_WRITE);
    assert_false(footprint.is_everything);
}

static void two_modes_of_one_object_are_a_write(void **state) {
    (void)state;
    for (unsigned first = SIM_TOUCH_READ; first <= SIM_TOUCH_UNLOCK; first++) {
        for (unsigned second = SIM_TOUCH_READ; second <= SIM_TOUCH_UNLOCK; second++) {
            struct sim_footprint footprint = {.count = 0};
            sim_footprint_add(&footprint, 1, first);
            sim_footprint_add(&footprint, 1, second);
            assert_int_equal(footprint.count, 1);
            assert_int_equal(footprint.touches[0].mode,
                             first == second ? first : (unsigned)SIM_TOUCH_WRITE);
        }
    }
}

static void what_has_no_room_makes_it_everything(void **state) {
    (void)state;
    struct sim_footprint footprint = {.count = 0};
    for (uint32_t object = 0; object < SIM_TOUCHES_MAX; object++) {
        sim_footprint_add(&footprint, object, SIM_TOUCH_READ);
    }
    sim_footprint_add(&footprint, SIM_TOUCHES_MAX - 1, SIM_TOUCH_WRITE);
    assert_int_equal(footprint.count, SIM_TOUCHES_MAX);
    assert_int_equal(footprint.touches[SIM_TOUCHES_MAX - 1].mode, SIM_TOUCH_WRITE);
    assert_false(footprint.is_everything);
    sim_footprint_add(&footprint, SIM_TOUCHES_MAX, SIM_TOUCH_READ);
    assert_int_equal(footprint.count, SIM_TOUCHES_MAX);
    assert_true(footprint.is_everything);
}

static bool depend(unsigned a, unsigned b) {
    struct sim_touch left[] = {{.object = 1, .mode = SIM_TOUCH_WRITE & 3u},
                               {.object = 5, .mode = a & 3u}};
    struct sim_touch right[] = {{.object = 5, .mode = b & 3u},
                                {.object = 9, .mode = SIM_TOUCH_WRITE & 3u}};
    bool is_dependent = sim_touches_depend(left, 2, right, 2);
    assert_int_equal(sim_touches_depend(right, 2, left, 2), is_dependent);
    return is_dependent;
}

static void only_two_reads_of_one_object_do_not_depend(void **state) {
    (void)state;
    for (unsigned a = SIM_TOUCH_READ; a <= SIM_TOUCH_UNLOCK; a++) {
        for (unsigned b = SIM_TOUCH_READ; b <= SIM_TOUCH_UNLOCK; b++) {
            assert_int_equal(depend(a, b), a != SIM_TOUCH_READ || b != SIM_TOUCH_READ);
        }
    }
}

static void nothing_depends_on_what_touches_something_else_or_nothing(void **state) {
    (void)state;
    struct sim_touch one = {.object = 1, .mode = SIM_TOUCH_WRITE};
    struct sim_touch other = {.object = 2, .mode = SIM_TOUCH_WRITE};
    assert_true(sim_touches_depend(&one, 1, &one, 1));
    assert_false(sim_touches_depend(&one, 1, &other, 1));
    assert_false(sim_touches_depend(&one, 1, &one, 0));
    assert_false(sim_touches_depend(NULL, 0, &one, 1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_is_in_it_once),
        cmocka_unit_test(two_modes_of_one_object_are_a_write),
        cmocka_unit_test(what_has_no_room_makes_it_everything),
        cmocka_unit_test(only_two_reads_of_one_object_do_not_depend),
        cmocka_unit_test(nothing_depends_on_what_touches_something_else_or_nothing),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
