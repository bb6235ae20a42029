/* diff_parts.h - two runs while they are compared, for the parts that do it.
 *
 *     diff_names.c   whose lines are whose: equal numbers for equal coroutines and equal lines
 *     diff_rows.c    lays the lines beside each other
 *     diff.c         judges, finds reasons, and puts it together
 */
#ifndef REP_DIFF_PARTS_H
#define REP_DIFF_PARTS_H

#include "reports/reports.h"
#include "reports/story.h"

/* One run while it is compared. */
struct rep_side {
    struct rep_model model;
    struct rep_story story;
    bool has_model;
    bool has_story;
    struct rep_text words; /* what texts of the result point into */
    size_t *names;         /* of lanes, where in the words; then of the world */
    size_t title;          /* likewise */
    size_t verdict;
    size_t facts;
    size_t decision;
    struct rep_diff_line *lines;
    const char **only;
    uint32_t *whos; /* of lanes, and of the world: equal for equal names */
    uint32_t *keys; /* of lines: equal for the same */
};

struct rep_comparison {
    struct rep_diff diff; /* first: what the caller has is this */
    struct rep_side sides[2];
    struct rep_diff_row *rows;
    size_t *partners; /* of the left's lines: the right's index + 1 */
    size_t *moved[2]; /* of lines without a partner: that of the same elsewhere, index + 1 */
    bool has_hosts;   /* names have them */
};

/* A line by something to sort it by. */
struct rep_diff_sorted {
    uint32_t key;
    size_t line;
};

/* For qsort: by key, then by line. */
int rep_diff_compare_sorted(const void *left, const void *right);

/* Names lanes, with their hosts where lanes of one name live on different ones, and numbers them:
 * whos. REP_OK, REP_ENOMEM, as all below. */
int rep_diff_name(struct rep_comparison *comparison);

/* Numbers lines: keys. */
int rep_diff_key(struct rep_comparison *comparison);

/* What a lane is called; REP_NONE, the world: "". Valid until words are added. */
const char *rep_diff_lane_name(const struct rep_side *side, uint32_t lane);

/* Ends what was added to the words. */
void rep_diff_end_word(struct rep_side *side);

/* The number of whom a line is of. */
uint32_t rep_diff_who_of(const struct rep_side *side, size_t line);

/* Makes the rows, of keys. */
int rep_diff_lay(struct rep_comparison *comparison);

#endif
