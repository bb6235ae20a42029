/* command_run.c - cogsim run: runs scenarios and says whether what they expect holds. */
#include "sim/objects.h"
#include "sim/program/confined.h"
#include "sim/program/explain.h"
#include "sim/program/guided.h"
#include "sim/program/interrupt.h"
#include "sim/program/jobs.h"
#include "sim/program/load.h"
#include "sim/program/options.h"
#include "sim/program/output.h"
#include "sim/program/paths.h"
#include "sim/program/program.h"
#include "sim/program/replay_recording.h"
#include "sim/program/update.h"
#include "sim/recording.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>

static const char help[] =
    "usage: cogsim run [OPTION...] PATH...\n"
    "\n"
    "Runs scenario files, and those in folders, each in its one canonical run: the low end of "
    "every\n"
    "range, production order. Prints a verdict each, and below it what did not hold. A scenario "
    "with an\n"
    "'each' table is run once for each of its rows.\n"
    "\n"
    "  --log            print the log instead, TIME<TAB>COROUTINE<TAB>TEXT; verdicts go to "
    "standard error\n"
    "  --json           print one JSON object a scenario\n"
    "  --update         rewrite the expectations that do not hold to what happened; shows what "
    "changes, and\n"
    "                   asks first on a terminal\n"
    "  -D NAME=VALUE    give a parameter ('param') another value; as often as wanted\n"
    "  --row N          run this row of an 'each' table only, counted from 1\n"
    "  --jobs N         run so many scenarios at a time; the output is the same\n"
    "  --trace FILE     write every event of the run to FILE (one scenario only); of a table's "
    "rows to\n"
    "                   FILE.1, FILE.2, ...\n"
    "  --root DIR       includes must stay inside DIR (the folder named, or that of the file "
    "named)\n"
    "  --limit N        give up a run after N statements (10000000)\n"
    "  --memory SIZE    give up a run that needs more memory than this (1GB)\n"
    "  --hang D         of processor time that a step of a C program may take (5s)\n"
    "\n"
    "exit codes: 0 everything held; 1 something did not; 2 bad input; 3 the environment failed.\n";

struct settings {
    bool log;
    bool json;
    bool update;
    const char *trace_path;
    const char *root;
    struct guided_settings guided;
    bool is_replay; /* there must be a schedule */
    uint32_t row;   /* from 1; 0: all */
    uint64_t jobs;  /* 0: one */
    uint64_t statement_count_max;
    size_t memory_bytes;
    int64_t hang_ns;
    struct definitions definitions;
};

/* All that is to be run, and what has come of it. Files are run by any thread. */
struct campaign {
    const struct settings *settings;
    const struct paths *paths;
    atomic_size_t run_count;
    atomic_size_t held_count;
    atomic_bool definition_is_used[DEFINITIONS_MAX];
};

/* One file while it is run. */
struct run_of_file {
    const struct settings *settings;
    struct loaded loaded;
    const char *root; /* that its includes must stay inside */
    char trace_path[4096];
    FILE *output;
    FILE *errors;
    const struct confined_place *place; /* in a process of its own; null: here */
};

/* What went wrong around a run, not in it. */
static int complain_of_run(const struct run_of_file *file, int status) {
    const char *path = file->loaded.path;
    if (status == COG_EIO) {
        complain_to(file->errors, "cannot write %s: %s", file->trace_path, strerror(errno));
    } else if (status == COG_ENOMEM) {
        complain_to(file->errors, "%s: out of memory (--memory sets how much a run may take)",
                    path);
    } else {
        complain_to(file->errors, "%s: %s", path, cog_status_text(status));
    }
    return EXIT_ENVIRONMENT;
}

static int print_json(struct run_of_file *file, const struct sim_result *result) {
    const struct loaded *loaded = &file->loaded;
    if (output_json(file->output, loaded->path, loaded->scenario, result, &loaded->diagnostics)) {
        return EXIT_HELD;
    }
    complain_to(file->errors, "%s: out of memory", loaded->path);
    return EXIT_ENVIRONMENT;
}

static int print_result(struct run_of_file *file, const struct sim_run_options *options,
                        const struct sim_result *result) {
    const struct loaded *loaded = &file->loaded;
    int code = result->ok ? EXIT_HELD : EXIT_NOT_HELD;
    if (file->settings->json) {
        return worse(code, print_json(file, result));
    }
    if (file->settings->log) {
        output_log(file->output, result);
        (void)fflush(file->output);
    }
    FILE *verdict = file->settings->log ? file->errors : file->output;
    explain_verdict(verdict, loaded, options, result, wants_colour(verdict));
    return code;
}

/* A process that crashes cannot remove it. */
static void note_temporary(const struct run_of_file *file, const char *path) {
    if (file->place != NULL) {
        (void)snprintf(file->place->temporary, CONFINED_PATH_BYTES, "%s", path != NULL ? path : "");
    }
}

static int run_here(struct run_of_file *file) {
    const struct settings *settings = file->settings;
    struct sim_run_options options = {
        .source = &file->loaded.source,
        .trace_path = settings->trace_path != NULL ? file->trace_path : NULL,
        .statement_count_max = settings->statement_count_max,
        .memory_bytes = settings->memory_bytes,
        .witness = file->place != NULL ? file->place->witness : NULL,
    };
    struct guided guided;
    int opened = guided_open(&guided, &file->loaded, &settings->guided, file->errors);
    if (opened == EXIT_HELD && settings->is_replay && guided_guide(&guided) == NULL) {
        complain_to(file->errors, "%s: has no 'schedule' block; --schedule names a file with one",
                    file->loaded.path);
        opened = EXIT_BAD_INPUT;
    }
    if (opened != EXIT_HELD) {
        guided_close(&guided);
        return opened;
    }
    options.guide = guided_guide(&guided);
    struct sim_run *run = NULL;
    struct sim_result result;
    bool has_trace = settings->trace_path != NULL;
    if (has_trace) {
        hold_interrupts();
    }
    int status = sim_run_new(&file->loaded.program, &options, &run);
    if (has_trace) {
        remove_on_interrupt(status == COG_OK ? sim_run_temporary_path(run) : NULL);
        note_temporary(file, status == COG_OK ? sim_run_temporary_path(run) : NULL);
    }
    if (status == COG_OK) {
        status = sim_run_execute(run, &result);
    }
    if (has_trace) {
        remove_on_interrupt(NULL);
    }
    if (status == COG_OK) {
        guided_tell_drifts(&guided, file->errors);
    }
    int code =
        status == COG_OK ? print_result(file, &options, &result) : complain_of_run(file, status);
    if (settings->update && code == EXIT_NOT_HELD) {
        struct update_of_file update = {.loaded = &file->loaded,
                                        .root = file->root,
                                        .options = &options,
                                        .output = file->output,
                                        .errors = file->errors};
        code = update_scenario(&update, run);
    }
    sim_run_free(run);
    guided_close(&guided);
    return code;
}

static int run_confined(void *context, const struct confined_place *place) {
    struct run_of_file file = *(const struct run_of_file *)context;
    file.output = place->output;
    file.errors = place->errors;
    file.place = place;
    return run_here(&file);
}

/* One with C programs in a process of its own: they may crash. */
static int run_program(struct run_of_file *file) {
    const struct loaded *loaded = &file->loaded;
    if (!sim_scenario_has_programs(loaded->scenario)) {
        return run_here(file);
    }
    struct confined confined;
    if (confined_open(&confined, file->settings->hang_ns) != COG_OK) {
        return complain_of_run(file, COG_ENOMEM);
    }
    int code = confined_do(&confined, run_confined, file, file->output, file->errors);
    if (code == CONFINED_CRASHED) {
        bool json = file->settings->json;
        FILE *verdict = file->settings->log && !json ? file->errors : file->output;
        code =
            confined_tell(&confined, loaded->path, loaded->scenario, json, verdict, file->errors);
    }
    confined_close(&confined);
    return code;
}

/* ---- Files and their rows ---- */

/* Where the trace of a row goes: to the file named, or beside it if there are several. */
static void name_trace(struct run_of_file *file, uint32_t row) {
    bool is_one = row_count(&file->loaded) == 1 || file->settings->row > 0;
    const char *path = file->settings->trace_path;
    (void)snprintf(file->trace_path, sizeof file->trace_path, is_one ? "%s" : "%s.%u",
                   path != NULL ? path : "", row + 1);
}

static int run_row(struct campaign *campaign, struct run_of_file *file, uint32_t row) {
    int code = load_row(&file->loaded, row);
    name_trace(file, row);
    if (code == EXIT_HELD) {
        code = run_program(file);
    } else if (code == EXIT_BAD_INPUT && file->settings->json) {
        code = worse(code, print_json(file, NULL));
    }
    (void)atomic_fetch_add(&campaign->run_count, 1);
    (void)atomic_fetch_add(&campaign->held_count, code == EXIT_HELD ? 1 : 0);
    return code;
}

static int run_rows(struct campaign *campaign, struct run_of_file *file) {
    if (campaign->settings->row > 0) {
        return run_row(campaign, file, campaign->settings->row - 1);
    }
    int code = run_row(campaign, file, 0);
    uint32_t count = row_count(&file->loaded);
    for (uint32_t row = 1; row < count && code <= EXIT_NOT_HELD; row++) {
        code = worse(code, run_row(campaign, file, row));
    }
    return code;
}

static int run_file(void *context, size_t index, FILE *output, FILE *errors) {
    struct campaign *campaign = context;
    const struct found_path *found = &campaign->paths->items[index];
    struct definitions definitions = campaign->settings->definitions;
    struct load_settings load_settings = {
        .errors = errors, .definitions = definitions.items, .definition_count = definitions.count};
    struct run_of_file file = {
        .settings = campaign->settings, .root = found->root, .output = output, .errors = errors};
    int code = load_source(&file.loaded, found->path, found->root, &load_settings);
    if (code == EXIT_HELD) {
        code = run_rows(campaign, &file);
    } else {
        (void)atomic_fetch_add(&campaign->run_count, 1);
    }
    unload(&file.loaded);
    for (uint32_t i = 0; i < definitions.count; i++) {
        if (definitions.items[i].is_used) {
            atomic_store(&campaign->definition_is_used[i], true);
        }
    }
    return code;
}

/* ---- All of them ---- */

static int check_definitions(const struct campaign *campaign) {
    int code = EXIT_HELD;
    for (uint32_t i = 0; i < campaign->settings->definitions.count; i++) {
        if (!campaign->definition_is_used[i]) {
            complain("-D %s=%s: no scenario here has a parameter of that name",
                     campaign->settings->definitions.items[i].name,
                     campaign->settings->definitions.items[i].value);
            code = EXIT_BAD_INPUT;
        }
    }
    return code;
}

static int run_files(const struct paths *paths, const struct settings *settings) {
    struct campaign campaign = {.settings = settings, .paths = paths};
    int code = do_jobs(paths->count, settings->jobs, run_file, &campaign, NULL);
    if (paths->count > 0 && code <= EXIT_NOT_HELD) {
        code = worse(code, check_definitions(&campaign));
    }
    if (campaign.run_count > 1 && !settings->json) {
        (void)fprintf(settings->log ? stderr : stdout, "%zu of %zu scenarios held\n",
                      (size_t)campaign.held_count, (size_t)campaign.run_count);
    }
    return code;
}

static int check_options(const struct settings *settings) {
    if (settings->update && (settings->json || settings->log || settings->jobs > 1)) {
        complain("--update does not go with --%s", settings->json  ? "json"
                                                   : settings->log ? "log"
                                                                   : "jobs");
        return EXIT_BAD_INPUT;
    }
    return EXIT_HELD;
}

static int run_paths(char **argv, int count, const struct settings *settings) {
    struct paths paths;
    int code = paths_expand(&paths, argv, count, settings->root, false);
    const char *single = settings->trace_path != NULL             ? "--trace"
                         : settings->guided.schedule_path != NULL ? "--schedule"
                                                                  : NULL;
    if (single != NULL && paths.count > 1) {
        complain("%s is for one scenario, and these are %zu", single, paths.count);
        code = worse(code, EXIT_BAD_INPUT);
    } else {
        code = worse(code, run_files(&paths, settings));
    }
    paths_free(&paths);
    return code;
}

int command_run(int argc, char **argv) {
    struct settings settings = {.log = false};
    const struct option_spec specs[] = {
        {"--log", OPTION_SWITCH, &settings.log},
        {"--json", OPTION_SWITCH, &settings.json},
        {"--update", OPTION_SWITCH, &settings.update},
        {"-D", OPTION_DEFINE, &settings.definitions},
        {"--row", OPTION_ROW, &settings.row},
        {"--jobs", OPTION_NUMBER, &settings.jobs},
        {"--trace", OPTION_TEXT, &settings.trace_path},
        {"--root", OPTION_TEXT, &settings.root},
        {"--limit", OPTION_NUMBER, &settings.statement_count_max},
        {"--memory", OPTION_SIZE, &settings.memory_bytes},
        {"--hang", OPTION_DURATION, &settings.hang_ns},
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
    code = check_options(&settings);
    return code == EXIT_HELD ? run_paths(argv, count, &settings) : code;
}

static const char replay_help[] =
    "usage: cogsim replay [OPTION...] FILE.scn\n"
    "       cogsim replay [OPTION...] RECORDING --program FILE.so\n"
    "\n"
    "Runs a scenario as its 'schedule' block, or the schedule of a file, says: 'cogsim explore' "
    "gives\n"
    "one for an execution that failed. Where scenario and schedule do not fit any more, it says "
    "so and\n"
    "goes on as well as it can.\n"
    "\n"
    "A recording of a C program (core/recorder.h) is followed by the program event for event, in "
    "the time\n"
    "that was then; where it does something else, it says where and what.\n"
    "\n"
    "  --program FILE   the shared object that was recorded, or what has become of it\n"
    "  --schedule FILE  follow this one\n"
    "  --vary KINDS     what may vary, as 'cogsim explore' was told when it wrote that\n"
    "  --then HOW       when the schedule is at its end: canonical (production's order) or "
    "random\n"
    "  --seed N         of random decisions (1)\n"
    "  --log            print the log instead\n"
    "  --json           print a JSON object\n"
    "  --trace FILE     write every event of the run to FILE\n"
    "  -D NAME=VALUE    give a parameter ('param') another value; as often as wanted\n"
    "  --row N          of an 'each' table, counted from 1\n"
    "  --root DIR       includes must stay inside DIR\n"
    "  --limit N        give up a run after N statements (10000000)\n"
    "  --memory SIZE    give up a run that needs more memory than this (1GB)\n"
    "  --hang D         of processor time that a step of a C program may take (5s)\n"
    "\n"
    "exit codes: 0 everything held; 1 something did not; 2 bad input; 3 the environment failed.\n";

int command_replay(int argc, char **argv) {
    struct settings settings = {.is_replay = true, .guided = {.seed = 1}};
    const char *program_path = NULL;
    const struct option_spec specs[] = {
        {"--schedule", OPTION_TEXT, &settings.guided.schedule_path},
        {"--program", OPTION_TEXT, &program_path},
        {"--vary", OPTION_VARY, &settings.guided.vary},
        {"--then", OPTION_TEXT, &settings.guided.then_text},
        {"--seed", OPTION_NUMBER, &settings.guided.seed},
        {"--log", OPTION_SWITCH, &settings.log},
        {"--json", OPTION_SWITCH, &settings.json},
        {"--trace", OPTION_TEXT, &settings.trace_path},
        {"-D", OPTION_DEFINE, &settings.definitions},
        {"--row", OPTION_ROW, &settings.row},
        {"--root", OPTION_TEXT, &settings.root},
        {"--limit", OPTION_NUMBER, &settings.statement_count_max},
        {"--memory", OPTION_SIZE, &settings.memory_bytes},
        {"--hang", OPTION_DURATION, &settings.hang_ns},
    };
    int count;
    bool is_done;
    int code = read_options(argc, argv, specs, sizeof specs / sizeof specs[0], replay_help, &count,
                            &is_done);
    if (code != EXIT_HELD || is_done) {
        return code;
    }
    if (count != 1) {
        complain("replay: which scenario, or recording? name one file");
        return EXIT_BAD_INPUT;
    }
    if (program_path != NULL || sim_recording_is_one(argv[0])) {
        struct replay_recording_settings recorded = {.program_path = program_path,
                                                     .trace_path = settings.trace_path,
                                                     .log = settings.log,
                                                     .json = settings.json};
        return replay_recording(argv[0], &recorded);
    }
    return run_paths(argv, count, &settings);
}
