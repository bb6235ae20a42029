/* exported.h - a run of a scenario, exported: the file's bytes. For tests. */
#ifndef TESTS_UNIT_EXPORTED_H
#define TESTS_UNIT_EXPORTED_H

#include "tests/unit/trace_folder.h"

#include <stddef.h>
#include <stdint.h>

/* Plays a scenario as play.h has it, and leaves its trace in the folder. */
void play_trace(const struct trace_folder *folder, const char *text);

/* Its file in that format, null-terminated; the caller frees it. */
uint8_t *exported(const struct trace_folder *folder, const char *text, const char *format,
                  size_t *byte_count);

#endif
