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

/* What any other event says. */
void rep_add_event(const struct rep_model *model, size_t event, struct rep_text *text);

/* "3 bytes" for data, "1 byte", else the segment's class: "fin". `send` is a `send` or `arrive`
 * event. */
void rep_add_segment(const struct rep_model *model, size_t send, struct rep_text *text);

void rep_add_bytes_amount(uint64_t amount, struct rep_text *text);

/* "timeout 2s weak". */
void rep_add_timer(const struct rep_model *model, uint32_t timer, struct rep_text *text);

#endif
