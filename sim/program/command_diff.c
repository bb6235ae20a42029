/* command_diff.c - cogsim diff: what differs between two runs. */
#include "reports/reports.h"
#include "sim/program/options.h"
#include "sim/program/output_diff.h"
#include "sim/program/program.h"
#include "sim/program/traced.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char diff_help[] =
    "usage: cogsim diff [OPTION...] A [B]\n"
    "\n"
    "Says what differs between two runs: where that begins, which decision made the difference, "
    "and both\n"
    "side by side. A and B are traces (cogsim run --trace), or scenarios, which are run first; "
    "one\n"
    "scenario alone is compared with itself on another way.\n"
    "\n"
    "  --schedule FILE  go this way, as 'cogsim replay' does; of two, A goes the first and B the "
    "second.\n"
    "                   One scenario with one schedule: A goes as 'cogsim run', B goes that way\n"
    "  -o FILE          write it as a page (.html) or as text (.txt), or draw both runs up to a "
    "little\n"
    "                   after they part (.svg, .png, .pdf, .dot)\n"
    "  --context N      lines around what differs (3)\n"
    "  --json           print one JSON object\n" TRACED_HELP "\n"
    "Marks: = the same, ~ the same at another time, < only in A, > only in B, | another line of "
    "the same\n"
    "coroutine; ^ and v: the other run has the line further up, or down.\n"
    "\n"
    "exit codes: 0 the same happens in both; 1 they differ; 2 bad input; 3 the environment "
    "failed.\n";

enum { CONTEXT = 3, ROWS_SHOWN = 40 };

struct settings {
    struct traced_settings runs[2];
    struct pair_option schedules;
    const char *output;
    uint64_t context; /* 0: not said */
    bool json;
};

/* Of the terminal; 0: it is none. */
static size_t terminal_columns(void) {
    struct winsize size;
    bool is_known = isatty(STDOUT_FILENO) != 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
    return is_known ? size.ws_col : 0;
}

static int write_diff(const struct rep_diff *diff, const struct rep_diff_options *options,
                      const char *path) {
    struct rep_error error = {.byte_offset = 0};
    int status = rep_diff_write(diff, options, path, &error);
    if (status != REP_OK) {
        complain("%s: %s", path, error.message);
    }
    return code_of_report(status);
}

static int tell(const struct rep_diff *diff, const struct settings *settings,
                char names[2][TRACED_NAME_BYTES]) {
    struct rep_diff_options options = {.names = {names[0], names[1]},
                                       .columns = terminal_columns(),
                                       .context =
                                           settings->context > 0 ? settings->context : CONTEXT};
    int code = EXIT_HELD;
    if (settings->output != NULL) {
        code = write_diff(diff, &options, settings->output);
    }
    if (code == EXIT_HELD && settings->json) {
        code = output_diff_json(stdout, diff, &options) ? EXIT_HELD : EXIT_ENVIRONMENT;
    } else if (code == EXIT_HELD && settings->output == NULL) {
        options.row_count_max = ROWS_SHOWN;
        char *text;
        int status = rep_diff_text(diff, &options, &text);
        code = print_report(status, text);
    }
    if (code != EXIT_HELD) {
        return code;
    }
    bool is_same = diff->verdict == REP_DIFF_IDENTICAL || diff->verdict == REP_DIFF_UNTOLD;
    return is_same ? EXIT_HELD : EXIT_NOT_HELD;
}

static int compare(char *const *paths, struct settings *settings) {
    struct rep_trace *traces[2] = {NULL, NULL};
    struct rep_diff *diff = NULL;
    char names[2][TRACED_NAME_BYTES];
    int code = EXIT_HELD;
    for (int i = 0; i < 2 && code == EXIT_HELD; i++) {
        traced_name(paths[i], &settings->runs[i], names[i]);
        code = traced_load(paths[i], &settings->runs[i], &traces[i]);
    }
    if (code == EXIT_HELD && rep_diff_new(traces[0], traces[1], &diff) != REP_OK) {
        complain("out of memory");
        code = EXIT_ENVIRONMENT;
    }
    if (code == EXIT_HELD) {
        code = tell(diff, settings, names);
    }
    rep_diff_free(diff);
    rep_trace_free(traces[0]);
    rep_trace_free(traces[1]);
    return code;
}

/* Both runs are asked for in the same way, but for their schedules. */
static void share_settings(struct settings *settings, int path_count) {
    struct traced_settings *runs = settings->runs;
    const struct pair_option *schedules = &settings->schedules;
    runs[0].is_guided = schedules->count > 0;
    runs[0].expects_failures = true;
    runs[1] = runs[0];
    runs[0].schedule_path = schedules->items[0];
    runs[1].schedule_path = schedules->items[schedules->count == 2 ? 1 : 0];
    if (path_count == 1 && schedules->count == 1) {
        runs[0].schedule_path = NULL;
    }
}

/* A trace has gone its way already: then a schedule alone is that of the other. */
static int spare_traces(char *const *paths, struct settings *settings) {
    enum content contents[2];
    for (int i = 0; i < 2; i++) {
        int code = content_of(paths[i], &contents[i]);
        if (code != EXIT_HELD) {
            return code;
        }
    }
    for (int i = 0; i < 2; i++) {
        if (settings->schedules.count == 1 && contents[i] == CONTENT_TRACE &&
            contents[1 - i] == CONTENT_SCENARIO) {
            settings->runs[i].schedule_path = NULL;
        }
    }
    return EXIT_HELD;
}

int command_diff(int argc, char **argv) {
    static struct settings settings;
    struct traced_settings *first = &settings.runs[0];
    const struct option_spec specs[] = {TRACED_OPTIONS(first),
                                        {"--schedule", OPTION_PAIR, &settings.schedules},
                                        {"-o", OPTION_TEXT, &settings.output},
                                        {"--output", OPTION_TEXT, &settings.output},
                                        {"--context", OPTION_NUMBER, &settings.context},
                                        {"--json", OPTION_SWITCH, &settings.json}};
    int count;
    bool is_done;
    int code = read_options(argc, argv, specs, sizeof specs / sizeof specs[0], diff_help, &count,
                            &is_done);
    if (code != EXIT_HELD || is_done) {
        return code;
    }
    if (count != 2 && (count != 1 || settings.schedules.count == 0)) {
        complain("diff: name two scenarios or traces, or one scenario with --schedule");
        return EXIT_BAD_INPUT;
    }
    char *paths[2] = {argv[0], argv[count - 1]};
    share_settings(&settings, count);
    code = spare_traces(paths, &settings);
    return code == EXIT_HELD ? compare(paths, &settings) : code;
}
