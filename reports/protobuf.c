/* protobuf.c - tags, varints, lengths. */
#include "reports/protobuf.h"

#include <string.h>

enum { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2 };

static void add_tag(struct rep_text *message, uint32_t field, unsigned wire) {
    rep_text_add_varint(message, (uint64_t)field << 3 | wire);
}

void rep_proto_number(struct rep_text *message, uint32_t field, uint64_t value) {
    add_tag(message, field, WIRE_VARINT);
    rep_text_add_varint(message, value);
}

void rep_proto_fixed64(struct rep_text *message, uint32_t field, uint64_t value) {
    uint8_t bytes[8];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
    add_tag(message, field, WIRE_FIXED64);
    rep_text_add_bytes(message, bytes, sizeof bytes);
}

void rep_proto_bytes(struct rep_text *message, uint32_t field, const void *bytes,
                     size_t byte_count) {
    add_tag(message, field, WIRE_BYTES);
    rep_text_add_varint(message, byte_count);
    rep_text_add_bytes(message, bytes, byte_count);
}

void rep_proto_text(struct rep_text *message, uint32_t field, const char *text) {
    rep_proto_bytes(message, field, text, strlen(text));
}

void rep_proto_message(struct rep_text *message, uint32_t field, const struct rep_text *inner) {
    rep_proto_bytes(message, field, rep_text_string(inner), inner->length);
}
