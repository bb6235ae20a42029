/* status.h - filling in what went wrong. */
#ifndef REP_STATUS_H
#define REP_STATUS_H

#include "reports/reports.h"

/* Writes a message made as by printf (cut to fit) and the offset into `error`, which may be null,
 * and returns `status`. */
int rep_error_set(struct rep_error *error, int status, uint64_t byte_offset, const char *format,
                  ...) __attribute__((format(printf, 4, 5)));

#endif
