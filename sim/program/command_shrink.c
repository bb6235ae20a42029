/* command_shrink.c - cogsim shrink: a failure as small as it can be. */
#include "sim/explore/exploration.h"
#include "sim/objects.h"
#include "sim/program/beside.h"
#include "sim/program/guided.h"
#include "sim/program/load.h"
#include "sim/program/options.h"
#include "sim/program/output_shrunk.h"
#include "sim/program/paths.h"
#include "sim/program/program.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char help[] =
    "usage: cogsim shrink [OPTION...] FILE.scn\n"
    "\n"
    "Makes the failure of a scenario small: as few decisions as possible, then as few coroutines,\n"
    "statements, copies and declarations, as long as the same check fails. What is left is a "
    "scenario of\n"
    "its own with its schedule in it. Tells the two events whose order decides.\n"
    "\n"
    "It fails by the schedule in the file, or that of --schedule; where there is none, in "
    "production's\n"
    "order, or in one that exploring finds.\n"
    "\n"
    "  --schedule FILE  the decisions that lead to the failure, as 'cogsim explore --out' writes "
    "them\n"
    "  -o FILE.scn      write what is left there (else it is printed)\n"
    "  --diff FILE      write what differs between the failure and the nearest run that passes, as "
    "a page\n"
    "                   (.html), as text (.txt) or as a picture (.svg, .png, .pdf, .dot)\n"
    "  --vary KINDS     what may vary, of arrivals,order,time,size,faults (default: what 'explore "
    "vary'\n"
    "                   in the file says, else order)\n"
    "  --budget N       make at most so many runs (20000)\n"
    "  --time D         stop after so long (60s)\n"
    "  --json           print one JSON object\n"
    "  -D NAME=VALUE    give a parameter ('param') another value; as often as wanted\n"
    "  --row N          this row of an 'each' table, counted from 1\n"
    "  --root DIR       includes must stay inside DIR (the folder of the file)\n"
    "  --limit N        give up a run after N statements (10000000)\n"
    "  --memory SIZE    of a scenario's world, at most (1GB)\n"
    "\n"
    "exit codes: 0 shrunk; 2 bad input, or nothing fails; 3 the environment failed.\n";

enum { EXPLORED_MAX = 100000 };

struct settings {
    bool json;
    const char *root;
    const char *output;
    const char *diff_path;
    const char *schedule_path;
    unsigned vary; /* 0: as the scenario says */
    uint64_t budget;
    int64_t time_ns;
    uint32_t row;
    uint64_t statement_count_max;
    size_t memory_bytes;
    struct definitions definitions;
};

struct shrinking {
    const struct settings *settings;
    struct loaded loaded;
    unsigned vary;
    int64_t deadline_ns;
};

static int64_t clock_ns(void) {
    struct timespec now = {.tv_sec = 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static bool should_stop(void *context) {
    return clock_ns() >= ((const struct shrinking *)context)->deadline_ns;
}

static int complain_of_memory(const struct shrinking *shrinking) {
    complain("%s: out of memory (--memory sets how much a scenario may take)",
             shrinking->loaded.path);
    return EXIT_ENVIRONMENT;
}

/* ---- What comes of it ---- */

static int write_scenario(const struct shrinking *shrinking, const struct sim_shrunk *shrunk) {
    const char *path = shrinking->settings->output;
    if (path == NULL || !shrunk->has_scenario) {
        return EXIT_HELD;
    }
    FILE *file = fopen(path, "wb");
    bool is_written = file != NULL && fwrite(shrunk->scenario.bytes, 1, shrunk->scenario.length,
                                             file) == shrunk->scenario.length;
    int error_number = errno;
    if (file != NULL && fclose(file) != 0) {
        is_written = false;
        error_number = errno;
    }
    if (!is_written) {
        complain("cannot write %s: %s", path, strerror(error_number));
        return EXIT_ENVIRONMENT;
    }
    return EXIT_HELD;
}

static int write_diff(struct shrinking *shrinking, const struct sim_shrunk *shrunk) {
    const struct settings *settings = shrinking->settings;
    struct beside_ways ways = {.loaded = &shrinking->loaded,
                               .vary = shrinking->vary,
                               .statement_count_max = settings->statement_count_max,
                               .memory_bytes = settings->memory_bytes,
                               .schedules = {&shrunk->schedule, &shrunk->pair.passing}};
    struct beside beside = {.names = {"it fails", shrunk->pair.passes
                                                      ? "the nearest run that passes"
                                                      : "the nearest run that fails otherwise"}};
    if (settings->diff_path == NULL) {
        return EXIT_HELD;
    }
    if (!shrunk->pair.is_found) {
        complain("--diff: no run of %s is known that passes, or fails otherwise",
                 shrinking->loaded.path);
        return EXIT_BAD_INPUT;
    }
    int code = beside_go(&beside, &ways);
    if (code == EXIT_HELD) {
        code = beside_write_diff(&beside, settings->diff_path, stderr);
    } else {
        complain("cannot write %s: no trace", settings->diff_path);
        code = EXIT_ENVIRONMENT;
    }
    beside_close(&beside);
    return code;
}

static int print(const struct shrinking *shrinking, const struct sim_shrunk *shrunk) {
    const struct settings *settings = shrinking->settings;
    const char *path = shrinking->loaded.path;
    const char *written = shrunk->has_scenario ? settings->output : NULL;
    if (settings->json) {
        bool is_printed = output_shrunk_json(stdout, path, shrunk, written);
        return is_printed ? EXIT_HELD : complain_of_memory(shrinking);
    }
    struct shown_again again = {.path = written, .detail = ""};
    output_shrunk(stdout, path, shrunk, &again);
    if (!shrunk->has_scenario) {
        complain("%s: only the decisions got fewer; the scenario cannot be told in one file", path);
    } else if (settings->output == NULL) {
        (void)printf("\n%s", shrunk->scenario.bytes);
    }
    return EXIT_HELD;
}

static int shrink(struct shrinking *shrinking, const struct sim_shrink_way *way) {
    const struct settings *settings = shrinking->settings;
    struct loaded *loaded = &shrinking->loaded;
    struct sim_shrink_options options = {.vary = shrinking->vary,
                                         .budget = settings->budget,
                                         .name = loaded->path,
                                         .statement_count_max = settings->statement_count_max,
                                         .memory_bytes = settings->memory_bytes,
                                         .should_stop = should_stop,
                                         .context = shrinking};
    struct sim_shrunk shrunk;
    shrinking->deadline_ns =
        clock_ns() + (settings->time_ns > 0 ? settings->time_ns : INT64_C(60000000000));
    int status = sim_shrink(&shrunk, &loaded->program, &loaded->source, way, &options);
    if (status == COG_EINVALID) {
        complain("%s: nothing fails with this schedule", loaded->path);
        return EXIT_BAD_INPUT;
    }
    if (status != COG_OK) {
        return complain_of_memory(shrinking);
    }
    int code = write_scenario(shrinking, &shrunk);
    code = code == EXIT_HELD ? print(shrinking, &shrunk) : code;
    code = code == EXIT_HELD ? write_diff(shrinking, &shrunk) : code;
    sim_shrunk_close(&shrunk);
    return code;
}

/* ---- What is to be shrunk ---- */

static int explore_first(struct shrinking *shrinking) {
    const struct settings *settings = shrinking->settings;
    struct sim_exploration_options options = {
        .source = &shrinking->loaded.source,
        .strategy = sim_strategies(),
        .vary = shrinking->vary,
        .seed = 1,
        .budget = EXPLORED_MAX,
        .statement_count_max = settings->statement_count_max,
        .memory_bytes = settings->memory_bytes,
        .should_stop = should_stop,
        .context = shrinking,
    };
    struct sim_explored explored;
    shrinking->deadline_ns = clock_ns() + INT64_C(10000000000);
    if (sim_explore(&explored, &shrinking->loaded.program, &options) != COG_OK) {
        return complain_of_memory(shrinking);
    }
    int code = EXIT_BAD_INPUT;
    if (explored.way.step_count > 0) {
        struct sim_shrink_way way = {.steps = explored.way.steps,
                                     .step_count = explored.way.step_count,
                                     .draws = explored.way.draws};
        code = shrink(shrinking, &way);
    } else {
        complain("%s: nothing fails%s; 'cogsim explore' tells more", shrinking->loaded.path,
                 explored.is_complete ? " in any order" : " in any order that was tried");
    }
    sim_explored_close(&explored);
    return code;
}

static int shrink_loaded(struct shrinking *shrinking) {
    const struct settings *settings = shrinking->settings;
    struct loaded *loaded = &shrinking->loaded;
    struct guided_settings guided_settings = {.schedule_path = settings->schedule_path};
    struct guided guided;
    if (sim_scenario_has_programs(loaded->scenario)) {
        complain("%s: has a C program, and failures of these are not made small; 'cogsim explore' "
                 "shows them as it finds them",
                 loaded->path);
        return EXIT_BAD_INPUT;
    }
    shrinking->vary = settings->vary != 0 ? settings->vary : guided_vary(loaded->scenario);
    int code = guided_open(&guided, loaded, &guided_settings, stderr);
    if (code == EXIT_HELD && guided_guide(&guided) != NULL) {
        struct sim_shrink_way way = {.schedule = &guided.schedule};
        code = shrink(shrinking, &way);
    } else if (code == EXIT_HELD) {
        code = explore_first(shrinking);
    }
    guided_close(&guided);
    return code;
}

static int shrink_file(const struct found_path *found, struct settings *settings) {
    struct shrinking shrinking = {.settings = settings};
    struct load_settings load_settings = {.errors = stderr,
                                          .definitions = settings->definitions.items,
                                          .definition_count = settings->definitions.count};
    int code = load_source(&shrinking.loaded, found->path, found->root, &load_settings);
    if (code == EXIT_HELD) {
        code = load_row(&shrinking.loaded, settings->row > 0 ? settings->row - 1 : 0);
    }
    if (code == EXIT_HELD && settings->row == 0 && row_count(&shrinking.loaded) > 1) {
        complain("%s: the first of %u rows is shrunk; --row N takes another", found->path,
                 row_count(&shrinking.loaded));
    }
    for (uint32_t i = 0; code == EXIT_HELD && i < settings->definitions.count; i++) {
        const struct sim_definition *definition = &settings->definitions.items[i];
        if (!definition->is_used) {
            complain("-D %s=%s: %s has no parameter of that name", definition->name,
                     definition->value, found->path);
            code = EXIT_BAD_INPUT;
        }
    }
    code = code == EXIT_HELD ? shrink_loaded(&shrinking) : code;
    unload(&shrinking.loaded);
    return code;
}

int command_shrink(int argc, char **argv) {
    struct settings settings = {.output = NULL};
    const struct option_spec specs[] = {
        {"--schedule", OPTION_TEXT, &settings.schedule_path},
        {"-o", OPTION_TEXT, &settings.output},
        {"--output", OPTION_TEXT, &settings.output},
        {"--diff", OPTION_TEXT, &settings.diff_path},
        {"--vary", OPTION_VARY, &settings.vary},
        {"--budget", OPTION_NUMBER, &settings.budget},
        {"--time", OPTION_DURATION, &settings.time_ns},
        {"--json", OPTION_SWITCH, &settings.json},
        {"-D", OPTION_DEFINE, &settings.definitions},
        {"--row", OPTION_ROW, &settings.row},
        {"--root", OPTION_TEXT, &settings.root},
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
    if (count != 1) {
        complain("shrink: which scenario? name one file");
        return EXIT_BAD_INPUT;
    }
    struct paths paths;
    code = paths_expand(&paths, argv, count, settings.root, false);
    if (code == EXIT_HELD && paths.count != 1) {
        complain("shrink: %s holds %zu scenarios; name one file", argv[0], paths.count);
        code = EXIT_BAD_INPUT;
    }
    code = code == EXIT_HELD ? shrink_file(&paths.items[0], &settings) : code;
    paths_free(&paths);
    return code;
}
