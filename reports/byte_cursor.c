/* byte_cursor.c - reading numbers and strings off a range of bytes, never past its end. */
#include "reports/byte_cursor.h"

static bool little_endian(struct rep_cursor *cursor, size_t byte_count, uint64_t *value) {
    if (rep_cursor_left(cursor) < byte_count)
        return false;
    *value = 0;
    for (size_t i = 0; i < byte_count; i++)
        *value |= (uint64_t)cursor->next[i] << (8 * i);
    cursor->next += byte_count;
    return true;
}

bool rep_cursor_u8(struct rep_cursor *cursor, uint8_t *value) {
    uint64_t wide;
    if (!little_endian(cursor, 1, &wide))
        return false;
    *value = (uint8_t)wide;
    return true;
}

bool rep_cursor_u32(struct rep_cursor *cursor, uint32_t *value) {
    uint64_t wide;
    if (!little_endian(cursor, 4, &wide))
        return false;
    *value = (uint32_t)wide;
    return true;
}

bool rep_cursor_u64(struct rep_cursor *cursor, uint64_t *value) {
    return little_endian(cursor, 8, value);
}

bool rep_cursor_varint(struct rep_cursor *cursor, uint64_t *value) {
    uint64_t result = 0;
    const uint8_t *next = cursor->next;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        if (next == cursor->end)
            return false;
        uint8_t byte = *next++;
        if (shift == 63 && byte > 1)
            return false;
        result |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) != 0)
            continue;
        if (byte == 0 && shift > 0)
            return false;
        cursor->next = next;
        *value = result;
        return true;
    }
    return false;
}

bool rep_cursor_string(struct rep_cursor *cursor, const uint8_t **start, size_t *byte_count) {
    struct rep_cursor at = *cursor;
    uint64_t length;
    if (!rep_cursor_varint(&at, &length) || length > rep_cursor_left(&at))
        return false;
    *start = at.next;
    *byte_count = (size_t)length;
    at.next += length;
    *cursor = at;
    return true;
}
