/* options.h - reads the options and paths of a command. */
#ifndef SIM_PROGRAM_OPTIONS_H
#define SIM_PROGRAM_OPTIONS_H

#include "sim/language/language.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_kind {
    OPTION_SWITCH,   /* bool */
    OPTION_TEXT,     /* const char * */
    OPTION_NUMBER,   /* uint64_t, at least 1 */
    OPTION_ROW,      /* uint32_t, from 1 */
    OPTION_SIZE,     /* size_t in bytes, at least 1; KB, MB, GB allowed */
    OPTION_DURATION, /* int64_t in ns, more than 0; ns, us, ms, s, m, h */
    OPTION_PAIR,     /* struct pair_option; given once or twice */
    OPTION_VARY,     /* unsigned, a set of enum sim_vary; kinds with commas between them */
    OPTION_DEFINE, /* struct definitions; NAME=VALUE, as often as wanted; `-DNAME=VALUE` as well */
};

enum { DEFINITIONS_MAX = 100 };

/* Parameters of scenarios set on the command line. */
struct definitions {
    struct sim_definition items[DEFINITIONS_MAX];
    uint32_t count;
};

/* An option for either of two. */
struct pair_option {
    const char *items[2];
    int count;
};

struct option_spec {
    const char *name; /* "--log", or "-o" */
    enum option_kind kind;
    void *value; /* of the kind's type */
};

/* Reads the arguments: options may stand anywhere, as `--name VALUE` or `--name=VALUE`; after `--`
 * everything is a path. The paths are moved to the front of argv, *path_count of them. Help
 * (--help, -h) prints `help` and sets *is_done. Returns an exit code; other than EXIT_HELD after a
 * complaint. */
int read_options(int argc, char **argv, const struct option_spec *specs, size_t spec_count,
                 const char *help, int *path_count, bool *is_done);

#endif
