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
