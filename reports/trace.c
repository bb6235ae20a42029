/* trace.c - looking into a loaded trace. */
#include "reports/trace.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "reports/byte_cursor.h"

bool rep_field_skip(struct rep_cursor *at, const struct rep_field *field) {
    uint64_t value;
    const uint8_t *start;
    size_t byte_count;
    switch (field->type) {
    case REP_FIELD_VARINT:
        return rep_cursor_varint(at, &value);
    case REP_FIELD_STRING:
        return rep_cursor_string(at, &start, &byte_count);
    }
    return false;
}

void rep_trace_free(struct rep_trace *trace) {
    if (trace == NULL)
        return;
    free(trace->bytes);
    free(trace->names);
    free(trace->kinds);
    free(trace->fields);
    free(trace->events);
    free(trace);
}

uint64_t rep_trace_hash(const struct rep_trace *trace) {
    return trace->hash;
}

size_t rep_trace_event_count(const struct rep_trace *trace) {
    return trace->event_count;
}

int64_t rep_trace_duration_ns(const struct rep_trace *trace) {
    return trace->event_count == 0 ? 0 : trace->events[trace->event_count - 1].time_ns;
}

const struct rep_event *rep_trace_event(const struct rep_trace *trace, size_t index) {
    assert(index >= 1 && index <= trace->event_count);
    return &trace->events[index - 1];
}

enum rep_event_kind rep_event_kind(const struct rep_trace *trace, const struct rep_event *event) {
    return trace->kinds[event->kind].known;
}

/* Puts `at` on the field's value; false if the event has no such field of that type. */
static bool find_field(const struct rep_trace *trace, const struct rep_event *event,
                       const char *name, enum rep_field_type type, struct rep_cursor *at) {
    const struct rep_kind *kind = &trace->kinds[event->kind];
    *at = (struct rep_cursor){event->fields, trace->bytes + trace->byte_count};
    for (size_t i = 0; i < kind->field_count; i++) {
        if (strcmp(kind->fields[i].name, name) == 0)
            return kind->fields[i].type == type;
        rep_field_skip(at, &kind->fields[i]);
    }
    return false;
}

uint64_t rep_event_integer(const struct rep_trace *trace, const struct rep_event *event,
                           const char *field) {
    struct rep_cursor at;
    uint64_t value = 0;
    if (find_field(trace, event, field, REP_FIELD_VARINT, &at))
        rep_cursor_varint(&at, &value);
    return value;
}

struct rep_bytes rep_event_string(const struct rep_trace *trace, const struct rep_event *event,
                                  const char *field) {
    struct rep_cursor at;
    struct rep_bytes bytes = {(const uint8_t *)"", 0};
    if (find_field(trace, event, field, REP_FIELD_STRING, &at))
        rep_cursor_string(&at, &bytes.start, &bytes.count);
    return bytes;
}

uint64_t rep_event_line(const struct rep_trace *trace, const struct rep_event *event,
                        struct rep_bytes *file) {
    uint64_t line = rep_event_integer(trace, event, "line");
    uint64_t number = line >> REP_LINE_BITS;
    *file = (struct rep_bytes){(const uint8_t *)"", 0};
    /* Files are declared before all that happens, so few events are looked at. */
    for (size_t i = 1; number != 0 && i <= trace->event_count; i++) {
        const struct rep_event *declared = rep_trace_event(trace, i);
        enum rep_event_kind kind = rep_event_kind(trace, declared);
        if (kind == REP_EVENT_FILE && rep_event_integer(trace, declared, "number") == number) {
            *file = rep_event_string(trace, declared, "name");
            break;
        }
        if (kind != REP_EVENT_FILE && kind != REP_EVENT_RUN)
            break;
    }
    return line & ((UINT64_C(1) << REP_LINE_BITS) - 1);
}

bool rep_bytes_equal(struct rep_bytes bytes, const char *string) {
    return bytes.count == strlen(string) && memcmp(bytes.start, string, bytes.count) == 0;
}
