/* update_literal.c - values as a scenario writes them. */
#include "sim/update_literal.h"

#include "sim/duration.h"
#include "sim/language/utf8.h"

#include <inttypes.h>
#include <string.h>

/* ---- Writing ---- */

static bool is_control(uint32_t code_point) {
    return code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0);
}

/* The escape of a character that has one of its own, or null. */
static const char *short_escape(char c) {
    switch (c) {
    case '\n':
        return "\\n";
    case '\t':
        return "\\t";
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '{':
        return "\\{";
    case '}':
        return "\\}";
    default:
        return NULL;
    }
}

static void add_hex(struct sim_buffer *buffer, const char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        sim_buffer_add_format(buffer, "\\x%02X", (unsigned char)bytes[i]);
    }
}

void sim_literal_add_text(struct sim_buffer *buffer, const char *bytes, size_t length) {
    sim_buffer_add_text(buffer, "\"");
    for (size_t at = 0; at < length;) {
        uint32_t code_point = 0;
        size_t taken = sim_utf8_decode(bytes + at, length - at, &code_point);
        const char *escape = short_escape(bytes[at]);
        if (escape != NULL) {
            sim_buffer_add_text(buffer, escape);
        } else if (taken == 0 || is_control(code_point)) {
            add_hex(buffer, bytes + at, taken == 0 ? 1 : taken);
        } else {
            sim_buffer_add(buffer, bytes + at, taken);
        }
        at += taken == 0 ? 1 : taken;
    }
    sim_buffer_add_text(buffer, "\"");
}

void sim_literal_add_time(struct sim_buffer *buffer, int64_t ns) {
    char text[SIM_DURATION_BYTES];
    sim_buffer_add_text(buffer, sim_duration_format(ns, text));
}

bool sim_literal_add_value(struct sim_buffer *buffer, struct sim_value value) {
    const struct sim_string *string;
    switch (sim_value_tag(value)) {
    case SIM_TAG_NUMBER:
    case SIM_TAG_DURATION:
    case SIM_TAG_BOOL:
        sim_value_append(buffer, value);
        return true;
    case SIM_TAG_TEXT:
        string = sim_value_get_pointer(value);
        sim_literal_add_text(buffer, string->text, string->bytes);
        return true;
    case SIM_TAG_UNSET:
    case SIM_TAG_SOCKET:
    case SIM_TAG_HANDLE:
    case SIM_TAG_LIST:
        break;
    }
    return false;
}

/* ---- Recognizing ---- */

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

static bool is_word_byte(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* The bytes from `at` on that a number and its unit take; 0: there is no number. */
static size_t number_length(struct sim_text source, size_t at) {
    size_t end = at;
    while (end < source.length && is_digit(source.bytes[at]) && is_word_byte(source.bytes[end])) {
        end++;
    }
    return end - at;
}

static size_t skip_blanks(struct sim_text source, size_t at) {
    while (at < source.length && is_blank(source.bytes[at])) {
        at++;
    }
    return at;
}

bool sim_literal_is_text(struct sim_text source) {
    if (source.length < 2 || source.bytes[0] != '"') {
        return false;
    }
    for (size_t at = 1; at < source.length; at++) {
        if (source.bytes[at] == '{') {
            return false;
        }
        at += source.bytes[at] == '\\' ? 1 : 0;
    }
    return true;
}

bool sim_literal_is_number(struct sim_text source) {
    return source.length > 0 && number_length(source, 0) == source.length;
}

bool sim_literal_is_time(struct sim_text source) {
    size_t low = source.length > 0 ? number_length(source, 0) : 0;
    if (low == 0 || low == source.length) {
        return low > 0;
    }
    size_t at = skip_blanks(source, low);
    if (source.length - at < 2 || memcmp(source.bytes + at, "..", 2) != 0) {
        return false;
    }
    at = skip_blanks(source, at + 2);
    return at < source.length && at + number_length(source, at) == source.length;
}

static bool is_word(struct sim_text source, const char *word) {
    return source.length == strlen(word) && memcmp(source.bytes, word, source.length) == 0;
}

/* `-` before a number. */
static bool is_negative_number(struct sim_text source) {
    if (source.length == 0 || source.bytes[0] != '-') {
        return false;
    }
    size_t at = skip_blanks(source, 1);
    struct sim_text rest = {.bytes = source.bytes + at, .length = source.length - at};
    return sim_literal_is_number(rest);
}

bool sim_literal_is_value(const struct sim_expression *expression, struct sim_text source) {
    switch ((int)expression->kind) {
    case SIM_EXPRESSION_NUMBER:
    case SIM_EXPRESSION_DURATION:
        return sim_literal_is_number(source) || is_negative_number(source);
    case SIM_EXPRESSION_BOOL:
        return is_word(source, "true") || is_word(source, "false");
    case SIM_EXPRESSION_TEXT:
        return sim_literal_is_text(source);
    case SIM_EXPRESSION_NEGATE:
        return is_negative_number(source);
    default:
        return false;
    }
}
