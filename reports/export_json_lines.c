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

#include "reports/export.h"

static int take(const char *bytes, size_t byte_count, void *output) {
    rep_output_add(output, bytes, byte_count);
    return 0;
}

/* Writes the object in a line, and gives it back. */
static void add_line(struct rep_exporting *it, json_t *object) {
    it->has_failed |=
        object == NULL || json_dump_callback(object, take, it->output, JSON_COMPACT) != 0;
    rep_output_add_text(it->output, "\n");
    json_decref(object);
}

static void add_number(json_t *object, const char *name, int64_t number) {
    (void)json_object_set_new_nocheck(object, name, json_integer((json_int_t)number));
}

/* Reports write no text that is not UTF-8. */
static void add_text(json_t *object, const char *name, const char *text) {
    if (text[0] != '\0')
        (void)json_object_set_new_nocheck(object, name, json_string_nocheck(text));
}

static void add_fields(const struct rep_exporting *it, json_t *object, struct rep_text *text) {
    const struct rep_kind *kind = &it->trace->kinds[it->event->kind];
    for (size_t i = 0; i < kind->field_count; i++) {
        const struct rep_field *field = &kind->fields[i];
        struct rep_export_value value = rep_export_field(it, field, text);
        if (value.sort == REP_EXPORT_NUMBER)
            add_number(object, field->name, value.number);
        else if (value.sort == REP_EXPORT_TEXT)
            (void)json_object_set_new_nocheck(object, field->name,
                                              json_string_nocheck(rep_text_string(text)));
    }
}

static void begin(struct rep_exporting *it) {
    char hash[17];
    (void)snprintf(hash, sizeof hash, "%016" PRIx64, it->hash);
    add_line(it, json_pack("{s:s,s:i,s:s}", "format", "cogsim-events", "version", 1, "hash", hash));
}

static void add_event(struct rep_exporting *it) {
    const struct rep_event *event = it->event;
    const char *file;
    uint64_t line = rep_scene_line(&it->scene, event, &file);
    json_t *object = json_object();
    if (object == NULL) {
        it->has_failed = true;
        return;
    }
    add_number(object, "event", (int64_t)it->index);
    add_number(object, "time_ns", event->time_ns);
    add_text(object, "kind", it->trace->kinds[event->kind].name);
    add_text(object, "host", rep_export_host(it));
    add_text(object, "coroutine", rep_export_coroutine(it));
    if (event->cause != 0)
        add_number(object, "cause", (int64_t)event->cause);
    add_text(object, "file", file);
    if (line != 0)
        add_number(object, "line", (int64_t)line);
    add_fields(it, object, &it->text[0]);
    add_line(it, object);
}

const struct rep_export rep_export_json_lines = {.begin = begin, .event = add_event};
