/* nearest.h - which valid word was probably meant.
 *
 * Words are offered one by one; the nearest by Damerau-Levenshtein distance (insertions, deletions,
 * substitutions, swaps of neighbours) is kept, the first offered of equals. Too far is: more than
 * two edits, or than a third of the word's length, whichever is more; and more than half the
 * letters of a short word. Only the first few thousand candidates are looked at, so that a file of
 * a million names and a thousand errors is answered at once.
 */
#ifndef SIM_LANGUAGE_NEAREST_H
#define SIM_LANGUAGE_NEAREST_H

#include <stdbool.h>
#include <stddef.h>

struct sim_nearest {
    const char *wanted;
    size_t wanted_length;
    const char *best; /* null: none was near enough */
    size_t distance;  /* of best */
    size_t offered_count;
};

void sim_nearest_init(struct sim_nearest *nearest, const char *wanted);

/* The candidate must outlive the use of `best`. */
void sim_nearest_offer(struct sim_nearest *nearest, const char *candidate);

/* Whether it will look at no more candidates. */
bool sim_nearest_is_done(const struct sim_nearest *nearest);

#endif
