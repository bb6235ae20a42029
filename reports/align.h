/* align.h - two sequences beside each other: what of the one is what of the other, in the same
 * order, so that as much as possible is.
 *
 * The shortest way from one to the other (Myers, O(ND)). Where more than ALIGN_REACH steps are
 * needed it goes as far as these lead and begins again there: then it may no longer be the
 * shortest, but time and memory stay within bounds.
 */
#ifndef REP_ALIGN_H
#define REP_ALIGN_H

#include <stddef.h>
#include <stdint.h>

struct rep_sequence {
    const uint32_t *keys; /* equal keys: the same */
    size_t count;
};

/* Of each of the left, the index + 1 of its partner on the right, 0: none; partners rise. `reach`
 * is the most that may differ before it begins again, from 1; 0: 1000. REP_OK, REP_ENOMEM. */
int rep_align(const struct rep_sequence *left, const struct rep_sequence *right, size_t reach,
              size_t *partners);

#endif
