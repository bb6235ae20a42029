/* timeline_strips.h - the part of the timeline with one strip of characters a coroutine. */
#ifndef REP_TIMELINE_STRIPS_H
#define REP_TIMELINE_STRIPS_H

#include "reports/story.h"

/* Null, or zero everywhere: all of the run. */
struct rep_strips_options {
    const uint32_t *lanes; /* in the order of the model; null: all, but 200 at most */
    uint32_t lane_count;
    size_t first; /* events from this one on; 0: the first */
    size_t last;  /* to this one; 0: the last */
};

enum { REP_STRIPS_COLUMNS = 80 };

/* Lines of at most REP_STRIPS_COLUMNS columns: a legend, a strip a coroutine, times. REP_OK or
 * REP_ENOMEM. */
int rep_strips_add(const struct rep_story *story, const struct rep_strips_options *options,
                   struct rep_text *out);

#endif
