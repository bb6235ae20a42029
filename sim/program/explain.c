/* explain.c - runs a scenario that failed again, and reads in its trace what happened last. */
#include "sim/program/explain.h"

#include "reports/reports.h"
#include "sim/program/confined.h"
#include "sim/program/output.h"
#include "sim/program/program.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Longer runs are not repeated: their traces would fill the disk. */
enum { EVENTS_MAX = 1000000, RECENT_LINES = 10, INTERLEAVED_LINES = 16, INDENT = 8 };

/* Where the trace is while it is needed. */
struct hideout {
    char folder[4000];
    char trace[4064];
};

static bool make_hideout(struct hideout *hideout) {
    const char *parent = getenv("TMPDIR");
    if (parent == NULL || parent[0] == '\0') {
        parent = "/tmp";
    }
    int bytes = snprintf(hideout->folder, sizeof hideout->folder, "%s/cogsim-XXXXXX", parent);
    if (bytes < 0 || (size_t)bytes >= sizeof hideout->folder || mkdtemp(hideout->folder) == NULL) {
        return false;
    }
    (void)snprintf(hideout->trace, sizeof hideout->trace, "%s/run.trace", hideout->folder);
    return true;
}

static void remove_hideout(const struct hideout *hideout) {
    (void)unlink(hideout->trace);
    (void)rmdir(hideout->folder);
}

static int run_traced(const struct loaded *loaded, const struct sim_run_options *options,
                      const char *trace_path) {
    struct sim_run_options traced = *options;
    struct sim_run *run = NULL;
    struct sim_result result;
    traced.trace_path = trace_path;
    int status = sim_run_new(&loaded->program, &traced, &run);
    if (status == COG_OK) {
        status = sim_run_execute(run, &result);
    }
    sim_run_free(run);
    return status;
}

/* An interruption waits until nothing would stay behind. A file that may not grow is no reason to
 * die: then there is no trace. */
static void hold_signals(sigset_t *before) {
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGHUP);
    (void)sigaddset(&set, SIGXFSZ);
    (void)pthread_sigmask(SIG_BLOCK, &set, before);
}

/* Makes the trace at `path`; false: there is none. */
typedef bool (*make_function)(void *context, const char *path);

static struct rep_trace *make_hidden_trace(make_function make, void *context) {
    struct hideout hideout = {.folder = ""};
    struct rep_trace *trace = NULL;
    sigset_t before;
    hold_signals(&before);
    if (make_hideout(&hideout)) {
        if (make(context, hideout.trace)) {
            (void)rep_trace_load(hideout.trace, &trace, NULL);
        }
        remove_hideout(&hideout);
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return trace;
}

/* A run to be traced, here or in a process of its own. */
struct tracing {
    const struct loaded *loaded;
    const struct sim_run_options *options;
    const struct sim_guide_options *guide_options;
    struct confined *confined;
    const char *path;
};

static bool trace_here(void *context, const char *path) {
    const struct tracing *tracing = context;
    return run_traced(tracing->loaded, tracing->options, path) == COG_OK;
}

struct rep_trace *explain_trace(const struct loaded *loaded, const struct sim_run_options *options,
                                uint64_t hash) {
    struct tracing tracing = {.loaded = loaded, .options = options};
    struct rep_trace *trace = make_hidden_trace(trace_here, &tracing);
    if (trace != NULL && hash != 0 && rep_trace_hash(trace) != hash) {
        rep_trace_free(trace);
        trace = NULL;
    }
    return trace;
}

/* In the other process, which ends with it. */
static int trace_confined(void *context, const struct confined_place *place) {
    const struct tracing *tracing = context;
    struct loaded loaded = *tracing->loaded;
    struct sim_guide guide;
    struct sim_guide_options guide_options = *tracing->guide_options;
    struct sim_run_options options = {
        .source = &loaded.source, .guide = &guide, .witness = place->witness};
    guide_options.witness = place->witness;
    int status = sim_guide_open(&guide, &loaded.program, &guide_options);
    status = status == COG_OK ? run_traced(&loaded, &options, tracing->path) : status;
    return status == COG_OK ? EXIT_HELD : EXIT_ENVIRONMENT;
}

static bool trace_there(void *context, const char *path) {
    struct tracing *tracing = context;
    FILE *nowhere = fopen("/dev/null", "w");
    tracing->path = path;
    bool is_made = nowhere != NULL && confined_do(tracing->confined, trace_confined, tracing,
                                                  nowhere, nowhere) == EXIT_HELD;
    if (nowhere != NULL) {
        (void)fclose(nowhere);
    }
    tracing->path = NULL;
    return is_made;
}

struct rep_trace *explain_trace_apart(const struct loaded *loaded,
                                      const struct sim_guide_options *guide_options,
                                      int64_t hang_ns) {
    struct confined confined;
    struct tracing tracing = {
        .loaded = loaded, .guide_options = guide_options, .confined = &confined};
    if (confined_open(&confined, hang_ns) != COG_OK) {
        return NULL;
    }
    struct rep_trace *trace = make_hidden_trace(trace_there, &tracing);
    confined_close(&confined);
    return trace;
}

static bool concerns_anybody(const struct sim_journal *journal) {
    for (size_t i = 0; i < journal->failure_count; i++) {
        if (journal->failures[i].concerned_count > 0) {
            return true;
        }
    }
    return false;
}

/* Has the same been told of an earlier failure? */
static bool is_told(char *const *texts, size_t index) {
    for (size_t i = 0; i < index; i++) {
        if (texts[i] != NULL && strcmp(texts[i], texts[index]) == 0) {
            return true;
        }
    }
    return false;
}

/* Where the order was chosen, it is what everybody did that matters. */
static void tell_interleaving(const struct rep_trace *trace, size_t failure, char **text) {
    struct rep_interleaving_options options = {
        .line_count = INTERLEAVED_LINES, .failure = failure, .columns = 100 - INDENT};
    (void)rep_interleaving_text(trace, &options, text);
}

/* Where somebody timed out it matters how long what others did took. */
static void add_strips(const struct rep_recent *recent, const struct rep_recent_options *options,
                       char **text) {
    char *strips = NULL;
    if (options->coroutine_count == 0 || *text == NULL || (*text)[0] == '\0' ||
        rep_recent_strips(recent, options, &strips) != REP_OK || strips == NULL) {
        return;
    }
    size_t length = strlen(*text);
    char *both = realloc(*text, length + strlen(strips) + 1);
    if (both != NULL) {
        memcpy(both + length, strips, strlen(strips) + 1);
        *text = both;
    }
    free(strips);
}

static void tell_recent(const struct rep_trace *trace, const struct rep_recent *recent,
                        const struct sim_journal *journal, bool is_guided, char **texts) {
    for (size_t i = 0; i < journal->failure_count && i < OUTPUT_FAILURES_MAX; i++) {
        const struct sim_failure *failure = &journal->failures[i];
        if (is_guided) {
            tell_interleaving(trace, i, &texts[i]);
        }
        struct rep_recent_options options = {.coroutines = failure->concerned,
                                             .coroutine_count = failure->concerned_count,
                                             .until_ns = failure->until_ns,
                                             .line_count = RECENT_LINES};
        if (failure->concerned_count > 0 && texts[i] == NULL) {
            (void)rep_recent_text(recent, &options, &texts[i]);
        }
        add_strips(recent, &options, &texts[i]);
        if (texts[i] != NULL && is_told(texts, i)) {
            free(texts[i]);
            texts[i] = NULL;
        }
    }
}

static void explain(FILE *file, const struct loaded *loaded, const struct sim_run_options *options,
                    const struct sim_result *result, bool has_heading, bool colour) {
    const struct sim_journal *journal = result->journal;
    struct output_details details = {.colour = colour};
    struct rep_trace *trace = NULL;
    struct rep_recent *recent = NULL;
    char *texts[OUTPUT_FAILURES_MAX] = {NULL};
    bool is_guided = options->guide != NULL;
    if (!result->ok && result->event_count <= EVENTS_MAX &&
        (is_guided || concerns_anybody(journal))) {
        trace = explain_trace(loaded, options, result->trace_hash);
    }
    if (trace != NULL && rep_recent_new(trace, &recent) == REP_OK) {
        tell_recent(trace, recent, journal, is_guided, texts);
        details.recent = texts;
    }
    if (has_heading) {
        output_explained(file, loaded->path, loaded->scenario, result, &details);
    } else {
        output_failures(file, loaded->path, loaded->scenario, journal, &details);
    }
    for (size_t i = 0; i < OUTPUT_FAILURES_MAX; i++) {
        free(texts[i]);
    }
    rep_recent_free(recent);
    rep_trace_free(trace);
}

void explain_verdict(FILE *file, const struct loaded *loaded, const struct sim_run_options *options,
                     const struct sim_result *result, bool colour) {
    explain(file, loaded, options, result, true, colour);
}

void explain_failures(FILE *file, const struct loaded *loaded,
                      const struct sim_run_options *options, const struct sim_result *result,
                      bool colour) {
    explain(file, loaded, options, result, false, colour);
}
