/* words.c - which words can be made smaller. */
#include "sim/shrink/words.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Clauses, with how many words go with each. */
static const struct {
    const char *word;
    uint32_t argument_count;
} clauses[] = {
    {"timeout", 1},   {"timeout", 2}, {"priority", 1},   {"weak", 0},      {"strong", 0},
    {"after", 1},     {"times", 1},   {"background", 0}, {"nowait", 0},    {"latency", 1},
    {"bandwidth", 1}, {"buffer", 1},  {"loss", 1},       {"duplicate", 1}, {"skew", 1},
    {"drift", 2},     {"backlog", 1}, {"size", 1},       {"value", 1},     {"recipients", 1},
    {"on", 1},        {"as", 1},
};

/* Words after which a number says how many. */
static const char *const counted[] = {"times",   "repeat", "size", "max", "buffer",
                                      "backlog", "==",     "<",    "<="};

static bool is_blank(char c) {
    return c == ' ' || c == '\n';
}

/* Where the word at a place ends: texts are one word. */
static size_t end_of_word(const char *text, size_t length, size_t at) {
    bool is_quoted = false;
    while (at < length && text[at] != '\n' && (is_quoted || text[at] != ' ')) {
        if (is_quoted && text[at] == '\\' && at + 1 < length) {
            at++;
        } else if (text[at] == '"') {
            is_quoted = !is_quoted;
        }
        at++;
    }
    return at;
}

static size_t start_of_next(const char *text, size_t length, size_t at) {
    while (at < length && text[at] == ' ') {
        at++;
    }
    return at;
}

/* Quotes before it in its line are in pairs. */
static bool is_outside_text(const char *text, size_t at) {
    bool is_outside = true;
    size_t start = at;
    while (start > 0 && text[start - 1] != '\n') {
        start--;
    }
    for (size_t i = start; i < at; i++) {
        if (!is_outside && text[i] == '\\') {
            i++;
        } else if (text[i] == '"') {
            is_outside = !is_outside;
        }
    }
    return is_outside;
}

static bool is_word(const char *text, size_t at, size_t end, const char *word) {
    return strlen(word) == end - at && memcmp(text + at, word, end - at) == 0;
}

/* ---- Changes ---- */

/* A clause goes, with the blanks before it. A clause never begins a line. */
static uint32_t drop_clause(const char *text, size_t length, size_t at,
                            struct sim_word_change *changes, uint32_t room) {
    size_t end = end_of_word(text, length, at);
    size_t start = at;
    uint32_t count = 0;
    while (start > 0 && text[start - 1] == ' ') {
        start--;
    }
    if (start == at || start == 0 || text[start - 1] == '\n') {
        return 0;
    }
    for (size_t i = 0; i < sizeof clauses / sizeof clauses[0] && count < room; i++) {
        if (!is_word(text, at, end, clauses[i].word)) {
            continue;
        }
        size_t last = end;
        for (uint32_t argument = 0; argument < clauses[i].argument_count; argument++) {
            last = end_of_word(text, length, start_of_next(text, length, last));
        }
        changes[count++] = (struct sim_word_change){.at = start, .length = last - start};
    }
    return count;
}

/* The word before it, in its line. */
static size_t start_of_former(const char *text, size_t at, size_t *end) {
    while (at > 0 && text[at - 1] == ' ') {
        at--;
    }
    *end = at;
    while (at > 0 && !is_blank(text[at - 1])) {
        at--;
    }
    return at;
}

static bool is_counted(const char *text, size_t at) {
    size_t end;
    size_t former = start_of_former(text, at, &end);
    for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++) {
        if (is_word(text, former, end, counted[i])) {
            return true;
        }
    }
    return false;
}

/* To one, two, half, one less. */
static uint32_t lower_number(const char *text, size_t length, size_t at,
                             struct sim_word_change *changes) {
    size_t end = at;
    uint64_t number = 0;
    uint32_t count = 0;
    while (end < length && text[end] >= '0' && text[end] <= '9' && number < UINT64_C(1) << 50) {
        number = number * 10 + (uint64_t)(text[end++] - '0');
    }
    if (end == at || (end < length && !is_blank(text[end])) || !is_counted(text, at)) {
        return 0;
    }
    const uint64_t lower[] = {1, 2, number / 2, number - 1};
    for (size_t i = 0; i < sizeof lower / sizeof lower[0]; i++) {
        if (lower[i] < number && (i == 0 || lower[i] > lower[i - 1])) {
            struct sim_word_change *change = &changes[count++];
            *change = (struct sim_word_change){.at = at, .length = end - at};
            int bytes = snprintf(change->bytes, sizeof change->bytes, "%" PRIu64, lower[i]);
            change->byte_count = (size_t)bytes;
        }
    }
    return count;
}

/* `1ms..40ms` becomes `1ms`. */
static uint32_t lower_range(const char *text, size_t length, size_t at,
                            struct sim_word_change *changes) {
    size_t end = end_of_word(text, length, at);
    for (size_t dots = at + 1; dots + 2 < end; dots++) {
        if (text[dots] == '.' && text[dots + 1] == '.') {
            changes[0] = (struct sim_word_change){.at = dots, .length = end - dots};
            return 1;
        }
    }
    return 0;
}

uint32_t sim_word_changes(const char *text, size_t length, size_t at,
                          struct sim_word_change changes[SIM_WORD_CHANGES_MAX]) {
    if (at >= length || is_blank(text[at]) || (at > 0 && !is_blank(text[at - 1])) ||
        !is_outside_text(text, at)) {
        return 0;
    }
    if (text[at] >= '0' && text[at] <= '9') {
        uint32_t count = lower_range(text, length, at, changes);
        return count > 0 ? count : lower_number(text, length, at, changes);
    }
    return drop_clause(text, length, at, changes, SIM_WORD_CHANGES_MAX);
}
