/* test_graph_part.c - rep_graph_write of a part of a run: what is asked for is there, what is left
 * out is counted, and what is not in the run is refused with what there is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reports/reports.h"
#include "tests/unit/file_bytes.h"
#include "tests/unit/trace_folder.h"
#include "tests/unit/trace_stories.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct rep_trace *partition_trace(void) {
    struct builder builder;
    struct rep_trace *trace;
    story_partition(&builder);
    builder_finish(&builder);
    assert_int_equal(rep_trace_read(builder.bytes, builder.byte_count, &trace, NULL), REP_OK);
    builder_term(&builder);
    return trace;
}

static char *drawn(const struct trace_folder *folder, const struct rep_graph_part *part) {
    struct rep_trace *trace = partition_trace();
    struct rep_graph_options options = {.part = *part};
    struct rep_error error = {.byte_offset = 0};
    char path[128];
    size_t count;
    (void)snprintf(path, sizeof path, "%s/a.svg", folder->path);
    if (rep_graph_write(trace, &options, path, &error) != REP_OK)
        fail_msg("%s", error.message);
    rep_trace_free(trace);
    return (char *)file_bytes(path, &count);
}

/* The texts of `there` are in the picture, those of `away` are not; both end with NULL. */
static void assert_drawn(const struct trace_folder *folder, struct rep_graph_part part,
                         const char *const *there, const char *const *away) {
    char *svg = drawn(folder, &part);
    for (; *there != NULL; there++) {
        if (strstr(svg, *there) == NULL)
            fail_msg("not in the picture: %s", *there);
    }
    for (; *away != NULL; away++) {
        if (strstr(svg, *away) != NULL)
            fail_msg("in the picture: %s", *away);
    }
    free(svg);
}

#define TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void a_stretch_by_times(void **state) {
    assert_drawn(
        *state, (struct rep_graph_part){.from = "100ms", .to = "200ms"},
        TEXTS("from 100ms to 200ms", "sleep 100ms: ok", ">partition client server<", "client_loop"),
        TEXTS("got one at 60ms", "silent at 560ms"));
}

static void a_stretch_by_events(void **state) {
    struct rep_graph_part part = {.to = "#12"};
    assert_drawn(*state, part, TEXTS("#12"), TEXTS("got one at 60ms"));
    assert_drawn(*state, (struct rep_graph_part){.from = "#40"}, TEXTS("silent at 560ms"),
                 TEXTS(">connect<"));
}

static void around_a_coroutine(void **state) {
    char *svg = drawn(*state, &(struct rep_graph_part){.around = "server_loop"});
    assert_non_null(strstr(svg, "got one at 60ms"));
    assert_non_null(strstr(svg, "client_loop")); /* it sent what came */
    assert_null(strstr(svg, "sleep 100ms"));     /* which was its own affair */
    free(svg);
    svg = drawn(*state, &(struct rep_graph_part){.around = "server/server_loop"});
    assert_non_null(strstr(svg, "got one at 60ms"));
    free(svg);
}

/* The event whose box says a text. */
static size_t event_of(const struct trace_folder *folder, const char *text) {
    char *svg = drawn(folder, &(struct rep_graph_part){.from = NULL});
    char *at = strstr(svg, text);
    assert_non_null(at);
    char *id = NULL;
    for (char *next = svg; (next = strstr(next, "id=\"event-")) != NULL && next < at; next++)
        id = next;
    assert_non_null(id);
    size_t event = 0;
    for (id += strlen("id=\"event-"); *id >= '0' && *id <= '9'; id++)
        event = event * 10 + (size_t)(*id - '0');
    free(svg);
    return event;
}

static void the_causes_of_an_event(void **state) {
    char text[32];
    (void)snprintf(text, sizeof text, "%zu", event_of(*state, "&quot;got one at 60ms&quot;"));
    assert_drawn(*state, (struct rep_graph_part){.causes = text},
                 TEXTS("got one at 60ms", "connect", "send conn"),
                 TEXTS("sleep 100ms", "silent at 560ms"));
}

static void what_is_left_out_is_counted(void **state) {
    assert_drawn(*state, (struct rep_graph_part){.to = "0ms"},
                 TEXTS("a part of the run", "2 of 2 coroutines"), TEXTS("560ms<"));
}

static void assert_refused(struct rep_graph_part part, const struct trace_folder *folder,
                           const char *message) {
    struct rep_trace *trace = partition_trace();
    struct rep_graph_options options = {.part = part};
    struct rep_error error = {.byte_offset = 0};
    char path[128];
    (void)snprintf(path, sizeof path, "%s/none.svg", folder->path);
    assert_int_equal(rep_graph_write(trace, &options, path, &error), REP_ENOPART);
    if (strstr(error.message, message) == NULL)
        fail_msg("it says: %s", error.message);
    assert_int_equal(trace_folder_count(folder), 0);
    rep_trace_free(trace);
}

static void what_is_not_there_is_refused(void **state) {
    const struct trace_folder *folder = *state;
    assert_refused((struct rep_graph_part){.around = "server_lop"}, folder,
                   "did you mean 'server_loop'?");
    assert_refused((struct rep_graph_part){.around = "nobody"}, folder,
                   "there are: server_loop, client_loop");
    assert_refused((struct rep_graph_part){.from = "2s"}, folder,
                   "2s is after the end of the run, at 560ms");
    assert_refused((struct rep_graph_part){.from = "20ms", .to = "10ms"}, folder,
                   "20ms comes after 10ms");
    assert_refused((struct rep_graph_part){.from = "soon"}, folder,
                   "neither a time, as 10ms, nor an event, as #123");
    assert_refused((struct rep_graph_part){.to = "#99999"}, folder, "there is no event #99999");
    assert_refused((struct rep_graph_part){.to = "#0"}, folder, "there is no event #0");
    assert_refused((struct rep_graph_part){.from = "99999999999999999999ms"}, folder, "neither");
    assert_refused((struct rep_graph_part){.causes = "failure"}, folder, "nothing has failed");
    assert_refused((struct rep_graph_part){.causes = "why"}, folder, "nor failure");
    assert_refused((struct rep_graph_part){.causes = "1"}, folder, "is not drawn");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, trace_folder_setup, trace_folder_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_stretch_by_times),          TEST(a_stretch_by_events),
        TEST(around_a_coroutine),          TEST(the_causes_of_an_event),
        TEST(what_is_left_out_is_counted), TEST(what_is_not_there_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
