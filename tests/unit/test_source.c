/* test_source.c - reading scenario files. */
#include "tests/unit/language_fixture.h"

#include <stdio.h>
#include <unistd.h>

enum { PATH_BYTES = 1024 };

/* Writes a file of these bytes to a fresh place, which the caller unlinks. */
static void write_file(char *path, const char *bytes, size_t length) {
    const char *folder = getenv("COGSIM_BUILD");
    (void)snprintf(path, PATH_BYTES, "%s/test_source_XXXXXX", folder == NULL ? "." : folder);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, length), (ssize_t)length);
    assert_int_equal(close(fd), 0);
}

static void a_file_is_read_whole(void **state) {
    (void)state;
    char path[PATH_BYTES];
    char bytes[50000];
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (char)('a' + i % 26);
    }
    write_file(path, bytes, sizeof(bytes));
    struct sim_source source;
    assert_int_equal(sim_source_open(&source, cog_allocator_malloc(), path), COG_OK);
    assert_int_equal(source.length, sizeof(bytes));
    assert_memory_equal(source.text, bytes, sizeof(bytes));
    assert_int_equal(source.text[source.length], '\0');
    assert_string_equal(source.name, path);
    sim_source_close(&source);
    sim_source_close(&source);
    unlink(path);
}

static void a_byte_order_mark_is_skipped(void **state) {
    (void)state;
    struct sim_source source;
    assert_int_equal(
        sim_source_from_text(&source, cog_allocator_malloc(), "t", "\xef\xbb\xbfhi", 5), COG_OK);
    assert_int_equal(source.length, 2);
    assert_string_equal(source.text, "hi");
    sim_source_close(&source);
}

static void a_missing_file_is_told_with_its_reason(void **state) {
    (void)state;
    struct sim_source source;
    assert_int_equal(sim_source_open(&source, cog_allocator_malloc(), "/nowhere/at_all.scn"),
                     COG_EIO);
    assert_string_equal(source.error,
                        "/nowhere/at_all.scn: cannot open: No such file or directory");
}

static void a_folder_is_told_with_its_reason(void **state) {
    (void)state;
    struct sim_source source;
    assert_int_equal(sim_source_open(&source, cog_allocator_malloc(), "tests"), COG_EIO);
    assert_non_null(strstr(source.error, "tests: cannot read: "));
}

static void a_file_that_is_too_large_is_refused(void **state) {
    (void)state;
    char path[PATH_BYTES];
    write_file(path, "x", 1);
    assert_int_equal(truncate(path, (off_t)SIM_SOURCE_BYTES_MAX + 1), 0);
    struct sim_source source;
    assert_int_equal(sim_source_open(&source, cog_allocator_malloc(), path), COG_ELIMIT);
    assert_non_null(strstr(source.error, "too large: a scenario is at most 64 MiB"));
    unlink(path);
}

static void running_out_of_memory_leaks_nothing(void **state) {
    (void)state;
    char path[PATH_BYTES];
    char bytes[40000] = "x";
    write_file(path, bytes, sizeof(bytes));
    int status = COG_ENOMEM;
    for (uint64_t fails_at = 1; status == COG_ENOMEM; fails_at++) {
        struct counting_allocator counting;
        counting_allocator_init(&counting);
        counting.fails_at = fails_at;
        struct sim_source source;
        status = sim_source_open(&source, &counting.allocator, path);
        if (status == COG_OK) {
            assert_true(fails_at > 3);
            sim_source_close(&source);
        } else {
            assert_non_null(strstr(source.error, "out of memory"));
        }
        assert_int_equal(counting.live_bytes, 0);
    }
    assert_int_equal(status, COG_OK);
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_read_whole),
        cmocka_unit_test(a_byte_order_mark_is_skipped),
        cmocka_unit_test(a_missing_file_is_told_with_its_reason),
        cmocka_unit_test(a_folder_is_told_with_its_reason),
        cmocka_unit_test(a_file_that_is_too_large_is_refused),
        cmocka_unit_test(running_out_of_memory_leaks_nothing),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
