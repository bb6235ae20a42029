/* diff.c - compares two runs: what is told of the one is laid beside what is told of the other.
 *
 * A line is the same if the same coroutine does the same, at whatever time. Coroutines are the same
 * that have the same name and ordinal, and, where that is not enough to tell them apart, host.
 */
#include "reports/diff.h"

#include <stdlib.h>
#include <string.h>

#include "reports/align.h"
#include "reports/facts.h"
#include "reports/story.h"

/* One run while it is compared. */
struct side {
    struct rep_model model;
    struct rep_story story;
    bool has_model;
    bool has_story;
    struct rep_text words; /* what texts of the result point into */
    size_t *names;         /* of lanes, where in the words; then of the world */
    size_t title;          /* likewise */
    size_t verdict;
    size_t facts;
    size_t decision;
    struct rep_diff_line *lines;
    const char **only;
    uint32_t *whos; /* of lanes, and of the world: equal for equal names */
    uint32_t *keys; /* of lines: equal for the same */
};

struct comparison {
    struct rep_diff diff; /* first: what the caller has is this */
    struct side sides[2];
    struct rep_diff_row *rows;
    size_t *partners; /* of the left's lines: the right's index + 1 */
    size_t *moved[2]; /* of lines without a partner: that of the same elsewhere, index + 1 */
    bool has_hosts;   /* names have them */
};

/* A text, and whose it is: of lane or line `index` of a side. */
struct named {
    const char *who;
    const char *text;
    uint32_t *key;
};

static int compare_named(const void *left, const void *right) {
    const struct named *a = left;
    const struct named *b = right;
    int order = strcmp(a->text, b->text);
    return order != 0 ? order : strcmp(a->who, b->who);
}

/* Numbers them so that equal ones have equal numbers. */
static void number(struct named *items, size_t count) {
    uint32_t next = 0;
    qsort(items, count, sizeof items[0], compare_named);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && compare_named(&items[i - 1], &items[i]) != 0)
            next++;
        *items[i].key = next;
    }
}

/* ---- Names ---- */

static const char *name_of(const struct side *side, uint32_t lane) {
    size_t index = lane == REP_NONE ? side->model.lane_count : lane;
    return rep_text_string(&side->words) + side->names[index];
}

static void end_word(struct side *side) {
    rep_text_add_bytes(&side->words, "", 1);
}

static void keep_names(struct side *side, bool has_hosts) {
    const struct rep_model *model = &side->model;
    for (uint32_t lane = 0; lane < model->lane_count; lane++) {
        side->names[lane] = side->words.length;
        if (has_hosts) {
            rep_model_add_host_name(model, model->lanes[lane].host, &side->words);
            rep_text_add(&side->words, "/");
        }
        rep_model_add_lane_name(model, lane, &side->words);
        end_word(side);
    }
    side->names[model->lane_count] = side->words.length;
    end_word(side);
}

static void keep_facts(struct side *side) {
    side->title = side->words.length;
    rep_add_title(&side->model, &side->words);
    end_word(side);
    side->verdict = side->words.length;
    rep_add_verdict(&side->model, &side->words);
    end_word(side);
    side->facts = side->words.length;
    rep_add_facts(&side->model, &side->words);
    end_word(side);
}

/* All lanes of both, in the order of their names; null: no memory. */
static struct named *list_lanes(struct comparison *it, size_t *count) {
    *count = it->sides[0].model.lane_count + it->sides[1].model.lane_count + (size_t)2;
    struct named *items = calloc(*count, sizeof items[0]);
    size_t at = 0;
    for (int i = 0; items != NULL && i < 2; i++) {
        const struct side *side = &it->sides[i];
        for (uint32_t lane = 0; lane <= side->model.lane_count; lane++)
            items[at++] =
                (struct named){"", name_of(side, lane < side->model.lane_count ? lane : REP_NONE),
                               &side->whos[lane]};
    }
    if (items != NULL)
        number(items, *count);
    return items;
}

static struct rep_bytes host_of(const struct side *side, size_t lane) {
    uint32_t host =
        lane < side->model.lane_count ? side->model.lanes[lane].host : (uint32_t)REP_NONE;
    return host == REP_NONE ? (struct rep_bytes){NULL, 0} : side->model.hosts[host].name;
}

/* Do two lanes of one name live on hosts of different names? */
static bool needs_hosts(const struct comparison *it, const struct named *items, size_t count) {
    const struct side *sides = it->sides;
    for (size_t i = 1; i < count; i++) {
        if (compare_named(&items[i - 1], &items[i]) != 0)
            continue;
        bool is_left = items[i - 1].key >= sides[0].whos &&
                       items[i - 1].key <= sides[0].whos + sides[0].model.lane_count;
        const struct side *a = &sides[is_left ? 0 : 1];
        const struct side *b = &sides[is_left ? 1 : 0];
        struct rep_bytes one = host_of(a, (size_t)(items[i - 1].key - a->whos));
        struct rep_bytes other = host_of(b, (size_t)(items[i].key - b->whos));
        if (one.count != other.count ||
            (one.count > 0 && memcmp(one.start, other.start, one.count) != 0))
            return true;
    }
    return false;
}

static int name_lanes(struct comparison *it, bool has_hosts) {
    size_t count;
    for (int i = 0; i < 2; i++) {
        rep_text_clear(&it->sides[i].words);
        keep_names(&it->sides[i], has_hosts);
        keep_facts(&it->sides[i]);
        if (it->sides[i].words.failed)
            return REP_ENOMEM;
    }
    struct named *items = list_lanes(it, &count);
    if (items == NULL)
        return REP_ENOMEM;
    it->has_hosts = has_hosts || needs_hosts(it, items, count);
    free(items);
    return REP_OK;
}

/* ---- Lines ---- */

static size_t who_of(const struct side *side, size_t line) {
    uint32_t lane = side->story.lines[line].lane;
    return side->whos[lane == REP_NONE ? side->model.lane_count : lane];
}

static int key_lines(struct comparison *it) {
    size_t count = it->sides[0].story.line_count + it->sides[1].story.line_count;
    struct named *items = calloc(count + 1, sizeof items[0]);
    size_t at = 0;
    if (items == NULL)
        return REP_ENOMEM;
    for (int i = 0; i < 2; i++) {
        struct side *side = &it->sides[i];
        for (size_t line = 0; line < side->story.line_count; line++) {
            const struct rep_line *from = &side->story.lines[line];
            items[at++] = (struct named){name_of(side, from->lane), from->text, &side->keys[line]};
        }
    }
    number(items, count);
    free(items);
    return REP_OK;
}

/* The latest line of somebody else that it came of, index + 1. */
static size_t cause_of(const struct rep_story *story, size_t line) {
    size_t cause = 0;
    for (size_t i = 0; i < story->lines[line].link_count; i++) {
        size_t from = story->links[story->lines[line].link_first + i].from + 1;
        cause = from > cause ? from : cause;
    }
    return cause;
}

static void fill_lines(struct side *side) {
    const struct rep_trace *trace = side->model.trace;
    for (size_t line = 0; line < side->story.line_count; line++) {
        const struct rep_line *from = &side->story.lines[line];
        side->lines[line] = (struct rep_diff_line){
            .who = name_of(side, from->lane),
            .text = from->text,
            .time_ns = from->time_ns,
            .event = from->event,
            .cause = cause_of(&side->story, line),
            .is_failure =
                rep_event_kind(trace, rep_trace_event(trace, from->event)) == REP_EVENT_FAILURE};
    }
}

/* ---- Rows ---- */

/* The lines of a side that are without a partner, by key. */
struct single {
    uint32_t key;
    size_t line;
};

static int compare_singles(const void *left, const void *right) {
    const struct single *a = left;
    const struct single *b = right;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return a->line < b->line ? -1 : a->line > b->line;
}

static struct single *list_singles(const struct side *side, const uint8_t *is_paired,
                                   size_t *count) {
    struct single *items = calloc(side->story.line_count + 1, sizeof items[0]);
    *count = 0;
    for (size_t line = 0; items != NULL && line < side->story.line_count; line++) {
        if (is_paired[line] == 0)
            items[(*count)++] = (struct single){side->keys[line], line};
    }
    if (items != NULL)
        qsort(items, *count, sizeof items[0], compare_singles);
    return items;
}

static void pair_singles(struct comparison *it, const struct single *left, size_t left_count,
                         const struct single *right, size_t right_count) {
    size_t at = 0;
    size_t other = 0;
    while (at < left_count && other < right_count) {
        if (left[at].key == right[other].key) {
            it->moved[0][left[at].line] = right[other].line + 1;
            it->moved[1][right[other].line] = left[at].line + 1;
            it->diff.moved_count++;
            at++;
            other++;
        } else if (left[at].key < right[other].key) {
            at++;
        } else {
            other++;
        }
    }
}

/* Finds what is in both, in another order. */
static int find_moved(struct comparison *it) {
    const struct side *sides = it->sides;
    uint8_t *is_paired[2] = {calloc(sides[0].story.line_count + 1, 1),
                             calloc(sides[1].story.line_count + 1, 1)};
    struct single *singles[2] = {NULL, NULL};
    size_t counts[2] = {0, 0};
    if (is_paired[0] != NULL && is_paired[1] != NULL) {
        for (size_t line = 0; line < sides[0].story.line_count; line++) {
            if (it->partners[line] != 0) {
                is_paired[0][line] = 1;
                is_paired[1][it->partners[line] - 1] = 1;
            }
        }
        singles[0] = list_singles(&sides[0], is_paired[0], &counts[0]);
        singles[1] = list_singles(&sides[1], is_paired[1], &counts[1]);
    }
    bool is_done = singles[0] != NULL && singles[1] != NULL;
    if (is_done)
        pair_singles(it, singles[0], counts[0], singles[1], counts[1]);
    for (int i = 0; i < 2; i++) {
        free(is_paired[i]);
        free(singles[i]);
    }
    return is_done ? REP_OK : REP_ENOMEM;
}

/* left and right: index + 1, or 0. */
static void add_row(struct comparison *it, enum rep_diff_mark mark, size_t left, size_t right) {
    it->rows[it->diff.row_count++] = (struct rep_diff_row){.mark = mark, .lines = {left, right}};
    it->diff.mark_counts[mark]++;
}

/* The next line of the right's gap that the same coroutine does in place of a line of the left; or
 * its end. */
static size_t find_changed(const struct comparison *it, size_t left, size_t right,
                           size_t right_end) {
    if (it->moved[0][left] != 0)
        return right_end;
    while (right < right_end && (it->moved[1][right] != 0 ||
                                 who_of(&it->sides[1], right) != who_of(&it->sides[0], left)))
        right++;
    return right;
}

static void add_gap(struct comparison *it, size_t left, size_t left_end, size_t right,
                    size_t right_end) {
    for (; left < left_end; left++) {
        size_t changed = find_changed(it, left, right, right_end);
        if (changed == right_end) {
            add_row(it, REP_DIFF_LEFT, left + 1, 0);
            continue;
        }
        for (; right < changed; right++)
            add_row(it, REP_DIFF_RIGHT, 0, right + 1);
        add_row(it, REP_DIFF_CHANGED, left + 1, right + 1);
        right++;
    }
    for (; right < right_end; right++)
        add_row(it, REP_DIFF_RIGHT, 0, right + 1);
}

static void add_rows(struct comparison *it) {
    const struct rep_story *left = &it->sides[0].story;
    const struct rep_story *right = &it->sides[1].story;
    size_t begun = 0;
    size_t begun_right = 0;
    for (size_t line = 0; line < left->line_count; line++) {
        size_t partner = it->partners[line];
        if (partner == 0)
            continue;
        add_gap(it, begun, line, begun_right, partner - 1);
        bool is_then = left->lines[line].time_ns == right->lines[partner - 1].time_ns;
        add_row(it, is_then ? REP_DIFF_SAME : REP_DIFF_TIME, line + 1, partner);
        begun = line + 1;
        begun_right = partner;
    }
    add_gap(it, begun, left->line_count, begun_right, right->line_count);
}

/* Tells rows of lines that moved of each other. */
static int link_rows(struct comparison *it) {
    size_t *row_of = calloc(it->sides[1].story.line_count + 1, sizeof row_of[0]);
    if (row_of == NULL)
        return REP_ENOMEM;
    for (size_t row = 0; row < it->diff.row_count; row++)
        row_of[it->rows[row].lines[1]] = row;
    for (size_t row = 0; row < it->diff.row_count; row++) {
        struct rep_diff_row *from = &it->rows[row];
        size_t other = from->mark == REP_DIFF_LEFT ? it->moved[0][from->lines[0] - 1] : 0;
        if (other != 0) {
            from->elsewhere = row_of[other] + 1;
            it->rows[row_of[other]].elsewhere = row + 1;
        }
    }
    free(row_of);
    return REP_OK;
}

static void find_first(struct comparison *it) {
    for (size_t row = 0; row < it->diff.row_count; row++) {
        enum rep_diff_mark mark = it->rows[row].mark;
        if (mark == REP_DIFF_TIME && it->diff.first == 0)
            it->diff.first = row + 1;
        if (mark != REP_DIFF_TIME && mark != REP_DIFF_SAME) {
            it->diff.first = row + 1;
            return;
        }
    }
}

/* ---- Verdict ---- */

/* Does every coroutine do the same, in its own order? */
static int compare_orders(struct comparison *it, bool *is_order) {
    struct single *singles[2] = {NULL, NULL};
    size_t count = it->sides[0].story.line_count;
    *is_order = count == it->sides[1].story.line_count;
    if (!*is_order)
        return REP_OK;
    for (int i = 0; i < 2; i++) {
        singles[i] = calloc(count + 1, sizeof singles[i][0]);
        for (size_t line = 0; singles[i] != NULL && line < count; line++)
            singles[i][line] = (struct single){(uint32_t)who_of(&it->sides[i], line), line};
        if (singles[i] != NULL)
            qsort(singles[i], count, sizeof singles[i][0], compare_singles);
    }
    bool is_done = singles[0] != NULL && singles[1] != NULL;
    for (size_t at = 0; is_done && at < count; at++)
        *is_order = *is_order && it->sides[0].keys[singles[0][at].line] ==
                                     it->sides[1].keys[singles[1][at].line];
    free(singles[0]);
    free(singles[1]);
    return is_done ? REP_OK : REP_ENOMEM;
}

/* But for lines of the scenario, all that an event says. */
static bool events_equal(const struct rep_trace *left, const struct rep_trace *right,
                         size_t index) {
    const struct rep_event *a = rep_trace_event(left, index);
    const struct rep_event *b = rep_trace_event(right, index);
    const struct rep_kind *kind = &left->kinds[a->kind];
    const struct rep_kind *other = &right->kinds[b->kind];
    if (a->time_ns != b->time_ns || a->cause != b->cause || a->host != b->host ||
        a->coroutine != b->coroutine || strcmp(kind->name, other->name) != 0)
        return false;
    for (size_t i = 0; i < kind->field_count; i++) {
        const char *name = kind->fields[i].name;
        struct rep_bytes text = rep_event_string(left, a, name);
        struct rep_bytes other_text = rep_event_string(right, b, name);
        if (rep_event_integer(left, a, name) != rep_event_integer(right, b, name) ||
            text.count != other_text.count ||
            (text.count > 0 && memcmp(text.start, other_text.start, text.count) != 0))
            return false;
    }
    return true;
}

/* The first event that differs, where one does but no line. */
static uint64_t find_event(const struct rep_trace *left, const struct rep_trace *right) {
    size_t index = 1;
    while (index <= left->event_count && index <= right->event_count &&
           events_equal(left, right, index))
        index++;
    return index;
}

static int judge(struct comparison *it) {
    struct rep_diff *diff = &it->diff;
    const struct rep_trace *left = it->sides[0].model.trace;
    const struct rep_trace *right = it->sides[1].model.trace;
    if (diff->mark_counts[REP_DIFF_SAME] == diff->row_count) {
        bool is_identical = left->hash == right->hash;
        diff->verdict = is_identical ? REP_DIFF_IDENTICAL : REP_DIFF_UNTOLD;
        diff->first_event = is_identical ? 0 : find_event(left, right);
        return REP_OK;
    }
    if (diff->mark_counts[REP_DIFF_SAME] + diff->mark_counts[REP_DIFF_TIME] == diff->row_count) {
        diff->verdict = REP_DIFF_TIMES;
        return REP_OK;
    }
    bool is_order;
    int status = compare_orders(it, &is_order);
    diff->verdict = is_order ? REP_DIFF_ORDER : REP_DIFF_OTHER;
    return status;
}

/* ---- Reasons ---- */

/* The next event of that kind behind `event`; 0: there is none. */
static size_t next_choice(const struct rep_trace *trace, size_t event) {
    while (++event <= trace->event_count) {
        if (rep_event_kind(trace, rep_trace_event(trace, event)) == REP_EVENT_CHOICE)
            return event;
    }
    return 0;
}

static struct rep_bytes choice_text(const struct side *side, size_t event) {
    return rep_event_string(side->model.trace, rep_trace_event(side->model.trace, event), "text");
}

static void keep_decision(struct side *side, struct rep_diff_run *run, size_t event) {
    const struct rep_trace *trace = side->model.trace;
    const struct rep_event *choice = rep_trace_event(trace, event);
    struct rep_bytes text = choice_text(side, event);
    run->decision = (struct rep_diff_decision){.event = event,
                                               .time_ns = choice->time_ns,
                                               .number = rep_event_integer(trace, choice, "number"),
                                               .count = rep_event_integer(trace, choice, "count")};
    side->decision = side->words.length;
    rep_text_add_foreign(&side->words, text.start, text.count);
    end_word(side);
}

/* The line of a run in the first row that differs; where it has none in that, its next one. */
static size_t first_line(const struct comparison *it, int run) {
    for (size_t row = it->diff.first; row > 0 && row <= it->diff.row_count; row++) {
        if (it->rows[row - 1].lines[run] != 0)
            return it->rows[row - 1].lines[run];
    }
    return 0;
}

static size_t first_event(const struct comparison *it, int run) {
    size_t line = it->diff.runs[run].first;
    return line != 0 ? it->sides[run].story.lines[line - 1].event : SIZE_MAX;
}

/* The first decision that is another one, if it comes before what differs. */
static void find_decision(struct comparison *it) {
    size_t choices[2] = {0, 0};
    struct rep_bytes texts[2];
    do {
        for (int i = 0; i < 2; i++) {
            choices[i] = next_choice(it->sides[i].model.trace, choices[i]);
            if (choices[i] == 0 || choices[i] > first_event(it, i))
                return;
            texts[i] = choice_text(&it->sides[i], choices[i]);
        }
    } while (texts[0].count == texts[1].count &&
             memcmp(texts[0].start, texts[1].start, texts[0].count) == 0);
    for (int i = 0; i < 2; i++)
        keep_decision(&it->sides[i], &it->diff.runs[i], choices[i]);
}

/* The line before this one that it came of: of somebody else, or else its coroutine's own. Index +
 * 1; 0: none. */
static size_t go_back(const struct side *side, size_t line, bool *is_own) {
    uint32_t lane = side->story.lines[line].lane;
    size_t cause = cause_of(&side->story, line);
    *is_own = cause == 0;
    if (cause != 0)
        return cause;
    while (line > 0 && side->story.lines[line - 1].lane != lane)
        line--;
    return lane == REP_NONE ? 0 : line;
}

static void find_causes(struct comparison *it, int run) {
    const struct side *side = &it->sides[run];
    struct rep_diff_run *told = &it->diff.runs[run];
    size_t line = told->first;
    while (line != 0 && told->cause_count < REP_DIFF_CAUSES_MAX) {
        bool is_own;
        line = go_back(side, line - 1, &is_own);
        if (line == 0 || side->story.lines[line - 1].event < told->decision.event)
            return;
        if (!is_own)
            told->causes[told->cause_count++] = line - 1;
    }
}

/* Coroutines that the other side has not. */
static int find_only(struct comparison *it, int run) {
    struct side *side = &it->sides[run];
    const struct side *other = &it->sides[1 - run];
    uint32_t count = side->model.lane_count + other->model.lane_count + 2;
    uint8_t *is_there = calloc(count, 1);
    if (is_there == NULL)
        return REP_ENOMEM;
    for (uint32_t lane = 0; lane <= other->model.lane_count; lane++)
        is_there[other->whos[lane]] = 1;
    for (uint32_t lane = 0; lane < side->model.lane_count; lane++) {
        if (is_there[side->whos[lane]] == 0)
            side->only[it->diff.runs[run].only_count++] = name_of(side, lane);
    }
    free(is_there);
    return REP_OK;
}

/* ---- Together ---- */

static int open_side(struct side *side, const struct rep_trace *trace) {
    int status = rep_model_init(&side->model, trace);
    side->has_model = status == REP_OK;
    if (status == REP_OK)
        status = rep_story_init(&side->story, &side->model);
    side->has_story = status == REP_OK;
    if (status != REP_OK)
        return status;
    size_t lane_count = side->model.lane_count + (size_t)1;
    size_t line_count = side->story.line_count + 1;
    side->names = calloc(lane_count, sizeof side->names[0]);
    side->whos = calloc(lane_count, sizeof side->whos[0]);
    side->only = calloc(lane_count, sizeof side->only[0]);
    side->keys = calloc(line_count, sizeof side->keys[0]);
    side->lines = calloc(line_count, sizeof side->lines[0]);
    return side->names != NULL && side->whos != NULL && side->only != NULL && side->keys != NULL &&
                   side->lines != NULL
               ? REP_OK
               : REP_ENOMEM;
}

static void close_side(struct side *side) {
    if (side->has_story)
        rep_story_term(&side->story);
    if (side->has_model)
        rep_model_term(&side->model);
    rep_text_term(&side->words);
    free(side->names);
    free(side->whos);
    free(side->only);
    free(side->keys);
    free(side->lines);
}

/* Lays the lines of one run beside those of the other. */
static int lay(struct comparison *it) {
    size_t left_count = it->sides[0].story.line_count;
    size_t right_count = it->sides[1].story.line_count;
    struct rep_sequence left = {it->sides[0].keys, left_count};
    struct rep_sequence right = {it->sides[1].keys, right_count};
    it->partners = calloc(left_count + 1, sizeof it->partners[0]);
    it->moved[0] = calloc(left_count + 1, sizeof it->moved[0][0]);
    it->moved[1] = calloc(right_count + 1, sizeof it->moved[1][0]);
    it->rows = calloc(left_count + right_count + 1, sizeof it->rows[0]);
    if (it->partners == NULL || it->moved[0] == NULL || it->moved[1] == NULL || it->rows == NULL)
        return REP_ENOMEM;
    int status = rep_align(&left, &right, 0, it->partners);
    if (status == REP_OK)
        status = find_moved(it);
    if (status != REP_OK)
        return status;
    add_rows(it);
    return link_rows(it);
}

/* The words do not move any more. */
static void fill_run(struct comparison *it, int run) {
    struct side *side = &it->sides[run];
    struct rep_diff_run *told = &it->diff.runs[run];
    const char *words = rep_text_string(&side->words);
    fill_lines(side);
    find_causes(it, run);
    told->title = words + side->title;
    told->verdict = words + side->verdict;
    told->is_ok = rep_verdict_is_ok(&side->model);
    told->facts = words + side->facts;
    told->lines = side->lines;
    told->line_count = side->story.line_count;
    told->decision.text = told->decision.event != 0 ? words + side->decision : "";
    told->only = side->only;
}

static int compare(struct comparison *it) {
    int status = name_lanes(it, false);
    if (status == REP_OK && it->has_hosts)
        status = name_lanes(it, true);
    if (status == REP_OK)
        status = key_lines(it);
    if (status == REP_OK)
        status = lay(it);
    if (status != REP_OK)
        return status;
    find_first(it);
    it->diff.runs[0].first = first_line(it, 0);
    it->diff.runs[1].first = first_line(it, 1);
    find_decision(it);
    if (it->sides[0].words.failed || it->sides[1].words.failed)
        return REP_ENOMEM;
    it->diff.rows = it->rows;
    status = judge(it);
    for (int run = 0; run < 2 && status == REP_OK; run++) {
        fill_run(it, run);
        status = find_only(it, run);
    }
    return status;
}

int rep_diff_new(const struct rep_trace *left, const struct rep_trace *right,
                 struct rep_diff **diff) {
    struct comparison *it = calloc(1, sizeof *it);
    *diff = NULL;
    if (it == NULL)
        return REP_ENOMEM;
    int status = open_side(&it->sides[0], left);
    if (status == REP_OK)
        status = open_side(&it->sides[1], right);
    if (status == REP_OK)
        status = compare(it);
    if (status == REP_OK)
        *diff = &it->diff;
    else
        rep_diff_free(&it->diff);
    return status;
}

void rep_diff_free(struct rep_diff *diff) {
    struct comparison *it = (struct comparison *)diff;
    if (it == NULL)
        return;
    close_side(&it->sides[0]);
    close_side(&it->sides[1]);
    free(it->rows);
    free(it->partners);
    free(it->moved[0]);
    free(it->moved[1]);
    free(it);
}
