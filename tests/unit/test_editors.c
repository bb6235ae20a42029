/* test_editors.c - what editors know of the language is what the language is.
 *
 * The reserved words are those of words.h; the words that mean something in one place only are
 * those in the parser's own tables, which are read from its sources. In Vim's file a group is `syn
 * keyword GROUP [contained] WORD...`, contained ones being of one place; in the TextMate grammar it
 * is a rule `reserved-...` or `contextual-...` that matches \b(WORD|...)\b.
 */
#include "sim/language/words.h"

#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glob.h>
#include <jansson.h>

#define VIM "scenarios/editors/vim/syntax/cogsim.vim"
#define TEXTMATE "scenarios/editors/textmate/"

enum { WORDS_MAX = 400, WORD_BYTES = 32 };

struct words {
    char items[WORDS_MAX][WORD_BYTES];
    size_t count;
};

static bool has_word(const struct words *words, const char *word) {
    for (size_t i = 0; i < words->count; i++) {
        if (strcmp(words->items[i], word) == 0) {
            return true;
        }
    }
    return false;
}

static void add_word(struct words *words, const char *word, size_t length) {
    assert_true(words->count < WORDS_MAX && length > 0 && length < WORD_BYTES);
    char *item = words->items[words->count++];
    memcpy(item, word, length);
    item[length] = '\0';
}

static bool is_reserved(const char *word) {
    for (uint32_t i = 0; i < SIM_WORD_COUNT; i++) {
        if (strcmp(sim_word_text(i), word) == 0) {
            return true;
        }
    }
    return false;
}

static char *read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fail_msg("cannot read %s", path);
    }
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long bytes = ftell(file);
    assert_true(bytes > 0);
    rewind(file);
    char *text = malloc((size_t)bytes + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)bytes, file), (size_t)bytes);
    (void)fclose(file);
    text[bytes] = '\0';
    return text;
}

/* ---- The words of the language ---- */

/* Adds the words in quotes up to the end of a table. */
static void add_quoted(struct words *words, const char *at, const char *end) {
    for (at = memchr(at, '"', (size_t)(end - at)); at != NULL && at < end;
         at = memchr(at, '"', (size_t)(end - at))) {
        const char *close = strchr(at + 1, '"');
        assert_non_null(close);
        char word[WORD_BYTES];
        (void)snprintf(word, sizeof word, "%.*s", (int)(close - at - 1), at + 1);
        if (!is_reserved(word) && !has_word(words, word)) {
            add_word(words, word, strlen(word));
        }
        at = close + 1;
    }
}

/* Words of one place, as the parser takes them: its tables of words, which end in NULL, and single
 * names. */
static void add_contextual_of(struct words *words, const char *text) {
    static const char table[] = "static const char *const ";
    static const char single[] = "sim_parser_accept_name(parser, \"";
    for (const char *at = strstr(text, table); at != NULL; at = strstr(at + 1, table)) {
        const char *end = strchr(at, ';');
        assert_non_null(end);
        if (strncmp(end - 5, "NULL}", 5) == 0) {
            add_quoted(words, at, end);
        }
    }
    for (const char *at = strstr(text, single); at != NULL; at = strstr(at + 1, single)) {
        add_quoted(words, at, strchr(at, ')'));
    }
}

/* But for the `s` of `1MB/s`, which belongs to a number. */
static void read_contextual(struct words *words) {
    glob_t found;
    words->count = 0;
    assert_int_equal(glob("sim/language/parser_*.c", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char *text = read_file(found.gl_pathv[i]);
        add_contextual_of(words, text);
        free(text);
    }
    globfree(&found);
    assert_true(has_word(words, "greedy") && has_word(words, "out") && has_word(words, "refused"));
}

/* ---- The words of an editor ---- */

struct editor {
    struct words reserved;
    struct words contextual;
};

static void read_vim_group(struct editor *editor, const char *text, const char *line,
                           const char *line_end) {
    char link[100];
    int name_bytes = (int)strcspn(line, " ");
    (void)snprintf(link, sizeof link, "\nhi def link %.*s ", name_bytes, line);
    if (strstr(text, link) == NULL) {
        fail_msg("%s has no colour for %.*s", VIM, name_bytes, line);
    }
    const char *at = line + name_bytes;
    bool is_contained = strncmp(at, " contained ", 11) == 0;
    at += is_contained ? 11 : 1;
    while (at < line_end) {
        size_t length = strcspn(at, " \n");
        add_word(is_contained ? &editor->contextual : &editor->reserved, at, length);
        at += length + 1;
    }
}

static void read_vim(struct editor *editor) {
    static const char keyword[] = "\nsyn keyword ";
    char *text = read_file(VIM);
    *editor = (struct editor){.reserved = {.count = 0}};
    for (const char *at = strstr(text, keyword); at != NULL; at = strstr(at + 1, keyword)) {
        const char *line = at + strlen(keyword);
        read_vim_group(editor, text, line, line + strcspn(line, "\n"));
    }
    free(text);
}

static json_t *load_json(const char *path) {
    json_error_t error;
    json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (json == NULL) {
        fail_msg("%s:%d: %s", path, error.line, error.text);
    }
    return json;
}

static void read_textmate_group(struct words *words, const char *name, json_t *rule) {
    const char *pattern = json_string_value(json_object_get(rule, "match"));
    if (pattern == NULL || strncmp(pattern, "\\b(", 3) != 0) {
        fail_msg("%s does not match \\b(WORD|...)\\b", name);
        return;
    }
    const char *at = pattern + 3;
    for (;;) {
        size_t length = strcspn(at, "|)");
        add_word(words, at, length);
        at += length + 1;
        if (at[-1] == ')') {
            break;
        }
    }
    assert_string_equal(at, "\\b");
}

static void read_textmate(struct editor *editor) {
    json_t *grammar = load_json(TEXTMATE "cogsim.tmLanguage.json");
    const char *name;
    json_t *rule;
    *editor = (struct editor){.reserved = {.count = 0}};
    json_object_foreach(json_object_get(grammar, "repository"), name, rule) {
        if (strncmp(name, "reserved-", 9) == 0) {
            read_textmate_group(&editor->reserved, name, rule);
        } else if (strncmp(name, "contextual-", 11) == 0) {
            read_textmate_group(&editor->contextual, name, rule);
        }
    }
    json_decref(grammar);
}

/* ---- Comparing ---- */

static size_t times_in(const struct words *words, const char *word) {
    size_t count = 0;
    for (size_t i = 0; i < words->count; i++) {
        count += strcmp(words->items[i], word) == 0;
    }
    return count;
}

static void assert_reserved(const struct editor *editor) {
    for (uint32_t i = 0; i < SIM_WORD_COUNT; i++) {
        if (times_in(&editor->reserved, sim_word_text(i)) != 1) {
            fail_msg("'%s' stands in %zu groups", sim_word_text(i),
                     times_in(&editor->reserved, sim_word_text(i)));
        }
    }
    for (size_t i = 0; i < editor->reserved.count; i++) {
        if (!is_reserved(editor->reserved.items[i])) {
            fail_msg("'%s' is not reserved", editor->reserved.items[i]);
        }
    }
}

static void assert_contextual(const struct editor *editor) {
    static struct words words;
    read_contextual(&words);
    for (size_t i = 0; i < words.count; i++) {
        bool is_of_number = strcmp(words.items[i], "s") == 0;
        if (times_in(&editor->contextual, words.items[i]) != (is_of_number ? 0 : 1)) {
            fail_msg("'%s', which the parser takes, stands in %zu groups", words.items[i],
                     times_in(&editor->contextual, words.items[i]));
        }
    }
    for (size_t i = 0; i < editor->contextual.count; i++) {
        if (!has_word(&words, editor->contextual.items[i])) {
            fail_msg("'%s' means nothing to the parser", editor->contextual.items[i]);
        }
    }
}

static void vim_has_every_reserved_word_in_one_group(void **state) {
    (void)state;
    static struct editor editor;
    read_vim(&editor);
    assert_reserved(&editor);
}

static void vim_has_the_words_that_mean_something_in_one_place(void **state) {
    (void)state;
    static struct editor editor;
    read_vim(&editor);
    assert_contextual(&editor);
}

static void textmate_has_every_reserved_word_in_one_group(void **state) {
    (void)state;
    static struct editor editor;
    read_textmate(&editor);
    assert_reserved(&editor);
}

static void textmate_has_the_words_that_mean_something_in_one_place(void **state) {
    (void)state;
    static struct editor editor;
    read_textmate(&editor);
    assert_contextual(&editor);
}

/* ---- The TextMate grammar as a whole ---- */

/* In the grammar's regular expressions only what POSIX's extended ones have as well, but for
 * backslashes in brackets: there POSIX takes them as they are. */
static void compile(regex_t *regex, const char *pattern) {
    int status = regcomp(regex, pattern, REG_EXTENDED);
    if (status != 0) {
        char message[200];
        (void)regerror(status, regex, message, sizeof message);
        fail_msg("%s: %s", pattern, message);
    }
}

static void assert_included(json_t *grammar, const char *name) {
    if (name[0] == '#' &&
        json_object_get(json_object_get(grammar, "repository"), name + 1) == NULL) {
        fail_msg("%s is included, and is not there", name);
    }
    assert_true(name[0] == '#' || strcmp(name, "$self") == 0);
}

static void assert_scope(const char *scope) {
    const char *suffix = strrchr(scope, '.');
    if (suffix == NULL || strcmp(suffix, ".cogsim") != 0) {
        fail_msg("the scope %s does not end in .cogsim", scope);
    }
}

/* Of every rule, whatever it stands in. The grammar is ours: its depth is what it is. */
static void assert_sound(json_t *grammar, json_t *rule) {
    const char *key;
    json_t *value;
    size_t i;
    json_array_foreach(rule, i, value) {
        assert_sound(grammar, value);
    }
    json_object_foreach(rule, key, value) {
        const char *text = json_string_value(value);
        if (text == NULL) {
            assert_sound(grammar, value);
        } else if (strcmp(key, "match") == 0 || strcmp(key, "begin") == 0 ||
                   strcmp(key, "end") == 0) {
            regex_t regex;
            compile(&regex, text);
            regfree(&regex);
        } else if (strcmp(key, "include") == 0) {
            assert_included(grammar, text);
        } else if (strcmp(key, "name") == 0 && rule != grammar) {
            assert_scope(text);
        }
    }
}

static void the_grammar_is_sound(void **state) {
    (void)state;
    json_t *grammar = load_json(TEXTMATE "cogsim.tmLanguage.json");
    assert_sound(grammar, grammar);
    assert_true(json_array_size(json_object_get(grammar, "patterns")) > 5);
    json_decref(grammar);
}

static void assert_file(json_t *owner, const char *key) {
    char path[200];
    (void)snprintf(path, sizeof path, TEXTMATE "%s",
                   json_string_value(json_object_get(owner, key)));
    json_decref(load_json(path));
}

static void the_folder_is_an_extension_as_it_stands(void **state) {
    (void)state;
    json_t *package = load_json(TEXTMATE "package.json");
    json_t *contributes = json_object_get(package, "contributes");
    json_t *language = json_array_get(json_object_get(contributes, "languages"), 0);
    json_t *grammar = json_array_get(json_object_get(contributes, "grammars"), 0);
    assert_file(language, "configuration");
    assert_file(grammar, "path");
    assert_string_equal(json_string_value(json_object_get(language, "id")),
                        json_string_value(json_object_get(grammar, "language")));
    json_decref(package);
}

/* The scope of the first rule of a kind that matches the text from its beginning. */
static const char *scope_of(json_t *rules, const char *text, size_t *length) {
    size_t i;
    json_t *rule;
    json_array_foreach(rules, i, rule) {
        regex_t regex;
        regmatch_t match;
        compile(&regex, json_string_value(json_object_get(rule, "match")));
        bool is_match = regexec(&regex, text, 1, &match, 0) == 0 && match.rm_so == 0;
        regfree(&regex);
        if (is_match) {
            *length = (size_t)match.rm_eo;
            return json_string_value(json_object_get(rule, "name"));
        }
    }
    return "";
}

static void numbers_are_told_from_what_only_looks_like_them(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *scope;
        size_t length;
    } cases[] = {
        {"64 ", "constant.numeric.cogsim", 2},
        {"250ns", "constant.numeric.cogsim", 5},
        {"1ms..40ms", "constant.numeric.cogsim", 3},
        {"4KB", "constant.numeric.cogsim", 3},
        {"1MB/s", "constant.numeric.rate.cogsim", 5},
        {"0.1% ", "constant.numeric.percentage.cogsim", 4},
        {"10sec", "invalid.illegal.number.cogsim", 5},
        {"64kb", "invalid.illegal.number.cogsim", 4},
        {"3x", "invalid.illegal.number.cogsim", 2},
    };
    json_t *grammar = load_json(TEXTMATE "cogsim.tmLanguage.json");
    json_t *number = json_object_get(json_object_get(grammar, "repository"), "number");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t length = 0;
        const char *scope = scope_of(json_object_get(number, "patterns"), cases[i].text, &length);
        assert_string_equal(scope, cases[i].scope);
        assert_int_equal(length, cases[i].length);
    }
    json_decref(grammar);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vim_has_every_reserved_word_in_one_group),
        cmocka_unit_test(vim_has_the_words_that_mean_something_in_one_place),
        cmocka_unit_test(textmate_has_every_reserved_word_in_one_group),
        cmocka_unit_test(textmate_has_the_words_that_mean_something_in_one_place),
        cmocka_unit_test(the_grammar_is_sound),
        cmocka_unit_test(the_folder_is_an_extension_as_it_stands),
        cmocka_unit_test(numbers_are_told_from_what_only_looks_like_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
