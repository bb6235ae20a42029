/* timeline_timeouts.c - says why each timeout fired: what the operation had seen, and what came too
 * late.
 *
 * Two kinds of evidence: segments that were on their way to the host when the deadline came, or
 * held back by a partition, and what other coroutines did to the same queue, signal, channel or
 * lock afterwards.
 */
#include "reports/timeline_timeouts.h"

#include <stdlib.h>
#include <string.h>

#include "reports/wording.h"

enum {
    EVIDENCE_MAX = 3, /* a timeout; the first are the telling ones */
    REACH = 100000,   /* events that are searched for evidence, back and ahead */
    TIMEOUTS_MAX = 50,
};

struct evidence {
    const struct rep_story *story;
    size_t *arrivals; /* by `send`: its `arrive`, 0 if it did not arrive within this run */
};

static const struct rep_event *event_at(const struct rep_story *story, size_t index) {
    return rep_trace_event(story->model->trace, index);
}

static enum rep_event_kind kind_at(const struct rep_story *story, size_t index) {
    return rep_event_kind(story->model->trace, event_at(story, index));
}

static uint64_t integer_at(const struct rep_story *story, size_t index, const char *field) {
    return rep_event_integer(story->model->trace, event_at(story, index), field);
}

static void add_moment(const struct rep_story *story, size_t event, struct rep_text *out) {
    rep_text_add_duration(out, (uint64_t)event_at(story, event)->time_ns);
}

static void add_activity(const struct rep_story *story, uint32_t operation, struct rep_text *out) {
    const struct rep_operation *it = &story->model->operations[operation];
    rep_text_add(out, "      waiting since ");
    add_moment(story, it->start, out);
    if (it->timer != REP_NONE) {
        const struct rep_timer *timer = &story->model->timers[it->timer];
        rep_text_add(out, ", ");
        rep_add_timer(story->model, it->timer, out);
        if (timer->refresh_count > 0) {
            rep_text_add_format(out, ", refreshed %lu time%s, last activity at ",
                                (unsigned long)timer->refresh_count,
                                timer->refresh_count == 1 ? "" : "s");
            add_moment(story, timer->refresh_last, out);
            rep_text_add(out, "\n");
            return;
        }
    }
    size_t progress = 0;
    for (size_t i = it->start; i < it->ending; i++) {
        if (story->model->event_operation[i] == operation &&
            kind_at(story, i) == REP_EVENT_PROGRESS)
            progress = i;
    }
    if (progress == 0) {
        rep_text_add(out, ", no activity since\n");
        return;
    }
    rep_text_add(out, ", last activity at ");
    add_moment(story, progress, out);
    rep_text_add(out, "\n");
}

/* "3 bytes that client_loop sent at 140ms arrived at 920ms, 360ms too late". */
static bool add_segment(const struct evidence *evidence, size_t send, size_t ending,
                        struct rep_text *out) {
    const struct rep_story *story = evidence->story;
    size_t arrival = evidence->arrivals[send];
    bool held = story->event_held[send] != 0;
    if (arrival != 0 && arrival < ending)
        return false;
    uint64_t deadline_ns = (uint64_t)event_at(story, ending)->time_ns;
    if (arrival == 0 && !held && integer_at(story, send, "arrival") <= deadline_ns)
        return false;
    rep_text_add(out, "      ");
    rep_add_segment(story->model, send, out);
    size_t line = story->event_line[send];
    if (line != 0) {
        rep_text_add(out, " that ");
        rep_model_add_lane_name(story->model, story->lines[line - 1].lane, out);
        rep_text_add(out, " sent at ");
    } else {
        rep_text_add(out, " sent at ");
    }
    add_moment(story, send, out);
    if (held)
        rep_text_add(out, ", held back by a partition,");
    if (arrival == 0) {
        rep_text_add(out, " had not arrived\n");
        return true;
    }
    rep_text_add(out, " arrived at ");
    add_moment(story, arrival, out);
    int64_t late_ns = event_at(story, arrival)->time_ns - event_at(story, ending)->time_ns;
    if (late_ns == 0) {
        rep_text_add(out, ", at the same instant but after the deadline\n");
        return true;
    }
    rep_text_add(out, ", ");
    rep_text_add_duration(out, (uint64_t)late_ns);
    rep_text_add(out, " too late\n");
    return true;
}

static unsigned add_segments(const struct evidence *evidence, uint32_t operation,
                             struct rep_text *out) {
    const struct rep_story *story = evidence->story;
    const struct rep_operation *it = &story->model->operations[operation];
    uint64_t host = event_at(story, it->ending)->host;
    unsigned found = 0;
    size_t first = it->ending > REACH ? it->ending - REACH : 1;
    for (size_t i = first; i < it->ending && found < EVIDENCE_MAX; i++) {
        if (kind_at(story, i) != REP_EVENT_SEND || integer_at(story, i, "to") != host)
            continue;
        struct rep_bytes class = rep_event_string(story->model->trace, event_at(story, i), "class");
        if (rep_bytes_equal(class, "ack") || rep_bytes_equal(class, "window"))
            continue;
        found += add_segment(evidence, i, it->ending, out);
    }
    return found;
}

static bool same_name(const struct rep_story *story, size_t left, size_t right) {
    const struct rep_trace *trace = story->model->trace;
    struct rep_bytes a = rep_event_string(trace, event_at(story, left), "name");
    struct rep_bytes b = rep_event_string(trace, event_at(story, right), "name");
    return a.count == b.count && memcmp(a.start, b.start, a.count) == 0;
}

/* What others did to the same object after the deadline, other than wait as well. */
static unsigned add_latecomer(const struct rep_story *story, uint32_t operation,
                              struct rep_text *out) {
    const struct rep_operation *it = &story->model->operations[operation];
    if (it->object == REP_NONE || rep_bytes_equal(story->model->objects[it->object].kind, "socket"))
        return 0;
    for (uint32_t i = operation + 1; i < story->model->operation_count; i++) {
        const struct rep_operation *later = &story->model->operations[i];
        if (later->start > it->ending + REACH)
            break;
        if (later->start < it->ending || later->object != it->object || later->lane == it->lane ||
            same_name(story, it->start, later->start))
            continue;
        rep_text_add(out, "      too late: ");
        rep_model_add_lane_name(story->model, later->lane, out);
        rep_text_add(out, ", ");
        rep_add_operation(story->model, i, out);
        rep_text_add(out, ", at ");
        add_moment(story, later->start, out);
        rep_text_add(out, "\n");
        return 1;
    }
    rep_text_add(out, "      nobody else did anything with ");
    rep_text_add_foreign(out, story->model->objects[it->object].name.start,
                         story->model->objects[it->object].name.count);
    rep_text_add(out, " afterwards\n");
    return 1;
}

static void add_timeout(const struct evidence *evidence, uint32_t operation, struct rep_text *out) {
    const struct rep_story *story = evidence->story;
    const struct rep_operation *it = &story->model->operations[operation];
    rep_text_add(out, "  ! ");
    add_moment(story, it->ending, out);
    rep_text_add(out, "  ");
    rep_model_add_lane_name(story->model, it->lane, out);
    rep_text_add(out, ": ");
    rep_add_operation(story->model, operation, out);
    rep_text_add(out, " ");
    rep_add_ending(story->model, it->ending, out);
    rep_text_add(out, "\n");
    add_activity(story, operation, out);
    if (add_segments(evidence, operation, out) == 0)
        add_latecomer(story, operation, out);
}

static void add_timeouts(const struct evidence *evidence, struct rep_text *out) {
    const struct rep_story *story = evidence->story;
    unsigned found = 0;
    for (uint32_t i = 0; i < story->model->operation_count; i++) {
        const struct rep_operation *it = &story->model->operations[i];
        if (it->ending == 0 ||
            !rep_bytes_equal(
                rep_event_string(story->model->trace, event_at(story, it->ending), "how"),
                "expired"))
            continue;
        if (found++ == 0)
            rep_text_add(out, "\nWHY IT TIMED OUT\n");
        if (found <= TIMEOUTS_MAX)
            add_timeout(evidence, i, out);
    }
    if (found > TIMEOUTS_MAX)
        rep_text_add_format(out, "  ... and %u more\n", found - TIMEOUTS_MAX);
}

int rep_timeouts_add(const struct rep_story *story, struct rep_text *out) {
    size_t event_count = story->model->trace->event_count;
    struct evidence evidence = {story, calloc(event_count + 1, sizeof evidence.arrivals[0])};
    if (evidence.arrivals == NULL)
        return REP_ENOMEM;
    for (size_t i = 1; i <= event_count; i++) {
        size_t send = story->event_segment[i];
        if (send != 0 && kind_at(story, i) == REP_EVENT_ARRIVE && evidence.arrivals[send] == 0)
            evidence.arrivals[send] = i;
    }
    add_timeouts(&evidence, out);
    free(evidence.arrivals);
    return out->failed ? REP_ENOMEM : REP_OK;
}
