/* beside.c - goes two ways, compares their traces, and has both shown. */
#include "sim/program/beside.h"

#include "sim/guide.h"
#include "sim/program/explain.h"
#include "sim/program/program.h"
#include "sim/program/traced.h"

/* Null: it is not to be had. */
static struct rep_trace *trace_way(const struct beside_ways *ways, int way) {
    struct sim_guide guide;
    struct sim_guide_options guide_options = {.vary = ways->vary, .follow = ways->schedules[way]};
    struct sim_run_options options = {.source = &ways->loaded->source,
                                      .guide = &guide,
                                      .statement_count_max = ways->statement_count_max,
                                      .memory_bytes = ways->memory_bytes};
    bool has_programs = sim_scenario_has_programs(ways->loaded->scenario);
    struct rep_trace *trace = NULL;
    if (has_programs) {
        return explain_trace_apart(ways->loaded, &guide_options, ways->hang_ns);
    }
    if (sim_guide_open(&guide, &ways->loaded->program, &guide_options) == COG_OK) {
        trace = explain_trace(ways->loaded, &options, 0);
    }
    sim_guide_close(&guide);
    return trace;
}

int beside_compare(struct beside *beside) {
    int status = rep_diff_new(beside->traces[0], beside->traces[1], &beside->diff);
    return status == REP_OK ? EXIT_HELD : EXIT_ENVIRONMENT;
}

int beside_go(struct beside *beside, const struct beside_ways *ways) {
    for (int way = 0; way < 2; way++) {
        beside->traces[way] = trace_way(ways, way);
        if (beside->traces[way] == NULL) {
            return EXIT_NOT_HELD;
        }
    }
    return beside_compare(beside);
}

size_t beside_pair_marks(const struct sim_critical_pair *pair, struct rep_graph_mark marks[2]) {
    if (!pair->is_found || !pair->is_order || !pair->first.is_traced) {
        return 0;
    }
    marks[0] = (struct rep_graph_mark){pair->first.first_event, pair->first.last_event};
    marks[1] = (struct rep_graph_mark){pair->second.first_event, pair->second.last_event};
    return pair->second.is_traced ? 2 : 1;
}

void beside_mark(struct beside *beside, const struct sim_critical_pair *pair) {
    beside->mark_count = beside_pair_marks(pair, beside->marks);
}

static int finish(int status, const char *path, const struct rep_error *error, FILE *errors) {
    if (status != REP_OK) {
        complain_to(errors, "cannot write %s: %s", path, error->message);
    }
    return code_of_report(status);
}

int beside_write_diff(const struct beside *beside, const char *path, FILE *errors) {
    struct rep_diff_options options = {.names = {beside->names[0], beside->names[1]}};
    struct rep_error error = {.message = ""};
    return finish(rep_diff_write(beside->diff, &options, path, &error), path, &error, errors);
}

int beside_write_page(const struct beside *beside, const char *path, FILE *errors) {
    struct rep_html_beside other = {.trace = beside->traces[1],
                                    .diff = beside->diff,
                                    .names = {beside->names[0], beside->names[1]},
                                    .reason = beside->reason,
                                    .marks = beside->marks,
                                    .mark_count = beside->mark_count};
    struct rep_error error = {.message = ""};
    int status = rep_html_write(beside->traces[0], &other, path, &error);
    return finish(status, path, &error, errors);
}

void beside_close(struct beside *beside) {
    rep_diff_free(beside->diff);
    rep_trace_free(beside->traces[0]);
    rep_trace_free(beside->traces[1]);
    *beside = (struct beside){.diff = NULL};
}
