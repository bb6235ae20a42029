/* program.h - the cogsim program: what its commands share.
 *
 * The program is where the libraries meet: it alone prints, and it alone exits. Exit codes: 0
 * everything held, 1 something did not, 2 the input is bad (usage, a file that is not there,
 * syntax, a damaged trace), 3 the environment failed (reading, writing, memory).
 */
#ifndef SIM_PROGRAM_PROGRAM_H
#define SIM_PROGRAM_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum exit_code {
    EXIT_HELD = 0,
    EXIT_NOT_HELD = 1,
    EXIT_BAD_INPUT = 2,
    EXIT_ENVIRONMENT = 3,
};

/* The worse of two: what a command that did both ends with. */
static inline int worse(int a, int b) {
    return a > b ? a : b;
}

/* Prints "cogsim: ..." and a line end on standard error, or on another file. */
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);
__attribute__((format(printf, 2, 3))) void complain_to(FILE *file, const char *format, ...);

/* Flushes standard output. `code`, or EXIT_ENVIRONMENT with a complaint when not everything could
 * be written. */
int finish_output(int code);

/* The commands; arguments begin after the command's name. Return an exit code. */
int command_run(int argc, char **argv);
int command_check(int argc, char **argv);
int command_diff(int argc, char **argv);
int command_explore(int argc, char **argv);
int command_export(int argc, char **argv);
int command_fmt(int argc, char **argv);
int command_graph(int argc, char **argv);
int command_import(int argc, char **argv);
int command_replay(int argc, char **argv);
int command_report(int argc, char **argv);
int command_shrink(int argc, char **argv);

#endif
