/* test_junit.c - a campaign as JUnit XML: what stands in it, and that it is XML whatever is told.
 */
#include "sim/program/junit.h"

#include "core/allocator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- Is it XML? ---- */

enum { DEPTH_MAX = 16, NAME_MAX_BYTES = 32 };

/* What Jenkins' xUnit plugin asks of the format (its schema junit-10.xsd), which is the strictest
 * of those that are published: what stands in what, with which attributes. Those with a ! must be
 * there; type is one that others ask for. */
static const struct rule {
    const char *parent;
    const char *name;
    const char *attributes;
} rules[] = {
    {"", "testsuites", " name time tests failures errors "},
    {"testsuites", "testsuite", " name! tests! failures! errors! time "},
    {"testsuite", "properties", " "},
    {"properties", "property", " name! value! "},
    {"testsuite", "testcase", " name! classname time "},
    {"testcase", "failure", " message type! "},
    {"testcase", "error", " message type! "},
    {"testcase", "system-out", " "},
};

struct reader {
    bool has_rules;
    const char *at;
    char open[DEPTH_MAX][NAME_MAX_BYTES];
    int depth;
};

static bool read_reference(struct reader *reader) {
    static const char *const known[] = {"&amp;", "&lt;", "&gt;", "&quot;",
                                        "&#10;", "&#9;", "&#13;"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        size_t length = strlen(known[i]);
        if (strncmp(reader->at, known[i], length) == 0) {
            reader->at += length;
            return true;
        }
    }
    return false;
}

/* To the byte `end`; everything in between may stand in a text. */
static bool read_text(struct reader *reader, char end) {
    while (*reader->at != end) {
        unsigned char c = (unsigned char)*reader->at;
        if (c == '&') {
            if (!read_reference(reader)) {
                return false;
            }
            continue;
        }
        bool is_blank = c == '\n' || (c == '\t' && end == '<');
        if (c == '\0' || c == '<' || (c == '>' && end == '<') || (c < 0x20 && !is_blank)) {
            return c == '\0' && end == '<';
        }
        reader->at++;
    }
    return true;
}

static const struct rule *find_rule(const struct reader *reader) {
    const char *parent = reader->depth > 1 ? reader->open[reader->depth - 2] : "";
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (strcmp(rules[i].parent, parent) == 0 &&
            strcmp(rules[i].name, reader->open[reader->depth - 1]) == 0) {
            return &rules[i];
        }
    }
    return NULL;
}

/* May the element that was opened last stand there, with attributes that are given as " a b "? */
static bool is_allowed(const struct reader *reader, const char *attributes) {
    const struct rule *rule = find_rule(reader);
    char word[NAME_MAX_BYTES + 3];
    if (rule == NULL) {
        return !reader->has_rules;
    }
    for (const char *at = attributes + 1; *at != '\0';) {
        int length = (int)strcspn(at, " ");
        char must[NAME_MAX_BYTES + 3];
        (void)snprintf(word, sizeof word, " %.*s ", length, at);
        (void)snprintf(must, sizeof must, " %.*s!", length, at);
        if (strstr(rule->attributes, word) == NULL && strstr(rule->attributes, must) == NULL) {
            return false;
        }
        at += length + 1;
    }
    for (const char *at = rule->attributes + 1; *at != '\0';) {
        int length = (int)strcspn(at, "! ");
        (void)snprintf(word, sizeof word, " %.*s ", length, at);
        if (at[length] == '!' && strstr(attributes, word) == NULL) {
            return false;
        }
        at += length + (at[length] == '!' ? 2 : 1);
    }
    return true;
}

static bool read_tag(struct reader *reader) {
    char attributes[256] = " ";
    bool closes = reader->at[1] == '/';
    const char *name = reader->at + (closes ? 2 : 1);
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz-");
    if (length == 0 || length >= NAME_MAX_BYTES || reader->depth == DEPTH_MAX) {
        return false;
    }
    reader->at = name + length;
    if (closes) {
        bool fits = reader->depth > 0 && strlen(reader->open[reader->depth - 1]) == length &&
                    memcmp(reader->open[reader->depth - 1], name, length) == 0;
        reader->depth--;
        return fits && *reader->at++ == '>';
    }
    memcpy(reader->open[reader->depth], name, length);
    reader->open[reader->depth++][length] = '\0';
    while (*reader->at == ' ') {
        size_t letters = strspn(reader->at + 1, "abcdefghijklmnopqrstuvwxyz");
        size_t used = strlen(attributes);
        (void)snprintf(attributes + used, sizeof attributes - used, "%.*s ", (int)letters,
                       reader->at + 1);
        reader->at += 1 + letters;
        if (strncmp(reader->at, "=\"", 2) != 0) {
            return false;
        }
        reader->at += 2;
        if (!read_text(reader, '"')) {
            return false;
        }
        reader->at++;
    }
    if (!is_allowed(reader, attributes)) {
        return false;
    }
    if (strncmp(reader->at, "/>", 2) == 0) {
        reader->depth--;
        reader->at += 2;
        return true;
    }
    return *reader->at++ == '>';
}

static bool is_read(const char *text, bool has_rules) {
    static const char first[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    struct reader reader = {.has_rules = has_rules, .at = text + sizeof first - 1};
    if (strncmp(text, first, sizeof first - 1) != 0) {
        return false;
    }
    while (*reader.at != '\0') {
        if (*reader.at == '<' ? !read_tag(&reader) : !read_text(&reader, '<')) {
            return false;
        }
    }
    return reader.depth == 0;
}

static bool is_xml(const char *text) {
    return is_read(text, false);
}

static bool is_junit(const char *text) {
    return is_read(text, true);
}

/* ---- Tests ---- */

static const struct junit_property properties[] = {
    {"seed", "7"}, {"strategy", "a&b"}, {NULL, NULL}};

static struct junit_case make_case(char *suite, char *name, char *text) {
    return (struct junit_case){.suite = suite, .name = name, .text = text, .message = ""};
}

static char *format(struct junit *junit) {
    struct sim_buffer text;
    sim_buffer_init(&text, cog_allocator_malloc());
    junit_format(junit, properties, &text);
    assert_false(text.has_failed);
    char *copy = malloc(text.length + 1);
    assert_non_null(copy);
    memcpy(copy, text.bytes, text.length);
    copy[text.length] = '\0';
    sim_buffer_term(&text);
    junit_free(junit);
    return copy;
}

static void assert_says(const char *text, const char *part) {
    if (strstr(text, part) == NULL) {
        fail_msg("'%s' is not in\n%s", part, text);
    }
}

static void the_reader_of_this_test_knows_what_is_no_xml(void **state) {
    (void)state;
    static const char first[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    static const struct {
        const char *text;
        bool is_xml;
    } cases[] = {
        {"<a></a>", true},
        {"<a b=\"c\"/>", true},
        {"<a>&lt;</a>", true},
        {"<a></b>", false},
        {"<a>", false},
        {"<a>&</a>", false},
        {"<a b=\"<\"/>", false},
        {"<a>\x01</a>", false},
        {"<a b=\"c/>", false},
        {"<a b=\"\tc\"/>", false},
        {"<a><b></a></b>", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[128];
        (void)snprintf(text, sizeof text, "%s%s", first, cases[i].text);
        if (is_xml(text) != cases[i].is_xml) {
            fail_msg("%s", cases[i].text);
        }
    }
}

static void the_reader_of_this_test_knows_what_is_no_junit(void **state) {
    (void)state;
    static const char first[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    static const char *const wrong[] = {
        "<testcase name=\"a\"/>",
        "<testsuites><testsuite name=\"a\" tests=\"1\" failures=\"0\"/></testsuites>",
        "<testsuites line=\"1\"></testsuites>",
        "<testsuites><properties></properties></testsuites>",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char text[160];
        (void)snprintf(text, sizeof text, "%s%s", first, wrong[i]);
        assert_false(is_junit(text));
    }
}

static void an_empty_campaign_is_a_document(void **state) {
    (void)state;
    struct junit junit = {.cases = NULL};
    char *text = format(&junit);
    assert_true(is_junit(text));
    assert_says(text, "tests=\"0\" failures=\"0\" errors=\"0\" time=\"0.000\"");
    free(text);
}

static void a_folder_is_a_suite_and_pieces_stand_in_their_order(void **state) {
    (void)state;
    struct junit junit = {.cases = NULL};
    struct junit_case late = make_case("b", "late", "l");
    struct junit_case failed = make_case("a", "failed", "it\nfailed");
    struct junit_case error = make_case("a", "error", "e");
    late.piece = 2;
    failed.piece = 1;
    failed.verdict = JUNIT_FAILED;
    failed.message = "check x";
    failed.time_ns = 1234567890;
    error.piece = 3;
    error.verdict = JUNIT_ERROR;
    assert_true(junit_add(&junit, &late) && junit_add(&junit, &error) &&
                junit_add(&junit, &failed));
    char *text = format(&junit);
    assert_true(is_junit(text));
    assert_says(text,
                "<testsuites name=\"cogsim explore\" tests=\"3\" failures=\"1\" errors=\"1\"");
    assert_says(text,
                "<testsuite name=\"a\" tests=\"2\" failures=\"1\" errors=\"1\" time=\"1.234\">");
    assert_says(text, "<property name=\"strategy\" value=\"a&amp;b\"/>");
    assert_says(text, "<failure type=\"failure\" message=\"check x\">it\nfailed</failure>");
    assert_true(strstr(text, "name=\"failed\"") < strstr(text, "name=\"error\""));
    assert_true(strstr(text, "name=\"error\"") < strstr(text, "<testsuite name=\"b\""));
    free(text);
}

static void whatever_is_told_it_is_xml(void **state) {
    (void)state;
    struct junit junit = {.cases = NULL};
    for (int first = 1; first < 256; first++) {
        char name[] = {(char)first, 'x', '\0'};
        char text[] = {'<', (char)first, '&', '"', '\n', '\0'};
        struct junit_case one = make_case(name, text, text);
        one.verdict = first % 2 == 0 ? JUNIT_FAILED : JUNIT_HELD;
        one.message = text;
        assert_true(junit_add(&junit, &one));
    }
    char *text = format(&junit);
    assert_true(is_junit(text));
    assert_says(text, "\xEF\xBF\xBD");
    free(text);
}

static void characters_stay_and_what_is_none_is_replaced(void **state) {
    (void)state;
    static const struct {
        const char *told;
        const char *written;
    } cases[] = {
        {"\xC3\xA4", ">\xC3\xA4<"},
        {"\xE2\x82\xAC", ">\xE2\x82\xAC<"},
        {"\xF0\x9F\x98\x80", ">\xF0\x9F\x98\x80<"},
        {"\xC0\xAF", ">\xEF\xBF\xBD\xEF\xBF\xBD<"},
        {"\xED\xA0\x80", ">\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD<"},
        {"\x1B[1m", ">\xEF\xBF\xBD[1m<"},
        {"\xEF\xBF\xBF", ">\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD<"},
        {"a\xC3", ">a\xEF\xBF\xBD<"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct junit junit = {.cases = NULL};
        struct junit_case one = make_case("s", "n", (char *)cases[i].told);
        assert_true(junit_add(&junit, &one));
        char *text = format(&junit);
        assert_says(text, cases[i].written);
        free(text);
    }
}

static void a_long_attribute_keeps_its_characters_whole(void **state) {
    (void)state;
    char name[1200] = "x";
    for (size_t i = 1; i + 2 < sizeof name; i += 2) {
        memcpy(name + i, "\xC3\xA4", 3);
    }
    struct junit junit = {.cases = NULL};
    struct junit_case one = make_case("s", name, "");
    assert_true(junit_add(&junit, &one));
    char *text = format(&junit);
    assert_says(text, name);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reader_of_this_test_knows_what_is_no_xml),
        cmocka_unit_test(the_reader_of_this_test_knows_what_is_no_junit),
        cmocka_unit_test(an_empty_campaign_is_a_document),
        cmocka_unit_test(a_folder_is_a_suite_and_pieces_stand_in_their_order),
        cmocka_unit_test(whatever_is_told_it_is_xml),
        cmocka_unit_test(characters_stay_and_what_is_none_is_replaced),
        cmocka_unit_test(a_long_attribute_keeps_its_characters_whole),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
