/* command_check.c - cogsim check: says what is wrong with scenario files. */
#include "sim/language/nearest.h"
#include "sim/program/load.h"
#include "sim/program/options.h"
#include "sim/program/paths.h"
#include "sim/program/program.h"

#include <stdio.h>
#include <string.h>

static const char help[] = "usage: cogsim check [OPTION...] PATH...\n"
                           "\n"
                           "Reads scenario files, and those in folders, and tells all that is "
                           "wrong with them, each with its\n"
                           "place and what was probably meant, on standard error. Runs nothing.\n"
                           "\n"
                           "  -D NAME=VALUE    give a parameter ('param') another value\n"
                           "  --root DIR       includes must stay inside DIR (the folder named, "
                           "or that of the file named)\n"
                           "  --format FORMAT  'human', the default, or 'gcc': a line each that "
                           "editors can jump to,\n"
                           "                   FILE:LINE:COLUMN: error: MESSAGE\n"
                           "\n"
                           "exit codes: 0 all are right (there may be warnings); 2 some are not; 3 "
                           "the environment failed.\n";

struct settings {
    const char *root;
    const char *format;
    bool is_gcc_format;
    struct definitions definitions;
};

/* Every row of a table is checked: what its values are may be wrong in one only. */
static int check_rows(struct loaded *loaded) {
    int code = load_row(loaded, 0);
    uint32_t count = row_count(loaded);
    for (uint32_t row = 1; row < count && code == EXIT_HELD; row++) {
        code = load_row(loaded, row);
    }
    return code;
}

static int read_format(struct settings *settings) {
    static const char *const formats[] = {"human", "gcc"};
    struct sim_nearest nearest;
    sim_nearest_init(&nearest, settings->format);
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (strcmp(settings->format, formats[i]) == 0) {
            settings->is_gcc_format = i == 1;
            return EXIT_HELD;
        }
        sim_nearest_offer(&nearest, formats[i]);
    }
    if (nearest.best != NULL) {
        complain("unknown format '%s'; did you mean '%s'?", settings->format, nearest.best);
    } else {
        complain("unknown format '%s'; there are 'human' and 'gcc'", settings->format);
    }
    return EXIT_BAD_INPUT;
}

static int check_file(const struct found_path *found, struct settings *settings) {
    struct loaded loaded;
    struct load_settings load_settings = {.errors = stderr,
                                          .definitions = settings->definitions.items,
                                          .definition_count = settings->definitions.count,
                                          .is_check_only = true,
                                          .is_gcc_format = settings->is_gcc_format};
    int code = load_source(&loaded, found->path, found->root, &load_settings);
    if (code == EXIT_HELD) {
        code = check_rows(&loaded);
    }
    unload(&loaded);
    if (code == EXIT_HELD && !settings->is_gcc_format) {
        (void)printf("ok    %s\n", found->path);
    }
    return code;
}

int command_check(int argc, char **argv) {
    struct settings settings = {.format = "human"};
    const struct option_spec specs[] = {{"-D", OPTION_DEFINE, &settings.definitions},
                                        {"--root", OPTION_TEXT, &settings.root},
                                        {"--format", OPTION_TEXT, &settings.format}};
    int count;
    bool is_done;
    int code =
        read_options(argc, argv, specs, sizeof specs / sizeof specs[0], help, &count, &is_done);
    if (code != EXIT_HELD || is_done) {
        return code;
    }
    code = read_format(&settings);
    if (code != EXIT_HELD) {
        return code;
    }
    if (count == 0) {
        complain("check: which scenarios? name files or folders");
        return EXIT_BAD_INPUT;
    }
    struct paths paths;
    code = paths_expand(&paths, argv, count, settings.root, true);
    for (size_t i = 0; i < paths.count; i++) {
        code = worse(code, check_file(&paths.items[i], &settings));
    }
    paths_free(&paths);
    return code;
}
