/* diagnostics.h - what is wrong with a scenario file: collected while it is read, then sorted and
 * rendered.
 *
 * A finding has a severity, a place, a message, optionally a label that is written beside the
 * underline, and notes that point at other places or at none. Messages are made with printf formats
 * and copied. Findings are kept in the order of their places; those of one place in the order they
 * were reported.
 *
 * Memory running out is remembered (has_failed) and reported by whoever hands the diagnostics out.
 * Every call takes a null finding and then does nothing, so that reporting needs no checks.
 */
#ifndef SIM_LANGUAGE_DIAGNOSTICS_H
#define SIM_LANGUAGE_DIAGNOSTICS_H

#include "core/allocator.h"
#include "sim/language/arena.h"
#include "sim/language/ast.h"
#include "sim/language/buffer.h"
#include "sim/language/source.h"

#include <stdbool.h>
#include <stdint.h>

/* Errors past this many are not collected, and whoever reports may as well stop. */
#define SIM_ERRORS_MAX 1000

/* Findings past this many are counted, not shown. */
#define SIM_FINDINGS_SHOWN_MAX 50

enum sim_severity {
    SIM_SEVERITY_ERROR,
    SIM_SEVERITY_WARNING,
};

struct sim_note {
    struct sim_note *next;
    struct sim_place place; /* line 0: of no place */
    const char *message;
};

struct sim_finding {
    enum sim_severity severity;
    uint32_t sequence; /* in the order they were reported */
    struct sim_place place;
    const char *message;
    const char *label; /* null: none */
    struct sim_note *notes;
};

struct sim_diagnostics {
    struct sim_arena arena;
    struct sim_finding **findings;
    uint32_t count;
    uint32_t error_count;
    uint32_t warning_count;
    uint32_t dropped_warning_count;
    bool has_failed;
};

void sim_diagnostics_init(struct sim_diagnostics *diagnostics,
                          const struct cog_allocator *allocator);
void sim_diagnostics_term(struct sim_diagnostics *diagnostics);

/* Whether there are as many errors as will be taken, or memory has run out. */
bool sim_diagnostics_is_full(const struct sim_diagnostics *diagnostics);

/* Adds a finding; null if it was not taken. */
__attribute__((format(printf, 3, 4))) struct sim_finding *
sim_diagnostics_error(struct sim_diagnostics *diagnostics, struct sim_place place,
                      const char *format, ...);
__attribute__((format(printf, 3, 4))) struct sim_finding *
sim_diagnostics_warning(struct sim_diagnostics *diagnostics, struct sim_place place,
                        const char *format, ...);

/* Sets what stands beside the underline. */
__attribute__((format(printf, 3, 4))) void
sim_diagnostics_label(struct sim_diagnostics *diagnostics, struct sim_finding *finding,
                      const char *format, ...);

/* Adds a note that points at a place. */
__attribute__((format(printf, 4, 5))) void sim_diagnostics_note(struct sim_diagnostics *diagnostics,
                                                                struct sim_finding *finding,
                                                                struct sim_place place,
                                                                const char *format, ...);

/* Adds a note about no place in particular. */
__attribute__((format(printf, 3, 4))) void sim_diagnostics_help(struct sim_diagnostics *diagnostics,
                                                                struct sim_finding *finding,
                                                                const char *format, ...);

/* Sorts the findings by place. */
void sim_diagnostics_sort(struct sim_diagnostics *diagnostics);

struct sim_render_options {
    bool colour; /* ANSI escapes */
};

/* Adds all findings to the buffer, in order, each with its line of the source underlined. */
void sim_diagnostics_render(struct sim_diagnostics *diagnostics, const struct sim_source *source,
                            struct sim_render_options options, struct sim_buffer *buffer);

/* The same for programs to read: FILE:LINE:COLUMN: error: MESSAGE [LABEL], a line each, all of
 * them; notes follow what they belong to, those of no place at its place. */
void sim_diagnostics_render_gcc(struct sim_diagnostics *diagnostics,
                                const struct sim_source *source, struct sim_buffer *buffer);

#endif
