/* export.c - chooses the format. */
#include "reports/export.h"

#include <stdlib.h>
#include <string.h>

#include "reports/status.h"

static const struct format {
    const char *name;
    const char *suffix;
    rep_export *write;
} formats[] = {
    {"jsonl", ".jsonl", rep_export_json_lines},
    {"csv", ".csv", rep_export_csv},
    {"perfetto", ".pftrace", rep_export_perfetto},
    {"perfetto", ".perfetto-trace", rep_export_perfetto},
    {"pcapng", ".pcapng", rep_export_pcapng},
};

enum { FORMAT_COUNT = sizeof formats / sizeof formats[0] };

static bool ends_with(const char *text, const char *end) {
    size_t length = strlen(text);
    size_t end_length = strlen(end);
    return length > end_length && strcmp(text + length - end_length, end) == 0;
}

static const struct format *find_format(const char *name, const char *path) {
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        bool is_it = name != NULL ? strcmp(formats[i].name, name) == 0
                                  : path != NULL && ends_with(path, formats[i].suffix);
        if (is_it)
            return &formats[i];
    }
    return NULL;
}

const char *rep_export_host(const struct rep_model *model, size_t event, struct rep_text *text) {
    uint32_t host = rep_model_host_of_id(model, rep_trace_event(model->trace, event)->host);
    rep_text_clear(text);
    if (host != REP_NONE)
        rep_model_add_host_name(model, host, text);
    return rep_text_string(text);
}

const char *rep_export_coroutine(const struct rep_model *model, size_t event,
                                 struct rep_text *text) {
    rep_text_clear(text);
    if (model->event_lane[event] != REP_NONE)
        rep_model_add_lane_name(model, model->event_lane[event], text);
    return rep_text_string(text);
}

const char *rep_export_file(const struct rep_model *model, size_t event, struct rep_text *text) {
    struct rep_bytes file;
    (void)rep_event_line(model->trace, rep_trace_event(model->trace, event), &file);
    rep_text_clear(text);
    rep_text_add_foreign(text, file.start, file.count);
    return rep_text_string(text);
}

int64_t rep_export_line(const struct rep_model *model, size_t event) {
    struct rep_bytes file;
    return (int64_t)rep_event_line(model->trace, rep_trace_event(model->trace, event), &file);
}

static bool add_object_name(const struct rep_model *model, uint64_t id, struct rep_text *text) {
    uint32_t object = rep_model_object_of_id(model, id);
    if (object != REP_NONE) {
        rep_text_add_foreign(text, model->objects[object].name.start,
                             model->objects[object].name.count);
    }
    return object != REP_NONE;
}

static bool add_lane_name(const struct rep_model *model, uint64_t id, struct rep_text *text) {
    uint32_t lane = rep_model_lane_of_id(model, id);
    if (lane != REP_NONE)
        rep_model_add_lane_name(model, lane, text);
    return lane != REP_NONE;
}

static bool add_host_name(const struct rep_model *model, uint64_t id, struct rep_text *text) {
    uint32_t host = rep_model_host_of_id(model, id);
    if (host != REP_NONE)
        rep_model_add_host_name(model, host, text);
    return host != REP_NONE;
}

/* How numbers are told that are more than numbers. */
static const struct meaning {
    const char *kind; /* of event */
    const char *field;
    bool (*add_name)(const struct rep_model *model, uint64_t id, struct rep_text *text);
    bool is_signed;
} meanings[] = {
    {"host", "skew", NULL, true},
    {"host", "drift", NULL, true},
    {"operation", "object", add_object_name, false},
    {"operation", "other", add_lane_name, false},
    {"coroutine", "parent", add_lane_name, false},
    {"send", "to", add_host_name, false},
};

static const struct meaning *meaning_of(const char *kind, const char *field) {
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
        if (strcmp(meanings[i].kind, kind) == 0 && strcmp(meanings[i].field, field) == 0)
            return &meanings[i];
    }
    return NULL;
}

/* 0, 1, 2, 3 are 0, -1, 1, -2. */
static int64_t signed_of(uint64_t value) {
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

struct rep_export_value rep_export_field(const struct rep_model *model, size_t index,
                                         const struct rep_field *field, struct rep_text *text) {
    const struct rep_trace *trace = model->trace;
    const struct rep_event *event = rep_trace_event(trace, index);
    rep_text_clear(text);
    if (strcmp(field->name, "line") == 0)
        return (struct rep_export_value){REP_EXPORT_NOTHING, 0};
    if (field->type != REP_FIELD_VARINT) {
        struct rep_bytes value = rep_event_string(trace, event, field->name);
        rep_text_add_foreign(text, value.start, value.count);
        return (struct rep_export_value){REP_EXPORT_TEXT, 0};
    }
    uint64_t value = rep_event_integer(trace, event, field->name);
    const struct meaning *meaning = meaning_of(trace->kinds[event->kind].name, field->name);
    if (meaning != NULL && meaning->add_name != NULL) {
        bool has_name = meaning->add_name(model, value, text);
        return (struct rep_export_value){has_name ? REP_EXPORT_TEXT : REP_EXPORT_NOTHING, 0};
    }
    bool is_signed = meaning != NULL && meaning->is_signed;
    return (struct rep_export_value){REP_EXPORT_NUMBER,
                                     is_signed ? signed_of(value) : (int64_t)value};
}

int rep_export_write(const struct rep_trace *trace, const char *format_name, const char *path,
                     struct rep_error *error) {
    const struct format *format = find_format(format_name, path);
    if (format == NULL) {
        return rep_error_set(error, REP_EFORMAT, 0,
                             "there are the formats jsonl, csv, perfetto (.pftrace) and pcapng");
    }
    struct rep_model model;
    int status = rep_model_init(&model, trace);
    if (status != REP_OK)
        return rep_error_set(error, status, 0, "%s", rep_status_text(status));
    struct rep_output *output = malloc(sizeof *output);
    if (output == NULL) {
        rep_model_term(&model);
        return rep_error_set(error, REP_ENOMEM, 0, "%s", rep_status_text(REP_ENOMEM));
    }
    status = rep_output_open(output, path, error);
    if (status == REP_OK) {
        status = format->write(&model, output);
        if (status != REP_OK)
            rep_error_set(error, status, 0, "%s", rep_status_text(status));
        int closed = rep_output_close(output, status == REP_OK, error);
        status = status == REP_OK ? closed : status;
    }
    free(output);
    rep_model_term(&model);
    return status;
}
