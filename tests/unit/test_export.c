/* test_export.c - rep_export_write: the format is chosen, the file is whole or not there, and names
 * stand for ids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reports/reports.h"
#include "tests/unit/exported.h"
#include "tests/unit/file_bytes.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char chat[] = "link a <-> b latency 5ms\n"
                           "host b skew -3ms\n"
                           "queue jobs\n"
                           "coro server on b background\n"
                           "    listen door port 80\n"
                           "    accept conn from door\n"
                           "    recvline line from conn max 64\n"
                           "    log '=1+1, {line}'\n"
                           "    call tell(line)\n"
                           "routine tell(line)\n"
                           "    log 'told'\n"
                           "coro client on a\n"
                           "    put jobs 7\n"
                           "    connect conn to b port 80\n"
                           "    sendall conn 'he said \\'hi\\'\\n'\n"
                           "    get job from jobs\n"
                           "    sleep 100ms\n";

static void assert_written(const struct trace_folder *folder, const char *format, const char *path,
                           int expected, const char *message) {
    struct rep_error error = {.byte_offset = 0};
    struct rep_export_options options = {.format = format};
    assert_int_equal(rep_export_write(folder->trace, &options, path, &error), expected);
    if (message != NULL)
        assert_non_null(strstr(error.message, message));
}

static void the_suffix_or_the_name_chooses(void **state) {
    const struct trace_folder *folder = *state;
    play_trace(folder, chat);
    static const struct {
        const char *format, *suffix, *begins;
    } formats[] = {{"jsonl", "jsonl", "{\"format\":\"cogsim-events\""},
                   {"csv", "csv", "event,time_ns,host,"},
                   {"perfetto", "pftrace", "\n"},
                   {"pcapng", "pcapng", "\n\r\r\n"}};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        char path[2][128];
        uint8_t *bytes[2];
        size_t counts[2];
        (void)snprintf(path[0], sizeof path[0], "%s/a.%s", folder->path, formats[i].suffix);
        (void)snprintf(path[1], sizeof path[1], "%s/a.other", folder->path);
        assert_written(folder, NULL, path[0], REP_OK, NULL);
        assert_written(folder, formats[i].format, path[1], REP_OK, NULL);
        for (int which = 0; which < 2; which++)
            bytes[which] = file_bytes(path[which], &counts[which]);
        assert_int_equal(counts[0], counts[1]);
        assert_memory_equal(bytes[0], bytes[1], counts[0]);
        assert_memory_equal(bytes[0], formats[i].begins, strlen(formats[i].begins));
        free(bytes[0]);
        free(bytes[1]);
    }
}

static void what_is_no_format_is_told(void **state) {
    const struct trace_folder *folder = *state;
    play_trace(folder, chat);
    char path[128];
    (void)snprintf(path, sizeof path, "%s/a.xml", folder->path);
    assert_written(folder, NULL, path, REP_EFORMAT, "jsonl, csv, perfetto");
    assert_written(folder, "xml", path, REP_EFORMAT, "pcapng");
    assert_written(folder, NULL, NULL, REP_EFORMAT, NULL);
    assert_int_equal(trace_folder_count(folder), 1); /* the trace alone */
}

static void a_file_is_whole_or_not_there(void **state) {
    const struct trace_folder *folder = *state;
    play_trace(folder, chat);
    char path[128];
    (void)snprintf(path, sizeof path, "%s/none/a.csv", folder->path);
    assert_written(folder, NULL, path, REP_EIO, NULL);
    static const char *const formats[] = {"jsonl", "csv", "perfetto", "pcapng"};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        assert_written(folder, formats[i],
                       "/dev"
                       "/full",
                       REP_EIO, NULL);
    assert_int_equal(trace_folder_count(folder), 1);
}

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static void a_line_is_an_object_with_names(void **state) {
    size_t count;
    char *bytes = (char *)exported(*state, chat, "jsonl", &count);
    size_t events = 0;
    unsigned found = 0;
    for (char *line = strtok(bytes, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(object);
        if (json_object_get(object, "format") != NULL) {
            assert_int_equal(events, 0);
            assert_int_equal(strlen(text_of(object, "hash")), 16);
            json_decref(object);
            continue;
        }
        events++;
        assert_int_equal(json_integer_value(json_object_get(object, "event")), events);
        const char *kind = text_of(object, "kind");
        const char *name = text_of(object, "name");
        if (strcmp(kind, "host") == 0 && strcmp(name, "b") == 0) {
            assert_int_equal(json_integer_value(json_object_get(object, "skew")), -3000000);
            found |= 1;
        }
        if (strcmp(kind, "operation") == 0 && strcmp(name, "put") == 0) {
            assert_string_equal(text_of(object, "object"), "jobs");
            assert_string_equal(text_of(object, "coroutine"), "client");
            assert_string_equal(text_of(object, "host"), "a");
            assert_int_equal(json_integer_value(json_object_get(object, "line")), 14);
            found |= 2;
        }
        if (strcmp(kind, "operation") == 0 && strcmp(name, "call") == 0) {
            assert_string_equal(text_of(object, "other"), "tell");
            found |= 4;
        }
        if (strcmp(kind, "send") == 0 && strcmp(text_of(object, "class"), "data") == 0) {
            assert_string_equal(text_of(object, "to"), "b");
            assert_string_equal(text_of(object, "data"), "he said \"hi\"\\n");
            found |= 8;
        }
        json_decref(object);
    }
    assert_int_equal(found, 15);
    free(bytes);
}

/* The cells of a row, quotes taken off; the row's end. */
static const char *read_row(const char *at, char cells[][2048], size_t *count) {
    *count = 0;
    for (;;) {
        size_t used = 0;
        bool is_quoted = *at == '"';
        at += is_quoted;
        while (is_quoted ? *at != '"' || at[1] == '"' : *at != ',' && *at != '\r') {
            assert_true(*at != '\0');
            at += is_quoted && *at == '"';
            assert_true(used < 2047);
            cells[*count][used++] = *at++;
        }
        cells[(*count)++][used] = '\0';
        at += is_quoted;
        if (*at != ',') {
            assert_memory_equal(at, "\r\n", 2);
            return at + 2;
        }
        at++;
    }
}

static void a_row_has_nine_cells_none_a_formula(void **state) {
    size_t count;
    char *bytes = (char *)exported(*state, chat, "csv", &count);
    size_t rows = 0;
    unsigned found = 0;
    for (const char *at = bytes; *at != '\0'; rows++) {
        static char cells[9][2048];
        size_t cell_count;
        at = read_row(at, cells, &cell_count);
        assert_int_equal(cell_count, 9);
        for (size_t i = 0; i < 9; i++)
            assert_null(cells[i][0] != '\0' ? strchr("=+-@", cells[i][0]) : NULL);
        if (strcmp(cells[4], "log") == 0 && strcmp(cells[3], "server") == 0) {
            assert_string_equal(cells[8], "text==1+1, he said \"hi\"");
            found |= 1;
        }
        if (strcmp(cells[4], "operation") == 0 && strcmp(cells[7], "14") == 0) {
            assert_string_equal(cells[8], "name=put object=jobs amount=0");
            found |= 2;
        }
    }
    assert_int_equal(found, 3);
    assert_true(rows > 50);
    free(bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_suffix_or_the_name_chooses, trace_folder_setup,
                                        trace_folder_teardown),
        cmocka_unit_test_setup_teardown(what_is_no_format_is_told, trace_folder_setup,
                                        trace_folder_teardown),
        cmocka_unit_test_setup_teardown(a_file_is_whole_or_not_there, trace_folder_setup,
                                        trace_folder_teardown),
        cmocka_unit_test_setup_teardown(a_line_is_an_object_with_names, trace_folder_setup,
                                        trace_folder_teardown),
        cmocka_unit_test_setup_teardown(a_row_has_nine_cells_none_a_formula, trace_folder_setup,
                                        trace_folder_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
