/* main.c - the cogsim program: finds the command. */
#include "sim/language/nearest.h"
#include "sim/program/program.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: cogsim COMMAND [OPTION...] PATH...\n"
    "\n"
    "Runs scenario files: coroutine programs on a simulated network and a virtual clock.\n"
    "\n"
    "  run      runs scenarios and says whether what they expect holds\n"
    "  explore  runs them in all the ways in which they can go\n"
    "  replay   runs one the way in which it failed\n"
    "  shrink   makes one that fails as small as it can be\n"
    "  check    says what is wrong with scenario files, without running them\n"
    "  fmt      puts scenario files into their one layout\n"
    "  graph    draws what caused what in a run: SVG, PNG, PDF, DOT\n"
    "  report   writes the timeline of a run as a page, or as text\n"
    "  import   makes a scenario of what a program was told in production\n"
    "  diff     says what differs between two runs, and where it begins\n"
    "  export   writes a run for other tools: JSON lines, CSV, Perfetto, pcapng\n"
    "\n"
    "cogsim COMMAND --help tells more of each.\n"
    "\n"
    "exit codes: 0 everything held; 1 something did not; 2 bad input (usage, no such file, "
    "syntax,\n"
    "a damaged trace); 3 the environment failed (cannot read, cannot write, out of memory).\n";

static void complain_with(FILE *file, const char *format, va_list arguments) {
    if (file == stderr) {
        (void)fflush(stdout);
    }
    (void)fputs("cogsim: ", file);
    (void)vfprintf(file, format, arguments);
    (void)fputc('\n', file);
}

void complain(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    complain_with(stderr, format, arguments);
    va_end(arguments);
}

void complain_to(FILE *file, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    complain_with(file, format, arguments);
    va_end(arguments);
}

int finish_output(int code) {
    if (fflush(stdout) != 0 || ferror(stdout)) {
        complain("cannot write to standard output: %s", strerror(errno));
        return EXIT_ENVIRONMENT;
    }
    return code;
}

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"run", command_run},       {"check", command_check},   {"fmt", command_fmt},
    {"graph", command_graph},   {"report", command_report}, {"explore", command_explore},
    {"export", command_export}, {"replay", command_replay}, {"shrink", command_shrink},
    {"diff", command_diff},     {"import", command_import},
};

static int unknown_command(const char *name) {
    struct sim_nearest nearest;
    sim_nearest_init(&nearest, name);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        sim_nearest_offer(&nearest, commands[i].name);
    }
    if (nearest.best != NULL) {
        complain("unknown command '%s'; did you mean '%s'?", name, nearest.best);
    } else {
        complain("unknown command '%s'; --help lists them", name);
    }
    return EXIT_BAD_INPUT;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        (void)fputs(help, stderr);
        return EXIT_BAD_INPUT;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        (void)fputs(help, stdout);
        return finish_output(EXIT_HELD);
    }
    if (strcmp(argv[1], "--version") == 0) {
        (void)puts("cogsim " COGSIM_VERSION);
        return finish_output(EXIT_HELD);
    }
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            return finish_output(commands[i].run(argc - 2, argv + 2));
        }
    }
    return unknown_command(argv[1]);
}
