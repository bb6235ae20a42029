/* test_stack.c - stacks and the pool of them. */
#define _DEFAULT_SOURCE /* mincore */
#include "core/stack.h"
#include "tests/unit/child.h"
#include "tests/unit/tally.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    struct tally tally;
    struct cog_scheduler_options options;
    struct cog_stack_pool pool;
    struct cog_stack *stacks[COG_STACK_KEPT_MAX + 8];
};

static int set_up(void **state) {
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    tally_init(&fixture->tally);
    cog_stack_pool_init(&fixture->pool, &fixture->tally.allocator, &fixture->options);
    *state = fixture;
    return 0;
}

static int tear_down(void **state) {
    struct fixture *fixture = *state;
    cog_stack_pool_term(&fixture->pool);
    size_t left_count = fixture->tally.stack_count + fixture->tally.live_count;
    free(fixture);
    return left_count == 0 ? 0 : -1;
}

#define STACK_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

static struct cog_stack *take(struct fixture *fixture, size_t i, size_t bytes) {
    assert_int_equal(cog_stack_take(&fixture->pool, bytes, "test", &fixture->stacks[i]), COG_OK);
    return fixture->stacks[i];
}

static void give_back(struct fixture *fixture, size_t i) {
    cog_stack_give_back(&fixture->pool, &fixture->stacks[i]);
    assert_null(fixture->stacks[i]);
}

static size_t page_bytes(void) {
    return (size_t)sysconf(_SC_PAGESIZE);
}

/* ---- Sizes ---- */

static void a_size_is_rounded_up_to_a_power_of_two(void **state) {
    struct fixture *fixture = *state;
    if (page_bytes() > 4096) {
        skip();
    }
    static const size_t sizes[][2] = {{1, 16384}, {16384, 16384},   {16385, 32768},  {65536, 65536},
                                      {0, 65536}, {100000, 131072}, {262144, 262144}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_int_equal(take(fixture, i, sizes[i][0])->bytes, sizes[i][1]);
        assert_int_equal((uintptr_t)(fixture->stacks[i] + 1) % sizes[i][1], 0);
    }
}

static void the_default_size_is_the_schedulers(void **state) {
    struct fixture *fixture = *state;
    cog_stack_pool_term(&fixture->pool);
    fixture->options.stack_bytes = 200000;
    cog_stack_pool_init(&fixture->pool, &fixture->tally.allocator, &fixture->options);
    assert_int_equal(take(fixture, 0, 0)->bytes, 262144);
}

static void a_stack_beyond_the_largest_is_invalid(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(
        cog_stack_take(&fixture->pool, COG_STACK_BYTES_MAX + 1, "test", &fixture->stacks[0]),
        COG_EINVALID);
    assert_int_equal(cog_stack_take(&fixture->pool, SIZE_MAX, "test", &fixture->stacks[0]),
                     COG_EINVALID);
    assert_null(fixture->stacks[0]);
}

static void every_usable_byte_can_be_used(void **state) {
    struct fixture *fixture = *state;
    for (size_t i = 0; i < COG_STACK_COLOURS; i++) {
        struct cog_stack *stack = take(fixture, i, 16384);
        char *low = cog_stack_low(stack);
        size_t bytes = (size_t)(cog_stack_high(stack) - low);
        assert_true(bytes >= cog_stack_usable_bytes(stack));
        memset(low, 0x5a, bytes);
        assert_int_equal((uintptr_t)cog_stack_high(stack) % 16, 0);
    }
    assert_true(cog_stack_usable_bytes(fixture->stacks[0]) >= 16384 - page_bytes() - 1024);
}

static void what_is_usable_is_the_same_for_all_of_a_size(void **state) {
    struct fixture *fixture = *state;
    for (size_t i = 0; i < COG_STACK_COLOURS; i++) {
        size_t bytes = cog_stack_usable_bytes(take(fixture, i, 0));
        assert_int_equal(bytes, cog_stack_usable_bytes(fixture->stacks[0]));
    }
}

static void neighbours_begin_in_different_lines_of_the_cache(void **state) {
    struct fixture *fixture = *state;
    for (size_t i = 0; i < COG_STACK_COLOURS; i++) {
        (void)take(fixture, i, 0);
        for (size_t k = 0; k < i; k++) {
            assert_int_not_equal((uintptr_t)cog_stack_high(fixture->stacks[i]) % 4096,
                                 (uintptr_t)cog_stack_high(fixture->stacks[k]) % 4096);
        }
    }
}

/* ---- Guard ---- */

static void touch(void *argument) {
    *(volatile char *)argument = 1;
}

static void the_page_below_a_stack_faults(void **state) {
    struct fixture *fixture = *state;
    char *low = cog_stack_low(take(fixture, 0, 0));
    struct child child;
    child_run(&child, touch, low);
    assert_int_equal(child.signal_number, 0);
    assert_int_equal(child.exit_code, 0);
    child_run(&child, touch, low - 1);
    assert_true(child.signal_number == SIGSEGV || child.signal_number == SIGBUS);
    child_run(&child, touch, low - page_bytes());
    assert_true(child.signal_number == SIGSEGV || child.signal_number == SIGBUS);
}

static void the_systems_own_pages_have_a_guard_too(void **state) {
    struct fixture *fixture = *state;
    struct cog_stack_pool pool;
    size_t size_count = 0;
    cog_stack_pool_init(&pool, cog_allocator_malloc(), &fixture->options);
    for (size_t bytes = 16384; bytes <= 8388608; bytes *= 2) {
        struct cog_stack **holder = &fixture->stacks[size_count++];
        assert_int_equal(cog_stack_take(&pool, bytes, "test", holder), COG_OK);
        struct cog_stack *stack = *holder;
        assert_int_equal((uintptr_t)(stack + 1) % bytes, 0);
        char *low = cog_stack_low(stack);
        *low = 1;
        struct child child;
        child_run(&child, touch, low - 1);
        assert_true(child.signal_number == SIGSEGV || child.signal_number == SIGBUS);
    }
    cog_stack_pool_term(&pool);
}

/* ---- Keeping ---- */

static void a_stack_given_back_is_the_next_one(void **state) {
    struct fixture *fixture = *state;
    struct cog_stack *first = take(fixture, 0, 0);
    struct cog_stack *second = take(fixture, 1, 0);
    give_back(fixture, 0);
    give_back(fixture, 1);
    assert_ptr_equal(take(fixture, 2, 0), second);
    assert_ptr_equal(take(fixture, 3, 0), first);
    assert_int_equal(fixture->tally.stack_count, 2);
}

static void stacks_are_kept_by_size(void **state) {
    struct fixture *fixture = *state;
    struct cog_stack *small = take(fixture, 0, 16384);
    struct cog_stack *large = take(fixture, 1, 262144);
    give_back(fixture, 0);
    give_back(fixture, 1);
    assert_ptr_equal(take(fixture, 0, 200000), large);
    assert_ptr_equal(take(fixture, 1, 100), small);
}

static void no_more_are_kept_than_that(void **state) {
    struct fixture *fixture = *state;
    for (size_t i = 0; i < COG_STACK_KEPT_MAX + 8; i++) {
        (void)take(fixture, i, 0);
    }
    assert_int_equal(fixture->tally.stack_count, COG_STACK_KEPT_MAX + 8);
    for (size_t i = 0; i < COG_STACK_KEPT_MAX + 8; i++) {
        give_back(fixture, i);
    }
    assert_int_equal(fixture->tally.stack_count, COG_STACK_KEPT_MAX);
}

static void without_reuse_a_stack_is_unmapped_at_once(void **state) {
    struct fixture *fixture = *state;
    cog_stack_pool_term(&fixture->pool);
    fixture->options.stack_reuse = COG_OFF;
    cog_stack_pool_init(&fixture->pool, &fixture->tally.allocator, &fixture->options);
    (void)take(fixture, 0, 0);
    (void)take(fixture, 1, 16384);
    give_back(fixture, 0);
    assert_int_equal(fixture->tally.stack_count, 1);
    give_back(fixture, 1);
    assert_int_equal(fixture->tally.stack_count, 0);
}

static void the_end_of_the_pool_takes_stacks_from_their_holders(void **state) {
    struct fixture *fixture = *state;
    (void)take(fixture, 0, 0);
    (void)take(fixture, 1, 0);
    give_back(fixture, 1);
    cog_stack_pool_term(&fixture->pool);
    assert_null(fixture->stacks[0]);
    assert_int_equal(fixture->tally.stack_count, 0);
}

static void a_mapping_that_fails_changes_nothing(void **state) {
    struct fixture *fixture = *state;
    fixture->tally.fail_at = 1;
    assert_int_equal(cog_stack_take(&fixture->pool, 0, "test", &fixture->stacks[0]), COG_ENOMEM);
    assert_null(fixture->stacks[0]);
    assert_int_equal(fixture->tally.failed_count, 1);
    assert_non_null(take(fixture, 0, 0));
}

/* ---- Watermark ---- */

static void use(struct cog_stack *stack, size_t bytes) {
    memset(cog_stack_high(stack) - bytes, 1, sizeof(uintptr_t));
}

static void the_watermark_is_exact_to_the_word(void **state) {
    struct fixture *fixture = *state;
    struct cog_stack *stack = take(fixture, 0, 0);
    assert_int_equal(cog_stack_used(stack), 0);
    static const size_t depths[] = {8, 16, 4096, 4104, 5000, 40000};
    for (size_t i = 0; i < sizeof depths / sizeof depths[0]; i++) {
        use(stack, depths[i]);
        assert_int_equal(cog_stack_used(stack), depths[i]);
    }
    use(stack, 64);
    assert_int_equal(cog_stack_used(stack), 40000);
}

static void the_watermark_is_never_more_than_is_usable(void **state) {
    struct fixture *fixture = *state;
    struct cog_stack *stack = take(fixture, 0, 0);
    memset(cog_stack_low(stack), 1, 16);
    assert_int_equal(cog_stack_used(stack), cog_stack_usable_bytes(stack));
}

static void the_watermark_of_a_reused_stack_is_an_upper_bound(void **state) {
    struct fixture *fixture = *state;
    use(take(fixture, 0, 0), 3000);
    give_back(fixture, 0);
    assert_int_equal(cog_stack_used(take(fixture, 0, 0)), 3000);
}

static void the_largest_watermark_is_that_of_all_stacks(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(cog_stack_pool_used_max(&fixture->pool), 0);
    use(take(fixture, 0, 0), 3000);
    use(take(fixture, 1, 16384), 7000);
    use(take(fixture, 2, 0), 5000);
    assert_int_equal(cog_stack_pool_used_max(&fixture->pool), 7000);
    give_back(fixture, 1);
    assert_int_equal(cog_stack_pool_used_max(&fixture->pool), 7000);
}

#ifdef __linux__
static size_t resident_pages(const struct cog_stack *stack) {
    unsigned char resident[256] = {0};
    char *low = cog_stack_low(stack);
    size_t pages = ((size_t)((const char *)(stack + 1) - low)) / page_bytes();
    assert_true(pages <= sizeof resident);
    assert_int_equal(mincore(low, pages * page_bytes(), resident), 0);
    size_t count = 0;
    for (size_t i = 0; i < pages; i++) {
        count += resident[i] & 1;
    }
    return count;
}

static void measuring_a_stack_touches_none_of_it(void **state) {
    struct fixture *fixture = *state;
    struct cog_stack *stack = take(fixture, 0, 1048576);
    assert_int_equal(resident_pages(stack), 1);
    assert_int_equal(cog_stack_used(stack), 0);
    use(stack, 3 * page_bytes());
    assert_int_equal(cog_stack_used(stack), 3 * page_bytes());
    assert_int_equal(resident_pages(stack), 2);
}
#endif

int main(void) {
    const struct CMUnitTest tests[] = {
        STACK_TEST(a_size_is_rounded_up_to_a_power_of_two),
        STACK_TEST(the_default_size_is_the_schedulers),
        STACK_TEST(a_stack_beyond_the_largest_is_invalid),
        STACK_TEST(every_usable_byte_can_be_used),
        STACK_TEST(what_is_usable_is_the_same_for_all_of_a_size),
        STACK_TEST(neighbours_begin_in_different_lines_of_the_cache),
        STACK_TEST(the_page_below_a_stack_faults),
        STACK_TEST(the_systems_own_pages_have_a_guard_too),
        STACK_TEST(a_stack_given_back_is_the_next_one),
        STACK_TEST(stacks_are_kept_by_size),
        STACK_TEST(no_more_are_kept_than_that),
        STACK_TEST(without_reuse_a_stack_is_unmapped_at_once),
        STACK_TEST(the_end_of_the_pool_takes_stacks_from_their_holders),
        STACK_TEST(a_mapping_that_fails_changes_nothing),
        STACK_TEST(the_watermark_is_exact_to_the_word),
        STACK_TEST(the_watermark_is_never_more_than_is_usable),
        STACK_TEST(the_watermark_of_a_reused_stack_is_an_upper_bound),
        STACK_TEST(the_largest_watermark_is_that_of_all_stacks),
#ifdef __linux__
        STACK_TEST(measuring_a_stack_touches_none_of_it),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
