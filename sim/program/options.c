/* options.c - reads the options and paths of a command. */
#include "sim/program/options.h"

#include "sim/language/nearest.h"
#include "sim/program/guided.h"
#include "sim/program/program.h"

#include <stdio.h>
#include <string.h>

/* Digits, then an optional unit. False if it is not that, 0, or too large. */
static bool read_number(const char *text, bool is_size, uint64_t *number) {
    static const struct {
        const char *name;
        uint64_t factor;
    } units[] = {
        {"", 1}, {"KB", UINT64_C(1) << 10}, {"MB", UINT64_C(1) << 20}, {"GB", UINT64_C(1) << 30}};
    uint64_t value = 0;
    const char *at = text;
    for (; *at >= '0' && *at <= '9'; at++) {
        uint64_t digit = (uint64_t)(*at - '0');
        if (value > (UINT64_MAX - digit) / 10) {
            return false;
        }
        value = value * 10 + digit;
    }
    for (size_t i = 0; i < (is_size ? 4u : 1u); i++) {
        if (strcmp(at, units[i].name) == 0 && at != text) {
            *number = value * units[i].factor;
            return value != 0 && value <= UINT64_MAX / units[i].factor;
        }
    }
    return false;
}

/* Digits and a unit. False if it is not that, 0, or too large. */
static bool read_duration(const char *text, int64_t *ns) {
    static const struct {
        const char *name;
        int64_t factor;
    } units[] = {{"ns", 1},
                 {"us", 1000},
                 {"ms", 1000000},
                 {"s", 1000000000},
                 {"m", 60 * INT64_C(1000000000)},
                 {"h", 3600 * INT64_C(1000000000)}};
    size_t digits = strspn(text, "0123456789");
    int64_t value = 0;
    for (size_t i = 0; i < digits && digits <= 9; i++) {
        value = value * 10 + (text[i] - '0');
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(text + digits, units[i].name) == 0) {
            return value > 0 && !__builtin_mul_overflow(value, units[i].factor, ns);
        }
    }
    return false;
}

/* Cuts NAME=VALUE in two, in place: arguments are ours. */
static bool add_definition(struct definitions *definitions, char *text) {
    char *equals = strchr(text, '=');
    if (equals == NULL || equals == text || definitions->count == DEFINITIONS_MAX) {
        return false;
    }
    *equals = '\0';
    definitions->items[definitions->count++] =
        (struct sim_definition){.name = text, .value = equals + 1};
    return true;
}

static bool set_value(const struct option_spec *spec, char *text) {
    uint64_t number = 0;
    switch (spec->kind) {
    case OPTION_SWITCH:
        return false;
    case OPTION_DURATION:
        return read_duration(text, spec->value);
    case OPTION_TEXT:
        *(const char **)spec->value = text;
        return text[0] != '\0';
    case OPTION_PAIR: {
        struct pair_option *pair = spec->value;
        if (pair->count == 2 || text[0] == '\0') {
            return false;
        }
        pair->items[pair->count++] = text;
        return true;
    }
    case OPTION_NUMBER:
        if (!read_number(text, false, &number)) {
            return false;
        }
        *(uint64_t *)spec->value = number;
        return true;
    case OPTION_ROW:
        if (!read_number(text, false, &number) || number > UINT32_MAX) {
            return false;
        }
        *(uint32_t *)spec->value = (uint32_t)number;
        return true;
    case OPTION_SIZE:
        if (!read_number(text, true, &number) || number > SIZE_MAX) {
            return false;
        }
        *(size_t *)spec->value = (size_t)number;
        return true;
    case OPTION_VARY:
        return guided_read_vary(text, spec->value);
    case OPTION_DEFINE:
        return add_definition(spec->value, text);
    }
    return false;
}

static const char *expected(enum option_kind kind) {
    switch (kind) {
    case OPTION_SWITCH:
        return "no value";
    case OPTION_TEXT:
        return "a value";
    case OPTION_PAIR:
        return "a value, twice at most";
    case OPTION_NUMBER:
    case OPTION_ROW:
        return "a number from 1";
    case OPTION_SIZE:
        return "a size such as 64MB";
    case OPTION_DURATION:
        return "a duration such as 60s";
    case OPTION_VARY:
        return "some of arrivals,order,time,size,faults";
    case OPTION_DEFINE:
        return "NAME=VALUE";
    }
    return "";
}

static int unknown_option(const struct option_spec *specs, size_t count, const char *argument) {
    struct sim_nearest nearest;
    sim_nearest_init(&nearest, argument);
    for (size_t i = 0; i < count; i++) {
        sim_nearest_offer(&nearest, specs[i].name);
    }
    sim_nearest_offer(&nearest, "--help");
    if (nearest.best != NULL) {
        complain("unknown option '%s'; did you mean '%s'?", argument, nearest.best);
    } else {
        complain("unknown option '%s'; --help lists them", argument);
    }
    return EXIT_BAD_INPUT;
}

/* Reads the option at argv[*at]; moves *at to its last argument. */
static int read_option(int argc, char **argv, int *at, const struct option_spec *specs,
                       size_t count) {
    char *argument = argv[*at];
    size_t name_bytes = strcspn(argument, "=");
    for (size_t i = 0; i < count; i++) {
        const struct option_spec *spec = &specs[i];
        size_t spec_bytes = strlen(spec->name);
        bool is_glued = spec->kind == OPTION_DEFINE && name_bytes > spec_bytes &&
                        strncmp(spec->name, argument, spec_bytes) == 0;
        if (is_glued && set_value(spec, argument + spec_bytes)) {
            return EXIT_HELD;
        }
        if (strlen(spec->name) != name_bytes || strncmp(spec->name, argument, name_bytes) != 0) {
            continue;
        }
        char *value = argument[name_bytes] == '=' ? argument + name_bytes + 1 : NULL;
        if (spec->kind == OPTION_SWITCH && value == NULL) {
            *(bool *)spec->value = true;
            return EXIT_HELD;
        }
        if (value == NULL && *at + 1 < argc) {
            value = argv[++*at];
        }
        if (value == NULL || !set_value(spec, value)) {
            complain("%s takes %s%s%s%s", spec->name, expected(spec->kind),
                     value != NULL ? "; this is '" : "", value != NULL ? value : "",
                     value != NULL ? "'" : "");
            return EXIT_BAD_INPUT;
        }
        return EXIT_HELD;
    }
    return unknown_option(specs, count, argument);
}

int read_options(int argc, char **argv, const struct option_spec *specs, size_t spec_count,
                 const char *help, int *path_count, bool *is_done) {
    bool only_paths = false;
    *path_count = 0;
    *is_done = false;
    for (int at = 0; at < argc; at++) {
        if (only_paths || argv[at][0] != '-' || argv[at][1] == '\0') {
            argv[(*path_count)++] = argv[at];
        } else if (strcmp(argv[at], "--") == 0) {
            only_paths = true;
        } else if (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0) {
            (void)fputs(help, stdout);
            *is_done = true;
            return finish_output(EXIT_HELD);
        } else {
            int code = read_option(argc, argv, &at, specs, spec_count);
            if (code != EXIT_HELD) {
                return code;
            }
        }
    }
    return EXIT_HELD;
}
