/* wording.h - how single events read: an operation, its ending, its timeout, a log line. */
#ifndef REP_WORDING_H
#define REP_WORDING_H

#include "reports/trace_model.h"

/* "recv conn", "join worker#2", "sleep 100ms". */
void rep_add_operation(const struct rep_model *model, uint32_t operation, struct rep_text *text);

/* What follows that while it waits: ", up to 64 bytes, timeout 2s weak"; may be nothing. */
void rep_add_operation_details(const struct rep_model *model, uint32_t operation,
                               struct rep_text *text);

/* "3 bytes", "ok", "timed out", "closed". `ending` is an `ending` event. */
void rep_add_ending(const struct rep_model *model, size_t ending, struct rep_text *text);

/* The word of an operation on an object of that class: a lock is a queue that holds its one token
 * while nobody else does, so "get" of it is "acquire". */
struct rep_bytes rep_operation_word(struct rep_bytes name, struct rep_bytes object_class);

/* What any other event says; itself: without knowing who begins with a `coroutine` event. */
void rep_add_event_itself(const struct rep_trace *trace, const struct rep_event *event,
                          struct rep_text *text);
void rep_add_event(const struct rep_model *model, size_t event, struct rep_text *text);

/* "3 bytes" for data, "1 byte", else the segment's class: "fin". `send` is a `send` or `arrive`
 * event. */
void rep_add_segment(const struct rep_model *model, size_t send, struct rep_text *text);

void rep_add_bytes_amount(uint64_t amount, struct rep_text *text);

/* "timeout 2s weak". */
void rep_add_timer(const struct rep_model *model, uint32_t timer, struct rep_text *text);

#endif
