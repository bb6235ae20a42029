/* test_fuzz_found.c - what must hold of any bytes holds of every scenario, and of the inputs that a
 * fuzzer once found a fault with. Needs no fuzzer.
 *
 *   test_fuzz_found [PATH...]
 *
 * With arguments, tries these files and folders only, and names each: the last one named is the one
 * that something is wrong with.
 */
#include "tests/fuzz/fuzz_language.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { FILE_BYTES_MAX = 1 << 20, DEPTH_MAX = 8 };

static uint8_t bytes[FILE_BYTES_MAX];
static bool is_naming;

static void try_file(const char *path) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t length = fread(bytes, 1, sizeof bytes, file);
    assert_int_equal(ferror(file), 0);
    (void)fclose(file);
    if (is_naming) {
        (void)printf("%s\n", path);
        (void)fflush(stdout);
    }
    /* A copy of just that size, so that reading past its end is noticed. */
    uint8_t *copy = malloc(length > 0 ? length : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, length);
    fuzz_parser(copy, length);
    fuzz_run(copy, length);
    free(copy);
}

/* Tries a file, or those in a folder. How many. */
static unsigned try_path(const char *path, int depth) {
    struct stat status;
    unsigned count = 0;
    assert_int_equal(stat(path, &status), 0);
    if (!S_ISDIR(status.st_mode)) {
        try_file(path);
        return 1;
    }
    DIR *folder = opendir(path);
    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char inner[1000];
        if (entry->d_name[0] != '.' && depth < DEPTH_MAX) {
            (void)snprintf(inner, sizeof inner, "%.700s/%s", path, entry->d_name);
            count += try_path(inner, depth + 1);
        }
    }
    (void)closedir(folder);
    return count;
}

static void inputs_that_were_found_do_no_harm(void **state) {
    (void)state;
    (void)try_path("tests/fuzz/found", 0);
}

static void scenarios_are_what_they_are_in_any_layout(void **state) {
    (void)state;
    assert_true(try_path("scenarios", 0) > 80);
}

static void mistakes_are_told_in_any_layout(void **state) {
    (void)state;
    assert_true(try_path("tests/diagnostics", 0) > 10);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inputs_that_were_found_do_no_harm),
        cmocka_unit_test(scenarios_are_what_they_are_in_any_layout),
        cmocka_unit_test(mistakes_are_told_in_any_layout),
    };
    is_naming = argc > 1;
    for (int i = 1; i < argc; i++) {
        (void)try_path(argv[i], 0);
    }
    return argc > 1 ? 0 : cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
