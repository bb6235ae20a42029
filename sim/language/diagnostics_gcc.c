/* diagnostics_gcc.c - writes findings one a line, as gcc does without its snippets, for programs to
 * read: every editor knows how to jump to them.
 *
 *     bad.scn:6:5: error: unknown statement 'recieve' [did you mean 'recv'?]
 */
#include "sim/language/diagnostics.h"

static void add_heading(struct sim_buffer *buffer, const struct sim_source *source,
                        struct sim_place place, const char *kind, const char *message) {
    sim_buffer_add_format(buffer, "%s:%u:%u: %s: %s", sim_source_file_name(source, place.line),
                          sim_line_number(place.line), place.column, kind, message);
}

static void add_finding(struct sim_buffer *buffer, const struct sim_source *source,
                        const struct sim_finding *finding) {
    bool is_error = finding->severity == SIM_SEVERITY_ERROR;
    add_heading(buffer, source, finding->place, is_error ? "error" : "warning", finding->message);
    if (finding->label != NULL) {
        sim_buffer_add_format(buffer, " [%s]", finding->label);
    }
    sim_buffer_add_text(buffer, "\n");
    for (const struct sim_note *note = finding->notes; note != NULL; note = note->next) {
        bool has_place = note->place.line != 0;
        add_heading(buffer, source, has_place ? note->place : finding->place, "note",
                    note->message);
        sim_buffer_add_text(buffer, "\n");
    }
}

void sim_diagnostics_render_gcc(struct sim_diagnostics *diagnostics,
                                const struct sim_source *source, struct sim_buffer *buffer) {
    sim_diagnostics_sort(diagnostics);
    for (uint32_t i = 0; i < diagnostics->count; i++) {
        add_finding(buffer, source, diagnostics->findings[i]);
    }
}
