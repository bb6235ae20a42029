/* test_outcome_tree.c - executions become a tree; what is too much is counted where it leaves it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/explore/outcome_tree.h"

#include <stdio.h>
#include <string.h>

/* One execution, from the depth at which it leaves the one before: steps by blanks. */
static void execute(struct sim_outcome_tree *tree, uint32_t depth, const char *steps,
                    uint32_t outcome) {
    struct sim_search_watch watch = sim_outcome_tree_watch(tree);
    char text[64];
    (void)snprintf(text, sizeof text, "%s", steps);
    for (char *step = strtok(text, " "); step != NULL; step = strtok(NULL, " ")) {
        watch.step(watch.context, depth++, step);
    }
    watch.end(watch.context, depth, outcome);
}

static void tell_counts(const struct sim_outcome_tree *tree, uint32_t list, const char *mark,
                        char *text, size_t size) {
    for (uint32_t at = list; at != SIM_NONE; at = tree->counts[at].next) {
        size_t length = strlen(text);
        (void)snprintf(text + length, size - length, "%s%ux%u", mark,
                       (unsigned)tree->counts[at].outcome, (unsigned)tree->counts[at].count);
    }
}

/* "a(b=1x2)" : after a and b it ended twice with outcome 1; ~ what is beyond. */
static void tell(const struct sim_outcome_tree *tree, uint32_t node, char *text, size_t size) {
    size_t length = strlen(text);
    (void)snprintf(text + length, size - length, "%s",
                   tree->labels.bytes + tree->nodes[node].label);
    tell_counts(tree, tree->nodes[node].ended, "=", text, size);
    tell_counts(tree, tree->nodes[node].beyond, "~", text, size);
    if (tree->nodes[node].first_child == SIM_NONE) {
        return;
    }
    const char *between = "(";
    for (uint32_t child = tree->nodes[node].first_child; child != SIM_NONE;
         child = tree->nodes[child].next) {
        length = strlen(text);
        (void)snprintf(text + length, size - length, "%s", between);
        tell(tree, child, text, size);
        between = " ";
    }
    length = strlen(text);
    (void)snprintf(text + length, size - length, ")");
}

static void assert_tree(const struct sim_outcome_tree *tree, const char *expected) {
    char text[256] = "";
    tell(tree, 0, text, sizeof text);
    assert_string_equal(text, expected);
}

static void executions_share_how_they_begin(void **state) {
    (void)state;
    struct sim_outcome_tree tree;
    sim_outcome_tree_init(&tree, cog_allocator_malloc(), 10);
    execute(&tree, 0, "a b c", 0);
    execute(&tree, 1, "c b", 1);
    execute(&tree, 0, "b", 0);
    assert_tree(&tree, "(a(b(c=0x1) c(b=1x1)) b=0x1)");
    assert_int_equal(tree.execution_count, 3);
    sim_outcome_tree_term(&tree);
}

static void what_is_beyond_is_counted_where_it_leaves(void **state) {
    (void)state;
    struct sim_outcome_tree tree;
    sim_outcome_tree_init(&tree, cog_allocator_malloc(), 1);
    execute(&tree, 0, "a b", 0);
    execute(&tree, 1, "c d", 1);
    execute(&tree, 2, "e", 1);
    execute(&tree, 0, "b", SIM_OUTCOME_ASLEEP);
    execute(&tree, 0, "a b", 0);
    char expected[64];
    (void)snprintf(expected, sizeof expected, "~%ux1(a~1x2(b=0x2))", SIM_OUTCOME_ASLEEP);
    assert_tree(&tree, expected);
    sim_outcome_tree_term(&tree);
}

static void an_execution_without_a_step(void **state) {
    (void)state;
    struct sim_outcome_tree tree;
    sim_outcome_tree_init(&tree, cog_allocator_malloc(), 10);
    execute(&tree, 0, "", 2);
    assert_tree(&tree, "=2x1");
    sim_outcome_tree_term(&tree);
}

static void *none(void *context, void *memory, size_t old_bytes, size_t new_bytes) {
    (void)context;
    (void)memory;
    (void)old_bytes;
    (void)new_bytes;
    return NULL;
}

static void without_memory_it_says_so(void **state) {
    (void)state;
    struct cog_allocator allocator = {.resize = none};
    struct sim_outcome_tree tree;
    sim_outcome_tree_init(&tree, &allocator, 10);
    execute(&tree, 0, "a b", 0);
    assert_true(tree.is_out_of_memory);
    sim_outcome_tree_term(&tree);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(executions_share_how_they_begin),
        cmocka_unit_test(what_is_beyond_is_counted_where_it_leaves),
        cmocka_unit_test(an_execution_without_a_step),
        cmocka_unit_test(without_memory_it_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
