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

/* As units are written elsewhere: nearness does not tell `min` from `ms`. */
static const char *unit_of_foreign(const char *word) {
    static const struct {
        const char *word;
        const char *unit;
    } foreign[] = {
        {"nanosecond", "ns"},
        {"nanoseconds", "ns"},
        {"nsec", "ns"},
        {"microsecond", "us"},
        {"microseconds", "us"},
        {"usec", "us"},
        {"mus", "us"},
        {"millis", "ms"},
        {"millisecond", "ms"},
        {"milliseconds", "ms"},
        {"msec", "ms"},
        {"msecs", "ms"},
        {"sec", "s"},
        {"secs", "s"},
        {"second", "s"},
        {"seconds", "s"},
        {"min", "m"},
        {"mins", "m"},
        {"minute", "m"},
        {"minutes", "m"},
        {"hour", "h"},
        {"hours", "h"},
        {"hr", "h"},
        {"hrs", "h"},
        {"k", "KB"},
        {"kib", "KB"},
        {"kilobyte", "KB"},
        {"kilobytes", "KB"},
        {"mib", "MB"},
        {"megabyte", "MB"},
        {"megabytes", "MB"},
    };
    for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
        if (is_same_but_for_case(foreign[i].word, word)) {
            return foreign[i].unit;
        }
    }
    return NULL;
}

/* Larger than any unit there is: the nearest word would be a thousand times too small. */
static bool is_too_large_a_unit(const char *word) {
    return is_same_but_for_case("gb", word) || is_same_but_for_case("gib", word) ||
           is_same_but_for_case("tb", word) || is_same_but_for_case("d", word) ||
           is_same_but_for_case("mbps", word) || is_same_but_for_case("kbps", word);
}

const char *sim_lexer_nearest_unit(const char *word) {
    struct sim_nearest nearest;
    const char *meant = unit_of_foreign(word);
    if (meant != NULL || is_too_large_a_unit(word)) {
        return meant;
    }
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
    bool is_duration = token.kind == SIM_TOKEN_DURATION;
    struct sim_finding *finding =
        sim_diagnostics_error(lexer->diagnostics, token.place,
                              is_duration ? "the duration is too long" : "the number is too large");
    return bad_number(lexer, token, finding,
                      is_duration ? "the longest is 320255h, some 36 years"
                                  : "the largest is 2^60 - 1");
}

/* `1.5s` as 1500ms: in the first smaller unit that makes it whole. `digits` are those behind the
 * point, which `tenths` has as well. */
static void suggest_whole(struct sim_lexer *lexer, struct sim_finding *finding, int64_t tenths,
                          unsigned digits, const char *unit, size_t unit_length) {
    int64_t scale = 0;
    int64_t value = 0;
    bool is_duration = false;
    if (digits > 9 || !sim_lexer_find_unit(unit, unit_length, &scale, &is_duration) ||
        __builtin_mul_overflow(tenths, scale, &value)) {
        return;
    }
    int64_t parts = 1;
    for (unsigned i = 0; i < digits; i++) {
        parts *= 10;
    }
    for (size_t i = UNIT_COUNT; i-- > 0;) {
        bool is_smaller = units[i].is_duration == is_duration && units[i].scale < scale;
        if (is_smaller && value % (units[i].scale * parts) == 0) {
            sim_diagnostics_label(lexer->diagnostics, finding, "did you mean '%lld%s'?",
                                  (long long)(value / parts / units[i].scale), units[i].word);
            return;
        }
    }
    if (!is_duration && value % parts == 0) {
        sim_diagnostics_label(lexer->diagnostics, finding, "did you mean '%lld'?",
                              (long long)(value / parts));
    }
}

/* `0.5`: for percentages. Anything with a unit is whole. */
static struct sim_token cut_decimal(struct sim_lexer *lexer, uint32_t start, uint32_t at,
                                    int64_t whole) {
    int64_t value = whole;
    int64_t tenths = whole;
    unsigned digits = 0;
    at++;
    for (; is_digit(byte_at(lexer, at)); at++) {
        digits++;
        tenths = times_ten_plus(tenths, lexer->text[at]);
        value = digits <= DECIMAL_DIGITS ? tenths : value;
    }
    uint32_t unit_start = at;
    while (is_word_byte(byte_at(lexer, at))) {
        at++;
    }
    lexer->at = at;
    struct sim_token token = {.kind = SIM_TOKEN_DECIMAL,
                              .place = sim_lexer_place(lexer, start, at - start)};
    for (unsigned i = digits; i < DECIMAL_DIGITS; i++) {
        value = times_ten_plus(value, '0');
    }
    token.integer = value;
    if (at > unit_start) {
        struct sim_finding *finding =
            sim_diagnostics_error(lexer->diagnostics, token.place, "a number with a unit is whole");
        suggest_whole(lexer, finding, tenths, digits, lexer->text + unit_start, at - unit_start);
        return bad_number(lexer, token, NULL, NULL);
    }
    if (digits > DECIMAL_DIGITS && byte_at(lexer, at) == '%') {
        /* The rest of the percentage can be read. */
        (void)sim_diagnostics_error(lexer->diagnostics, token.place,
                                    "a percentage has at most four decimals");
    } else if (digits > DECIMAL_DIGITS) {
        struct sim_finding *finding =
            sim_diagnostics_error(lexer->diagnostics, token.place, "numbers are whole");
        return bad_number(lexer, token, finding, "only percentages have decimals, at most four");
    }
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
