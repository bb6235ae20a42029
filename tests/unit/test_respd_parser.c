/* test_respd_parser.c - respd understands commands in whatever pieces they come. */
#include "scenarios/programs/respd/parser.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* cmocka needs what stands above. */
#include <cmocka.h>

enum { TEXT_BYTES = 1024, BULK_BYTES_MAX = 1000 };

#define TEXT(literal) literal, sizeof(literal) - 1

/* What clients send, and the commands in it: an argument behind each '|', ';' behind a command,
 * '!' before an error. */
static const struct {
    const char *sent;
    size_t bytes;
    const char *understood;
} cases[] = {
    {TEXT(""), ""},
    {TEXT("*1\r\n$4\r\nPING\r\n"), "|PING;"},
    {TEXT("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\na\r\nb\r\n"), "|SET|k|a\r\nb;"},
    {TEXT("*2\r\n$3\r\nGET\r\n$0\r\n\r\n*1\r\n$4\r\nQUIT\r\n"), "|GET|;|QUIT;"},
    {TEXT("*2\r\n$4\r\nECHO\r\n$12\r\n*1\r\n$4\r\nPING\r\n"), "|ECHO|*1\r\n$4\r\nPING;"},
    {TEXT("*0\r\n*-1\r\n*1\r\n$1\r\nx\r\n"), ";;|x;"},
    {TEXT("*12\r\n$1\r\n1\r\n$1\r\n2\r\n$1\r\n3\r\n$1\r\n4\r\n$1\r\n5\r\n$1\r\n6\r\n$1\r\n7\r\n"
          "$1\r\n8\r\n$1\r\n9\r\n$2\r\n10\r\n$2\r\n11\r\n$2\r\n12\r\n"),
     "|1|2|3|4|5|6|7|8|9|10|11|12;"},
    {TEXT("PING\r\nping\n"), "|PING;|ping;"},
    {TEXT("\r\n\n  \t\r\n set  a\tb \r\n"), ";;;|set|a|b;"},
    {TEXT("set \"a b\" 'c d'\n*1\r\n$1\r\nx\r\nget \"\" ''\n"), "|set|a b|c d;|x;|get||;"},
    {TEXT("echo \"\\x41\\n\\\"\\q\" '\\'\\n'\n"), "|echo|A\n\"q|'\\n;"},
    {TEXT("get a\"b\"\n"), "|get|ab;"},
    {TEXT("PING\n*x\r\n"), "|PING;!invalid multibulk length"},
    {TEXT("*1000000000\r\n"), "!invalid multibulk length"},
    {TEXT("*1\n"), "!invalid multibulk length"},
    {TEXT("*00000000000000000000000000000000000"), "!invalid multibulk length"},
    {TEXT("*1\r\n:1\r\n"), "!expected '$', got ':'"},
    {TEXT("*1\r\n\001"), "!expected '$', got '?'"},
    {TEXT("*1\r\n$-1\r\n"), "!invalid bulk length"},
    {TEXT("*1\r\n$1001\r\n"), "!invalid bulk length"},
    {TEXT("*1\r\n$9223372036854775808\r\n"), "!invalid bulk length"},
    {TEXT("*1\r\n$1\r\nxyz"), "!a bulk does not end with CRLF"},
    {TEXT("get \"a\n"), "!unbalanced quotes in request"},
    {TEXT("get 'a'b\n"), "!unbalanced quotes in request"},
    {TEXT("get \"a\\"), ""},
};

/* One who has received a part of the bytes, each time in memory of just that size. */
struct reader {
    struct respd_budget budget;
    struct respd_parser parser;
    char *bytes; /* from the first that has not been taken on */
    size_t count;
    char text[TEXT_BYTES]; /* what it has understood */
    size_t text_bytes;
    bool has_failed;
};

static void write_text(struct reader *reader, const char *bytes, size_t count) {
    assert_true(reader->text_bytes + count < TEXT_BYTES);
    memcpy(reader->text + reader->text_bytes, bytes, count);
    reader->text_bytes += count;
    reader->text[reader->text_bytes] = '\0';
}

/* Brings the bytes into new memory, without the first ones, with others behind. */
static void move(struct reader *reader, size_t dropped, const char *more, size_t bytes) {
    size_t kept = reader->count - dropped;
    char *moved = malloc(kept + bytes > 0 ? kept + bytes : 1);
    assert_non_null(moved);
    if (kept > 0) {
        memcpy(moved, reader->bytes + dropped, kept);
    }
    memcpy(moved + kept, more, bytes);
    free(reader->bytes);
    reader->bytes = moved;
    reader->count = kept + bytes;
}

static void receive(struct reader *reader, const char *bytes, size_t count) {
    struct respd_parser *parser = &reader->parser;
    move(reader, 0, bytes, count);
    while (!reader->has_failed) {
        enum respd_parsed parsed = respd_parse(parser, reader->bytes, reader->count);
        if (parsed == RESPD_PARSED_PART) {
            return;
        }
        if (parsed == RESPD_PARSED_ERROR) {
            write_text(reader, "!", 1);
            write_text(reader, parser->error, strlen(parser->error));
            reader->has_failed = true;
            return;
        }
        for (size_t i = 0; i < parser->argument_count; i++) {
            struct respd_text argument = respd_parser_argument(parser, reader->bytes, i);
            write_text(reader, "|", 1);
            write_text(reader, argument.data, argument.bytes);
        }
        write_text(reader, ";", 1);
        move(reader, parser->position, "", 0);
        respd_parser_next(parser);
    }
}

static void begin(struct reader *reader) {
    *reader = (struct reader){.budget = {.limit_bytes = 100000}};
    respd_parser_init(&reader->parser, &reader->budget, BULK_BYTES_MAX);
}

static void end(struct reader *reader) {
    respd_parser_term(&reader->parser);
    assert_int_equal(reader->budget.used_bytes, 0);
    free(reader->bytes);
}

static void commands_are_understood_whole(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct reader reader;
        begin(&reader);
        receive(&reader, cases[i].sent, cases[i].bytes);
        assert_string_equal(reader.text, cases[i].understood);
        end(&reader);
    }
}

static void commands_are_understood_cut_at_any_two_bytes(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *sent = cases[i].sent;
        for (size_t first = 0; first <= cases[i].bytes; first++) {
            for (size_t second = first; second <= cases[i].bytes; second++) {
                struct reader reader;
                begin(&reader);
                receive(&reader, sent, first);
                receive(&reader, sent + first, second - first);
                receive(&reader, sent + second, cases[i].bytes - second);
                assert_string_equal(reader.text, cases[i].understood);
                end(&reader);
            }
        }
    }
}

static void commands_are_understood_byte_for_byte(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct reader reader;
        begin(&reader);
        for (size_t at = 0; at < cases[i].bytes; at++) {
            receive(&reader, cases[i].sent + at, 1);
        }
        assert_string_equal(reader.text, cases[i].understood);
        end(&reader);
    }
}

static void a_line_without_end_is_refused(void **state) {
    (void)state;
    struct reader reader;
    char piece[1024];
    memset(piece, 'x', sizeof piece);
    begin(&reader);
    for (int i = 0; i < 64; i++) {
        assert_string_equal(reader.text, "");
        receive(&reader, piece, sizeof piece);
    }
    assert_string_equal(reader.text, "!too big inline request");
    end(&reader);
}

static void arguments_without_end_are_refused_when_the_budget_is_spent(void **state) {
    (void)state;
    struct reader reader;
    begin(&reader);
    receive(&reader, TEXT("*1000000\r\n"));
    for (int i = 0; i < 20000; i++) {
        receive(&reader, TEXT("$0\r\n\r\n"));
    }
    assert_string_equal(reader.text, "!out of memory");
    assert_true(reader.budget.used_bytes <= reader.budget.limit_bytes);
    end(&reader);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_are_understood_whole),
        cmocka_unit_test(commands_are_understood_cut_at_any_two_bytes),
        cmocka_unit_test(commands_are_understood_byte_for_byte),
        cmocka_unit_test(a_line_without_end_is_refused),
        cmocka_unit_test(arguments_without_end_are_refused_when_the_budget_is_spent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
