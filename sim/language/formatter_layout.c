/* formatter_layout.c - where lines stand: levels of comments, which second words share a column,
 * blank lines.
 *
 * The simple statements of a block (those without a block of their own) have their second words in
 * one column, from one loop or condition among them to the next; so have neighbouring lines at the
 * margin that say what must hold.
 */
#include "sim/language/formatter_layout.h"

/* The next line of code behind a line, or null. */
static struct sim_layout_line *next_code(struct sim_formatter *formatter, uint32_t index) {
    for (uint32_t i = index + 1; i < formatter->line_count; i++) {
        if (formatter->lines[i].kind != SIM_LAYOUT_COMMENT) {
            return &formatter->lines[i];
        }
    }
    return NULL;
}

/* What belongs to the statement before it. */
static bool is_handler_line(const struct sim_layout_line *line) {
    return line->level > 0 && (line->head == SIM_WORD_ON || line->head == SIM_WORD_ELSE);
}

/* A comment belongs to what follows it, unless it is written deeper at the end of a block. */
static void place_comments(struct sim_formatter *formatter) {
    uint32_t above = 0;
    uint32_t below = 0;
    bool is_handler = false; /* what is below is */
    bool is_known = false;
    for (uint32_t i = 0; i < formatter->line_count; i++) {
        struct sim_layout_line *line = &formatter->lines[i];
        if (line->kind != SIM_LAYOUT_COMMENT) {
            above = line->level;
            line->is_handler = is_handler_line(line);
            is_known = false;
            continue;
        }
        if (!is_known) {
            const struct sim_layout_line *next = next_code(formatter, i);
            below = next != NULL ? next->level : 0;
            is_handler = next != NULL && is_handler_line(next);
            is_known = true;
        }
        line->is_handler = is_handler;
        uint32_t deepest = above > below ? above : below;
        line->level = line->level < below ? below : line->level > deepest ? deepest : line->level;
        above = line->level; /* a comment behind it ends no deeper block */
    }
}

static void find_blocks(struct sim_formatter *formatter) {
    struct sim_layout_line *previous = NULL;
    for (uint32_t i = 0; i < formatter->line_count; i++) {
        struct sim_layout_line *line = &formatter->lines[i];
        if (line->kind == SIM_LAYOUT_COMMENT) {
            continue;
        }
        if (previous != NULL) {
            previous->opens_block = line->level > previous->level;
        }
        previous = line;
    }
}

static uint32_t new_group(struct sim_formatter *formatter) {
    uint32_t *columns = sim_arena_push(&formatter->arena, formatter->group_columns,
                                       &formatter->group_count, sizeof(*columns));
    if (columns == NULL) {
        return SIM_NONE;
    }
    formatter->group_columns = columns;
    return formatter->group_count - 1;
}

static void join_group(struct sim_formatter *formatter, struct sim_layout_line *line,
                       uint32_t group) {
    line->group = group;
    if (group != SIM_NONE && formatter->group_columns[group] < line->head_columns) {
        formatter->group_columns[group] = line->head_columns;
    }
}

static bool is_simple(const struct sim_layout_line *line) {
    bool is_control = line->head == SIM_WORD_ON || line->head == SIM_WORD_ELSE;
    return line->kind == SIM_LAYOUT_CODE && !line->opens_block && !line->is_single && !is_control &&
           line->head != SIM_NONE;
}

static void group_blocks(struct sim_formatter *formatter) {
    uint32_t groups[SIM_LAYOUT_LEVELS_MAX + 1] = {SIM_NONE};
    uint32_t depth = 0; /* groups up to this level are of blocks that are open */
    for (uint32_t i = 0; i < formatter->line_count; i++) {
        struct sim_layout_line *line = &formatter->lines[i];
        if (line->kind == SIM_LAYOUT_COMMENT) {
            continue;
        }
        while (depth < line->level) {
            groups[++depth] = SIM_NONE;
        }
        depth = line->level;
        if (line->opens_block && line->head != SIM_WORD_ON) {
            groups[depth] = SIM_NONE;
        }
        if (line->level == 0 || !is_simple(line)) {
            continue;
        }
        if (groups[line->level] == SIM_NONE) {
            groups[line->level] = new_group(formatter);
        }
        join_group(formatter, line, groups[line->level]);
    }
}

static bool says_what_holds(const struct sim_layout_line *line) {
    return line->level == 0 && line->kind == SIM_LAYOUT_CODE && line->head >= SIM_WORD_EXPECT &&
           line->head <= SIM_WORD_EXPLORE;
}

static void group_expectations(struct sim_formatter *formatter) {
    uint32_t group = SIM_NONE;
    for (uint32_t i = 0; i < formatter->line_count; i++) {
        struct sim_layout_line *line = &formatter->lines[i];
        if (!says_what_holds(line)) {
            group = SIM_NONE;
            continue;
        }
        if (group == SIM_NONE || line->is_behind_blank) {
            group = new_group(formatter);
        }
        join_group(formatter, line, group);
    }
}

/* A line at the margin with a block stands by itself, with the comment above it. */
static bool begins_unit(struct sim_formatter *formatter, uint32_t index) {
    for (uint32_t i = index; i < formatter->line_count; i++) {
        const struct sim_layout_line *line = &formatter->lines[i];
        if (i > index && line->is_behind_blank) {
            return false;
        }
        if (line->kind != SIM_LAYOUT_COMMENT) {
            return line->opens_block && !says_what_holds(line);
        }
    }
    return false;
}

static void place_blank_lines(struct sim_formatter *formatter) {
    for (uint32_t i = 1; i < formatter->line_count; i++) {
        struct sim_layout_line *line = &formatter->lines[i];
        const struct sim_layout_line *previous = &formatter->lines[i - 1];
        bool is_first_of_block =
            previous->kind != SIM_LAYOUT_COMMENT ? previous->opens_block : false;
        line->wants_blank = line->is_behind_blank;
        if (is_first_of_block || line->is_handler) {
            line->wants_blank = false;
        } else if (line->level == 0) {
            bool is_below_block = previous->level > 0;
            bool is_below_title = previous->head == SIM_WORD_SCENARIO;
            bool is_unit = previous->kind != SIM_LAYOUT_COMMENT && begins_unit(formatter, i);
            line->wants_blank |= is_below_block || is_below_title || is_unit;
        }
    }
    if (formatter->line_count > 0) {
        formatter->lines[0].wants_blank = false;
    }
}

void sim_layout_place(struct sim_formatter *formatter) {
    find_blocks(formatter);
    place_comments(formatter);
    group_blocks(formatter);
    group_expectations(formatter);
    place_blank_lines(formatter);
}
