/* test_diff.c - rep_diff_new and what tells of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/reports.h"
#include "tests/unit/file_bytes.h"
#include "tests/unit/trace_builder.h"
#include "tests/unit/trace_folder.h"
#include "tests/unit/trace_stories.h"

enum { MS = 1000000, NAMES_MAX = 4 };

/* One thing that happens: a log line, or with `decides` what is decided before it. */
struct deed {
    int at_ms;
    uint64_t coroutine; /* 1 is the first name */
    const char *text;
    const char *decides;
    size_t cause; /* 0, or the number of the deed, from 1, that woke it */
};

struct script {
    const char *names[NAMES_MAX];
    const char *verdict;
    struct deed deeds[12];
    uint64_t seed;
    uint64_t hosts[NAMES_MAX]; /* 0: the first */
};

static struct rep_trace *trace_of(const struct script *script) {
    struct builder b;
    struct rep_trace *trace;
    size_t events[13] = {0};
    builder_init(&b);
    EVENT(&b, "run", 0, 0, 0, 0, T("a <b>run</b>"), N(script->seed));
    EVENT(&b, "host", 0, 0, 1, 0, T("main"));
    EVENT(&b, "host", 0, 0, 2, 0, T("other"));
    for (uint64_t i = 0; i < NAMES_MAX && script->names[i] != NULL; i++)
        EVENT(&b, "coroutine", 0, 0, script->hosts[i] != 0 ? script->hosts[i] : 1, i + 1,
              T(script->names[i]), N(0), T("world"));
    for (size_t i = 0; i < 12 && script->deeds[i].text != NULL; i++) {
        const struct deed *deed = &script->deeds[i];
        if (deed->decides != NULL)
            EVENT(&b, "choice", deed->at_ms * (int64_t)MS, 0, 1, deed->coroutine, T(deed->decides),
                  N(1), N(2));
        events[i + 1] = EVENT(&b, "log", deed->at_ms * (int64_t)MS, events[deed->cause], 1,
                              deed->coroutine, T(deed->text), N(9));
    }
    EVENT(&b, "finish", 9 * MS, 0, 0, 0, T(script->verdict));
    builder_finish(&b);
    assert_int_equal(rep_trace_read(b.bytes, b.byte_count, &trace, NULL), REP_OK);
    builder_term(&b);
    return trace;
}

/* Two runs that are compared. */
struct pair {
    struct rep_trace *traces[2];
    struct rep_diff *diff;
};

static struct pair compare(const struct script *left, const struct script *right) {
    struct pair pair = {.traces = {trace_of(left), trace_of(right)}};
    assert_int_equal(rep_diff_new(pair.traces[0], pair.traces[1], &pair.diff), REP_OK);
    return pair;
}

static void forget(struct pair *pair) {
    rep_diff_free(pair->diff);
    rep_trace_free(pair->traces[0]);
    rep_trace_free(pair->traces[1]);
}

/* The marks of all rows. */
static void assert_marks(const struct rep_diff *diff, const char *expected) {
    char marks[40] = "";
    assert_true(diff->row_count < sizeof marks);
    for (size_t i = 0; i < diff->row_count; i++)
        marks[i] = "=~<>|"[diff->rows[i].mark];
    assert_string_equal(marks, expected);
}

static const struct script two = {
    .names = {"ann", "bob"},
    .verdict = "ok",
    .deeds = {{1, 1, "one", NULL, 0}, {1, 2, "two", NULL, 0}, {2, 1, "three", NULL, 0}}};

static void the_same_run_twice_is_identical(void **state) {
    (void)state;
    struct pair pair = compare(&two, &two);
    assert_int_equal(pair.diff->verdict, REP_DIFF_IDENTICAL);
    assert_int_equal(pair.diff->first, 0);
    assert_marks(pair.diff, "======");
    forget(&pair);
}

static void what_no_line_tells_is_told_by_its_event(void **state) {
    (void)state;
    struct script other = two;
    other.deeds[2].decides = "ann: goes on";
    struct pair pair = compare(&two, &other);
    assert_int_equal(pair.diff->verdict, REP_DIFF_UNTOLD);
    assert_int_equal(pair.diff->first_event, 8);
    forget(&pair);
}

static void the_same_at_other_times_is_just_that(void **state) {
    (void)state;
    struct script other = two;
    other.deeds[1].at_ms = 2;
    struct pair pair = compare(&two, &other);
    assert_int_equal(pair.diff->verdict, REP_DIFF_TIMES);
    assert_marks(pair.diff, "===~==");
    assert_int_equal(pair.diff->first, 4);
    forget(&pair);
}

static void another_order_of_the_same_is_just_that(void **state) {
    (void)state;
    struct script other = two;
    other.deeds[0] = two.deeds[1];
    other.deeds[1] = two.deeds[0];
    struct pair pair = compare(&two, &other);
    assert_int_equal(pair.diff->verdict, REP_DIFF_ORDER);
    assert_int_equal(pair.diff->moved_count, 1);
    assert_int_equal(pair.diff->row_count, 7);
    size_t row = pair.diff->first - 1;
    assert_int_equal(pair.diff->rows[pair.diff->rows[row].elsewhere - 1].elsewhere, row + 1);
    forget(&pair);
}

/* One coroutine in another order of its own is more than that. */
static void another_order_of_one_coroutine_is_another_run(void **state) {
    (void)state;
    struct script other = two;
    other.deeds[0].text = "three";
    other.deeds[2].text = "one";
    struct pair pair = compare(&two, &other);
    assert_int_equal(pair.diff->verdict, REP_DIFF_OTHER);
    forget(&pair);
}

static void a_coroutine_of_one_run_only_is_told(void **state) {
    (void)state;
    struct script other = two;
    other.names[2] = "eve";
    struct pair pair = compare(&two, &other);
    assert_int_equal(pair.diff->verdict, REP_DIFF_OTHER);
    assert_int_equal(pair.diff->runs[0].only_count, 0);
    assert_int_equal(pair.diff->runs[1].only_count, 1);
    assert_string_equal(pair.diff->runs[1].only[0], "eve");
    forget(&pair);
}

static void coroutines_of_other_hosts_are_others(void **state) {
    (void)state;
    struct script other = two;
    other.hosts[1] = 2;
    struct pair pair = compare(&two, &other);
    assert_string_equal(pair.diff->runs[0].only[0], "main/bob");
    assert_string_equal(pair.diff->runs[1].only[0], "other/bob");
    forget(&pair);
}

static const struct script race = {.names = {"ann", "bob"},
                                   .verdict = "failed",
                                   .deeds = {{1, 1, "begins", "ann: first", 0},
                                             {1, 2, "is woken", NULL, 1},
                                             {2, 2, "takes it", "bob: take", 2},
                                             {2, 1, "finds nothing", NULL, 3}}};
static const struct script no_race = {
    .names = {"ann", "bob"},
    .verdict = "ok",
    .deeds = {
        {1, 1, "begins", "ann: first", 0},
        {1, 2, "is woken", NULL, 1},
        {2, 1, "finds what there is in there, all of it, which takes a few words", "ann: find", 0},
        {2, 2, "takes it", NULL, 0}}};

static void the_text_tells_it_to_the_character(void **state) {
    (void)state;
    struct pair pair = compare(&race, &no_race);
    struct rep_diff_options options = {.names = {"left.scn", "a\033[1m"}, .columns = 72};
    char *text;
    options.context = 1;
    assert_int_equal(rep_diff_text(pair.diff, &options, &text), REP_OK);
    char *facts = strstr(text, "   9ms");
    while (facts != NULL) { /* hashes are tested elsewhere */
        memmove(facts, strchr(facts, '\n') + 1, strlen(strchr(facts, '\n')));
        facts = strstr(text, "   9ms simulated");
    }
    assert_string_equal(text,
                        "the runs differ\n"
                        "A  left.scn: failed\n"
                        "B  a\\x1B[1m: ok\n"
                        "\n"
                        "first difference\n"
                        "A  2ms bob: \"takes it\"\n"
                        "     decided: bob: take (2 of 2, event 9)\n"
                        "B  2ms ann: \"finds what there is in there, all of it, which takes "
                        "a few words\"\n"
                        "     decided: ann: find (2 of 2, event 9)\n"
                        "\n"
                        "lines: 5 the same, 1 another, 1 only in A, 1 only in B\n"
                        "\n"
                        "A                                     B\n"
                        "... 3 alike\n"
                        "1ms  bob  \"is woken\"               =  1ms  bob  \"is woken\"\n"
                        "                                   >  2ms  ann  \"finds what there is in\n"
                        "                                                there, all of it, which\n"
                        "                                                takes a few words\"\n"
                        "2ms  bob  \"takes it\"               =  2ms  bob  \"takes it\"\n"
                        "2ms  ann  \"finds nothing\"          <\n"
                        "9ms       the run is over: failed  |  9ms       the run is over: ok\n");
    free(text);
    forget(&pair);
}

static void rows_that_are_too_many_are_counted(void **state) {
    (void)state;
    struct pair pair = compare(&race, &no_race);
    struct rep_diff_options options = {.row_count_max = 1};
    char *text;
    assert_int_equal(rep_diff_text(pair.diff, &options, &text), REP_OK);
    assert_non_null(strstr(text, "... and 3 more rows, of which 2 differ\n"));
    free(text);
    forget(&pair);
}

static void the_decision_that_made_the_difference_is_found(void **state) {
    (void)state;
    struct pair pair = compare(&race, &no_race);
    assert_string_equal(pair.diff->runs[0].decision.text, "bob: take");
    assert_string_equal(pair.diff->runs[1].decision.text, "ann: find");
    forget(&pair);
    pair = compare(&race, &two); /* nothing is decided there */
    assert_int_equal(pair.diff->runs[0].decision.event, 0);
    assert_int_equal(pair.diff->runs[1].decision.event, 0);
    forget(&pair);
}

static void wherever_it_begins_again_the_rows_hold_every_line_once(void **state) {
    (void)state;
    struct builder builders[2];
    struct pair pair;
    for (size_t i = 0; i < 2; i++) {
        story_long(&builders[i], 3000 + 900 * i);
        builder_finish(&builders[i]);
        assert_int_equal(
            rep_trace_read(builders[i].bytes, builders[i].byte_count, &pair.traces[i], NULL),
            REP_OK);
        builder_term(&builders[i]);
    }
    assert_int_equal(rep_diff_new(pair.traces[0], pair.traces[1], &pair.diff), REP_OK);
    size_t next[2] = {1, 1};
    for (size_t row = 0; row < pair.diff->row_count; row++) {
        for (int run = 0; run < 2; run++) {
            if (pair.diff->rows[row].lines[run] != 0)
                assert_int_equal(pair.diff->rows[row].lines[run], next[run]++);
        }
    }
    assert_int_equal(next[0], pair.diff->runs[0].line_count + 1);
    assert_int_equal(next[1], pair.diff->runs[1].line_count + 1);
    forget(&pair);
}

/* ---- The page ---- */

/* What is written in a file whose name has that end. */
static char *file_of(const struct trace_folder *folder, const struct rep_diff *diff,
                     const char *end) {
    char path[120];
    size_t bytes;
    struct rep_diff_options options = {.names = {"<i>\"a\"&</i>", NULL}};
    (void)snprintf(path, sizeof path, "%s/a%s", folder->path, end);
    assert_int_equal(rep_diff_write(diff, &options, path, NULL), REP_OK);
    return (char *)file_bytes(path, &bytes);
}

static char *page_of(const struct trace_folder *folder, const struct rep_diff *diff) {
    return file_of(folder, diff, ".html");
}

static void the_page_makes_no_markup_of_text(void **state) {
    struct script other = two;
    other.deeds[1].text = "</table><script>alert('x')</script>";
    other.names[0] = "<img src=x>";
    struct pair pair = compare(&two, &other);
    char *page = page_of(*state, pair.diff);
    assert_null(strstr(page, "<script"));
    assert_null(strstr(page, "<img"));
    assert_null(strstr(page, "<b>run"));
    assert_null(strstr(page, "<i>"));
    assert_non_null(strstr(page, "&lt;/table&gt;&lt;script&gt;alert(&#39;x&#39;)"));
    assert_non_null(strstr(page, "&lt;i&gt;&quot;a&quot;&amp;&lt;/i&gt;"));
    assert_non_null(strstr(page, "default-src 'none'"));
    free(page);
    forget(&pair);
}

static void the_page_marks_the_first_difference_and_links_causes(void **state) {
    struct pair pair = compare(&race, &no_race);
    char *page = page_of(*state, pair.diff);
    char first[40];
    (void)snprintf(first, sizeof first, "<tr id=\"row-%zu\" class=", pair.diff->first);
    char *row = strstr(page, first);
    assert_non_null(row);
    assert_non_null(strstr(row, " first\">"));
    assert_true(strstr(row, " first\">") < strchr(row, '>'));
    assert_non_null(
        strstr(page, "<a href=\"#row-3\"><span class=\"hidden\">came of </span>ann</a>"));
    assert_memory_equal(page + strlen(page) - 8, "</html>\n", 8);
    free(page);
    forget(&pair);
}

/* How far down a text stands in a picture, in tenths of a point; the text at *at, behind which *at
 * moves. */
static int height_of(const char **at, const char *text) {
    char element[120];
    (void)snprintf(element, sizeof element, ">%s</text>", text);
    const char *end = strstr(*at, element);
    assert_non_null(end);
    const char *start = end;
    while (strncmp(start, " y=\"", 4) != 0)
        start--;
    int whole = 0;
    int tenths = 0;
    assert_int_equal(sscanf(start, " y=\"%d.%d", &whole, &tenths), 2);
    *at = end + 1;
    return whole * 10 - tenths;
}

static void the_picture_has_the_same_at_the_same_height(void **state) {
    static const char *const same[] = {"ann starts", "&quot;begins&quot;", "&quot;is woken&quot;",
                                       "first difference"};
    struct pair pair = compare(&race, &no_race);
    char *picture = file_of(*state, pair.diff, ".svg");
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        const char *at = picture;
        int height = height_of(&at, same[i]);
        assert_int_equal(height_of(&at, same[i]), height);
    }
    assert_non_null(strstr(picture, ">decided: bob: take (2 of 2)</text>"));
    assert_non_null(strstr(picture, ">decided: ann: find (2 of 2)</text>"));
    assert_non_null(strstr(picture, "id=\"event-"));
    assert_non_null(strstr(picture, "id=\"b-event-"));
    assert_null(strstr(picture, "<i>"));
    free(picture);
    forget(&pair);
}

/* What comes behind the difference stands further down than all that is the same before it. */
static void the_picture_ends_a_little_after_the_difference(void **state) {
    struct script other = two;
    other.deeds[2].text = "four";
    struct pair pair = compare(&two, &other);
    char *picture = file_of(*state, pair.diff, ".svg");
    const char *at = picture;
    int first = height_of(&at, "first difference");
    at = picture;
    assert_true(height_of(&at, "&quot;two&quot;") < first);
    at = picture;
    assert_true(height_of(&at, "&quot;three&quot;") > first);
    at = picture;
    assert_true(height_of(&at, "&quot;four&quot;") > first);
    free(picture);
    forget(&pair);
}

static void runs_that_are_the_same_are_drawn_without_a_difference(void **state) {
    struct pair pair = compare(&two, &two);
    char *picture = file_of(*state, pair.diff, ".dot");
    assert_null(strstr(picture, "first difference"));
    assert_non_null(strstr(picture, "three"));
    free(picture);
    forget(&pair);
}

static void bad_places_are_told(void **state) {
    const struct trace_folder *folder = *state;
    struct pair pair = compare(&two, &race);
    struct rep_diff_options options = {.context = 0};
    struct rep_error error;
    char path[120];
    assert_int_equal(rep_diff_write(pair.diff, &options, "a.doc", &error), REP_EFORMAT);
    assert_non_null(strstr(error.message, ".html"));
    (void)snprintf(path, sizeof path, "%s/no/a.html", folder->path);
    assert_int_equal(rep_diff_write(pair.diff, &options, path, &error), REP_EIO);
    (void)snprintf(path, sizeof path, "%s/no/a.svg", folder->path);
    assert_int_equal(rep_diff_write(pair.diff, &options, path, &error), REP_EIO);
    (void)snprintf(path, sizeof path, "%s/a.txt", folder->path);
    assert_int_equal(rep_diff_write(pair.diff, &options, path, &error), REP_OK);
    forget(&pair);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_run_twice_is_identical),
        cmocka_unit_test(what_no_line_tells_is_told_by_its_event),
        cmocka_unit_test(the_same_at_other_times_is_just_that),
        cmocka_unit_test(another_order_of_the_same_is_just_that),
        cmocka_unit_test(another_order_of_one_coroutine_is_another_run),
        cmocka_unit_test(a_coroutine_of_one_run_only_is_told),
        cmocka_unit_test(coroutines_of_other_hosts_are_others),
        cmocka_unit_test(the_text_tells_it_to_the_character),
        cmocka_unit_test(rows_that_are_too_many_are_counted),
        cmocka_unit_test(the_decision_that_made_the_difference_is_found),
        cmocka_unit_test(wherever_it_begins_again_the_rows_hold_every_line_once),
        cmocka_unit_test_setup_teardown(the_page_makes_no_markup_of_text, trace_folder_setup,
                                        trace_folder_teardown),
        cmocka_unit_test_setup_teardown(the_page_marks_the_first_difference_and_links_causes,
                                        trace_folder_setup, trace_folder_teardown),
        cmocka_unit_test_setup_teardown(the_picture_has_the_same_at_the_same_height,
                                        trace_folder_setup, trace_folder_teardown),
        cmocka_unit_test_setup_teardown(the_picture_ends_a_little_after_the_difference,
                                        trace_folder_setup, trace_folder_teardown),
        cmocka_unit_test_setup_teardown(runs_that_are_the_same_are_drawn_without_a_difference,
                                        trace_folder_setup, trace_folder_teardown),
        cmocka_unit_test_setup_teardown(bad_places_are_told, trace_folder_setup,
                                        trace_folder_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
