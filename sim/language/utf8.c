/* utf8.c - strict decoding (Unicode 15, table 3-7) and a coarse width table. */
#include "sim/language/utf8.h"

#include <stdbool.h>

static bool is_continuation(char byte) {
    return ((unsigned char)byte & 0xc0U) == 0x80U;
}

size_t sim_utf8_decode(const char *bytes, size_t length, uint32_t *out) {
    unsigned char first = (unsigned char)bytes[0];
    if (first < 0x80) {
        *out = first;
        return 1;
    }
    size_t needed = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || length < needed) {
        return 0;
    }
    uint32_t code_point = first & (0x7fU >> needed);
    for (size_t i = 1; i < needed; i++) {
        if (!is_continuation(bytes[i])) {
            return 0;
        }
        code_point = code_point << 6 | ((unsigned char)bytes[i] & 0x3fU);
    }
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    bool is_surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
    if (code_point < smallest[needed] || code_point > 0x10ffff || is_surrogate) {
        return 0;
    }
    *out = code_point;
    return needed;
}

struct code_range {
    uint32_t first;
    uint32_t last;
};

static bool is_in(const struct code_range *ranges, size_t count, uint32_t code_point) {
    for (size_t i = 0; i < count; i++) {
        if (code_point >= ranges[i].first && code_point <= ranges[i].last) {
            return true;
        }
    }
    return false;
}

unsigned sim_utf8_width(uint32_t code_point) {
    static const struct code_range empty[] = {
        {0x0300, 0x036f}, {0x200b, 0x200f}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}};
    static const struct code_range wide[] = {
        {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0xa4cf},   {0xac00, 0xd7a3},
        {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},
        {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};
    if (code_point < 0x300) {
        return 1;
    }
    if (is_in(empty, sizeof(empty) / sizeof(empty[0]), code_point)) {
        return 0;
    }
    return is_in(wide, sizeof(wide) / sizeof(wide[0]), code_point) ? 2 : 1;
}
