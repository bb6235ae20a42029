/* test_wakeup_tree.c - ordered trees of steps. */
#include "sim/explore/wakeup_tree.h"

#include "sim/language/ast.h"
#include "sim/language/buffer.h"
#include "tests/unit/play.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct sim_step step_of(uint32_t process) {
    return (struct sim_step){.process = process};
}

/* "1(2 3(4))": the children of a node, by their processes. */
static void write_children(const struct sim_wakeup_tree *tree, uint32_t node,
                           struct sim_buffer *buffer) {
    uint32_t child = tree->nodes[node].first_child;
    uint32_t first = child;
    for (; child != SIM_NONE; child = tree->nodes[child].next) {
        sim_buffer_add_format(buffer, "%s%" PRIu32, child != first ? " " : "",
                              tree->nodes[child].step.process);
        if (tree->nodes[child].first_child != SIM_NONE) {
            sim_buffer_add_text(buffer, "(");
            write_children(tree, child, buffer);
            sim_buffer_add_text(buffer, ")");
        }
    }
}

static void assert_tree(const struct sim_wakeup_tree *tree, uint32_t root, const char *expected) {
    struct sim_buffer buffer;
    sim_buffer_init(&buffer, cog_allocator_malloc());
    write_children(tree, root, &buffer);
    assert_string_equal(buffer.bytes != NULL ? buffer.bytes : "", expected);
    sim_buffer_term(&buffer);
}

/* How many nodes are in use. */
static uint32_t used_count(const struct sim_wakeup_tree *tree) {
    uint32_t count = tree->count;
    for (uint32_t node = tree->free; node != SIM_NONE; node = tree->nodes[node].next) {
        count--;
    }
    return count;
}

static void children_stand_from_left_to_right(void **state) {
    (void)state;
    struct play_allocator counting;
    struct sim_wakeup_tree tree;
    play_allocator_init(&counting);
    sim_wakeup_tree_init(&tree, &counting.allocator);
    uint32_t root = sim_wakeup_tree_root(&tree);
    assert_tree(&tree, root, "");
    uint32_t three = sim_wakeup_tree_add(&tree, root, step_of(3));
    uint32_t one = sim_wakeup_tree_add(&tree, root, step_of(1));
    uint32_t two = sim_wakeup_tree_add(&tree, three, step_of(2));
    (void)sim_wakeup_tree_add(&tree, root, step_of(2));
    (void)sim_wakeup_tree_add(&tree, two, step_of(5));
    (void)sim_wakeup_tree_add(&tree, three, step_of(4));
    assert_tree(&tree, root, "3(2(5) 4) 1 2");
    (void)sim_wakeup_tree_add_beside(&tree, one, step_of(6));
    (void)sim_wakeup_tree_add_beside(&tree, one, step_of(7));
    (void)sim_wakeup_tree_add_beside(&tree, two, step_of(8));
    assert_tree(&tree, root, "3(2(5) 8 4) 1 7 6 2");
    sim_wakeup_tree_term(&tree);
    assert_int_equal(counting.live_bytes, 0);
}

static void steps_are_kept_as_they_are(void **state) {
    (void)state;
    struct sim_wakeup_tree tree;
    sim_wakeup_tree_init(&tree, cog_allocator_malloc());
    uint32_t root = sim_wakeup_tree_root(&tree);
    struct sim_step step = {.process = 4, .footprint = 5, .draws = 6, .is_draw = true};
    struct sim_step kept = tree.nodes[sim_wakeup_tree_add(&tree, root, step)].step;
    assert_int_equal(kept.process, 4);
    assert_int_equal(kept.footprint, 5);
    assert_int_equal(kept.draws, 6);
    assert_true(kept.is_draw);
    sim_wakeup_tree_term(&tree);
}

static void a_step_is_who_makes_it_and_what_is_drawn(void **state) {
    (void)state;
    struct sim_step step = {.process = 1, .footprint = 2, .draws = 3};
    struct sim_step elsewhere = {
        .process = 1, .footprint = SIM_FOOTPRINT_UNKNOWN, .draws = 3, .is_draw = true};
    struct sim_step drawn = {.process = 1, .footprint = 2, .draws = 4};
    struct sim_step other = {.process = 2, .footprint = 2, .draws = 3};
    assert_true(sim_step_is(step, elsewhere));
    assert_false(sim_step_is(step, drawn));
    assert_false(sim_step_is(step, other));
}

static void what_is_dropped_is_used_again(void **state) {
    (void)state;
    struct sim_wakeup_tree tree;
    sim_wakeup_tree_init(&tree, cog_allocator_malloc());
    uint32_t root = sim_wakeup_tree_root(&tree);
    uint32_t kept = sim_wakeup_tree_add(&tree, root, step_of(1));
    (void)sim_wakeup_tree_add(&tree, kept, step_of(2));
    uint32_t other = sim_wakeup_tree_root(&tree);
    for (uint32_t round = 0; round < 10; round++) {
        uint32_t top = sim_wakeup_tree_add(&tree, other, step_of(10));
        uint32_t left = sim_wakeup_tree_add(&tree, top, step_of(11));
        uint32_t right = sim_wakeup_tree_add(&tree, top, step_of(12));
        (void)sim_wakeup_tree_add(&tree, left, step_of(13));
        (void)sim_wakeup_tree_add(&tree, right, step_of(14));
        (void)sim_wakeup_tree_add_beside(&tree, left, step_of(15));
        assert_tree(&tree, other, "10(11(13) 15 12(14))");
        assert_int_equal(used_count(&tree), 10);
        assert_int_equal(tree.count, 10);
        tree.nodes[other].first_child = SIM_NONE;
        sim_wakeup_tree_drop(&tree, top);
        assert_int_equal(used_count(&tree), 4);
    }
    sim_wakeup_tree_drop(&tree, other);
    assert_int_equal(used_count(&tree), 3);
    assert_tree(&tree, root, "1(2)");
    sim_wakeup_tree_term(&tree);
}

/* A node is dropped without those to the right of it. */
static void siblings_stay(void **state) {
    (void)state;
    struct sim_wakeup_tree tree;
    sim_wakeup_tree_init(&tree, cog_allocator_malloc());
    uint32_t root = sim_wakeup_tree_root(&tree);
    uint32_t first = sim_wakeup_tree_add(&tree, root, step_of(1));
    uint32_t second = sim_wakeup_tree_add(&tree, root, step_of(2));
    (void)sim_wakeup_tree_add(&tree, first, step_of(3));
    tree.nodes[root].first_child = second;
    sim_wakeup_tree_drop(&tree, first);
    assert_tree(&tree, root, "2");
    assert_int_equal(used_count(&tree), 2);
    (void)sim_wakeup_tree_add(&tree, root, step_of(4));
    assert_tree(&tree, root, "2 4");
    sim_wakeup_tree_term(&tree);
}

static void memory_may_run_out(void **state) {
    (void)state;
    struct play_allocator counting;
    struct sim_wakeup_tree tree;
    play_allocator_init(&counting);
    sim_wakeup_tree_init(&tree, &counting.allocator);
    counting.fails_at = 1;
    assert_int_equal(sim_wakeup_tree_root(&tree), SIM_NONE);
    counting.fails_at = 0;
    uint32_t root = sim_wakeup_tree_root(&tree);
    uint32_t child = sim_wakeup_tree_add(&tree, root, step_of(1));
    counting.fails_at = 1;
    uint32_t added = child;
    uint32_t count = 2;
    while (added != SIM_NONE) {
        added = sim_wakeup_tree_add(&tree, child, step_of(2));
        count += added != SIM_NONE ? 1 : 0;
        assert_in_range(count, 2, 100);
    }
    assert_int_equal(used_count(&tree), count);
    assert_int_equal(sim_wakeup_tree_add_beside(&tree, child, step_of(3)), SIM_NONE);
    assert_int_equal(sim_wakeup_tree_root(&tree), SIM_NONE);
    assert_int_equal(tree.nodes[child].next, SIM_NONE);
    sim_wakeup_tree_drop(&tree, root);
    assert_int_equal(used_count(&tree), 0);
    assert_int_not_equal(sim_wakeup_tree_root(&tree), SIM_NONE);
    sim_wakeup_tree_term(&tree);
    assert_int_equal(counting.live_bytes, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(children_stand_from_left_to_right),
        cmocka_unit_test(steps_are_kept_as_they_are),
        cmocka_unit_test(a_step_is_who_makes_it_and_what_is_drawn),
        cmocka_unit_test(what_is_dropped_is_used_again),
        cmocka_unit_test(siblings_stay),
        cmocka_unit_test(memory_may_run_out),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
