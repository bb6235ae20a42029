/* words.h - smaller words for those of a line of a scenario: without a clause, with fewer copies,
 * rounds and bytes, a range at its low end.
 *
 * What comes of a change need not be a scenario; whoever tries it looks.
 */
#ifndef SIM_SHRINK_WORDS_H
#define SIM_SHRINK_WORDS_H

#include <stddef.h>
#include <stdint.h>

enum { SIM_WORD_CHANGES_MAX = 4, SIM_WORD_BYTES_MAX = 24 };

struct sim_word_change {
    size_t at; /* in the text: what is replaced */
    size_t length;
    char bytes[SIM_WORD_BYTES_MAX]; /* by what */
    size_t byte_count;
};

/* The changes to the word that begins at a place of a text, the largest first; 0: none begins
 * there, or nothing can be done. The text has no comments. */
uint32_t sim_word_changes(const char *text, size_t length, size_t at,
                          struct sim_word_change changes[SIM_WORD_CHANGES_MAX]);

#endif
