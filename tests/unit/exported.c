/* exported.c - plays, writes, reads back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/exported.h"

#include "reports/reports.h"
#include "tests/unit/file_bytes.h"
#include "tests/unit/play.h"

#include <stdio.h>
#include <stdlib.h>

void play_trace(const struct trace_folder *folder, const char *text) {
    struct play play;
    struct sim_run_options options = {.trace_path = folder->trace};
    play_open(&play, text, &options);
    play_execute(&play);
    assert_int_equal(play.status, COG_OK);
    play_close(&play);
}

uint8_t *exported(const struct trace_folder *folder, const char *text, const char *format,
                  size_t *byte_count) {
    play_trace(folder, text);
    struct rep_export_options options = {.format = format};
    struct rep_error error = {.byte_offset = 0};
    char path[128];
    (void)snprintf(path, sizeof path, "%s/a.%s", folder->path, format);
    if (rep_export_write(folder->trace, &options, path, &error) != REP_OK) {
        fail_msg("%s", error.message);
    }
    uint8_t *bytes = file_bytes(path, byte_count);
    assert_int_equal(remove(path), 0);
    return bytes;
}
