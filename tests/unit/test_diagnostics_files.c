/* test_diagnostics_files.c - the broken files of tests/diagnostics, with what is said about each,
 * word for word.
 *
 * Every NAME.scn has a NAME.txt beside it: its findings as people see them. Each file is one
 * mistake and gets one finding, but for those in the folder `many`. good.scn, which has every form
 * there is, gets none. COGSIM_UPDATE=1 writes the texts anew, for review.
 *
 * That nothing is left out is looked up in the sources: each format of an error or a warning there
 * must be in one of the texts, or in the list of those that a small file cannot bring about.
 */
#include "tests/unit/language_fixture.h"

#include "sim/watch.h"

#include <dirent.h>
#include <stdio.h>

#define FOLDER "tests/diagnostics"
#define SOURCES "sim/language"

enum { PATH_BYTES = 512, FILES_MAX = 4096, LITERAL_BYTES = 512 };

/* ---- Files in order of their paths ---- */

struct paths {
    char *items[FILES_MAX];
    size_t count;
};

static bool ends_with(const char *text, const char *end) {
    size_t length = strlen(text);
    size_t end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

static void add_path(struct paths *paths, const char *path) {
    assert_true(paths->count < FILES_MAX);
    paths->items[paths->count] = strdup(path);
    assert_non_null(paths->items[paths->count]);
    paths->count++;
}

/* Folders have no point in their names. */
static void find_files(struct paths *paths, const char *folder, bool goes_deeper) {
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        char path[PATH_BYTES];
        (void)snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (strchr(entry->d_name, '.') != NULL) {
            if (entry->d_name[0] != '.') {
                add_path(paths, path);
            }
        } else if (goes_deeper) {
            find_files(paths, path, false);
        } else {
            fail_msg("%s: folders are one deep", path);
        }
    }
    assert_int_equal(closedir(directory), 0);
}

static int compare_paths(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void open_folder(struct paths *paths, const char *folder, bool goes_deeper) {
    paths->count = 0;
    find_files(paths, folder, goes_deeper);
    qsort(paths->items, paths->count, sizeof(paths->items[0]), compare_paths);
}

static void free_paths(struct paths *paths) {
    for (size_t i = 0; i < paths->count; i++) {
        free(paths->items[i]);
    }
    paths->count = 0;
}

static bool has_path(const struct paths *paths, const char *path) {
    return bsearch(&path, paths->items, paths->count, sizeof(paths->items[0]), compare_paths) !=
           NULL;
}

/* The path of the file beside it that has the other ending of the two. */
static void beside(const char *path, const char *ending, char *other) {
    (void)snprintf(other, PATH_BYTES, "%.*s%s", (int)(strlen(path) - 4), path, ending);
}

/* ---- What is said ---- */

/* Under the file's bare name. */
static uint32_t render_file(const char *path, struct sim_buffer *out) {
    const struct cog_allocator *allocator = cog_allocator_malloc();
    size_t length = 0;
    char *text = read_file(path, &length);
    struct sim_source source;
    struct sim_diagnostics diagnostics;
    struct sim_scenario *scenario = NULL;
    assert_int_equal(sim_source_from_text(&source, allocator, strrchr(path, '/') + 1, text, length),
                     COG_OK);
    sim_diagnostics_init(&diagnostics, allocator);
    int status = sim_scenario_parse(allocator, &source, &diagnostics, &scenario);
    assert_int_equal(status, diagnostics.error_count > 0 ? COG_EINVALID : COG_OK);
    sim_diagnostics_render(&diagnostics, &source, (struct sim_render_options){0}, out);
    uint32_t count = diagnostics.count;
    sim_scenario_free(scenario);
    sim_diagnostics_term(&diagnostics);
    sim_source_close(&source);
    free(text);
    return count;
}

static void update_file(const char *path, const struct sim_buffer *buffer) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(buffer->bytes, 1, buffer->length, file), buffer->length);
    assert_int_equal(fclose(file), 0);
}

static bool is_good(const char *path) {
    return strcmp(path, FOLDER "/good.scn") == 0;
}

/* Returns whether the file is told as its text says. */
static bool check_file(const char *path) {
    char text_path[PATH_BYTES];
    struct sim_buffer buffer;
    size_t length = 0;
    beside(path, ".txt", text_path);
    sim_buffer_init(&buffer, cog_allocator_malloc());
    uint32_t count = render_file(path, &buffer);
    bool is_one = count == 1 || (count > 0 && strstr(path, "/many/") != NULL);
    if (!is_one) {
        print_error("%s: %u findings\n", path, count);
    } else if (getenv("COGSIM_UPDATE") != NULL) {
        update_file(text_path, &buffer);
    }
    char *expected = read_file(text_path, &length);
    bool is_same = is_one && strcmp(buffer.bytes, expected) == 0;
    if (is_one && !is_same) {
        print_error("%s: expected\n%sbut it is\n%s", path, expected, buffer.bytes);
    }
    free(expected);
    sim_buffer_term(&buffer);
    return is_same;
}

static void broken_files_are_told_word_for_word(void **state) {
    (void)state;
    struct paths paths;
    size_t wrong_count = 0;
    size_t count = 0;
    open_folder(&paths, FOLDER, true);
    for (size_t i = 0; i < paths.count; i++) {
        if (ends_with(paths.items[i], ".scn") && !is_good(paths.items[i])) {
            wrong_count += check_file(paths.items[i]) ? 0 : 1;
            count++;
        }
    }
    assert_true(count >= 100);
    assert_int_equal(wrong_count, 0);
    free_paths(&paths);
}

static void there_is_no_file_without_its_other(void **state) {
    (void)state;
    struct paths paths;
    char other[PATH_BYTES];
    open_folder(&paths, FOLDER, true);
    for (size_t i = 0; i < paths.count; i++) {
        const char *path = paths.items[i];
        if (is_good(path)) {
            continue;
        }
        bool is_scenario = ends_with(path, ".scn");
        if (!is_scenario && !ends_with(path, ".txt")) {
            fail_msg("%s: what is this?", path);
        }
        beside(path, is_scenario ? ".txt" : ".scn", other);
        if (!has_path(&paths, other)) {
            fail_msg("%s: there is no %s", path, other);
        }
    }
    free_paths(&paths);
}

static void a_good_file_is_told_nothing(void **state) {
    (void)state;
    struct sim_buffer buffer;
    sim_buffer_init(&buffer, cog_allocator_malloc());
    assert_int_equal(render_file(FOLDER "/good.scn", &buffer), 0);
    assert_null(buffer.bytes);
    sim_buffer_term(&buffer);
}

/* ---- What can be said ---- */

/* Formats that no file here brings about, and why. */
static const struct {
    const char *format;
    const char *reason;
} elsewhere[] = {
    {"more than %d names in one coroutine", "a thousand lines: test_checker.c"},
    {"more than %d parameters", "a thousand lines: below"},
    {"more than %d columns", "a hundred names: below"},
    {"more than %d rows", "a thousand lines: below"},
    {"files cannot be included here", "a text that is no file: below"},
    {"'%s' does not stand in an included file", "two files: test_source_include.c"},
    {"cannot include this: %s", "two files: test_source_include.c"},
    {"a second 'each'", "tables: test_parser_parameters.c"},
    {"'%s' is %s here and %s in the first row", "tables: test_parser_parameters.c"},
    {"there is no row %u", "a command line: test_parser_parameters.c"},
    {"there is no row %u: the scenario has no 'each'", "a command line: test_parser_parameters.c"},
    {"-D %s=%s does not fit", "a command line: test_parser_parameters.c"},
    {"-D %s=... does not fit: it is a column of 'each'",
     "a command line: test_parser_parameters.c"},
};

enum { ELSEWHERE_COUNT = sizeof(elsewhere) / sizeof(elsewhere[0]) };

/* All texts, for looking up messages in them. */
static struct sim_buffer read_texts(void) {
    struct paths paths;
    struct sim_buffer texts;
    sim_buffer_init(&texts, cog_allocator_malloc());
    open_folder(&paths, FOLDER, true);
    for (size_t i = 0; i < paths.count; i++) {
        if (ends_with(paths.items[i], ".txt")) {
            size_t length = 0;
            char *text = read_file(paths.items[i], &length);
            sim_buffer_add(&texts, text, length);
            free(text);
        }
    }
    free_paths(&paths);
    return texts;
}

/* A format as a pattern: a star in the place of each conversion. */
static void pattern_of(const char *format, char *pattern) {
    size_t length = 0;
    for (const char *at = format; *at != '\0'; at++) {
        if (*at != '%' || at[1] == '%') {
            at += *at == '%' ? 1 : 0;
            pattern[length++] = *at;
            continue;
        }
        at++;
        while (*at != '\0' && strchr(".*0123456789lz", *at) != NULL) {
            at++;
        }
        pattern[length++] = '*';
    }
    pattern[length] = '\0';
}

static bool line_is_like(const char *line, size_t length, const char *kind, const char *pattern) {
    size_t kind_length = strlen(kind);
    for (size_t i = 0; i + kind_length <= length; i++) {
        if (memcmp(line + i, kind, kind_length) == 0) {
            const char *message = line + i + kind_length;
            return sim_pattern_matches(pattern, strlen(pattern), message, length - i - kind_length);
        }
    }
    return false;
}

static bool is_said(const struct sim_buffer *texts, const char *format) {
    char pattern[LITERAL_BYTES];
    pattern_of(format, pattern);
    const char *end = texts->bytes + texts->length;
    for (const char *line = texts->bytes; line < end;) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        size_t length = (size_t)(newline - line);
        if (line_is_like(line, length, ": error: ", pattern) ||
            line_is_like(line, length, ": warning: ", pattern)) {
            return true;
        }
        line = newline + 1;
    }
    return false;
}

/* At an opening quote: takes the literal, and those that follow it with blanks between. */
static const char *read_literal(const char *at, char *literal) {
    size_t length = 0;
    while (*at == '"') {
        for (at++; *at != '"'; at++) {
            at += *at == '\\' ? 1 : 0;
            assert_true(length < LITERAL_BYTES - 1);
            literal[length++] = *at;
        }
        at++;
        const char *next = at + strspn(at, " \n");
        at = *next == '"' ? next : at;
    }
    literal[length] = '\0';
    return at;
}

struct lookup {
    const struct sim_buffer *texts;
    bool is_listed[ELSEWHERE_COUNT]; /* found in the sources */
    size_t format_count;
    size_t missing_count;
};

/* What is one word, or begins with a blank, is not a format but a part of what goes into one. */
static void look_up(struct lookup *lookup, const char *path, const char *format) {
    if (strchr(format, ' ') == NULL || format[0] == ' ') {
        return;
    }
    lookup->format_count++;
    for (size_t i = 0; i < ELSEWHERE_COUNT; i++) {
        if (strcmp(elsewhere[i].format, format) == 0) {
            lookup->is_listed[i] = true;
            return;
        }
    }
    if (!is_said(lookup->texts, format)) {
        print_error("%s: no file is told \"%s\"\n", path, format);
        lookup->missing_count++;
    }
}

/* At the opening parenthesis of a call: looks up the literals among its arguments. */
static const char *look_up_call(struct lookup *lookup, const char *path, const char *at) {
    char literal[LITERAL_BYTES];
    unsigned depth = 0;
    do {
        if (*at == '"') {
            at = read_literal(at, literal);
            look_up(lookup, path, literal);
            continue;
        }
        depth += *at == '(' ? 1 : 0;
        depth -= *at == ')' ? 1 : 0;
        at++;
    } while (depth > 0);
    return at;
}

static void look_up_file(struct lookup *lookup, const char *path) {
    static const char *const calls[] = {"sim_diagnostics_error(", "sim_diagnostics_warning(",
                                        "sim_parser_error("};
    size_t length = 0;
    char *source = read_file(path, &length);
    for (const char *at = source; *at != '\0'; at++) {
        for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
            size_t bytes = strlen(calls[i]);
            if (strncmp(at, calls[i], bytes) == 0) {
                at = look_up_call(lookup, path, at + bytes - 1);
            }
        }
    }
    free(source);
}

static void everything_that_can_be_said_is_said_of_some_file(void **state) {
    (void)state;
    struct paths paths;
    struct sim_buffer texts = read_texts();
    struct lookup lookup = {.texts = &texts};
    open_folder(&paths, SOURCES, false);
    for (size_t i = 0; i < paths.count; i++) {
        if (ends_with(paths.items[i], ".c")) {
            look_up_file(&lookup, paths.items[i]);
        }
    }
    for (size_t i = 0; i < ELSEWHERE_COUNT; i++) {
        if (!lookup.is_listed[i]) {
            print_error("nothing says \"%s\" any more: %s\n", elsewhere[i].format,
                        elsewhere[i].reason);
            lookup.missing_count++;
        }
    }
    assert_true(lookup.format_count > 100);
    assert_int_equal(lookup.missing_count, 0);
    free_paths(&paths);
    sim_buffer_term(&texts);
}

/* ---- What takes more than a small file ---- */

/* As many lines or names as asked for, between a head and an end. */
static void assert_too_many(const char *head, const char *each, unsigned count, const char *end,
                            const char *words) {
    struct sim_buffer text;
    sim_buffer_init(&text, cog_allocator_malloc());
    sim_buffer_add_text(&text, head);
    for (unsigned i = 0; i < count; i++) {
        sim_buffer_add_format(&text, "%s%u", each, i);
    }
    sim_buffer_add_text(&text, end);
    assert_errors(text.bytes, 1, words);
    sim_buffer_term(&text);
}

static void limits_are_told(void **state) {
    (void)state;
    assert_too_many("scenario \"t\"\neach _a", ", _b", 100, "\n    1\n", "more than 100 columns");
    assert_too_many("scenario \"t\"\neach _a\n", "\n    ", 1001, "\n", "more than 1000 rows");
    assert_too_many("scenario \"t\"\nparam _p", " = 1\nparam _p", 1000, " = 1\n",
                    "more than 1000 parameters");
}

static void a_text_includes_nothing(void **state) {
    (void)state;
    assert_errors("scenario \"t\"\ninclude \"world.scni\"\n", 1, "files cannot be included here");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_files_are_told_word_for_word),
        cmocka_unit_test(there_is_no_file_without_its_other),
        cmocka_unit_test(a_good_file_is_told_nothing),
        cmocka_unit_test(everything_that_can_be_said_is_said_of_some_file),
        cmocka_unit_test(limits_are_told),
        cmocka_unit_test(a_text_includes_nothing),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
