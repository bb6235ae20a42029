/* output_file.h - a file that appears whole under its name, or not at all. */
#ifndef REP_OUTPUT_FILE_H
#define REP_OUTPUT_FILE_H

#include "reports/reports.h"

/* Writes the bytes beside `path` and renames. On REP_EIO or REP_ENOMEM whatever was at `path` is
 * still there. */
int rep_output_write(const char *path, const void *bytes, size_t byte_count,
                     struct rep_error *error);

#endif
