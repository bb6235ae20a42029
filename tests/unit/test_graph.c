/* test_graph.c - rep_graph_write: pictures appear whole, always the same, whatever the trace says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reports/reports.h"
#include "tests/unit/file_bytes.h"
#include "tests/unit/trace_stories.h"

static char folder[] = "/tmp"
                       "/test_graph_XXXXXX";

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state) {
    (void)state;
    return rmdir(folder);
}

static const char *path_of(const char *name) {
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static struct rep_trace *trace_of(struct builder *builder) {
    struct rep_trace *trace;
    struct rep_error error;
    builder_finish(builder);
    if (rep_trace_read(builder->bytes, builder->byte_count, &trace, &error) != REP_OK)
        fail_msg("%s", error.message);
    builder_term(builder);
    return trace;
}

/* The file's bytes, null-terminated, to be freed; the file is removed. */
static char *drawn(const struct rep_trace *trace, const struct rep_graph_options *options,
                   const char *name, size_t *byte_count) {
    struct rep_error error = {0};
    const char *path = path_of(name);
    if (rep_graph_write(trace, options, path, &error) != REP_OK)
        fail_msg("%s", error.message);
    char *bytes = (char *)file_bytes(path, byte_count);
    assert_int_equal(remove(path), 0);
    return bytes;
}

static void the_same_trace_gives_the_same_bytes(void **state) {
    (void)state;
    static const char *const names[] = {"a.svg", "a.png", "a.pdf", "a.dot"};
    static const char *const beginnings[] = {"<?xml", "\x89PNG", "%PDF", "digraph"};
    struct builder builder;
    story_partition(&builder);
    struct rep_trace *trace = trace_of(&builder);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t first_bytes;
        char *first = drawn(trace, NULL, names[i], &first_bytes);
        assert_memory_equal(first, beginnings[i], strlen(beginnings[i]));
        for (int round = 0; round < 8; round++) {
            /* A PDF holds the second in which it was made, if nobody prevents that. */
            if (round == 0 && strcmp(names[i], "a.pdf") == 0)
                sleep(1);
            size_t second_bytes;
            char *second = drawn(trace, NULL, names[i], &second_bytes);
            assert_int_equal(first_bytes, second_bytes);
            assert_memory_equal(first, second, first_bytes);
            free(second);
        }
        free(first);
    }
    rep_trace_free(trace);
}

static void the_picture_shows_what_happened(void **state) {
    (void)state;
    static const char *const texts[] = {
        ">a partition delays data past a deadline<",
        ">host server<",
        ">client_loop starts<",
        ">recv conn, up to 64 bytes, timeout 500ms strong<",
        ">recv conn: timed out after 500ms<",
        ">3 bytes held back by a partition<",
        ">&quot;silent at 560ms&quot;<",
        ">partition client server<",
        ">// 400ms<",
        ">560ms<",
        ">the run is over: ok<",
    };
    struct builder builder;
    story_partition(&builder);
    struct rep_trace *trace = trace_of(&builder);
    size_t byte_count;
    char *svg = drawn(trace, NULL, "a.svg", &byte_count);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strstr(svg, texts[i]) == NULL)
            fail_msg("not in the picture: %s", texts[i]);
    }
    free(svg);
    rep_trace_free(trace);
}

static void hostile_texts_stay_texts(void **state) {
    (void)state;
    struct builder builder;
    builder_init(&builder);
    EVENT(&builder, "run", 0, 0, 0, 0, T("<script>&lt;&#x3c;\\N\\G"), N(0));
    EVENT(&builder, "host", 0, 0, 1, 0, T("h\"><x"));
    EVENT(&builder, "coroutine", 0, 0, 1, 1, T("\xff\xc0\x80\xed\xa0\x80"), N(0), T("world"));
    EVENT(&builder, "log", 0, 0, 1, 1, T("]]>\x01\x1b[31m\n\r\xef\xbf\xbe\xc2\x85 \\l \\"), N(0));
    EVENT(&builder, "world", 0, 0, 0, 0, T("-->"), N(0));
    struct rep_trace *trace = trace_of(&builder);
    size_t byte_count;
    char *svg = drawn(trace, NULL, "a.svg", &byte_count);
    assert_null(strstr(svg, "<script"));
    assert_null(strstr(svg, "<x"));
    /* A word joiner stands behind the ampersand. */
    assert_non_null(strstr(svg, "&lt;script&gt;&amp;\xe2\x81\xa0lt;"));
    assert_non_null(strstr(svg, "\\\\N\\\\G"));
    assert_non_null(strstr(svg, "\\xFF\\xC0\\x80\\xED\\xA0\\x80"));
    for (size_t i = 0; i < byte_count; i++)
        assert_true((unsigned char)svg[i] >= 0x20 || svg[i] == '\n');
    free(svg);
    rep_trace_free(trace);
}

static void a_trace_without_anything_has_a_picture(void **state) {
    (void)state;
    struct builder builder;
    builder_init(&builder);
    struct rep_trace *trace = trace_of(&builder);
    size_t byte_count;
    char *svg = drawn(trace, NULL, "a.svg", &byte_count);
    assert_non_null(strstr(svg, "unfinished"));
    free(svg);
    free(drawn(trace, NULL, "a.png", &byte_count));
    rep_trace_free(trace);
}

static void a_large_trace_is_drawn_in_full(void **state) {
    (void)state;
    struct builder builder;
    story_long(&builder, 5000);
    struct rep_trace *trace = trace_of(&builder);
    size_t byte_count;
    char *svg = drawn(trace, NULL, "a.svg", &byte_count);
    assert_non_null(strstr(svg, ">the run is over: failed<"));
    assert_null(strstr(svg, "are not drawn"));
    free(svg);
    rep_trace_free(trace);
}

static void steps_beyond_the_limit_are_left_out_and_counted(void **state) {
    (void)state;
    struct builder builder;
    story_partition(&builder);
    struct rep_trace *trace = trace_of(&builder);
    struct rep_graph_options options = {.step_count_max = 4};
    size_t byte_count;
    char *svg = drawn(trace, &options, "a.svg", &byte_count);
    assert_non_null(strstr(svg, "17 more lines are not drawn"));
    assert_null(strstr(svg, "the run is over"));
    free(svg);
    rep_trace_free(trace);
}

static void marks_have_a_colour_and_a_number(void **state) {
    (void)state;
    struct builder builder;
    story_partition(&builder);
    struct rep_trace *trace = trace_of(&builder);
    static const struct rep_graph_mark marks[] = {{1, 1}, {1, 1000000}};
    struct rep_graph_options options = {.marks = marks, .mark_count = 2};
    size_t byte_count;
    char *plain = drawn(trace, NULL, "a.svg", &byte_count);
    char *marked = drawn(trace, &options, "a.svg", &byte_count);
    assert_null(strstr(plain, "#f0e442"));
    assert_null(strstr(plain, "their order decides"));
    assert_non_null(strstr(marked, "#f0e442"));
    assert_non_null(strstr(marked, ">(2) "));
    assert_non_null(strstr(marked, "their order decides"));
    free(plain);
    free(marked);
    rep_trace_free(trace);
}

static void an_unknown_suffix_is_refused(void **state) {
    (void)state;
    struct builder builder;
    story_partition(&builder);
    struct rep_trace *trace = trace_of(&builder);
    struct rep_error error;
    assert_int_equal(rep_graph_write(trace, NULL, path_of("a.jpeg"), &error), REP_EFORMAT);
    assert_non_null(strstr(error.message, ".svg, .png"));
    assert_int_equal(rep_graph_write(trace, NULL, path_of("svg"), NULL), REP_EFORMAT);
    rep_trace_free(trace);
}

static void a_folder_that_does_not_exist_is_an_error(void **state) {
    (void)state;
    struct builder builder;
    story_partition(&builder);
    struct rep_trace *trace = trace_of(&builder);
    struct rep_error error;
    assert_int_equal(rep_graph_write(trace, NULL, path_of("none/a.svg"), &error), REP_EIO);
    assert_non_null(strstr(error.message, "none/a.svg"));
    rep_trace_free(trace);
}

static void a_full_disk_is_an_error(void **state) {
    (void)state;
    struct builder builder;
    story_partition(&builder);
    struct rep_trace *trace = trace_of(&builder);
    const char *path = path_of("full.svg");
    assert_int_equal(symlink("/dev/full", path), 0);
    struct rep_error error;
    assert_int_equal(rep_graph_write(trace, NULL, path, &error), REP_EIO);
    assert_non_null(strstr(error.message, "No space left"));
    assert_int_equal(remove(path), 0);
    rep_trace_free(trace);
}

/* That the folder can be removed afterwards shows that no temporary file stays behind. */
static void what_cannot_be_replaced_stays(void **state) {
    (void)state;
    struct builder builder;
    story_partition(&builder);
    struct rep_trace *trace = trace_of(&builder);
    const char *path = path_of("folder.svg");
    assert_int_equal(mkdir(path, 0755), 0);
    assert_int_equal(rep_graph_write(trace, NULL, path, NULL), REP_EIO);
    assert_int_equal(rmdir(path), 0);
    rep_trace_free(trace);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_trace_gives_the_same_bytes),
        cmocka_unit_test(the_picture_shows_what_happened),
        cmocka_unit_test(hostile_texts_stay_texts),
        cmocka_unit_test(a_trace_without_anything_has_a_picture),
        cmocka_unit_test(a_large_trace_is_drawn_in_full),
        cmocka_unit_test(steps_beyond_the_limit_are_left_out_and_counted),
        cmocka_unit_test(marks_have_a_colour_and_a_number),
        cmocka_unit_test(an_unknown_suffix_is_refused),
        cmocka_unit_test(a_folder_that_does_not_exist_is_an_error),
        cmocka_unit_test(a_full_disk_is_an_error),
        cmocka_unit_test(what_cannot_be_replaced_stays),
    };
    int rc = cmocka_run_group_tests(tests, make_folder, remove_folder);
    return rc != 0;
}
