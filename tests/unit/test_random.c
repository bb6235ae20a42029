/* test_random.c - draws. */
#include "sim/explore/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { DRAWS = 60000 };

static void a_draw_is_the_same_everywhere_and_always(void **state) {
    (void)state;
    assert_true(sim_random_mix(1) == UINT64_C(0x5692161D100B05E5));
    assert_true(sim_random_mix(SIM_RANDOM_STEP) == UINT64_C(0xE220A8397B1DCDAF));
    assert_true(sim_random_draw(1, 2, 3, 4) == sim_random_draw(1, 2, 3, 4));
}

static void each_part_of_what_a_draw_is_for_makes_another_draw(void **state) {
    (void)state;
    uint64_t draws[] = {sim_random_draw(0, 0, 0, 0), sim_random_draw(1, 0, 0, 0),
                        sim_random_draw(0, 1, 0, 0), sim_random_draw(0, 0, 1, 0),
                        sim_random_draw(0, 0, 0, 1), sim_random_draw(1, 1, 0, 0),
                        sim_random_draw(0, 1, 1, 0), sim_random_draw(0, 0, 1, 1)};
    for (size_t i = 0; i < sizeof draws / sizeof draws[0]; i++) {
        for (size_t j = 0; j < i; j++) {
            assert_true(draws[i] != draws[j]);
        }
    }
}

static void numbers_are_less_than_the_count(void **state) {
    (void)state;
    static const uint64_t counts[] = {1,
                                      2,
                                      3,
                                      1000,
                                      UINT32_MAX - 1,
                                      UINT32_MAX,
                                      UINT64_C(1) << 32,
                                      (UINT64_C(1) << 32) + 1,
                                      UINT64_C(3) << 40,
                                      UINT64_C(1) << 63,
                                      UINT64_MAX};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        for (uint64_t j = 0; j < 1000; j++) {
            assert_true(sim_random_below(sim_random_draw(i, 0, 0, j), counts[i]) < counts[i]);
        }
        assert_true(sim_random_below(0, counts[i]) < counts[i]);
        assert_true(sim_random_below(UINT64_MAX, counts[i]) < counts[i]);
    }
}

/* How often each third of the numbers less than count comes up; each has the probability 1/3. The
 * distance to it is less than 3.29 standard deviations: sqrt(DRAWS * 2 / 9) * 3.29 = 380. */
static void assert_thirds(uint64_t count) {
    uint64_t thirds[3] = {0};
    for (uint64_t i = 0; i < DRAWS; i++) {
        thirds[sim_random_below(sim_random_draw(7, count, 0, i), count) / (count / 3)]++;
    }
    for (size_t i = 0; i < 3; i++) {
        assert_in_range(thirds[i], DRAWS / 3 - 380, DRAWS / 3 + 380);
    }
}

static void numbers_are_equally_often_whatever_the_count(void **state) {
    (void)state;
    assert_thirds(3);
    assert_thirds(3000);
    /* Without drawing again, the last third would have a quarter, or half as much as another. */
    assert_thirds(UINT64_C(3) << 30);
    assert_thirds(UINT64_C(3) << 31);
    assert_thirds(UINT64_C(3) << 61);
}

static void a_bit_of_a_draw_tells_nothing_of_the_next_draw(void **state) {
    (void)state;
    for (unsigned bit = 0; bit < 64; bit++) {
        uint64_t equal = 0;
        for (uint64_t i = 0; i < DRAWS; i++) {
            uint64_t difference = sim_random_draw(3, 0, 0, i) ^ sim_random_draw(3, 0, 0, i + 1);
            equal += difference >> bit & 1;
        }
        /* sqrt(DRAWS) / 2 * 4.2: one of 64 may be as far as that once in 600 seeds. */
        assert_in_range(equal, DRAWS / 2 - 515, DRAWS / 2 + 515);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_draw_is_the_same_everywhere_and_always),
        cmocka_unit_test(each_part_of_what_a_draw_is_for_makes_another_draw),
        cmocka_unit_test(numbers_are_less_than_the_count),
        cmocka_unit_test(numbers_are_equally_often_whatever_the_count),
        cmocka_unit_test(a_bit_of_a_draw_tells_nothing_of_the_next_draw),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
