/* trace_reader.h - reads and checks a trace, an event at a time; the constants of its format.
 *
 *     struct rep_reader reader;
 *     int status = rep_reader_open(&reader, path, &error);
 *     while (status >= 0 && (status = rep_reader_next(&reader, &event)) > 0) { ... }
 *     rep_reader_close(&reader);
 *
 * It keeps one block, whatever the length of the trace.
 */
#ifndef REP_TRACE_READER_H
#define REP_TRACE_READER_H

#include <stdio.h>

#include "reports/byte_cursor.h"
#include "reports/trace.h"

enum {
    REP_TRACE_VERSION = 1,
    REP_BLOCK_BYTES_MAX = 1 << 20,
    REP_BLOCK_HEAD_BYTES = 13, /* type, payload_bytes, checksum */
};

struct rep_reader {
    struct rep_trace *trace; /* the schema; its bytes: a block of the file, or all of what is in
                                memory; events are not added to it */
    FILE *file;              /* null: from memory */
    uint8_t *block;          /* of a file: the block at hand, and its head */
    uint64_t offset;         /* of the block's first byte in the file */
    size_t block_bytes;
    struct rep_cursor rest;        /* of what is in memory: what is still to be read */
    struct rep_cursor events;      /* of the block at hand */
    struct XXH3_state_s *checksum; /* of that block */
    struct XXH3_state_s *hash;     /* of the trace */
    int64_t time_ns;               /* of the last event read */
    size_t event_count;            /* so many have been read */
    size_t whole_count;            /* so many up to the last block that is whole */
    bool is_over;                  /* the trailer was read, and is right: trace->hash is set */
    struct rep_error *error;
};

/* Opens a file. What is wrong is told with its name where that is not the trace's fault. Close it
 * whatever this returns. */
int rep_reader_open(struct rep_reader *reader, const char *path, struct rep_error *error);

/* The same with bytes in memory, which must outlive it. */
int rep_reader_open_bytes(struct rep_reader *reader, const uint8_t *bytes, size_t byte_count,
                          struct rep_error *error);

/* The next event, which is of value until the next call: 1; 0: there is none, and all of the trace
 * is right; REP_ETRUNCATED, REP_ECORRUPT, REP_EIO. The times and causes are in order. */
int rep_reader_next(struct rep_reader *reader, struct rep_event *event);

void rep_reader_close(struct rep_reader *reader);

/* As rep_trace_read, but takes over `bytes`, which came from malloc, in every case. */
int rep_trace_read_take(uint8_t *bytes, size_t byte_count, struct rep_trace **trace,
                        struct rep_error *error);

#endif
