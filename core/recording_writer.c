/* recording_writer.c - varints into blocks, blocks into a file. */
#include "core/recording_writer.h"

#include "core/status.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#define XXH_INLINE_ALL /* no library is needed for it */
#include <xxhash.h>

enum { ROOM_BYTES = 64 /* for an event's numbers, so that only bytes need look */ };

static void put_little_endian(unsigned char *at, uint64_t number, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) {
        at[i] = (unsigned char)(number >> (8 * i));
    }
}

static void write_all(struct cog_recording_writer *writer, const unsigned char *at, size_t bytes) {
    while (bytes > 0 && writer->error_number == 0) {
        ssize_t written = write(writer->file, at, bytes);
        if (written > 0) {
            at += written;
            bytes -= (size_t)written;
        } else if (errno != EINTR) {
            writer->error_number = errno;
        }
    }
}

static void write_block(struct cog_recording_writer *writer, char type) {
    unsigned char *block = writer->block;
    size_t bytes = writer->used_bytes;
    block[0] = (unsigned char)type;
    put_little_endian(block + 1, bytes, 4);
    unsigned char *payload = block + COG_RECORDING_HEAD_BYTES;
    uint64_t checksum = XXH3_64bits_withSeed(payload, bytes, (uint64_t)block[0] << 32 | bytes);
    put_little_endian(block + 5, checksum, 8);
    write_all(writer, block, COG_RECORDING_HEAD_BYTES + bytes);
    writer->used_bytes = 0;
}

int cog_recording_open(struct cog_recording_writer *writer, const struct cog_allocator *allocator,
                       const char *path, bool hashes_data) {
    unsigned char head[16] = {
        0x89, 0x43, 0x4F, 0x47, 0x52, 0x0D, 0x0A, 0x1A, COG_RECORDING_VERSION};
    head[12] = hashes_data ? 1 : 0;
    *writer = (struct cog_recording_writer){.allocator = allocator};
    writer->block = cog_allocate(allocator, COG_RECORDING_HEAD_BYTES + COG_RECORDING_BLOCK_BYTES);
    if (writer->block == NULL) {
        return COG_ENOMEM;
    }
    writer->file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (writer->file >= 0) {
        write_all(writer, head, sizeof head);
    }
    if (writer->file < 0 || writer->error_number != 0) {
        int error_number = writer->file < 0 ? errno : writer->error_number;
        if (writer->file >= 0) {
            (void)close(writer->file);
        }
        cog_release(allocator, writer->block, COG_RECORDING_HEAD_BYTES + COG_RECORDING_BLOCK_BYTES);
        errno = error_number;
        return COG_EIO;
    }
    return COG_OK;
}

void cog_recording_number(struct cog_recording_writer *writer, uint64_t number) {
    unsigned char *at = writer->block + COG_RECORDING_HEAD_BYTES + writer->used_bytes;
    size_t bytes = 0;
    while (number >= 0x80) {
        at[bytes++] = (unsigned char)(number | 0x80);
        number >>= 7;
    }
    at[bytes++] = (unsigned char)number;
    writer->used_bytes += bytes;
}

/* An event begins in the block in which it ends, but for its bytes. */
void cog_recording_event(struct cog_recording_writer *writer, enum cog_recorded kind) {
    if (writer->used_bytes > COG_RECORDING_BLOCK_BYTES - ROOM_BYTES) {
        write_block(writer, 'R');
    }
    writer->event_count++;
    cog_recording_number(writer, (uint64_t)kind);
}

void cog_recording_bytes(struct cog_recording_writer *writer, const void *bytes, size_t count) {
    const unsigned char *from = bytes;
    while (count > 0) {
        size_t room = COG_RECORDING_BLOCK_BYTES - ROOM_BYTES - writer->used_bytes;
        if (writer->used_bytes >= COG_RECORDING_BLOCK_BYTES - ROOM_BYTES) {
            write_block(writer, 'C'); /* the event goes on in the next one */
            continue;
        }
        size_t part = count < room ? count : room;
        memcpy(writer->block + COG_RECORDING_HEAD_BYTES + writer->used_bytes, from, part);
        writer->used_bytes += part;
        from += part;
        count -= part;
    }
}

void cog_recording_flush(struct cog_recording_writer *writer) {
    if (writer->used_bytes > 0) {
        write_block(writer, 'R');
    }
}

int cog_recording_close(struct cog_recording_writer *writer) {
    cog_recording_flush(writer);
    cog_recording_number(writer, writer->event_count);
    write_block(writer, 'T');
    if (close(writer->file) != 0 && writer->error_number == 0) {
        writer->error_number = errno;
    }
    cog_release(writer->allocator, writer->block,
                COG_RECORDING_HEAD_BYTES + COG_RECORDING_BLOCK_BYTES);
    errno = writer->error_number;
    return writer->error_number == 0 ? COG_OK : COG_EIO;
}
