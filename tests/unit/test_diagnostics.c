/* test_diagnostics.c - findings in order, as people see them. */
#include "tests/unit/language_fixture.h"

#include <stdio.h>

struct rendering {
    struct sim_source source;
    struct sim_diagnostics diagnostics;
    struct sim_buffer buffer;
};

static void start(struct rendering *rendering, const char *text, size_t length) {
    const struct cog_allocator *allocator = cog_allocator_malloc();
    assert_int_equal(sim_source_from_text(&rendering->source, allocator, "t", text, length),
                     COG_OK);
    sim_diagnostics_init(&rendering->diagnostics, allocator);
    sim_buffer_init(&rendering->buffer, allocator);
}

static void assert_rendered(struct rendering *rendering, bool colour, const char *expected) {
    sim_diagnostics_render(&rendering->diagnostics, &rendering->source,
                           (struct sim_render_options){.colour = colour}, &rendering->buffer);
    assert_string_equal(rendering->buffer.bytes, expected);
    sim_buffer_term(&rendering->buffer);
    sim_diagnostics_term(&rendering->diagnostics);
    sim_source_close(&rendering->source);
}

static struct sim_place place(uint32_t line, uint32_t column, uint32_t offset, uint32_t length) {
    return (struct sim_place){.line = line, .column = column, .offset = offset, .length = length};
}

static void findings_come_in_order_of_their_places(void **state) {
    (void)state;
    struct rendering rendering;
    start(&rendering, "one two\n", 8);
    struct sim_diagnostics *diagnostics = &rendering.diagnostics;
    (void)sim_diagnostics_warning(diagnostics, place(1, 5, 4, 3), "later %d", 2);
    struct sim_finding *finding = sim_diagnostics_error(diagnostics, place(1, 1, 0, 3), "first");
    sim_diagnostics_label(diagnostics, finding, "label");
    sim_diagnostics_note(diagnostics, finding, place(1, 5, 4, 3), "other");
    sim_diagnostics_help(diagnostics, finding, "help");
    assert_rendered(&rendering, false,
                    "t:1:1: error: first\n"
                    "    1 | one two\n"
                    "      | ^~~ label\n"
                    "t:1:5: note: other\n"
                    "    1 | one two\n"
                    "      |     ^~~\n"
                    "      = help\n"
                    "t:1:5: warning: later 2\n"
                    "    1 | one two\n"
                    "      |     ^~~\n"
                    "t: 1 error, 1 warning\n");
}

static void the_underline_stands_under_wide_characters(void **state) {
    (void)state;
    struct rendering rendering;
    /* Two wide characters, an e with a combining accent, a tab. */
    static const char text[] = "\xe6\x97\xa5\xe6\x9c\xac e\xcc\x81\tx";
    start(&rendering, text, sizeof(text) - 1);
    (void)sim_diagnostics_error(&rendering.diagnostics, place(1, 2, 3, 3), "wide");
    (void)sim_diagnostics_error(&rendering.diagnostics, place(1, 7, 11, 1), "behind");
    assert_rendered(&rendering, false,
                    "t:1:2: error: wide\n"
                    "    1 | \xe6\x97\xa5\xe6\x9c\xac e\xcc\x81    x\n"
                    "      |   ^~\n"
                    "t:1:7: error: behind\n"
                    "    1 | \xe6\x97\xa5\xe6\x9c\xac e\xcc\x81    x\n"
                    "      |           ^\n"
                    "t: 2 errors\n");
}

static void control_characters_never_reach_the_terminal(void **state) {
    (void)state;
    struct rendering rendering;
    start(&rendering, "a\x1b[31mb\xff", 8);
    (void)sim_diagnostics_error(&rendering.diagnostics, place(1, 7, 6, 1), "b");
    assert_rendered(&rendering, false,
                    "t:1:7: error: b\n"
                    "    1 | a\xef\xbf\xbd[31mb\xef\xbf\xbd\n"
                    "      |       ^\n"
                    "t: 1 error\n");
}

static void a_long_line_is_cut_around_the_place(void **state) {
    (void)state;
    struct rendering rendering;
    static char text[100000];
    memset(text, 'x', sizeof(text));
    start(&rendering, text, sizeof(text));
    (void)sim_diagnostics_error(&rendering.diagnostics, place(1, 50001, 50000, 40000), "here");
    char expected[1024];
    char xs[128];
    char tildes[128];
    memset(xs, 'x', sizeof(xs));
    memset(tildes, '~', sizeof(tildes));
    (void)snprintf(expected, sizeof(expected),
                   "t:1:50001: error: here\n    1 | ...%.110s...\n      | %53s^%.59s\n"
                   "t: 1 error\n",
                   xs, "", tildes);
    assert_rendered(&rendering, false, expected);
}

static void colour_is_a_matter_of_choice(void **state) {
    (void)state;
    struct rendering rendering;
    start(&rendering, "x", 1);
    (void)sim_diagnostics_error(&rendering.diagnostics, place(1, 1, 0, 1), "m");
    assert_rendered(&rendering, true,
                    "\x1b[1mt:1:1:\x1b[0m \x1b[1;31merror:\x1b[0m m\n"
                    "\x1b[34m    1 | \x1b[0mx\n"
                    "\x1b[34m      | \x1b[0m\x1b[1;32m^\x1b[0m\n"
                    "t: 1 error\n");
}

static void only_so_many_findings_are_shown(void **state) {
    (void)state;
    struct rendering rendering;
    start(&rendering, "x", 1);
    for (unsigned i = 0; i < SIM_FINDINGS_SHOWN_MAX + 12; i++) {
        (void)sim_diagnostics_error(&rendering.diagnostics, place(1, 1, 0, 1), "m%u", i);
    }
    sim_diagnostics_render(&rendering.diagnostics, &rendering.source,
                           (struct sim_render_options){0}, &rendering.buffer);
    assert_non_null(strstr(rendering.buffer.bytes, "t: 62 errors (50 shown, and 12 more)\n"));
    sim_buffer_term(&rendering.buffer);
    sim_diagnostics_term(&rendering.diagnostics);
    sim_source_close(&rendering.source);
}

static void the_place_behind_the_text_can_be_shown(void **state) {
    (void)state;
    struct rendering rendering;
    start(&rendering, "", 0);
    (void)sim_diagnostics_error(&rendering.diagnostics, place(1, 1, 0, 0), "m");
    assert_rendered(&rendering, false, "t:1:1: error: m\n    1 | \n      | ^\nt: 1 error\n");
}

static void nothing_is_lost_on_a_null_finding(void **state) {
    (void)state;
    struct sim_diagnostics diagnostics;
    sim_diagnostics_init(&diagnostics, cog_allocator_malloc());
    sim_diagnostics_label(&diagnostics, NULL, "x");
    sim_diagnostics_note(&diagnostics, NULL, place(1, 1, 0, 0), "x");
    sim_diagnostics_help(&diagnostics, NULL, "x");
    assert_int_equal(diagnostics.count, 0);
    sim_diagnostics_term(&diagnostics);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings_come_in_order_of_their_places),
        cmocka_unit_test(the_underline_stands_under_wide_characters),
        cmocka_unit_test(control_characters_never_reach_the_terminal),
        cmocka_unit_test(a_long_line_is_cut_around_the_place),
        cmocka_unit_test(colour_is_a_matter_of_choice),
        cmocka_unit_test(only_so_many_findings_are_shown),
        cmocka_unit_test(the_place_behind_the_text_can_be_shown),
        cmocka_unit_test(nothing_is_lost_on_a_null_finding),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
