/* graph.c - draws the causality graph of a trace: from the layout to a picture, and through
 * Graphviz to a file. */
#include "reports/reports.h"

#include <stdlib.h>
#include <string.h>

#include "reports/graph_layout.h"
#include "reports/graph_paint.h"
#include "reports/graph_render.h"
#include "reports/output_file.h"
#include "reports/picture.h"
#include "reports/status.h"

enum { STEP_COUNT_MAX = 10000 };

static const char *format_of(const char *path) {
    static const char *const formats[] = {"svg", "png", "pdf", "dot"};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot != NULL && i < sizeof formats / sizeof formats[0]; i++) {
        if (strcmp(dot + 1, formats[i]) == 0)
            return formats[i];
    }
    return NULL;
}

static int draw_story(const struct rep_story *story, const struct rep_graph_options *options,
                      struct rep_picture *picture) {
    struct rep_layout layout;
    int status = rep_layout_init(&layout, story, options->step_count_max, REP_HEADER_HEIGHT);
    if (status < 0)
        return status;
    status = rep_graph_paint(&layout, options, picture);
    rep_layout_term(&layout);
    return status;
}

static int draw(const struct rep_trace *trace, const struct rep_graph_options *options,
                struct rep_picture *picture) {
    struct rep_model model;
    int status = rep_model_init(&model, trace);
    if (status < 0)
        return status;
    struct rep_story story;
    status = rep_story_init(&story, &model);
    if (status == REP_OK) {
        status = draw_story(&story, options, picture);
        rep_story_term(&story);
    }
    rep_model_term(&model);
    return status;
}

int rep_graph_write(const struct rep_trace *trace, const struct rep_graph_options *options,
                    const char *path, struct rep_error *error) {
    const char *format = format_of(path);
    if (format == NULL)
        return rep_error_set(error, REP_EFORMAT, 0,
                             "%s: a graph's name ends in .svg, .png, .pdf or .dot", path);
    struct rep_graph_options all = options != NULL ? *options : (struct rep_graph_options){0};
    all.step_count_max = all.step_count_max == 0 ? STEP_COUNT_MAX : all.step_count_max;
    struct rep_picture picture;
    rep_picture_init(&picture);
    char *bytes = NULL;
    size_t byte_count = 0;
    int status = draw(trace, &all, &picture);
    if (status < 0)
        rep_error_set(error, status, 0, "%s", rep_status_text(status));
    else
        status = rep_picture_render(&picture, format, &bytes, &byte_count, error);
    if (status == REP_OK)
        status = rep_output_write(path, bytes, byte_count, error);
    free(bytes);
    rep_picture_term(&picture);
    return status;
}
