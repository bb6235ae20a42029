/* export_json_lines.c - one JSON object an event, with names in place of ids.
 *
 *     {"format":"cogsim-events","version":1,"hash":"0123456789abcdef"}
 *     {"event":12,"time_ns":20000000,"kind":"log","host":"client","coroutine":"ask","cause":11,
 *      "line":7,"text":"hello"}
 *
 * Bytes that are no UTF-8, and control characters, stand as \xHH, as in every report.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "reports/export.h"

static void add_number(json_t *object, const char *name, int64_t number) {
    (void)json_object_set_new(object, name, json_integer((json_int_t)number));
}

static void add_text(json_t *object, const char *name, const char *text) {
    if (text[0] != '\0')
        (void)json_object_set_new(object, name, json_string(text));
}

static void add_fields(json_t *object, const struct rep_model *model, size_t index,
                       struct rep_text *text) {
    const struct rep_event *event = rep_trace_event(model->trace, index);
    const struct rep_kind *kind = &model->trace->kinds[event->kind];
    for (size_t i = 0; i < kind->field_count; i++) {
        const struct rep_field *field = &kind->fields[i];
        struct rep_export_value value = rep_export_field(model, index, field, text);
        if (value.sort == REP_EXPORT_NUMBER)
            add_number(object, field->name, value.number);
        else if (value.sort == REP_EXPORT_TEXT)
            (void)json_object_set_new(object, field->name, json_string(rep_text_string(text)));
    }
}

static bool add_line(struct rep_output *output, json_t *object) {
    char *line = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
    if (line != NULL) {
        rep_output_add_text(output, line);
        rep_output_add_text(output, "\n");
    }
    free(line);
    json_decref(object);
    return line != NULL;
}

static json_t *object_of(const struct rep_model *model, size_t index, struct rep_text *text) {
    const struct rep_trace *trace = model->trace;
    const struct rep_event *event = rep_trace_event(trace, index);
    json_t *object = json_object();
    if (object == NULL)
        return NULL;
    add_number(object, "event", (int64_t)index);
    add_number(object, "time_ns", event->time_ns);
    add_text(object, "kind", trace->kinds[event->kind].name);
    add_text(object, "host", rep_export_host(model, index, text));
    add_text(object, "coroutine", rep_export_coroutine(model, index, text));
    if (event->cause != 0)
        add_number(object, "cause", (int64_t)event->cause);
    add_text(object, "file", rep_export_file(model, index, text));
    if (rep_export_line(model, index) != 0)
        add_number(object, "line", rep_export_line(model, index));
    add_fields(object, model, index, text);
    return object;
}

int rep_export_json_lines(const struct rep_model *model, struct rep_output *output) {
    const struct rep_trace *trace = model->trace;
    struct rep_text text = {0};
    char hash[17];
    (void)snprintf(hash, sizeof hash, "%016" PRIx64, trace->hash);
    bool is_whole = add_line(
        output, json_pack("{s:s,s:i,s:s}", "format", "cogsim-events", "version", 1, "hash", hash));
    for (size_t event = 1; is_whole && event <= trace->event_count; event++)
        is_whole = add_line(output, object_of(model, event, &text));
    is_whole = is_whole && !text.failed;
    rep_text_term(&text);
    return is_whole ? REP_OK : REP_ENOMEM;
}
