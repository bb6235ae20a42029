/* test_formatter_trees.c - whatever is formatted means what it meant: the tree of every scenario,
 * of every example and of many other layouts of them is the same before and after. */
#include "sim/language/formatter.h"
#include "sim/language/include_files.h"
#include "sim/language/lexer.h"
#include "sim/language/words.h"
#include "tests/unit/language_fixture.h"
#include "tests/unit/support/tree_dump.h"

#include <dirent.h>
#include <stdio.h>

enum { LAYOUTS_EACH = 12 };

/* ---- Texts and their trees ---- */

struct text {
    const char *path; /* of the file that it is; null: it is none */
    const char *bytes;
    size_t length;
};

static struct text made_of(const struct text *original, const struct sim_buffer *buffer) {
    return (struct text){.path = original->path, .bytes = buffer->bytes, .length = buffer->length};
}

static void open_text(struct sim_source *source, const struct text *text) {
    const char *name = text->path != NULL ? text->path : "t.scn";
    assert_int_equal(
        sim_source_from_text(source, cog_allocator_malloc(), name, text->bytes, text->length),
        COG_OK);
}

/* The included files of the examples are blocks of their page, ```scni NAME. */
static int open_part(void *context, const char *from, const char *name, struct sim_source *source) {
    (void)context;
    (void)from;
    size_t length = 0;
    char fence[100];
    char *page = read_file("scenarios/SYNTAX.md", &length);
    (void)snprintf(fence, sizeof fence, "\n```scni %.60s\n", name);
    const char *start = strstr(page, fence);
    assert_non_null(start);
    start += strlen(fence);
    const char *end = strstr(start, "```");
    assert_non_null(end);
    int status =
        sim_source_from_text(source, cog_allocator_malloc(), name, start, (size_t)(end - start));
    free(page);
    return status;
}

/* The tree of a text; nothing is added unless it parses. */
static bool dump_text(struct sim_buffer *buffer, const struct text *text,
                      const struct sim_parse_options *options) {
    const struct cog_allocator *allocator = cog_allocator_malloc();
    struct sim_source source;
    struct sim_diagnostics diagnostics;
    struct sim_scenario *scenario = NULL;
    const struct sim_includer includer = {.open = open_part};
    open_text(&source, text);
    int included = text->path != NULL ? sim_source_include_files(&source, "scenarios")
                                      : sim_source_include(&source, &includer);
    assert_int_equal(included, COG_OK);
    sim_diagnostics_init(&diagnostics, allocator);
    int status = sim_scenario_parse_with(allocator, &source, options, &diagnostics, &scenario);
    if (status == COG_OK) {
        tree_dump(buffer, scenario);
    }
    sim_scenario_free(scenario);
    sim_diagnostics_term(&diagnostics);
    sim_source_close(&source);
    return status == COG_OK;
}

static void format_text(struct sim_buffer *buffer, const struct text *text) {
    struct sim_source source;
    open_text(&source, text);
    sim_buffer_init(buffer, cog_allocator_malloc());
    assert_int_equal(sim_format(cog_allocator_malloc(), &source, buffer), COG_OK);
    sim_buffer_add_text(buffer, ""); /* never null */
    sim_source_close(&source);
}

/* The trees of both texts are the same, and there is one. */
static void assert_same_tree(const struct text *before, const struct text *after,
                             const struct sim_parse_options *options) {
    struct sim_buffer left;
    struct sim_buffer right;
    sim_buffer_init(&left, cog_allocator_malloc());
    sim_buffer_init(&right, cog_allocator_malloc());
    bool is_read = dump_text(&left, before, options);
    bool is_still_read = dump_text(&right, after, options);
    if (is_read && (!is_still_read || strcmp(left.bytes, right.bytes) != 0)) {
        print_error("%s\n---- was formatted to\n%s\n", before->bytes, after->bytes);
    }
    if (!is_read && options->is_syntax_only) {
        print_error("%s\n---- does not parse\n", before->bytes);
    }
    assert_int_equal(is_read, is_still_read);
    assert_true(is_read || !options->is_syntax_only);
    if (is_read) {
        assert_string_equal(left.bytes, right.bytes);
    }
    sim_buffer_term(&left);
    sim_buffer_term(&right);
}

/* Both as it is written and, where it is a whole scenario, with all names found. */
static void assert_means_the_same(const struct text *text) {
    static const struct sim_parse_options syntax = {.is_syntax_only = true};
    static const struct sim_parse_options whole = {.row = 0};
    struct sim_buffer once;
    struct sim_buffer twice;
    format_text(&once, text);
    struct text formatted = made_of(text, &once);
    assert_same_tree(text, &formatted, &syntax);
    assert_same_tree(text, &formatted, &whole);
    format_text(&twice, &formatted);
    assert_string_equal(once.bytes, twice.bytes);
    sim_buffer_term(&once);
    sim_buffer_term(&twice);
}

/* ---- Other layouts ---- */

/* A text being written down carelessly. */
struct scribe {
    struct sim_buffer *out;
    uint64_t luck;
};

static bool is_drawn(struct scribe *scribe, uint64_t one_in) {
    scribe->luck = scribe->luck * 6364136223846793005u + 1442695040888963407u;
    return (scribe->luck >> 33) % one_in == 0;
}

static void add_some(struct scribe *scribe, const char *piece) {
    do {
        sim_buffer_add_text(scribe->out, piece);
    } while (is_drawn(scribe, 3));
}

/* Whether two tokens stay two without a blank between them. */
static bool may_touch(const struct sim_token *left, const struct sim_token *right) {
    static const enum sim_token_kind kinds[] = {SIM_TOKEN_LEFT_PARENTHESIS,
                                                SIM_TOKEN_RIGHT_PARENTHESIS,
                                                SIM_TOKEN_LEFT_BRACKET,
                                                SIM_TOKEN_RIGHT_BRACKET,
                                                SIM_TOKEN_COMMA,
                                                SIM_TOKEN_COLON};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (left->kind == kinds[i] || right->kind == kinds[i]) {
            return true;
        }
    }
    return left->place.offset + left->place.length == right->place.offset;
}

static void write_line_end(struct scribe *scribe) {
    static const char *const ends[] = {
        "\n", "  \n", "\r\n", " #\n", "# a \xc3\xa4 comment\t\n", "   ## one\r\n"};
    size_t end = 0;
    while (end < 5 && is_drawn(scribe, 2)) {
        end++;
    }
    sim_buffer_add_text(scribe->out, ends[end]);
}

static void write_between(struct scribe *scribe) {
    if (is_drawn(scribe, 6)) {
        add_some(scribe, "   \n");
    }
    if (is_drawn(scribe, 8)) {
        add_some(scribe, "  ");
        sim_buffer_add_text(scribe->out, "#between\n");
    }
    if (is_drawn(scribe, 8)) {
        add_some(scribe, "\n");
    }
}

static void write_tokens(struct scribe *scribe, struct sim_lexer *lexer, struct sim_token token) {
    sim_buffer_add_repeated(scribe->out, ' ', lexer->indent);
    while (token.kind != SIM_TOKEN_END) {
        sim_buffer_add(scribe->out, lexer->text + token.place.offset, token.place.length);
        struct sim_token next = sim_lexer_next(lexer);
        bool is_blank_due = next.kind != SIM_TOKEN_END && !may_touch(&token, &next);
        if (is_blank_due || is_drawn(scribe, 3)) {
            add_some(scribe, is_drawn(scribe, 5) ? "\t" : " ");
        }
        token = next;
    }
    write_line_end(scribe);
}

/* The same lines of tokens with other blanks, blank lines, comments and line ends. */
static void mangle(struct scribe *scribe, const struct sim_source *source) {
    const struct cog_allocator *allocator = cog_allocator_malloc();
    struct sim_arena arena;
    struct sim_names names;
    struct sim_diagnostics diagnostics;
    struct sim_lexer lexer;
    sim_arena_init(&arena, allocator);
    sim_names_init(&names, &arena);
    sim_diagnostics_init(&diagnostics, allocator);
    sim_lexer_init(&lexer, source, &names, &diagnostics);
    bool is_schedule = false;
    while (sim_lexer_next_line(&lexer)) {
        write_between(scribe);
        if (is_schedule && lexer.indent > 0) {
            sim_buffer_add(scribe->out, lexer.text + lexer.line_start,
                           lexer.line_end - lexer.line_start);
            sim_buffer_add_text(scribe->out, "\n");
            continue;
        }
        struct sim_token head = sim_lexer_next(&lexer);
        is_schedule = head.kind == SIM_TOKEN_NAME && head.name_number == SIM_WORD_SCHEDULE;
        write_tokens(scribe, &lexer, head);
    }
    write_between(scribe);
    sim_diagnostics_term(&diagnostics);
    sim_arena_term(&arena);
}

static void try_text(const struct text *text, uint64_t seed) {
    struct sim_source source;
    assert_means_the_same(text);
    open_text(&source, text);
    for (uint64_t i = 0; i < LAYOUTS_EACH; i++) {
        struct sim_buffer mangled;
        sim_buffer_init(&mangled, cog_allocator_malloc());
        struct scribe scribe = {.out = &mangled, .luck = seed * LAYOUTS_EACH + i};
        mangle(&scribe, &source);
        mangled.length -= i == 0 && mangled.bytes[mangled.length - 1] == '\n' ? 1 : 0;
        mangled.bytes[mangled.length] = '\0';
        struct text other = made_of(text, &mangled);
        assert_means_the_same(&other);
        sim_buffer_term(&mangled);
    }
    sim_source_close(&source);
}

/* ---- What is tried ---- */

static bool ends_with(const char *name, const char *end) {
    size_t length = strlen(name);
    return length > strlen(end) && strcmp(name + length - strlen(end), end) == 0;
}

static unsigned try_file(const char *path, uint64_t seed) {
    size_t length = 0;
    char *bytes = read_file(path, &length);
    try_text(&(struct text){.path = path, .bytes = bytes, .length = length}, seed);
    free(bytes);
    return 1;
}

static unsigned try_folder(const char *folder) {
    unsigned count = 0;
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        char path[600];
        (void)snprintf(path, sizeof path, "%s/%.200s", folder, entry->d_name);
        if (ends_with(entry->d_name, ".scn")) {
            count += try_file(path, count);
        } else if (strchr(entry->d_name, '.') == NULL && strcmp(entry->d_name, "README") != 0) {
            count += try_folder(path);
        }
    }
    (void)closedir(directory);
    return count;
}

static void every_scenario_means_what_it_meant(void **state) {
    (void)state;
    assert_true(try_folder("scenarios") > 80);
}

static void the_file_of_all_words_means_what_it_meant(void **state) {
    (void)state;
    (void)try_file("tests/diagnostics/good.scn", 1);
}

/* The next ```scn block of a page, and where to go on; null when there is none. */
static const char *next_example(const char *page, const char **end) {
    static const char fence[] = "\n```scn";
    const char *start = strstr(page, fence);
    if (start == NULL) {
        return NULL;
    }
    start = strchr(start + 1, '\n') + 1;
    *end = strstr(start, "```\n");
    assert_non_null(*end);
    return start;
}

static void every_example_means_what_it_meant(void **state) {
    (void)state;
    size_t length = 0;
    unsigned count = 0;
    char *page = read_file("scenarios/SYNTAX.md", &length);
    const char *end = page;
    for (const char *start = next_example(page, &end); start != NULL;
         start = next_example(end, &end)) {
        if (strncmp(start, "scenario ", 9) == 0) {
            struct text example = {.bytes = start, .length = (size_t)(end - start)};
            try_text(&example, count++);
        }
    }
    assert_true(count > 25);
    free(page);
}

static void odd_but_right_texts_mean_what_they_meant(void **state) {
    (void)state;
    static const char *const texts[] = {
        "scenario \"t\"\nschedule\n    one  \n      two \t\n    \r\r\n    # no\n    \r# yes\n\r\n"
        "expect deadlock",
        "scenario \"t\"\nparam latency = 5ms\nparam port = 80\n"
        "link a -> b latency latency - 1ms\nlink b -> a latency latency -1ms bandwidth 1KB / s\n"
        "coro x on a\n    connect c to b port port - 1\n    put q port -1\n    put q -port - 1\n"
        "    check - - 1 == 1 and not not (true)\n",
        "scenario \"t\"\nparam part = 7 % 2\nparam share = 2%\nparam both = - 7 % - 2\n"
        "each p, q\n    2%, 7 % 2 # c\n    3 %,1\nlink a -> b loss p duplicate 3 % latency 1ms\n",
        "scenario \"t\"\nroutine r ( )\n    yield\nroutine s\n    yield\ncoro a\n"
        "    let v = 1\n    iterate v from r ( )\n        log (\"x\")\n    call s\n    spawn r() "
        "as h\n"
        "    join h\n    let z = (v)\n",
        "scenario \"t\"\nparam n = 2\nlock l [ n+1 ]\nlock m\ncoro a times 3\n"
        "    acquire l [ (index) ]\n    acquire m timeout 5ms\n    on timeout\n        yield\n"
        "    release l[-index+n]\n    release   m\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct text text = {.bytes = texts[i], .length = strlen(texts[i])};
        try_text(&text, i);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_scenario_means_what_it_meant),
        cmocka_unit_test(the_file_of_all_words_means_what_it_meant),
        cmocka_unit_test(every_example_means_what_it_meant),
        cmocka_unit_test(odd_but_right_texts_mean_what_they_meant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
