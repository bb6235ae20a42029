/* test_golden.c - the log and the trace hash of every scenario of the library are what they were.
 *
 * tests/golden/TOPIC/NAME.log stands for scenarios/TOPIC/NAME.scn: a line with the trace hash, then
 * the log. After a deliberate change COGSIM_UPDATE_GOLDEN=1 writes them anew; read the difference
 * before it is kept.
 */
#include "sim/cogsim.h"
#include "sim/duration.h"
#include "sim/language/include_files.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <sys/stat.h>

enum { PATH_BYTES = 512 };

/* What a run leaves, as the golden files hold it. */
static void write_result(struct sim_buffer *buffer, const struct sim_result *result) {
    sim_buffer_add_format(buffer, "trace %016" PRIx64 "\n", result->trace_hash);
    for (size_t i = 0; i < result->journal->line_count; i++) {
        const struct sim_log_line *line = &result->journal->lines[i];
        char time[SIM_DURATION_BYTES];
        sim_buffer_add_format(buffer, "%s\t%s\t", sim_duration_format(line->time_ns, time),
                              line->instance->name);
        sim_buffer_add(buffer, line->text, line->bytes);
        sim_buffer_add_text(buffer, "\n");
    }
    for (size_t i = 0; i < result->journal->failure_count; i++) {
        sim_buffer_add_format(buffer, "failure: %s\n", result->journal->failures[i].text);
    }
}

/* Runs a row of the scenario (the first, if it has no table). Returns how many rows there are. */
static uint32_t run_row(const struct sim_source *source, uint32_t row, struct sim_buffer *buffer) {
    const struct cog_allocator *allocator = cog_allocator_malloc();
    struct sim_parse_options parse_options = {.row = row};
    struct sim_diagnostics diagnostics;
    struct sim_scenario *scenario = NULL;
    struct sim_program program;
    struct sim_run *run = NULL;
    struct sim_result result;
    sim_diagnostics_init(&diagnostics, allocator);
    (void)sim_scenario_parse_with(allocator, source, &parse_options, &diagnostics, &scenario);
    if (scenario == NULL) {
        fail_msg("%s is not a valid scenario", source->name);
    }
    assert_int_equal(sim_program_init(&program, allocator, scenario, NULL), COG_OK);
    struct sim_run_options options = {.trace_path = NULL};
    assert_int_equal(sim_run_new(&program, &options, &run), COG_OK);
    assert_int_equal(sim_run_execute(run, &result), COG_OK);
    if (scenario->row_count > 0) {
        sim_buffer_add_format(buffer, "row: %s\n", scenario->row_text.bytes);
    }
    write_result(buffer, &result);
    uint32_t row_count = scenario->row_count;
    sim_run_free(run);
    sim_program_term(&program);
    sim_scenario_free(scenario);
    sim_diagnostics_term(&diagnostics);
    return row_count;
}

/* Runs the scenario at path, all of its rows; the results are added to the buffer. */
static void run_scenario(const char *path, struct sim_buffer *buffer) {
    struct sim_source source;
    assert_int_equal(sim_source_open(&source, cog_allocator_malloc(), path), COG_OK);
    assert_int_equal(sim_source_include_files(&source, "scenarios"), COG_OK);
    uint32_t row_count = run_row(&source, 0, buffer);
    for (uint32_t row = 1; row < row_count; row++) {
        (void)run_row(&source, row, buffer);
    }
    sim_source_close(&source);
}

static char *read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    (void)!fread(text, 1, (1 << 20) - 1, file);
    (void)fclose(file);
    return text;
}

/* Is the text what the golden file holds? Tells where it is not. */
static bool agrees(const char *path, const char *text) {
    char *golden = read_file(path);
    if (golden == NULL) {
        print_message("%s is missing\n", path);
        return false;
    }
    bool is_equal = strcmp(golden, text) == 0;
    if (!is_equal) {
        print_message("%s differs; it holds:\n%s\nbut the run gave:\n%s\n", path, golden, text);
    }
    free(golden);
    return is_equal;
}

static void update(const char *folder, const char *path, const char *text) {
    (void)mkdir("tests/golden", 0777);
    (void)mkdir(folder, 0777);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    (void)fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static bool check_scenario(const char *topic, const char *name) {
    char scenario[PATH_BYTES];
    char folder[PATH_BYTES];
    char golden[PATH_BYTES];
    int stem = (int)strlen(name) - 4;
    (void)snprintf(scenario, sizeof scenario, "scenarios/%.200s/%.200s", topic, name);
    (void)snprintf(folder, sizeof folder, "tests/golden/%.200s", topic);
    (void)snprintf(golden, sizeof golden, "tests/golden/%.200s/%.*s.log", topic, stem, name);
    struct sim_buffer buffer;
    sim_buffer_init(&buffer, cog_allocator_malloc());
    run_scenario(scenario, &buffer);
    if (getenv("COGSIM_UPDATE_GOLDEN") != NULL) {
        update(folder, golden, buffer.bytes);
    }
    bool is_equal = agrees(golden, buffer.bytes);
    sim_buffer_term(&buffer);
    return is_equal;
}

static bool is_scenario(const char *name) {
    size_t bytes = strlen(name);
    return bytes > 4 && strcmp(name + bytes - 4, ".scn") == 0;
}

/* Checks the scenarios of a topic; returns how many differ, and counts all. */
static int check_topic(const char *topic, int *count) {
    char folder[PATH_BYTES];
    (void)snprintf(folder, sizeof folder, "scenarios/%.200s", topic);
    DIR *directory = opendir(folder);
    int different = 0;
    if (directory == NULL) {
        return 0;
    }
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        if (is_scenario(entry->d_name)) {
            *count += 1;
            different += check_scenario(topic, entry->d_name) ? 0 : 1;
        }
    }
    (void)closedir(directory);
    return different;
}

static void every_scenario_runs_as_it_did(void **state) {
    (void)state;
    DIR *directory = opendir("scenarios");
    assert_non_null(directory);
    int count = 0;
    int different = 0;
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        /* C programs run in the cogsim program: tests/house/programs.sh sees to them. */
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, "programs") != 0) {
            different += check_topic(entry->d_name, &count);
        }
    }
    (void)closedir(directory);
    assert_int_equal(different, 0);
    assert_true(count >= 20);
}

static void running_twice_gives_the_same_trace(void **state) {
    (void)state;
    struct sim_buffer first;
    struct sim_buffer second;
    sim_buffer_init(&first, cog_allocator_malloc());
    sim_buffer_init(&second, cog_allocator_malloc());
    run_scenario("scenarios/network/partition.scn", &first);
    run_scenario("scenarios/network/partition.scn", &second);
    assert_string_equal(first.bytes, second.bytes);
    sim_buffer_term(&first);
    sim_buffer_term(&second);
}

static void a_log_that_differs_is_noticed(void **state) {
    (void)state;
    struct sim_buffer buffer;
    sim_buffer_init(&buffer, cog_allocator_malloc());
    run_scenario("scenarios/network/partition.scn", &buffer);
    sim_buffer_add_text(&buffer, "560ms\tserver_loop\tsomething new\n");
    assert_false(agrees("tests/golden/network/partition.log", buffer.bytes));
    sim_buffer_term(&buffer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_scenario_runs_as_it_did),
        cmocka_unit_test(running_twice_gives_the_same_trace),
        cmocka_unit_test(a_log_that_differs_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
