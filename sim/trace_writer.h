/* trace_writer.h - encodes the events of a run into the trace format (reports/TRACE.md), hashes
 * them, and writes the file if one is wanted.
 *
 * The hash is of what happened. Which lines of the scenario it happened in, and what was said of it
 * in the end, do not enter: layout, comments and expectations may change.
 *
 * Without a file it only hashes. With one, it writes to a temporary file beside the final name,
 * which takes that name when the trace is complete; until then nothing stands under it.
 */
#ifndef SIM_TRACE_WRITER_H
#define SIM_TRACE_WRITER_H

#include "core/allocator.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <xxhash.h>

/* X(enumerator, name, fields): the kinds of events. A field is "name" for a varint, "$name" for a
 * string; separated by spaces. */
#define SIM_TRACE_KINDS(X)                                                                         \
    X(SIM_TRACE_RUN, "run", "$title seed")                                                         \
    X(SIM_TRACE_HOST, "host", "$name skew drift")                                                  \
    X(SIM_TRACE_FILE, "file", "number $name")                                                      \
    X(SIM_TRACE_SOURCE, "source", "line $text")                                                    \
    X(SIM_TRACE_COROUTINE, "coroutine", "$name parent $how")                                       \
    X(SIM_TRACE_OBJECT, "object", "id $class $name connection port")                               \
    X(SIM_TRACE_READY, "ready", "$place")                                                          \
    X(SIM_TRACE_RESUME, "resume", "")                                                              \
    X(SIM_TRACE_OPERATION, "operation", "$name object other amount line")                          \
    X(SIM_TRACE_ENDING, "ending", "$how $status amount")                                           \
    X(SIM_TRACE_PROGRESS, "progress", "amount")                                                    \
    X(SIM_TRACE_TIMER_ARM, "timer_arm", "deadline $mode")                                          \
    X(SIM_TRACE_TIMER_REFRESH, "timer_refresh", "deadline")                                        \
    X(SIM_TRACE_TIMER_FIRE, "timer_fire", "")                                                      \
    X(SIM_TRACE_TIMER_REMOVE, "timer_remove", "")                                                  \
    X(SIM_TRACE_END, "end", "$status $text")                                                       \
    X(SIM_TRACE_SEND, "send", "connection $class amount to arrival $data")                         \
    X(SIM_TRACE_ARRIVE, "arrive", "connection $class amount")                                      \
    X(SIM_TRACE_HOLD, "hold", "connection $class")                                                 \
    X(SIM_TRACE_WORLD, "world", "$text line")                                                      \
    X(SIM_TRACE_LOG, "log", "$text line")                                                          \
    X(SIM_TRACE_READ, "read", "$name $text line")                                                  \
    X(SIM_TRACE_SET, "set", "$name $text line")                                                    \
    X(SIM_TRACE_CHOICE, "choice", "$text number count")                                            \
    X(SIM_TRACE_FAILURE, "failure", "$text line")                                                  \
    X(SIM_TRACE_FINISH, "finish", "$verdict")

/* Longer ones are cut. */
enum { SIM_TRACE_TEXT_BYTES_MAX = 8 * 1024 };

enum sim_trace_kind {
#define SIM_TRACE_ENUMERATOR(enumerator, name, fields) enumerator,
    SIM_TRACE_KINDS(SIM_TRACE_ENUMERATOR)
#undef SIM_TRACE_ENUMERATOR
};

struct sim_trace_writer {
    const struct cog_allocator *allocator;
    unsigned char *buffer; /* the payload of the block under way */
    size_t used_bytes;
    size_t head_bytes;   /* of them the head, which is not hashed */
    size_t hashed_bytes; /* of them those that are hashed, or never will be */
    bool is_unhashed;    /* the event under way does not enter the hash */
    XXH3_state_t *hash;
    uint64_t event_count; /* events begun so far; the index of the last one */
    int64_t time_ns;      /* of the last event */
    FILE *file;           /* null: only hash */
    char *path;           /* final name, and path_bytes of it */
    char *path_temporary;
    size_t path_bytes;
    size_t path_temporary_bytes;
    int error_number; /* errno of the first failed write, or 0 */
    bool has_failed;  /* a write failed: nothing more is written */
    bool is_off;      /* nothing is encoded at all; set instead of opening it */
};

/* Begins a trace; path null: no file. COG_OK, COG_ENOMEM, or COG_EIO with errno telling why the
 * file cannot be made. */
int sim_trace_writer_open(struct sim_trace_writer *writer, const struct cog_allocator *allocator,
                          const char *path);

/* Begins an event at time_ns (not before the last one). cause: the index of an earlier event, or 0.
 * Returns its index. Its fields follow, in the order of the table. */
uint64_t sim_trace_begin(struct sim_trace_writer *writer, enum sim_trace_kind kind, int64_t time_ns,
                         uint64_t cause, uint32_t host, uint32_t coroutine);
void sim_trace_number(struct sim_trace_writer *writer, uint64_t number);
void sim_trace_text(struct sim_trace_writer *writer, const char *text, size_t bytes);
void sim_trace_line(struct sim_trace_writer *writer, uint32_t line); /* does not enter the hash */
void sim_trace_word(struct sim_trace_writer *writer, const char *word); /* null-terminated */

/* The trace is complete: *hash is its hash, and the file takes its final name. COG_OK, or COG_EIO
 * with errno set; then no file is left. Frees all that the writer holds. */
int sim_trace_writer_finish(struct sim_trace_writer *writer, uint64_t *hash);

/* Gives the trace up: no file is left. */
void sim_trace_writer_abandon(struct sim_trace_writer *writer);

#endif
