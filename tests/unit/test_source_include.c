/* test_source_include.c - included files: where their text goes, what is told of their lines. */
#include "sim/language/lexer.h"
#include "tests/unit/language_fixture.h"

#include <stdio.h>

/* Files that exist in the test only. */
struct file {
    const char *name;
    const char *text;
};

struct folder {
    const struct cog_allocator *allocator;
    const struct file *files; /* ended by a null name */
    unsigned open_count;
};

static int open_file(void *context, const char *from, const char *name, struct sim_source *source) {
    struct folder *folder = context;
    (void)from;
    folder->open_count++;
    for (const struct file *file = folder->files; file->name != NULL; file++) {
        if (strcmp(file->name, name) == 0) {
            return sim_source_from_text(source, folder->allocator, name, file->text,
                                        strlen(file->text));
        }
    }
    (void)snprintf(source->error, sizeof source->error, "there is no file '%s'", name);
    return COG_EIO;
}

/* Parses a text that includes; what is found is rendered. */
static void parse_with(struct parsed *parsed, const char *text, const struct file *files) {
    counting_allocator_init(&parsed->counting);
    const struct cog_allocator *allocator = &parsed->counting.allocator;
    struct folder folder = {.allocator = allocator, .files = files};
    struct sim_includer includer = {.open = open_file, .context = &folder};
    assert_int_equal(sim_source_from_text(&parsed->source, allocator, "t.scn", text, strlen(text)),
                     COG_OK);
    assert_int_equal(sim_source_include(&parsed->source, &includer), COG_OK);
    sim_diagnostics_init(&parsed->diagnostics, allocator);
    sim_buffer_init(&parsed->rendered, allocator);
    parsed->scenario = NULL;
    parsed->status =
        sim_scenario_parse(allocator, &parsed->source, &parsed->diagnostics, &parsed->scenario);
    sim_diagnostics_render(&parsed->diagnostics, &parsed->source, (struct sim_render_options){0},
                           &parsed->rendered);
}

static void assert_parses(const char *text, const struct file *files) {
    struct parsed parsed;
    parse_with(&parsed, text, files);
    assert_string_equal(rendered_text(&parsed), "");
    assert_int_equal(parsed.status, COG_OK);
    free_parsed(&parsed);
}

static void assert_told(const char *text, const struct file *files, const char *words) {
    struct parsed parsed;
    parse_with(&parsed, text, files);
    if (strstr(rendered_text(&parsed), words) == NULL) {
        print_error("%s", rendered_text(&parsed));
    }
    assert_non_null(strstr(rendered_text(&parsed), words));
    free_parsed(&parsed);
}

#define USES_WORK                                                                                  \
    "scenario \"t\"\n"                                                                             \
    "include \"work.scni\"\n"                                                                      \
    "coro a\n"                                                                                     \
    "    call work()\n"

static void what_a_file_declares_can_be_used(void **state) {
    (void)state;
    const struct file files[] = {{"work.scni", "routine work()\n    sleep 1ms"}, {NULL, NULL}};
    assert_parses(USES_WORK, files);
}

static void what_a_file_declares_need_not_be_used(void **state) {
    (void)state;
    const struct file files[] = {
        {"work.scni",
         "param unused = 3\nqueue jobs\nroutine work()\n    let x = 1\n    sleep 1ms\n"},
        {NULL, NULL}};
    assert_parses(USES_WORK, files);
}

static void a_file_is_spliced_in_once(void **state) {
    (void)state;
    const struct file files[] = {
        {"work.scni", "include \"base.scni\"\nroutine work()\n    put q 1\n"},
        {"base.scni", "queue q\n"},
        {NULL, NULL}};
    assert_parses("scenario \"t\"\n"
                  "include \"base.scni\"\n"
                  "include \"work.scni\"\n"
                  "include \"base.scni\"\n"
                  "coro a\n"
                  "    call work()\n",
                  files);
}

static void a_file_that_includes_itself_is_an_error(void **state) {
    (void)state;
    const struct file files[] = {{"work.scni", "include \"more.scni\"\n"},
                                 {"more.scni", "\ninclude \"work.scni\"\n"},
                                 {NULL, NULL}};
    assert_told(USES_WORK, files,
                "more.scni:2:9: error: cannot include this: the file includes itself\n"
                "    2 | include \"work.scni\"\n"
                "      |         ^~~~~~~~~~~\n");
    const struct file own[] = {{"t.scn", ""}, {NULL, NULL}};
    assert_told("scenario \"t\"\ninclude \"t.scn\"\n", own, "includes itself");
}

static void includes_are_not_endless(void **state) {
    (void)state;
    char names[20][8];
    char texts[20][32];
    struct file files[21] = {{NULL, NULL}};
    for (int i = 0; i < 20; i++) {
        (void)snprintf(names[i], sizeof names[i], "f%d", i);
        (void)snprintf(texts[i], sizeof texts[i], "include \"f%d\"\n", i + 1);
        files[i] = (struct file){names[i], texts[i]};
    }
    assert_told("scenario \"t\"\ninclude \"f0\"\n", files, "more than 16 deep");
}

static void a_missing_file_is_told_at_its_name(void **state) {
    (void)state;
    const struct file files[] = {{NULL, NULL}};
    assert_told(USES_WORK, files,
                "t.scn:2:9: error: cannot include this: there is no file 'work.scni'\n"
                "    2 | include \"work.scni\"\n"
                "      |         ^~~~~~~~~~~\n");
}

static void a_mistake_is_told_in_the_file_it_stands_in(void **state) {
    (void)state;
    const struct file files[] = {{"work.scni", "# one\n\nroutine work()\n    slep 1ms\n"},
                                 {NULL, NULL}};
    assert_told(USES_WORK, files,
                "work.scni:4:5: error: unknown statement 'slep'\n"
                "    4 |     slep 1ms\n"
                "      |     ^~~~ did you mean 'sleep'?\n");
}

static void lines_behind_an_include_keep_their_numbers(void **state) {
    (void)state;
    const struct file files[] = {{"work.scni", "routine work()\n    sleep 1ms\n\n\n"},
                                 {NULL, NULL}};
    assert_told(USES_WORK "    slep 1ms\n", files, "t.scn:5:5: error: unknown statement 'slep'\n");
}

static void what_must_hold_is_the_scenarios_own(void **state) {
    (void)state;
    static const char *const lines[] = {
        "expect end at 1ms\n", "sometimes log \"x\"\n", "outcome 3\n",      "explore vary order\n",
        "scenario \"u\"\n",    "each x\n    1\n",       "schedule\n    x\n"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        const struct file files[] = {{"work.scni", lines[i]}, {NULL, NULL}};
        assert_told(USES_WORK, files, "does not stand in an included file\n");
    }
}

static void odd_names_are_refused_not_looked_up(void **state) {
    (void)state;
    const struct file files[] = {{NULL, NULL}};
    assert_told("scenario \"t\"\ninclude \"a\\tb\"\n", files, "a name has no escapes");
    assert_told("scenario \"t\"\ninclude \"\"\n", files, "it has no name");
    assert_told("scenario \"t\"\ninclude work\n", files, "expected the name of a file, a text");
    assert_told("scenario \"t\"\ninclude\n", files, "expected the name of a file, a text");
    assert_told("scenario \"t\"\ninclude \"a\n", files, "a text without its closing");
    assert_told("scenario \"t\"\ncoro a\n    include \"a\"\n", files, "it belongs at the margin");
}

static void what_stands_behind_the_name_is_told(void **state) {
    (void)state;
    const struct file files[] = {{"work.scni", "routine work()\n    sleep 1ms\n"}, {NULL, NULL}};
    assert_told("scenario \"t\"\ninclude \"work.scni\" now\n", files,
                "expected the end of the line");
    assert_parses("scenario \"t\"\ninclude \"work.scni\" # here\ncoro a\n    call work()\n", files);
}

static void a_text_without_includes_is_left_alone(void **state) {
    (void)state;
    struct folder folder = {.files = NULL};
    struct sim_includer includer = {.open = open_file, .context = &folder};
    struct sim_source source;
    const char *text = "scenario \"t\"\n# include \"a\"\n  include \"b\"\nincluded \"c\"";
    assert_int_equal(sim_source_from_text(&source, cog_allocator_malloc(), "t", text, strlen(text)),
                     COG_OK);
    const char *before = source.text;
    assert_int_equal(sim_source_include(&source, &includer), COG_OK);
    assert_ptr_equal(source.text, before);
    assert_int_equal(folder.open_count, 0);
    assert_int_equal(source.part_count, 0);
    sim_source_close(&source);
}

static void offsets_lead_back_to_the_own_file(void **state) {
    (void)state;
    struct parsed parsed;
    const char *text = "scenario \"t\"\ninclude \"a\"\ncoro x\ninclude \"b\"\nlast";
    const struct file files[] = {
        {"a", "queue qqqq\n"}, {"b", "include \"c\"\n#"}, {"c", "xyz"}, {NULL, NULL}};
    parse_with(&parsed, text, files);
    const char *coro = strstr(parsed.source.text, "coro x");
    const char *last = strstr(parsed.source.text, "last");
    assert_int_equal(sim_source_own_offset(&parsed.source, (uint32_t)(coro - parsed.source.text)),
                     strstr(text, "coro x") - text);
    assert_int_equal(sim_source_own_offset(&parsed.source, (uint32_t)(last - parsed.source.text)),
                     strstr(text, "last") - text);
    assert_int_equal(sim_source_own_offset(&parsed.source, 3), 3);
    free_parsed(&parsed);
}

static void memory_may_run_out_anywhere(void **state) {
    (void)state;
    const struct file files[] = {
        {"work.scni", "include \"base.scni\"\nroutine work()\n    put q 1\n"},
        {"base.scni", "queue q\n"},
        {NULL, NULL}};
    int status = COG_ENOMEM;
    for (uint64_t fails_at = 1; status == COG_ENOMEM; fails_at++) {
        struct counting_allocator counting;
        counting_allocator_init(&counting);
        counting.fails_at = fails_at;
        struct folder folder = {.allocator = &counting.allocator, .files = files};
        struct sim_includer includer = {.open = open_file, .context = &folder};
        struct sim_source source;
        status =
            sim_source_from_text(&source, &counting.allocator, "t", USES_WORK, strlen(USES_WORK));
        if (status == COG_OK) {
            status = sim_source_include(&source, &includer);
            sim_source_close(&source);
        }
        assert_int_equal(counting.live_bytes, 0);
    }
    assert_int_equal(status, COG_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_file_declares_can_be_used),
        cmocka_unit_test(what_a_file_declares_need_not_be_used),
        cmocka_unit_test(a_file_is_spliced_in_once),
        cmocka_unit_test(a_file_that_includes_itself_is_an_error),
        cmocka_unit_test(includes_are_not_endless),
        cmocka_unit_test(a_missing_file_is_told_at_its_name),
        cmocka_unit_test(a_mistake_is_told_in_the_file_it_stands_in),
        cmocka_unit_test(lines_behind_an_include_keep_their_numbers),
        cmocka_unit_test(what_must_hold_is_the_scenarios_own),
        cmocka_unit_test(odd_names_are_refused_not_looked_up),
        cmocka_unit_test(what_stands_behind_the_name_is_told),
        cmocka_unit_test(a_text_without_includes_is_left_alone),
        cmocka_unit_test(offsets_lead_back_to_the_own_file),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
