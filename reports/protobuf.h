/* protobuf.h - writes messages of protocol buffers (Encoding, protobuf.dev): fields in the order in
 * which they are added, inner messages whole. */
#ifndef REP_PROTOBUF_H
#define REP_PROTOBUF_H

#include "reports/text.h"

/* A message is a rep_text that is filled. */
void rep_proto_number(struct rep_text *message, uint32_t field, uint64_t value);
void rep_proto_fixed64(struct rep_text *message, uint32_t field, uint64_t value);
void rep_proto_bytes(struct rep_text *message, uint32_t field, const void *bytes,
                     size_t byte_count);
void rep_proto_text(struct rep_text *message, uint32_t field, const char *text);
void rep_proto_message(struct rep_text *message, uint32_t field, const struct rep_text *inner);

#endif
