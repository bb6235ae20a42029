/* trace_writer.c - blocks, varints, checksums and the hash of a trace.
 *
 * An event never crosses a block: a block is closed at the first event that begins with less than
 * EVENT_BYTES_MAX of room. Texts are cut to SIM_TRACE_TEXT_BYTES_MAX so that every event fits.
 */
#include "sim/trace_writer.h"

#include "core/check.h"
#include "core/status.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

enum {
    BLOCK_BYTES = 64 * 1024,
    EVENT_BYTES_MAX = 2 * SIM_TRACE_TEXT_BYTES_MAX + 256,
    HEAD_BYTES =
        5, /* of a block, without its checksum: type, payload bytes. Lies before the payload. */
};

static const struct {
    const char *name;
    const char *fields;
} kinds[] = {
#define KIND_ENTRY(enumerator, name, fields) {name, fields},
    SIM_TRACE_KINDS(KIND_ENTRY)
#undef KIND_ENTRY
};

static void put_varint(struct sim_trace_writer *writer, uint64_t number) {
    unsigned char *at = writer->buffer + writer->used_bytes;
    size_t bytes = 0;
    while (number >= 0x80) {
        at[bytes++] = (unsigned char)(number | 0x80);
        number >>= 7;
    }
    at[bytes++] = (unsigned char)number;
    writer->used_bytes += bytes;
}

static void put_little_endian(unsigned char *at, uint64_t number, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) {
        at[i] = (unsigned char)(number >> (8 * i));
    }
}

static void put_text(struct sim_trace_writer *writer, const char *text, size_t bytes) {
    bytes = bytes < SIM_TRACE_TEXT_BYTES_MAX ? bytes : SIM_TRACE_TEXT_BYTES_MAX;
    put_varint(writer, bytes);
    if (bytes > 0) {
        memcpy(writer->buffer + writer->used_bytes, text, bytes);
    }
    writer->used_bytes += bytes;
}

static void write_bytes(struct sim_trace_writer *writer, const void *bytes, size_t count) {
    if (writer->file == NULL || writer->has_failed) {
        return;
    }
    if (fwrite(bytes, 1, count, writer->file) != count) {
        writer->has_failed = true;
        writer->error_number = errno;
    }
}

/* Brings the hash up to the end of the block, or passes over what does not enter it. */
static void hash_so_far(struct sim_trace_writer *writer) {
    size_t bytes = writer->used_bytes - writer->hashed_bytes;
    if (!writer->is_unhashed && bytes > 0) {
        (void)XXH3_64bits_update(writer->hash, writer->buffer + writer->hashed_bytes, bytes);
    }
    writer->hashed_bytes = writer->used_bytes;
}

/* Closes the block under way: hashes it, writes it, and empties the buffer. */
static void close_block(struct sim_trace_writer *writer, char type) {
    hash_so_far(writer);
    if (writer->file != NULL) {
        unsigned char *head = writer->buffer - HEAD_BYTES;
        unsigned char checksum[8];
        head[0] = (unsigned char)type;
        put_little_endian(head + 1, writer->used_bytes, 4);
        put_little_endian(checksum, XXH3_64bits(head, HEAD_BYTES + writer->used_bytes), 8);
        write_bytes(writer, head, HEAD_BYTES);
        write_bytes(writer, checksum, sizeof checksum);
        write_bytes(writer, writer->buffer, writer->used_bytes);
    }
    writer->used_bytes = 0;
    writer->head_bytes = 0;
    writer->hashed_bytes = 0;
}

static void open_events(struct sim_trace_writer *writer) {
    put_varint(writer, writer->event_count + 1);
    put_varint(writer, (uint64_t)writer->time_ns);
    writer->head_bytes = writer->used_bytes;
    writer->hashed_bytes = writer->used_bytes;
}

/* The schema names every kind and its fields. */
static void put_fields(struct sim_trace_writer *writer, const char *fields) {
    size_t count_at = writer->used_bytes++;
    unsigned char count = 0;
    while (*fields != '\0') {
        size_t bytes = strcspn(fields, " ");
        bool is_text = fields[0] == '$';
        put_text(writer, fields + (is_text ? 1 : 0), bytes - (is_text ? 1 : 0));
        writer->buffer[writer->used_bytes++] = is_text ? 1 : 0;
        fields += bytes;
        fields += *fields == ' ' ? 1 : 0;
        count++;
    }
    writer->buffer[count_at] = count;
}

static void write_schema(struct sim_trace_writer *writer) {
    unsigned char head[16] = {0x89, 0x43, 0x4F, 0x47, 0x54, 0x0D, 0x0A, 0x1A, 1};
    write_bytes(writer, head, sizeof head);
    size_t count = sizeof kinds / sizeof kinds[0];
    put_varint(writer, count);
    for (size_t i = 0; i < count; i++) {
        put_text(writer, kinds[i].name, strlen(kinds[i].name));
        put_fields(writer, kinds[i].fields);
    }
    close_block(writer, 'S');
    open_events(writer);
}

static char *copy_text(const struct cog_allocator *allocator, const char *text, size_t *bytes) {
    *bytes = strlen(text) + 1;
    char *copy = cog_allocate(allocator, *bytes);
    if (copy != NULL) {
        memcpy(copy, text, *bytes);
    }
    return copy;
}

static int open_file(struct sim_trace_writer *writer, const char *path) {
    char suffix[32];
    int suffix_bytes = snprintf(suffix, sizeof suffix, ".tmp%" PRId64, (int64_t)getpid());
    writer->path = copy_text(writer->allocator, path, &writer->path_bytes);
    writer->path_temporary_bytes = strlen(path) + (size_t)suffix_bytes + 1;
    writer->path_temporary = cog_allocate(writer->allocator, writer->path_temporary_bytes);
    if (writer->path == NULL || writer->path_temporary == NULL) {
        return COG_ENOMEM;
    }
    (void)snprintf(writer->path_temporary, writer->path_temporary_bytes, "%s%s", path, suffix);
    writer->file = fopen(writer->path_temporary, "wb");
    return writer->file != NULL ? COG_OK : COG_EIO;
}

static void release(struct sim_trace_writer *writer) {
    if (writer->buffer != NULL) {
        cog_release(writer->allocator, writer->buffer - HEAD_BYTES, HEAD_BYTES + BLOCK_BYTES);
    }
    cog_release(writer->allocator, writer->path, writer->path_bytes);
    cog_release(writer->allocator, writer->path_temporary, writer->path_temporary_bytes);
    (void)XXH3_freeState(writer->hash);
    *writer = (struct sim_trace_writer){.allocator = NULL};
}

int sim_trace_writer_open(struct sim_trace_writer *writer, const struct cog_allocator *allocator,
                          const char *path) {
    *writer = (struct sim_trace_writer){.allocator = allocator};
    unsigned char *block = cog_allocate(allocator, HEAD_BYTES + BLOCK_BYTES);
    writer->buffer = block != NULL ? block + HEAD_BYTES : NULL;
    writer->hash = XXH3_createState();
    int status = writer->buffer != NULL && writer->hash != NULL ? COG_OK : COG_ENOMEM;
    if (status == COG_OK && path != NULL) {
        status = open_file(writer, path);
    }
    if (status != COG_OK) {
        int error_number = errno;
        release(writer);
        errno = error_number;
        return status;
    }
    (void)XXH3_64bits_reset(writer->hash);
    write_schema(writer);
    return COG_OK;
}

uint64_t sim_trace_begin(struct sim_trace_writer *writer, enum sim_trace_kind kind, int64_t time_ns,
                         uint64_t cause, uint32_t host, uint32_t coroutine) {
    if (writer->is_off) {
        return 0;
    }
    cog_assert(time_ns >= writer->time_ns && cause <= writer->event_count);
    if (writer->used_bytes > BLOCK_BYTES - EVENT_BYTES_MAX) {
        close_block(writer, 'E');
        open_events(writer);
    }
    bool is_unhashed = kind == SIM_TRACE_FILE || kind == SIM_TRACE_SOURCE ||
                       kind == SIM_TRACE_FAILURE || kind == SIM_TRACE_FINISH;
    if (is_unhashed != writer->is_unhashed) {
        hash_so_far(writer);
        writer->is_unhashed = is_unhashed;
    }
    uint64_t index = ++writer->event_count;
    put_varint(writer, (uint64_t)kind);
    put_varint(writer, (uint64_t)(time_ns - writer->time_ns));
    put_varint(writer, cause == 0 ? 0 : index - cause);
    put_varint(writer, host);
    put_varint(writer, coroutine);
    writer->time_ns = time_ns;
    return index;
}

void sim_trace_number(struct sim_trace_writer *writer, uint64_t number) {
    if (writer->is_off) {
        return;
    }
    put_varint(writer, number);
}

void sim_trace_line(struct sim_trace_writer *writer, uint32_t line) {
    if (writer->is_off) {
        return;
    }
    hash_so_far(writer);
    put_varint(writer, line);
    writer->hashed_bytes = writer->used_bytes;
}

void sim_trace_text(struct sim_trace_writer *writer, const char *text, size_t bytes) {
    if (writer->is_off) {
        return;
    }
    put_text(writer, text, bytes);
}

void sim_trace_word(struct sim_trace_writer *writer, const char *word) {
    if (writer->is_off) {
        return;
    }
    put_text(writer, word, strlen(word));
}

/* Flushes the file to the disk and gives it its final name. */
static int finish_file(struct sim_trace_writer *writer) {
    bool is_whole =
        !writer->has_failed && fflush(writer->file) == 0 && fsync(fileno(writer->file)) == 0;
    int error_number = writer->has_failed ? writer->error_number : errno;
    if (fclose(writer->file) != 0 && is_whole) {
        is_whole = false;
        error_number = errno;
    }
    writer->file = NULL;
    if (is_whole && rename(writer->path_temporary, writer->path) != 0) {
        is_whole = false;
        error_number = errno;
    }
    if (!is_whole) {
        (void)remove(writer->path_temporary);
        errno = error_number;
    }
    return is_whole ? COG_OK : COG_EIO;
}

int sim_trace_writer_finish(struct sim_trace_writer *writer, uint64_t *hash) {
    if (writer->used_bytes > writer->head_bytes) {
        close_block(writer, 'E');
    }
    *hash = XXH3_64bits_digest(writer->hash);
    int status = COG_OK;
    if (writer->file != NULL) {
        writer->used_bytes = 0;
        writer->is_unhashed = true;
        put_varint(writer, writer->event_count);
        put_little_endian(writer->buffer + writer->used_bytes, *hash, 8);
        writer->used_bytes += 8;
        close_block(writer, 'T');
        status = finish_file(writer);
    }
    int error_number = errno;
    release(writer);
    errno = error_number;
    return status;
}

void sim_trace_writer_abandon(struct sim_trace_writer *writer) {
    if (writer->file != NULL) {
        (void)fclose(writer->file);
        (void)remove(writer->path_temporary);
    }
    if (writer->allocator != NULL) {
        release(writer);
    }
}
