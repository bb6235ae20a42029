/* test_import.c - recordings as bytes, and the scenarios that they become. */
#include "sim/import.h"

#include "core/recording_writer.h"
#include "sim/language/formatter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- Recordings ---- */

struct tape {
    unsigned char bytes[8192];
    size_t length;
    uint64_t submits;
};

static void number(struct tape *tape, uint64_t value) {
    do {
        assert_true(tape->length < sizeof tape->bytes);
        tape->bytes[tape->length++] = (unsigned char)(value & 0x7F) | (value > 0x7F ? 0x80 : 0);
        value >>= 7;
    } while (value > 0);
}

static void signed_number(struct tape *tape, int64_t value) {
    number(tape, ((uint64_t)value << 1) ^ (uint64_t)(value >> 63));
}

static void passes(struct tape *tape, int64_t ns) {
    number(tape, COG_RECORDED_CLOCK);
    signed_number(tape, ns);
}

/* An operation that is held; its serial. */
static uint64_t submits(struct tape *tape, enum cog_op_kind op, int32_t socket) {
    number(tape, COG_RECORDED_SUBMIT);
    number(tape, (uint64_t)op);
    signed_number(tape, socket);
    number(tape, 64);
    signed_number(tape, COG_PENDING);
    if (op == COG_OP_ACCEPT || op == COG_OP_CONNECT) {
        signed_number(tape, -1);
    } else if (op == COG_OP_RECV) {
        number(tape, 0);
    }
    return ++tape->submits;
}

static void accepts(struct tape *tape, int32_t socket) {
    uint64_t serial = submits(tape, COG_OP_ACCEPT, 3);
    number(tape, COG_RECORDED_COMPLETE);
    number(tape, serial);
    signed_number(tape, COG_OK);
    signed_number(tape, socket);
}

static void receives(struct tape *tape, int32_t socket, int status, const char *text,
                     size_t length) {
    uint64_t serial = submits(tape, COG_OP_RECV, socket);
    number(tape, COG_RECORDED_COMPLETE);
    number(tape, serial);
    signed_number(tape, status);
    number(tape, length);
    assert_true(tape->length + length < sizeof tape->bytes);
    memcpy(tape->bytes + tape->length, text, length);
    tape->length += length;
}

static void closes(struct tape *tape, int32_t socket) {
    number(tape, COG_RECORDED_CLOSE);
    signed_number(tape, socket);
    signed_number(tape, COG_OK);
}

static int import_as(struct tape *tape, const char *recording_name, struct sim_buffer *text,
                     char error[SIM_IMPORT_ERROR_BYTES]) {
    const struct cog_allocator *allocator = cog_allocator_malloc();
    struct sim_recording recording = {
        .allocator = allocator, .bytes = tape->bytes, .byte_count = tape->length, .is_whole = true};
    struct sim_import_options options = {
        .program = "respd", .recording = recording_name, .port = 6379};
    sim_buffer_init(text, allocator);
    return sim_import(&recording, &options, text, error);
}

/* The scenario, which must be one; the caller's. */
static char *scenario_of(struct tape *tape) {
    const struct cog_allocator *allocator = cog_allocator_malloc();
    char error[SIM_IMPORT_ERROR_BYTES];
    struct sim_buffer text;
    struct sim_buffer formatted;
    struct sim_source source;
    assert_int_equal(import_as(tape, "a \"day\".rec", &text, error), COG_OK);
    assert_string_equal(error, "");
    assert_int_equal(sim_source_from_text(&source, allocator, "a.scn", text.bytes, text.length),
                     COG_OK);
    sim_buffer_init(&formatted, allocator);
    assert_int_equal(sim_format(allocator, &source, &formatted), COG_OK);
    sim_source_close(&source);
    sim_buffer_term(&text);
    char *copy = strndup(formatted.bytes, formatted.length);
    assert_non_null(copy);
    sim_buffer_term(&formatted);
    return copy;
}

static void assert_has(const char *text, const char *part) {
    if (strstr(text, part) == NULL) {
        fail_msg("without \"%s\":\n%s", part, text);
    }
}

/* ---- Tests ---- */

static void a_connection_is_a_coroutine_that_says_what_was_said_then(void **state) {
    (void)state;
    struct tape tape = {.length = 0};
    passes(&tape, 5000000000);
    accepts(&tape, 7);
    passes(&tape, 3000000);
    receives(&tape, 7, COG_OK, "PING \"{x}\"\r\n\xff", 13);
    passes(&tape, 1500000);
    receives(&tape, 7, COG_ECLOSED, "", 0);
    char *text = scenario_of(&tape);
    assert_has(text,
               "# What was sent to a program, as it has been recorded: 1 connection, 13 bytes, "
               "in 4500us.\n");
    assert_has(text, "scenario \"recorded: a \\\"day\\\".rec\"");
    assert_has(text, "host server program \"respd\"");
    assert_has(text, "coro client_1 on clients\n");
    assert_has(text, "connect  conn to server port 6379");
    assert_has(text, "say(conn, 3ms, \"PING \\\"\\{x\\}\\\"\\x0D\\n\\xFF\")");
    assert_has(text, "wait_until(4500us)");
    assert_has(text, "shutdown conn");
    free(text);
}

static void a_socket_that_is_used_again_is_another_connection(void **state) {
    (void)state;
    struct tape tape = {.length = 0};
    passes(&tape, 1);
    accepts(&tape, 7);
    accepts(&tape, 9);
    receives(&tape, 9, COG_OK, "second", 6);
    closes(&tape, 7);
    closes(&tape, 400); /* nobody's */
    passes(&tape, 2000000);
    accepts(&tape, 7);
    receives(&tape, 7, COG_OK, "third", 5);
    char *text = scenario_of(&tape);
    const char *first = strstr(text, "coro client_1 on clients\n");
    const char *second = strstr(text, "coro client_2 on clients\n");
    const char *third = strstr(text, "coro client_3 on clients after 2ms\n");
    assert_true(first != NULL && second > first && third > second);
    const char *said = strstr(text, "\"second\"");
    assert_true(said > second && said < third);
    assert_true(strstr(text, "\"third\"") > third);
    const char *shut = strstr(first, "shutdown conn");
    assert_true(shut > second); /* the program hung up on the first one, which does not */
    free(text);
}

static void long_texts_are_said_in_pieces(void **state) {
    (void)state;
    struct tape tape = {.length = 0};
    char long_text[1300];
    memset(long_text, 'x', sizeof long_text);
    passes(&tape, 1);
    accepts(&tape, 4);
    receives(&tape, 4, COG_OK, long_text, sizeof long_text);
    char *text = scenario_of(&tape);
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, "say(conn, 0ms, \"x")) != NULL; at++) {
        count++;
    }
    assert_int_equal(count, 3);
    free(text);
}

static void what_cannot_be_a_scenario_is_said(void **state) {
    (void)state;
    char error[SIM_IMPORT_ERROR_BYTES];
    struct sim_buffer text;
    struct tape nobody = {.length = 0};
    passes(&nobody, 1);
    assert_int_equal(import_as(&nobody, "r", &text, error), COG_EUNSUPPORTED);
    assert_string_equal(error, "nobody has connected to the program");
    sim_buffer_term(&text);

    struct tape connects = {.length = 0};
    uint64_t serial = submits(&connects, COG_OP_CONNECT, -1);
    number(&connects, COG_RECORDED_COMPLETE);
    number(&connects, serial);
    signed_number(&connects, COG_OK);
    signed_number(&connects, 5);
    assert_int_equal(import_as(&connects, "r", &text, error), COG_EUNSUPPORTED);
    assert_non_null(strstr(error, "connects to others"));
    sim_buffer_term(&text);

    struct tape odd = {.length = 0};
    accepts(&odd, INT32_MAX); /* no kernel gives such a one */
    assert_int_equal(import_as(&odd, "r", &text, error), COG_ECORRUPT);
    sim_buffer_term(&text);

    struct tape cut = {.length = 0};
    accepts(&cut, 5);
    number(&cut, 99);
    assert_int_equal(import_as(&cut, "r", &text, error), COG_ECORRUPT);
    assert_string_equal(error, "the recording makes no sense");
    sim_buffer_term(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_is_a_coroutine_that_says_what_was_said_then),
        cmocka_unit_test(a_socket_that_is_used_again_is_another_connection),
        cmocka_unit_test(long_texts_are_said_in_pieces),
        cmocka_unit_test(what_cannot_be_a_scenario_is_said),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
