/* diff_heights.c - moves the steps of two layouts down until what is the same in both stands at the
 * same height. */
#include "reports/diff_graph.h"

size_t rep_diff_step_of(const struct rep_diff_heights *heights, int run, size_t row) {
    const struct rep_layout *layout = heights->layouts[run];
    size_t line = heights->diff->rows[row].lines[run];
    if (line == 0)
        return SIZE_MAX;
    size_t drawn = layout->story->event_line[heights->diff->runs[run].lines[line - 1].event];
    return drawn != 0 ? layout->line_step[drawn - 1] : SIZE_MAX;
}

/* A step that begins a row of its own; those in one row with the step before go where that goes. */
static bool begins_row(const struct rep_layout *layout, size_t step) {
    return step == 0 || layout->steps[step].top > layout->steps[step - 1].top;
}

/* How far each run has gone down, and up to which step. */
struct moving {
    int shift[2];
    size_t next[2];
};

/* Steps up to this one, which it returns true for if it is new, go down as far as those before. */
static bool reach(struct rep_diff_heights *heights, struct moving *moving, int run, size_t step) {
    if (step == SIZE_MAX || step < moving->next[run])
        return false;
    for (; moving->next[run] <= step; moving->next[run]++) {
        moving->shift[run] += heights->rooms[run][moving->next[run]];
        heights->shifts[run][moving->next[run]] = moving->shift[run];
    }
    return true;
}

/* Two steps that begin together: the higher one goes down to the other. */
static void level(struct rep_diff_heights *heights, struct moving *moving, const size_t steps[2]) {
    int tops[2];
    for (int run = 0; run < 2; run++) {
        if (!begins_row(heights->layouts[run], steps[run]))
            return;
        tops[run] = heights->layouts[run]->steps[steps[run]].top + moving->shift[run];
    }
    int higher = tops[0] < tops[1] ? 0 : 1;
    int distance = tops[1 - higher] - tops[higher];
    moving->shift[higher] += distance;
    heights->shifts[higher][steps[higher]] += distance;
}

/* Marks go down with the step that they stand at or above. */
static void move_layout(struct rep_layout *layout, const int *shifts) {
    size_t step = 0;
    int last = layout->step_count > 0 ? shifts[layout->step_count - 1] : 0;
    for (size_t i = 0; i < layout->mark_count; i++) {
        while (step < layout->step_count && layout->steps[step].top < layout->marks[i].y)
            step++;
        layout->marks[i].y += step < layout->step_count ? shifts[step] : last;
    }
    for (size_t line = 0; line < layout->story->line_count; line++) {
        if (layout->line_step[line] != SIZE_MAX)
            layout->line_top[line] += shifts[layout->line_step[line]];
    }
    for (size_t i = 0; i < layout->step_count; i++)
        layout->steps[i].top += shifts[i];
    layout->bottom += last;
}

void rep_diff_set_heights(struct rep_diff_heights *heights) {
    struct moving moving = {.shift = {0, 0}};
    for (size_t row = heights->row_first; row < heights->row_end; row++) {
        size_t steps[2];
        bool is_new = true;
        for (int run = 0; run < 2; run++) {
            steps[run] = rep_diff_step_of(heights, run, row);
            is_new = reach(heights, &moving, run, steps[run]) && is_new;
        }
        if (is_new)
            level(heights, &moving, steps);
    }
    for (int run = 0; run < 2; run++) {
        struct rep_layout *layout = heights->layouts[run];
        if (layout->step_count > 0)
            (void)reach(heights, &moving, run, layout->step_count - 1);
        move_layout(layout, heights->shifts[run]);
    }
}
