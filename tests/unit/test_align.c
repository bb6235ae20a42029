/* test_align.c - rep_align: as much beside its like as can be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "reports/align.h"
#include "reports/reports.h"

enum { LONG = 200000 };

/* How many have a partner; each is its like, and partners rise. */
static size_t align(const struct rep_sequence *left, const struct rep_sequence *right,
                    size_t reach) {
    size_t *partners = calloc(left->count + 1, sizeof partners[0]);
    size_t count = 0;
    size_t last = 0;
    assert_non_null(partners);
    assert_int_equal(rep_align(left, right, reach, partners), REP_OK);
    for (size_t i = 0; i < left->count; i++) {
        if (partners[i] == 0)
            continue;
        assert_true(partners[i] > last && partners[i] <= right->count);
        assert_int_equal(left->keys[i], right->keys[partners[i] - 1]);
        last = partners[i];
        count++;
    }
    free(partners);
    return count;
}

/* The longest common subsequence, the slow way. */
static size_t longest(const struct rep_sequence *left, const struct rep_sequence *right) {
    size_t best[33][33] = {{0}};
    for (size_t i = 1; i <= left->count; i++) {
        for (size_t j = 1; j <= right->count; j++) {
            size_t most = best[i - 1][j] > best[i][j - 1] ? best[i - 1][j] : best[i][j - 1];
            if (left->keys[i - 1] == right->keys[j - 1] && best[i - 1][j - 1] + 1 > most)
                most = best[i - 1][j - 1] + 1;
            best[i][j] = most;
        }
    }
    return best[left->count][right->count];
}

static uint32_t random_below(uint64_t *state, uint32_t limit) {
    *state = *state * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(*state >> 33) % limit;
}

static void as_many_as_can_be_have_a_partner(void **state) {
    (void)state;
    uint64_t seed = 1;
    for (int round = 0; round < 5000; round++) {
        uint32_t keys[2][32];
        struct rep_sequence sides[2];
        uint32_t kinds = 1 + random_below(&seed, 6);
        for (int side = 0; side < 2; side++) {
            sides[side] = (struct rep_sequence){keys[side], random_below(&seed, 33)};
            for (size_t i = 0; i < sides[side].count; i++)
                keys[side][i] = random_below(&seed, kinds);
        }
        assert_int_equal(align(&sides[0], &sides[1], 0), longest(&sides[0], &sides[1]));
        (void)align(&sides[0], &sides[1], 1 + random_below(&seed, 4));
    }
}

static void the_same_is_beside_itself(void **state) {
    (void)state;
    uint32_t keys[] = {3, 1, 3, 2};
    struct rep_sequence all = {keys, 4};
    struct rep_sequence none = {keys, 0};
    assert_int_equal(align(&all, &all, 0), 4);
    assert_int_equal(align(&all, &none, 0), 0);
    assert_int_equal(align(&none, &all, 0), 0);
    assert_int_equal(align(&none, &none, 0), 0);
}

/* Two that have little in common, and far more lines than may differ in one go. */
static void long_ones_take_bounded_memory(void **state) {
    (void)state;
    uint32_t *keys[2] = {calloc(LONG, sizeof(uint32_t)), calloc(LONG, sizeof(uint32_t))};
    assert_non_null(keys[0]);
    assert_non_null(keys[1]);
    for (uint32_t i = 0; i < LONG; i++) {
        keys[0][i] = i % 10 == 0 ? i : 2 * i + LONG * 10U;
        keys[1][i] = i % 10 == 0 ? i : 2 * i + 1 + LONG * 10U;
    }
    struct rep_sequence sides[2] = {{keys[0], LONG}, {keys[1], LONG}};
    size_t count = align(&sides[0], &sides[1], 200);
    assert_true(count >= LONG / 10 * 9 / 10);
    free(keys[0]);
    free(keys[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_many_as_can_be_have_a_partner),
        cmocka_unit_test(the_same_is_beside_itself),
        cmocka_unit_test(long_ones_take_bounded_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
