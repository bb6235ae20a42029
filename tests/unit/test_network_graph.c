/* test_network_graph.c - rep_network_write: nodes, edges, rings. */
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

static const struct rep_network_node nodes[] = {
    {"left", "left\nacquire b\n", REP_NETWORK_MARKED},
    {"right", "right\nacquire a\n", REP_NETWORK_MARKED},
    {"third", "<third> & more\n", REP_NETWORK_FAINT},
};

static const struct rep_network_edge edges[] = {
    {0, 1, "b, held by\n", "b, held by right\n", false, true},
    {1, 0, "a, held by\n", "", false, true},
    {1, 2, "", "could\n", true, false},
    {2, 2, "itself\n", "", true, false},
};

static const struct rep_network ring = {.title = "two locks",
                                        .facts = "stalled at 0ms\nleft waits for right\n",
                                        .nodes = nodes,
                                        .node_count = 3,
                                        .edges = edges,
                                        .edge_count = 4};

static char *drawn(const struct trace_folder *folder, const struct rep_network *network,
                   const char *suffix, size_t *count) {
    struct rep_error error = {.byte_offset = 0};
    char path[128];
    (void)snprintf(path, sizeof path, "%s/a.%s", folder->path, suffix);
    if (rep_network_write(network, path, &error) != REP_OK)
        fail_msg("%s", error.message);
    char *bytes = (char *)file_bytes(path, count);
    assert_int_equal(remove(path), 0);
    return bytes;
}

static size_t count_of(const char *text, const char *part) {
    size_t count = 0;
    for (; (text = strstr(text, part)) != NULL; text++)
        count++;
    return count;
}

static void nodes_and_edges_are_there(void **state) {
    static const char *const texts[] = {">two locks<", ">stalled at 0ms<", ">left waits for right<",
                                        ">acquire b<", ">b, held by<",     ">a, held by<",
                                        ">itself<",    "&lt;third&gt;",    "b, held by right",
                                        "id=\"left\"", "id=\"right\"",     "id=\"third\""};
    size_t count;
    char *svg = drawn(*state, &ring, "svg", &count);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strstr(svg, texts[i]) == NULL)
            fail_msg("not in the picture: %s", texts[i]);
    }
    assert_null(strstr(svg, "<third>"));
    assert_int_equal(count_of(svg, "id=\"edge-"), 2 + 2 + 1 + 2); /* those with a label in halves */
    free(svg);
}

static void each_format_is_the_same_again(void **state) {
    static const char *const suffixes[] = {"svg", "png", "pdf", "dot"};
    for (size_t i = 0; i < 4; i++) {
        size_t counts[2];
        char *one = drawn(*state, &ring, suffixes[i], &counts[0]);
        char *two = drawn(*state, &ring, suffixes[i], &counts[1]);
        assert_int_equal(counts[0], counts[1]);
        assert_memory_equal(one, two, counts[0]);
        free(one);
        free(two);
    }
}

static void nothing_at_all_is_a_picture_too(void **state) {
    struct rep_network network = {.title = "empty", .facts = "none\n"};
    size_t count;
    char *svg = drawn(*state, &network, "svg", &count);
    assert_non_null(strstr(svg, ">empty<"));
    free(svg);
}

static void an_unknown_format_is_refused(void **state) {
    const struct trace_folder *folder = *state;
    struct rep_error error = {.byte_offset = 0};
    char path[128];
    (void)snprintf(path, sizeof path, "%s/a.bmp", folder->path);
    assert_int_equal(rep_network_write(&ring, path, &error), REP_EFORMAT);
    assert_int_equal(trace_folder_count(folder), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, trace_folder_setup, trace_folder_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(nodes_and_edges_are_there),
        TEST(each_format_is_the_same_again),
        TEST(nothing_at_all_is_a_picture_too),
        TEST(an_unknown_format_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
