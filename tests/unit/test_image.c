/* test_image.c - C programs as files and as images. COGSIM_BUILD names the build directory, in
 * which those of the library are. */
#include "sim/image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATH_BYTES = 4096 };

static void name_program(char *path, const char *name) {
    const char *build = getenv("COGSIM_BUILD");
    (void)snprintf(path, PATH_BYTES, "%s/programs/%s.so", build != NULL ? build : "build", name);
}

/* The last byte of the variables, which may lie between two of them. */
__attribute__((no_sanitize_address)) static char look(const struct sim_image *image) {
    return image->data[image->data_bytes - 1];
}

__attribute__((no_sanitize_address)) static void change(struct sim_image *image, int by) {
    image->data[image->data_bytes - 1] = (char)(look(image) + by);
}

static void each_image_has_variables_of_its_own(void **state) {
    (void)state;
    char path[PATH_BYTES];
    struct sim_image left;
    struct sim_image right;
    struct sim_image_problem problem;
    name_program(path, "counter");
    assert_int_equal(sim_image_open(&left, path, &problem), COG_OK);
    assert_int_equal(sim_image_open(&right, path, &problem), COG_OK);
    assert_ptr_not_equal(left.base, right.base);
    assert_true(left.main != right.main);
    assert_true(left.data_bytes >= 8 && left.data_bytes == right.data_bytes);
    char before = look(&right);
    change(&left, 1);
    assert_int_equal(look(&right), before);
    change(&left, -1);
    sim_image_close(&left);
    sim_image_close(&right);
}

static void an_image_can_be_opened_again_and_begins_anew(void **state) {
    (void)state;
    char path[PATH_BYTES];
    struct sim_image_problem problem;
    char first = 0;
    name_program(path, "counter");
    for (int i = 0; i < 20; i++) {
        struct sim_image image;
        assert_int_equal(sim_image_open(&image, path, &problem), COG_OK);
        first = i == 0 ? look(&image) : first;
        assert_int_equal(look(&image), first);
        change(&image, 1);
        sim_image_close(&image);
    }
}

static void what_its_variables_were_can_be_brought_back(void **state) {
    (void)state;
    char path[PATH_BYTES];
    struct sim_image image;
    struct sim_image_problem problem;
    name_program(path, "counter");
    assert_int_equal(sim_image_open(&image, path, &problem), COG_OK);
    assert_int_equal(sim_image_keep(&image, cog_allocator_malloc()), COG_OK);
    char before = look(&image);
    change(&image, 1);
    sim_image_reset(&image);
    assert_int_equal(look(&image), before);
    sim_image_close(&image);
}

/* Writes a file of these bytes, checks it, and removes it. */
static void assert_refused(const void *bytes, size_t count, const char *what) {
    char path[] = "test_image.XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, bytes, count), count);
    assert_int_equal(close(file), 0);
    struct sim_image_problem problem = {.what = ""};
    struct sim_image image;
    assert_int_equal(sim_image_check(path, &problem), COG_EINVALID);
    assert_non_null(strstr(problem.what, what));
    assert_true(problem.help[0] != '\0');
    assert_int_equal(sim_image_open(&image, path, &problem), COG_EINVALID);
    assert_int_equal(unlink(path), 0);
}

static void files_that_are_none_are_refused(void **state) {
    (void)state;
    assert_refused("", 0, "is no shared object");
    assert_refused("#!/bin/sh\n", 10, "is no shared object");
    struct sim_image_problem problem = {.what = ""};
    assert_int_equal(sim_image_check("there/is/none.so", &problem), COG_EINVALID);
    assert_non_null(strstr(problem.what, "cannot be read"));
    assert_int_equal(sim_image_check(".", &problem), COG_EINVALID);
    assert_non_null(strstr(problem.what, "is no shared object"));
}

/* Whatever becomes of a good file, it is looked at within its bounds. */
static void every_beginning_of_a_program_is_refused(void **state) {
    (void)state;
    char path[PATH_BYTES];
    static char bytes[1 << 20];
    name_program(path, "spin");
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t count = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    assert_true(count > 1000);
    for (size_t at = 1; at < count; at += count / 50) {
        assert_refused(bytes, at, "is");
    }
    bytes[18] = (char)(bytes[18] + 1); /* the processor */
    assert_refused(bytes, count, "is made for another processor");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_image_has_variables_of_its_own),
        cmocka_unit_test(an_image_can_be_opened_again_and_begins_anew),
        cmocka_unit_test(what_its_variables_were_can_be_brought_back),
        cmocka_unit_test(files_that_are_none_are_refused),
        cmocka_unit_test(every_beginning_of_a_program_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
