/* trace_builder.h - writes traces for tests, event by event, as reports/TRACE.md describes them.
 *
 * Written from the document alone, apart from the simulator's writer, so that a mistake in either
 * shows.
 */
#ifndef TESTS_TRACE_BUILDER_H
#define TESTS_TRACE_BUILDER_H

#include <stddef.h>
#include <stdint.h>

struct builder {
    uint8_t *bytes; /* the file; whole after builder_finish */
    size_t byte_count;
    size_t capacity;
    uint8_t *events; /* of the open block */
    size_t events_bytes;
    size_t events_capacity;
    uint8_t *hashed; /* everything that the trace hash covers */
    size_t hashed_bytes;
    size_t hashed_capacity;
    uint8_t *spans; /* pairs of offsets: what of the open block it will cover */
    size_t span_bytes;
    size_t span_capacity;
    uint64_t event_count;
    uint64_t block_first;
    uint64_t block_time_ns;
    uint64_t time_ns;
    size_t block_events_max; /* a new block after that many events; 0: as many as fit */
};

/* One argument of an event: numbers and texts in the order of the schema. */
struct value {
    uint64_t number;
    const char *text;
};
#define N(number_) ((struct value){.number = (uint64_t)(number_)})
#define T(text_) ((struct value){.text = (text_)})

void builder_init(struct builder *builder);
void builder_term(struct builder *builder);

/* Adds an event of a kind of TRACE.md and returns its index. `cause` is an index or 0. `values` has
 * one entry a field. */
size_t builder_event(struct builder *builder, const char *kind, int64_t time_ns, size_t cause,
                     uint64_t host, uint64_t coroutine, const struct value *values);
#define EVENT(builder, kind, time_ns, cause, host, coroutine, ...)                                 \
    builder_event(builder, kind, time_ns, cause, host, coroutine,                                  \
                  (const struct value[]){__VA_ARGS__})

/* Writes the last block and the trailer. */
void builder_finish(struct builder *builder);

/* Appends one block with its checksum to `bytes`, which has room for 13 bytes more than the
 * payload; returns their count. */
size_t builder_block(uint8_t *bytes, char type, const uint8_t *payload, size_t payload_bytes);

size_t builder_varint(uint8_t *bytes, uint64_t value);

#endif
