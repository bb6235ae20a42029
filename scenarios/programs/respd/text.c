/* text.c - comparing texts, and reading numbers. */
#include "scenarios/programs/respd/text.h"

#include <string.h>

enum { NS_PER_S = 1000000000 };

static int lower(char c) {
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
}

int respd_text_compare(struct respd_text text, const char *word) {
    for (size_t i = 0; i < text.bytes; i++) {
        int difference = lower(text.data[i]) - lower(word[i]);
        if (difference != 0 || word[i] == '\0') {
            return difference != 0 ? difference : 1;
        }
    }
    return word[text.bytes] == '\0' ? 0 : -1;
}

bool respd_text_is(struct respd_text text, const char *word) {
    return respd_text_compare(text, word) == 0;
}

bool respd_text_equals(struct respd_text left, struct respd_text right) {
    return left.bytes == right.bytes && memcmp(left.data, right.data, left.bytes) == 0;
}

bool respd_text_number(struct respd_text text, int64_t *out) {
    bool is_negative = text.bytes > 0 && text.data[0] == '-';
    size_t at = is_negative ? 1 : 0;
    if (at == text.bytes || (text.data[at] == '0' && (is_negative || text.bytes > at + 1))) {
        return false;
    }
    int64_t value = 0; /* negative, for there is one more of these */
    for (; at < text.bytes; at++) {
        int digit = text.data[at] - '0';
        if (digit < 0 || digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, digit, &value)) {
            return false;
        }
    }
    if (!is_negative && value == INT64_MIN) {
        return false;
    }
    *out = is_negative ? value : -value;
    return true;
}

int64_t respd_time_after(int64_t now_ns, int64_t amount, int64_t unit_ns) {
    int64_t result = 0;
    if (__builtin_mul_overflow(amount, unit_ns, &result) ||
        __builtin_add_overflow(now_ns, result, &result)) {
        return amount < 0 ? 0 : INT64_MAX - 1;
    }
    return result;
}

bool respd_text_seconds(struct respd_text text, int64_t *out_ns) {
    const char *point = memchr(text.data, '.', text.bytes);
    size_t whole_bytes = point != NULL ? (size_t)(point - text.data) : text.bytes;
    int64_t whole = 0;
    if (!respd_text_number((struct respd_text){text.data, whole_bytes}, &whole) || whole < 0) {
        return false;
    }
    int64_t fraction_ns = 0;
    int64_t unit_ns = NS_PER_S;
    for (size_t at = whole_bytes + 1; at < text.bytes; at++) {
        int digit = text.data[at] - '0';
        if (digit < 0 || digit > 9) {
            return false;
        }
        unit_ns /= 10;
        fraction_ns += digit * unit_ns;
    }
    *out_ns = respd_time_after(fraction_ns, whole, NS_PER_S);
    return point == NULL || text.bytes > whole_bytes + 1;
}
