/* test_tree_graph.c - rep_tree_write: trees of decisions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reports/reports.h"
#include "tests/unit/file_bytes.h"
#include "tests/unit/trace_folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct rep_tree_outcome outcomes[] = {{"ended", 4, false}, {"x is 3", 1, true}};

static const struct rep_tree_node nodes[] = {
    {UINT32_MAX, "", NULL, NULL, UINT32_MAX, 5},
    {0, "left: start", "left: start\nleft: set x\n", NULL, UINT32_MAX, 3},
    {1, "right: start", NULL, "ended", 0, 3},
    {0, "<right> & \"co\"", NULL, NULL, UINT32_MAX, 2},
    {3, "left: start", NULL, "ended", 0, 1},
    {3, "right: set x", NULL, "x is 3", 1, 1},
};

static char *drawn(const struct trace_folder *folder, const struct rep_tree *tree,
                   const char *suffix, size_t *count) {
    struct rep_error error = {.byte_offset = 0};
    char path[128];
    (void)snprintf(path, sizeof path, "%s/a.%s", folder->path, suffix);
    if (rep_tree_write(tree, path, &error) != REP_OK)
        fail_msg("%s", error.message);
    char *bytes = (char *)file_bytes(path, count);
    assert_int_equal(remove(path), 0);
    return bytes;
}

static const struct rep_tree small = {.title = "two set x",
                                      .facts = "5 executions",
                                      .nodes = nodes,
                                      .node_count = sizeof nodes / sizeof nodes[0],
                                      .outcomes = outcomes,
                                      .outcome_count = 2};

static void decisions_and_outcomes_are_told(void **state) {
    static const char *const texts[] = {">two set x<",
                                        ">5 executions<",
                                        ">left: start<",
                                        ">ended<",
                                        ">x is 3<",
                                        ">5<",
                                        ">3<",
                                        ">ended, in 4 executions<",
                                        ">x is 3, a failure, in 1 execution<",
                                        "&lt;right&gt; &amp;",
                                        "left: set x"};
    size_t count;
    char *svg = drawn(*state, &small, "svg", &count);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strstr(svg, texts[i]) == NULL)
            fail_msg("not in the picture: %s", texts[i]);
    }
    assert_null(strstr(svg, "<right>"));
    free(svg);
}

static void each_format_is_the_same_again(void **state) {
    static const char *const suffixes[] = {"svg", "png", "pdf", "dot"};
    for (size_t i = 0; i < 4; i++) {
        size_t counts[2];
        char *one = drawn(*state, &small, suffixes[i], &counts[0]);
        char *two = drawn(*state, &small, suffixes[i], &counts[1]);
        assert_int_equal(counts[0], counts[1]);
        assert_memory_equal(one, two, counts[0]);
        free(one);
        free(two);
    }
}

static void a_tree_of_one_node(void **state) {
    struct rep_tree tree = {
        .title = "alone", .facts = "", .nodes = nodes, .node_count = 1, .outcome_count = 0};
    size_t count;
    char *svg = drawn(*state, &tree, "svg", &count);
    assert_non_null(strstr(svg, ">alone<"));
    free(svg);
}

/* Deep and wide: 500 leaves below each other's forks. */
static void a_large_tree(void **state) {
    enum { LEAVES = 500 };
    static struct rep_tree_node many[2 * LEAVES];
    size_t count = 0;
    uint32_t parent = UINT32_MAX;
    for (uint32_t i = 0; i < LEAVES; i++) {
        many[count++] = (struct rep_tree_node){parent, "on", NULL, NULL, UINT32_MAX, LEAVES - i};
        parent = (uint32_t)count - 1;
        if (i + 1 == LEAVES)
            many[count++] = (struct rep_tree_node){parent, "leaf", NULL, "ended", 0, 1};
    }
    struct rep_tree tree = {.title = "deep",
                            .facts = "",
                            .nodes = many,
                            .node_count = count,
                            .outcomes = outcomes,
                            .outcome_count = 2};
    char *svg = drawn(*state, &tree, "svg", &count);
    assert_true(count > 100000);
    free(svg);
}

static void an_unknown_format_is_refused(void **state) {
    const struct trace_folder *folder = *state;
    struct rep_error error = {.byte_offset = 0};
    char path[128];
    (void)snprintf(path, sizeof path, "%s/a.bmp", folder->path);
    assert_int_equal(rep_tree_write(&small, path, &error), REP_EFORMAT);
    assert_int_equal(trace_folder_count(folder), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, trace_folder_setup, trace_folder_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(decisions_and_outcomes_are_told),
        TEST(each_format_is_the_same_again),
        TEST(a_tree_of_one_node),
        TEST(a_large_tree),
        TEST(an_unknown_format_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
