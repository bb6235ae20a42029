/* graph_part_lines.c - which lines a part of a run consists of, and the story without the others.
 *
 * A line comes of the line before it in its coroutine and of those that its links come from; and
 * where coroutines meet without waiting for each other, no link tells of it, so also of
 *
 *     a read of a variable    the write of the value that it reads
 *     an operation            what another coroutine did last to the same queue, lock, ...
 *     a join                  the end of the coroutine, even if that was long ago
 */
#include "reports/graph_part.h"

#include <stdlib.h>
#include <string.h>

struct picking {
    const struct rep_part *part;
    struct rep_story *story;
    uint8_t *kept;   /* by line */
    size_t *before;  /* by line: the one before it in its coroutine + 1, or 0 */
    size_t *met;     /* by line: who was there before + 1, or 0 */
    size_t *pending; /* lines whose causes are still to be kept */
};

static bool allocate(struct picking *picking) {
    size_t count = picking->story->line_count + 1;
    picking->kept = calloc(count, sizeof picking->kept[0]);
    picking->before = calloc(count, sizeof picking->before[0]);
    picking->met = calloc(count, sizeof picking->met[0]);
    picking->pending = calloc(count, sizeof picking->pending[0]);
    return picking->kept != NULL && picking->before != NULL && picking->met != NULL &&
           picking->pending != NULL;
}

static void release(struct picking *picking) {
    free(picking->kept);
    free(picking->before);
    free(picking->met);
    free(picking->pending);
}

/* ---- What comes of what ---- */

/* Who was at an object before this line, of another coroutine; `latest`: who was last, + 1. */
static size_t meet(const struct rep_story *story, size_t *latest, size_t line) {
    size_t met = *latest;
    *latest = line + 1;
    return met != 0 && story->lines[met - 1].lane != story->lines[line].lane ? met : 0;
}

static enum rep_event_kind kind_of(const struct rep_story *story, size_t line) {
    const struct rep_trace *trace = story->model->trace;
    return rep_event_kind(trace, rep_trace_event(trace, story->lines[line].event));
}

static struct rep_bytes name_of(const struct rep_story *story, size_t line) {
    const struct rep_trace *trace = story->model->trace;
    return rep_event_string(trace, rep_trace_event(trace, story->lines[line].event), "name");
}

/* The writes so far, the latest of each variable, by hash of the name: an open table. */
struct writes {
    size_t *lines; /* + 1 */
    size_t mask;
};

static size_t *write_of(const struct rep_story *story, const struct writes *writes,
                        struct rep_bytes name) {
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < name.count; i++)
        hash = (hash ^ name.start[i]) * UINT64_C(1099511628211);
    for (size_t at = (size_t)hash & writes->mask;; at = (at + 1) & writes->mask) {
        if (writes->lines[at] == 0)
            return &writes->lines[at];
        struct rep_bytes other = name_of(story, writes->lines[at] - 1);
        if (other.count == name.count && memcmp(other.start, name.start, name.count) == 0)
            return &writes->lines[at];
    }
}

static bool make_writes(const struct rep_story *story, struct writes *writes) {
    size_t count = 0;
    for (size_t i = 0; i < story->line_count; i++)
        count += story->lines[i].tone == REP_TONE_SET ? 1 : 0;
    size_t room = 8;
    while (room < 2 * count + 2)
        room *= 2;
    writes->lines = calloc(room, sizeof writes->lines[0]);
    writes->mask = room - 1;
    return writes->lines != NULL;
}

/* Who was at the object of an operation, or has ended that it joins. */
static size_t meet_operation(const struct rep_story *story, size_t *objects, size_t line) {
    const struct rep_model *model = story->model;
    uint32_t index = model->event_operation[story->lines[line].event];
    if (index == REP_NONE)
        return 0;
    const struct rep_operation *operation = &model->operations[index];
    if (operation->object != REP_NONE)
        return meet(story, &objects[operation->object], line);
    if (operation->other == REP_NONE)
        return 0;
    size_t ended = model->lanes[operation->other].ended;
    size_t met = ended == 0 ? 0 : story->event_line[ended];
    return met != 0 && met - 1 < line ? met : 0;
}

static bool find_meetings(struct picking *picking) {
    const struct rep_story *story = picking->story;
    const struct rep_model *model = story->model;
    size_t *latest = calloc((size_t)model->lane_count + 1, sizeof latest[0]);
    size_t *objects = calloc((size_t)model->object_count + 1, sizeof objects[0]);
    struct writes writes = {0};
    bool whole = latest != NULL && objects != NULL && make_writes(story, &writes);
    for (size_t i = 0; whole && i < story->line_count; i++) {
        uint32_t lane = story->lines[i].lane;
        if (lane != REP_NONE) {
            picking->before[i] = latest[lane];
            latest[lane] = i + 1;
        }
        enum rep_event_kind kind = kind_of(story, i);
        if (kind == REP_EVENT_SET)
            *write_of(story, &writes, name_of(story, i)) = i + 1;
        else if (kind == REP_EVENT_READ)
            picking->met[i] = *write_of(story, &writes, name_of(story, i));
        else if (lane != REP_NONE)
            picking->met[i] = meet_operation(story, objects, i);
        if (picking->met[i] != 0 && story->lines[picking->met[i] - 1].lane == lane)
            picking->met[i] = 0;
    }
    free(latest);
    free(objects);
    free(writes.lines);
    return whole;
}

/* ---- Causes ---- */

static void keep(struct picking *picking, size_t *pending_count, size_t line) {
    if (picking->kept[line] != 0)
        return;
    picking->kept[line] = 1;
    picking->pending[(*pending_count)++] = line;
}

static void follow(struct picking *picking, size_t *pending_count) {
    const struct rep_story *story = picking->story;
    while (*pending_count > 0) {
        size_t at = picking->pending[--*pending_count];
        const struct rep_line *line = &story->lines[at];
        if (picking->before[at] != 0)
            keep(picking, pending_count, picking->before[at] - 1);
        if (picking->met[at] != 0)
            keep(picking, pending_count, picking->met[at] - 1);
        for (size_t i = 0; i < line->link_count; i++)
            keep(picking, pending_count, story->links[line->link_first + i].from);
    }
}

/* A failure that is found at the end is of no coroutine: it comes of those that it is about. */
static bool is_concerned(const struct picking *picking, uint32_t lane) {
    const struct rep_graph_part *wanted = picking->part->wanted;
    const struct rep_model *model = picking->story->model;
    for (size_t i = 0; i < wanted->concerned_count; i++) {
        if (model->lanes[lane].id == wanted->concerned[i])
            return true;
    }
    const struct rep_event *finish =
        model->finish == 0 ? NULL : rep_trace_event(model->trace, model->finish);
    bool stalled = finish != NULL &&
                   rep_bytes_equal(rep_event_string(model->trace, finish, "verdict"), "stalled");
    return wanted->concerned_count == 0 && (!stalled || model->lanes[lane].ended == 0);
}

static void keep_concerned(struct picking *picking, size_t *pending_count, size_t failure) {
    const struct rep_story *story = picking->story;
    const struct rep_graph_part *wanted = picking->part->wanted;
    for (size_t i = 0; i < failure; i++) {
        const struct rep_line *line = &story->lines[i];
        bool is_late = wanted->concerned_count > 0 && line->time_ns > wanted->concerned_until_ns;
        if (line->lane != REP_NONE && !is_late && is_concerned(picking, line->lane))
            keep(picking, pending_count, i);
    }
}

static void keep_causes(struct picking *picking) {
    const struct rep_story *story = picking->story;
    size_t pending_count = 0;
    size_t line = story->event_line[picking->part->causes] - 1;
    keep(picking, &pending_count, line);
    if (story->lines[line].lane == REP_NONE && kind_of(story, line) == REP_EVENT_FAILURE)
        keep_concerned(picking, &pending_count, line);
    follow(picking, &pending_count);
}

/* ---- Other parts ---- */

static void keep_around(struct picking *picking) {
    const struct rep_story *story = picking->story;
    uint32_t lane = picking->part->around;
    for (size_t to = 0; to < story->line_count; to++) {
        const struct rep_line *line = &story->lines[to];
        if (line->lane == lane)
            picking->kept[to] |= 2;
        for (size_t i = 0; i <= line->link_count; i++) {
            size_t from = i < line->link_count ? story->links[line->link_first + i].from + 1
                                               : picking->met[to];
            if (from != 0 && line->lane == lane)
                picking->kept[from - 1] |= 2;
            if (from != 0 && story->lines[from - 1].lane == lane)
                picking->kept[to] |= 2;
        }
    }
}

static bool is_in_stretch(const struct rep_part *part, const struct rep_line *line) {
    size_t last = line->ending > line->event ? line->ending : line->event;
    return last >= part->first_event && line->event <= part->last_event &&
           line->time_ns >= part->first_ns && line->time_ns <= part->last_ns;
}

/* Kept is what all that is asked for keeps, and how the coroutines of that start. */
static void pick(struct picking *picking) {
    const struct rep_part *part = picking->part;
    struct rep_story *story = picking->story;
    uint8_t wanted = (part->causes != 0 ? 1 : 0) | (part->around != REP_NONE ? 2 : 0);
    if (part->causes != 0)
        keep_causes(picking);
    if (part->around != REP_NONE)
        keep_around(picking);
    for (size_t i = 0; i < story->line_count; i++)
        picking->kept[i] = picking->kept[i] == wanted && is_in_stretch(part, &story->lines[i]);
    for (size_t i = 0; i < story->line_count; i++) {
        uint32_t lane = story->lines[i].lane;
        size_t start = lane == REP_NONE ? 0 : story->event_line[story->model->lanes[lane].created];
        if (picking->kept[i] != 0 && start != 0)
            picking->kept[start - 1] = 1;
    }
}

/* ---- The story without the rest ---- */

/* New links, by line, between lines that are kept; from and to are old numbers yet. Where somebody
 * was at an object before is told only where it is not an effect of a wake-up already. */
static void keep_links(const struct picking *picking, size_t at, struct rep_link *links,
                       size_t *count) {
    const struct rep_story *story = picking->story;
    const struct rep_line *line = &story->lines[at];
    bool is_known = false;
    for (size_t i = 0; i < line->link_count; i++) {
        const struct rep_link *link = &story->links[line->link_first + i];
        is_known |= story->lines[link->from].lane != REP_NONE;
        if (picking->kept[link->from] != 0)
            links[(*count)++] = *link;
    }
    size_t met = picking->met[at];
    if (met != 0 && !is_known && picking->kept[met - 1] != 0)
        links[(*count)++] =
            (struct rep_link){.from = met - 1, .to = at, .kind = REP_LINK_ORDER, .text = ""};
}

static bool compact(struct picking *picking) {
    struct rep_story *story = picking->story;
    struct rep_link *links = calloc(story->link_count + story->line_count + 1, sizeof links[0]);
    if (links == NULL)
        return false;
    size_t *place = picking->pending; /* by old line: its new one + 1 */
    size_t link_count = 0;
    size_t line_count = 0;
    for (size_t i = 0; i < story->line_count; i++) {
        place[i] = 0;
        if (picking->kept[i] == 0)
            continue;
        struct rep_line line = story->lines[i];
        size_t first = link_count;
        keep_links(picking, i, links, &link_count);
        line.link_first = first;
        line.link_count = link_count - first;
        story->lines[line_count++] = line;
        place[i] = line_count;
    }
    for (size_t i = 0; i < link_count; i++) {
        links[i].from = place[links[i].from] - 1;
        links[i].to = place[links[i].to] - 1;
    }
    for (size_t event = 1; event <= story->model->trace->event_count; event++) {
        if (story->event_line[event] != 0)
            story->event_line[event] = place[story->event_line[event] - 1];
    }
    free(story->links);
    story->links = links;
    story->link_count = link_count;
    story->line_count = line_count;
    return true;
}

/* ---- In words ---- */

static size_t count_lanes(const struct rep_story *story) {
    size_t count = 0;
    for (uint32_t lane = 0; lane < story->model->lane_count; lane++)
        count += story->event_line[story->model->lanes[lane].created] != 0 ? 1 : 0;
    return count;
}

static void say(const struct rep_part *part, const struct rep_story *story, size_t line_count,
                struct rep_text *words) {
    const struct rep_graph_part *wanted = part->wanted;
    rep_text_add(words, "a part of the run:");
    if (part->causes != 0)
        rep_text_add_format(words, " what event #%zu%s came of", part->causes,
                            strcmp(wanted->causes, "failure") == 0 ? ", the first failure," : "");
    if (part->around != REP_NONE) {
        rep_text_add(words, part->causes != 0 ? ", around " : " around ");
        rep_model_add_lane_name(story->model, part->around, words);
    }
    if (wanted->from != NULL)
        rep_text_add_format(words, " from %s", wanted->from);
    if (wanted->to != NULL)
        rep_text_add_format(words, " to %s", wanted->to);
    rep_text_add_format(words, "; %zu of %zu lines and %zu of %lu coroutines are drawn",
                        story->line_count, line_count, count_lanes(story),
                        (unsigned long)story->model->lane_count);
}

int rep_part_apply(const struct rep_part *part, struct rep_story *story, struct rep_text *words) {
    if (part->is_whole)
        return REP_OK;
    struct picking picking = {.part = part, .story = story};
    size_t line_count = story->line_count;
    bool whole = allocate(&picking) && find_meetings(&picking);
    if (whole) {
        pick(&picking);
        whole = compact(&picking);
    }
    release(&picking);
    if (!whole)
        return REP_ENOMEM;
    say(part, story, line_count, words);
    return words->failed ? REP_ENOMEM : REP_OK;
}
