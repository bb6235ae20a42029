/* trace_builder.c - writes traces for tests, as reports/TRACE.md describes them. */
#include "tests/unit/trace_builder.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define KINDS_MAX 32
#define FIELDS_MAX 8

struct kind {
    const char *name;
    const char *fields; /* "name type, ..." with # for a varint and $ for a string */
};

static const struct kind kinds[] = {
    {"run", "$title #seed"},
    {"host", "$name"},
    {"file", "#number $name"},
    {"coroutine", "$name #parent $how"},
    {"object", "#id $class $name"},
    {"ready", "$place"},
    {"resume", ""},
    {"operation", "$name #object #other #amount #line"},
    {"ending", "$how $status #amount"},
    {"progress", "#amount"},
    {"timer_arm", "#deadline $mode"},
    {"timer_refresh", "#deadline"},
    {"timer_fire", ""},
    {"timer_remove", ""},
    {"end", "$status $text"},
    {"send", "#connection $class #amount #to #arrival"},
    {"arrive", "#connection $class #amount"},
    {"hold", "#connection $class"},
    {"world", "$text #line"},
    {"log", "$text #line"},
    {"set", "$name $text #line"},
    {"failure", "$text #line"},
    {"finish", "$verdict"},
    {"novelty", "$text #number"},
    {"choice", "$text #number #count"},
};
enum { KIND_COUNT = sizeof kinds / sizeof kinds[0] };

static void append(uint8_t **bytes, size_t *count, size_t *capacity, const void *more,
                   size_t more_bytes) {
    if (*count + more_bytes > *capacity) {
        *capacity = 2 * (*count + more_bytes) + 256;
        *bytes = realloc(*bytes, *capacity);
        if (*bytes == NULL)
            abort();
    }
    if (more_bytes > 0)
        memcpy(*bytes + *count, more, more_bytes);
    *count += more_bytes;
}

static void little_endian(uint8_t *bytes, uint64_t value, size_t byte_count) {
    for (size_t i = 0; i < byte_count; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
}

size_t builder_varint(uint8_t *bytes, uint64_t value) {
    size_t count = 0;
    while (value >= 0x80) {
        bytes[count++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    bytes[count++] = (uint8_t)value;
    return count;
}

size_t builder_block(uint8_t *bytes, char type, const uint8_t *payload, size_t payload_bytes) {
    uint8_t *covered = malloc(payload_bytes + 5);
    if (covered == NULL)
        abort();
    covered[0] = (uint8_t)type;
    little_endian(covered + 1, payload_bytes, 4);
    if (payload_bytes > 0)
        memcpy(covered + 5, payload, payload_bytes);
    memcpy(bytes, covered, 5);
    little_endian(bytes + 5, XXH3_64bits(covered, payload_bytes + 5), 8);
    if (payload_bytes > 0)
        memcpy(bytes + 13, payload, payload_bytes);
    free(covered);
    return payload_bytes + 13;
}

static void append_block(struct builder *builder, char type, const uint8_t *payload,
                         size_t payload_bytes) {
    uint8_t *block = malloc(payload_bytes + 13);
    if (block == NULL)
        abort();
    size_t count = builder_block(block, type, payload, payload_bytes);
    append(&builder->bytes, &builder->byte_count, &builder->capacity, block, count);
    free(block);
}

static void append_events(struct builder *builder, const void *more, size_t more_bytes) {
    append(&builder->events, &builder->events_bytes, &builder->events_capacity, more, more_bytes);
}

static void append_number(struct builder *builder, uint64_t value) {
    uint8_t bytes[10];
    append_events(builder, bytes, builder_varint(bytes, value));
}

static void append_text(struct builder *builder, const char *text, size_t length) {
    append_number(builder, length);
    append_events(builder, text, length);
}

/* Uses the buffer of events to put the schema together. */
static void write_schema(struct builder *builder) {
    append_number(builder, KIND_COUNT);
    for (size_t i = 0; i < KIND_COUNT; i++) {
        append_text(builder, kinds[i].name, strlen(kinds[i].name));
        uint64_t field_count = 0;
        for (const char *c = kinds[i].fields; *c != '\0'; c++)
            field_count += *c == '$' || *c == '#';
        append_number(builder, field_count);
        for (const char *c = kinds[i].fields; *c != '\0';) {
            uint8_t type = *c == '$';
            size_t length = strcspn(c + 1, " ");
            append_text(builder, c + 1, length);
            append_events(builder, &type, 1);
            c += 1 + length;
            c += *c == ' ';
        }
    }
    append_block(builder, 'S', builder->events, builder->events_bytes);
    append(&builder->hashed, &builder->hashed_bytes, &builder->hashed_capacity, builder->events,
           builder->events_bytes);
    builder->events_bytes = 0;
}

static void open_block(struct builder *builder) {
    builder->events_bytes = 0;
    builder->block_first = builder->event_count + 1;
    append_number(builder, builder->block_first);
    append_number(builder, builder->time_ns);
    builder->block_time_ns = builder->time_ns;
}

void builder_init(struct builder *builder) {
    static const uint8_t head[16] = {0x89, 'C', 'O', 'G', 'T', '\r', '\n', 0x1a, 1};
    *builder = (struct builder){0};
    append(&builder->bytes, &builder->byte_count, &builder->capacity, head, sizeof head);
    write_schema(builder);
    open_block(builder);
}

void builder_term(struct builder *builder) {
    free(builder->bytes);
    free(builder->events);
    free(builder->hashed);
    free(builder->spans);
    *builder = (struct builder){0};
}

/* Failures, the verdict, names of files and lines do not enter the hash. */
static bool is_hashed(const char *kind) {
    return strcmp(kind, "file") != 0 && strcmp(kind, "failure") != 0 && strcmp(kind, "finish") != 0;
}

static bool is_line(const char *field) {
    return strncmp(field, "#line", 5) == 0 && (field[5] == '\0' || field[5] == ' ');
}

/* What was appended since `from` enters the hash when the block is closed: until then a test may
 * damage it. */
static void hash_from(struct builder *builder, size_t from) {
    size_t span[2] = {from, builder->events_bytes};
    append(&builder->spans, &builder->span_bytes, &builder->span_capacity, span, sizeof span);
}

static void hash_spans(struct builder *builder) {
    for (size_t at = 0; at < builder->span_bytes; at += 2 * sizeof(size_t)) {
        size_t span[2];
        memcpy(span, builder->spans + at, sizeof span);
        append(&builder->hashed, &builder->hashed_bytes, &builder->hashed_capacity,
               builder->events + span[0], span[1] - span[0]);
    }
    builder->span_bytes = 0;
}

static void close_block(struct builder *builder) {
    uint8_t scratch[10];
    size_t head = builder_varint(scratch, builder->block_first) +
                  builder_varint(scratch, builder->block_time_ns);
    if (builder->events_bytes == head)
        return;
    append_block(builder, 'E', builder->events, builder->events_bytes);
    hash_spans(builder);
}

size_t builder_event(struct builder *builder, const char *kind, int64_t time_ns, size_t cause,
                     uint64_t host, uint64_t coroutine, const struct value *values) {
    size_t number = 0;
    while (strcmp(kinds[number].name, kind) != 0) {
        if (++number == KIND_COUNT)
            abort();
    }
    bool full = builder->events_bytes > (1 << 19) ||
                (builder->block_events_max > 0 &&
                 builder->event_count + 1 - builder->block_first >= builder->block_events_max);
    if (full) {
        close_block(builder);
        open_block(builder);
    }
    builder->event_count++;
    size_t from = builder->events_bytes;
    append_number(builder, number);
    append_number(builder, (uint64_t)time_ns - builder->time_ns);
    append_number(builder, cause == 0 ? 0 : builder->event_count - cause);
    append_number(builder, host);
    append_number(builder, coroutine);
    for (const char *c = kinds[number].fields; *c != '\0'; c++) {
        if (*c == '#' && is_line(c) && is_hashed(kind)) {
            hash_from(builder, from);
            append_number(builder, (values++)->number);
            from = builder->events_bytes;
        } else if (*c == '#')
            append_number(builder, (values++)->number);
        else if (*c == '$') {
            append_text(builder, values->text, strlen(values->text));
            values++;
        }
    }
    if (is_hashed(kind))
        hash_from(builder, from);
    builder->time_ns = (uint64_t)time_ns;
    return builder->event_count;
}

void builder_finish(struct builder *builder) {
    close_block(builder);
    uint8_t trailer[18];
    size_t count = builder_varint(trailer, builder->event_count);
    little_endian(trailer + count, XXH3_64bits(builder->hashed, builder->hashed_bytes), 8);
    append_block(builder, 'T', trailer, count + 8);
}
