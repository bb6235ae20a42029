/* again.h - the options of a command line once more, for a command that is printed for people to
 * type. */
#ifndef SIM_PROGRAM_AGAIN_H
#define SIM_PROGRAM_AGAIN_H

#include "sim/language/buffer.h"
#include "sim/language/language.h"

struct again {
    const struct sim_definition *definitions; /* of these, those that the scenario has */
    uint32_t definition_count;
    uint32_t row;     /* 0: none */
    unsigned vary;    /* 0: as the scenario says */
    const char *root; /* null: none */
};

/* Adds the options, each behind a blank: " -D n=3 --row 2". */
void again_add(const struct again *again, struct sim_buffer *text);

/* Adds a blank and a word as a shell reads it. */
void again_add_word(const char *word, struct sim_buffer *text);

#endif
