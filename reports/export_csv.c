/* export_csv.c - a row an event (RFC 4180).
 *
 *     event,time_ns,host,coroutine,kind,cause,line,what
 *
 * A cell that a spreadsheet would take for a formula (it begins with = + - @ or a tab) begins with
 * an apostrophe.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "reports/export.h"

static void add_cell(struct rep_output *output, const char *text) {
    rep_output_add_text(output, "\"");
    if (text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL)
        rep_output_add_text(output, "'");
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '"')
            rep_output_add_text(output, "\"");
        rep_output_add(output, at, 1);
    }
    rep_output_add_text(output, "\"");
}

/* The fields: `name=value`, separated by blanks, texts last. */
static void add_fields(const struct rep_trace *trace, const struct rep_event *event,
                       struct rep_text *text) {
    const struct rep_kind *kind = &trace->kinds[event->kind];
    rep_text_clear(text);
    for (size_t i = 0; i < kind->field_count; i++) {
        const struct rep_field *field = &kind->fields[i];
        if (strcmp(field->name, "line") == 0)
            continue;
        rep_text_add(text, text->length > 0 ? " " : "");
        rep_text_add(text, field->name);
        rep_text_add(text, "=");
        if (field->type == REP_FIELD_VARINT) {
            rep_text_add_format(text, "%" PRIu64, rep_event_integer(trace, event, field->name));
        } else {
            struct rep_bytes value = rep_event_string(trace, event, field->name);
            rep_text_add_foreign(text, value.start, value.count);
        }
    }
}

static void add_number(struct rep_output *output, uint64_t number) {
    char text[32];
    (void)snprintf(text, sizeof text, "%" PRIu64, number);
    rep_output_add_text(output, text);
}

static void add_row(const struct rep_model *model, size_t index, struct rep_text *text,
                    struct rep_output *output) {
    const struct rep_trace *trace = model->trace;
    const struct rep_event *event = rep_trace_event(trace, index);
    struct rep_bytes file;
    uint64_t line = rep_event_line(trace, event, &file);
    add_number(output, index);
    rep_output_add_text(output, ",");
    add_number(output, (uint64_t)event->time_ns);
    rep_output_add_text(output, ",");
    add_cell(output, rep_export_host(model, index, text));
    rep_output_add_text(output, ",");
    add_cell(output, rep_export_coroutine(model, index, text));
    rep_output_add_text(output, ",");
    add_cell(output, trace->kinds[event->kind].name);
    rep_output_add_text(output, ",");
    if (event->cause != 0)
        add_number(output, event->cause);
    rep_output_add_text(output, ",");
    if (line != 0)
        add_number(output, line);
    rep_output_add_text(output, ",");
    add_fields(trace, event, text);
    add_cell(output, rep_text_string(text));
    rep_output_add_text(output, "\r\n");
}

int rep_export_csv(const struct rep_model *model, struct rep_output *output) {
    struct rep_text text = {0};
    rep_output_add_text(output, "event,time_ns,host,coroutine,kind,cause,line,what\r\n");
    for (size_t event = 1; event <= model->trace->event_count; event++)
        add_row(model, event, &text, output);
    bool has_failed = text.failed;
    rep_text_term(&text);
    return has_failed ? REP_ENOMEM : REP_OK;
}
