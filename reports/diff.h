/* diff.h - what those that tell of a difference share. */
#ifndef REP_DIFF_H
#define REP_DIFF_H

#include "reports/reports.h"
#include "reports/text.h"

/* "worker#2", "the world". */
const char *rep_diff_who(const struct rep_diff_line *line);

/* How a row is marked: "=", "~", "<", ">", "|"; and behind it whether the other run has the line
 * earlier, "^", or later, "v", else " ". */
void rep_diff_add_mark(const struct rep_diff *diff, size_t row, struct rep_text *text);

/* "4 lines the same, 2 in another order, 1 only in A". */
void rep_diff_add_counts(const struct rep_diff *diff, struct rep_text *text);

/* "left: after yield, 2 of 3 (event 45)". */
void rep_diff_add_decision(const struct rep_diff_decision *decision, struct rep_text *text);

/* The trace of either run. */
const struct rep_trace *rep_diff_trace(const struct rep_diff *diff, int run);

/* The page. REP_EIO, REP_ENOMEM. */
int rep_diff_html_write(const struct rep_diff *diff, const struct rep_diff_options *options,
                        const char *path, struct rep_error *error);

#endif
