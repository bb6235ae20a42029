/* finding.c - what is made of a failure that exploring found. */
#include "sim/program/exploring.h"

#include "reports/reports.h"
#include "sim/guide.h"
#include "sim/program/beside.h"
#include "sim/program/corpus.h"
#include "sim/program/explain.h"
#include "sim/program/output.h"
#include "sim/program/program.h"
#include "sim/program/stop.h"
#include "sim/signature.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { GRAPH_EVENTS_MAX = 20000 };

bool finding_name(const struct exploring *exploring, const char *ending,
                  char path[EXPLORING_PATH_BYTES]) {
    const struct loaded *loaded = &exploring->loaded;
    const char *name = loaded->path;
    char row[24] = "";
    while (name[0] == '.' || name[0] == '/') {
        name++;
    }
    if (loaded->scenario->row_count > 0) {
        (void)snprintf(row, sizeof row, ".%" PRIu32, loaded->scenario->row + 1);
    }
    size_t room = EXPLORING_PATH_BYTES;
    int bytes = snprintf(path, room, "%s/", exploring->settings->out);
    size_t start = bytes > 0 ? (size_t)bytes : 0;
    if (start < room) {
        bytes = snprintf(path + start, room - start, "%s%s%s", name, row, ending);
    }
    if (start >= room || bytes < 0 || (size_t)bytes >= room - start) {
        return false;
    }
    for (char *at = path + start; *at != '\0'; at++) {
        *at = *at == '/' ? '_' : *at;
    }
    return true;
}

int finding_write_text(const struct exploring *exploring, const char *path, bool is_named,
                       const struct sim_buffer *text) {
    FILE *file = is_named && !text->has_failed ? fopen(path, "wb") : NULL;
    bool is_written = file != NULL && fwrite(text->bytes, 1, text->length, file) == text->length;
    is_written &= file != NULL && fclose(file) == 0;
    if (!is_written) {
        complain_to(exploring->errors, "cannot write %s: %s", path,
                    is_named ? strerror(errno) : "the name is too long");
        return EXIT_ENVIRONMENT;
    }
    return EXIT_HELD;
}

int finding_write_schedule(struct exploring *exploring, const struct sim_schedule *schedule) {
    if (exploring->settings->out == NULL) {
        return EXIT_HELD;
    }
    struct sim_buffer text;
    sim_buffer_init(&text, cog_allocator_malloc());
    sim_buffer_add_format(&text, "# The way to a failure of %s.\n", exploring->loaded.path);
    sim_schedule_write(schedule, 0, &text);
    bool is_named = finding_name(exploring, ".schedule", exploring->schedule_path);
    int code = finding_write_text(exploring, exploring->schedule_path, is_named, &text);
    sim_buffer_term(&text);
    return code;
}

static int write_shrunk(struct exploring *exploring) {
    if (exploring->settings->out == NULL || !exploring->has_shrunk ||
        !exploring->shrunk.has_scenario) {
        return EXIT_HELD;
    }
    bool is_named = finding_name(exploring, ".shrunk.scn", exploring->shrunk_path);
    return finding_write_text(exploring, exploring->shrunk_path, is_named,
                              &exploring->shrunk.scenario);
}

/* The graph of a run that fails, with the pair marked. Graphviz is used by one at a time. */
static int write_graph(struct exploring *exploring, const struct sim_run_options *options,
                       const struct sim_result *result) {
    if (exploring->settings->out == NULL || result->event_count > GRAPH_EVENTS_MAX) {
        return EXIT_HELD;
    }
    char *path = exploring->graph_path;
    struct rep_graph_mark marks[2];
    struct rep_graph_options graph = {.marks = marks};
    struct rep_error error = {.message = "no trace"};
    if (exploring->has_shrunk) {
        graph.mark_count = beside_pair_marks(&exploring->shrunk.pair, marks);
    }
    bool is_named = finding_name(exploring, ".svg", path);
    struct rep_trace *trace = explain_trace(&exploring->loaded, options, result->trace_hash);
    int status = REP_EIO;
    if (is_named && trace != NULL) {
        (void)pthread_mutex_lock(&exploring->campaign->graph_mutex);
        status = rep_graph_write(trace, &graph, path, &error);
        (void)pthread_mutex_unlock(&exploring->campaign->graph_mutex);
    }
    rep_trace_free(trace);
    if (status != REP_OK) {
        complain_to(exploring->errors, "cannot write %s: %s", path, error.message);
        path[0] = '\0';
        return EXIT_ENVIRONMENT;
    }
    return EXIT_HELD;
}

/* ---- A small failure ---- */

static bool should_stop_shrinking(void *context) {
    return stop_signal() != 0 || exploring_clock_ns() >= *(const int64_t *)context;
}

static int shrink(struct exploring *exploring, const struct sim_explored *result, unsigned vary) {
    const struct explore_settings *settings = exploring->settings;
    int64_t deadline_ns = exploring_clock_ns() + INT64_C(2000000000);
    struct sim_shrink_way way = {.steps = result->way.steps,
                                 .step_count = result->way.step_count,
                                 .draws = result->way.draws};
    struct sim_shrink_options options = {.vary = vary,
                                         .budget = settings->shrink,
                                         .keeps_scenario =
                                             settings->out == NULL && settings->corpus_path == NULL,
                                         .name = exploring->loaded.path,
                                         .statement_count_max = settings->statement_count_max,
                                         .memory_bytes = settings->memory_bytes,
                                         .should_stop = should_stop_shrinking,
                                         .context = &deadline_ns};
    if (settings->shrink == 0) {
        return COG_OK;
    }
    int status = sim_shrink(&exploring->shrunk, &exploring->loaded.program,
                            &exploring->loaded.source, &way, &options);
    exploring->has_shrunk = status == COG_OK;
    return status == COG_EINVALID ? COG_OK : status;
}

/* Goes the way to the first failure again, with a trace to tell of it, and keeps what it says and
 * the schedule. */
int finding_take(struct exploring *exploring, const struct sim_explored *result, unsigned vary) {
    struct loaded *loaded = &exploring->loaded;
    struct sim_guide guide;
    struct sim_guide_options guide_options = {.vary = vary,
                                              .steps = result->way.steps,
                                              .step_count = result->way.step_count,
                                              .draws = result->way.draws};
    int status = shrink(exploring, result, vary);
    if (exploring->has_shrunk) {
        guide_options =
            (struct sim_guide_options){.vary = vary, .follow = &exploring->shrunk.schedule};
    }
    struct sim_run_options options = {.source = &loaded->source,
                                      .guide = &guide,
                                      .statement_count_max =
                                          exploring->settings->statement_count_max,
                                      .memory_bytes = exploring->settings->memory_bytes};
    struct sim_run *run = NULL;
    struct sim_result again;
    if (status != COG_OK) {
        return status;
    }
    status = sim_guide_open(&guide, &loaded->program, &guide_options);
    status = status == COG_OK ? sim_run_new(&loaded->program, &options, &run) : status;
    status = status == COG_OK ? sim_run_execute(run, &again) : status;
    FILE *file =
        status == COG_OK ? open_memstream(&exploring->failures, &exploring->failures_bytes) : NULL;
    if (file != NULL) {
        struct sim_buffer schedule;
        struct sim_schedule folded;
        sim_buffer_init(&schedule, cog_allocator_malloc());
        sim_schedule_init(&folded, cog_allocator_malloc());
        explain_failures(file, loaded, &options, &again, exploring->colour);
        (void)sim_schedule_add_folded(&folded, &guide.recorded);
        sim_schedule_write(&folded, 8, &schedule);
        exploring->failures_json = output_failures_json(loaded->scenario, &again);
        exploring->signature = sim_signature(again.journal);
        sim_buffer_init(&exploring->signature_words, cog_allocator_malloc());
        sim_signature_text(again.journal, &exploring->signature_words);
        exploring->schedule = schedule.bytes; /* malloc's */
        exploring->schedule_count = folded.count;
        exploring->out_code =
            worse(finding_write_schedule(exploring, &folded), write_shrunk(exploring));
        exploring->out_code = worse(exploring->out_code, corpus_keep(exploring, &folded));
        if (exploring->out_code == EXIT_HELD) {
            exploring->out_code = write_graph(exploring, &options, &again);
        }
        if (exploring->out_code == EXIT_HELD) {
            exploring->out_code = finding_write_diff(exploring, &again, vary);
        }
        sim_schedule_term(&folded);
        (void)fclose(file);
    }
    sim_run_free(run);
    sim_guide_close(&guide);
    return file != NULL ? COG_OK : status == COG_OK ? COG_ENOMEM : status;
}

void finding_forget(struct exploring *exploring) {
    free(exploring->failures);
    free(exploring->failures_json);
    free(exploring->schedule);
    exploring->schedule = NULL;
    exploring->schedule_path[0] = '\0';
    exploring->graph_path[0] = '\0';
    if (exploring->signature != 0) {
        sim_buffer_term(&exploring->signature_words);
        exploring->signature = 0;
    }
    exploring->shrunk_path[0] = '\0';
    exploring->nearest_path[0] = '\0';
    exploring->has_no_traces = false;
    exploring->diff_path[0] = '\0';
    exploring->page_path[0] = '\0';
    exploring->no_page[0] = '\0';
    if (exploring->has_shrunk) {
        sim_shrunk_close(&exploring->shrunk);
        exploring->has_shrunk = false;
    }
    exploring->schedule_count = 0;
    exploring->out_code = EXIT_HELD;
    exploring->failures = NULL;
    exploring->failures_json = NULL;
}
