/* lexer_numbers.c - numbers: `64`, `4KB`, `250ms`, `0.5` (of a percentage). */
#include "sim/language/lexer_numbers.h"

#include "sim/language/nearest.h"

#include <string.h>

enum { DECIMAL_DIGITS = 4, DECIMAL_SCALE = 10000 };

struct unit {
    const char *word;
    int64_t scale;
    bool is_duration;
};

static const struct unit units[] = {
    {"ns", 1, true},
    {"us", 1000, true},
    {"ms", 1000000, true},
    {"s", 1000000000, true},
    {"m", INT64_C(60) * 1000000000, true},
    {"h", INT64_C(3600) * 1000000000, true},
    {"KB", 1024, false},
    {"MB", INT64_C(1024) * 1024, false},
};

enum { UNIT_COUNT = sizeof(units) / sizeof(units[0]) };

bool sim_lexer_find_unit(const char *word, size_t length, int64_t *scale, bool *is_duration) {
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        if (strlen(units[i].word) == length && memcmp(units[i].word, word, length) == 0) {
            *scale = units[i].scale;
            *is_duration = units[i].is_duration;
            return true;
        }
    }
    return false;
}

static char small_letter(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_same_but_for_case(const char *a, const char *b) {
    while (*a != '\0' && small_letter(*a) == small_letter(*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

const char *sim_lexer_nearest_unit(const char *word) {
    struct sim_nearest nearest;
    sim_nearest_init(&nearest, word);
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        if (is_same_but_for_case(units[i].word, word)) {
            return units[i].word;
        }
        sim_nearest_offer(&nearest, units[i].word);
    }
    return nearest.best;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_word_byte(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Where the text goes on at `at`; a byte that is in no number at the end of the line. */
static char byte_at(const struct sim_lexer *lexer, uint32_t at) {
    return at < lexer->line_end ? lexer->text[at] : ' ';
}

/* A value past the limit stays past it. */
static int64_t times_ten_plus(int64_t value, char digit) {
    return value > SIM_VALUE_MAX / 10 ? SIM_VALUE_MAX + 1 : value * 10 + (digit - '0');
}

static struct sim_token bad_number(struct sim_lexer *lexer, struct sim_token token,
                                   struct sim_finding *finding, const char *help) {
    if (help != NULL) {
        sim_diagnostics_label(lexer->diagnostics, finding, "%s", help);
    }
    token.kind = SIM_TOKEN_BAD_NUMBER;
    return token;
}

static struct sim_token unknown_unit(struct sim_lexer *lexer, struct sim_token token,
                                     struct sim_place place) {
    struct sim_finding *finding =
        sim_diagnostics_error(lexer->diagnostics, place, "unknown unit '%.*s'", (int)place.length,
                              lexer->text + place.offset);
    char word[16] = "";
    if (place.length < sizeof(word)) {
        memcpy(word, lexer->text + place.offset, place.length);
    }
    const char *nearest = sim_lexer_nearest_unit(word);
    if (nearest != NULL) {
        sim_diagnostics_label(lexer->diagnostics, finding, "did you mean '%s'?", nearest);
    } else {
        sim_diagnostics_help(lexer->diagnostics, finding,
                             "units are ns us ms s m h for durations, KB MB for sizes");
    }
    return bad_number(lexer, token, NULL, NULL);
}

static struct sim_token too_large(struct sim_lexer *lexer, struct sim_token token) {
    struct sim_finding *finding =
        sim_diagnostics_error(lexer->diagnostics, token.place, "the number is too large");
    return bad_number(lexer, token, finding,
                      "must be less than 2^60; durations are counted in nanoseconds");
}

/* `0.5`: for percentages. Anything with a unit is whole. */
static struct sim_token cut_decimal(struct sim_lexer *lexer, uint32_t start, uint32_t at,
                                    int64_t whole) {
    int64_t value = whole;
    unsigned digits = 0;
    at++;
    for (; is_digit(byte_at(lexer, at)); at++) {
        digits++;
        if (digits <= DECIMAL_DIGITS) {
            value = times_ten_plus(value, lexer->text[at]);
        }
    }
    bool has_unit = is_word_byte(byte_at(lexer, at));
    while (is_word_byte(byte_at(lexer, at))) {
        at++;
    }
    lexer->at = at;
    struct sim_token token = {.kind = SIM_TOKEN_DECIMAL,
                              .place = sim_lexer_place(lexer, start, at - start)};
    for (unsigned i = digits; i < DECIMAL_DIGITS; i++) {
        value = times_ten_plus(value, '0');
    }
    if (has_unit || digits > DECIMAL_DIGITS) {
        struct sim_finding *finding = sim_diagnostics_error(
            lexer->diagnostics, token.place,
            has_unit ? "a number with a unit is whole" : "a percentage has at most four decimals");
        return bad_number(lexer, token, finding, has_unit ? "take a smaller unit: 1500ms" : NULL);
    }
    token.integer = value;
    return value > SIM_VALUE_MAX ? too_large(lexer, token) : token;
}

struct sim_token sim_lexer_cut_number(struct sim_lexer *lexer) {
    uint32_t start = lexer->at;
    uint32_t at = start;
    int64_t value = 0;
    for (; is_digit(byte_at(lexer, at)); at++) {
        value = times_ten_plus(value, lexer->text[at]);
    }
    if (byte_at(lexer, at) == '.' && is_digit(byte_at(lexer, at + 1))) {
        return cut_decimal(lexer, start, at, value);
    }
    uint32_t unit_start = at;
    while (is_word_byte(byte_at(lexer, at))) {
        at++;
    }
    lexer->at = at;
    struct sim_token token = {.kind = SIM_TOKEN_NUMBER,
                              .place = sim_lexer_place(lexer, start, at - start)};
    int64_t scale = 1;
    bool is_duration = false;
    if (at > unit_start) {
        uint32_t length = at - unit_start;
        if (!sim_lexer_find_unit(lexer->text + unit_start, length, &scale, &is_duration)) {
            struct sim_place place = token.place;
            place.column += unit_start - start;
            place.offset = unit_start;
            place.length = length;
            return unknown_unit(lexer, token, place);
        }
        token.kind = is_duration ? SIM_TOKEN_DURATION : SIM_TOKEN_SIZE;
    }
    if (value > SIM_VALUE_MAX / scale) {
        return too_large(lexer, token);
    }
    token.integer = value * scale;
    return token;
}
