/* command_check.c - cogsim check: says what is wrong with scenario files. */
#include "sim/program/load.h"
#include "sim/program/options.h"
#include "sim/program/paths.h"
#include "sim/program/program.h"

#include <stdio.h>

static const char help[] = "usage: cogsim check [OPTION...] PATH...\n"
                           "\n"
                           "Reads scenario files, and those in folders, and tells all that is "
                           "wrong with them, each with its\n"
                           "place and what was probably meant, on standard error. Runs nothing.\n"
                           "\n"
                           "  -D NAME=VALUE    give a parameter ('param') another value\n"
                           "  --root DIR       includes must stay inside DIR (the folder named, "
                           "or that of the file named)\n"
                           "\n"
                           "exit codes: 0 all are right (there may be warnings); 2 some are not; 3 "
                           "the environment failed.\n";

struct settings {
    const char *root;
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

static int check_file(const struct found_path *found, struct settings *settings) {
    struct loaded loaded;
    struct load_settings load_settings = {.errors = stderr,
                                          .definitions = settings->definitions.items,
                                          .definition_count = settings->definitions.count,
                                          .is_check_only = true};
    int code = load_source(&loaded, found->path, found->root, &load_settings);
    if (code == EXIT_HELD) {
        code = check_rows(&loaded);
    }
    unload(&loaded);
    if (code == EXIT_HELD) {
        (void)printf("ok    %s\n", found->path);
    }
    return code;
}

int command_check(int argc, char **argv) {
    struct settings settings = {.root = NULL};
    const struct option_spec specs[] = {{"-D", OPTION_DEFINE, &settings.definitions},
                                        {"--root", OPTION_TEXT, &settings.root}};
    int count;
    bool is_done;
    int code =
        read_options(argc, argv, specs, sizeof specs / sizeof specs[0], help, &count, &is_done);
    if (code != EXIT_HELD || is_done) {
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
