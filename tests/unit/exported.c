/* exported.c - plays, writes, reads back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/exported.h"
#include "tests/unit/play.h"

#include <stdio.h>
#include <stdlib.h>

struct rep_trace *played_trace(const struct trace_folder *folder, const char *text) {
    struct play play;
    struct sim_run_options options = {.trace_path = folder->trace};
    play_open(&play, text, &options);
    play_execute(&play);
    assert_int_equal(play.status, COG_OK);
    play_close(&play);
    struct rep_trace *trace;
    struct rep_error error;
    if (rep_trace_load(folder->trace, &trace, &error) != REP_OK) {
        fail_msg("%s", error.message);
    }
    return trace;
}

uint8_t *file_bytes(const char *path, size_t *byte_count) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    *byte_count = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = calloc(1, *byte_count + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *byte_count, file), *byte_count);
    assert_int_equal(fclose(file), 0);
    return bytes;
}

uint8_t *exported(const struct trace_folder *folder, const char *text, const char *format,
                  size_t *byte_count) {
    struct rep_trace *trace = played_trace(folder, text);
    struct rep_error error = {.byte_offset = 0};
    char path[128];
    (void)snprintf(path, sizeof path, "%s/a.%s", folder->path, format);
    if (rep_export_write(trace, format, path, &error) != REP_OK) {
        fail_msg("%s", error.message);
    }
    rep_trace_free(trace);
    uint8_t *bytes = file_bytes(path, byte_count);
    assert_int_equal(remove(path), 0);
    return bytes;
}
