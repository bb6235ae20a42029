/* test_memory.c - the arena of a world: limits, alignment, reuse, and addresses that depend on the
 * run alone. */
#include "sim/memory.h"

#include "core/status.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { ARENA_BYTES = 1 << 20 };

static int open_arena(void **state) {
    static struct sim_memory memory;
    *state = &memory;
    return sim_memory_open(&memory, ARENA_BYTES);
}

static int close_arena(void **state) {
    sim_memory_close(*state);
    return 0;
}

static void *resize(struct sim_memory *memory, void *block, size_t bytes_old, size_t bytes_new) {
    return memory->allocator.resize(memory->allocator.context, block, bytes_old, bytes_new);
}

static void an_arena_of_nothing_is_invalid(void **state) {
    (void)state;
    struct sim_memory memory;
    assert_int_equal(sim_memory_open(&memory, 0), COG_EINVALID);
    sim_memory_close(&memory);
    sim_memory_close(&memory);
}

static void what_cannot_be_mapped_is_no_memory(void **state) {
    (void)state;
    struct sim_memory memory;
    assert_int_equal(sim_memory_open(&memory, SIZE_MAX / 2), COG_ENOMEM);
    sim_memory_close(&memory);
}

static void blocks_of_any_size_are_aligned_and_do_not_overlap(void **state) {
    struct sim_memory *memory = *state;
    enum { COUNT = 200 };
    unsigned char *blocks[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        size_t bytes = 1 + i * 7;
        blocks[i] = cog_allocate(&memory->allocator, bytes);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % alignof(max_align_t), 0);
        memset(blocks[i], (int)i, bytes);
    }
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t at = 0; at < 1 + i * 7; at++) {
            assert_int_equal(blocks[i][at], (unsigned char)i);
        }
    }
}

static void a_block_given_back_is_the_next_one_of_its_class(void **state) {
    struct sim_memory *memory = *state;
    void *first = cog_allocate(&memory->allocator, 40);
    void *second = cog_allocate(&memory->allocator, 40);
    cog_release(&memory->allocator, first, 40);
    cog_release(&memory->allocator, second, 40);
    size_t used_bytes = memory->used_bytes;
    assert_ptr_not_equal(cog_allocate(&memory->allocator, 64), second);
    assert_ptr_equal(cog_allocate(&memory->allocator, 48), second);
    assert_ptr_equal(cog_allocate(&memory->allocator, 33), first);
    assert_int_equal(memory->used_bytes, used_bytes + 64);
}

static void a_block_that_grows_keeps_its_bytes(void **state) {
    struct sim_memory *memory = *state;
    size_t bytes = 1;
    unsigned char *block = cog_allocate(&memory->allocator, bytes);
    block[0] = 0;
    while (bytes < 20000) {
        size_t grown = bytes * 2 + 5;
        block = resize(memory, block, bytes, grown);
        assert_non_null(block);
        for (size_t i = 0; i < grown; i++) {
            assert_true(i >= bytes || block[i] == (unsigned char)i);
            block[i] = (unsigned char)i;
        }
        bytes = grown;
    }
}

static void a_block_that_shrinks_keeps_its_first_bytes(void **state) {
    struct sim_memory *memory = *state;
    unsigned char *block = cog_allocate(&memory->allocator, 5000);
    memset(block, 7, 5000);
    block = resize(memory, block, 5000, 20);
    assert_non_null(block);
    for (size_t i = 0; i < 20; i++) {
        assert_int_equal(block[i], 7);
    }
}

static void resizing_within_a_class_does_not_move(void **state) {
    struct sim_memory *memory = *state;
    void *block = cog_allocate(&memory->allocator, 17);
    assert_ptr_equal(resize(memory, block, 17, 32), block);
    assert_ptr_equal(resize(memory, block, 32, 20), block);
    void *large = cog_allocate(&memory->allocator, 600);
    assert_ptr_equal(resize(memory, large, 600, 1024), large);
    assert_ptr_not_equal(resize(memory, large, 1024, 1025), large);
}

static void at_the_limit_there_is_no_memory_and_what_was_given_back_can_be_had_again(void **state) {
    struct sim_memory *memory = *state;
    void *last = NULL;
    size_t count = 0;
    for (void *block; (block = cog_allocate(&memory->allocator, 4096)) != NULL; count++) {
        last = block;
    }
    assert_int_equal(count, ARENA_BYTES / 4096);
    assert_null(cog_allocate(&memory->allocator, 1));
    cog_release(&memory->allocator, last, 4096);
    assert_ptr_equal(cog_allocate(&memory->allocator, 4000), last);
    assert_null(cog_allocate(&memory->allocator, 4000));
}

static void a_block_that_cannot_grow_is_untouched(void **state) {
    struct sim_memory *memory = *state;
    char *block = cog_allocate(&memory->allocator, 100);
    memset(block, 'x', 100);
    assert_null(resize(memory, block, 100, ARENA_BYTES));
    assert_null(resize(memory, block, 100, ARENA_BYTES + 1));
    assert_null(resize(memory, block, 100, SIZE_MAX));
    assert_null(cog_allocate(&memory->allocator, SIZE_MAX));
    assert_null(cog_allocate_zeroed(&memory->allocator, SIZE_MAX / 2, 3));
    for (size_t i = 0; i < 100; i++) {
        assert_int_equal(block[i], 'x');
    }
    cog_release(&memory->allocator, block, 100);
}

static uint64_t draw(uint64_t *random) {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random;
}

/* Allocates and gives back at random; the offsets handed out, hashed. */
static uint64_t offsets_of_a_run(struct sim_memory *memory) {
    struct {
        void *block;
        size_t bytes;
    } held[64] = {{NULL, 0}};
    uint64_t random = 42;
    uint64_t hash = 0;
    for (size_t i = 0; i < 10000; i++) {
        size_t at = (size_t)(draw(&random) % 64);
        if (held[at].block != NULL) {
            cog_release(&memory->allocator, held[at].block, held[at].bytes);
            held[at].block = NULL;
            continue;
        }
        held[at].bytes = (size_t)(1 + draw(&random) % 3000);
        held[at].block = cog_allocate(&memory->allocator, held[at].bytes);
        assert_non_null(held[at].block);
        memset(held[at].block, 0xee, held[at].bytes);
        hash = hash * 31 + (uint64_t)((char *)held[at].block - memory->base);
    }
    return hash;
}

static void the_same_run_gets_the_same_offsets(void **state) {
    struct sim_memory other;
    assert_int_equal(sim_memory_open(&other, ARENA_BYTES * 4), COG_OK);
    uint64_t hash = offsets_of_a_run(&other);
    sim_memory_close(&other);
    assert_true(offsets_of_a_run(*state) == hash);
}

#define ARENA_TEST(function) cmocka_unit_test_setup_teardown(function, open_arena, close_arena)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_arena_of_nothing_is_invalid),
        cmocka_unit_test(what_cannot_be_mapped_is_no_memory),
        ARENA_TEST(blocks_of_any_size_are_aligned_and_do_not_overlap),
        ARENA_TEST(a_block_given_back_is_the_next_one_of_its_class),
        ARENA_TEST(a_block_that_grows_keeps_its_bytes),
        ARENA_TEST(a_block_that_shrinks_keeps_its_first_bytes),
        ARENA_TEST(resizing_within_a_class_does_not_move),
        ARENA_TEST(at_the_limit_there_is_no_memory_and_what_was_given_back_can_be_had_again),
        ARENA_TEST(a_block_that_cannot_grow_is_untouched),
        ARENA_TEST(the_same_run_gets_the_same_offsets),
    };
    int rc = cmocka_run_group_tests_name("memory", tests, NULL, NULL);
    return rc != 0;
}
