/* html.c - the timeline as a page that anybody can open: the viewer of reports/page/, and in it the
 * trace itself.
 *
 * The trace stands there in base64 as it is, so that no text of a scenario can ever be markup, and
 * the same trace gives the same page. A second run and what differs stand behind it, likewise.
 */
#include "reports/html_difference.h"

#include <stdlib.h>

#include "reports/output_file.h"
#include "reports/page.h"
#include "reports/status.h"
#include "reports/trace.h"

enum { LINE_BYTES = 3 * 57 /* of the trace in a line of the page */ };

bool rep_path_is_page(const char *path) {
    return rep_text_ends_with(path, ".html") || rep_text_ends_with(path, ".htm");
}

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

/* In lines. */
static void add_encoded(struct rep_output *output, const uint8_t *bytes, size_t count) {
    uint8_t line[LINE_BYTES / 3 * 4 + 1];
    for (size_t at = 0; at < count; at += LINE_BYTES) {
        size_t left = count - at;
        size_t used = encode(bytes + at, left < LINE_BYTES ? left : LINE_BYTES, line);
        line[used++] = '\n';
        rep_output_add(output, line, used);
    }
}

static void add_block(struct rep_output *output, const char *id, const void *bytes, size_t count) {
    rep_output_add_text(output, "<script type=\"application/octet-stream\" id=\"");
    rep_output_add_text(output, id);
    rep_output_add_text(output, "\">\n");
    add_encoded(output, bytes, count);
    rep_output_add_text(output, "</script>\n");
}

static int write_page(struct rep_output *output, const struct rep_trace *trace,
                      const struct rep_html_beside *beside, const struct rep_text *difference,
                      struct rep_error *error) {
    rep_output_add(output, rep_page_before, rep_page_before_bytes);
    add_encoded(output, trace->bytes, trace->byte_count);
    rep_output_add(output, rep_page_between, rep_page_between_bytes);
    if (beside != NULL) {
        add_block(output, "trace-b", beside->trace->bytes, beside->trace->byte_count);
        add_block(output, "differing", difference->bytes, difference->length);
    }
    rep_output_add(output, rep_page_after, rep_page_after_bytes);
    return rep_output_close(output, true, error);
}

int rep_html_write(const struct rep_trace *trace, const struct rep_html_beside *beside,
                   const char *path, struct rep_error *error) {
    struct rep_text difference = {0};
    struct rep_output *output = malloc(sizeof *output);
    if (beside != NULL)
        rep_html_tell_difference(beside, &difference);
    int status = output == NULL || difference.failed ? REP_ENOMEM : REP_OK;
    if (status != REP_OK)
        (void)rep_error_set(error, status, 0, "%s", rep_status_text(status));
    else
        status = rep_output_open(output, path, error);
    if (status == REP_OK)
        status = write_page(output, trace, beside, &difference, error);
    rep_text_term(&difference);
    free(output);
    return status;
}
