/* command_run.c - cogsim run: runs scenarios and says whether what they expect holds. */
#include "sim/program/interrupt.h"
#include "sim/program/load.h"
#include "sim/program/options.h"
#include "sim/program/output.h"
#include "sim/program/paths.h"
#include "sim/program/program.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: cogsim run [OPTION...] PATH...\n"
    "\n"
    "Runs scenario files, and those in folders, each in its one canonical run: the low end of "
    "every\n"
    "range, production order. Prints a verdict each, and below it what did not hold.\n"
    "\n"
    "  --log            print the log instead, TIME<TAB>COROUTINE<TAB>TEXT; verdicts go to "
    "standard error\n"
    "  --json           print one JSON object a scenario\n"
    "  --trace FILE     write every event of the run to FILE (one scenario only)\n"
    "  --limit N        give up a run after N statements (10000000)\n"
    "  --memory SIZE    give up a run that needs more memory than this (1GB)\n"
    "\n"
    "exit codes: 0 everything held; 1 something did not; 2 bad input; 3 the environment failed.\n";

struct settings {
    bool log;
    bool json;
    const char *trace_path;
    uint64_t statement_count_max;
    size_t memory_bytes;
};

/* What went wrong around a run, not in it. */
static int complain_of_run(const char *path, const struct settings *settings, int status) {
    if (status == COG_EIO) {
        complain("cannot write %s: %s", settings->trace_path, strerror(errno));
    } else if (status == COG_ENOMEM) {
        complain("%s: out of memory (--memory sets how much a run may take)", path);
    } else {
        complain("%s: %s", path, cog_status_text(status));
    }
    return EXIT_ENVIRONMENT;
}

static int print_result(const char *path, const struct settings *settings,
                        const struct loaded *loaded, const struct sim_result *result) {
    if (settings->json) {
        if (!output_json(stdout, path, loaded->scenario, result, &loaded->diagnostics)) {
            complain("%s: out of memory", path);
            return EXIT_ENVIRONMENT;
        }
    } else if (settings->log) {
        output_log(stdout, result);
        (void)fflush(stdout);
        output_verdict(stderr, path, loaded->scenario, result);
    } else {
        output_verdict(stdout, path, loaded->scenario, result);
    }
    return result->ok ? EXIT_HELD : EXIT_NOT_HELD;
}

static int run_program(const char *path, const struct settings *settings,
                       const struct loaded *loaded) {
    struct sim_run_options options = {
        .trace_path = settings->trace_path,
        .statement_count_max = settings->statement_count_max,
        .memory_bytes = settings->memory_bytes,
    };
    struct sim_run *run = NULL;
    struct sim_result result;
    hold_interrupts();
    int status = sim_run_new(&loaded->program, &options, &run);
    remove_on_interrupt(status == COG_OK ? sim_run_temporary_path(run) : NULL);
    if (status == COG_OK) {
        status = sim_run_execute(run, &result);
        remove_on_interrupt(NULL);
    }
    int code = status == COG_OK ? print_result(path, settings, loaded, &result)
                                : complain_of_run(path, settings, status);
    sim_run_free(run);
    return code;
}

static int run_file(const char *path, const struct settings *settings) {
    struct loaded loaded;
    int code = load_program(&loaded, path);
    if (code == EXIT_HELD) {
        code = run_program(path, settings, &loaded);
    } else if (settings->json && code == EXIT_BAD_INPUT &&
               !output_json(stdout, path, loaded.scenario, NULL, &loaded.diagnostics)) {
        code = EXIT_ENVIRONMENT;
    }
    unload(&loaded);
    return code;
}

static int run_files(const struct paths *paths, const struct settings *settings) {
    int code = EXIT_HELD;
    size_t held_count = 0;
    for (size_t i = 0; i < paths->count; i++) {
        int file_code = run_file(paths->items[i], settings);
        held_count += file_code == EXIT_HELD ? 1 : 0;
        code = worse(code, file_code);
    }
    if (paths->count > 1 && !settings->json) {
        (void)fprintf(settings->log ? stderr : stdout, "%zu of %zu scenarios held\n", held_count,
                      paths->count);
    }
    return code;
}

int command_run(int argc, char **argv) {
    struct settings settings = {.log = false};
    const struct option_spec specs[] = {
        {"--log", OPTION_SWITCH, &settings.log},
        {"--json", OPTION_SWITCH, &settings.json},
        {"--trace", OPTION_TEXT, &settings.trace_path},
        {"--limit", OPTION_NUMBER, &settings.statement_count_max},
        {"--memory", OPTION_SIZE, &settings.memory_bytes},
    };
    int count;
    bool is_done;
    int code =
        read_options(argc, argv, specs, sizeof specs / sizeof specs[0], help, &count, &is_done);
    if (code != EXIT_HELD || is_done) {
        return code;
    }
    if (count == 0) {
        complain("run: which scenarios? name files or folders");
        return EXIT_BAD_INPUT;
    }
    struct paths paths;
    code = paths_expand(&paths, argv, count);
    if (settings.trace_path != NULL && paths.count > 1) {
        complain("--trace is for one scenario, and these are %zu", paths.count);
        code = worse(code, EXIT_BAD_INPUT);
    } else {
        code = worse(code, run_files(&paths, &settings));
    }
    paths_free(&paths);
    return code;
}
