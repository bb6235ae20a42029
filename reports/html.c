/* html.c - the timeline as a page that anybody can open: the viewer of reports/page/, and in it the
 * trace itself.
 *
 * The trace stands there in base64 as it is, so that no text of a scenario can ever be markup, and
 * the same trace gives the same page.
 */
#include "reports/reports.h"

#include <stdlib.h>
#include <string.h>

#include "reports/output_file.h"
#include "reports/page.h"
#include "reports/status.h"
#include "reports/trace.h"

enum { LINE_BYTES = 3 * 57 /* of the trace in a line of the page */ };

static size_t encode(const uint8_t *bytes, size_t count, uint8_t *out) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t at = 0;
    for (size_t i = 0; i < count; i += 3) {
        size_t left = count - i;
        uint32_t bits = (uint32_t)bytes[i] << 16;
        bits |= left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
        bits |= left > 2 ? bytes[i + 2] : 0;
        out[at++] = (uint8_t)digits[bits >> 18];
        out[at++] = (uint8_t)digits[bits >> 12 & 63];
        out[at++] = (uint8_t)(left > 1 ? digits[bits >> 6 & 63] : '=');
        out[at++] = (uint8_t)(left > 2 ? digits[bits & 63] : '=');
    }
    return at;
}

int rep_html_write(const struct rep_trace *trace, const char *path, struct rep_error *error) {
    uint8_t line[LINE_BYTES / 3 * 4 + 1];
    struct rep_output *output = malloc(sizeof *output);
    if (output == NULL)
        return rep_error_set(error, REP_ENOMEM, 0, "%s", rep_status_text(REP_ENOMEM));
    int status = rep_output_open(output, path, error);
    if (status == REP_OK) {
        rep_output_add(output, rep_page_before, rep_page_before_bytes);
        for (size_t at = 0; at < trace->byte_count; at += LINE_BYTES) {
            size_t left = trace->byte_count - at;
            size_t used = encode(trace->bytes + at, left < LINE_BYTES ? left : LINE_BYTES, line);
            line[used++] = '\n';
            rep_output_add(output, line, used);
        }
        rep_output_add(output, rep_page_after, rep_page_after_bytes);
        status = rep_output_close(output, true, error);
    }
    free(output);
    return status;
}
