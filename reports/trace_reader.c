/* trace_reader.c - reads and checks a trace, block by block.
 *
 * What a hostile file can make this allocate is bounded by its own size: counts are believed only
 * after comparing them with the bytes that are left.
 */
#include "reports/trace_reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "reports/byte_cursor.h"
#include "reports/status.h"

static const uint8_t magic[8] = {0x89, 'C', 'O', 'G', 'T', '\r', '\n', 0x1a};

/* State of one reading. */
struct reader {
    struct rep_trace *trace;
    struct rep_cursor file;
    XXH3_state_t *checksum; /* of the block at hand */
    XXH3_state_t *hash;     /* of the trace */
    int64_t time_ns;        /* of the last event read */
    struct rep_error *error;
};

struct block {
    uint8_t type;
    struct rep_cursor payload;
};

static uint64_t offset_of(const struct reader *reader, const uint8_t *byte) {
    return (uint64_t)(byte - reader->trace->bytes);
}

static int corrupt(const struct reader *reader, const uint8_t *byte, const char *what) {
    return rep_error_set(reader->error, REP_ECORRUPT, offset_of(reader, byte),
                         "the trace is damaged at byte %llu: %s",
                         (unsigned long long)offset_of(reader, byte), what);
}

static int truncated(const struct reader *reader, const char *where) {
    return rep_error_set(reader->error, REP_ETRUNCATED, reader->trace->byte_count,
                         "the trace is truncated: it ends at byte %llu, %s",
                         (unsigned long long)reader->trace->byte_count, where);
}

static int out_of_memory(const struct reader *reader) {
    return rep_error_set(reader->error, REP_ENOMEM, 0, "out of memory");
}

static int read_head(struct reader *reader) {
    const uint8_t *start = reader->file.next;
    size_t left = rep_cursor_left(&reader->file);
    size_t common = left < sizeof magic ? left : sizeof magic;
    if (left == 0)
        return rep_error_set(reader->error, REP_EFOREIGN, 0, "this is not a trace: it is empty");
    if (memcmp(start, magic, common) != 0)
        return rep_error_set(reader->error, REP_EFOREIGN, 0,
                             "this is not a trace: it does not begin with a trace's magic bytes");
    if (left < sizeof magic + 8)
        return truncated(reader, "within its first 16 bytes");
    reader->file.next += sizeof magic;
    const uint8_t *at = reader->file.next;
    uint32_t version;
    uint32_t flags;
    rep_cursor_u32(&reader->file, &version);
    if (version > REP_TRACE_VERSION)
        return rep_error_set(reader->error, REP_EVERSION, offset_of(reader, at),
                             "the trace was written by a newer version: %lu; this reads %d",
                             (unsigned long)version, REP_TRACE_VERSION);
    if (version != REP_TRACE_VERSION)
        return corrupt(reader, at, "there is no version 0");
    at = reader->file.next;
    rep_cursor_u32(&reader->file, &flags);
    if (flags != 0)
        return corrupt(reader, at, "unknown flags are set");
    return REP_OK;
}

static int read_block(struct reader *reader, struct block *block) {
    const uint8_t *start = reader->file.next;
    if (rep_cursor_left(&reader->file) == 0)
        return truncated(reader, "without its trailer");
    if (rep_cursor_left(&reader->file) < REP_BLOCK_HEAD_BYTES)
        return truncated(reader, "within the head of a block");
    uint32_t payload_bytes;
    uint64_t checksum;
    rep_cursor_u8(&reader->file, &block->type);
    rep_cursor_u32(&reader->file, &payload_bytes);
    rep_cursor_u64(&reader->file, &checksum);
    if (block->type != 'S' && block->type != 'E' && block->type != 'T')
        return corrupt(reader, start, "a block of an unknown type");
    if (payload_bytes > REP_BLOCK_BYTES_MAX)
        return corrupt(reader, start + 1, "a block of more than 1 MiB");
    if (payload_bytes > rep_cursor_left(&reader->file))
        return truncated(reader, "within a block");
    block->payload = (struct rep_cursor){reader->file.next, reader->file.next + payload_bytes};
    reader->file.next += payload_bytes;

    XXH3_64bits_reset(reader->checksum);
    XXH3_64bits_update(reader->checksum, start, 5);
    XXH3_64bits_update(reader->checksum, block->payload.next, payload_bytes);
    if (XXH3_64bits_digest(reader->checksum) != checksum)
        return corrupt(reader, start, "the checksum of this block does not match its bytes");
    return REP_OK;
}

static enum rep_event_kind known_kind(const char *name) {
    static const struct {
        enum rep_event_kind kind;
        const char *name;
    } known[] = {
#define REP_EVENT_ENTRY(enumerator, name) {enumerator, name},
        REP_EVENT_TABLE(REP_EVENT_ENTRY)
#undef REP_EVENT_ENTRY
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(known[i].name, name) == 0)
            return known[i].kind;
    }
    return REP_EVENT_UNKNOWN;
}

/* Copies a name, null-terminated, to `*names` and moves that on. The terminator takes the place of
 * the length. */
static bool read_name(struct rep_cursor *at, char **names, const char **name) {
    const uint8_t *start;
    size_t byte_count;
    if (!rep_cursor_string(at, &start, &byte_count))
        return false;
    if (byte_count == 0 || memchr(start, 0, byte_count) != NULL)
        return false;
    memcpy(*names, start, byte_count);
    (*names)[byte_count] = '\0';
    *name = *names;
    *names += byte_count + 1;
    return true;
}

static bool read_kind(struct rep_cursor *at, char **names, struct rep_field **fields,
                      struct rep_kind *kind) {
    uint64_t count;
    if (!read_name(at, names, &kind->name) || !rep_cursor_varint(at, &count))
        return false;
    if (count > rep_cursor_left(at) / 2)
        return false;
    kind->known = known_kind(kind->name);
    kind->fields = *fields;
    kind->field_count = (size_t)count;
    for (size_t i = 0; i < kind->field_count; i++) {
        uint8_t type;
        if (!read_name(at, names, &(*fields)->name) || !rep_cursor_u8(at, &type))
            return false;
        if (type > REP_FIELD_STRING)
            return false;
        (*fields)->type = (enum rep_field_type)type;
        (*fields)++;
    }
    return true;
}

static int read_schema(struct reader *reader, struct block *block) {
    struct rep_trace *trace = reader->trace;
    struct rep_cursor *at = &block->payload;
    size_t payload_bytes = rep_cursor_left(at);
    XXH3_64bits_update(reader->hash, at->next, payload_bytes);
    uint64_t count;
    if (!rep_cursor_varint(at, &count) || count > rep_cursor_left(at) / 2)
        return corrupt(reader, at->next, "the count of kinds is wrong");
    trace->names = malloc(payload_bytes + 1);
    trace->kinds = calloc((size_t)count + 1, sizeof trace->kinds[0]);
    trace->fields = calloc(payload_bytes / 2 + 1, sizeof trace->fields[0]);
    if (trace->names == NULL || trace->kinds == NULL || trace->fields == NULL)
        return out_of_memory(reader);
    trace->kind_count = (size_t)count;
    char *names = trace->names;
    struct rep_field *fields = trace->fields;
    for (size_t i = 0; i < trace->kind_count; i++) {
        if (!read_kind(at, &names, &fields, &trace->kinds[i]))
            return corrupt(reader, at->next, "the schema is wrong");
    }
    if (rep_cursor_left(at) != 0)
        return corrupt(reader, at->next, "the schema is followed by more bytes");
    return REP_OK;
}

static struct rep_event *append_event(struct rep_trace *trace) {
    if (trace->event_count == trace->event_capacity) {
        size_t capacity = trace->event_capacity == 0 ? 256 : 2 * trace->event_capacity;
        if (capacity > SIZE_MAX / sizeof trace->events[0])
            return NULL;
        struct rep_event *events = realloc(trace->events, capacity * sizeof events[0]);
        if (events == NULL)
            return NULL;
        trace->events = events;
        trace->event_capacity = capacity;
    }
    return &trace->events[trace->event_count++];
}

/* What was said of the run, and in which lines it happened, does not enter the hash. */
static void hash_event(struct reader *reader, const struct rep_kind *kind, const uint8_t *start,
                       const uint8_t *end) {
    bool is_hashed = kind->known != REP_EVENT_FILE && kind->known != REP_EVENT_SOURCE &&
                     kind->known != REP_EVENT_FAILURE && kind->known != REP_EVENT_FINISH;
    if (is_hashed && end > start)
        XXH3_64bits_update(reader->hash, start, (size_t)(end - start));
}

static int read_event(struct reader *reader, struct rep_cursor *at) {
    struct rep_trace *trace = reader->trace;
    const uint8_t *start = at->next;
    uint64_t kind;
    uint64_t time_delta;
    uint64_t cause_distance;
    struct rep_event event = {0};
    if (!rep_cursor_varint(at, &kind) || !rep_cursor_varint(at, &time_delta) ||
        !rep_cursor_varint(at, &cause_distance) || !rep_cursor_varint(at, &event.host) ||
        !rep_cursor_varint(at, &event.coroutine))
        return corrupt(reader, at->next, "a number of an event is wrong");
    if (kind >= trace->kind_count)
        return corrupt(reader, start, "an event of a kind that the schema does not have");
    if (time_delta > (uint64_t)(INT64_MAX - reader->time_ns))
        return corrupt(reader, start, "the time of an event is too large");
    if (cause_distance > trace->event_count)
        return corrupt(reader, start, "the cause of an event lies before the first event");
    reader->time_ns += (int64_t)time_delta;
    event.time_ns = reader->time_ns;
    event.kind = (size_t)kind;
    event.cause = cause_distance == 0 ? 0 : trace->event_count + 1 - (size_t)cause_distance;
    event.fields = at->next;
    const struct rep_kind *shape = &trace->kinds[kind];
    const uint8_t *unhashed = start;
    for (size_t i = 0; i < shape->field_count; i++) {
        bool is_line = strcmp(shape->fields[i].name, "line") == 0;
        if (is_line)
            hash_event(reader, shape, unhashed, at->next);
        if (!rep_field_skip(at, &shape->fields[i]))
            return corrupt(reader, at->next, "a field of an event is wrong");
        unhashed = is_line ? at->next : unhashed;
    }
    hash_event(reader, shape, unhashed, at->next);
    struct rep_event *kept = append_event(trace);
    if (kept == NULL)
        return out_of_memory(reader);
    *kept = event;
    return REP_OK;
}

static int read_events(struct reader *reader, struct block *block) {
    struct rep_cursor *at = &block->payload;
    const uint8_t *start = at->next;
    uint64_t first_index;
    uint64_t time_before_ns;
    if (!rep_cursor_varint(at, &first_index) || first_index != reader->trace->event_count + 1)
        return corrupt(reader, start, "the index of the first event of this block is wrong");
    start = at->next;
    if (!rep_cursor_varint(at, &time_before_ns) || time_before_ns != (uint64_t)reader->time_ns)
        return corrupt(reader, start, "the time that this block starts from is wrong");
    while (rep_cursor_left(at) > 0) {
        int status = read_event(reader, at);
        if (status < 0)
            return status;
    }
    return REP_OK;
}

static int read_trailer(struct reader *reader, struct block *block) {
    struct rep_cursor *at = &block->payload;
    const uint8_t *start = at->next;
    uint64_t count;
    uint64_t hash;
    if (!rep_cursor_varint(at, &count) || count != reader->trace->event_count)
        return corrupt(reader, start, "the trailer does not count the events that there are");
    start = at->next;
    if (!rep_cursor_u64(at, &hash) || hash != XXH3_64bits_digest(reader->hash))
        return corrupt(reader, start, "the hash of the trace does not match its events");
    if (rep_cursor_left(at) != 0)
        return corrupt(reader, at->next, "the trailer is too long");
    if (rep_cursor_left(&reader->file) != 0)
        return corrupt(reader, reader->file.next, "the trailer is followed by more bytes");
    reader->trace->hash = hash;
    return REP_OK;
}

static int read_blocks(struct reader *reader) {
    int status = read_head(reader);
    struct block block = {0};
    if (status == REP_OK)
        status = read_block(reader, &block);
    if (status == REP_OK && block.type != 'S')
        status =
            corrupt(reader, block.payload.next - REP_BLOCK_HEAD_BYTES, "no schema comes first");
    if (status == REP_OK)
        status = read_schema(reader, &block);
    while (status == REP_OK && block.type != 'T') {
        status = read_block(reader, &block);
        if (status < 0)
            break;
        if (block.type == 'S')
            status = corrupt(reader, block.payload.next - REP_BLOCK_HEAD_BYTES, "a second schema");
        else if (block.type == 'E')
            status = read_events(reader, &block);
        else
            status = read_trailer(reader, &block);
    }
    return status;
}

int rep_trace_read_take(uint8_t *bytes, size_t byte_count, struct rep_trace **trace,
                        struct rep_error *error) {
    struct reader reader = {.error = error};
    reader.trace = calloc(1, sizeof *reader.trace);
    reader.checksum = XXH3_createState();
    reader.hash = XXH3_createState();
    int status = REP_ENOMEM;
    if (reader.trace == NULL || reader.checksum == NULL || reader.hash == NULL) {
        free(bytes);
        rep_error_set(error, REP_ENOMEM, 0, "out of memory");
    } else {
        XXH3_64bits_reset(reader.hash);
        reader.trace->bytes = bytes;
        reader.trace->byte_count = byte_count;
        reader.file = (struct rep_cursor){bytes, bytes + byte_count};
        status = read_blocks(&reader);
    }
    XXH3_freeState(reader.checksum);
    XXH3_freeState(reader.hash);
    if (status < 0)
        rep_trace_free(reader.trace);
    else
        *trace = reader.trace;
    return status;
}

int rep_trace_read(const void *bytes, size_t byte_count, struct rep_trace **trace,
                   struct rep_error *error) {
    *trace = NULL;
    uint8_t *copy = malloc(byte_count + 1);
    if (copy == NULL)
        return rep_error_set(error, REP_ENOMEM, 0, "out of memory");
    if (byte_count > 0)
        memcpy(copy, bytes, byte_count);
    return rep_trace_read_take(copy, byte_count, trace, error);
}

/* Reads to the end of the file rather than asking its size first, so that pipes work too. */
static int slurp(FILE *file, uint8_t **bytes, size_t *byte_count) {
    size_t capacity = 1 << 16;
    *byte_count = 0;
    *bytes = malloc(capacity);
    while (*bytes != NULL) {
        *byte_count += fread(*bytes + *byte_count, 1, capacity - *byte_count, file);
        if (*byte_count < capacity)
            return ferror(file) ? REP_EIO : REP_OK;
        capacity *= 2;
        uint8_t *more = realloc(*bytes, capacity);
        if (more == NULL)
            break;
        *bytes = more;
    }
    return REP_ENOMEM;
}

int rep_trace_load(const char *path, struct rep_trace **trace, struct rep_error *error) {
    *trace = NULL;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return rep_error_set(error, REP_EIO, 0, "cannot open %s: %s", path, strerror(errno));
    uint8_t *bytes = NULL;
    size_t byte_count = 0;
    int status = slurp(file, &bytes, &byte_count);
    int reason = errno;
    fclose(file);
    if (status == REP_OK)
        return rep_trace_read_take(bytes, byte_count, trace, error);
    free(bytes);
    if (status == REP_EIO)
        return rep_error_set(error, status, 0, "cannot read %s: %s", path, strerror(reason));
    return rep_error_set(error, status, 0, "out of memory");
}
