/* svg_finish.h - what Graphviz does not put into an SVG: titles worth reading, ids for all that a
 * box stands for, and a look for what a link leads to.
 *
 * The renderer calls boxes b0, b1, ... and arrows a0, a1, ...; here they get the ids of the
 * picture. Where a box stands for several things, the ids of the others are of invisible frames
 * around it:
 *
 *     <g id="event-7" class="node">...</g> after <rect id="event-8" class="also" .../>
 */
#ifndef REP_SVG_FINISH_H
#define REP_SVG_FINISH_H

#include "reports/picture.h"
#include "reports/reports.h"

/* Replaces `*bytes`, allocated by malloc. REP_OK; REP_ENOMEM: they have been freed and are null. */
int rep_svg_finish(const struct rep_picture *picture, char **bytes, size_t *byte_count,
                   struct rep_error *error);

#endif
