/* test_parser.c - what the parser makes of texts, good, broken and random. */
#include "tests/unit/language_fixture.h"

#include <stdio.h>

#define HEAD "scenario \"t\"\n"

static const char *const sources[] = {
    "tests/diagnostics/good.scn",          "tests/diagnostics/many/bad_syntax.scn",
    "tests/diagnostics/many/names.scn",    "tests/diagnostics/many/flow.scn",
    "tests/diagnostics/many/handlers.scn", "tests/diagnostics/many/types.scn",
    "tests/diagnostics/many/hosts.scn",    "tests/diagnostics/many/lines.scn",
};

enum { SOURCE_COUNT = sizeof(sources) / sizeof(sources[0]) };

static void a_scenario_keeps_its_title(void **state) {
    (void)state;
    struct parsed parsed;
    parse_text(&parsed, "# comment\n\nscenario \"a \\\"title\\\"\"\n");
    assert_int_equal(parsed.status, COG_OK);
    assert_string_equal(parsed.scenario->title.bytes, "a \"title\"");
    free_parsed(&parsed);
}

static void hosts_come_in_order_of_first_mention(void **state) {
    (void)state;
    struct parsed parsed;
    parse_text(&parsed, HEAD "coro a on zeta\n    yield\nlink beta -> zeta latency 1ms\n"
                             "host alpha skew 5ms\ncoro b\n    yield\nhost beta drift -3 ppm\n");
    assert_int_equal(parsed.status, COG_OK);
    const struct sim_scenario *scenario = parsed.scenario;
    assert_int_equal(scenario->host_count, 4);
    assert_string_equal(scenario->hosts[0].name, "zeta");
    assert_string_equal(scenario->hosts[1].name, "beta");
    assert_string_equal(scenario->hosts[2].name, "alpha");
    assert_string_equal(scenario->hosts[3].name, "main");
    assert_int_equal(scenario->hosts[1].drift_ppm, -3);
    assert_int_equal(scenario->hosts[2].skew_ns, 5000000);
    assert_int_equal(scenario->coroutines[1].host.index, 3);
    free_parsed(&parsed);
}

static void clauses_stand_in_any_order(void **state) {
    (void)state;
    struct parsed parsed;
    parse_text(&parsed, HEAD "coro a\n    connect c to port 80\n"
                             "    recv v from c timeout 2s strong max 4KB priority op\n");
    assert_int_equal(parsed.status, COG_OK);
    const struct sim_statement *recv = &parsed.scenario->coroutines[0].body.statements[1];
    assert_int_equal(recv->kind, SIM_STATEMENT_RECV);
    assert_int_equal(recv->options.timeout_kind, SIM_TIMEOUT_AFTER);
    assert_int_equal(recv->options.timeout->as.integer, 2000000000);
    assert_true(recv->options.strong);
    assert_int_equal(recv->options.priority, SIM_PRIORITY_OP);
    assert_int_equal(recv->as.socket.bytes->as.integer, 4096);
    assert_int_equal(recv->as.socket.socket->kind, SIM_EXPRESSION_LOCAL);
    free_parsed(&parsed);
}

static void products_bind_tighter_than_sums(void **state) {
    (void)state;
    struct parsed parsed;
    parse_text(&parsed, HEAD "var x = 1 + 2 * 3\nexpect x == 7\n");
    assert_int_equal(parsed.status, COG_OK);
    const struct sim_expression *sum = parsed.scenario->variables[0].initial;
    assert_int_equal(sum->kind, SIM_EXPRESSION_ADD);
    assert_int_equal(sum->as.operands.right->kind, SIM_EXPRESSION_MULTIPLY);
    free_parsed(&parsed);
}

static void handlers_belong_to_the_statement_above(void **state) {
    (void)state;
    struct parsed parsed;
    parse_text(&parsed, HEAD "queue q\ncoro a\n    yield\n    get v from q timeout 1s\n"
                             "    on timeout\n        stop\n    log \"{v}\"\n");
    assert_int_equal(parsed.status, COG_OK);
    const struct sim_block *body = &parsed.scenario->coroutines[0].body;
    assert_int_equal(body->count, 3);
    assert_int_equal(body->statements[1].handler_count, 1);
    assert_int_equal(body->statements[1].handlers[0].endings, SIM_ENDING_TIMEOUT);
    assert_int_equal(body->statements[2].as.simple.value->as.text.piece_count, 1);
    free_parsed(&parsed);
}

static void arrays_of_locks_have_their_elements_in_a_row(void **state) {
    (void)state;
    struct parsed parsed;
    parse_text(&parsed, HEAD "param n = 3\nlock a\nlock b[n + 1]\nlock c[2]\ncoro x\n"
                             "    acquire b[1 + 2] timeout 1s strong\n    release b[3]\n"
                             "    acquire a\n    release a\n    acquire c[0]\n    release c[0]\n");
    assert_string_equal(rendered_text(&parsed), "");
    const struct sim_lock *locks = parsed.scenario->locks;
    assert_int_equal(parsed.scenario->lock_count, 3);
    assert_false(locks[0].is_array);
    assert_int_equal(locks[0].element_count, 1);
    assert_int_equal(locks[0].first, 0);
    assert_true(locks[1].is_array);
    assert_int_equal(locks[1].element_count, 4);
    assert_int_equal(locks[1].first, 1);
    assert_int_equal(locks[2].first, 5);
    const struct sim_statement *statements = parsed.scenario->coroutines[0].body.statements;
    assert_int_equal(statements[0].as.lock.lock.index, 1);
    assert_int_equal(statements[0].as.lock.element->kind, SIM_EXPRESSION_ADD);
    assert_true(statements[0].options.strong);
    assert_int_equal(statements[1].as.lock.element->as.integer, 3);
    assert_null(statements[2].as.lock.element);
    free_parsed(&parsed);
}

static void an_array_that_cannot_be_read_is_told_once(void **state) {
    (void)state;
    assert_errors(HEAD "lock l[1048577]\ncoro a\n    acquire l[7]\n    release l[7]\n", 1,
                  "must be at most 1048576");
    assert_errors(HEAD "lock l[2\ncoro a\n    acquire l[7]\n    release l[7]\n", 1, "expected ']'");
    assert_errors(HEAD "var v[0] = 1\ncoro a\n    set v[7] = 2\n", 1, "must be at least 1");
    assert_errors(HEAD "lock l[2]\ncoro a\n    acquire l[\n    release l[1]\n", 1,
                  "expected a value");
}

static void clauses_of_expectations_join(void **state) {
    (void)state;
    struct parsed parsed;
    parse_text(&parsed, HEAD "var x = 1\nnever log \"a\" and (x == 1 and x != 2) or deadlock\n");
    assert_int_equal(parsed.status, COG_OK);
    const struct sim_clause * or = parsed.scenario->expectations[0].clause;
    assert_int_equal(or->kind, SIM_CLAUSE_OR);
    assert_int_equal(or->left->kind, SIM_CLAUSE_AND);
    assert_int_equal(or->left->right->kind, SIM_CLAUSE_HOLDS);
    assert_int_equal(or->right->kind, SIM_CLAUSE_DEADLOCK);
    assert_string_equal(parsed.scenario->expectations[0].source.bytes,
                        "never log \"a\" and (x == 1 and x != 2) or deadlock");
    free_parsed(&parsed);
}

static void a_schedule_is_kept_as_it_stands(void **state) {
    (void)state;
    struct parsed parsed;
    parse_text(&parsed, HEAD "schedule\n    a \"b {\n      c\nqueue _q\n");
    assert_int_equal(parsed.status, COG_OK);
    assert_int_equal(parsed.scenario->schedule_line_count, 2);
    assert_string_equal(parsed.scenario->schedule_lines[0].text.bytes, "a \"b {");
    assert_string_equal(parsed.scenario->schedule_lines[1].text.bytes, "  c");
    assert_int_equal(parsed.scenario->queue_count, 1);
    free_parsed(&parsed);
}

static void line_endings_of_any_kind_are_accepted(void **state) {
    (void)state;
    assert_clean("\xef\xbb\xbfscenario \"t\"\r\ncoro a\r\n    yield\r\n\t\r\n    log \"x\"");
}

static void every_broken_line_is_told_in_one_pass(void **state) {
    (void)state;
    assert_errors(HEAD "coro a\n    yeild\n    sleep 5 ms\n    foo bar\nqueue size\n", 4,
                  "did you mean 'size_'?");
}

static void a_broken_header_still_reads_its_block(void **state) {
    (void)state;
    assert_errors(HEAD "coro a on\n    yeild\n", 2, "did you mean 'yield'?");
    assert_errors(HEAD "coro a\n    if 1 +\n        yeild\n", 2, "did you mean 'yield'?");
}

static void a_file_without_a_title_is_an_error(void **state) {
    (void)state;
    assert_errors("", 1, "t.scn:1:1: error: a scenario begins with its title");
    assert_errors("# nothing\n", 1, "begins with its title");
    assert_errors("coro a\n    yield\n", 1, "begins with its title");
    assert_errors(HEAD HEAD, 1, "a file is one scenario");
}

static void bytes_that_are_no_text_are_told(void **state) {
    (void)state;
    struct parsed parsed;
    static const char with_nul[] = "scenario \"t\"\nqueue a\0b\n";
    parse_bytes(&parsed, with_nul, sizeof(with_nul) - 1);
    assert_non_null(strstr(rendered_text(&parsed), "t.scn:2:8: error: a NUL byte"));
    assert_int_equal(parsed.diagnostics.error_count, 1);
    free_parsed(&parsed);
    assert_errors(HEAD "# overlong \xc0\xaf\n", 1, "2:12: error: the byte c0 is not UTF-8");
    assert_errors(HEAD "# surrogate \xed\xa0\x80\n", 1, "is not UTF-8");
    assert_errors(HEAD "# cut \xe2\x82\n", 1, "is not UTF-8");
    assert_errors(HEAD "coro a\n\tyield\n", 1, "a tab where spaces belong");
}

static void deep_nesting_is_an_error(void **state) {
    (void)state;
    char text[32768];
    size_t length = (size_t)snprintf(text, sizeof(text), HEAD "coro a\n");
    for (unsigned level = 1; level < 100; level++) {
        length += (size_t)snprintf(text + length, sizeof(text) - length, "%*srepeat\n",
                                   (int)level * 4, "");
    }
    assert_errors(text, 1, "blocks are nested more than 64 deep");
    char sum[4096] = HEAD "var x = ";
    for (unsigned i = 0; i < 500; i++) {
        strcat(sum, "1 + ");
    }
    strcat(sum, "1\n");
    assert_errors(sum, 1, "the expression is too long");
    char parentheses[4096] = HEAD "var x = ";
    for (unsigned i = 0; i < 500; i++) {
        strcat(parentheses, "(");
    }
    assert_errors(parentheses, 1, "nested more than 64 deep");
}

static void a_thousand_errors_are_enough(void **state) {
    (void)state;
    size_t length = 400000;
    char *text = malloc(length);
    assert_non_null(text);
    for (size_t i = 0; i < length; i++) {
        text[i] = i % 20 == 19 ? '\n' : "abc \"{}[]#+"[i * 7919 % 11];
    }
    struct parsed parsed;
    parse_bytes(&parsed, text, length);
    assert_int_equal(parsed.diagnostics.error_count, SIM_ERRORS_MAX);
    assert_non_null(strstr(rendered_text(&parsed), "(50 shown, and 950 more); stopped reading"));
    free_parsed(&parsed);
    free(text);
}

static void a_huge_line_is_read_in_linear_time(void **state) {
    (void)state;
    size_t length = (size_t)2 << 20;
    char *text = malloc(length);
    assert_non_null(text);
    static const char *const patterns[] = {"a ", "(", "\"{a}\" ", "1,", "put ", "\xe2\x82\xac"};
    for (size_t p = 0; p < sizeof(patterns) / sizeof(patterns[0]); p++) {
        size_t at = (size_t)sprintf(text, HEAD "coro a\n    log \"");
        while (at + 8 < length) {
            at += (size_t)sprintf(text + at, "%s", patterns[p]);
        }
        struct parsed parsed;
        parse_bytes(&parsed, text, at);
        assert_true(parsed.diagnostics.error_count > 0);
        free_parsed(&parsed);
    }
    free(text);
}

/* ---- Random texts ---- */

/* Either a scenario or at least one error, and nothing leaks. */
static void check_any(const char *text, size_t length) {
    struct parsed parsed;
    parse_bytes(&parsed, text, length);
    if (parsed.status == COG_OK) {
        assert_non_null(parsed.scenario);
        assert_int_equal(parsed.diagnostics.error_count, 0);
    } else {
        assert_int_equal(parsed.status, COG_EINVALID);
        assert_null(parsed.scenario);
        assert_true(parsed.diagnostics.error_count > 0);
    }
    free_parsed(&parsed);
}

static uint64_t next_random(uint64_t *seed) {
    uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static void truncated_files_are_survived(void **state) {
    (void)state;
    for (size_t i = 0; i < SOURCE_COUNT; i++) {
        size_t length = 0;
        char *text = read_file(sources[i], &length);
        for (size_t cut = 0; cut < length; cut++) {
            check_any(text, cut);
        }
        free(text);
    }
}

/* Deletes, doubles, moves or flips something. */
static size_t mutate(char *text, size_t length, size_t capacity, uint64_t *seed) {
    size_t at = next_random(seed) % length;
    size_t bytes = 1 + next_random(seed) % 12;
    bytes = bytes > length - at ? length - at : bytes;
    switch (next_random(seed) % 4) {
    case 0:
        memmove(text + at, text + at + bytes, length - at - bytes);
        return length - bytes > 0 ? length - bytes : 1;
    case 1:
        if (length + bytes > capacity) {
            return length;
        }
        memmove(text + at + bytes, text + at, length - at);
        return length + bytes;
    case 2:
        memmove(text + next_random(seed) % (length - bytes + 1), text + at, bytes);
        return length;
    default:
        text[at] = (char)(text[at] ^ (1 << next_random(seed) % 8));
        return length;
    }
}

static void mutated_files_are_survived(void **state) {
    (void)state;
    uint64_t seed = 1;
    for (size_t i = 0; i < SOURCE_COUNT; i++) {
        size_t length = 0;
        char *text = read_file(sources[i], &length);
        size_t capacity = length + 256;
        char *mutant = malloc(capacity);
        assert_non_null(mutant);
        for (unsigned round = 0; round < 400; round++) {
            memcpy(mutant, text, length);
            size_t mutant_length = length;
            for (uint64_t edits = 1 + next_random(&seed) % 6; edits > 0; edits--) {
                mutant_length = mutate(mutant, mutant_length, capacity, &seed);
            }
            check_any(mutant, mutant_length);
        }
        free(mutant);
        free(text);
    }
}

static void a_failing_allocator_is_survived(void **state) {
    (void)state;
    for (size_t i = 0; i < SOURCE_COUNT; i++) {
        size_t length = 0;
        char *text = read_file(sources[i], &length);
        int status = COG_ENOMEM;
        for (uint64_t fails_at = 1; status == COG_ENOMEM; fails_at++) {
            struct counting_allocator counting;
            counting_allocator_init(&counting);
            counting.fails_at = fails_at;
            struct sim_source source;
            struct sim_diagnostics diagnostics;
            struct sim_scenario *scenario = NULL;
            sim_diagnostics_init(&diagnostics, &counting.allocator);
            status = sim_source_from_text(&source, &counting.allocator, "t", text, length);
            if (status == COG_OK) {
                status = sim_scenario_parse(&counting.allocator, &source, &diagnostics, &scenario);
            }
            assert_true(status == COG_ENOMEM || counting.call_count < fails_at);
            sim_scenario_free(scenario);
            sim_diagnostics_term(&diagnostics);
            sim_source_close(&source);
            assert_int_equal(counting.live_bytes, 0);
        }
        free(text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scenario_keeps_its_title),
        cmocka_unit_test(hosts_come_in_order_of_first_mention),
        cmocka_unit_test(clauses_stand_in_any_order),
        cmocka_unit_test(products_bind_tighter_than_sums),
        cmocka_unit_test(handlers_belong_to_the_statement_above),
        cmocka_unit_test(arrays_of_locks_have_their_elements_in_a_row),
        cmocka_unit_test(an_array_that_cannot_be_read_is_told_once),
        cmocka_unit_test(clauses_of_expectations_join),
        cmocka_unit_test(a_schedule_is_kept_as_it_stands),
        cmocka_unit_test(line_endings_of_any_kind_are_accepted),
        cmocka_unit_test(every_broken_line_is_told_in_one_pass),
        cmocka_unit_test(a_broken_header_still_reads_its_block),
        cmocka_unit_test(a_file_without_a_title_is_an_error),
        cmocka_unit_test(bytes_that_are_no_text_are_told),
        cmocka_unit_test(deep_nesting_is_an_error),
        cmocka_unit_test(a_thousand_errors_are_enough),
        cmocka_unit_test(a_huge_line_is_read_in_linear_time),
        cmocka_unit_test(truncated_files_are_survived),
        cmocka_unit_test(mutated_files_are_survived),
        cmocka_unit_test(a_failing_allocator_is_survived),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
