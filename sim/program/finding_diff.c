/* finding_diff.c - a failure beside the nearest run that passes: that one's schedule, and a page
 * with both. */
#include "sim/program/exploring.h"

#include "reports/reports.h"
#include "sim/guide.h"
#include "sim/program/explain.h"
#include "sim/program/program.h"

enum { DIFF_EVENTS_MAX = 200000 };

static int write_passing(struct exploring *exploring, const struct sim_schedule *schedule) {
    struct sim_buffer text;
    sim_buffer_init(&text, cog_allocator_malloc());
    sim_buffer_add_format(&text, "# The nearest way on which %s passes.\n", exploring->loaded.path);
    sim_schedule_write(schedule, 0, &text);
    bool is_named = finding_name(exploring, ".passing", exploring->passing_path);
    int code = finding_write_text(exploring, exploring->passing_path, is_named, &text);
    sim_buffer_term(&text);
    return code;
}

/* The trace of the run that passes; null: it cannot be had. */
static struct rep_trace *trace_passing(struct exploring *exploring,
                                       const struct sim_run_options *options,
                                       const struct sim_schedule *schedule, unsigned vary) {
    struct sim_guide guide;
    struct sim_guide_options guide_options = {.vary = vary, .follow = schedule};
    struct sim_run_options passing = *options;
    struct rep_trace *trace = NULL;
    passing.guide = &guide;
    if (sim_guide_open(&guide, &exploring->loaded.program, &guide_options) == COG_OK) {
        trace = explain_trace(&exploring->loaded, &passing, 0);
    }
    sim_guide_close(&guide);
    return trace;
}

static int write_page(const struct exploring *exploring, const struct rep_trace *failing,
                      const struct rep_trace *passing, const char *path, struct rep_error *error) {
    struct rep_diff *diff = NULL;
    struct rep_diff_options options = {
        .names = {exploring->schedule_path, exploring->passing_path}};
    if (failing == NULL || passing == NULL) {
        return REP_EIO;
    }
    int status = rep_diff_new(failing, passing, &diff);
    if (status == REP_OK) {
        status = rep_diff_write(diff, &options, path, error);
    }
    rep_diff_free(diff);
    return status;
}

static int write_diff(struct exploring *exploring, const struct sim_run_options *options,
                      const struct sim_result *result, const struct sim_schedule *schedule,
                      unsigned vary) {
    struct rep_error error = {.message = "no trace"};
    bool is_named = finding_name(exploring, ".diff.html", exploring->diff_path);
    struct rep_trace *failing = explain_trace(&exploring->loaded, options, result->trace_hash);
    struct rep_trace *passing = trace_passing(exploring, options, schedule, vary);
    int status = REP_EIO;
    if (is_named) {
        status = write_page(exploring, failing, passing, exploring->diff_path, &error);
    }
    rep_trace_free(failing);
    rep_trace_free(passing);
    if (status != REP_OK) {
        complain_to(exploring->errors, "cannot write %s: %s", exploring->diff_path, error.message);
        return EXIT_ENVIRONMENT;
    }
    return EXIT_HELD;
}

int finding_write_diff(struct exploring *exploring, const struct sim_run_options *options,
                       const struct sim_result *result, unsigned vary) {
    const struct sim_critical_pair *pair = &exploring->shrunk.pair;
    if (exploring->settings->out == NULL || !exploring->has_shrunk || !pair->is_found ||
        !pair->passes) {
        return EXIT_HELD;
    }
    struct sim_schedule folded;
    sim_schedule_init(&folded, cog_allocator_malloc());
    int code = EXIT_ENVIRONMENT;
    if (sim_schedule_add_folded(&folded, &pair->passing) == COG_OK) {
        code = write_passing(exploring, &folded);
    } else {
        complain_to(exploring->errors, "%s: out of memory", exploring->loaded.path);
    }
    if (code == EXIT_HELD && result->event_count <= DIFF_EVENTS_MAX) {
        code = write_diff(exploring, options, result, &folded, vary);
    }
    sim_schedule_term(&folded);
    return code;
}
