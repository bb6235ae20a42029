/* test_diagnostics_gcc.c - findings as programs read them. */
#include "core/status.h"
#include "sim/language/diagnostics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct sim_place place(uint32_t line, uint32_t column, uint32_t offset, uint32_t length) {
    return (struct sim_place){.line = line, .column = column, .offset = offset, .length = length};
}

static void findings_for_programs_are_a_line_each(void **state) {
    (void)state;
    const struct cog_allocator *allocator = cog_allocator_malloc();
    struct sim_source source;
    struct sim_diagnostics diagnostics;
    struct sim_buffer buffer;
    assert_int_equal(sim_source_from_text(&source, allocator, "t", "one two\n", 8), COG_OK);
    sim_diagnostics_init(&diagnostics, allocator);
    sim_buffer_init(&buffer, allocator);
    sim_diagnostics_render_gcc(&diagnostics, &source, &buffer);
    assert_int_equal(buffer.length, 0);
    (void)sim_diagnostics_warning(&diagnostics, place(1, 5, 4, 3), "later");
    struct sim_finding *finding = sim_diagnostics_error(&diagnostics, place(1, 1, 0, 3), "first");
    sim_diagnostics_label(&diagnostics, finding, "label");
    sim_diagnostics_note(&diagnostics, finding, place(1, 5, 4, 3), "other");
    sim_diagnostics_help(&diagnostics, finding, "help");
    sim_diagnostics_render_gcc(&diagnostics, &source, &buffer);
    assert_string_equal(buffer.bytes, "t:1:1: error: first [label]\n"
                                      "t:1:5: note: other\n"
                                      "t:1:1: note: help\n"
                                      "t:1:5: warning: later\n");
    sim_buffer_term(&buffer);
    sim_diagnostics_term(&diagnostics);
    sim_source_close(&source);
}

static void programs_are_told_all_findings(void **state) {
    (void)state;
    const struct cog_allocator *allocator = cog_allocator_malloc();
    struct sim_source source;
    struct sim_diagnostics diagnostics;
    struct sim_buffer buffer;
    assert_int_equal(sim_source_from_text(&source, allocator, "t", "x", 1), COG_OK);
    sim_diagnostics_init(&diagnostics, allocator);
    sim_buffer_init(&buffer, allocator);
    for (unsigned i = 0; i < SIM_FINDINGS_SHOWN_MAX + 12; i++) {
        (void)sim_diagnostics_error(&diagnostics, place(1, 1, 0, 1), "m%u", i);
    }
    sim_diagnostics_render_gcc(&diagnostics, &source, &buffer);
    size_t lines = 0;
    for (size_t i = 0; i < buffer.length; i++) {
        lines += buffer.bytes[i] == '\n';
    }
    assert_int_equal(lines, SIM_FINDINGS_SHOWN_MAX + 12);
    sim_buffer_term(&buffer);
    sim_diagnostics_term(&diagnostics);
    sim_source_close(&source);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings_for_programs_are_a_line_each),
        cmocka_unit_test(programs_are_told_all_findings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
