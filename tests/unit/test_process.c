/* test_process.c - processes keep their numbers. */
#include "sim/process.h"

#include "tests/unit/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void numbers_count_from_zero_and_stay(void **state) {
    (void)state;
    struct play_allocator counting;
    struct sim_processes processes;
    play_allocator_init(&counting);
    sim_processes_init(&processes, &counting.allocator);
    assert_int_equal(sim_processes_find(&processes, SIM_NO_PROCESS, 0), 0);
    assert_int_equal(sim_processes_find(&processes, SIM_NO_PROCESS, 1), 1);
    assert_int_equal(sim_processes_find(&processes, 1, 0), 2);
    assert_int_equal(sim_processes_find(&processes, 0, 0), 3);
    assert_int_equal(sim_processes_find(&processes, 1, 1), 4);
    assert_int_equal(sim_processes_find(&processes, 0, 1), 5);
    assert_int_equal(sim_processes_find(&processes, 1, 0), 2);
    assert_int_equal(sim_processes_find(&processes, SIM_NO_PROCESS, 0), 0);
    assert_int_equal(processes.count, 6);
    assert_int_equal(processes.items[5].parent, 0);
    assert_int_equal(processes.items[5].ordinal, 1);
    sim_processes_term(&processes);
    assert_int_equal(counting.live_bytes, 0);
}

enum { PARENTS = 40, CHILDREN = 50 };

static void many_are_found_again(void **state) {
    (void)state;
    struct play_allocator counting;
    struct sim_processes processes;
    play_allocator_init(&counting);
    sim_processes_init(&processes, &counting.allocator);
    for (uint32_t i = 0; i < PARENTS * CHILDREN; i++) {
        assert_int_equal(sim_processes_find(&processes, i % PARENTS, i / PARENTS), i);
    }
    for (uint32_t i = PARENTS * CHILDREN; i-- > 0;) {
        assert_int_equal(sim_processes_find(&processes, i % PARENTS, i / PARENTS), i);
    }
    assert_int_equal(processes.count, PARENTS * CHILDREN);
    sim_processes_term(&processes);
    assert_int_equal(counting.live_bytes, 0);
}

/* Parents that are so far apart come to one bucket while there are few. */
static void children_of_unlike_parents_are_told_apart(void **state) {
    (void)state;
    struct sim_processes processes;
    sim_processes_init(&processes, cog_allocator_malloc());
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 20; i++) {
            assert_int_equal(sim_processes_find(&processes, 5 + i * 64, 0), i);
        }
    }
    sim_processes_term(&processes);
}

/* Whichever allocation fails: those that were there are found, and the others can be added when
 * there is memory again. */
static void memory_may_run_out_anywhere(void **state) {
    (void)state;
    bool has_failed = true;
    for (uint64_t fails_at = 1; has_failed; fails_at++) {
        struct play_allocator counting;
        struct sim_processes processes;
        play_allocator_init(&counting);
        counting.fails_at = fails_at;
        sim_processes_init(&processes, &counting.allocator);
        uint32_t count = 0;
        while (count < 300 && sim_processes_find(&processes, 7, count) == count) {
            count++;
        }
        has_failed = count < 300;
        assert_int_equal(processes.is_out_of_memory, has_failed);
        assert_int_equal(processes.count, count);
        for (uint32_t i = 0; i < count; i++) {
            assert_int_equal(sim_processes_find(&processes, 7, i), i);
        }
        counting.fails_at = 0;
        for (uint32_t i = 0; i < 300; i++) {
            assert_int_equal(sim_processes_find(&processes, 7, i), i);
        }
        sim_processes_term(&processes);
        assert_int_equal(counting.live_bytes, 0);
        assert_in_range(fails_at, 1, 50);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_count_from_zero_and_stay),
        cmocka_unit_test(many_are_found_again),
        cmocka_unit_test(children_of_unlike_parents_are_told_apart),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
