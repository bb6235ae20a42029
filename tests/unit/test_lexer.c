/* test_lexer.c - lines and tokens. */
#include "tests/unit/language_fixture.h"

#include "sim/language/lexer.h"
#include "sim/language/nearest.h"
#include "sim/language/utf8.h"
#include "sim/language/words.h"

struct lexing {
    struct sim_source source;
    struct sim_diagnostics diagnostics;
    struct sim_arena arena;
    struct sim_names names;
    struct sim_lexer lexer;
};

/* Stands at the first line. */
static void start(struct lexing *lexing, const char *text) {
    const struct cog_allocator *allocator = cog_allocator_malloc();
    assert_int_equal(sim_source_from_text(&lexing->source, allocator, "t", text, strlen(text)),
                     COG_OK);
    sim_diagnostics_init(&lexing->diagnostics, allocator);
    sim_arena_init(&lexing->arena, allocator);
    sim_names_init(&lexing->names, &lexing->arena);
    sim_lexer_init(&lexing->lexer, &lexing->source, &lexing->names, &lexing->diagnostics);
    assert_true(sim_lexer_next_line(&lexing->lexer));
}

static void finish(struct lexing *lexing) {
    sim_arena_term(&lexing->arena);
    sim_diagnostics_term(&lexing->diagnostics);
    sim_source_close(&lexing->source);
}

static void assert_kinds(const char *text, const enum sim_token_kind *kinds, size_t count) {
    struct lexing lexing;
    start(&lexing, text);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(sim_lexer_next(&lexing.lexer).kind, kinds[i]);
    }
    assert_int_equal(sim_lexer_next(&lexing.lexer).kind, SIM_TOKEN_END);
    assert_int_equal(sim_lexer_next(&lexing.lexer).kind, SIM_TOKEN_END);
    finish(&lexing);
}

static struct sim_token first_token(const char *text, uint32_t *error_count) {
    struct lexing lexing;
    start(&lexing, text);
    struct sim_token token = sim_lexer_next(&lexing.lexer);
    *error_count = lexing.diagnostics.error_count;
    finish(&lexing);
    return token;
}

static void symbols_are_cut_longest_first(void **state) {
    (void)state;
    const enum sim_token_kind kinds[] = {
        SIM_TOKEN_NAME,   SIM_TOKEN_BOTH_ARROW, SIM_TOKEN_NAME,    SIM_TOKEN_ARROW,
        SIM_TOKEN_EQUAL,  SIM_TOKEN_LESS_EQUAL, SIM_TOKEN_LESS,    SIM_TOKEN_MINUS,
        SIM_TOKEN_ASSIGN, SIM_TOKEN_DURATION,   SIM_TOKEN_RANGE,   SIM_TOKEN_DURATION,
        SIM_TOKEN_NUMBER, SIM_TOKEN_PERCENT,    SIM_TOKEN_DECIMAL, SIM_TOKEN_TEXT,
    };
    assert_kinds("a<->b -> == <= < - = 1ms..2s 2% 0.5 \"x # \\\" y\" # \"comment", kinds,
                 sizeof(kinds) / sizeof(kinds[0]));
}

static void units_scale_numbers(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum sim_token_kind kind;
        int64_t value;
    } cases[] = {
        {"0", SIM_TOKEN_NUMBER, 0},
        {"250ns", SIM_TOKEN_DURATION, 250},
        {"10us", SIM_TOKEN_DURATION, 10000},
        {"5ms", SIM_TOKEN_DURATION, 5000000},
        {"2s", SIM_TOKEN_DURATION, 2000000000},
        {"1m", SIM_TOKEN_DURATION, INT64_C(60000000000)},
        {"1h", SIM_TOKEN_DURATION, INT64_C(3600000000000)},
        {"4KB", SIM_TOKEN_SIZE, 4096},
        {"1MB", SIM_TOKEN_SIZE, 1048576},
        {"0.5", SIM_TOKEN_DECIMAL, 5000},
        {"1152921504606846975", SIM_TOKEN_NUMBER, SIM_VALUE_MAX},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint32_t error_count = 1;
        struct sim_token token = first_token(cases[i].text, &error_count);
        assert_int_equal(error_count, 0);
        assert_int_equal(token.kind, cases[i].kind);
        assert_int_equal(token.integer, cases[i].value);
    }
}

static void bad_numbers_are_told_once(void **state) {
    (void)state;
    static const char *const texts[] = {"1152921504606846976",
                                        "99999999999999999999999999999999999",
                                        "1152921504606846975KB",
                                        "400000h",
                                        "10parsecs",
                                        "0x10",
                                        "4kb",
                                        "1.5s",
                                        "1.23456"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        uint32_t error_count = 0;
        assert_int_equal(first_token(texts[i], &error_count).kind, SIM_TOKEN_BAD_NUMBER);
        assert_int_equal(error_count, 1);
    }
}

static void columns_count_code_points(void **state) {
    (void)state;
    struct lexing lexing;
    start(&lexing, "    \"\xe6\x97\xa5\xe6\x9c\xac\" x");
    assert_int_equal(lexing.lexer.indent, 4);
    assert_int_equal(sim_lexer_next(&lexing.lexer).place.column, 5);
    struct sim_token token = sim_lexer_next(&lexing.lexer);
    assert_int_equal(token.place.column, 10);
    assert_int_equal(token.place.offset, 13);
    finish(&lexing);
}

static void blank_and_comment_lines_are_no_lines(void **state) {
    (void)state;
    struct lexing lexing;
    start(&lexing, "\n  \n# c\n\t# c\n  x # c\r\n\r\ny");
    assert_int_equal(lexing.lexer.line, 5);
    assert_true(sim_lexer_next_line(&lexing.lexer));
    assert_int_equal(lexing.lexer.line, 7);
    assert_false(sim_lexer_next_line(&lexing.lexer));
    assert_false(sim_lexer_next_line(&lexing.lexer));
    assert_int_equal(lexing.diagnostics.error_count, 0);
    finish(&lexing);
}

static void reserved_words_are_the_first_names(void **state) {
    (void)state;
    for (uint32_t i = 0; i < SIM_WORD_COUNT; i++) {
        uint32_t error_count = 0;
        assert_int_equal(first_token(sim_word_text(i), &error_count).name_number, i);
    }
}

static void capitals_are_read_as_small_letters(void **state) {
    (void)state;
    uint32_t error_count = 0;
    assert_int_equal(first_token("Recv", &error_count).name_number, SIM_WORD_RECV);
    assert_int_equal(error_count, 1);
}

static const char *nearest_to(const char *wanted, const char *a, const char *b) {
    struct sim_nearest nearest;
    sim_nearest_init(&nearest, wanted);
    sim_nearest_offer(&nearest, a);
    sim_nearest_offer(&nearest, b);
    return nearest.best;
}

static void the_nearest_word_wins_and_the_first_of_equals(void **state) {
    (void)state;
    assert_string_equal(nearest_to("jbos", "logs", "jobs"), "jobs");
    assert_string_equal(nearest_to("recieve", "release", "recv"), "recv");
    assert_string_equal(nearest_to("sett", "set", "sets"), "set");
    assert_null(nearest_to("banana", "recv", "send"));
    assert_null(nearest_to("x", "y", "z"));
    assert_null(nearest_to("", "y", "z"));
}

static void only_strict_utf8_is_decoded(void **state) {
    (void)state;
    uint32_t code_point = 0;
    assert_int_equal(sim_utf8_decode("a", 1, &code_point), 1);
    assert_int_equal(sim_utf8_decode("\xe2\x82\xac", 3, &code_point), 3);
    assert_int_equal(code_point, 0x20ac);
    assert_int_equal(sim_utf8_decode("\xf4\x8f\xbf\xbf", 4, &code_point), 4);
    assert_int_equal(sim_utf8_decode("\xe2\x82\xac", 2, &code_point), 0);
    assert_int_equal(sim_utf8_decode("\xc0\x80", 2, &code_point), 0);
    assert_int_equal(sim_utf8_decode("\xe0\x80\x80", 3, &code_point), 0);
    assert_int_equal(sim_utf8_decode("\xed\xa0\x80", 3, &code_point), 0);
    assert_int_equal(sim_utf8_decode("\xf4\x90\x80\x80", 4, &code_point), 0);
    assert_int_equal(sim_utf8_decode("\x80", 1, &code_point), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(symbols_are_cut_longest_first),
        cmocka_unit_test(units_scale_numbers),
        cmocka_unit_test(bad_numbers_are_told_once),
        cmocka_unit_test(columns_count_code_points),
        cmocka_unit_test(blank_and_comment_lines_are_no_lines),
        cmocka_unit_test(reserved_words_are_the_first_names),
        cmocka_unit_test(capitals_are_read_as_small_letters),
        cmocka_unit_test(the_nearest_word_wins_and_the_first_of_equals),
        cmocka_unit_test(only_strict_utf8_is_decoded),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
