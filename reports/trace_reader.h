/* trace_reader.h - reads and checks a trace; the constants of its format. */
#ifndef REP_TRACE_READER_H
#define REP_TRACE_READER_H

#include "reports/trace.h"

enum {
    REP_TRACE_VERSION = 1,
    REP_BLOCK_BYTES_MAX = 1 << 20,
    REP_BLOCK_HEAD_BYTES = 13, /* type, payload_bytes, checksum */
};

/* As rep_trace_read, but takes over `bytes`, which came from malloc, in every case. */
int rep_trace_read_take(uint8_t *bytes, size_t byte_count, struct rep_trace **trace,
                        struct rep_error *error);

#endif
