/* graph_part.h - a part of a run: reads what a reader asks for, and makes the story say only that.
 *
 *     from, to     a stretch of it, by times ("10ms") or events ("#123")
 *     around       what a coroutine does, and what others do that leads there or comes of it
 *     causes       what an event came of, back to the start
 *
 * What several of these ask for is what all of them show. How a coroutine starts is always told
 * where something of it is.
 */
#ifndef REP_GRAPH_PART_H
#define REP_GRAPH_PART_H

#include "reports/story.h"

/* What was asked for, found in the run. */
struct rep_part {
    bool is_whole;
    size_t first_event; /* from this event on, 0: from the start */
    size_t last_event;  /* SIZE_MAX: to the end */
    int64_t first_ns;
    int64_t last_ns;
    uint32_t around; /* a lane, or REP_NONE */
    size_t causes;   /* of this event, 0: not asked for */
    const struct rep_graph_part *wanted;
};

/* REP_OK; REP_ENOPART: there is no such thing in the run, and `error` says what there is. */
int rep_part_find(struct rep_part *part, const struct rep_story *story,
                  const struct rep_graph_part *wanted, struct rep_error *error);

/* Takes all other lines out of the story, and tells in words, which are the caller's, what is left:
 * "from 10ms to 20ms: 12 of 400 lines, 3 of 5 coroutines". REP_OK; REP_ENOMEM: the story is as it
 * was. */
int rep_part_apply(const struct rep_part *part, struct rep_story *story, struct rep_text *words);

#endif
