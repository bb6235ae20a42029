/* diff_names.c - numbers coroutines and lines of two runs: equal numbers for equal ones. */
#include "reports/diff_parts.h"

#include <stdlib.h>
#include <string.h>

#include "reports/facts.h"

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

const char *rep_diff_lane_name(const struct rep_side *side, uint32_t lane) {
    size_t index = lane == REP_NONE ? side->model.lane_count : lane;
    return rep_text_string(&side->words) + side->names[index];
}

void rep_diff_end_word(struct rep_side *side) {
    rep_text_add_bytes(&side->words, "", 1);
}

static void keep_names(struct rep_side *side, bool has_hosts) {
    const struct rep_model *model = &side->model;
    for (uint32_t lane = 0; lane < model->lane_count; lane++) {
        side->names[lane] = side->words.length;
        if (has_hosts) {
            rep_model_add_host_name(model, model->lanes[lane].host, &side->words);
            rep_text_add(&side->words, "/");
        }
        rep_model_add_lane_name(model, lane, &side->words);
        rep_diff_end_word(side);
    }
    side->names[model->lane_count] = side->words.length;
    rep_diff_end_word(side);
}

static void keep_facts(struct rep_side *side) {
    side->title = side->words.length;
    rep_add_title(&side->model, &side->words);
    rep_diff_end_word(side);
    side->verdict = side->words.length;
    rep_add_verdict(&side->model, &side->words);
    rep_diff_end_word(side);
    side->facts = side->words.length;
    rep_add_facts(&side->model, &side->words);
    rep_diff_end_word(side);
}

/* All lanes of both, in the order of their names; null: no memory. */
static struct named *list_lanes(struct rep_comparison *it, size_t *count) {
    *count = it->sides[0].model.lane_count + it->sides[1].model.lane_count + (size_t)2;
    struct named *items = calloc(*count, sizeof items[0]);
    size_t at = 0;
    for (int i = 0; items != NULL && i < 2; i++) {
        const struct rep_side *side = &it->sides[i];
        for (uint32_t lane = 0; lane <= side->model.lane_count; lane++)
            items[at++] = (struct named){
                "", rep_diff_lane_name(side, lane < side->model.lane_count ? lane : REP_NONE),
                &side->whos[lane]};
    }
    if (items != NULL)
        number(items, *count);
    return items;
}

static struct rep_bytes host_of(const struct rep_side *side, size_t lane) {
    uint32_t host =
        lane < side->model.lane_count ? side->model.lanes[lane].host : (uint32_t)REP_NONE;
    return host == REP_NONE ? (struct rep_bytes){NULL, 0} : side->model.hosts[host].name;
}

/* Do two lanes of one name live on hosts of different names? */
static bool needs_hosts(const struct rep_comparison *it, const struct named *items, size_t count) {
    const struct rep_side *sides = it->sides;
    for (size_t i = 1; i < count; i++) {
        if (compare_named(&items[i - 1], &items[i]) != 0)
            continue;
        bool is_left = items[i - 1].key >= sides[0].whos &&
                       items[i - 1].key <= sides[0].whos + sides[0].model.lane_count;
        const struct rep_side *a = &sides[is_left ? 0 : 1];
        const struct rep_side *b = &sides[is_left ? 1 : 0];
        struct rep_bytes one = host_of(a, (size_t)(items[i - 1].key - a->whos));
        struct rep_bytes other = host_of(b, (size_t)(items[i].key - b->whos));
        if (one.count != other.count ||
            (one.count > 0 && memcmp(one.start, other.start, one.count) != 0))
            return true;
    }
    return false;
}

static int name_lanes(struct rep_comparison *it, bool has_hosts) {
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

int rep_diff_name(struct rep_comparison *it) {
    int status = name_lanes(it, false);
    if (status == REP_OK && it->has_hosts)
        status = name_lanes(it, true);
    return status;
}

uint32_t rep_diff_who_of(const struct rep_side *side, size_t line) {
    uint32_t lane = side->story.lines[line].lane;
    return side->whos[lane == REP_NONE ? side->model.lane_count : lane];
}

int rep_diff_key(struct rep_comparison *it) {
    size_t count = it->sides[0].story.line_count + it->sides[1].story.line_count;
    struct named *items = calloc(count + 1, sizeof items[0]);
    size_t at = 0;
    if (items == NULL)
        return REP_ENOMEM;
    for (int i = 0; i < 2; i++) {
        struct rep_side *side = &it->sides[i];
        for (size_t line = 0; line < side->story.line_count; line++) {
            const struct rep_line *from = &side->story.lines[line];
            items[at++] =
                (struct named){rep_diff_lane_name(side, from->lane), from->text, &side->keys[line]};
        }
    }
    number(items, count);
    free(items);
    return REP_OK;
}
