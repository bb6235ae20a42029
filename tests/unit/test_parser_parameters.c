/* test_parser_parameters.c - `param`, `each` and definitions: what is put in where, and what is
 * said of values that do not fit. */
#include "tests/unit/language_fixture.h"

#include <stdio.h>

/* Parses with options; what is found is rendered. */
static void parse_with(struct parsed *parsed, const char *text,
                       const struct sim_parse_options *options) {
    counting_allocator_init(&parsed->counting);
    const struct cog_allocator *allocator = &parsed->counting.allocator;
    assert_int_equal(sim_source_from_text(&parsed->source, allocator, "t.scn", text, strlen(text)),
                     COG_OK);
    sim_diagnostics_init(&parsed->diagnostics, allocator);
    sim_buffer_init(&parsed->rendered, allocator);
    parsed->status = sim_scenario_parse_with(allocator, &parsed->source, options,
                                             &parsed->diagnostics, &parsed->scenario);
    sim_diagnostics_render(&parsed->diagnostics, &parsed->source, (struct sim_render_options){0},
                           &parsed->rendered);
    if (parsed->status != COG_OK && parsed->status != COG_EINVALID) {
        print_error("%s", rendered_text(parsed));
    }
}

/* A scenario whose expectation holds at the value of `expression`; its time is returned. */
static int64_t time_of(const char *parameters, const char *expression) {
    char text[1024];
    struct parsed parsed;
    (void)snprintf(text, sizeof text,
                   "scenario \"t\"\n%s\ncoro a\n    sleep 1ms\nexpect end at %s\n", parameters,
                   expression);
    parse_text(&parsed, text);
    if (parsed.status != COG_OK) {
        print_error("%s", rendered_text(&parsed));
    }
    assert_int_equal(parsed.status, COG_OK);
    int64_t time_ns = parsed.scenario->expectations[0].clause->at_ns.low;
    free_parsed(&parsed);
    return time_ns;
}

static void a_parameter_stands_for_its_value(void **state) {
    (void)state;
    assert_int_equal(time_of("param latency = 5ms", "latency"), 5000000);
    assert_int_equal(time_of("param n = 3\nparam d = 2ms", "n * d + 1ms"), 7000000);
    assert_int_equal(time_of("param n = 3\nparam d = 2ms", "(n + 1) * d - d / n"), 7333334);
    assert_int_equal(time_of("param n = 7 % 4 * 2 - -1\nparam d = n * 1us", "d"), 7000);
}

static void parameters_may_be_named_by_quantities(void **state) {
    (void)state;
    assert_clean("scenario \"t\"\n"
                 "param latency = 1ms..40ms\n"
                 "param bandwidth = 1MB\n"
                 "param size = 3\n"
                 "param port = 80\n"
                 "param timeout = 20ms\n"
                 "param loss = 2.5%\n"
                 "link a -> b latency latency bandwidth bandwidth/s loss loss buffer size * 2\n"
                 "queue jobs size size\n"
                 "coro x on a\n"
                 "    connect c to b port port timeout timeout\n"
                 "    put jobs size\n");
    assert_errors("scenario \"t\"\nparam coro = 3\n", 1, "'coro' is a reserved word");
}

static void values_reach_every_constant_place(void **state) {
    (void)state;
    struct parsed parsed;
    parse_text(&parsed, "scenario \"t\"\n"
                        "param n = 2\n"
                        "param d = 5ms\n"
                        "param r = 1ms..9ms\n"
                        "param p = 25%\n"
                        "param name = \"bob\"\n"
                        "host h skew -d drift n * 10 ppm\n"
                        "link h -> i latency d..2 * d loss p duplicate p bandwidth n/s\n"
                        "link i -> h latency r\n"
                        "scheduler timeout d resolution n * d\n"
                        "queue q size n + 1\n"
                        "var v[n * 2] = n\n"
                        "coro c on h after d times n\n"
                        "    log \"{name} {v[0]}\"\n"
                        "    put q n\n"
                        "at r\n"
                        "    set v[1] = n\n"
                        "expect log \"{name} {n} {d} \\{\" at d..2 * d times n - 1 or log \"x\"\n"
                        "expect within d of \"{name}\": v[0] == n\n"
                        "explore vary order budget n * 100 within 2 * d\n");
    assert_int_equal(parsed.diagnostics.error_count, 0);
    const struct sim_scenario *scenario = parsed.scenario;
    assert_non_null(scenario);
    assert_int_equal(scenario->hosts[0].skew_ns, -5000000);
    assert_int_equal(scenario->hosts[0].drift_ppm, 20);
    assert_int_equal(scenario->links[0].latency_ns.low, 5000000);
    assert_int_equal(scenario->links[0].latency_ns.high, 10000000);
    assert_int_equal(scenario->links[0].loss_ppm, 250000);
    assert_int_equal(scenario->links[0].bandwidth_bytes_per_second, 2);
    assert_int_equal(scenario->links[1].latency_ns.high, 9000000);
    assert_int_equal(scenario->settings[0].timeout_ns, 5000000);
    assert_int_equal(scenario->settings[0].resolution_ns, 10000000);
    assert_int_equal(scenario->queues[0].size, 3);
    assert_int_equal(scenario->variables[0].element_count, 4);
    assert_int_equal(scenario->coroutines[0].after_ns, 5000000);
    assert_int_equal(scenario->coroutines[0].times, 2);
    assert_int_equal(scenario->world_blocks[0].at_ns.low, 1000000);
    const struct sim_clause *log = scenario->expectations[0].clause->left;
    assert_string_equal(log->text.bytes, "bob 2 5ms {");
    assert_int_equal(log->at_ns.high, 10000000);
    assert_int_equal(log->times, 1);
    assert_int_equal(scenario->exploration.budget, 200);
    assert_int_equal(scenario->exploration.within_ns, 10000000);
    free_parsed(&parsed);
}

static void what_is_no_constant_is_told(void **state) {
    (void)state;
    assert_errors("scenario \"t\"\nvar v = 3\nparam p = v + 1\n", 1,
                  "t.scn:3:11: error: 'v' is not constant");
    assert_errors("scenario \"t\"\nparam p = now\n", 1, "'now' is not constant");
    assert_errors("scenario \"t\"\nparam p = 3 / 0\n", 1, "division by zero");
    assert_errors("scenario \"t\"\nparam p = 2ms * 2ms\n", 1, "do not go together");
    assert_errors("scenario \"t\"\nparam p = 1152921504606846975 + 1\n", 1, "out of range");
    assert_errors("scenario \"t\"\nparam p = -\"x\"\n", 1, "a text has no negative");
    assert_errors("scenario \"t\"\nparam p = 9ms..1ms\n", 1, "ends before it begins");
    assert_errors("scenario \"t\"\nparam p\n", 1, "expected '=' and its value");
    assert_errors("scenario \"t\"\nparam p = 101%\n", 1, "at most 100%");
    assert_errors("scenario \"t\"\nparam p = 3 4\n", 1, "expected the end of the line");
}

static void a_value_of_another_kind_is_told_where_it_is_used(void **state) {
    (void)state;
    assert_errors("scenario \"t\"\nparam p = 3\ncoro a after p\n    yield\n", 1,
                  "t.scn:3:14: error: expected a duration, but this is a number");
    assert_errors("scenario \"t\"\nparam p = 3ms\nqueue q size p\ncoro a\n    put q 1\n", 1,
                  "but this is a duration");
    assert_errors("scenario \"t\"\nparam p = 2%\ncoro a\n    sleep p\n", 1,
                  "'p' is a percentage, not a value");
    assert_errors("scenario \"t\"\nparam p = -5ms\ncoro a after p\n    yield\n", 1,
                  "cannot be negative here");
    assert_errors("scenario \"t\"\nparam n = 0\nqueue q size n\ncoro a\n    put q 1\n", 1,
                  "must be at least 1");
}

static void one_mistake_is_told_once(void **state) {
    (void)state;
    assert_errors("scenario \"t\"\nparam p = oops\ncoro a after p\n    sleep p\n    log \"{p}\"\n"
                  "expect end at 2 * p\n",
                  1, "'oops' is not constant");
    assert_errors("scenario \"t\"\neach x\n    oops\ncoro a after x\n    sleep x\n", 1,
                  "'oops' is not constant");
}

static void names_are_told_apart(void **state) {
    (void)state;
    assert_errors("scenario \"t\"\nparam p = 1\nparam p = 2\n", 1, "two things are named 'p'");
    assert_errors("scenario \"t\"\nparam q = 1\nqueue q\ncoro a\n    put q 1\n", 2,
                  "two things are named 'q'");
    assert_errors("scenario \"t\"\nparam p = 1\ncoro a\n    let p = 2\n    log \"{p}\"\n", 1,
                  "two things are named 'p'");
    assert_errors("scenario \"t\"\nparam p = 1\ncoro a\n    set p = 2\n    log \"{p}\"\n", 1,
                  "'p' is a parameter: its value is fixed");
    assert_warning("scenario \"t\"\nparam p = 1\ncoro a\n    yield\n",
                   "parameter 'p' is never used");
    assert_clean("scenario \"t\"\nparam _p = 1\ncoro a\n    yield\n");
}

static void a_parameter_may_stand_behind_its_use(void **state) {
    (void)state;
    assert_clean("scenario \"t\"\ncoro a after d\n    sleep d\nparam d = 1ms\n");
}

/* ---- Definitions ---- */

static int64_t defined_time(const char *parameter, const char *name, const char *value) {
    char text[256];
    struct parsed parsed;
    struct sim_definition definition = {.name = name, .value = value};
    struct sim_parse_options options = {.definitions = &definition, .definition_count = 1};
    (void)snprintf(text, sizeof text, "scenario \"t\"\n%s\ncoro a after p\n    yield\n", parameter);
    parse_with(&parsed, text, &options);
    int64_t time_ns = parsed.status == COG_OK ? parsed.scenario->coroutines[0].after_ns : -1;
    assert_true(definition.is_used == (strcmp(name, "p") == 0));
    free_parsed(&parsed);
    return time_ns;
}

static void a_definition_takes_the_place_of_the_value(void **state) {
    (void)state;
    assert_int_equal(defined_time("param p = 1ms", "p", "20ms"), 20000000);
    assert_int_equal(defined_time("param p = 1ms", "q", "20ms"), 1000000);
    assert_int_equal(defined_time("param p = 1ms", "p", "2 * 3ms"), 6000000);
}

static void a_definition_that_does_not_fit_is_told(void **state) {
    (void)state;
    static const char *const values[] = {"20", "", "x", "5ms 3", "\"", "2%", "20 ms", "q", "\n"};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct parsed parsed;
        struct sim_definition definition = {.name = "p", .value = values[i]};
        struct sim_parse_options options = {.definitions = &definition, .definition_count = 1};
        parse_with(&parsed, "scenario \"t\"\nparam p = 1ms\ncoro a after p\n    yield\n", &options);
        assert_int_equal(parsed.status, COG_EINVALID);
        assert_int_equal(parsed.diagnostics.error_count, 1);
        assert_non_null(strstr(rendered_text(&parsed), "does not fit"));
        free_parsed(&parsed);
    }
}

static void a_text_is_defined_as_it_is(void **state) {
    (void)state;
    struct parsed parsed;
    struct sim_definition definition = {.name = "p", .value = "a \"b\" {c}"};
    struct sim_parse_options options = {.definitions = &definition, .definition_count = 1};
    parse_with(&parsed,
               "scenario \"t\"\nparam p = \"x\"\ncoro a\n    log p\nexpect log \"<{p}>\"\n",
               &options);
    assert_int_equal(parsed.status, COG_OK);
    assert_string_equal(parsed.scenario->expectations[0].clause->text.bytes, "<a \"b\" {c}>");
    free_parsed(&parsed);
}

/* ---- each ---- */

#define TABLE                                                                                      \
    "scenario \"t\"\n"                                                                             \
    "param base = 1ms\n"                                                                           \
    "each d, what, n\n"                                                                            \
    "    base, \"one\", 1\n"                                                                       \
    "    2ms..3ms, \"two\", 1 + 1 # last\n"                                                        \
    "coro a\n"                                                                                     \
    "    sleep n * base\n"                                                                         \
    "    log what\n"                                                                               \
    "at d\n"                                                                                       \
    "    signal go_\n"

static void each_row_is_a_scenario(void **state) {
    (void)state;
    static const char *const texts[] = {"d = 1ms, what = \"one\", n = 1",
                                        "d = 2ms..3ms, what = \"two\", n = 2"};
    for (uint32_t row = 0; row < 2; row++) {
        struct parsed parsed;
        struct sim_parse_options options = {.row = row};
        parse_with(&parsed, TABLE, &options);
        assert_int_equal(parsed.status, COG_OK);
        assert_int_equal(parsed.scenario->row_count, 2);
        assert_int_equal(parsed.scenario->row, row);
        assert_int_equal(parsed.scenario->row_place.line, 4 + row);
        assert_string_equal(parsed.scenario->row_text.bytes, texts[row]);
        assert_int_equal(parsed.scenario->world_blocks[0].at_ns.high, row == 0 ? 1000000 : 3000000);
        free_parsed(&parsed);
    }
}

static void a_row_that_is_not_there_is_told(void **state) {
    (void)state;
    struct parsed parsed;
    struct sim_parse_options options = {.row = 2};
    parse_with(&parsed, TABLE, &options);
    assert_int_equal(parsed.status, COG_EINVALID);
    assert_non_null(strstr(rendered_text(&parsed), "there is no row 3"));
    assert_non_null(strstr(rendered_text(&parsed), "the table has 2 rows"));
    free_parsed(&parsed);
    parse_with(&parsed, "scenario \"t\"\ncoro a\n    yield\n", &options);
    assert_non_null(strstr(rendered_text(&parsed), "the scenario has no 'each'"));
    free_parsed(&parsed);
}

static void every_row_is_checked(void **state) {
    (void)state;
    assert_errors("scenario \"t\"\neach x, _y\n    1, 2\n    3\ncoro a\n    log \"{x}\"\n", 1,
                  "t.scn:4:6: error: expected ',' and a value for '_y'");
    assert_errors("scenario \"t\"\neach x, _y\n    1, 2\n    3, 4ms\ncoro a\n    log \"{x}\"\n", 1,
                  "'_y' is a duration here and a number in the first row");
    assert_errors("scenario \"t\"\neach x\n    1, 2\ncoro a\n    log \"{x}\"\n", 1,
                  "expected the end of the line");
    assert_errors("scenario \"t\"\neach x\ncoro a\n    log \"{x}\"\n", 1, "'each' has no block");
    assert_errors("scenario \"t\"\neach x, x\n    1, 2\ncoro a\n    log \"{x}\"\n", 2,
                  "two things are named 'x'");
    assert_errors("scenario \"t\"\neach x\n    1\neach z\n    1\ncoro a\n    log \"{x}\"\n", 1,
                  "a second 'each'");
    assert_errors("scenario \"t\"\neach 3\n    1\ncoro a\n    yield\n", 1,
                  "expected a name for the column");
}

static void a_column_is_not_defined_from_outside(void **state) {
    (void)state;
    struct parsed parsed;
    struct sim_definition definition = {.name = "n", .value = "3"};
    struct sim_parse_options options = {.definitions = &definition, .definition_count = 1};
    parse_with(&parsed, TABLE, &options);
    assert_int_equal(parsed.status, COG_EINVALID);
    assert_non_null(strstr(rendered_text(&parsed), "it is a column of 'each'"));
    free_parsed(&parsed);
}

static void a_part_has_no_title_and_only_its_syntax_is_checked(void **state) {
    (void)state;
    struct parsed parsed;
    struct sim_parse_options options = {.is_part = true};
    parse_with(&parsed, "routine work()\n    put elsewhere 1\n", &options);
    assert_int_equal(parsed.status, COG_OK);
    free_parsed(&parsed);
    parse_with(&parsed, "expect end at 1ms\n", &options);
    assert_int_equal(parsed.status, COG_EINVALID);
    free_parsed(&parsed);
}

static void memory_may_run_out_anywhere(void **state) {
    (void)state;
    int status = COG_ENOMEM;
    for (uint64_t fails_at = 1; status == COG_ENOMEM; fails_at++) {
        struct counting_allocator counting;
        struct sim_source source;
        struct sim_diagnostics diagnostics;
        struct sim_scenario *scenario = NULL;
        struct sim_definition definition = {.name = "base", .value = "4ms"};
        struct sim_parse_options options = {
            .definitions = &definition, .definition_count = 1, .row = 1};
        counting_allocator_init(&counting);
        counting.fails_at = fails_at;
        status = sim_source_from_text(&source, &counting.allocator, "t", TABLE, strlen(TABLE));
        if (status == COG_OK) {
            sim_diagnostics_init(&diagnostics, &counting.allocator);
            status = sim_scenario_parse_with(&counting.allocator, &source, &options, &diagnostics,
                                             &scenario);
            sim_scenario_free(scenario);
            sim_diagnostics_term(&diagnostics);
            sim_source_close(&source);
        }
        assert_int_equal(counting.live_bytes, 0);
    }
    assert_int_equal(status, COG_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_parameter_stands_for_its_value),
        cmocka_unit_test(parameters_may_be_named_by_quantities),
        cmocka_unit_test(values_reach_every_constant_place),
        cmocka_unit_test(what_is_no_constant_is_told),
        cmocka_unit_test(a_value_of_another_kind_is_told_where_it_is_used),
        cmocka_unit_test(one_mistake_is_told_once),
        cmocka_unit_test(names_are_told_apart),
        cmocka_unit_test(a_parameter_may_stand_behind_its_use),
        cmocka_unit_test(a_definition_takes_the_place_of_the_value),
        cmocka_unit_test(a_definition_that_does_not_fit_is_told),
        cmocka_unit_test(a_text_is_defined_as_it_is),
        cmocka_unit_test(each_row_is_a_scenario),
        cmocka_unit_test(a_row_that_is_not_there_is_told),
        cmocka_unit_test(every_row_is_checked),
        cmocka_unit_test(a_column_is_not_defined_from_outside),
        cmocka_unit_test(a_part_has_no_title_and_only_its_syntax_is_checked),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
