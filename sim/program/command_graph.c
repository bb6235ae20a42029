/* command_graph.c - cogsim graph and cogsim report: a picture or a document of a run. */
#include "reports/reports.h"
#include "sim/journal.h"
#include "sim/objects.h"
#include "sim/program/confined.h"
#include "sim/program/guided.h"
#include "sim/program/interrupt.h"
#include "sim/program/load.h"
#include "sim/program/options.h"
#include "sim/program/paths.h"
#include "sim/program/program.h"
#include "sim/program/stall_file.h"
#include "sim/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char graph_help[] =
    "usage: cogsim graph [OPTION...] SCENARIO|TRACE -o FILE.svg|.png|.pdf|.dot\n"
    "\n"
    "Draws a run: a lane a coroutine, time downwards, arrows for what "
    "caused what, timers beside their\n"
    "lanes, failures in colour. A scenario is run first; a trace "
    "(cogsim run --trace) is drawn as it is.\n"
    "\n"
    "  --from T, --to T\n"
    "                   a stretch of the run only; T is a time as 10ms or an event as '#123'\n"
    "  --around NAME    a coroutine only, and what of others leads there or comes of it\n"
    "  --causes EVENT|failure\n"
    "                   only what an event, as 123, or the first failure came of, back to the "
    "start\n"
    "  --stall          instead of the run, draw why it has stalled: who waits for whom; of a "
    "scenario only\n"
    "  --schedule FILE  go this way, as 'cogsim replay' does\n"
    "  --mark EVENTS    point at events, as 12,30 or 12-15,30-34: by their indexes, which 'cogsim "
    "explore\n"
    "                   --json' tells of the two whose order decides\n"
    "  -D NAME=VALUE    give a parameter another value\n"
    "  --row N          the run of this row of an 'each' table\n"
    "  --root DIR       includes must stay inside DIR\n"
    "\n"
    "The events are numbered as in the tool tips of an SVG; FILE.svg#event-123 leads to one in a\n"
    "browser.\n"
    "\n"
    "exit codes: 0 drawn; 2 bad input; 3 the environment failed.\n";

static const char report_help[] = "usage: cogsim report [OPTION...] SCENARIO|TRACE [-o FILE.txt]\n"
                                  "\n"
                                  "Writes the timeline of a run as text, to FILE or to standard "
                                  "output. A scenario is run first; a\n"
                                  "trace (cogsim run --trace) is read as it is.\n"
                                  "\n"
                                  "  -D NAME=VALUE    give a parameter another value\n"
                                  "  --row N          the run of this row of an 'each' table\n"
                                  "  --root DIR       includes must stay inside DIR\n"
                                  "\n"
                                  "exit codes: 0 written; 2 bad input; 3 the environment failed.\n";

enum { MARKS_MAX = 8 };

/* Where a report goes, and what it points at. */
struct output {
    const char *path; /* null: standard output */
    struct rep_graph_mark marks[MARKS_MAX];
    size_t mark_count;
    bool is_stall; /* not the run is drawn but why it stalled */
    const char *schedule_path;
    struct rep_graph_part part;
    uint32_t concerned[SIM_CONCERNED_MAX]; /* what part points at */
};

/* The kind of report, its help, and how it is made. */
struct kind {
    const char *name;
    const char *help;
    bool needs_output;
    int (*write)(const struct rep_trace *trace, const struct output *output,
                 struct rep_error *error);
};

static int code_of(int status) {
    switch (status) {
    case REP_OK:
        return EXIT_HELD;
    case REP_EFOREIGN:
    case REP_EVERSION:
    case REP_ETRUNCATED:
    case REP_ECORRUPT:
    case REP_EFORMAT:
    case REP_ENOPART:
        return EXIT_BAD_INPUT;
    default:
        return EXIT_ENVIRONMENT;
    }
}

static int write_graph(const struct rep_trace *trace, const struct output *output,
                       struct rep_error *error) {
    struct rep_graph_options options = {
        .marks = output->marks, .mark_count = output->mark_count, .part = output->part};
    return rep_graph_write(trace, &options, output->path, error);
}

static int write_timeline(const struct rep_trace *trace, const struct output *output,
                          struct rep_error *error) {
    if (output->path != NULL) {
        return rep_timeline_write(trace, NULL, output->path, error);
    }
    char *text = NULL;
    int status = rep_timeline_text(trace, NULL, &text);
    if (status == REP_OK) {
        (void)fputs(text, stdout);
    } else {
        (void)snprintf(error->message, sizeof error->message, "%s", rep_status_text(status));
    }
    free(text);
    return status;
}

static int write_report(const struct kind *kind, const char *trace_path, const char *shown_path,
                        const struct output *output) {
    struct rep_trace *trace = NULL;
    struct rep_error error = {.byte_offset = 0};
    int status = rep_trace_load(trace_path, &trace, &error);
    if (status != REP_OK) {
        complain("%s: %s", shown_path, error.message);
        return code_of(status);
    }
    status = kind->write(trace, output, &error);
    if (status == REP_ENOPART) {
        complain("%s: %s", shown_path, error.message);
    } else if (status != REP_OK) {
        complain("%s: %s", output->path != NULL ? output->path : "standard output", error.message);
    }
    rep_trace_free(trace);
    return code_of(status);
}

/* Is it a trace? Its first byte is one that no text begins with. */
static int is_trace(const char *path, bool *answer) {
    struct stat status;
    FILE *file = stat(path, &status) == 0 ? fopen(path, "rb") : NULL;
    if (file == NULL || S_ISDIR(status.st_mode)) {
        complain("cannot read %s: %s", path, file == NULL ? strerror(errno) : "it is a folder");
        int code =
            file != NULL || errno == ENOENT || errno == ENOTDIR ? EXIT_BAD_INPUT : EXIT_ENVIRONMENT;
        if (file != NULL) {
            (void)fclose(file);
        }
        return code;
    }
    *answer = fgetc(file) == 0x89;
    (void)fclose(file);
    return EXIT_HELD;
}

/* A run for the sake of its trace. */
struct traced_run {
    struct loaded *loaded;
    struct output *output;
    char trace_path[1024];
};

/* Keeps whom the first failure is about. */
static void keep_concerned(struct output *output, const struct sim_journal *journal) {
    if (journal->failure_count == 0) {
        return;
    }
    const struct sim_failure *failure = &journal->failures[0];
    memcpy(output->concerned, failure->concerned, sizeof output->concerned);
    output->part.concerned = output->concerned;
    output->part.concerned_count = failure->concerned_count;
    output->part.concerned_until_ns = failure->until_ns;
}

static int draw_stall(struct sim_run *run, const struct traced_run *traced, FILE *errors) {
    if (!run->is_stalled) {
        complain_to(errors, "--stall: %s did not stall in this run", traced->loaded->path);
        return EXIT_BAD_INPUT;
    }
    return stall_file_write(run, traced->loaded->scenario, traced->output->path, errors);
}

/* place: in a process of its own; null: here. Returns an exit code. */
static int make_trace(const struct traced_run *traced, const struct confined_place *place) {
    struct loaded *loaded = traced->loaded;
    FILE *errors = place != NULL ? place->errors : stderr;
    struct guided guided;
    struct guided_settings guided_settings = {.schedule_path = traced->output->schedule_path};
    int code = guided_open(&guided, loaded, &guided_settings, errors);
    if (code != EXIT_HELD) {
        guided_close(&guided);
        return code;
    }
    struct sim_run_options options = {.source = &loaded->source,
                                      .trace_path = traced->trace_path,
                                      .guide = guided_guide(&guided),
                                      .witness = place != NULL ? place->witness : NULL};
    struct sim_run *run = NULL;
    struct sim_result result;
    hold_interrupts();
    int status = sim_run_new(&loaded->program, &options, &run);
    const char *temporary = status == COG_OK ? sim_run_temporary_path(run) : NULL;
    remove_on_interrupt(temporary);
    if (place != NULL) {
        (void)snprintf(place->temporary, CONFINED_PATH_BYTES, "%s",
                       temporary != NULL ? temporary : "");
    }
    if (status == COG_OK) {
        status = sim_run_execute(run, &result);
        remove_on_interrupt(traced->trace_path);
    }
    if (status != COG_OK) {
        complain_to(errors, "%s: %s", loaded->path,
                    status == COG_EIO ? strerror(errno) : cog_status_text(status));
        code = EXIT_ENVIRONMENT;
    } else if (!result.ok) {
        complain_to(errors, "%s: not everything held in this run; cogsim run tells what",
                    loaded->path);
        keep_concerned(traced->output, result.journal);
    }
    if (code == EXIT_HELD && traced->output->is_stall) {
        code = draw_stall(run, traced, errors);
    }
    sim_run_free(run);
    guided_close(&guided);
    return code;
}

static int make_trace_confined(void *context, const struct confined_place *place) {
    return make_trace(context, place);
}

/* With C programs in a process of its own: they may crash. */
static int make_trace_apart(struct traced_run *traced) {
    const struct loaded *loaded = traced->loaded;
    struct confined confined;
    if (confined_open(&confined, 0) != COG_OK) {
        complain("%s: %s", loaded->path, strerror(errno));
        return EXIT_ENVIRONMENT;
    }
    int code = confined_do(&confined, make_trace_confined, traced, stdout, stderr);
    if (code == CONFINED_CRASHED) {
        code = confined_tell(&confined, loaded->path, loaded->scenario, false, stdout, stderr);
    } else if (code == EXIT_HELD) {
        remove_on_interrupt(traced->trace_path);
    }
    confined_close(&confined);
    return code;
}

/* Runs a scenario with its trace in a temporary file, and reports on that. */
static int report_on_run(const struct kind *kind, struct loaded *loaded, struct output *output) {
    const char *folder = getenv("TMPDIR");
    struct traced_run traced = {.loaded = loaded, .output = output};
    (void)snprintf(traced.trace_path, sizeof traced.trace_path, "%s/cogsim-XXXXXX",
                   folder != NULL && folder[0] != '\0' ? folder : "/tmp");
    int descriptor = mkstemp(traced.trace_path);
    if (descriptor < 0) {
        complain("cannot write %s: %s", traced.trace_path, strerror(errno));
        return EXIT_ENVIRONMENT;
    }
    (void)close(descriptor);
    (void)remove(traced.trace_path); /* only its name is wanted */
    int code = sim_scenario_has_programs(loaded->scenario) ? make_trace_apart(&traced)
                                                           : make_trace(&traced, NULL);
    if (code == EXIT_HELD && !output->is_stall) {
        code = write_report(kind, traced.trace_path, loaded->path, output);
    }
    (void)remove(traced.trace_path);
    remove_on_interrupt(NULL);
    return code;
}

/* What the command line says. */
struct settings {
    struct output output;
    const char *mark_text;
    const char *root;
    uint32_t row; /* from 1; 0: not said */
    struct definitions definitions;
};

static int report_on_scenario(const struct kind *kind, const struct found_path *found,
                              struct settings *settings) {
    struct loaded loaded;
    struct load_settings load_settings = {.errors = stderr,
                                          .definitions = settings->definitions.items,
                                          .definition_count = settings->definitions.count};
    int code = load_source(&loaded, found->path, found->root, &load_settings);
    if (code == EXIT_HELD) {
        code = load_row(&loaded, settings->row > 0 ? settings->row - 1 : 0);
    }
    if (code == EXIT_HELD && settings->row == 0 && row_count(&loaded) > 1) {
        complain("%s: the first of %u rows is shown; --row N takes another", found->path,
                 row_count(&loaded));
    }
    for (uint32_t i = 0; code == EXIT_HELD && i < settings->definitions.count; i++) {
        if (!settings->definitions.items[i].is_used) {
            complain("-D %s=%s: %s has no parameter of that name",
                     settings->definitions.items[i].name, settings->definitions.items[i].value,
                     found->path);
            code = EXIT_BAD_INPUT;
        }
    }
    if (code == EXIT_HELD) {
        code = report_on_run(kind, &loaded, &settings->output);
    }
    unload(&loaded);
    return code;
}

static int report_on(const struct kind *kind, char *path, struct settings *settings) {
    bool from_trace = false;
    int code = is_trace(path, &from_trace);
    if (code != EXIT_HELD) {
        return code;
    }
    if (from_trace && (settings->output.is_stall || settings->output.schedule_path != NULL)) {
        complain("%s: %s is a trace, which tells nothing of that; name the scenario",
                 settings->output.is_stall ? "--stall" : "--schedule", path);
        return EXIT_BAD_INPUT;
    }
    if (from_trace) {
        return write_report(kind, path, path, &settings->output);
    }
    struct paths paths;
    code = paths_expand(&paths, &path, 1, settings->root, false);
    if (code == EXIT_HELD) {
        code = report_on_scenario(kind, &paths.items[0], settings);
    }
    paths_free(&paths);
    return code;
}

/* The index of an event, from 1; 0: there is none. */
static uint64_t read_event(const char **text) {
    uint64_t event = 0;
    while (**text >= '0' && **text <= '9' && event < UINT64_C(1) << 50) {
        event = event * 10 + (uint64_t)(*(*text)++ - '0');
    }
    return event;
}

static bool read_marks(const char *text, struct output *output) {
    for (;;) {
        struct rep_graph_mark mark = {.first = read_event(&text)};
        mark.last = mark.first;
        if (*text == '-') {
            text++;
            mark.last = read_event(&text);
        }
        if (mark.first == 0 || mark.last < mark.first || output->mark_count == MARKS_MAX ||
            (*text != ',' && *text != '\0')) {
            return false;
        }
        output->marks[output->mark_count++] = mark;
        if (*text++ == '\0') {
            return true;
        }
    }
}

static int command(const struct kind *kind, int argc, char **argv) {
    struct settings settings = {.output = {.path = NULL}};
    const struct option_spec specs[] = {{"-o", OPTION_TEXT, &settings.output.path},
                                        {"--output", OPTION_TEXT, &settings.output.path},
                                        {"-D", OPTION_DEFINE, &settings.definitions},
                                        {"--row", OPTION_ROW, &settings.row},
                                        {"--root", OPTION_TEXT, &settings.root},
                                        /* of graphs only: */
                                        {"--mark", OPTION_TEXT, &settings.mark_text},
                                        {"--stall", OPTION_SWITCH, &settings.output.is_stall},
                                        {"--schedule", OPTION_TEXT, &settings.output.schedule_path},
                                        {"--from", OPTION_TEXT, &settings.output.part.from},
                                        {"--to", OPTION_TEXT, &settings.output.part.to},
                                        {"--around", OPTION_TEXT, &settings.output.part.around},
                                        {"--causes", OPTION_TEXT, &settings.output.part.causes}};
    size_t spec_count = sizeof specs / sizeof specs[0] - (kind->needs_output ? 0 : 7);
    int count;
    bool is_done;
    int code = read_options(argc, argv, specs, spec_count, kind->help, &count, &is_done);
    if (code != EXIT_HELD || is_done) {
        return code;
    }
    if (count != 1) {
        complain("%s: name one scenario or trace", kind->name);
        return EXIT_BAD_INPUT;
    }
    if (settings.mark_text != NULL && !read_marks(settings.mark_text, &settings.output)) {
        complain("--mark: '%s' are no events; at most %d are told as 12,30 or 12-15,30-34",
                 settings.mark_text, MARKS_MAX);
        return EXIT_BAD_INPUT;
    }
    if (settings.output.path == NULL && kind->needs_output) {
        complain("%s: -o FILE says where to and in which format", kind->name);
        return EXIT_BAD_INPUT;
    }
    return report_on(kind, argv[0], &settings);
}

int command_graph(int argc, char **argv) {
    static const struct kind kind = {"graph", graph_help, true, write_graph};
    return command(&kind, argc, argv);
}

int command_report(int argc, char **argv) {
    static const struct kind kind = {"report", report_help, false, write_timeline};
    return command(&kind, argc, argv);
}
