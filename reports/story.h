/* story.h - a trace in words: one line a thing that happened, and links for what came from
 * elsewhere.
 *
 * Events that say nothing to a reader (`ready`, `resume`, timers, segments) have no line of their
 * own; they stand for the latest line of their coroutine, or, outside any coroutine (a segment on
 * its way), for the line of their cause. So a wake-up across five events becomes one link from the
 * line that began it to the line it led to. An operation that ends at once, and by nobody else's
 * doing, shares one line with its ending.
 */
#ifndef REP_STORY_H
#define REP_STORY_H

#include "reports/trace_model.h"

enum rep_tone {
    REP_TONE_START,     /* a coroutine exists */
    REP_TONE_OPERATION, /* it waits now */
    REP_TONE_DONE,      /* an operation ended well */
    REP_TONE_TIMEOUT,   /* it timed out */
    REP_TONE_FAILURE,   /* it failed; a coroutine failed; an expectation does not hold */
    REP_TONE_CANCELLED,
    REP_TONE_PROGRESS,
    REP_TONE_HELD, /* a partition holds back what it sent */
    REP_TONE_LOG,
    REP_TONE_READ,
    REP_TONE_SET,
    REP_TONE_WORLD,
    REP_TONE_END,
    REP_TONE_FINISH,
};

struct rep_line {
    size_t event;
    size_t ending; /* the `ending` that shares this line, 0: none */
    int64_t time_ns;
    uint32_t lane; /* REP_NONE: the world's */
    enum rep_tone tone;
    const char *text;
    size_t link_first; /* its incoming links are links[link_first] and the next ones */
    size_t link_count;
};

enum rep_link_kind {
    REP_LINK_WAKE,  /* a signal, a put, an end, ... let it go on */
    REP_LINK_SPAWN, /* it was made there */
    REP_LINK_BYTES, /* a segment came from there */
    REP_LINK_HELD,  /* the same, and a partition held the segment back on its way */
    REP_LINK_ORDER, /* it was there before, at the same variable or object: of parts (graph_part.h)
                       only */
};

struct rep_link {
    size_t from; /* index of a line */
    size_t to;   /* index of a later line */
    enum rep_link_kind kind;
    size_t segment;   /* the `send` event that it came by, 0: none */
    const char *text; /* what came: "5 bytes", "fin"; "" if nothing is to be said */
};

struct rep_story {
    const struct rep_model *model;
    struct rep_line *lines;
    size_t line_count;
    struct rep_link *links; /* by `to` */
    size_t link_count;
    size_t *event_line;    /* by event index: its line's index + 1, 0: none */
    size_t *event_segment; /* by event index: the `send` that it stands for, 0: none */
    uint8_t *event_held;   /* by event index: the segment was held back */
    struct rep_text words; /* holds all texts */
};

/* REP_OK: to be released by rep_story_term. REP_ENOMEM: nothing is kept. The model must outlive the
 * story. */
int rep_story_init(struct rep_story *story, const struct rep_model *model);
void rep_story_term(struct rep_story *story);

#endif
