/* test_respd_parser.c - the parser of scenarios/programs/respd: the same commands wherever the
 * bytes are cut; what is no command is refused wherever that shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scenarios/programs/respd/parser.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOLD_BYTES = 512, BULK_BYTES_MAX = 1000 };

struct told {
    char text[TOLD_BYTES];
    size_t bytes;
};

static void tell(struct told *told, const char *bytes, size_t count) {
    assert_true(told->bytes + count < TOLD_BYTES);
    memcpy(told->text + told->bytes, bytes, count);
    told->bytes += count;
    told->text[told->bytes] = '\0';
}

/* Parses bytes that come in pieces: up to each of the cuts, then the rest. Arguments end with |,
 * commands with ;, and an error is the last. */
static void parse(const char *bytes, size_t count, const size_t *cuts, size_t cut_count,
                  struct told *told) {
    struct respd_budget budget = {.limit_bytes = 1 << 20};
    struct respd_parser parser;
    char *data = malloc(count + 1);
    assert_non_null(data);
    memcpy(data, bytes, count);
    memset(told, 0, sizeof *told);
    respd_parser_init(&parser, &budget, BULK_BYTES_MAX);
    size_t start = 0;
    for (size_t piece = 0; piece <= cut_count; piece++) {
        size_t end = piece < cut_count ? cuts[piece] : count;
        enum respd_parsed parsed = RESPD_PARSED_COMMAND;
        while (parsed == RESPD_PARSED_COMMAND && start < end) {
            parsed = respd_parse(&parser, data + start, end - start);
            if (parsed != RESPD_PARSED_COMMAND) {
                break;
            }
            for (size_t i = 0; i < parser.argument_count; i++) {
                struct respd_text argument = respd_parser_argument(&parser, data + start, i);
                tell(told, argument.data, argument.bytes);
                tell(told, "|", 1);
            }
            tell(told, ";", 1);
            start += parser.position;
            respd_parser_next(&parser);
        }
        if (parsed == RESPD_PARSED_ERROR) {
            tell(told, "!", 1);
            tell(told, parser.error, strlen(parser.error));
            break;
        }
    }
    respd_parser_term(&parser);
    assert_int_equal(budget.used_bytes, 0);
    free(data);
}

/* Whole, cut in two at every byte, cut in three, and byte by byte. */
static void assert_parsed(const char *bytes, size_t count, const char *expected) {
    struct told told;
    parse(bytes, count, NULL, 0, &told);
    assert_string_equal(told.text, expected);
    size_t all[TOLD_BYTES];
    assert_true(count < TOLD_BYTES);
    for (size_t i = 0; i < count; i++) {
        all[i] = i;
        for (size_t j = i; j <= count; j++) {
            parse(bytes, count, (const size_t[]){i, j}, 2, &told);
            assert_string_equal(told.text, expected);
        }
    }
    parse(bytes, count, all, count, &told);
    assert_string_equal(told.text, expected);
}

#define PARSED(bytes, expected) assert_parsed(bytes, sizeof bytes - 1, expected)

static void arrays(void **state) {
    (void)state;
    PARSED("*1\r\n$4\r\nPING\r\n", "PING|;");
    PARSED("*2\r\n$3\r\nGET\r\n$5\r\na\r\n*b\r\n", "GET|a\r\n*b|;");
    PARSED("*0\r\n*-1\r\n*1\r\n$0\r\n\r\n", ";;|;");
    PARSED("*2\r\n$1\r\na\r\n$1\r\nb\r\n*1\r\n$1\r\nc\r\n", "a|b|;c|;");
    PARSED("*12\r\n$1\r\n1\r\n$1\r\n2\r\n$1\r\n3\r\n$1\r\n4\r\n$1\r\n5\r\n$1\r\n6\r\n$1\r\n7\r\n"
           "$1\r\n8\r\n$1\r\n9\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n",
           "1|2|3|4|5|6|7|8|9|a|b|c|;");
}

static void lines(void **state) {
    (void)state;
    PARSED("PING\r\nPING\n", "PING|;PING|;");
    PARSED("SET  a \"b c\\n\\x41\\\"\" 'd\\'e'\r\n\r\n", "SET|a|b c\nA\"|d'e|;;");
    PARSED("ECHO \"\"\n", "ECHO||;");
}

static void what_is_no_command(void **state) {
    (void)state;
    PARSED("*x\r\n", "!invalid multibulk length");
    PARSED("*2000000\r\n", "!invalid multibulk length");
    PARSED("*1\n$4\r\n", "!invalid multibulk length");
    PARSED("*1\r\n$1001\r\n", "!invalid bulk length");
    PARSED("*1\r\n$-1\r\n", "!invalid bulk length");
    PARSED("*1\r\n$1000000000\r\n", "!invalid bulk length");
    PARSED("*1\r\n+4\r\n", "!expected '$', got '+'");
    PARSED("*1\r\n$1\r\nabc", "!a bulk does not end with CRLF");
    PARSED("GET \"a\n", "!unbalanced quotes in request");
    PARSED("PING\nGET \"a\"b\n", "PING|;!unbalanced quotes in request");
    PARSED("*00000000000000000000000000000000", "!invalid multibulk length");
}

static void a_line_without_end(void **state) {
    (void)state;
    enum { BYTES = 70000 };
    char *bytes = malloc(BYTES);
    assert_non_null(bytes);
    memset(bytes, 'x', BYTES);
    struct told told;
    parse(bytes, 60000, NULL, 0, &told);
    assert_string_equal(told.text, "");
    parse(bytes, BYTES, (const size_t[]){30000, 60000}, 2, &told);
    assert_string_equal(told.text, "!too big inline request");
    free(bytes);
}

static void arguments_beyond_the_budget(void **state) {
    (void)state;
    struct respd_budget budget = {.limit_bytes = 100};
    struct respd_parser parser;
    char data[] = "a b c d e f g h i j\n";
    respd_parser_init(&parser, &budget, BULK_BYTES_MAX);
    assert_int_equal(respd_parse(&parser, data, sizeof data - 1), RESPD_PARSED_ERROR);
    assert_string_equal(parser.error, "out of memory");
    respd_parser_term(&parser);
    assert_int_equal(budget.used_bytes, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays),
        cmocka_unit_test(lines),
        cmocka_unit_test(what_is_no_command),
        cmocka_unit_test(a_line_without_end),
        cmocka_unit_test(arguments_beyond_the_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
