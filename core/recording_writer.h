/* recording_writer.h - writes a recording (RECORDING.md) block by block, so that what has been
 * written stays when the process dies. Internal to core/.
 *
 * What goes wrong with the file never disturbs who is recorded: from then on nothing is written,
 * and the end tells.
 */
#ifndef COG_RECORDING_WRITER_H
#define COG_RECORDING_WRITER_H

#include "core/allocator.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(enumerator, value, name): what an event of a recording is. */
#define COG_RECORDING_TABLE(X)                                                                     \
    X(COG_RECORDED_CLOCK, 0, "clock")                                                              \
    X(COG_RECORDED_SUBMIT, 1, "submit")                                                            \
    X(COG_RECORDED_COMPLETE, 2, "complete")                                                        \
    X(COG_RECORDED_ACTIVITY, 3, "activity")                                                        \
    X(COG_RECORDED_RUN, 4, "run")                                                                  \
    X(COG_RECORDED_CANCEL, 5, "cancel")                                                            \
    X(COG_RECORDED_CLOSE, 6, "close")                                                              \
    X(COG_RECORDED_OPTIONS, 7, "options")

enum cog_recorded {
#define COG_RECORDED_ENUMERATOR(enumerator, value, name) enumerator = (value),
    COG_RECORDING_TABLE(COG_RECORDED_ENUMERATOR)
#undef COG_RECORDED_ENUMERATOR
};

enum {
    COG_RECORDING_VERSION = 1,
    COG_RECORDING_BLOCK_BYTES = 64 * 1024,
    COG_RECORDING_HEAD_BYTES = 13, /* of a block: type, payload_bytes, checksum */
};

struct cog_recording_writer {
    const struct cog_allocator *allocator;
    int file;
    unsigned char *block; /* the head, then the payload under way */
    size_t used_bytes;    /* of the payload */
    uint64_t event_count;
    int error_number; /* of the first write that failed, or 0 */
};

/* Makes the file, or empties it. COG_OK, COG_ENOMEM, COG_EIO (errno tells). */
int cog_recording_open(struct cog_recording_writer *writer, const struct cog_allocator *allocator,
                       const char *path, bool hashes_data);

/* Begins an event; its fields follow. */
void cog_recording_event(struct cog_recording_writer *writer, enum cog_recorded kind);
void cog_recording_number(struct cog_recording_writer *writer, uint64_t number);
void cog_recording_bytes(struct cog_recording_writer *writer, const void *bytes, size_t count);

/* Hands to the system what has come so far. */
void cog_recording_flush(struct cog_recording_writer *writer);

/* Ends the recording. COG_OK; COG_EIO: not all of it could be written, errno tells. */
int cog_recording_close(struct cog_recording_writer *writer);

#endif
