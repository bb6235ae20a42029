/* export_csv.c - a row an event (RFC 4180).
 *
 *     event,time_ns,host,coroutine,kind,cause,file,line,what
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

/* The fields: `name=value`, separated by blanks. */
static void add_fields(const struct rep_model *model, size_t index, struct rep_text *what,
                       struct rep_text *text) {
    const struct rep_event *event = rep_trace_event(model->trace, index);
    const struct rep_kind *kind = &model->trace->kinds[event->kind];
    rep_text_clear(what);
    for (size_t i = 0; i < kind->field_count; i++) {
        struct rep_export_value value = rep_export_field(model, index, &kind->fields[i], text);
        if (value.sort == REP_EXPORT_NOTHING)
            continue;
        rep_text_add_format(what, "%s%s=", what->length > 0 ? " " : "", kind->fields[i].name);
        if (value.sort == REP_EXPORT_NUMBER)
            rep_text_add_format(what, "%" PRId64, value.number);
        else
            rep_text_add(what, rep_text_string(text));
    }
}

static void add_number(struct rep_output *output, int64_t number) {
    char text[32];
    (void)snprintf(text, sizeof text, "%" PRId64, number);
    rep_output_add_text(output, text);
}

static void add_row(const struct rep_model *model, size_t index, struct rep_text texts[2],
                    struct rep_output *output) {
    const struct rep_event *event = rep_trace_event(model->trace, index);
    int64_t line = rep_export_line(model, index);
    add_number(output, (int64_t)index);
    rep_output_add_text(output, ",");
    add_number(output, event->time_ns);
    rep_output_add_text(output, ",");
    add_cell(output, rep_export_host(model, index, &texts[0]));
    rep_output_add_text(output, ",");
    add_cell(output, rep_export_coroutine(model, index, &texts[0]));
    rep_output_add_text(output, ",");
    add_cell(output, model->trace->kinds[event->kind].name);
    rep_output_add_text(output, ",");
    if (event->cause != 0)
        add_number(output, (int64_t)event->cause);
    rep_output_add_text(output, ",");
    add_cell(output, rep_export_file(model, index, &texts[0]));
    rep_output_add_text(output, ",");
    if (line != 0)
        add_number(output, line);
    rep_output_add_text(output, ",");
    add_fields(model, index, &texts[0], &texts[1]);
    add_cell(output, rep_text_string(&texts[0]));
    rep_output_add_text(output, "\r\n");
}

int rep_export_csv(const struct rep_model *model, struct rep_output *output) {
    struct rep_text texts[2] = {0};
    rep_output_add_text(output, "event,time_ns,host,coroutine,kind,cause,file,line,what\r\n");
    for (size_t event = 1; event <= model->trace->event_count; event++)
        add_row(model, event, texts, output);
    bool has_failed = texts[0].failed || texts[1].failed;
    rep_text_term(&texts[0]);
    rep_text_term(&texts[1]);
    return has_failed ? REP_ENOMEM : REP_OK;
}
