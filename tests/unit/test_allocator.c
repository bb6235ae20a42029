/* test_allocator.c - the malloc allocator and the calls on any allocator. */
#include "core/allocator.h"
#include "tests/unit/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void zeroed_memory_is_zeroed(void **state) {
    (void)state;
    struct tally tally;
    tally_init(&tally);
    char *memory = cog_allocate_zeroed(&tally.allocator, 10, 10);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(memory[i], 0);
    }
    assert_int_equal(tally.live_count, 1);
    cog_release(&tally.allocator, memory, 100);
    assert_int_equal(tally.live_count, 0);
}

static void a_product_that_overflows_gives_null(void **state) {
    (void)state;
    struct tally tally;
    tally_init(&tally);
    assert_null(cog_allocate_zeroed(&tally.allocator, SIZE_MAX / 2, 3));
    assert_int_equal(tally.call_count, 0);
}

static void no_memory_gives_null(void **state) {
    (void)state;
    struct tally tally;
    tally_init(&tally);
    tally.fail_at = 1;
    assert_null(cog_allocate_zeroed(&tally.allocator, 1, 8));
    tally.fail_at = 2;
    assert_null(cog_allocate(&tally.allocator, 8));
}

static void releasing_null_is_allowed(void **state) {
    (void)state;
    cog_release(cog_allocator_malloc(), NULL, 0);
}

static void malloc_grows_keeps_what_is_in_it_and_frees(void **state) {
    (void)state;
    const struct cog_allocator *allocator = cog_allocator_malloc();
    char *memory = cog_allocate(allocator, 6);
    assert_non_null(memory);
    memcpy(memory, "hello", 6);
    memory = allocator->resize(allocator->context, memory, 6, 6000);
    assert_string_equal(memory, "hello");
    assert_null(allocator->resize(allocator->context, memory, 6000, 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zeroed_memory_is_zeroed),
        cmocka_unit_test(a_product_that_overflows_gives_null),
        cmocka_unit_test(no_memory_gives_null),
        cmocka_unit_test(releasing_null_is_allowed),
        cmocka_unit_test(malloc_grows_keeps_what_is_in_it_and_frees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
