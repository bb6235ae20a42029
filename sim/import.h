/* import.h - makes a scenario of a recording (core/RECORDING.md): the program is a host, and each
 * connection that it has accepted is a coroutine, which sends what it was sent, when it was.
 *
 * Times are those at which the program heard of things. What it answers is read and dropped; what
 * should hold is left to who goes on writing.
 */
#ifndef SIM_IMPORT_H
#define SIM_IMPORT_H

#include "sim/language/buffer.h"
#include "sim/recording.h"

struct sim_import_options {
    const char *program;   /* as `host server program` names it */
    const char *recording; /* what the title calls the recording */
    uint16_t port;         /* where the program listens: no recording tells that */
};

enum { SIM_IMPORT_ERROR_BYTES = 160 };

/* Adds the scenario's text. COG_OK, COG_ENOMEM, COG_ECORRUPT (the events make no sense),
 * COG_EUNSUPPORTED (the recording has hashes in place of bytes; the program connects; nobody has
 * connected to it); `error` then says what it is, and is empty otherwise. */
int sim_import(const struct sim_recording *recording, const struct sim_import_options *options,
               struct sim_buffer *text, char error[SIM_IMPORT_ERROR_BYTES]);

#endif
