/* signature.h - which failure it is that a run came to.
 *
 * Two runs have one signature when the first thing that did not hold in them is the same statement:
 * the same check in the same coroutine, the same expectation, the same waits of a stall. Lines,
 * times, values and how many instances there are have no part in it, nor have blanks.
 *
 *     check seen < 3 in looker
 *     expect counter == 2
 *     stalled: left at acquire b; right at acquire a
 *     recv ask from conn max 64 in server: the operation timed out
 */
#ifndef SIM_SIGNATURE_H
#define SIM_SIGNATURE_H

#include "sim/journal.h"
#include "sim/language/buffer.h"

#include <stdint.h>

/* The hash, XXH3 of the text without its blanks; 0: nothing failed. */
uint64_t sim_signature(const struct sim_journal *journal);

/* The hash of what was instead of what was expected, in the first failure, without its figures and
 * brackets: whether a line of the log came too late or never, say. 0: nothing is told of that. */
uint64_t sim_signature_shape(const struct sim_journal *journal);

/* Adds the text. */
void sim_signature_text(const struct sim_journal *journal, struct sim_buffer *text);

#endif
