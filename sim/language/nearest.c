/* nearest.c - bounded edit distance in three rows. */
#include "sim/language/nearest.h"

#include <string.h>

/* Longer words get no suggestion: nobody mistypes them by accident, and the rows stay small. */
enum { WORD_BYTES_MAX = 48, CANDIDATES_MAX = 4096 };

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

static size_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length) {
    size_t rows[3][WORD_BYTES_MAX + 1];
    size_t *before = rows[0];
    size_t *previous = rows[1];
    size_t *current = rows[2];
    for (size_t j = 0; j <= b_length; j++) {
        previous[j] = j;
        before[j] = 0;
    }
    for (size_t i = 1; i <= a_length; i++) {
        current[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t substituted = previous[j - 1] + (a[i - 1] != b[j - 1]);
            current[j] = smaller(substituted, smaller(previous[j], current[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                current[j] = smaller(current[j], before[j - 2] + 1);
            }
        }
        size_t *recycled = before;
        before = previous;
        previous = current;
        current = recycled;
    }
    return previous[b_length];
}

void sim_nearest_init(struct sim_nearest *nearest, const char *wanted) {
    *nearest = (struct sim_nearest){.wanted = wanted, .wanted_length = strlen(wanted)};
}

void sim_nearest_offer(struct sim_nearest *nearest, const char *candidate) {
    size_t length = strlen(candidate);
    size_t wanted = nearest->wanted_length;
    nearest->offered_count++;
    if (length > WORD_BYTES_MAX || wanted > WORD_BYTES_MAX ||
        nearest->offered_count > CANDIDATES_MAX) {
        return;
    }
    size_t third = (wanted + 2) / 3;
    size_t bound = third > 2 ? third : 2;
    bound = smaller(bound, wanted / 2);
    size_t gap = length > wanted ? length - wanted : wanted - length;
    if (gap > bound) {
        return;
    }
    size_t distance = edit_distance(nearest->wanted, wanted, candidate, length);
    if (distance <= bound && (nearest->best == NULL || distance < nearest->distance)) {
        nearest->best = candidate;
        nearest->distance = distance;
    }
}

bool sim_nearest_is_done(const struct sim_nearest *nearest) {
    return nearest->offered_count >= CANDIDATES_MAX;
}
