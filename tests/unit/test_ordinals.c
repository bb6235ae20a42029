/* test_ordinals.c - counts for keys. */
#include "sim/explore/ordinals.h"

#include "tests/unit/language_fixture.h"

static void assert_next(struct sim_ordinals *ordinals, uint64_t key, uint64_t expected) {
    uint64_t ordinal = UINT64_MAX;
    assert_int_equal(sim_ordinals_next(ordinals, key, &ordinal), COG_OK);
    assert_int_equal(ordinal, expected);
}

static void each_key_counts_for_itself(void **state) {
    (void)state;
    struct sim_ordinals ordinals;
    sim_ordinals_init(&ordinals, cog_allocator_malloc());
    assert_next(&ordinals, 0, 0);
    assert_next(&ordinals, 0, 1);
    assert_next(&ordinals, 32, 0);
    assert_next(&ordinals, UINT64_MAX, 0);
    assert_next(&ordinals, 0, 2);
    assert_next(&ordinals, 32, 1);
    sim_ordinals_term(&ordinals);
}

static void counts_survive_growing_and_end_with_a_restart(void **state) {
    (void)state;
    enum { KEYS = 1000 };
    struct sim_ordinals ordinals;
    sim_ordinals_init(&ordinals, cog_allocator_malloc());
    for (int round = 0; round < 3; round++) {
        for (uint64_t key = 0; key < KEYS; key++) {
            assert_next(&ordinals, key * 7, 0);
            assert_next(&ordinals, key * 7, 1);
        }
        for (uint64_t key = 0; key < KEYS; key++) {
            assert_next(&ordinals, key * 7, 2);
        }
        sim_ordinals_restart(&ordinals);
    }
    sim_ordinals_term(&ordinals);
}

static void a_failure_to_grow_leaves_the_counts_as_they_were(void **state) {
    (void)state;
    struct counting_allocator counting;
    counting_allocator_init(&counting);
    struct sim_ordinals ordinals;
    sim_ordinals_init(&ordinals, &counting.allocator);
    uint64_t key = 0;
    assert_next(&ordinals, key++, 0);
    counting.fails_at = counting.call_count + 1;
    uint64_t ordinal;
    while (sim_ordinals_next(&ordinals, key, &ordinal) == COG_OK) {
        key++;
    }
    counting.fails_at = 0;
    assert_next(&ordinals, key, 0);
    assert_next(&ordinals, key - 1, 1);
    sim_ordinals_term(&ordinals);
    assert_int_equal(counting.live_bytes, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_key_counts_for_itself),
        cmocka_unit_test(counts_survive_growing_and_end_with_a_restart),
        cmocka_unit_test(a_failure_to_grow_leaves_the_counts_as_they_were),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
