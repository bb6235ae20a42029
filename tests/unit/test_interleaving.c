/* test_interleaving.c - rep_interleaving_text: a column a coroutine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "reports/reports.h"
#include "tests/unit/trace_stories.h"

static char *table_of(const struct rep_interleaving_options *options) {
    struct builder builder;
    struct rep_trace *trace;
    char *text;
    story_partition(&builder);
    builder_finish(&builder);
    assert_int_equal(rep_trace_read(builder.bytes, builder.byte_count, &trace, NULL), REP_OK);
    builder_term(&builder);
    assert_int_equal(rep_interleaving_text(trace, options, &text), REP_OK);
    rep_trace_free(trace);
    return text;
}

static void assert_table(const struct rep_interleaving_options *options, const char *expected) {
    char *text = table_of(options);
    if (expected == NULL) {
        assert_null(text);
    } else {
        assert_non_null(text);
        assert_string_equal(text, expected);
    }
    free(text);
}

static void each_coroutine_has_a_column(void **state) {
    (void)state;
    assert_table(&(struct rep_interleaving_options){.line_count = 6, .failure = 99, .columns = 70},
                 "       server_loop                     client_loop\n"
                 "140ms                                  sleep 100ms: ok\n"
                 "                                       send conn: 3 bytes\n"
                 "                                       ends\n"
                 "560ms  recv conn: timed out after 5..\n"
                 "       \"silent at 560ms\"\n"
                 "       ends\n");
}

static void what_is_too_long_is_cut(void **state) {
    (void)state;
    assert_table(&(struct rep_interleaving_options){.line_count = 6, .failure = 99, .columns = 44},
                 "       server_loop        client_loop\n"
                 "140ms                     sleep 100ms: ok\n"
                 "                          send conn: 3 by..\n"
                 "                          ends\n"
                 "560ms  recv conn: time..\n"
                 "       \"silent at 560ms\"\n"
                 "       ends\n");
}

static void one_alone_is_no_table(void **state) {
    (void)state;
    assert_table(&(struct rep_interleaving_options){.line_count = 1, .failure = 99}, NULL);
    assert_table(&(struct rep_interleaving_options){.line_count = 0, .failure = 99}, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_coroutine_has_a_column),
        cmocka_unit_test(what_is_too_long_is_cut),
        cmocka_unit_test(one_alone_is_no_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
