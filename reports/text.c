/* text.c - a growing piece of text, and how reports write times and foreign text. */
#include "reports/text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void rep_text_term(struct rep_text *text) {
    free(text->bytes);
    *text = (struct rep_text){0};
}

void rep_text_clear(struct rep_text *text) {
    text->length = 0;
    if (text->bytes != NULL)
        text->bytes[0] = '\0';
}

const char *rep_text_string(const struct rep_text *text) {
    return text->bytes == NULL ? "" : text->bytes;
}

/* Makes room for `byte_count` more bytes and the terminator. */
static bool reserve(struct rep_text *text, size_t byte_count) {
    if (text->failed)
        return false;
    if (byte_count < text->capacity - text->length)
        return true;
    size_t capacity = text->capacity < 64 ? 64 : text->capacity;
    while (capacity - text->length <= byte_count) {
        if (capacity > SIZE_MAX / 2) {
            text->failed = true;
            return false;
        }
        capacity *= 2;
    }
    char *bytes = realloc(text->bytes, capacity);
    if (bytes == NULL) {
        text->failed = true;
        return false;
    }
    text->bytes = bytes;
    text->capacity = capacity;
    return true;
}

void rep_text_add_bytes(struct rep_text *text, const void *bytes, size_t byte_count) {
    if (!reserve(text, byte_count))
        return;
    if (byte_count > 0)
        memcpy(text->bytes + text->length, bytes, byte_count);
    text->length += byte_count;
    text->bytes[text->length] = '\0';
}

void rep_text_add(struct rep_text *text, const char *string) {
    rep_text_add_bytes(text, string, strlen(string));
}

void rep_text_add_repeated(struct rep_text *text, char character, size_t count) {
    if (!reserve(text, count))
        return;
    memset(text->bytes + text->length, character, count);
    text->length += count;
    text->bytes[text->length] = '\0';
}

void rep_text_add_format(struct rep_text *text, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    assert(length >= 0);
    if (reserve(text, (size_t)length)) {
        vsnprintf(text->bytes + text->length, (size_t)length + 1, format, again);
        text->length += (size_t)length;
    }
    va_end(again);
}

void rep_text_add_duration(struct rep_text *text, uint64_t duration_ns) {
    static const struct {
        uint64_t ns;
        const char *name;
    } units[] = {{3600000000000, "h"}, {60000000000, "m"}, {1000000000, "s"},
                 {1000000, "ms"},      {1000, "us"},       {1, "ns"}};
    size_t unit = duration_ns == 0 ? 3 : 0;
    while (duration_ns % units[unit].ns != 0)
        unit++;
    rep_text_add_format(text, "%llu%s", (unsigned long long)(duration_ns / units[unit].ns),
                        units[unit].name);
}

size_t rep_text_character_bytes(const void *bytes, size_t byte_count) {
    const unsigned char *byte = bytes;
    if (byte_count == 0)
        return 0;
    if (byte[0] < 0x80)
        return 1;
    size_t length = byte[0] >= 0xf0 ? 4 : byte[0] >= 0xe0 ? 3 : 2;
    if (byte[0] < 0xc2 || byte[0] > 0xf4 || length > byte_count)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if ((byte[i] & 0xc0) != 0x80)
            return 0;
    }
    /* Overlong forms, surrogates and what lies past U+10FFFF show in the second byte. */
    if ((byte[0] == 0xe0 && byte[1] < 0xa0) || (byte[0] == 0xed && byte[1] > 0x9f) ||
        (byte[0] == 0xf0 && byte[1] < 0x90) || (byte[0] == 0xf4 && byte[1] > 0x8f))
        return 0;
    return length;
}

static void add_control(struct rep_text *text, unsigned char byte) {
    if (byte == '\n')
        rep_text_add(text, "\\n");
    else if (byte == '\t')
        rep_text_add(text, "\\t");
    else
        rep_text_add_format(text, "\\x%02X", (unsigned)byte);
}

/* How many plain characters of ASCII come first. */
static size_t plain_run(const unsigned char *byte, size_t byte_count) {
    size_t run = 0;
    while (run < byte_count && byte[run] >= 0x20 && byte[run] < 0x7f && byte[run] != '\\')
        run++;
    return run;
}

void rep_text_add_foreign(struct rep_text *text, const void *bytes, size_t byte_count) {
    const unsigned char *byte = bytes;
    while (byte_count > 0) {
        size_t run = plain_run(byte, byte_count);
        if (run > 0) {
            rep_text_add_bytes(text, byte, run);
            byte += run;
            byte_count -= run;
            continue;
        }
        size_t length = rep_text_character_bytes(byte, byte_count);
        /* C1 controls and noncharacters are valid UTF-8, but XML and terminals do not take them. */
        bool control = length == 0 || byte[0] < 0x20 || byte[0] == 0x7f ||
                       (length == 2 && byte[0] == 0xc2 && byte[1] < 0xa0) ||
                       (length == 3 && byte[0] == 0xef && byte[1] == 0xbf && byte[2] >= 0xbe);
        if (control) {
            add_control(text, byte[0]);
            length = 1;
        } else if (byte[0] == '\\') {
            rep_text_add(text, "\\\\");
        } else {
            rep_text_add_bytes(text, byte, length);
        }
        byte += length;
        byte_count -= length;
    }
}

void rep_text_add_foreign_lines(struct rep_text *text, const char *string) {
    while (*string != '\0') {
        size_t length = strcspn(string, "\n\t\\");
        rep_text_add_foreign(text, string, length);
        string += length;
        length = strspn(string, "\n\t\\");
        rep_text_add_bytes(text, string, length);
        string += length;
    }
}

static const char *entity_of(char character) {
    switch (character) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    default:
        return "&#39;";
    }
}

void rep_text_add_escaped(struct rep_text *text, const char *string) {
    while (*string != '\0') {
        size_t length = strcspn(string, "<>&\"'");
        rep_text_add_bytes(text, string, length);
        string += length;
        if (*string != '\0')
            rep_text_add(text, entity_of(*string++));
    }
}

void rep_text_add_count(struct rep_text *text, uint64_t count) {
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, count);
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            rep_text_add(text, ",");
        rep_text_add_bytes(text, &digits[i], 1);
    }
}

size_t rep_text_columns(const char *string, size_t byte_count) {
    size_t columns = 0;
    for (size_t i = 0; i < byte_count; i++)
        columns += ((unsigned char)string[i] & 0xc0) != 0x80;
    return columns;
}

bool rep_text_ends_with(const char *text, const char *end) {
    size_t length = strlen(text);
    size_t end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

void rep_text_add_varint(struct rep_text *text, uint64_t value) {
    uint8_t bytes[10];
    size_t count = 0;
    while (value >= 0x80) {
        bytes[count++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    bytes[count++] = (uint8_t)value;
    rep_text_add_bytes(text, bytes, count);
}
