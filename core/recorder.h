/* recorder.h - records what a scheduler is told by its proactor and its clock, so that the same
 * program can be run again on the recording, event for event (cogsim replay).
 *
 *     struct cog_recorder *recorder;
 *     struct cog_proactor proactor;
 *     cog_proactor_open(NULL, NULL, &proactor);
 *     cog_recorder_open(&(struct cog_recorder_options){.path = "run.rec", .proactor = proactor},
 *                       &recorder);
 *     options.proactor = cog_recorder_proactor(recorder);
 *     options.clock = cog_recorder_clock(recorder);
 *     ... make the scheduler, run it, free it ...
 *     cog_recorder_close(recorder);
 *     cog_proactor_close(&proactor);
 *
 * A scheduler does nothing by chance: what it is told by these two decides all that it does. What
 * programs learn elsewhere (files, time of day, random numbers, environment, values posted to
 * mailboxes, options of a socket) is not recorded; a program that acts upon it departs from its
 * recording, and the replay says where.
 */
#ifndef COG_RECORDER_H
#define COG_RECORDER_H

#include "core/clock.h"
#include "core/proactor.h"

#ifdef __cplusplus
extern "C" {
#endif

struct cog_recorder;

struct cog_recorder_options {
    const struct cog_allocator *allocator; /* null: malloc; must outlive the recorder */
    struct cog_proactor proactor;          /* that does the work; remains the caller's */
    struct cog_clock clock;                /* now_ns null: CLOCK_MONOTONIC */
    const char *path;                      /* of the recording, which is made, or emptied */
    /* Hashes in place of the bytes that are received: it can be told whether a later run receives
     * the same, but nothing can be run on it. */
    bool hashes_data;
};

/* COG_OK, COG_ENOMEM, COG_EIO (the file cannot be made; errno tells). *out is set on COG_OK only.
 */
int cog_recorder_open(const struct cog_recorder_options *options, struct cog_recorder **out);

/* What the scheduler is given. They are the recorder's, for one scheduler. */
struct cog_proactor cog_recorder_proactor(struct cog_recorder *recorder);
struct cog_clock cog_recorder_clock(struct cog_recorder *recorder);

/* Ends the recording, after the scheduler is gone. A process that dies before leaves one that is
 * whole up to what was last written: 64 KiB, or a tenth of a second, before.
 *
 * COG_OK; COG_EIO: not all of it could be written (errno tells); who was recorded has not noticed.
 * Null is allowed. */
int cog_recorder_close(struct cog_recorder *recorder);

#ifdef __cplusplus
}
#endif

#endif
