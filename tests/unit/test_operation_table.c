/* test_operation_table.c - core/OPERATIONS.md is what happens: every cell of its tables is played,
 * and the checker that says so finds whatever is wrong in them. */
#include "tests/unit/table_document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DOCUMENT_BYTES_MAX = 262144 };

/* Made once, for all tests. */
struct fixture {
    char document[DOCUMENT_BYTES_MAX];
    char changed[DOCUMENT_BYTES_MAX + 4096];
    struct table_outcomes outcomes;
    struct table_findings findings;
};

static int read_and_play(void **state) {
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    FILE *file = fopen("core/OPERATIONS.md", "r");
    assert_non_null(file);
    size_t bytes = fread(fixture->document, 1, sizeof fixture->document, file);
    (void)fclose(file);
    assert_in_range(bytes, 1, sizeof fixture->document - 1);
    table_play_all(&fixture->outcomes);
    *state = fixture;
    return 0;
}

static int free_fixture(void **state) {
    free(*state);
    return 0;
}

static void every_cell_is_what_happens(void **state) {
    struct fixture *fixture = *state;
    table_check(fixture->document, &fixture->outcomes, &fixture->findings);
    if (fixture->findings.count > 0) {
        fail_msg("%zu findings in core/OPERATIONS.md:\n%s", fixture->findings.count,
                 fixture->findings.text);
    }
    assert_true(fixture->findings.cell_count > 3000);
}

/* The name of its row, or of one of its rows. A kind that is added does not compile until it is
 * named here. */
static const char *row_of(enum cog_op_kind kind) {
    switch (kind) {
    case COG_OP_YIELD:
        return "yield";
    case COG_OP_SLEEP:
        return "sleep";
    case COG_OP_WAIT:
        return "wait";
    case COG_OP_SIGNAL:
        return "signal";
    case COG_OP_SPAWN:
        return "spawn";
    case COG_OP_CALL:
        return "call";
    case COG_OP_JOIN:
        return "join";
    case COG_OP_QUEUE_PUT:
        return "put";
    case COG_OP_QUEUE_GET:
        return "get";
    case COG_OP_QUEUE_DONE:
        return "done";
    case COG_OP_QUEUE_JOIN:
        return "drain";
    case COG_OP_PUBLISH:
        return "publish";
    case COG_OP_SUBSCRIBE:
        return "subscribe";
    case COG_OP_UNSUBSCRIBE:
        return "unsubscribe";
    case COG_OP_FETCH:
        return "fetch";
    case COG_OP_PIPE_NEXT:
        return "next";
    case COG_OP_PIPE_CHUNK:
        return "chunk";
    case COG_OP_PIPE_STOP:
        return "stop";
    case COG_OP_TAKE:
        return "take";
    case COG_OP_CUSTOM:
        return "custom";
    case COG_OP_LISTEN:
        return "listen";
    case COG_OP_BIND:
        return "bind";
    case COG_OP_ACCEPT:
        return "accept";
    case COG_OP_CONNECT:
        return "connect";
    case COG_OP_RECV:
        return "recv";
    case COG_OP_RECVALL:
        return "recvall";
    case COG_OP_RECVLINE:
        return "recvline";
    case COG_OP_RECVFROM:
        return "recvfrom";
    case COG_OP_SEND:
        return "send";
    case COG_OP_SENDALL:
        return "sendall";
    case COG_OP_SENDTO:
        return "sendto";
    case COG_OP_SENDFILE:
        return "sendfile";
    case COG_OP_SHUTDOWN:
        return "shutdown";
    case COG_OP_CLOSE:
        return "close";
    }
    return "";
}

static void every_kind_of_operation_has_a_row(void **state) {
    (void)state;
    for (int kind = 0; row_of((enum cog_op_kind)kind)[0] != '\0'; kind++) {
        bool is_there = false;
        for (size_t i = 0; table_operation_at(i) != NULL; i++) {
            const struct table_operation *operation = table_operation_at(i);
            is_there |= operation->kind == (enum cog_op_kind)kind &&
                        strcmp(operation->name, row_of(operation->kind)) == 0;
        }
        if (!is_there) {
            fail_msg("nobody knows how to play %s", row_of((enum cog_op_kind)kind));
        }
    }
}

/* ---- Canaries: each line of each table, made wrong in each way ---- */

/* The document with `bytes` of it at `place` replaced. Returns how much is found to be wrong. */
static size_t check_changed(struct fixture *fixture, const char *place, size_t bytes,
                            const char *replacement) {
    size_t before = (size_t)(place - fixture->document);
    (void)snprintf(fixture->changed, sizeof fixture->changed, "%.*s%s%s", (int)before,
                   fixture->document, replacement, place + bytes);
    table_check(fixture->changed, &fixture->outcomes, &fixture->findings);
    return fixture->findings.count;
}

/* The next line from `line` on that is part of a table of operations or misuse, its header
 * included, its separator not; null if there is none. */
static const char *next_row(const char *document, const char *line) {
    bool was_row = false;
    bool is_table = false;
    for (const char *at = document; *at != '\0'; at += strcspn(at, "\n") + 1) {
        bool is_header = strncmp(at, "| operation ", 12) == 0 || strncmp(at, "| misuse ", 9) == 0;
        is_table = was_row ? is_table : is_header;
        was_row = at[0] == '|';
        if (was_row && is_table && at >= line && at[1] != '-') {
            return at;
        }
    }
    return NULL;
}

static const char *line_after(const char *line) {
    return line + strcspn(line, "\n") + 1;
}

static void fail_unless_found(const struct fixture *fixture, const char *change, const char *line) {
    if (fixture->findings.count == 0) {
        fail_msg("%s, and nobody finds it: %.*s", change, (int)strcspn(line, "\n"), line);
    }
}

static void a_wrong_word_in_any_cell_is_found(void **state) {
    struct fixture *fixture = *state;
    size_t cell_count = 0;
    for (const char *line = next_row(fixture->document, fixture->document); line != NULL;
         line = next_row(fixture->document, line_after(line))) {
        const char *end = line + strcspn(line, "\n");
        for (const char *bar = line; bar < end - 1; bar = strchr(bar + 1, '|')) {
            size_t width = strcspn(bar + 1, "|");
            (void)check_changed(fixture, bar + 1, width, " completes, sideways ");
            fail_unless_found(fixture, "a cell is wrong", bar);
            cell_count++;
        }
    }
    assert_true(cell_count > 200);
}

static void another_outcome_in_any_cell_is_found(void **state) {
    struct fixture *fixture = *state;
    for (const char *line = next_row(fixture->document, fixture->document); line != NULL;
         line = next_row(fixture->document, line_after(line))) {
        const char *end = line + strcspn(line, "\n");
        for (const char *bar = strchr(line + 1, '|'); bar < end - 1; bar = strchr(bar + 1, '|')) {
            size_t width = strcspn(bar + 1, "|");
            bool is_stays = strncmp(bar + 1, " stays ", 7) == 0;
            (void)check_changed(fixture, bar + 1, width, is_stays ? " n/a " : " stays ");
            fail_unless_found(fixture, "a cell tells another outcome", bar);
        }
    }
}

static void a_row_that_is_missing_is_found(void **state) {
    struct fixture *fixture = *state;
    for (const char *line = next_row(fixture->document, fixture->document); line != NULL;
         line = next_row(fixture->document, line_after(line))) {
        (void)check_changed(fixture, line, (size_t)(line_after(line) - line), "");
        fail_unless_found(fixture, "a row is missing", line);
    }
}

static void an_operation_that_a_row_does_not_name_is_found(void **state) {
    struct fixture *fixture = *state;
    for (const char *line = next_row(fixture->document, fixture->document); line != NULL;
         line = next_row(fixture->document, line_after(line))) {
        size_t width = strcspn(line + 2, ",|");
        bool is_last = line[2 + width] == '|';
        (void)check_changed(fixture, line + 2, width + (is_last ? 0 : 2), is_last ? "nap " : "");
        fail_unless_found(fixture, "an operation is missing", line);
    }
}

static void a_row_that_stands_twice_is_found(void **state) {
    struct fixture *fixture = *state;
    for (const char *line = next_row(fixture->document, fixture->document); line != NULL;
         line = next_row(fixture->document, line_after(line))) {
        char row[1024];
        (void)snprintf(row, sizeof row, "%.*s", (int)(line_after(line) - line), line);
        bool is_empty = strncmp(row, "| every other ", 14) == 0; /* then it names nobody */
        (void)check_changed(fixture, line, 0, row);
        if (!is_empty) {
            fail_unless_found(fixture, "a row stands twice", line);
        }
    }
}

static void a_row_that_is_too_short_is_found(void **state) {
    struct fixture *fixture = *state;
    for (const char *line = next_row(fixture->document, fixture->document); line != NULL;
         line = next_row(fixture->document, line_after(line))) {
        const char *end = line + strcspn(line, "\n");
        const char *bar = end - 2;
        while (*bar != '|') {
            bar--;
        }
        (void)check_changed(fixture, bar, (size_t)(end - 1 - bar), "");
        fail_unless_found(fixture, "a row is too short", line);
    }
}

static void a_state_that_is_missing_is_found(void **state) {
    struct fixture *fixture = *state;
    for (int i = 0; i < TABLE_STATE_COUNT; i++) {
        char heading[80];
        (void)snprintf(heading, sizeof heading, "# %s\n", table_state_name((enum table_state)i));
        const char *place = strstr(fixture->document, heading);
        assert_non_null(place);
        (void)check_changed(fixture, place, strlen(heading), "# Dormant\n");
        fail_unless_found(fixture, "a state is missing", place);
    }
}

static void a_group_that_names_another_operation_is_found(void **state) {
    struct fixture *fixture = *state;
    const char *line = strstr(fixture->document, "| group ");
    assert_non_null(line);
    line = line_after(line_after(line));
    for (; line[0] == '|'; line = line_after(line)) {
        const char *place = strchr(line + 1, '|') + 2;
        size_t width = strcspn(place, ",");
        (void)check_changed(fixture, place, width, "sleep");
        fail_unless_found(fixture, "a group names another operation", line);
        (void)check_changed(fixture, place, width, "nap");
        fail_unless_found(fixture, "a group names no operation", line);
    }
}

static void a_document_without_tables_is_found(void **state) {
    struct fixture *fixture = *state;
    table_check("# Operations\n\nNothing.\n", &fixture->outcomes, &fixture->findings);
    assert_true(fixture->findings.count > 80);
    assert_int_equal(fixture->findings.cell_count, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_is_what_happens),
        cmocka_unit_test(every_kind_of_operation_has_a_row),
        cmocka_unit_test(a_wrong_word_in_any_cell_is_found),
        cmocka_unit_test(another_outcome_in_any_cell_is_found),
        cmocka_unit_test(a_row_that_is_missing_is_found),
        cmocka_unit_test(an_operation_that_a_row_does_not_name_is_found),
        cmocka_unit_test(a_row_that_stands_twice_is_found),
        cmocka_unit_test(a_row_that_is_too_short_is_found),
        cmocka_unit_test(a_state_that_is_missing_is_found),
        cmocka_unit_test(a_group_that_names_another_operation_is_found),
        cmocka_unit_test(a_document_without_tables_is_found),
    };
    return cmocka_run_group_tests(tests, read_and_play, free_fixture) != 0;
}
