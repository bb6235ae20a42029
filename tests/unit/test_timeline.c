/* test_timeline.c - rep_timeline_text: what a person reads, and that no trace whatever breaks it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/reports.h"
#include "reports/text.h"
#include "tests/unit/trace_stories.h"

static struct rep_trace *trace_of(struct builder *builder) {
    struct rep_trace *trace;
    struct rep_error error;
    builder_finish(builder);
    if (rep_trace_read(builder->bytes, builder->byte_count, &trace, &error) != REP_OK)
        fail_msg("%s", error.message);
    builder_term(builder);
    return trace;
}

/* Finishes the story and tells it; to be freed. */
static char *told(struct builder *builder, const struct rep_timeline_options *options) {
    struct rep_trace *trace = trace_of(builder);
    char *text;
    assert_int_equal(rep_timeline_text(trace, options, &text), REP_OK);
    rep_trace_free(trace);
    return text;
}

static const char partition[] =
    "a partition delays data past a deadline\n"
    "ok: 560ms simulated, 58 events, 2 coroutines on 2 hosts, seed 1, trace 497359f3d288fd0b\n"
    "\n"
    "       TIME  COROUTINE             WHAT\n"
    "        0ms  server/server_loop    server_loop starts\n"
    "             client/client_loop    client_loop starts\n"
    "             server/server_loop    listen door: ok\n"
    "                                   accept door\n"
    "             client/client_loop    connect conn\n"
    "        ...  40ms idle ...\n"
    "       40ms  client/client_loop    connect conn: ok\n"
    "                                   send conn: 3 bytes\n"
    "                                   sleep 100ms\n"
    "       60ms  server/server_loop    accept door: ok  <- client_loop, at 0ms\n"
    "                                   recv conn: 3 bytes  <- client_loop, 3 bytes, at 40ms\n"
    "                                   \"got one at 60ms\"\n"
    "                                   recv conn, up to 64 bytes, timeout 500ms strong\n"
    "        ...  40ms idle ...\n"
    "      100ms  (world)             * partition client server\n"
    "        ...  40ms idle ...\n"
    "      140ms  client/client_loop    sleep 100ms: ok\n"
    "                                   send conn: 3 bytes\n"
    "                                   ends\n"
    "      160ms  (world)             * 3 bytes held back by a partition  <- client_loop, at "
    "140ms\n"
    "             (world)             * fin held back by a partition  <- client_loop, at 140ms\n"
    "        ...  400ms idle ...\n"
    "      560ms  server/server_loop  ! recv conn: timed out after 500ms\n"
    "                                   \"silent at 560ms\"\n"
    "                                   ends\n"
    "             (world)               the run is over: ok\n"
    "\n"
    "WHY IT TIMED OUT\n"
    "  ! 560ms  server_loop: recv conn timed out after 500ms\n"
    "      waiting since 60ms, timeout 500ms strong, no activity since\n"
    "      3 bytes that client_loop sent at 140ms, held back by a partition, had not arrived\n"
    "      fin that client_loop sent at 140ms, held back by a partition, had not arrived\n"
    "\n"
    "WHO DID WHAT WHEN  # runs . waits z sleeps T timed out x failed ~ long\n"
    "server_loop |#.....#.......T|\n"
    "client_loop |#...#zzzzz#    |\n"
    "             '           '~\n"
    "             0ms         160ms\n";

static void a_partition_reads_as_it_should(void **state) {
    (void)state;
    struct builder builder;
    story_partition(&builder);
    char *text = told(&builder, NULL);
    assert_string_equal(text, partition);
    free(text);
}

static void assert_narrow(const char *text) {
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        if (rep_text_columns(text, length) > 100)
            fail_msg("more than 100 columns: %.*s", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

static void no_line_is_wider_than_a_hundred_columns(void **state) {
    (void)state;
    char text[700];
    for (size_t i = 0; i < sizeof text - 1; i++)
        text[i] = i % 61 == 60 && i < 300 ? ' ' : (char)('a' + i % 26);
    text[sizeof text - 1] = '\0';
    struct builder builder;
    story_long(&builder, 600);
    int64_t end_ns = (int64_t)builder.time_ns;
    EVENT(&builder, "coroutine", end_ns, 0, 1, 77, T(text), N(1), T("spawn"));
    EVENT(&builder, "log", end_ns, 0, 1, 77, T(text), N(1));
    EVENT(&builder, "world", end_ns, 0, 0, 0, T(text), N(1));
    char *timeline = told(&builder, NULL);
    assert_narrow(timeline);
    free(timeline);
}

static void refreshes_of_a_weak_timeout_are_told(void **state) {
    (void)state;
    struct builder builder;
    builder_init(&builder);
    EVENT(&builder, "host", 0, 0, 1, 0, T("main"));
    EVENT(&builder, "object", 0, 0, 1, 0, N(9), T("socket"), T("conn"));
    EVENT(&builder, "coroutine", 0, 0, 1, 1, T("reader"), N(0), T("world"));
    EVENT(&builder, "operation", 0, 0, 1, 1, T("recvall"), N(9), N(0), N(15), N(0));
    EVENT(&builder, "timer_arm", 0, 4, 1, 1, N(2000000000), T("weak"));
    EVENT(&builder, "progress", 1500000000, 0, 1, 1, N(5));
    EVENT(&builder, "timer_refresh", 1500000000, 6, 1, 1, N(3500000000));
    EVENT(&builder, "timer_fire", 3500000000, 5, 1, 1, T(""));
    EVENT(&builder, "ending", 3500000000, 8, 1, 1, T("expired"), T("timeout"), N(5));
    char *text = told(&builder, NULL);
    assert_non_null(strstr(text, "recvall conn, 15 bytes, timeout 2s weak\n"));
    assert_non_null(strstr(text, "recvall conn: so far 5 bytes\n"));
    assert_non_null(strstr(text, "! recvall conn: timed out after 3500ms\n"));
    assert_non_null(strstr(text, "waiting since 0ms, timeout 2s weak, refreshed 1 time, last "
                                 "activity at 1500ms\n"));
    assert_non_null(strstr(text, "|#.#.T|"));
    free(text);
}

static void who_came_too_late_is_named(void **state) {
    (void)state;
    struct builder builder;
    builder_init(&builder);
    EVENT(&builder, "host", 0, 0, 1, 0, T("main"));
    EVENT(&builder, "object", 0, 0, 1, 0, N(1), T("queue"), T("jobs"));
    EVENT(&builder, "coroutine", 0, 0, 1, 1, T("worker"), N(0), T("world"));
    EVENT(&builder, "coroutine", 0, 0, 1, 2, T("producer"), N(0), T("world"));
    EVENT(&builder, "operation", 0, 0, 1, 1, T("get"), N(1), N(0), N(0), N(0));
    EVENT(&builder, "ending", 100000000, 0, 1, 1, T("expired"), T("timeout"), N(0));
    EVENT(&builder, "operation", 1000000000, 0, 1, 2, T("put"), N(1), N(0), N(0), N(0));
    char *text = told(&builder, NULL);
    assert_non_null(strstr(text, "! 100ms  worker: get jobs timed out after 100ms\n"));
    assert_non_null(strstr(text, "too late: producer, put jobs, at 1s\n"));
    free(text);
}

static void lines_beyond_the_limit_are_counted(void **state) {
    (void)state;
    struct builder builder;
    story_partition(&builder);
    struct rep_timeline_options options = {.line_count_max = 3};
    char *text = told(&builder, &options);
    assert_non_null(strstr(text, "listen door: ok\n... and 19 more lines\n"));
    free(text);
}

static void a_trace_without_anything_has_a_timeline(void **state) {
    (void)state;
    struct builder builder;
    builder_init(&builder);
    char *text = told(&builder, NULL);
    assert_non_null(strstr(text, "unfinished: 0ms simulated, 0 events"));
    free(text);
}

static uint64_t draw(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

/* Damages the events but not the checksums, so that nonsense of every kind gets past them. */
static void nonsense_breaks_no_report(void **state) {
    (void)state;
    uint64_t luck = 7;
    unsigned read_count = 0;
    for (int round = 0; round < 3000; round++) {
        struct builder builder;
        if (round % 2 == 0)
            story_partition(&builder);
        else
            story_long(&builder, 150);
        for (uint64_t i = 0; i <= draw(&luck) % 4; i++)
            builder.events[2 + draw(&luck) % (builder.events_bytes - 2)] = (uint8_t)draw(&luck);
        builder_finish(&builder);
        struct rep_trace *trace;
        if (rep_trace_read(builder.bytes, builder.byte_count, &trace, NULL) == REP_OK) {
            read_count++;
            char *text;
            assert_int_equal(rep_timeline_text(trace, NULL, &text), REP_OK);
            assert_narrow(text);
            free(text);
            if (round % 20 == 0)
                assert_int_equal(rep_graph_write(trace, NULL, "/no/such/folder/a.svg", NULL),
                                 REP_EIO);
            rep_trace_free(trace);
        }
        builder_term(&builder);
    }
    assert_true(read_count > 500);
}

static void times_use_the_largest_whole_unit(void **state) {
    (void)state;
    static const struct {
        uint64_t ns;
        const char *text;
    } cases[] = {{0, "0ms"},
                 {1, "1ns"},
                 {1500000, "1500us"},
                 {3015000000, "3015ms"},
                 {2000000000, "2s"},
                 {60000000000, "1m"},
                 {7200000000000, "2h"},
                 {UINT64_MAX, "18446744073709551615ns"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rep_text text = {0};
        rep_text_add_duration(&text, cases[i].ns);
        assert_string_equal(rep_text_string(&text), cases[i].text);
        rep_text_term(&text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_partition_reads_as_it_should),
        cmocka_unit_test(no_line_is_wider_than_a_hundred_columns),
        cmocka_unit_test(refreshes_of_a_weak_timeout_are_told),
        cmocka_unit_test(who_came_too_late_is_named),
        cmocka_unit_test(lines_beyond_the_limit_are_counted),
        cmocka_unit_test(a_trace_without_anything_has_a_timeline),
        cmocka_unit_test(nonsense_breaks_no_report),
        cmocka_unit_test(times_use_the_largest_whole_unit),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
