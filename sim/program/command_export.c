/* command_export.c - cogsim export: a run for other tools. */
#include "reports/reports.h"
#include "sim/program/options.h"
#include "sim/program/program.h"
#include "sim/program/traced.h"

static const char export_help[] =
    "usage: cogsim export [OPTION...] SCENARIO|TRACE [-o FILE.jsonl|.csv|.pftrace|.pcapng]\n"
    "\n"
    "Writes a run for other tools. A scenario is run first; a trace (cogsim run --trace) is read "
    "as "
    "it is.\n"
    "\n"
    "  jsonl      an event a line, as JSON, with names in place of numbers\n"
    "  csv        an event a row; cells that a spreadsheet would compute begin with an apostrophe\n"
    "  perfetto   tracks, slices, counters and arrows for ui.perfetto.dev (.pftrace)\n"
    "  pcapng     the simulated network as TCP packets, for Wireshark and tshark\n"
    "\n"
    "  --format NAME    one of these, where FILE does not tell; without -o to standard "
    "output\n" TRACED_SCHEDULE_HELP TRACED_HELP "\n"
    "exit codes: 0 written; 2 bad input; 3 the environment failed.\n";

/* Is it the trace that is at fault, and not what is to be written? */
static bool is_of_trace(int status) {
    return status == REP_EFOREIGN || status == REP_EVERSION || status == REP_ETRUNCATED ||
           status == REP_ECORRUPT;
}

static int export(const struct traced *traced, const struct rep_export_options *options,
                  const char *path) {
    struct rep_error error = {.byte_offset = 0};
    int status = rep_export_write(traced->path, options, path, &error);
    if (error.whole_event_count > 0 || (status != REP_OK && is_of_trace(status))) {
        return traced_tell(traced, status, &error);
    }
    if (status != REP_OK) {
        complain("%s: %s", path != NULL ? path : "standard output", error.message);
    }
    return code_of_report(status);
}

int command_export(int argc, char **argv) {
    const char *path = NULL;
    struct rep_export_options options = {.format = NULL};
    struct traced_settings settings = {.look = NULL};
    const struct option_spec specs[] = {TRACED_OPTIONS(&settings),
                                        TRACED_SCHEDULE_OPTION(&settings),
                                        {"-o", OPTION_TEXT, &path},
                                        {"--output", OPTION_TEXT, &path},
                                        {"--format", OPTION_TEXT, &options.format}};
    int count;
    bool is_done;
    int code = read_options(argc, argv, specs, sizeof specs / sizeof specs[0], export_help, &count,
                            &is_done);
    if (code != EXIT_HELD || is_done) {
        return code;
    }
    if (count != 1) {
        complain("export: name one scenario or trace");
        return EXIT_BAD_INPUT;
    }
    struct traced traced;
    code = traced_open(&traced, argv[0], &settings);
    options.salvages = settings.salvages;
    if (code == EXIT_HELD) {
        code = export(&traced, &options, path);
    }
    traced_close(&traced);
    return code;
}
