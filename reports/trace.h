/* trace.h - a loaded trace: its events, and the fields that its schema names.
 *
 * The format is TRACE.md. Everything is checked while loading, so that whoever reads the events
 * afterwards need not: indexes of kinds are in range, causes are earlier events, times never run
 * backwards, every field lies within the file. Kinds and fields that this reader does not know are
 * kept and can be skipped.
 */
#ifndef REP_TRACE_H
#define REP_TRACE_H

#include <stdbool.h>

#include "reports/reports.h"

/* X(enumerator, name): the kinds of events that reports know. */
#define REP_EVENT_TABLE(X)                                                                         \
    X(REP_EVENT_RUN, "run")                                                                        \
    X(REP_EVENT_HOST, "host")                                                                      \
    X(REP_EVENT_FILE, "file")                                                                      \
    X(REP_EVENT_SOURCE, "source")                                                                  \
    X(REP_EVENT_COROUTINE, "coroutine")                                                            \
    X(REP_EVENT_OBJECT, "object")                                                                  \
    X(REP_EVENT_READY, "ready")                                                                    \
    X(REP_EVENT_RESUME, "resume")                                                                  \
    X(REP_EVENT_OPERATION, "operation")                                                            \
    X(REP_EVENT_ENDING, "ending")                                                                  \
    X(REP_EVENT_PROGRESS, "progress")                                                              \
    X(REP_EVENT_TIMER_ARM, "timer_arm")                                                            \
    X(REP_EVENT_TIMER_REFRESH, "timer_refresh")                                                    \
    X(REP_EVENT_TIMER_FIRE, "timer_fire")                                                          \
    X(REP_EVENT_TIMER_REMOVE, "timer_remove")                                                      \
    X(REP_EVENT_END, "end")                                                                        \
    X(REP_EVENT_SEND, "send")                                                                      \
    X(REP_EVENT_ARRIVE, "arrive")                                                                  \
    X(REP_EVENT_HOLD, "hold")                                                                      \
    X(REP_EVENT_WORLD, "world")                                                                    \
    X(REP_EVENT_LOG, "log")                                                                        \
    X(REP_EVENT_READ, "read")                                                                      \
    X(REP_EVENT_SET, "set")                                                                        \
    X(REP_EVENT_CHOICE, "choice")                                                                  \
    X(REP_EVENT_FAILURE, "failure")                                                                \
    X(REP_EVENT_FINISH, "finish")

enum rep_event_kind {
    REP_EVENT_UNKNOWN,
#define REP_EVENT_ENUMERATOR(enumerator, name) enumerator,
    REP_EVENT_TABLE(REP_EVENT_ENUMERATOR)
#undef REP_EVENT_ENUMERATOR
};

enum rep_field_type { REP_FIELD_VARINT = 0, REP_FIELD_STRING = 1 };

struct rep_field {
    const char *name;
    enum rep_field_type type;
};

/* One kind of event as the file's schema describes it. */
struct rep_kind {
    const char *name;
    enum rep_event_kind known;
    const struct rep_field *fields;
    size_t field_count;
};

/* A string within the trace: any bytes, not null-terminated. */
struct rep_bytes {
    const uint8_t *start;
    size_t count;
};

struct rep_event {
    int64_t time_ns;    /* world time */
    uint64_t host;      /* id, 0: none */
    uint64_t coroutine; /* id, 0: none */
    size_t cause;       /* index of an earlier event, 0: none */
    size_t kind;        /* index into the trace's kinds */
    const uint8_t *fields;
};

struct rep_trace {
    uint8_t *bytes; /* the file */
    size_t byte_count;
    char *names; /* what the schema's names point into */
    struct rep_kind *kinds;
    size_t kind_count;
    struct rep_field *fields; /* of all kinds, one after the other */
    struct rep_event
        *events; /* event `index`, counted from 1 as in the file, is events[index - 1] */
    size_t event_count;
    size_t event_capacity;
    uint64_t hash;
};

/* The event of that index, 1 to event_count. */
const struct rep_event *rep_trace_event(const struct rep_trace *trace, size_t index);

enum rep_event_kind rep_event_kind(const struct rep_trace *trace, const struct rep_event *event);

/* The value of a field; 0 if the event has no such field, or not of this type. */
uint64_t rep_event_integer(const struct rep_trace *trace, const struct rep_event *event,
                           const char *field);

/* The value of a field; empty if the event has no such field, or not of this type. */
struct rep_bytes rep_event_string(const struct rep_trace *trace, const struct rep_event *event,
                                  const char *field);

/* A line is told with the number of its file above this many bits. */
enum { REP_LINE_BITS = 24 };

/* Where in the scenario an event stands: its line, 0 if it has none, and in *file the name of the
 * included file that the line is of; empty: the scenario's own. */
uint64_t rep_event_line(const struct rep_trace *trace, const struct rep_event *event,
                        struct rep_bytes *file);

struct rep_cursor;

/* Moves past one field's value; false, and nothing moves, if there is no whole one. */
bool rep_field_skip(struct rep_cursor *at, const struct rep_field *field);

bool rep_bytes_equal(struct rep_bytes bytes, const char *string);

#endif
