/* timeline_timeouts.h - the part of the timeline that says why each timeout fired. */
#ifndef REP_TIMELINE_TIMEOUTS_H
#define REP_TIMELINE_TIMEOUTS_H

#include "reports/story.h"

/* Adds nothing if nothing timed out. REP_OK or REP_ENOMEM. */
int rep_timeouts_add(const struct rep_story *story, struct rep_text *out);

#endif
