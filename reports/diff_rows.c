/* diff_rows.c - lays the lines of two runs beside each other. */
#include "reports/diff_parts.h"

#include <stdlib.h>

#include "reports/align.h"

int rep_diff_compare_sorted(const void *left, const void *right) {
    const struct rep_diff_sorted *a = left;
    const struct rep_diff_sorted *b = right;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return a->line < b->line ? -1 : a->line > b->line;
}

static struct rep_diff_sorted *list_singles(const struct rep_side *side, const uint8_t *is_paired,
                                            size_t *count) {
    struct rep_diff_sorted *items = calloc(side->story.line_count + 1, sizeof items[0]);
    *count = 0;
    for (size_t line = 0; items != NULL && line < side->story.line_count; line++) {
        if (is_paired[line] == 0)
            items[(*count)++] = (struct rep_diff_sorted){side->keys[line], line};
    }
    if (items != NULL)
        qsort(items, *count, sizeof items[0], rep_diff_compare_sorted);
    return items;
}

static void pair_singles(struct rep_comparison *it, const struct rep_diff_sorted *left,
                         size_t left_count, const struct rep_diff_sorted *right,
                         size_t right_count) {
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
static int find_moved(struct rep_comparison *it) {
    const struct rep_side *sides = it->sides;
    uint8_t *is_paired[2] = {calloc(sides[0].story.line_count + 1, 1),
                             calloc(sides[1].story.line_count + 1, 1)};
    struct rep_diff_sorted *singles[2] = {NULL, NULL};
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
static void add_row(struct rep_comparison *it, enum rep_diff_mark mark, size_t left, size_t right) {
    it->rows[it->diff.row_count++] = (struct rep_diff_row){.mark = mark, .lines = {left, right}};
    it->diff.mark_counts[mark]++;
}

/* The next line of the right's gap that the same coroutine does in place of a line of the left; or
 * its end. */
static size_t find_changed(const struct rep_comparison *it, size_t left, size_t right,
                           size_t right_end) {
    if (it->moved[0][left] != 0)
        return right_end;
    while (right < right_end &&
           (it->moved[1][right] != 0 ||
            rep_diff_who_of(&it->sides[1], right) != rep_diff_who_of(&it->sides[0], left)))
        right++;
    return right;
}

static void add_gap(struct rep_comparison *it, size_t left, size_t left_end, size_t right,
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

static void add_rows(struct rep_comparison *it) {
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
static int link_rows(struct rep_comparison *it) {
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

int rep_diff_lay(struct rep_comparison *it) {
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
