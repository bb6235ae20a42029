/* bench_core.c - how fast libcogen is, beside libuv and libev.
 *
 *   bench_core [parked] [dispatch] [objects] [timeouts]
 *
 * Prints a table of the groups named, or of all. Nothing is judged: targets are there to read.
 */
#include "tests/bench/bench.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Memory first, while the heap has no holes. */
static const struct {
    const char *name;
    void (*run)(void);
} groups[] = {
    {"parked", bench_parked},
    {"dispatch", bench_dispatch},
    {"objects", bench_objects},
    {"timeouts", bench_timeouts},
};

enum { GROUPS = sizeof groups / sizeof groups[0] };

static bool is_group(const char *name) {
    for (size_t i = 0; i < GROUPS; i++) {
        if (strcmp(groups[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_wanted(const char *name, int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], name) == 0) {
            return true;
        }
    }
    return argc == 1;
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        if (!is_group(argv[i])) {
            fprintf(stderr, "bench_core: no such group: %s\n", argv[i]);
            return 2;
        }
    }
    bench_table_begin();
    for (size_t i = 0; i < GROUPS; i++) {
        if (is_wanted(groups[i].name, argc, argv)) {
            groups[i].run();
        }
    }
    return 0;
}
