/* graph.c - draws the causality graph of a trace: from the layout to a picture, and through
 * Graphviz to a file. */
#include "reports/reports.h"

#include "reports/graph_layout.h"
#include "reports/graph_paint.h"
#include "reports/graph_part.h"
#include "reports/picture_file.h"
#include "reports/status.h"

enum { STEP_COUNT_MAX = 10000 };

static int draw_story(const struct rep_story *story, const struct rep_graph_options *options,
                      const char *part_words, struct rep_picture *picture) {
    struct rep_layout layout;
    int header_height = REP_HEADER_HEIGHT + (part_words[0] != '\0' ? REP_HEADER_MORE : 0);
    int status = rep_layout_init(&layout, story, options->step_count_max, header_height);
    if (status < 0)
        return status;
    struct rep_graph_look look = {.marks = options->marks,
                                  .mark_count = options->mark_count,
                                  .words = part_words,
                                  .has_legend = true,
                                  .id_prefix = ""};
    status = rep_graph_paint(&layout, &look, picture);
    rep_layout_term(&layout);
    return status;
}

static int draw_part(struct rep_story *story, const struct rep_graph_options *options,
                     struct rep_picture *picture, struct rep_error *error) {
    struct rep_part part;
    struct rep_text words = {0};
    int status = rep_part_find(&part, story, &options->part, error);
    if (status == REP_OK) {
        status = rep_part_apply(&part, story, &words);
        if (status == REP_OK)
            status = draw_story(story, options, rep_text_string(&words), picture);
        if (status < 0)
            rep_error_set(error, status, 0, "%s", rep_status_text(status));
    }
    rep_text_term(&words);
    return status;
}

static int draw(const struct rep_trace *trace, const struct rep_graph_options *options,
                struct rep_picture *picture, struct rep_error *error) {
    struct rep_model model;
    struct rep_story story;
    int status = rep_model_init(&model, trace);
    if (status == REP_OK) {
        status = rep_story_init(&story, &model);
        if (status == REP_OK) {
            status = draw_part(&story, options, picture, error);
            rep_story_term(&story);
            rep_model_term(&model);
            return status;
        }
        rep_model_term(&model);
    }
    return rep_error_set(error, status, 0, "%s", rep_status_text(status));
}

int rep_graph_write(const struct rep_trace *trace, const struct rep_graph_options *options,
                    const char *path, struct rep_error *error) {
    int status = rep_picture_check_path(path, error);
    if (status != REP_OK)
        return status;
    struct rep_graph_options all = options != NULL ? *options : (struct rep_graph_options){0};
    all.step_count_max = all.step_count_max == 0 ? STEP_COUNT_MAX : all.step_count_max;
    struct rep_picture picture;
    rep_picture_init(&picture);
    status = draw(trace, &all, &picture, error);
    if (status == REP_OK)
        status = rep_picture_write(&picture, path, error);
    rep_picture_term(&picture);
    return status;
}
