/* test_footprints.c - equal footprints have one number, and numbers depend as footprints do. */
#include "sim/explore/footprints.h"

#include "sim/language/ast.h"
#include "tests/unit/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct sim_touch touch(uint32_t object, enum sim_touch_mode mode) {
    struct sim_touch made = {.object = object & ((UINT32_C(1) << 30) - 1), .mode = mode & 3u};
    return made;
}

static void equal_ones_have_one_number(void **state) {
    (void)state;
    struct play_allocator counting;
    struct sim_footprints footprints;
    play_allocator_init(&counting);
    sim_footprints_init(&footprints, &counting.allocator);
    struct sim_touch both[] = {touch(1, SIM_TOUCH_READ), touch(2, SIM_TOUCH_WRITE)};
    struct sim_touch turned[] = {touch(2, SIM_TOUCH_WRITE), touch(1, SIM_TOUCH_READ)};
    struct sim_touch modes[] = {touch(1, SIM_TOUCH_WRITE), touch(2, SIM_TOUCH_WRITE)};
    uint32_t first = sim_footprints_find(&footprints, both, 2);
    assert_int_equal(first, 0);
    assert_int_equal(sim_footprints_find(&footprints, NULL, 0), 1);
    assert_int_equal(sim_footprints_find(&footprints, both, 1), 2);
    assert_int_equal(sim_footprints_find(&footprints, turned, 2), 3);
    assert_int_equal(sim_footprints_find(&footprints, modes, 2), 4);
    both[0] = touch(1, SIM_TOUCH_READ);
    assert_int_equal(sim_footprints_find(&footprints, both, 2), 0);
    assert_int_equal(sim_footprints_find(&footprints, both, 1), 2);
    assert_int_equal(sim_footprints_find(&footprints, NULL, 0), 1);
    assert_int_equal(footprints.count, 5);
    sim_footprints_term(&footprints);
    assert_int_equal(counting.live_bytes, 0);
}

enum { MANY = 3000 };

/* More than there are buckets, so that some share one. */
static void many_are_told_apart(void **state) {
    (void)state;
    struct play_allocator counting;
    struct sim_footprints footprints;
    play_allocator_init(&counting);
    sim_footprints_init(&footprints, &counting.allocator);
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < MANY; i++) {
            struct sim_touch touches[] = {touch(i, i % 4), touch(i / 4, SIM_TOUCH_LOCK)};
            assert_int_equal(sim_footprints_find(&footprints, touches, 1 + i % 2), i);
        }
    }
    assert_int_equal(footprints.count, MANY);
    sim_footprints_term(&footprints);
    assert_int_equal(counting.live_bytes, 0);
}

/* Also where it has come to the same bucket. */
static void one_that_begins_like_another_is_another(void **state) {
    (void)state;
    struct sim_footprints footprints;
    sim_footprints_init(&footprints, cog_allocator_malloc());
    struct sim_touch touches[] = {touch(7, SIM_TOUCH_WRITE), touch(0, SIM_TOUCH_WRITE)};
    assert_int_equal(sim_footprints_find(&footprints, touches, 1), 0);
    for (uint32_t i = 1; i < 2 * MANY; i++) {
        touches[1] = touch(i, SIM_TOUCH_WRITE);
        assert_int_equal(sim_footprints_find(&footprints, touches, 2), i);
    }
    assert_int_equal(sim_footprints_find(&footprints, touches, 1), 0);
    sim_footprints_term(&footprints);
}

static void they_depend_by_what_they_touch(void **state) {
    (void)state;
    struct sim_footprints footprints;
    sim_footprints_init(&footprints, cog_allocator_malloc());
    struct sim_touch left[] = {touch(1, SIM_TOUCH_WRITE), touch(2, SIM_TOUCH_READ)};
    struct sim_touch right[] = {touch(3, SIM_TOUCH_WRITE), touch(2, SIM_TOUCH_WRITE)};
    uint32_t none = sim_footprints_find(&footprints, NULL, 0);
    uint32_t writes = sim_footprints_find(&footprints, left, 1);
    uint32_t reads = sim_footprints_find(&footprints, left + 1, 1);
    uint32_t both = sim_footprints_find(&footprints, left, 2);
    uint32_t other = sim_footprints_find(&footprints, right, 2);
    assert_false(sim_footprints_depend(&footprints, none, none));
    assert_false(sim_footprints_depend(&footprints, none, other));
    assert_false(sim_footprints_depend(&footprints, writes, other));
    assert_true(sim_footprints_depend(&footprints, writes, writes));
    assert_false(sim_footprints_depend(&footprints, reads, reads));
    assert_true(sim_footprints_depend(&footprints, reads, other));
    assert_true(sim_footprints_depend(&footprints, both, other));
    assert_true(sim_footprints_depend(&footprints, other, both));
    assert_true(sim_footprints_depend(&footprints, both, writes));
    sim_footprints_term(&footprints);
}

static void memory_may_run_out_anywhere(void **state) {
    (void)state;
    bool has_failed = true;
    for (uint64_t fails_at = 1; has_failed; fails_at++) {
        struct play_allocator counting;
        struct sim_footprints footprints;
        play_allocator_init(&counting);
        counting.fails_at = fails_at;
        sim_footprints_init(&footprints, &counting.allocator);
        uint32_t found = 0;
        uint32_t count = 0;
        for (; count < 200 && found != SIM_NONE; count++) {
            struct sim_touch touches[] = {touch(count, SIM_TOUCH_READ),
                                          touch(count, SIM_TOUCH_WRITE)};
            found = sim_footprints_find(&footprints, touches, 2);
            assert_true(found == SIM_NONE || found == count);
        }
        has_failed = found == SIM_NONE;
        assert_int_equal(footprints.count, has_failed ? count - 1 : count);
        counting.fails_at = 0;
        struct sim_touch last[] = {touch(count, SIM_TOUCH_LOCK)};
        assert_int_equal(sim_footprints_find(&footprints, last, 1), has_failed ? count - 1 : count);
        sim_footprints_term(&footprints);
        assert_int_equal(counting.live_bytes, 0);
        assert_in_range(fails_at, 1, 50);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_ones_have_one_number),
        cmocka_unit_test(many_are_told_apart),
        cmocka_unit_test(one_that_begins_like_another_is_another),
        cmocka_unit_test(they_depend_by_what_they_touch),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
