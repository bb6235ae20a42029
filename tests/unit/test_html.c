/* test_html.c - the page holds the trace, byte for byte, and its scripts make no markup of text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/page.h"
#include "reports/reports.h"
#include "tests/unit/file_bytes.h"
#include "tests/unit/trace_folder.h"
#include "tests/unit/trace_stories.h"

static unsigned value_of(char digit) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = strchr(digits, digit);
    assert_non_null(at);
    return (unsigned)(at - digits);
}

static size_t decode(const char *text, size_t length, uint8_t *out) {
    size_t count = 0;
    unsigned bits = 0;
    unsigned held = 0;
    for (size_t i = 0; i < length && text[i] != '='; i++) {
        if (text[i] == '\n')
            continue;
        bits = (bits << 6 | value_of(text[i])) & 0xFFFFFF;
        held += 6;
        if (held >= 8) {
            held -= 8;
            out[count++] = (uint8_t)(bits >> held);
        }
    }
    return count;
}

static void write_page(const struct trace_folder *folder, struct builder *builder, char *path) {
    struct rep_trace *trace;
    assert_int_equal(rep_trace_read(builder->bytes, builder->byte_count, &trace, NULL), REP_OK);
    (void)snprintf(path, 120, "%s/a.html", folder->path);
    assert_int_equal(rep_html_write(trace, NULL, path, NULL), REP_OK);
    rep_trace_free(trace);
}

static void the_page_holds_the_trace(void **state) {
    struct trace_folder *folder = *state;
    struct builder builder;
    char path[120];
    size_t bytes;
    story_partition(&builder);
    builder_finish(&builder);
    write_page(folder, &builder, path);
    char *page = (char *)file_bytes(path, &bytes);
    size_t length = bytes - rep_page_before_bytes - rep_page_between_bytes - rep_page_after_bytes;
    uint8_t *decoded = malloc(length);
    assert_non_null(decoded);
    assert_int_equal(decode(page + rep_page_before_bytes, length, decoded), builder.byte_count);
    assert_memory_equal(decoded, builder.bytes, builder.byte_count);
    assert_memory_equal(page, "<!doctype html>", 15);
    assert_memory_equal(page + bytes - 8, "</html>\n", 8);
    free(decoded);
    free(page);
    builder_term(&builder);
}

static void the_same_trace_gives_the_same_page(void **state) {
    struct trace_folder *folder = *state;
    struct builder builder;
    char path[120];
    size_t first_bytes;
    size_t second_bytes;
    story_partition(&builder);
    builder_finish(&builder);
    write_page(folder, &builder, path);
    char *first = (char *)file_bytes(path, &first_bytes);
    write_page(folder, &builder, path);
    char *second = (char *)file_bytes(path, &second_bytes);
    assert_int_equal(first_bytes, second_bytes);
    assert_memory_equal(first, second, first_bytes);
    free(first);
    free(second);
    builder_term(&builder);
}

/* The bytes of the block of that id, which is the caller's. */
static uint8_t *read_block(const char *page, const char *id, size_t *count) {
    char tag[80];
    (void)snprintf(tag, sizeof tag, "<script type=\"application/octet-stream\" id=\"%s\">\n", id);
    const char *start = strstr(page, tag);
    assert_non_null(start);
    start += strlen(tag);
    const char *end = strstr(start, "</script>");
    assert_non_null(end);
    uint8_t *bytes = malloc((size_t)(end - start) + 1);
    assert_non_null(bytes);
    *count = decode(start, (size_t)(end - start), bytes);
    return bytes;
}

static void a_page_of_two_runs_holds_both_and_what_differs(void **state) {
    struct trace_folder *folder = *state;
    struct builder builders[2];
    struct rep_trace *traces[2];
    struct rep_diff *diff;
    char path[120];
    size_t bytes;
    story_partition(&builders[0]);
    story_long(&builders[1], 100);
    for (int run = 0; run < 2; run++) {
        builder_finish(&builders[run]);
        assert_int_equal(
            rep_trace_read(builders[run].bytes, builders[run].byte_count, &traces[run], NULL),
            REP_OK);
    }
    assert_int_equal(rep_diff_new(traces[0], traces[1], &diff), REP_OK);
    (void)snprintf(path, sizeof path, "%s/two.html", folder->path);
    struct rep_html_beside beside = {
        .trace = traces[1], .diff = diff, .names = {"one </script>", NULL}, .reason = "why"};
    assert_int_equal(rep_html_write(traces[0], &beside, path, NULL), REP_OK);
    char *page = (char *)file_bytes(path, &bytes);
    size_t count;
    uint8_t *second = read_block(page, "trace-b", &count);
    assert_int_equal(count, builders[1].byte_count);
    assert_memory_equal(second, builders[1].bytes, count);
    uint8_t *difference = read_block(page, "differing", &count);
    const char *verdict = rep_diff_verdict_text(diff->verdict);
    size_t length = strlen(verdict);
    assert_int_equal(difference[0], length);
    assert_memory_equal(difference + 1, verdict, length);
    assert_memory_equal(difference + 1 + length, "\3why\15one </script>", 18);
    assert_null(strstr(page, "one </script>"));
    free(difference);
    free(second);
    free(page);
    rep_diff_free(diff);
    for (int run = 0; run < 2; run++) {
        rep_trace_free(traces[run]);
        builder_term(&builders[run]);
    }
}

static void a_page_that_cannot_be_written_is_an_error(void **state) {
    (void)state;
    struct builder builder;
    struct rep_trace *trace;
    struct rep_error error = {.message = ""};
    story_partition(&builder);
    builder_finish(&builder);
    assert_int_equal(rep_trace_read(builder.bytes, builder.byte_count, &trace, NULL), REP_OK);
    builder_term(&builder);
    assert_int_equal(rep_html_write(trace, NULL, "no/such/folder/a.html", &error), REP_EIO);
    assert_true(error.message[0] != '\0');
    rep_trace_free(trace);
}

/* Text from scenarios is shown as text only, and nothing is fetched from anywhere. */
static void the_scripts_make_no_markup(void **state) {
    (void)state;
    static const char *const forbidden[] = {"innerHTML", "outerHTML",      "insertAdjacentHTML",
                                            "eval(",     "document.write", "new Function",
                                            "http://",   "https://",       "@TRACE@"};
    char *after = calloc(1, rep_page_after_bytes + 1);
    char *before = calloc(1, rep_page_before_bytes + 1);
    if (after == NULL || before == NULL) {
        free(after);
        free(before);
        fail_msg("out of memory");
        return;
    }
    memcpy(after, rep_page_after, rep_page_after_bytes);
    memcpy(before, rep_page_before, rep_page_before_bytes);
    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++) {
        assert_null(strstr(after, forbidden[i]));
        assert_null(strstr(before, forbidden[i]));
    }
    assert_non_null(strstr(before, "default-src 'none'"));
    assert_non_null(strstr(after, "class Page"));
    free(after);
    free(before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_page_holds_the_trace, trace_folder_setup,
                                        trace_folder_teardown),
        cmocka_unit_test_setup_teardown(the_same_trace_gives_the_same_page, trace_folder_setup,
                                        trace_folder_teardown),
        cmocka_unit_test_setup_teardown(a_page_of_two_runs_holds_both_and_what_differs,
                                        trace_folder_setup, trace_folder_teardown),
        cmocka_unit_test(a_page_that_cannot_be_written_is_an_error),
        cmocka_unit_test(the_scripts_make_no_markup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
