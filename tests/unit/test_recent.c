/* test_recent.c - rep_recent_text: what coroutines did last, up to a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "reports/reports.h"
#include "tests/unit/trace_stories.h"

/* expected_strips null: there are none. */
static void assert_both(const struct rep_recent_options *options, const char *expected,
                        const char *expected_strips) {
    struct builder builder;
    struct rep_trace *trace;
    struct rep_recent *recent;
    char *text;
    story_partition(&builder);
    builder_finish(&builder);
    assert_int_equal(rep_trace_read(builder.bytes, builder.byte_count, &trace, NULL), REP_OK);
    builder_term(&builder);
    assert_int_equal(rep_recent_new(trace, &recent), REP_OK);
    assert_int_equal(rep_recent_text(recent, options, &text), REP_OK);
    assert_string_equal(text, expected);
    free(text);
    assert_int_equal(rep_recent_strips(recent, options, &text), REP_OK);
    if (expected_strips == NULL)
        assert_null(text);
    else
        assert_string_equal(text, expected_strips);
    free(text);
    rep_recent_free(recent);
    rep_trace_free(trace);
}

static void assert_recent(const struct rep_recent_options *options, const char *expected) {
    assert_both(options, expected, NULL);
}

static const uint32_t both[] = {1, 2};

static void the_last_lines_before_a_time_are_told_in_order(void **state) {
    (void)state;
    assert_recent(&(struct rep_recent_options){both, 2, 40000000, 3},
                  "40ms  client_loop  connect conn: ok\n"
                  "40ms  client_loop  send conn: 3 bytes\n"
                  "40ms  client_loop  sleep 100ms\n");
}

static void the_lines_are_those_of_the_coroutines_asked_for(void **state) {
    (void)state;
    assert_recent(&(struct rep_recent_options){&both[0], 1, 0, 10},
                  "0ms  server_loop  server_loop starts\n"
                  "0ms  server_loop  listen door: ok\n"
                  "0ms  server_loop  accept door\n");
}

static void of_nobody_there_is_nothing_to_tell(void **state) {
    (void)state;
    assert_recent(&(struct rep_recent_options){both, 0, INT64_MAX, 10}, "");
    assert_recent(&(struct rep_recent_options){both, 2, INT64_MAX, 0}, "");
    assert_recent(&(struct rep_recent_options){&(uint32_t){99}, 1, INT64_MAX, 10}, "");
    rep_recent_free(NULL);
}

static void who_timed_out_is_shown_beside_others(void **state) {
    (void)state;
    assert_both(&(struct rep_recent_options){&both[0], 1, INT64_MAX, 3},
                "560ms  server_loop  recv conn: timed out after 500ms\n"
                "560ms  server_loop  \"silent at 560ms\"\n"
                "560ms  server_loop  ends\n",
                NULL);
    assert_both(&(struct rep_recent_options){&both[0], 1, INT64_MAX, 4},
                " 60ms  server_loop  recv conn, up to 64 bytes, timeout 500ms strong\n"
                "560ms  server_loop  recv conn: timed out after 500ms\n"
                "560ms  server_loop  \"silent at 560ms\"\n"
                "560ms  server_loop  ends\n",
                "# runs . waits z sleeps T timed out x failed ~ long\n"
                "server_loop |#.......T|\n"
                "client_loop |zzzz#    |\n"
                "             '      ~'\n"
                "             60ms    560ms\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_lines_before_a_time_are_told_in_order),
        cmocka_unit_test(the_lines_are_those_of_the_coroutines_asked_for),
        cmocka_unit_test(of_nobody_there_is_nothing_to_tell),
        cmocka_unit_test(who_timed_out_is_shown_beside_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
