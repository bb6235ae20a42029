/* command_report.c - cogsim report: the timeline of a run as a document, or what came of a
 * campaign.
 */
#include "reports/reports.h"
#include "sim/program/campaign_report.h"
#include "sim/program/options.h"
#include "sim/program/program.h"
#include "sim/program/report_page.h"
#include "sim/program/traced.h"

#include <stdlib.h>
#include <string.h>

static const char report_help[] =
    "usage: cogsim report [OPTION...] SCENARIO|TRACE [-o FILE.html|FILE.txt]\n"
    "       cogsim report STORE [-o FILE.html|FILE.md|FILE.txt]\n"
    "\n"
    "Writes the timeline of a run: as a page for any browser, in which one can look around, "
    "search, "
    "step\n"
    "and ask why; or as text, to FILE or to standard output. A scenario is run first; a trace "
    "(cogsim "
    "run\n"
    "--trace) is read as it is.\n"
    "\n"
    "Of a store (cogsim explore --store) it tells what came of the last campaign: what failed, "
    "what "
    "is\n"
    "left of it, how often runs ended in which way, which strategy found what, how it went before. "
    "As a\n"
    "page, as text, or as Markdown for the summary of a job.\n"
    "\n"
    "A page of a run that fails shows the nearest one that passes above it or below, where one is "
    "found: the\n"
    "same things in the same places, and it opens where they part.\n"
    "\n"
    "  --beside FILE    show another run in the page: a schedule of the same scenario, a trace, or "
    "a\n"
    "                   scenario, FILE.scn\n"
    "  --alone          look for no other run\n" TRACED_SCHEDULE_HELP TRACED_HELP "\n"
    "exit codes: 0 written; 2 bad input; 3 the environment failed.\n";

static int write_timeline(const struct rep_trace *trace, const char *path) {
    struct rep_error error = {.byte_offset = 0};
    int status;
    if (path == NULL) {
        char *text;
        status = rep_timeline_text(trace, NULL, &text);
        return print_report(status, text);
    }
    status = rep_timeline_write(trace, NULL, path, &error);
    if (status != REP_OK) {
        complain("%s: %s", path, error.message);
    }
    return code_of_report(status);
}

/* What is said of a run has no meaning there. */
static int report_on_store(const char *store, const struct report_page_settings *settings) {
    const struct traced_settings *traced = &settings->traced;
    if (traced->root != NULL || traced->schedule_path != NULL || traced->row > 0 ||
        traced->salvages || traced->definitions.count > 0 || settings->beside != NULL ||
        settings->is_alone) {
        complain("%s: is a store of campaigns, for which there is no option but -o", store);
        return EXIT_BAD_INPUT;
    }
    return campaign_report(store, settings->output);
}

int command_report(int argc, char **argv) {
    struct report_page_settings settings = {.output = NULL};
    const struct option_spec specs[] = {TRACED_OPTIONS(&settings.traced),
                                        TRACED_SCHEDULE_OPTION(&settings.traced),
                                        {"--beside", OPTION_TEXT, &settings.beside},
                                        {"--alone", OPTION_SWITCH, &settings.is_alone},
                                        {"-o", OPTION_TEXT, &settings.output},
                                        {"--output", OPTION_TEXT, &settings.output}};
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
    enum content content;
    code = content_of(argv[0], &content);
    if (code != EXIT_HELD || content == CONTENT_STORE) {
        return code != EXIT_HELD ? code : report_on_store(argv[0], &settings);
    }
    if (settings.output != NULL && rep_path_is_page(settings.output)) {
        return report_page_write(argv[0], &settings);
    }
    if (settings.beside != NULL) {
        complain("--beside: a page shows two runs (-o FILE.html); 'cogsim diff' tells of them in "
                 "text");
        return EXIT_BAD_INPUT;
    }
    struct rep_trace *trace;
    code = traced_load(argv[0], &settings.traced, &trace);
    if (code == EXIT_HELD) {
        code = write_timeline(trace, settings.output);
    }
    rep_trace_free(trace);
    return code;
}
