/* byte_cursor.h - reading numbers and strings off a range of bytes, never past its end.
 *
 * A failed read leaves the cursor where it was, so that its position names the byte at fault.
 */
#ifndef REP_BYTE_CURSOR_H
#define REP_BYTE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rep_cursor {
    const uint8_t *next;
    const uint8_t *end;
};

static inline size_t rep_cursor_left(const struct rep_cursor *cursor) {
    return (size_t)(cursor->end - cursor->next);
}

bool rep_cursor_u8(struct rep_cursor *cursor, uint8_t *value);
bool rep_cursor_u32(struct rep_cursor *cursor, uint32_t *value);
bool rep_cursor_u64(struct rep_cursor *cursor, uint64_t *value);

/* Unsigned LEB128 of at most 10 bytes, 64 bits, in its shortest form only. */
bool rep_cursor_varint(struct rep_cursor *cursor, uint64_t *value);

/* A varint length and that many bytes. */
bool rep_cursor_string(struct rep_cursor *cursor, const uint8_t **start, size_t *byte_count);

#endif
