/* align.c - finds the shortest way from one sequence to another, stretch by stretch. */
#include "reports/align.h"

#include <stdbool.h>
#include <stdlib.h>

#include "reports/reports.h"

enum { REACH_DEFAULT = 1000 };

static const size_t nowhere = SIZE_MAX;

/* What is still to be aligned, and how far one gets in it: furthest[d] are the places to the left
 * that d differences lead to, by diagonal. */
struct alignment {
    const uint32_t *left;
    const uint32_t *right;
    size_t left_count;
    size_t right_count;
    size_t reach;
    size_t *furthest; /* row d: diagonals -d to d, from index d * d on */
};

/* A diagonal: what is passed on the left less what is passed on the right. */
static size_t *place(const struct alignment *it, size_t d, ptrdiff_t diagonal) {
    return &it->furthest[d * d + (size_t)((ptrdiff_t)d + diagonal)];
}

static size_t right_of(size_t left, ptrdiff_t diagonal) {
    return (size_t)((ptrdiff_t)left - diagonal);
}

/* Where the difference number d begins its diagonal; *comes_from is the diagonal before it. */
static size_t step(const struct alignment *it, size_t d, ptrdiff_t diagonal,
                   ptrdiff_t *comes_from) {
    ptrdiff_t before = (ptrdiff_t)d - 1;
    size_t best = nowhere;
    if (diagonal + 1 <= before) { /* one more of the right is passed */
        size_t left = *place(it, d - 1, diagonal + 1);
        if (left != nowhere && right_of(left, diagonal) <= it->right_count) {
            best = left;
            *comes_from = diagonal + 1;
        }
    }
    if (diagonal - 1 >= -before) { /* one more of the left */
        size_t left = *place(it, d - 1, diagonal - 1);
        if (left != nowhere && left < it->left_count && (best == nowhere || left + 1 > best)) {
            best = left + 1;
            *comes_from = diagonal - 1;
        }
    }
    return best;
}

static size_t slide(const struct alignment *it, size_t left, ptrdiff_t diagonal) {
    while (left < it->left_count && right_of(left, diagonal) < it->right_count &&
           it->left[left] == it->right[right_of(left, diagonal)])
        left++;
    return left;
}

struct reached {
    size_t d;
    ptrdiff_t diagonal;
    size_t left;
};

/* Goes on until everything is passed or the reach is at its end; what got furthest then. */
static struct reached reach(const struct alignment *it) {
    struct reached best = {0, 0, slide(it, 0, 0)};
    *place(it, 0, 0) = best.left;
    for (size_t d = 0;; d++) {
        for (ptrdiff_t diagonal = -(ptrdiff_t)d; d > 0 && diagonal <= (ptrdiff_t)d; diagonal++) {
            ptrdiff_t comes_from = 0;
            size_t left = nowhere;
            if ((diagonal + (ptrdiff_t)d) % 2 == 0)
                left = step(it, d, diagonal, &comes_from);
            if (left != nowhere)
                left = slide(it, left, diagonal);
            *place(it, d, diagonal) = left;
            if (left != nowhere &&
                left + right_of(left, diagonal) > best.left + right_of(best.left, best.diagonal))
                best = (struct reached){d, diagonal, left};
        }
        if ((best.left == it->left_count &&
             right_of(best.left, best.diagonal) == it->right_count) ||
            d == it->reach)
            return best;
    }
}

/* Goes the way back to its start, and notes who met. */
static void note(const struct alignment *it, struct reached from, size_t offset_right,
                 size_t *partners) {
    for (;;) {
        ptrdiff_t comes_from = 0;
        size_t start = from.d > 0 ? step(it, from.d, from.diagonal, &comes_from) : 0;
        for (size_t left = from.left; left > start; left--)
            partners[left - 1] = offset_right + right_of(left - 1, from.diagonal) + 1;
        if (from.d == 0)
            return;
        from = (struct reached){from.d - 1, comes_from, *place(it, from.d - 1, comes_from)};
    }
}

/* Passes what both begin with alike. */
static size_t pass_beginning(struct alignment *it, size_t *partners) {
    size_t same = slide(it, 0, 0);
    for (size_t i = 0; i < same; i++)
        partners[i] = i + 1;
    return same;
}

/* And what both end with. */
static void pass_end(struct alignment *it, size_t offset_right, size_t *partners) {
    while (it->left_count > 0 && it->right_count > 0 &&
           it->left[it->left_count - 1] == it->right[it->right_count - 1]) {
        partners[it->left_count - 1] = offset_right + it->right_count;
        it->left_count--;
        it->right_count--;
    }
}

static void advance(struct alignment *it, size_t left, size_t right) {
    it->left += left;
    it->left_count -= left;
    it->right += right;
    it->right_count -= right;
}

int rep_align(const struct rep_sequence *left, const struct rep_sequence *right, size_t reach_max,
              size_t *partners) {
    struct alignment it = {.left = left->keys,
                           .right = right->keys,
                           .left_count = left->count,
                           .right_count = right->count,
                           .reach = reach_max > 0 ? reach_max : REACH_DEFAULT};
    for (size_t i = 0; i < left->count; i++)
        partners[i] = 0;
    size_t begun = pass_beginning(&it, partners);
    size_t begun_right = begun;
    advance(&it, begun, begun);
    pass_end(&it, begun_right, partners + begun);
    size_t left_over = it.left_count + it.right_count;
    it.reach = it.reach < left_over ? it.reach : left_over;
    it.furthest = calloc((it.reach + 1) * (it.reach + 1), sizeof it.furthest[0]);
    if (it.furthest == NULL)
        return REP_ENOMEM;
    while (it.left_count > 0 && it.right_count > 0) {
        struct reached to = reach(&it);
        note(&it, to, begun_right, partners + begun);
        size_t right_passed = right_of(to.left, to.diagonal);
        advance(&it, to.left, right_passed);
        begun += to.left;
        begun_right += right_passed;
    }
    free(it.furthest);
    return REP_OK;
}
