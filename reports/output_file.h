/* output_file.h - a file that appears whole under its name, or not at all. */
#ifndef REP_OUTPUT_FILE_H
#define REP_OUTPUT_FILE_H

#include <stdbool.h>

#include "reports/reports.h"

/* Writes the bytes beside `path` and renames. On REP_EIO or REP_ENOMEM whatever was at `path` is
 * still there. */
int rep_output_write(const char *path, const void *bytes, size_t byte_count,
                     struct rep_error *error);

enum { REP_OUTPUT_BYTES = 64 * 1024 };

/* The same bit by bit. What goes wrong is told in the end; until then what is added is dropped. */
struct rep_output {
    const char *path;
    char *name; /* of the file beside it; null: pipes, devices and standard output have none */
    int file;
    int reason; /* errno of what went wrong, or 0 */
    size_t used;
    uint8_t bytes[REP_OUTPUT_BYTES];
};

/* Null: standard output. REP_OK, REP_EIO, REP_ENOMEM. */
int rep_output_open(struct rep_output *output, const char *path, struct rep_error *error);
void rep_output_add(struct rep_output *output, const void *bytes, size_t byte_count);
void rep_output_add_text(struct rep_output *output, const char *text);

/* is_whole false: gives it up. REP_OK, REP_EIO. */
int rep_output_close(struct rep_output *output, bool is_whole, struct rep_error *error);

#endif
