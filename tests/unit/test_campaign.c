/* test_campaign.c - what is told of a campaign, as text, Markdown and page: all of it is there, and
 * nothing foreign becomes markup.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/campaign_parts.h"
#include "tests/unit/file_bytes.h"
#include "tests/unit/trace_folder.h"

static const char evil[] = "</td><script>alert(1)</script>`|*[x](y)\x1b[31m\xff";

static const struct rep_campaign_outcome outcomes[] = {
    {.text = "total = 2", .count = 750}, {.text = "total = 1", .count = 250, .is_failure = true}};
static const struct rep_campaign_point points[] = {{1, 1}, {100, 40}, {1000, 60}};
static const struct rep_campaign_fault faults[] = {
    {.file = "a.scn", .line = 3, .kind = "latency", .text = "latency 1ms..9ms", .run_count = 900},
    {.file = "a.scn", .line = 4, .kind = "partition", .text = "partition a | b", .is_idle = true}};
static const struct rep_campaign_share shares[] = {{"pct", 400}, {"random", 600}};
static const enum rep_verdict held_then_failed[] = {REP_VERDICT_HELD, REP_VERDICT_FAILED};
static const enum rep_verdict failed_twice[] = {REP_VERDICT_FAILED, REP_VERDICT_FAILED};
static const enum rep_verdict held_now[] = {REP_VERDICT_NONE, REP_VERDICT_HELD};
static const enum rep_verdict wrong_now[] = {REP_VERDICT_HELD, REP_VERDICT_ERROR};

#define NOTHING                                                                                    \
    .row = "", .title = "", .strategy = "portfolio", .extent = "", .finder = "", .signature = "",  \
    .message = "", .failure = "", .pair = "", .schedule = "", .shrunk = "", .graph = ""

/* GCC warns of what is initialized twice; a result is begun by this and then changed. */
static struct rep_campaign_result result_of(const char *file, enum rep_verdict verdict,
                                            const enum rep_verdict *history) {
    return (struct rep_campaign_result){
        .file = file, .verdict = verdict, .history = history, NOTHING};
}

struct fixture {
    struct rep_campaign_result results[4];
    struct rep_campaign_summary history[2];
    struct rep_campaign_known known[1];
    struct rep_campaign campaign;
};

static void fill(struct fixture *fixture) {
    struct rep_campaign_result *results = fixture->results;
    results[0] = result_of("a.scn", REP_VERDICT_FAILED, held_then_failed);
    results[0].row = "n = 3";
    results[0].is_new = true;
    results[0].run_count = 1000;
    results[0].failure_count = 250;
    results[0].kind_count = 60;
    results[0].new_kind_in = 50;
    results[0].most_steps = (struct rep_campaign_most){90, 17};
    results[0].most_time = (struct rep_campaign_most){2000000000, 18};
    results[0].took_ns = 12345678;
    results[0].finder = "pct";
    results[0].finder_count = 12;
    results[0].outcomes = outcomes;
    results[0].outcome_count = 2;
    results[0].outcome_total = 3;
    results[0].points = points;
    results[0].point_count = 3;
    results[0].faults = faults;
    results[0].fault_count = 2;
    results[0].shares = shares;
    results[0].share_count = 2;
    results[0].signature = "00000000deadbeef";
    results[0].message = "never total < 2";
    results[0].failure = "    a.scn:9: told at length";
    results[0].pair = "if one comes before two, it passes";
    results[0].schedule = "one: after spawn\n";
    results[0].shrunk = "scenario \"small\"\n    log \"a\\n\"\n";
    results[0].graph = "out/a.svg";
    results[1] = result_of("b.scn", REP_VERDICT_HELD, held_now);
    results[1].is_complete = true;
    results[1].extent = "complete";
    results[1].run_count = 7;
    results[1].most_steps = (struct rep_campaign_most){1234, 2};
    results[2] = result_of("c.scn", REP_VERDICT_FAILED, failed_twice);
    results[2].signature = "00000000deadbeef";
    results[2].message = "never total < 2";
    results[3] = result_of("d.scn", REP_VERDICT_ERROR, wrong_now);
    results[3].message = "d.scn:1: error: no scenario";
    fixture->history[0] = (struct rep_campaign_summary){.number = 6,
                                                        .began_s = 1700000000,
                                                        .strategy = "pct=3",
                                                        .seed = 5,
                                                        .commit = "",
                                                        .ending = "interrupted",
                                                        .held_count = 3};
    fixture->history[1] = (struct rep_campaign_summary){.number = 7,
                                                        .began_s = 1700003600,
                                                        .ended_s = 1700003661,
                                                        .strategy = "portfolio",
                                                        .seed = 6,
                                                        .commit = "abc123",
                                                        .ending = "",
                                                        .held_count = 1,
                                                        .failed_count = 2,
                                                        .error_count = 1,
                                                        .run_count = 1007};
    fixture->known[0] = (struct rep_campaign_known){
        .path = "corpus/x.scn", .state = "mended", .message = "never total < 3"};
    fixture->campaign = (struct rep_campaign){.source = "camp.db",
                                              .version = "1.2",
                                              .options = "cogsim explore .",
                                              .now = fixture->history[1],
                                              .results = results,
                                              .result_count = 4,
                                              .known = fixture->known,
                                              .known_count = 1,
                                              .history = fixture->history,
                                              .history_count = 2};
}

/* The document of that ending. The caller's. */
static char *document(void **state, const struct rep_campaign *campaign, const char *ending) {
    const struct trace_folder *folder = *state;
    char path[160];
    size_t bytes;
    (void)snprintf(path, sizeof path, "%s/report%s", folder->path, ending);
    assert_int_equal(rep_campaign_write(campaign, path, NULL), REP_OK);
    char *text = (char *)file_bytes(path, &bytes);
    assert_int_equal(strlen(text), bytes);
    return text;
}

static void assert_holds(const char *text, const char *part) {
    if (strstr(text, part) == NULL)
        fail_msg("without \"%s\":\n%s", part, text);
}

static void assert_lacks(const char *text, const char *part) {
    if (strstr(text, part) != NULL)
        fail_msg("with \"%s\":\n%s", part, text);
}

static void the_text_tells_all_of_it(void **state) {
    static const char *const parts[] = {
        "2 of 4 scenarios failed, 1 could not be explored\n",
        ("1,007 executions; 1 of 4 scenarios explored completely; 1 failure is new; 1 of 2 faults "
         "never came into play\n"),
        "campaign 7, 2023-11-14 23:13 UTC, 61s, portfolio, seed 6, commit abc123, cogsim 1.2\n",
        "cogsim explore .\n",
        "1. never total < 2\n   in a.scn, n = 3 (new), found by pct in its execution 12\n"
        "   in c.scn\n",
        "if one comes before two, it passes\n",
        "out/a.svg\n",
        "     | scenario \"small\"\n     |     log \"a\\n\"\n",
        "2. d.scn:1: error: no scenario\n",
        "mended corpus/x.scn: never total < 3\n",
        ".x  failed  a.scn, n = 3: 1,000 executions, 60 kinds, a new one in about 50, 12.3ms\n",
        "##############################         750  total = 2\n",
        "##########                             250  total = 1 (fails)\n",
        "and 1 more\n",
        "-.  held    b.scn: complete, 7 executions, 0us\n",
        "xx  failed  c.scn",
        ".!  error   d.scn",
        "pct                          400       1\nrandom                       600       0\n",
        "a.scn:3: latency 1ms..9ms: 900 of 1,000 executions\n",
        "a.scn:4: partition a | b: never\n",
        "1,234 steps in execution 2 of b.scn\n          90 steps in execution 17 of a.scn, n = 3\n",
        "2s of virtual time in execution 18 of a.scn, n = 3\n",
        ("   7  2023-11-14 23:13 UTC        1       2       1           1,007\n"
         "   6  2023-11-14 22:13 UTC        3       0       0               0  interrupted\n")};
    struct fixture fixture;
    char *text;
    fill(&fixture);
    assert_int_equal(rep_campaign_text(&fixture.campaign, &text), REP_OK);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        assert_holds(text, parts[i]);
    char *written = document(state, &fixture.campaign, ".txt");
    assert_string_equal(written, text);
    free(written);
    free(text);
}

static void the_page_tells_all_of_it(void **state) {
    static const char *const parts[] = {
        "<h1 class=\"bad\">2 of 4 scenarios failed, 1 could not be explored</h1>",
        "<h3>never total &lt; 2</h3>",
        "<a href=\"#scenario-1\">a.scn, n = 3</a> <span class=\"new\">new</span>",
        "<pre tabindex=\"0\">scenario &quot;small&quot;\n    log &quot;a\\n&quot;\n</pre>",
        "<section id=\"scenario-1\">",
        "60 kinds after 1,000 executions</title>",
        "style=\"width:33%\"",
        "<td class=\"number\">25.0 %</td>",
        "partition a | b</td><td class=\"bad\">never</td>",
        "<b>x</b></span><span class=\"hidden\">held, failed</span>",
        "90 steps in execution 17: <a href=\"#scenario-1\">",
        "<td>interrupted</td>"};
    struct fixture fixture;
    fill(&fixture);
    char *page = document(state, &fixture.campaign, ".html");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        assert_holds(page, parts[i]);
    free(page);
}

static void the_markdown_tells_what_failed(void **state) {
    static const char *const parts[] = {
        "# cogsim: 2 of 4 scenarios failed, 1 could not be explored\n",
        "### 1. never total \\< 2\n",
        "- a.scn, n = 3 **new**, found by pct in its execution 12\n- c.scn\n",
        "\n```\nscenario \"small\"\n    log \"a\\n\"\n```\n",
        "| corpus/x.scn | mended | never total \\< 3 |\n",
        ("| `.x` | failed | a.scn, n = 3 | 1,000 executions, 60 kinds, a new one in about 50 | 3 | "
         "12.3ms |\n"),
        "| pct | 400 | 1 |\n"};
    struct fixture fixture;
    fill(&fixture);
    char *text = document(state, &fixture.campaign, ".md");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        assert_holds(text, parts[i]);
    free(text);
}

static void nothing_foreign_marks_anything_up(void **state) {
    struct fixture fixture;
    fill(&fixture);
    struct rep_campaign_result *result = &fixture.results[0];
    struct rep_campaign_outcome bad_outcome = {.text = evil, .count = 1};
    struct rep_campaign_fault bad_fault = {.file = evil, .kind = evil, .text = evil};
    struct rep_campaign_share bad_share = {.strategy = evil, .run_count = 1};
    result->file = result->row = result->title = result->finder = result->extent = evil;
    result->message = result->failure = result->pair = result->schedule = evil;
    result->signature = result->graph = evil;
    result->shrunk = "````\n<script>\n\x1b[2J";
    result->outcomes = &bad_outcome;
    result->outcome_count = 1;
    result->faults = &bad_fault;
    result->fault_count = 1;
    result->shares = &bad_share;
    result->share_count = 1;
    fixture.known[0] = (struct rep_campaign_known){.path = evil, .state = evil, .message = evil};
    fixture.history[1].commit = fixture.history[1].ending = fixture.history[1].strategy = evil;
    fixture.campaign.now = fixture.history[1];
    fixture.campaign.options = fixture.campaign.version = evil;
    static const char *const endings[] = {".html", ".md", ".txt"};
    for (size_t i = 0; i < 3; i++) {
        char *text = document(state, &fixture.campaign, endings[i]);
        assert_lacks(text, "\x1b");
        assert_lacks(text, "\xff");
        if (i == 0) {
            assert_lacks(text, "<script");
            assert_lacks(text, "</td><script");
        } else if (i == 1) {
            assert_holds(text, "\n`````\n````\n<script>\n"); /* as code, behind a longer fence */
            char *code = strstr(text, "\n`````\n````\n<script>\n");
            *code = '\0';
            assert_lacks(text, " <script");
            assert_holds(text, "\\<script\\>");
            assert_holds(text, "\\|\\*\\[x\\]\\(y\\)");
        }
        free(text);
    }
}

static void an_empty_campaign_is_told_of_too(void **state) {
    struct rep_campaign_summary now = {.number = 1, .strategy = "", .commit = "", .ending = ""};
    struct rep_campaign campaign = {.source = "",
                                    .version = "1",
                                    .options = "",
                                    .now = now,
                                    .history = &now,
                                    .history_count = 1};
    static const char *const endings[] = {".html", ".md", ".txt"};
    for (size_t i = 0; i < 3; i++) {
        char *text = document(state, &campaign, endings[i]);
        assert_holds(text, "nothing was explored; it did not come to its end");
        free(text);
    }
}

static void much_is_cut_in_markdown_and_said_to_be(void **state) {
    enum { COUNT = 3000 };
    static struct rep_campaign_result results[COUNT];
    static char messages[COUNT][16];
    static char source[100000];
    struct fixture fixture;
    fill(&fixture);
    memset(source, 'x', sizeof source - 1);
    for (size_t i = 200; i < sizeof source - 1; i += 200)
        source[i] = '\n';
    for (size_t i = 0; i < COUNT; i++) {
        (void)snprintf(messages[i], sizeof messages[i], "failure %zu", i);
        results[i] = result_of("m.scn", REP_VERDICT_FAILED, failed_twice);
        results[i].message = messages[i];
        results[i].shrunk = results[i].failure = results[i].schedule = source;
    }
    fixture.campaign.results = results;
    fixture.campaign.result_count = COUNT;
    char *text = document(state, &fixture.campaign, ".md");
    assert_true(strlen(text) < 1024 * 1024);
    assert_holds(text, "and 2980 more\n"); /* failures */
    assert_holds(text, "and 2800 more\n"); /* lines */
    assert_holds(text, "\n...\n```\n");
    free(text);
}

static void failures_alike_are_one_and_tops_are_in_order(void **state) {
    (void)state;
    struct fixture fixture;
    struct rep_campaign_sums sums;
    fill(&fixture);
    assert_int_equal(rep_campaign_sums_make(&sums, &fixture.campaign), REP_OK);
    assert_int_equal(sums.group_count, 2);
    assert_int_equal(sums.groups[0].count, 2);
    assert_int_equal(sums.groups[0].members[0], 0);
    assert_int_equal(sums.groups[0].members[1], 2);
    assert_int_equal(sums.groups[1].members[0], 3);
    assert_int_equal(sums.steps.count, 2);
    assert_int_equal(sums.steps.items[0], 1);
    assert_int_equal(sums.steps.items[1], 0);
    assert_int_equal(sums.time.count, 1);
    rep_campaign_sums_term(&sums);

    static struct rep_campaign_result many[40];
    for (uint64_t i = 0; i < 40; i++) {
        many[i] = result_of("x", REP_VERDICT_HELD, held_now);
        many[i].most_steps.amount = i * 7 % 40 + 1;
    }
    fixture.campaign.results = many;
    fixture.campaign.result_count = 40;
    assert_int_equal(rep_campaign_sums_make(&sums, &fixture.campaign), REP_OK);
    assert_int_equal(sums.steps.count, REP_CAMPAIGN_TOP);
    for (size_t i = 0; i < REP_CAMPAIGN_TOP; i++)
        assert_int_equal(many[sums.steps.items[i]].most_steps.amount, 40 - i);
    rep_campaign_sums_term(&sums);
}

static void amounts_read_well(void **state) {
    (void)state;
    static const struct {
        uint64_t part;
        uint64_t whole;
        const char *text;
    } parts[] = {{0, 0, "0.0 %"},
                 {0, 9, "0.0 %"},
                 {2, 3, "66.7 %"},
                 {1, 100000, "< 0.1 %"},
                 {UINT64_MAX / 2, UINT64_MAX, "50.0 %"},
                 {UINT64_MAX, UINT64_MAX, "100.0 %"}};
    static const struct {
        uint64_t ns;
        const char *text;
    } times[] = {{0, "0us"},           {999999, "999us"},
                 {12345678, "12.3ms"}, {999999999, "999.9ms"},
                 {5250000000, "5.2s"}, {UINT64_C(250000000000), "250s"}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct rep_text text = {.bytes = NULL};
        rep_campaign_add_share(parts[i].part, parts[i].whole, &text);
        assert_string_equal(rep_text_string(&text), parts[i].text);
        rep_text_term(&text);
    }
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        struct rep_text text = {.bytes = NULL};
        rep_campaign_add_took(times[i].ns, &text);
        assert_string_equal(rep_text_string(&text), times[i].text);
        rep_text_term(&text);
    }
}

static void what_cannot_be_written_is_said_and_leaves_nothing(void **state) {
    (void)state;
    struct fixture fixture;
    struct rep_error error = {.byte_offset = 0};
    fill(&fixture);
    assert_int_equal(rep_campaign_write(&fixture.campaign, "/nowhere/a.html", &error), REP_EIO);
    assert_true(error.message[0] != '\0');
}

#define FOLDER(test)                                                                               \
    cmocka_unit_test_setup_teardown(test, trace_folder_setup, trace_folder_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        FOLDER(the_text_tells_all_of_it),
        FOLDER(the_page_tells_all_of_it),
        FOLDER(the_markdown_tells_what_failed),
        FOLDER(nothing_foreign_marks_anything_up),
        FOLDER(an_empty_campaign_is_told_of_too),
        FOLDER(much_is_cut_in_markdown_and_said_to_be),
        cmocka_unit_test(failures_alike_are_one_and_tops_are_in_order),
        cmocka_unit_test(amounts_read_well),
        cmocka_unit_test(what_cannot_be_written_is_said_and_leaves_nothing),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
