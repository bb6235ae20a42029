/* status.c - the texts of the codes, and filling in what went wrong. */
#include "reports/status.h"

#include <stdarg.h>
#include <stdio.h>

const char *rep_status_text(int status) {
    switch ((enum rep_status)status) {
#define REP_STATUS_TEXT(enumerator, value, text)                                                   \
    case enumerator:                                                                               \
        return text;
        REP_STATUS_TABLE(REP_STATUS_TEXT)
#undef REP_STATUS_TEXT
    }
    return "unknown status";
}

int rep_error_set(struct rep_error *error, int status, uint64_t byte_offset, const char *format,
                  ...) {
    if (error == NULL)
        return status;
    error->byte_offset = byte_offset;
    error->whole_event_count = 0;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    return status;
}
