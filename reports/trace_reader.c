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
#include "reports/text.h"

static const uint8_t magic[8] = {0x89, 'C', 'O', 'G', 'T', '\r', '\n', 0x1a};

static uint64_t offset_of(const struct rep_reader *reader, const uint8_t *byte) {
    return reader->offset + (uint64_t)(byte - reader->trace->bytes);
}

static int corrupt(const struct rep_reader *reader, const uint8_t *byte, const char *what) {
    return rep_error_set(reader->error, REP_ECORRUPT, offset_of(reader, byte),
                         "the trace is damaged at byte %llu: %s",
                         (unsigned long long)offset_of(reader, byte), what);
}

static int truncated(const struct rep_reader *reader, uint64_t end, const char *where) {
    return rep_error_set(reader->error, REP_ETRUNCATED, end,
                         "the trace is truncated: it ends at byte %llu, %s",
                         (unsigned long long)end, where);
}

static int out_of_memory(const struct rep_reader *reader) {
    return rep_error_set(reader->error, REP_ENOMEM, 0, "out of memory");
}

/* ---- Bytes ---- */

/* The next bytes of the block at hand: *count of them, fewer only at the end of the file. */
static int fetch(struct rep_reader *reader, size_t wanted, const uint8_t **bytes, size_t *count) {
    if (reader->file == NULL) {
        size_t left = rep_cursor_left(&reader->rest);
        *bytes = reader->rest.next;
        *count = left < wanted ? left : wanted;
        reader->rest.next += *count;
        return REP_OK;
    }
    uint8_t *place = reader->block + reader->block_bytes;
    *bytes = place;
    *count = fread(place, 1, wanted, reader->file);
    reader->block_bytes += *count;
    reader->trace->byte_count = reader->block_bytes;
    if (*count < wanted && ferror(reader->file))
        return rep_error_set(reader->error, REP_EIO, 0, "cannot read it: %s", strerror(errno));
    return REP_OK;
}

/* What was fetched so far is no longer needed. */
static void forget(struct rep_reader *reader) {
    if (reader->file == NULL)
        return;
    reader->offset += reader->block_bytes;
    reader->block_bytes = 0;
    reader->trace->byte_count = 0;
}

static uint64_t end_of(const struct rep_reader *reader, const uint8_t *bytes, size_t count) {
    return offset_of(reader, bytes) + count;
}

static int read_head(struct rep_reader *reader) {
    enum { HEAD_BYTES = sizeof magic + 8 };
    const uint8_t *start;
    size_t count;
    int status = fetch(reader, HEAD_BYTES, &start, &count);
    if (status != REP_OK)
        return status;
    if (count == 0)
        return rep_error_set(reader->error, REP_EFOREIGN, 0, "this is not a trace: it is empty");
    if (memcmp(start, magic, count < sizeof magic ? count : sizeof magic) != 0)
        return rep_error_set(reader->error, REP_EFOREIGN, 0,
                             "this is not a trace: it does not begin with a trace's magic bytes");
    if (count < HEAD_BYTES)
        return truncated(reader, count, "within its first 16 bytes");
    struct rep_cursor at = {start + sizeof magic, start + HEAD_BYTES};
    uint32_t version;
    uint32_t flags;
    rep_cursor_u32(&at, &version);
    if (version > REP_TRACE_VERSION)
        return rep_error_set(reader->error, REP_EVERSION, sizeof magic,
                             "the trace was written by a newer version: %lu; this reads %d",
                             (unsigned long)version, REP_TRACE_VERSION);
    if (version != REP_TRACE_VERSION)
        return corrupt(reader, start + sizeof magic, "there is no version 0");
    rep_cursor_u32(&at, &flags);
    if (flags != 0)
        return corrupt(reader, start + sizeof magic + 4, "unknown flags are set");
    return REP_OK;
}

struct block {
    const uint8_t *start;
    uint8_t type;
    struct rep_cursor payload;
};

static int read_block(struct rep_reader *reader, struct block *block) {
    size_t count;
    forget(reader);
    int status = fetch(reader, REP_BLOCK_HEAD_BYTES, &block->start, &count);
    if (status != REP_OK)
        return status;
    if (count < REP_BLOCK_HEAD_BYTES)
        return truncated(reader, end_of(reader, block->start, count),
                         count == 0 ? "without its trailer" : "within the head of a block");
    struct rep_cursor head = {block->start, block->start + REP_BLOCK_HEAD_BYTES};
    uint32_t payload_bytes;
    uint64_t checksum;
    rep_cursor_u8(&head, &block->type);
    rep_cursor_u32(&head, &payload_bytes);
    rep_cursor_u64(&head, &checksum);
    if (block->type != 'S' && block->type != 'E' && block->type != 'T')
        return corrupt(reader, block->start, "a block of an unknown type");
    if (payload_bytes > REP_BLOCK_BYTES_MAX)
        return corrupt(reader, block->start + 1, "a block of more than 1 MiB");
    const uint8_t *payload;
    status = fetch(reader, payload_bytes, &payload, &count);
    if (status != REP_OK)
        return status;
    if (count < payload_bytes)
        return truncated(reader, end_of(reader, payload, count), "within a block");
    block->payload = (struct rep_cursor){payload, payload + payload_bytes};

    XXH3_64bits_reset(reader->checksum);
    XXH3_64bits_update(reader->checksum, block->start, 5);
    XXH3_64bits_update(reader->checksum, payload, payload_bytes);
    if (XXH3_64bits_digest(reader->checksum) != checksum)
        return corrupt(reader, block->start, "the checksum of this block does not match its bytes");
    return REP_OK;
}

/* ---- Schema ---- */

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

/* Letters of any language, no control characters. */
static bool is_name(const uint8_t *bytes, size_t byte_count) {
    for (size_t at = 0; at < byte_count;) {
        size_t length = rep_text_character_bytes(bytes + at, byte_count - at);
        if (length == 0 || bytes[at] < 0x20 || bytes[at] == 0x7f)
            return false;
        at += length;
    }
    return byte_count > 0;
}

/* Copies a name, null-terminated, to `*names` and moves that on. The terminator takes the place of
 * the length. */
static bool read_name(struct rep_cursor *at, char **names, const char **name) {
    const uint8_t *start;
    size_t byte_count;
    if (!rep_cursor_string(at, &start, &byte_count))
        return false;
    if (!is_name(start, byte_count))
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

static int read_schema(struct rep_reader *reader, struct block *block) {
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

/* ---- Events ---- */

/* What was said of the run, and in which lines it happened, does not enter the hash. */
static void hash_event(struct rep_reader *reader, const struct rep_kind *kind, const uint8_t *start,
                       const uint8_t *end) {
    bool is_hashed = kind->known != REP_EVENT_FILE && kind->known != REP_EVENT_SOURCE &&
                     kind->known != REP_EVENT_FAILURE && kind->known != REP_EVENT_FINISH;
    if (is_hashed && end > start)
        XXH3_64bits_update(reader->hash, start, (size_t)(end - start));
}

static int read_event(struct rep_reader *reader, struct rep_event *event) {
    const struct rep_trace *trace = reader->trace;
    struct rep_cursor *at = &reader->events;
    const uint8_t *start = at->next;
    uint64_t kind;
    uint64_t time_delta;
    uint64_t cause_distance;
    if (!rep_cursor_varint(at, &kind) || !rep_cursor_varint(at, &time_delta) ||
        !rep_cursor_varint(at, &cause_distance) || !rep_cursor_varint(at, &event->host) ||
        !rep_cursor_varint(at, &event->coroutine))
        return corrupt(reader, at->next, "a number of an event is wrong");
    if (kind >= trace->kind_count)
        return corrupt(reader, start, "an event of a kind that the schema does not have");
    if (time_delta > (uint64_t)(INT64_MAX - reader->time_ns))
        return corrupt(reader, start, "the time of an event is too large");
    if (cause_distance > reader->event_count)
        return corrupt(reader, start, "the cause of an event lies before the first event");
    reader->time_ns += (int64_t)time_delta;
    event->time_ns = reader->time_ns;
    event->kind = (size_t)kind;
    event->cause = cause_distance == 0 ? 0 : reader->event_count + 1 - (size_t)cause_distance;
    event->fields = at->next;
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
    reader->event_count++;
    return 1;
}

/* What comes before the events of a block. */
static int begin_events(struct rep_reader *reader, const struct block *block) {
    struct rep_cursor *at = &reader->events;
    *at = block->payload;
    const uint8_t *start = at->next;
    uint64_t first_index;
    uint64_t time_before_ns;
    if (!rep_cursor_varint(at, &first_index) || first_index != reader->event_count + 1)
        return corrupt(reader, start, "the index of the first event of this block is wrong");
    start = at->next;
    if (!rep_cursor_varint(at, &time_before_ns) || time_before_ns != (uint64_t)reader->time_ns)
        return corrupt(reader, start, "the time that this block starts from is wrong");
    return REP_OK;
}

static int read_trailer(struct rep_reader *reader, struct block *block) {
    struct rep_cursor *at = &block->payload;
    const uint8_t *start = at->next;
    uint64_t count;
    uint64_t hash;
    if (!rep_cursor_varint(at, &count) || count != reader->event_count)
        return corrupt(reader, start, "the trailer does not count the events that there are");
    start = at->next;
    if (!rep_cursor_u64(at, &hash) || hash != XXH3_64bits_digest(reader->hash))
        return corrupt(reader, start, "the hash of the trace does not match its events");
    if (rep_cursor_left(at) != 0)
        return corrupt(reader, at->next, "the trailer is too long");
    const uint8_t *after;
    size_t more;
    int status = fetch(reader, 1, &after, &more);
    if (status != REP_OK)
        return status;
    if (more != 0)
        return corrupt(reader, after, "the trailer is followed by more bytes");
    reader->trace->hash = hash;
    reader->is_over = true;
    return REP_OK;
}

int rep_reader_next(struct rep_reader *reader, struct rep_event *event) {
    while (!reader->is_over && rep_cursor_left(&reader->events) == 0) {
        struct block block;
        reader->whole_count = reader->event_count;
        int status = read_block(reader, &block);
        if (status == REP_OK && block.type == 'S')
            status = corrupt(reader, block.start, "a second schema");
        else if (status == REP_OK && block.type == 'E')
            status = begin_events(reader, &block);
        else if (status == REP_OK)
            status = read_trailer(reader, &block);
        if (status != REP_OK)
            return status;
    }
    return reader->is_over ? 0 : read_event(reader, event);
}

/* ---- Opening ---- */

static int begin(struct rep_reader *reader) {
    reader->trace = calloc(1, sizeof *reader->trace);
    reader->checksum = XXH3_createState();
    reader->hash = XXH3_createState();
    if (reader->trace == NULL || reader->checksum == NULL || reader->hash == NULL)
        return out_of_memory(reader);
    XXH3_64bits_reset(reader->hash);
    return REP_OK;
}

static int read_start(struct rep_reader *reader) {
    struct block block;
    int status = read_head(reader);
    if (status == REP_OK)
        status = read_block(reader, &block);
    if (status == REP_OK && block.type != 'S')
        status = corrupt(reader, block.start, "no schema comes first");
    return status == REP_OK ? read_schema(reader, &block) : status;
}

int rep_reader_open(struct rep_reader *reader, const char *path, struct rep_error *error) {
    *reader = (struct rep_reader){.error = error};
    int status = begin(reader);
    if (status != REP_OK)
        return status;
    reader->file = fopen(path, "rb");
    if (reader->file == NULL)
        return rep_error_set(error, REP_EIO, 0, "cannot open %s: %s", path, strerror(errno));
    reader->block = malloc(REP_BLOCK_HEAD_BYTES + REP_BLOCK_BYTES_MAX);
    reader->trace->bytes = reader->block;
    return reader->block != NULL ? read_start(reader) : out_of_memory(reader);
}

int rep_reader_open_bytes(struct rep_reader *reader, const uint8_t *bytes, size_t byte_count,
                          struct rep_error *error) {
    *reader = (struct rep_reader){.error = error, .rest = {bytes, bytes + byte_count}};
    int status = begin(reader);
    if (status != REP_OK)
        return status;
    reader->trace->bytes = (uint8_t *)bytes;
    reader->trace->byte_count = byte_count;
    return read_start(reader);
}

void rep_reader_close(struct rep_reader *reader) {
    if (reader->trace != NULL)
        reader->trace->bytes = NULL; /* not its own */
    rep_trace_free(reader->trace);
    if (reader->file != NULL)
        (void)fclose(reader->file); /* it was only read */
    free(reader->block);
    XXH3_freeState(reader->checksum);
    XXH3_freeState(reader->hash);
    *reader = (struct rep_reader){0};
}

/* ---- Whole traces ---- */

static bool append_event(struct rep_trace *trace, const struct rep_event *event) {
    if (trace->event_count == trace->event_capacity) {
        size_t capacity = trace->event_capacity == 0 ? 256 : 2 * trace->event_capacity;
        if (capacity > SIZE_MAX / sizeof trace->events[0])
            return false;
        struct rep_event *events = realloc(trace->events, capacity * sizeof events[0]);
        if (events == NULL)
            return false;
        trace->events = events;
        trace->event_capacity = capacity;
    }
    trace->events[trace->event_count++] = *event;
    return true;
}

/* What is left of a trace that is damaged: the events up to its last whole block. */
static void cut(struct rep_reader *reader) {
    reader->trace->event_count = reader->whole_count;
    reader->trace->hash = 0;
}

/* Reads on into the reader's trace, and takes that out of it. */
static int read_all(struct rep_reader *reader, bool salvages, struct rep_trace **trace) {
    struct rep_event event;
    int status;
    while ((status = rep_reader_next(reader, &event)) > 0) {
        if (!append_event(reader->trace, &event))
            return out_of_memory(reader);
    }
    bool is_damaged = status == REP_ETRUNCATED || status == REP_ECORRUPT;
    if (is_damaged && reader->error != NULL)
        reader->error->whole_event_count = reader->whole_count;
    bool is_saved = is_damaged && salvages && reader->whole_count > 0;
    if (is_saved)
        cut(reader);
    if (status == REP_OK || is_saved) {
        *trace = reader->trace;
        reader->trace = NULL;
    }
    return status;
}

static int take(uint8_t *bytes, size_t byte_count, bool salvages, struct rep_trace **trace,
                struct rep_error *error) {
    struct rep_reader reader;
    *trace = NULL;
    int status = rep_reader_open_bytes(&reader, bytes, byte_count, error);
    if (status == REP_OK)
        status = read_all(&reader, salvages, trace);
    rep_reader_close(&reader);
    if (*trace == NULL)
        free(bytes);
    return status;
}

int rep_trace_read_take(uint8_t *bytes, size_t byte_count, struct rep_trace **trace,
                        struct rep_error *error) {
    return take(bytes, byte_count, false, trace, error);
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

static int load(const char *path, bool salvages, struct rep_trace **trace,
                struct rep_error *error) {
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
        return take(bytes, byte_count, salvages, trace, error);
    free(bytes);
    if (status == REP_EIO)
        return rep_error_set(error, status, 0, "cannot read %s: %s", path, strerror(reason));
    return rep_error_set(error, status, 0, "out of memory");
}

int rep_trace_load(const char *path, struct rep_trace **trace, struct rep_error *error) {
    return load(path, false, trace, error);
}

int rep_trace_salvage(const char *path, struct rep_trace **trace, struct rep_error *error) {
    return load(path, true, trace, error);
}
