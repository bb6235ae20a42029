/* timeline_strips.h - the part of the timeline with one strip of characters a coroutine. */
#ifndef REP_TIMELINE_STRIPS_H
#define REP_TIMELINE_STRIPS_H

#include "reports/story.h"

/* REP_OK or REP_ENOMEM. */
int rep_strips_add(const struct rep_story *story, struct rep_text *out);

#endif
