/* diff.c - compares two runs: what is told of the one is laid beside what is told of the other.
 *
 * A line is the same if the same coroutine does the same, at whatever time. Coroutines are the same
 * that have the same name and ordinal, and, where that is not enough to tell them apart, host.
 */
#include "reports/diff.h"

#include <stdlib.h>
#include <string.h>

#include "reports/diff_parts.h"
#include "reports/facts.h"

/* The latest line of somebody else that it came of, index + 1. */
static size_t cause_of(const struct rep_story *story, size_t line) {
    size_t cause = 0;
    for (size_t i = 0; i < story->lines[line].link_count; i++) {
        size_t from = story->links[story->lines[line].link_first + i].from + 1;
        cause = from > cause ? from : cause;
    }
    return cause;
}

static void fill_lines(struct rep_side *side) {
    const struct rep_trace *trace = side->model.trace;
    for (size_t line = 0; line < side->story.line_count; line++) {
        const struct rep_line *from = &side->story.lines[line];
        side->lines[line] = (struct rep_diff_line){
            .who = rep_diff_lane_name(side, from->lane),
            .text = from->text,
            .time_ns = from->time_ns,
            .event = from->event,
            .cause = cause_of(&side->story, line),
            .is_failure =
                rep_event_kind(trace, rep_trace_event(trace, from->event)) == REP_EVENT_FAILURE};
    }
}

static void find_first(struct rep_comparison *it) {
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
static int compare_orders(struct rep_comparison *it, bool *is_order) {
    struct rep_diff_sorted *singles[2] = {NULL, NULL};
    size_t count = it->sides[0].story.line_count;
    *is_order = count == it->sides[1].story.line_count;
    if (!*is_order)
        return REP_OK;
    for (int i = 0; i < 2; i++) {
        singles[i] = calloc(count + 1, sizeof singles[i][0]);
        for (size_t line = 0; singles[i] != NULL && line < count; line++)
            singles[i][line] = (struct rep_diff_sorted){rep_diff_who_of(&it->sides[i], line), line};
        if (singles[i] != NULL)
            qsort(singles[i], count, sizeof singles[i][0], rep_diff_compare_sorted);
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

static int judge(struct rep_comparison *it) {
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

static struct rep_bytes choice_text(const struct rep_side *side, size_t event) {
    return rep_event_string(side->model.trace, rep_trace_event(side->model.trace, event), "text");
}

static void keep_decision(struct rep_side *side, struct rep_diff_run *run, size_t event) {
    const struct rep_trace *trace = side->model.trace;
    const struct rep_event *choice = rep_trace_event(trace, event);
    struct rep_bytes text = choice_text(side, event);
    run->decision = (struct rep_diff_decision){.event = event,
                                               .time_ns = choice->time_ns,
                                               .number = rep_event_integer(trace, choice, "number"),
                                               .count = rep_event_integer(trace, choice, "count")};
    side->decision = side->words.length;
    rep_text_add_foreign(&side->words, text.start, text.count);
    rep_diff_end_word(side);
}

/* The line of a run in the first row that differs; where it has none in that, its next one. */
static size_t first_line(const struct rep_comparison *it, int run) {
    for (size_t row = it->diff.first; row > 0 && row <= it->diff.row_count; row++) {
        if (it->rows[row - 1].lines[run] != 0)
            return it->rows[row - 1].lines[run];
    }
    return 0;
}

static size_t first_event(const struct rep_comparison *it, int run) {
    size_t line = it->diff.runs[run].first;
    return line != 0 ? it->sides[run].story.lines[line - 1].event : SIZE_MAX;
}

/* The first decision that is another one, if it comes before what differs. */
static void find_decision(struct rep_comparison *it) {
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
static size_t go_back(const struct rep_side *side, size_t line, bool *is_own) {
    uint32_t lane = side->story.lines[line].lane;
    size_t cause = cause_of(&side->story, line);
    *is_own = cause == 0;
    if (cause != 0)
        return cause;
    while (line > 0 && side->story.lines[line - 1].lane != lane)
        line--;
    return lane == REP_NONE ? 0 : line;
}

static void find_causes(struct rep_comparison *it, int run) {
    const struct rep_side *side = &it->sides[run];
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
static int find_only(struct rep_comparison *it, int run) {
    struct rep_side *side = &it->sides[run];
    const struct rep_side *other = &it->sides[1 - run];
    uint32_t count = side->model.lane_count + other->model.lane_count + 2;
    uint8_t *is_there = calloc(count, 1);
    if (is_there == NULL)
        return REP_ENOMEM;
    for (uint32_t lane = 0; lane <= other->model.lane_count; lane++)
        is_there[other->whos[lane]] = 1;
    for (uint32_t lane = 0; lane < side->model.lane_count; lane++) {
        if (is_there[side->whos[lane]] == 0)
            side->only[it->diff.runs[run].only_count++] = rep_diff_lane_name(side, lane);
    }
    free(is_there);
    return REP_OK;
}

/* ---- Together ---- */

static int open_side(struct rep_side *side, const struct rep_trace *trace) {
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

static void close_side(struct rep_side *side) {
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

/* The words do not move any more. */
static void fill_run(struct rep_comparison *it, int run) {
    struct rep_side *side = &it->sides[run];
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

static int compare(struct rep_comparison *it) {
    int status = rep_diff_name(it);
    if (status == REP_OK)
        status = rep_diff_key(it);
    if (status == REP_OK)
        status = rep_diff_lay(it);
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
    struct rep_comparison *it = calloc(1, sizeof *it);
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

const struct rep_trace *rep_diff_trace(const struct rep_diff *diff, int run) {
    return ((const struct rep_comparison *)diff)->sides[run].model.trace;
}

void rep_diff_free(struct rep_diff *diff) {
    struct rep_comparison *it = (struct rep_comparison *)diff;
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
