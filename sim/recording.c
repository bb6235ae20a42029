/* recording.c - checks blocks, decodes events. */
#include "sim/recording.h"

#include "core/recording_writer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

enum { MAGIC_BYTES = 8, FILE_HEAD_BYTES = 16 };

static const unsigned char magic[MAGIC_BYTES] = {0x89, 0x43, 0x4F, 0x47, 0x52, 0x0D, 0x0A, 0x1A};

static uint64_t little_endian(const unsigned char *at, size_t bytes) {
    uint64_t number = 0;
    for (size_t i = 0; i < bytes; i++) {
        number |= (uint64_t)at[i] << (8 * i);
    }
    return number;
}

bool sim_recording_is_one(const char *path) {
    unsigned char head[MAGIC_BYTES];
    FILE *file = fopen(path, "rb");
    bool is_one = file != NULL && fread(head, 1, sizeof head, file) == sizeof head &&
                  memcmp(head, magic, sizeof magic) == 0;
    if (file != NULL) {
        (void)fclose(file);
    }
    return is_one;
}

/* ---- Blocks ---- */

static bool reserve(struct sim_recording *recording, size_t bytes) {
    if (bytes <= recording->capacity) {
        return true;
    }
    size_t capacity = recording->capacity > 0 ? recording->capacity : (size_t)1 << 20;
    while (capacity < bytes) {
        capacity *= 2;
    }
    unsigned char *grown = cog_allocate(recording->allocator, capacity);
    if (grown == NULL) {
        return false;
    }
    if (recording->byte_count > 0) {
        memcpy(grown, recording->bytes, recording->byte_count);
    }
    cog_release(recording->allocator, recording->bytes, recording->capacity);
    recording->bytes = grown;
    recording->capacity = capacity;
    return true;
}

/* Adds the payload of the next block. *type 0: there is none that is whole. */
static int read_block(struct sim_recording *recording, FILE *file, char *type) {
    unsigned char head[COG_RECORDING_HEAD_BYTES];
    *type = 0;
    if (fread(head, 1, sizeof head, file) != sizeof head) {
        return COG_OK;
    }
    size_t bytes = (size_t)little_endian(head + 1, 4);
    if (bytes > COG_RECORDING_BLOCK_BYTES) {
        return COG_OK;
    }
    if (!reserve(recording, recording->byte_count + bytes)) {
        return COG_ENOMEM;
    }
    unsigned char *payload = recording->bytes + recording->byte_count;
    if (fread(payload, 1, bytes, file) != bytes ||
        XXH3_64bits_withSeed(payload, bytes, (uint64_t)head[0] << 32 | bytes) !=
            little_endian(head + 5, 8)) {
        return COG_OK;
    }
    *type = (char)head[0];
    recording->byte_count += bytes;
    return COG_OK;
}

/* Events that go on in the next block count only when that is there. */
static int read_blocks(struct sim_recording *recording, FILE *file) {
    size_t whole_bytes = 0;
    uint64_t offset = FILE_HEAD_BYTES;
    for (;;) {
        char type = 0;
        size_t before = recording->byte_count;
        int status = read_block(recording, file, &type);
        if (status != COG_OK) {
            return status;
        }
        offset += type != 0 ? COG_RECORDING_HEAD_BYTES + recording->byte_count - before : 0;
        if (type == 'R') {
            whole_bytes = recording->byte_count;
            recording->cut_offset = offset;
        } else if (type != 'C') {
            recording->is_whole = type == 'T';
            break;
        }
    }
    recording->byte_count = whole_bytes;
    return COG_OK;
}

static int refuse(struct sim_recording *recording, int status, const char *what) {
    (void)snprintf(recording->error, sizeof recording->error, "%s", what);
    return status;
}

static int read_head(struct sim_recording *recording, FILE *file) {
    unsigned char head[FILE_HEAD_BYTES];
    if (fread(head, 1, sizeof head, file) != sizeof head ||
        memcmp(head, magic, sizeof magic) != 0) {
        return refuse(recording, COG_ECORRUPT, "this is no recording");
    }
    if (little_endian(head + 8, 4) != COG_RECORDING_VERSION) {
        return refuse(recording, COG_EUNSUPPORTED, "it was recorded by a newer version");
    }
    recording->hashes_data = (head[12] & 1) != 0;
    recording->cut_offset = FILE_HEAD_BYTES;
    return COG_OK;
}

int sim_recording_open(struct sim_recording *recording, const struct cog_allocator *allocator,
                       const char *path) {
    *recording = (struct sim_recording){.allocator = allocator};
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return refuse(recording, COG_EIO, strerror(errno));
    }
    int status = read_head(recording, file);
    status = status == COG_OK ? read_blocks(recording, file) : status;
    if (status == COG_OK && ferror(file)) {
        status = refuse(recording, COG_EIO, "it cannot be read");
    }
    (void)fclose(file);
    if (status != COG_OK) {
        sim_recording_close(recording);
    }
    return status;
}

void sim_recording_close(struct sim_recording *recording) {
    cog_release(recording->allocator, recording->bytes, recording->capacity);
    recording->bytes = NULL;
    recording->capacity = 0;
}

/* ---- Events ---- */

void sim_recording_reader_init(struct sim_recording_reader *reader,
                               const struct sim_recording *recording) {
    *reader = (struct sim_recording_reader){.recording = recording};
}

void sim_recording_reader_term(struct sim_recording_reader *reader) {
    cog_release(reader->recording->allocator, reader->ops, reader->op_capacity);
    reader->ops = NULL;
    reader->op_capacity = 0;
}

static uint64_t number(struct sim_recording_reader *reader) {
    const struct sim_recording *recording = reader->recording;
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (reader->at >= recording->byte_count) {
            break;
        }
        unsigned char byte = recording->bytes[reader->at++];
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            return value;
        }
    }
    reader->is_corrupt = true;
    return 0;
}

static int64_t signed_number(struct sim_recording_reader *reader) {
    uint64_t value = number(reader);
    return (value & 1) != 0 ? (int64_t) ~(value >> 1) : (int64_t)(value >> 1);
}

static const unsigned char *bytes(struct sim_recording_reader *reader, uint64_t count) {
    const unsigned char *at = reader->recording->bytes + reader->at;
    if (count > reader->recording->byte_count - reader->at) {
        reader->is_corrupt = true;
        return NULL;
    }
    reader->at += (size_t)count;
    return count > 0 ? at : NULL;
}

static void read_data(struct sim_recording_reader *reader, struct sim_recorded_result *result) {
    result->done = number(reader);
    if (!reader->recording->hashes_data) {
        result->data = bytes(reader, result->done);
    } else if (result->done > 0) {
        result->data_hash = number(reader);
    }
}

static void read_result(struct sim_recording_reader *reader, enum cog_op_kind kind,
                        struct sim_recorded_result *result) {
    switch ((int)kind) {
    case COG_OP_LISTEN:
    case COG_OP_BIND:
    case COG_OP_ACCEPT:
    case COG_OP_CONNECT:
        result->socket = (int32_t)signed_number(reader);
        break;
    case COG_OP_RECV:
    case COG_OP_RECVALL:
    case COG_OP_RECVLINE:
        read_data(reader, result);
        break;
    case COG_OP_RECVFROM:
        read_data(reader, result);
        result->address_bytes = number(reader);
        result->address = bytes(reader, result->address_bytes);
        break;
    case COG_OP_SEND:
    case COG_OP_SENDALL:
    case COG_OP_SENDTO:
    case COG_OP_SENDFILE:
        result->done = number(reader);
        break;
    default:
        break;
    }
}

static void remember_op(struct sim_recording_reader *reader, enum cog_op_kind kind) {
    uint64_t serial = ++reader->submit_count;
    if (serial >= reader->op_capacity) {
        size_t capacity = reader->op_capacity > 0 ? reader->op_capacity * 2 : 1024;
        uint8_t *grown = cog_allocate(reader->recording->allocator, capacity);
        if (grown == NULL) {
            reader->is_corrupt = true;
            return;
        }
        if (reader->op_capacity > 0) {
            memcpy(grown, reader->ops, reader->op_capacity);
        }
        cog_release(reader->recording->allocator, reader->ops, reader->op_capacity);
        reader->ops = grown;
        reader->op_capacity = capacity;
    }
    reader->ops[serial] = (uint8_t)kind;
}

/* How something ended; a negative code, or what else it may be. */
static int read_status(struct sim_recording_reader *reader, int other) {
    int64_t status = signed_number(reader);
    if (status != COG_OK && status != other && !(status < 0 && status >= INT32_MIN)) {
        reader->is_corrupt = true;
        return COG_ECORRUPT;
    }
    return (int)status;
}

static void read_serial(struct sim_recording_reader *reader, struct sim_recorded_event *event) {
    event->serial = number(reader);
    bool is_known = event->serial > 0 && event->serial <= reader->submit_count;
    bool is_next =
        event->kind == COG_RECORDED_ACTIVITY && event->serial == reader->submit_count + 1;
    reader->is_corrupt |= !is_known && !is_next;
    event->op = is_known ? (enum cog_op_kind)reader->ops[event->serial] : COG_OP_YIELD;
}

static void read_submit(struct sim_recording_reader *reader, struct sim_recorded_event *event) {
    uint64_t kind = number(reader);
    if (kind < COG_OP_LISTEN || kind > COG_OP_CLOSE) {
        reader->is_corrupt = true;
        return;
    }
    event->op = (enum cog_op_kind)kind;
    event->socket = (int32_t)signed_number(reader);
    event->bytes = number(reader);
    bool is_sent = kind == COG_OP_SEND || kind == COG_OP_SENDALL || kind == COG_OP_SENDTO;
    event->sent_hash = is_sent ? number(reader) : 0;
    event->status = read_status(reader, COG_PENDING);
    read_result(reader, event->op, &event->result);
    remember_op(reader, event->op);
    event->serial = reader->submit_count;
}

static void read_event(struct sim_recording_reader *reader, struct sim_recorded_event *event) {
    switch (event->kind) {
    case COG_RECORDED_CLOCK:
        event->clock_delta = signed_number(reader);
        break;
    case COG_RECORDED_SUBMIT:
        read_submit(reader, event);
        break;
    case COG_RECORDED_COMPLETE:
        read_serial(reader, event);
        event->status = read_status(reader, COG_OK);
        read_result(reader, event->op, &event->result);
        break;
    case COG_RECORDED_ACTIVITY:
        read_serial(reader, event);
        event->result.done = number(reader);
        break;
    case COG_RECORDED_RUN:
        event->status = read_status(reader, COG_OK);
        break;
    case COG_RECORDED_CANCEL:
        read_serial(reader, event);
        event->is_cancelled = number(reader) != 0;
        if (event->is_cancelled) {
            read_result(reader, event->op, &event->result);
        }
        break;
    case COG_RECORDED_CLOSE:
        event->socket = (int32_t)signed_number(reader);
        event->status = read_status(reader, COG_OK);
        break;
    case COG_RECORDED_OPTIONS:
        for (size_t i = 0; i < 5; i++) {
            event->options[i] = (int64_t)number(reader);
        }
        break;
    default:
        reader->is_corrupt = true;
        break;
    }
}

bool sim_recording_next(struct sim_recording_reader *reader, struct sim_recorded_event *event) {
    if (reader->at >= reader->recording->byte_count || reader->is_corrupt) {
        return false;
    }
    *event = (struct sim_recorded_event){.kind = (unsigned)number(reader)};
    read_event(reader, event);
    reader->event_count += reader->is_corrupt ? 0 : 1;
    return !reader->is_corrupt;
}
