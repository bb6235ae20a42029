/* story.c - first finds the lines and links, then puts them into words.
 *
 * The two passes are apart because an operation's words depend on how it ended, which is known only
 * later.
 */
#include "reports/story.h"

#include <stdlib.h>

#include "reports/wording.h"

enum { PENDING_MAX = 4 };

/* What the next line of a lane will take over. */
struct lane_state {
    size_t line;                 /* index + 1 of its latest line, 0: none yet */
    size_t pending[PENDING_MAX]; /* events without a line that came about elsewhere */
    unsigned pending_count;
};

struct teller {
    struct rep_story *story;
    struct lane_state *lanes;
};

static enum rep_event_kind kind_of(const struct rep_story *story, size_t index) {
    const struct rep_trace *trace = story->model->trace;
    return rep_event_kind(trace, rep_trace_event(trace, index));
}

static bool field_is(const struct rep_story *story, size_t index, const char *field,
                     const char *value) {
    const struct rep_trace *trace = story->model->trace;
    return rep_bytes_equal(rep_event_string(trace, rep_trace_event(trace, index), field), value);
}

/* Where `event` came about: a line's index + 1, 0 if nowhere else than in `lane`. */
static size_t origin(const struct teller *teller, size_t event, uint32_t lane) {
    const struct rep_story *story = teller->story;
    const struct rep_model *model = story->model;
    size_t cause = rep_trace_event(model->trace, event)->cause;
    size_t from = cause == 0 ? 0 : story->event_line[cause];
    if (from == 0 && kind_of(story, event) == REP_EVENT_COROUTINE && lane != REP_NONE &&
        model->lanes[lane].parent != REP_NONE)
        from = teller->lanes[model->lanes[lane].parent].line;
    if (from != 0 && story->lines[from - 1].lane == lane)
        return 0;
    return from;
}

static enum rep_link_kind link_kind(const struct rep_story *story, size_t event, size_t segment) {
    if (kind_of(story, event) == REP_EVENT_COROUTINE)
        return REP_LINK_SPAWN;
    if (segment == 0)
        return REP_LINK_WAKE;
    return story->event_held[segment] ? REP_LINK_HELD : REP_LINK_BYTES;
}

/* Links the newest line to what brought `event` about, once. */
static void link_event(struct teller *teller, size_t event, uint32_t lane) {
    struct rep_story *story = teller->story;
    size_t from = origin(teller, event, lane);
    size_t to = story->line_count - 1;
    if (from == 0 || from - 1 == to)
        return;
    struct rep_line *line = &story->lines[to];
    for (size_t i = 0; i < line->link_count; i++) {
        if (story->links[line->link_first + i].from == from - 1)
            return;
    }
    size_t cause = rep_trace_event(story->model->trace, event)->cause;
    size_t segment = cause == 0 ? 0 : story->event_segment[cause];
    story->links[story->link_count++] = (struct rep_link){.from = from - 1,
                                                          .to = to,
                                                          .kind = link_kind(story, event, segment),
                                                          .segment = segment,
                                                          .text = ""};
    line->link_count++;
}

static void add_line(struct teller *teller, size_t event, enum rep_tone tone) {
    struct rep_story *story = teller->story;
    uint32_t lane = story->model->event_lane[event];
    story->lines[story->line_count++] =
        (struct rep_line){.event = event,
                          .time_ns = rep_trace_event(story->model->trace, event)->time_ns,
                          .lane = lane,
                          .tone = tone,
                          .link_first = story->link_count};
    story->event_line[event] = story->line_count;
    link_event(teller, event, lane);
    if (lane == REP_NONE)
        return;
    struct lane_state *state = &teller->lanes[lane];
    state->line = story->line_count;
    for (unsigned i = 0; i < state->pending_count; i++)
        link_event(teller, state->pending[i], lane);
    state->pending_count = 0;
}

static enum rep_tone ending_tone(const struct rep_story *story, size_t event) {
    if (field_is(story, event, "how", "expired"))
        return REP_TONE_TIMEOUT;
    if (field_is(story, event, "how", "failed") && !field_is(story, event, "status", "end"))
        return REP_TONE_FAILURE;
    if (field_is(story, event, "how", "cancelled"))
        return REP_TONE_CANCELLED;
    return REP_TONE_DONE;
}

/* An ending joins its operation's line if it comes at the same instant and nothing was said since,
 * or nothing but what others did meanwhile while it ended by its own doing. */
static bool joins_operation(const struct teller *teller, size_t event) {
    const struct rep_story *story = teller->story;
    const struct rep_model *model = story->model;
    uint32_t operation = model->event_operation[event];
    if (operation == REP_NONE)
        return false;
    size_t line = story->event_line[model->operations[operation].start];
    const struct rep_event *ending = rep_trace_event(model->trace, event);
    if (story->lines[line - 1].time_ns != ending->time_ns || story->lines[line - 1].ending != 0)
        return false;
    bool own_doing = ending->cause != 0 &&
                     model->event_lane[ending->cause] == model->event_lane[event] &&
                     origin(teller, event, model->event_lane[event]) == 0;
    return line == story->line_count || own_doing;
}

static void add_ending(struct teller *teller, size_t event) {
    struct rep_story *story = teller->story;
    const struct rep_model *model = story->model;
    if (!joins_operation(teller, event)) {
        add_line(teller, event, ending_tone(story, event));
        return;
    }
    size_t start = model->operations[model->event_operation[event]].start;
    struct rep_line *line = &story->lines[story->event_line[start] - 1];
    line->ending = event;
    line->tone = ending_tone(story, event);
    story->event_line[event] = story->event_line[start];
    if (story->event_line[start] == story->line_count)
        link_event(teller, event, model->event_lane[event]);
}

/* Segments stand for their `send`, wherever they are by now; what happens to them is the sender's
 * doing. */
static void follow_segment(struct teller *teller, size_t event, enum rep_event_kind kind) {
    struct rep_story *story = teller->story;
    uint32_t lane = story->model->event_lane[event];
    size_t cause = rep_trace_event(story->model->trace, event)->cause;
    size_t inherited = cause == 0 ? 0 : story->event_segment[cause];
    story->event_segment[event] = kind == REP_EVENT_SEND ? event : inherited;
    if (kind == REP_EVENT_HOLD && inherited != 0) {
        story->event_held[inherited] = 1;
        if (!field_is(story, inherited, "class", "ack") &&
            !field_is(story, inherited, "class", "window")) {
            add_line(teller, event, REP_TONE_HELD);
            return;
        }
    }
    if (kind == REP_EVENT_SEND && lane != REP_NONE && teller->lanes[lane].line != 0)
        story->event_line[event] = teller->lanes[lane].line;
    else
        story->event_line[event] = cause == 0 ? 0 : story->event_line[cause];
}

/* An event without a line of its own. */
static void follow_silent(struct teller *teller, size_t event) {
    struct rep_story *story = teller->story;
    uint32_t lane = story->model->event_lane[event];
    size_t cause = rep_trace_event(story->model->trace, event)->cause;
    if (lane == REP_NONE) {
        story->event_segment[event] = cause == 0 ? 0 : story->event_segment[cause];
        story->event_line[event] = cause == 0 ? 0 : story->event_line[cause];
        return;
    }
    struct lane_state *state = &teller->lanes[lane];
    story->event_line[event] = state->line;
    if (origin(teller, event, lane) != 0 && state->pending_count < PENDING_MAX)
        state->pending[state->pending_count++] = event;
}

/* What happens to a deadline leads to nothing by itself: the line that goes with it tells what
 * came. */
static void follow_timer(struct teller *teller, size_t event) {
    struct rep_story *story = teller->story;
    uint32_t lane = story->model->event_lane[event];
    if (lane != REP_NONE)
        story->event_line[event] = teller->lanes[lane].line;
}

/* Between the steps of a coroutine nothing happens that a reader would want to know. */
static bool is_step(const struct rep_story *story, size_t event) {
    uint32_t operation = story->model->event_operation[event];
    return operation != REP_NONE &&
           field_is(story, story->model->operations[operation].start, "name", "step");
}

static void tell_operation(struct teller *teller, size_t event, enum rep_event_kind kind) {
    if (is_step(teller->story, event)) {
        follow_silent(teller, event);
    } else if (kind == REP_EVENT_OPERATION) {
        add_line(teller, event, REP_TONE_OPERATION);
    } else {
        add_ending(teller, event);
    }
}

static void tell(struct teller *teller, size_t event) {
    enum rep_event_kind kind = kind_of(teller->story, event);
    switch (kind) {
    case REP_EVENT_COROUTINE:
        add_line(teller, event, REP_TONE_START);
        return;
    case REP_EVENT_OPERATION:
    case REP_EVENT_ENDING:
        tell_operation(teller, event, kind);
        return;
    case REP_EVENT_PROGRESS:
        add_line(teller, event, REP_TONE_PROGRESS);
        return;
    case REP_EVENT_LOG:
        add_line(teller, event, REP_TONE_LOG);
        return;
    case REP_EVENT_READ:
        add_line(teller, event, REP_TONE_READ);
        return;
    case REP_EVENT_SET:
        add_line(teller, event, REP_TONE_SET);
        return;
    case REP_EVENT_WORLD:
        add_line(teller, event, REP_TONE_WORLD);
        return;
    case REP_EVENT_FAILURE:
        add_line(teller, event, REP_TONE_FAILURE);
        return;
    case REP_EVENT_END:
        add_line(teller, event,
                 field_is(teller->story, event, "status", "ok") ||
                         field_is(teller->story, event, "status", "cancelled")
                     ? REP_TONE_END
                     : REP_TONE_FAILURE);
        return;
    case REP_EVENT_FINISH:
        add_line(teller, event, REP_TONE_FINISH);
        return;
    case REP_EVENT_SEND:
    case REP_EVENT_ARRIVE:
    case REP_EVENT_HOLD:
        follow_segment(teller, event, kind);
        return;
    case REP_EVENT_UNKNOWN:
    case REP_EVENT_RUN:
    case REP_EVENT_HOST:
    case REP_EVENT_FILE:
    case REP_EVENT_SOURCE:
    case REP_EVENT_OBJECT:
    case REP_EVENT_READY:
    case REP_EVENT_RESUME:
    case REP_EVENT_CHOICE:
        follow_silent(teller, event);
        return;
    case REP_EVENT_TIMER_ARM:
    case REP_EVENT_TIMER_REFRESH:
    case REP_EVENT_TIMER_FIRE:
    case REP_EVENT_TIMER_REMOVE:
        follow_timer(teller, event);
        return;
    }
}

static void word_line(const struct rep_story *story, const struct rep_line *line,
                      struct rep_text *words) {
    const struct rep_model *model = story->model;
    uint32_t operation = model->event_operation[line->event];
    enum rep_event_kind kind =
        rep_event_kind(model->trace, rep_trace_event(model->trace, line->event));
    if (line->tone == REP_TONE_HELD) {
        rep_add_segment(model, story->event_segment[line->event], words);
        rep_text_add(words, " held back by a partition");
        return;
    }
    bool spans =
        kind == REP_EVENT_OPERATION || kind == REP_EVENT_ENDING || kind == REP_EVENT_PROGRESS;
    if (!spans || operation == REP_NONE) {
        rep_add_event(model, line->event, words);
        return;
    }
    rep_add_operation(model, operation, words);
    if (kind == REP_EVENT_OPERATION && line->ending == 0) {
        rep_add_operation_details(model, operation, words);
        return;
    }
    rep_text_add(words, ": ");
    if (kind == REP_EVENT_PROGRESS)
        rep_add_event(model, line->event, words);
    else
        rep_add_ending(model, line->ending != 0 ? line->ending : line->event, words);
}

static void word_link(const struct rep_story *story, const struct rep_link *link,
                      struct rep_text *words) {
    if (link->segment != 0)
        rep_add_segment(story->model, link->segment, words);
}

/* The pool of words moves while it grows, so the pointers into it are set when it is whole. */
static bool put_into_words(struct rep_story *story) {
    size_t count = story->line_count + story->link_count;
    size_t *offsets = calloc(count + 1, sizeof offsets[0]);
    if (offsets == NULL)
        return false;
    struct rep_text *words = &story->words;
    for (size_t i = 0; i < count; i++) {
        offsets[i] = words->length;
        if (i < story->line_count)
            word_line(story, &story->lines[i], words);
        else
            word_link(story, &story->links[i - story->line_count], words);
        rep_text_add_bytes(words, "", 1);
    }
    if (!words->failed) {
        for (size_t i = 0; i < story->line_count; i++)
            story->lines[i].text = words->bytes + offsets[i];
        for (size_t i = 0; i < story->link_count; i++)
            story->links[i].text = words->bytes + offsets[story->line_count + i];
    }
    free(offsets);
    return !words->failed;
}

int rep_story_init(struct rep_story *story, const struct rep_model *model) {
    size_t event_count = model->trace->event_count;
    *story = (struct rep_story){.model = model};
    story->lines = calloc(event_count + 1, sizeof story->lines[0]);
    story->links = calloc(event_count + 1, sizeof story->links[0]);
    story->event_line = calloc(event_count + 1, sizeof story->event_line[0]);
    story->event_segment = calloc(event_count + 1, sizeof story->event_segment[0]);
    story->event_held = calloc(event_count + 1, sizeof story->event_held[0]);
    struct teller teller = {story, calloc((size_t)model->lane_count + 1, sizeof *teller.lanes)};
    bool whole = story->lines != NULL && story->links != NULL && story->event_line != NULL &&
                 story->event_segment != NULL && story->event_held != NULL && teller.lanes != NULL;
    if (whole) {
        for (size_t index = 1; index <= event_count; index++)
            tell(&teller, index);
        whole = put_into_words(story);
    }
    free(teller.lanes);
    if (whole)
        return REP_OK;
    rep_story_term(story);
    return REP_ENOMEM;
}

void rep_story_term(struct rep_story *story) {
    free(story->lines);
    free(story->links);
    free(story->event_line);
    free(story->event_segment);
    free(story->event_held);
    rep_text_term(&story->words);
    *story = (struct rep_story){0};
}
