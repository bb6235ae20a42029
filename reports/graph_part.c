/* graph_part.c - finds in a run the part that is asked for, and says what there is instead where
 * there is no such. */
#include "reports/graph_part.h"

#include <stdlib.h>
#include <string.h>

#include "reports/status.h"

/* ---- Times and events ---- */

static bool read_number(const char **text, uint64_t *number) {
    const char *start = *text;
    *number = 0;
    while (**text >= '0' && **text <= '9' && *number < UINT64_C(1000000000000000))
        *number = *number * 10 + (uint64_t)(*(*text)++ - '0');
    return *text > start && !(**text >= '0' && **text <= '9');
}

/* "10ms"; a bare 0 is one too. */
static bool read_time(const char *text, int64_t *time_ns) {
    static const struct {
        const char *name;
        uint64_t ns;
    } units[] = {{"ns", 1},
                 {"us", 1000},
                 {"ms", 1000000},
                 {"s", 1000000000},
                 {"m", UINT64_C(60000000000)},
                 {"h", UINT64_C(3600000000000)}};
    uint64_t number;
    if (!read_number(&text, &number))
        return false;
    if (number == 0 && *text == '\0') {
        *time_ns = 0;
        return true;
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(text, units[i].name) == 0 && number <= INT64_MAX / units[i].ns) {
            *time_ns = (int64_t)(number * units[i].ns);
            return true;
        }
    }
    return false;
}

static bool read_event(const char *text, size_t *event) {
    uint64_t number;
    text += *text == '#' ? 1 : 0;
    if (!read_number(&text, &number) || *text != '\0')
        return false;
    *event = (size_t)number;
    return true;
}

static int refuse_event(const struct rep_story *story, size_t event, struct rep_error *error) {
    return rep_error_set(error, REP_ENOPART, 0, "there is no event #%zu; they go from #1 to #%zu",
                         event, rep_trace_event_count(story->model->trace));
}

/* One end of a stretch: a time or an event. */
static int find_end(const struct rep_story *story, const char *text, size_t *event,
                    int64_t *time_ns, struct rep_error *error) {
    const struct rep_trace *trace = story->model->trace;
    if (text == NULL)
        return REP_OK;
    if (text[0] == '#' && read_event(text, event))
        return *event > 0 && *event <= rep_trace_event_count(trace)
                   ? REP_OK
                   : refuse_event(story, *event, error);
    if (read_time(text, time_ns))
        return REP_OK;
    return rep_error_set(error, REP_ENOPART, 0,
                         "'%.60s' is neither a time, as 10ms, nor an event, as #123", text);
}

static int find_stretch(struct rep_part *part, const struct rep_story *story,
                        struct rep_error *error) {
    int64_t duration_ns = rep_trace_duration_ns(story->model->trace);
    int status = find_end(story, part->wanted->from, &part->first_event, &part->first_ns, error);
    if (status == REP_OK)
        status = find_end(story, part->wanted->to, &part->last_event, &part->last_ns, error);
    if (status != REP_OK)
        return status;
    struct rep_text text = {0};
    if (part->first_ns > duration_ns) {
        rep_text_add_duration(&text, (uint64_t)duration_ns);
        status = rep_error_set(error, REP_ENOPART, 0, "%s is after the end of the run, at %s",
                               part->wanted->from, rep_text_string(&text));
    } else if (part->first_event > part->last_event || part->first_ns > part->last_ns) {
        status = rep_error_set(error, REP_ENOPART, 0, "%s comes after %s", part->wanted->from,
                               part->wanted->to);
    }
    rep_text_term(&text);
    return status;
}

/* ---- Coroutines ---- */

/* How many characters have to be changed, put in or taken out; names are cut to ROW_MAX. */
static size_t distance(const char *left, const char *right) {
    enum { ROW_MAX = 64 };
    size_t row[ROW_MAX + 1];
    size_t width = strlen(right) < ROW_MAX ? strlen(right) : ROW_MAX;
    for (size_t i = 0; i <= width; i++)
        row[i] = i;
    for (size_t at = 0; at < ROW_MAX && left[at] != '\0'; at++) {
        size_t before = row[0];
        row[0] = at + 1;
        for (size_t i = 1; i <= width; i++) {
            size_t least = before + (left[at] != right[i - 1] ? 1 : 0);
            before = row[i];
            least = row[i] + 1 < least ? row[i] + 1 : least;
            row[i] = row[i - 1] + 1 < least ? row[i - 1] + 1 : least;
        }
    }
    return row[width];
}

/* "worker#2", or with its host in front, "server/worker#2". */
static void add_name(const struct rep_model *model, uint32_t lane, bool with_host,
                     struct rep_text *text) {
    rep_text_clear(text);
    if (with_host) {
        rep_model_add_host_name(model, model->lanes[lane].host, text);
        rep_text_add(text, "/");
    }
    rep_model_add_lane_name(model, lane, text);
}

static int refuse_coroutine(const struct rep_story *story, const char *name,
                            struct rep_error *error) {
    const struct rep_model *model = story->model;
    struct rep_text text = {0};
    struct rep_text shown = {0};
    struct rep_text list = {0};
    uint32_t nearest = 0;
    size_t least = SIZE_MAX;
    rep_text_add_foreign(&shown, name, strlen(name) < 40 ? strlen(name) : 40);
    for (uint32_t lane = 0; lane < model->lane_count; lane++) {
        add_name(model, lane, false, &text);
        size_t changes = distance(name, rep_text_string(&text));
        if (changes < least) {
            least = changes;
            nearest = lane;
        }
        if (list.length < 110) {
            rep_text_add(&list, lane > 0 ? ", " : "");
            rep_text_add(&list, rep_text_string(&text));
        } else if (list.bytes[list.length - 1] != '.') {
            rep_text_add(&list, ", ...");
        }
    }
    bool is_near = model->lane_count > 0 && least <= strlen(name) / 2;
    if (is_near) {
        rep_text_add(&shown, "'; did you mean '");
        rep_model_add_lane_name(model, nearest, &shown);
    }
    if (model->lane_count == 0)
        rep_text_add(&list, "none");
    rep_error_set(error, REP_ENOPART, 0, "there is no coroutine '%s'%s there are: %s",
                  rep_text_string(&shown), is_near ? "?" : ";", rep_text_string(&list));
    rep_text_term(&text);
    rep_text_term(&shown);
    rep_text_term(&list);
    return REP_ENOPART;
}

static int find_coroutine(struct rep_part *part, const struct rep_story *story,
                          struct rep_error *error) {
    const struct rep_model *model = story->model;
    const char *name = part->wanted->around;
    struct rep_text text = {0};
    for (uint32_t lane = 0; lane < model->lane_count && part->around == REP_NONE; lane++) {
        add_name(model, lane, strchr(name, '/') != NULL, &text);
        if (strcmp(rep_text_string(&text), name) == 0)
            part->around = lane;
    }
    rep_text_term(&text);
    return part->around != REP_NONE ? REP_OK : refuse_coroutine(story, name, error);
}

/* ---- Causes ---- */

/* The first expectation that does not hold, else the first coroutine that failed; 0: none. */
static size_t first_failure(const struct rep_story *story) {
    const struct rep_trace *trace = story->model->trace;
    size_t ended = 0;
    for (size_t i = 0; i < story->line_count; i++) {
        const struct rep_line *line = &story->lines[i];
        enum rep_event_kind kind = rep_event_kind(trace, rep_trace_event(trace, line->event));
        if (kind == REP_EVENT_FAILURE)
            return line->event;
        if (kind == REP_EVENT_END && line->tone == REP_TONE_FAILURE && ended == 0)
            ended = line->event;
    }
    return ended;
}

static int find_causes(struct rep_part *part, const struct rep_story *story,
                       struct rep_error *error) {
    const char *text = part->wanted->causes;
    if (strcmp(text, "failure") == 0) {
        part->causes = first_failure(story);
        return part->causes != 0
                   ? REP_OK
                   : rep_error_set(error, REP_ENOPART, 0, "nothing has failed in this run");
    }
    if (!read_event(text, &part->causes))
        return rep_error_set(error, REP_ENOPART, 0,
                             "'%.60s' is neither an event, as 123, nor failure", text);
    const struct rep_trace *trace = story->model->trace;
    if (part->causes == 0 || part->causes > rep_trace_event_count(trace))
        return refuse_event(story, part->causes, error);
    if (story->event_line[part->causes] != 0)
        return REP_OK;
    struct rep_text name = {0};
    const struct rep_event *event = rep_trace_event(trace, part->causes);
    const char *kind = trace->kinds[event->kind].name;
    rep_text_add_foreign(&name, kind, strlen(kind));
    rep_error_set(error, REP_ENOPART, 0, "event #%zu (%.40s) is not drawn, and has no causes",
                  part->causes, rep_text_string(&name));
    rep_text_term(&name);
    return REP_ENOPART;
}

int rep_part_find(struct rep_part *part, const struct rep_story *story,
                  const struct rep_graph_part *wanted, struct rep_error *error) {
    *part = (struct rep_part){.is_whole = wanted->from == NULL && wanted->to == NULL &&
                                          wanted->around == NULL && wanted->causes == NULL,
                              .last_event = SIZE_MAX,
                              .last_ns = INT64_MAX,
                              .around = REP_NONE,
                              .wanted = wanted};
    int status = find_stretch(part, story, error);
    if (status == REP_OK && wanted->around != NULL)
        status = find_coroutine(part, story, error);
    if (status == REP_OK && wanted->causes != NULL)
        status = find_causes(part, story, error);
    return status;
}
