/* command_check.c - cogsim check: says what is wrong with scenario files. */
#include "sim/program/load.h"
#include "sim/program/options.h"
#include "sim/program/paths.h"
#include "sim/program/program.h"

#include <stdio.h>

static const char help[] = "usage: cogsim check PATH...\n"
                           "\n"
                           "Reads scenario files, and those in folders, and tells all that is "
                           "wrong with them, each with its\n"
                           "place and what was probably meant, on standard error. Runs nothing.\n"
                           "\n"
                           "exit codes: 0 all are right (there may be warnings); 2 some are not; 3 "
                           "the environment failed.\n";

static int check_file(const char *path) {
    struct loaded loaded;
    int code = check_scenario(&loaded, path);
    unload(&loaded);
    if (code == EXIT_HELD) {
        (void)printf("ok    %s\n", path);
    }
    return code;
}

int command_check(int argc, char **argv) {
    int count;
    bool is_done;
    int code = read_options(argc, argv, NULL, 0, help, &count, &is_done);
    if (code != EXIT_HELD || is_done) {
        return code;
    }
    if (count == 0) {
        complain("check: which scenarios? name files or folders");
        return EXIT_BAD_INPUT;
    }
    struct paths paths;
    code = paths_expand(&paths, argv, count);
    for (size_t i = 0; i < paths.count; i++) {
        code = worse(code, check_file(paths.items[i]));
    }
    paths_free(&paths);
    return code;
}
