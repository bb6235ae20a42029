/* recording.h - a recording (core/RECORDING.md) in memory, read event by event.
 *
 * What is damaged is left out from there on: a recording ends where the process that wrote it died.
 */
#ifndef SIM_RECORDING_H
#define SIM_RECORDING_H

#include "core/allocator.h"
#include "core/cogen.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_recording {
    const struct cog_allocator *allocator;
    unsigned char *bytes; /* the payloads of all blocks, one after the other */
    size_t byte_count;
    size_t capacity;
    bool hashes_data;
    bool is_whole;       /* it was ended; else it is cut off */
    uint64_t cut_offset; /* in the file: what stands there is not used any more */
    char error[256];     /* why it cannot be read */
};

/* Is a file a recording, by how it begins? False also if it cannot be read. */
bool sim_recording_is_one(const char *path);

/* COG_OK; COG_ENOMEM; or, with `error` telling: COG_EIO, COG_ECORRUPT (it is none),
 * COG_EUNSUPPORTED (of a newer version). Unless COG_OK there is nothing to close. */
int sim_recording_open(struct sim_recording *recording, const struct cog_allocator *allocator,
                       const char *path);
void sim_recording_close(struct sim_recording *recording);

/* ---- Events ---- */

/* What an operation has come to, or how far. */
struct sim_recorded_result {
    int32_t socket;
    uint64_t done;
    const unsigned char *data; /* done bytes; null: none, or only their hash is known */
    uint64_t data_hash;
    const unsigned char *address; /* address_bytes; null: none */
    uint64_t address_bytes;
};

struct sim_recorded_event {
    unsigned kind;       /* enum cog_recorded */
    uint64_t serial;     /* complete, activity, cancel; of submits it is their count */
    enum cog_op_kind op; /* submit, and by serial of complete and cancel */
    int32_t socket;      /* submit, close */
    uint64_t bytes;      /* submit: wanted */
    uint64_t sent_hash;  /* submit: of what was to be sent; 0: nothing was */
    int status;          /* submit, complete, run, close */
    bool is_cancelled;   /* cancel */
    int64_t clock_delta; /* clock: since the one before, or 0 */
    int64_t options[5];  /* options: as they are written */
    struct sim_recorded_result result; /* submit, complete, cancel */
};

/* Reads one event after the other. */
struct sim_recording_reader {
    const struct sim_recording *recording;
    size_t at;
    uint64_t event_count; /* read so far */
    uint64_t submit_count;
    uint8_t *ops; /* the kinds of operations by serial */
    size_t op_capacity;
    bool is_corrupt;
};

void sim_recording_reader_init(struct sim_recording_reader *reader,
                               const struct sim_recording *recording);
void sim_recording_reader_term(struct sim_recording_reader *reader);

/* The next event. False: there is none, or it makes no sense (is_corrupt), or there is no memory.
 */
bool sim_recording_next(struct sim_recording_reader *reader, struct sim_recorded_event *event);

#endif
