/* command_report.c - cogsim report: the timeline of a run as a document. */
#include "reports/reports.h"
#include "sim/program/options.h"
#include "sim/program/program.h"
#include "sim/program/traced.h"

#include <stdlib.h>
#include <string.h>

static const char report_help[] =
    "usage: cogsim report [OPTION...] SCENARIO|TRACE [-o FILE.html|FILE.txt]\n"
    "\n"
    "Writes the timeline of a run: as a page for any browser, in which one can look around, "
    "search, "
    "step\n"
    "and ask why; or as text, to FILE or to standard output. A scenario is run first; a trace "
    "(cogsim "
    "run\n"
    "--trace) is read as it is.\n"
    "\n" TRACED_HELP "\n"
    "exit codes: 0 written; 2 bad input; 3 the environment failed.\n";

static bool ends_with(const char *text, const char *end) {
    size_t length = strlen(text);
    size_t end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

static int print(const struct rep_trace *trace, struct rep_error *error) {
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

static int write_timeline(const struct rep_trace *trace, const char *path) {
    struct rep_error error = {.byte_offset = 0};
    int status;
    if (path == NULL) {
        status = print(trace, &error);
    } else if (ends_with(path, ".html") || ends_with(path, ".htm")) {
        status = rep_html_write(trace, path, &error);
    } else {
        status = rep_timeline_write(trace, NULL, path, &error);
    }
    if (status != REP_OK) {
        complain("%s: %s", path != NULL ? path : "standard output", error.message);
    }
    return code_of_report(status);
}

int command_report(int argc, char **argv) {
    const char *path = NULL;
    struct traced_settings settings = {.look = NULL};
    const struct option_spec specs[] = {
        TRACED_OPTIONS(&settings), {"-o", OPTION_TEXT, &path}, {"--output", OPTION_TEXT, &path}};
    int count;
    bool is_done;
    int code = read_options(argc, argv, specs, sizeof specs / sizeof specs[0], report_help, &count,
                            &is_done);
    if (code != EXIT_HELD || is_done) {
        return code;
    }
    if (count != 1) {
        complain("report: name one scenario or trace");
        return EXIT_BAD_INPUT;
    }
    struct rep_trace *trace;
    code = traced_load(argv[0], &settings, &trace);
    if (code == EXIT_HELD) {
        code = write_timeline(trace, path);
    }
    rep_trace_free(trace);
    return code;
}
