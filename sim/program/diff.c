/* diff.c - the longest common subsequence of lines, by the textbook's table (Wagner and Fischer,
 * 1974), of what lies between the first and the last difference. Where that is too much for a
 * table, it is shown as one change.
 */
#include "sim/program/diff.h"

#include "sim/program/program.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CONTEXT_LINES = 2, TABLE_CELLS_MAX = 16 << 20 };

struct line {
    const char *text;
    size_t bytes; /* without its end */
    bool has_end; /* the last one may have none */
};

struct lines {
    struct line *items;
    size_t count;
};

/* What becomes of a line, in the order of both texts. */
struct step {
    char sign; /* ' ', '-' or '+' */
    struct line line;
    size_t before; /* lines of either text up to here, this one not counted */
    size_t after;
};

struct difference {
    struct step *steps;
    size_t count;
};

static bool cut_lines(const char *text, size_t bytes, struct lines *lines) {
    size_t count = 0;
    for (size_t i = 0; i < bytes; i++) {
        count += text[i] == '\n' ? 1 : 0;
    }
    *lines = (struct lines){.items = malloc((count + 2) * sizeof(struct line))};
    for (size_t at = 0; lines->items != NULL && at < bytes;) {
        const char *newline = memchr(text + at, '\n', bytes - at);
        size_t length = newline != NULL ? (size_t)(newline - text) - at : bytes - at;
        lines->items[lines->count++] =
            (struct line){.text = text + at, .bytes = length, .has_end = newline != NULL};
        at += length + 1;
    }
    return lines->items != NULL;
}

static bool is_same(struct line left, struct line right) {
    return left.bytes == right.bytes && left.has_end == right.has_end &&
           memcmp(left.text, right.text, left.bytes) == 0;
}

static void add_step(struct difference *difference, char sign, struct line line, size_t *before,
                     size_t *after) {
    difference->steps[difference->count++] =
        (struct step){.sign = sign, .line = line, .before = *before, .after = *after};
    *before += sign != '+' ? 1 : 0;
    *after += sign != '-' ? 1 : 0;
}

/* The lengths of the longest common subsequences of all ends of two pieces, row by row. Null: too
 * many, or no memory. */
static uint32_t *make_table(const struct line *left, size_t left_count, const struct line *right,
                            size_t right_count) {
    size_t width = right_count + 1;
    if (left_count + 1 > TABLE_CELLS_MAX / width) {
        return NULL;
    }
    uint32_t *table = calloc((left_count + 1) * width, sizeof *table);
    for (size_t i = left_count; table != NULL && i-- > 0;) {
        for (size_t j = right_count; j-- > 0;) {
            uint32_t down = table[(i + 1) * width + j];
            uint32_t across = table[i * width + j + 1];
            uint32_t both = table[(i + 1) * width + j + 1] + 1;
            table[i * width + j] = is_same(left[i], right[j]) ? both
                                   : down >= across           ? down
                                                              : across;
        }
    }
    return table;
}

static void compare_middle(struct difference *difference, const struct line *left,
                           size_t left_count, const struct line *right, size_t right_count,
                           size_t *before, size_t *after) {
    uint32_t *table = make_table(left, left_count, right, right_count);
    size_t width = right_count + 1;
    size_t i = 0;
    size_t j = 0;
    while (i < left_count || j < right_count) {
        bool has_both = i < left_count && j < right_count;
        if (table != NULL && has_both && is_same(left[i], right[j])) {
            add_step(difference, ' ', left[i++], before, after);
            j++;
        } else if (i < left_count && (table == NULL || j == right_count ||
                                      table[(i + 1) * width + j] >= table[i * width + j + 1])) {
            add_step(difference, '-', left[i++], before, after);
        } else {
            add_step(difference, '+', right[j++], before, after);
        }
    }
    free(table);
}

static void compare(struct difference *difference, const struct lines *left,
                    const struct lines *right) {
    size_t before = 0;
    size_t after = 0;
    size_t head = 0;
    size_t tail = 0;
    size_t least = left->count < right->count ? left->count : right->count;
    while (head < least && is_same(left->items[head], right->items[head])) {
        add_step(difference, ' ', left->items[head++], &before, &after);
    }
    while (tail < least - head &&
           is_same(left->items[left->count - 1 - tail], right->items[right->count - 1 - tail])) {
        tail++;
    }
    compare_middle(difference, left->items + head, left->count - head - tail, right->items + head,
                   right->count - head - tail, &before, &after);
    for (size_t i = left->count - tail; i < left->count; i++) {
        add_step(difference, ' ', left->items[i], &before, &after);
    }
}

/* ---- Printing ---- */

/* Where lines go; those past lines_max are only counted. */
struct printer {
    FILE *file;
    bool colour;
    size_t lines_max;
    size_t line_count;
};

static bool has_room(struct printer *printer) {
    printer->line_count++;
    return printer->line_count <= printer->lines_max;
}

static void print_step(struct printer *printer, const struct step *step) {
    FILE *file = printer->file;
    if (!has_room(printer)) {
        return;
    }
    const char *start = !printer->colour || step->sign == ' ' ? ""
                        : step->sign == '-'                   ? "\x1b[31m"
                                                              : "\x1b[32m";
    (void)fprintf(file, "%s%c", start, step->sign);
    for (size_t i = 0; i < step->line.bytes; i++) {
        unsigned char c = (unsigned char)step->line.text[i];
        (void)fputc((c < 0x20 && c != '\t') || c == 0x7f ? '?' : c, file);
    }
    (void)fputs(start[0] != '\0' ? "\x1b[0m\n" : "\n", file);
    if (!step->line.has_end) {
        (void)fputs("\\ No newline at end of file\n", file);
    }
}

/* The end of the hunk that begins at `start`: changes closer than their contexts share one. */
static size_t end_of_hunk(const struct difference *difference, size_t start) {
    size_t end = start;
    size_t quiet = 0;
    for (size_t i = start; i < difference->count && quiet <= (size_t)2 * CONTEXT_LINES; i++) {
        quiet = difference->steps[i].sign == ' ' ? quiet + 1 : 0;
        end = quiet == 0 ? i + 1 : end;
    }
    size_t left = difference->count - end;
    return end + (left < CONTEXT_LINES ? left : CONTEXT_LINES);
}

static void print_hunk(struct printer *printer, const struct difference *difference, size_t start,
                       size_t end) {
    const struct step *first = &difference->steps[start];
    size_t removed = 0;
    size_t added = 0;
    for (size_t i = start; i < end; i++) {
        removed += difference->steps[i].sign != '+' ? 1 : 0;
        added += difference->steps[i].sign != '-' ? 1 : 0;
    }
    if (has_room(printer)) {
        (void)fprintf(printer->file, "%s@@ -%zu,%zu +%zu,%zu @@%s\n",
                      printer->colour ? "\x1b[36m" : "", first->before + (removed > 0 ? 1 : 0),
                      removed, first->after + (added > 0 ? 1 : 0), added,
                      printer->colour ? "\x1b[0m" : "");
    }
    for (size_t i = start; i < end; i++) {
        print_step(printer, &difference->steps[i]);
    }
}

static void print_hunks(struct printer *printer, const char *path,
                        const struct difference *difference) {
    bool is_first = true;
    for (size_t i = 0; i < difference->count; i++) {
        if (difference->steps[i].sign == ' ') {
            continue;
        }
        if (is_first) {
            (void)fprintf(printer->file, "--- %s\n+++ %s\n", path, path);
            is_first = false;
        }
        size_t start = i < CONTEXT_LINES ? 0 : i - CONTEXT_LINES;
        size_t end = end_of_hunk(difference, i);
        print_hunk(printer, difference, start, end);
        i = end - 1;
    }
    if (printer->line_count > printer->lines_max) {
        (void)fprintf(printer->file, "... and %zu more lines\n",
                      printer->line_count - printer->lines_max);
    }
}

void print_diff(FILE *file, const char *path, const char *before, size_t before_bytes,
                const char *after, size_t after_bytes, bool colour) {
    print_diff_start(file, path, before, before_bytes, after, after_bytes, colour, SIZE_MAX);
}

void print_diff_start(FILE *file, const char *path, const char *before, size_t before_bytes,
                      const char *after, size_t after_bytes, bool colour, size_t lines_max) {
    struct printer printer = {.file = file, .colour = colour, .lines_max = lines_max};
    struct lines left = {.items = NULL};
    struct lines right = {.items = NULL};
    struct difference difference = {.steps = NULL};
    bool has_memory =
        cut_lines(before, before_bytes, &left) && cut_lines(after, after_bytes, &right);
    if (has_memory) {
        difference.steps = malloc((left.count + right.count + 1) * sizeof(struct step));
    }
    if (difference.steps != NULL) {
        compare(&difference, &left, &right);
        print_hunks(&printer, path, &difference);
    } else {
        complain("%s: out of memory", path);
    }
    free(difference.steps);
    free(left.items);
    free(right.items);
}
