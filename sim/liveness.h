/* liveness.h - which slots of a frame still matter: those that some way from here reads before it
 * sets them.
 *
 * Told from the code alone. What stands in the others can be anything: two coroutines that differ
 * in nothing else go on alike.
 */
#ifndef SIM_LIVENESS_H
#define SIM_LIVENESS_H

#include "sim/code.h"

/* Sets `live` of all code of a program. COG_OK, COG_ENOMEM. */
int sim_program_find_live(struct sim_program *program);

enum { SIM_LIVE_WORD_BITS = 64 };

/* The words of a set of slots: slot i is bit i % 64 of word i / 64. */
static inline uint32_t sim_live_words(const struct sim_code *code) {
    return (code->slot_count + SIM_LIVE_WORD_BITS - 1) / SIM_LIVE_WORD_BITS;
}

/* Of a frame that goes on with instruction `at`. */
static inline const uint64_t *sim_live_from(const struct sim_code *code, uint32_t at) {
    return code->live + (size_t)at * 2 * sim_live_words(code);
}

/* Of one that waits in the AWAIT `at`. */
static inline const uint64_t *sim_live_after(const struct sim_code *code, uint32_t at) {
    return sim_live_from(code, at) + sim_live_words(code);
}

static inline bool sim_live_has(const uint64_t *set, uint32_t slot) {
    return (set[slot / SIM_LIVE_WORD_BITS] >> slot % SIM_LIVE_WORD_BITS & 1) != 0;
}

#endif
