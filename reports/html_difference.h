/* html_difference.h - what differs between two runs, as the page that shows both holds it. */
#ifndef REP_HTML_DIFFERENCE_H
#define REP_HTML_DIFFERENCE_H

#include "reports/reports.h"
#include "reports/text.h"

/* Adds it, in numbers and texts as a trace has them (TRACE.md):
 *
 *     verdict, reason            texts; the reason may be ""
 *     of either run              its name, a text; the event where they differ first; that of the
 *                                decision, and what was decided, a text; how many causes, and their
 *                                events
 *     how many marks             of each its first event and its last one, in the first run
 *     how many rows              of each its mark (enum rep_diff_mark); of either run how much
 *                                further its event is than the one before, 0: it has none; the row,
 *                                from 1, where the other run has the same, 0: nowhere
 *
 * Where there is no such event stands 0. */
void rep_html_tell_difference(const struct rep_html_beside *beside, struct rep_text *out);

#endif
