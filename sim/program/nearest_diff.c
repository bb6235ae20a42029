/* nearest_diff.c - goes the way that fails and the one that passes, and compares their traces. */
#include "sim/program/nearest_diff.h"

#include "reports/reports.h"
#include "sim/guide.h"
#include "sim/program/explain.h"
#include "sim/program/program.h"
#include "sim/program/traced.h"

/* Null: it is not to be had. */
static struct rep_trace *trace_way(const struct nearest_diff *nearest, int way) {
    struct sim_guide guide;
    struct sim_guide_options guide_options = {.vary = nearest->vary,
                                              .follow = nearest->schedules[way]};
    struct sim_run_options options = {.source = &nearest->loaded->source,
                                      .guide = &guide,
                                      .statement_count_max = nearest->statement_count_max,
                                      .memory_bytes = nearest->memory_bytes};
    struct rep_trace *trace = NULL;
    if (sim_guide_open(&guide, &nearest->loaded->program, &guide_options) == COG_OK) {
        trace = explain_trace(nearest->loaded, &options, 0);
    }
    sim_guide_close(&guide);
    return trace;
}

int nearest_diff_write(const struct nearest_diff *nearest, const char *path, FILE *errors) {
    struct rep_trace *traces[2] = {trace_way(nearest, 0), trace_way(nearest, 1)};
    struct rep_diff_options options = {.names = {nearest->names[0], nearest->names[1]}};
    struct rep_error error = {.message = "no trace"};
    struct rep_diff *diff = NULL;
    int status = REP_EIO;
    if (traces[0] != NULL && traces[1] != NULL) {
        status = rep_diff_new(traces[0], traces[1], &diff);
        (void)snprintf(error.message, sizeof error.message, "%s", rep_status_text(status));
    }
    if (diff != NULL) {
        status = rep_diff_write(diff, &options, path, &error);
    }
    if (status != REP_OK) {
        complain_to(errors, "cannot write %s: %s", path, error.message);
    }
    rep_diff_free(diff);
    rep_trace_free(traces[0]);
    rep_trace_free(traces[1]);
    return code_of_report(status);
}
