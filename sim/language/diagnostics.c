/* diagnostics.c - collects findings and puts them in order. */
#include "sim/language/diagnostics.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Longer messages are cut: they quote names, and a name may be as long as the file. */
enum { MESSAGE_BYTES_MAX = 480 };

void sim_diagnostics_init(struct sim_diagnostics *diagnostics,
                          const struct cog_allocator *allocator) {
    *diagnostics = (struct sim_diagnostics){0};
    sim_arena_init(&diagnostics->arena, allocator);
}

void sim_diagnostics_term(struct sim_diagnostics *diagnostics) {
    sim_arena_term(&diagnostics->arena);
    diagnostics->findings = NULL;
    diagnostics->count = 0;
}

bool sim_diagnostics_is_full(const struct sim_diagnostics *diagnostics) {
    return diagnostics->has_failed || diagnostics->error_count >= SIM_ERRORS_MAX;
}

static const char *format_message(struct sim_diagnostics *diagnostics, const char *format,
                                  va_list arguments) {
    char message[MESSAGE_BYTES_MAX];
    int length = vsnprintf(message, sizeof(message), format, arguments);
    size_t kept = length < 0 ? 0 : (size_t)length;
    if (kept >= sizeof(message)) {
        kept = sizeof(message) - 1;
    }
    const char *copy = sim_arena_copy(&diagnostics->arena, message, kept);
    diagnostics->has_failed |= copy == NULL;
    return copy;
}

static struct sim_finding *add(struct sim_diagnostics *diagnostics, enum sim_severity severity,
                               struct sim_place place, const char *format, va_list arguments) {
    struct sim_finding *finding = sim_arena_allocate(&diagnostics->arena, sizeof(*finding));
    const char *message = format_message(diagnostics, format, arguments);
    struct sim_finding **findings =
        sim_arena_push(&diagnostics->arena, diagnostics->findings, &diagnostics->count,
                       sizeof(struct sim_finding *));
    if (findings != NULL) {
        diagnostics->findings = findings;
    }
    if (finding == NULL || message == NULL || findings == NULL) {
        diagnostics->count -= findings != NULL;
        diagnostics->has_failed = true;
        return NULL;
    }
    *finding = (struct sim_finding){
        .severity = severity, .sequence = diagnostics->count, .place = place, .message = message};
    diagnostics->findings[diagnostics->count - 1] = finding;
    return finding;
}

struct sim_finding *sim_diagnostics_error(struct sim_diagnostics *diagnostics,
                                          struct sim_place place, const char *format, ...) {
    if (sim_diagnostics_is_full(diagnostics)) {
        return NULL;
    }
    va_list arguments;
    va_start(arguments, format);
    struct sim_finding *finding = add(diagnostics, SIM_SEVERITY_ERROR, place, format, arguments);
    va_end(arguments);
    diagnostics->error_count++;
    return finding;
}

struct sim_finding *sim_diagnostics_warning(struct sim_diagnostics *diagnostics,
                                            struct sim_place place, const char *format, ...) {
    if (diagnostics->has_failed || diagnostics->warning_count >= SIM_ERRORS_MAX) {
        diagnostics->dropped_warning_count++;
        return NULL;
    }
    va_list arguments;
    va_start(arguments, format);
    struct sim_finding *finding = add(diagnostics, SIM_SEVERITY_WARNING, place, format, arguments);
    va_end(arguments);
    diagnostics->warning_count++;
    return finding;
}

void sim_diagnostics_label(struct sim_diagnostics *diagnostics, struct sim_finding *finding,
                           const char *format, ...) {
    if (finding == NULL) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    finding->label = format_message(diagnostics, format, arguments);
    va_end(arguments);
}

static void add_note(struct sim_diagnostics *diagnostics, struct sim_finding *finding,
                     struct sim_place place, const char *format, va_list arguments) {
    struct sim_note *note = sim_arena_allocate(&diagnostics->arena, sizeof(*note));
    const char *message = format_message(diagnostics, format, arguments);
    if (note == NULL || message == NULL) {
        diagnostics->has_failed = true;
        return;
    }
    *note = (struct sim_note){.place = place, .message = message};
    struct sim_note **end = &finding->notes;
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = note;
}

void sim_diagnostics_note(struct sim_diagnostics *diagnostics, struct sim_finding *finding,
                          struct sim_place place, const char *format, ...) {
    if (finding == NULL) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    add_note(diagnostics, finding, place, format, arguments);
    va_end(arguments);
}

void sim_diagnostics_help(struct sim_diagnostics *diagnostics, struct sim_finding *finding,
                          const char *format, ...) {
    if (finding == NULL) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    add_note(diagnostics, finding, (struct sim_place){0}, format, arguments);
    va_end(arguments);
}

static int compare_findings(const void *a, const void *b) {
    const struct sim_finding *left = *(struct sim_finding *const *)a;
    const struct sim_finding *right = *(struct sim_finding *const *)b;
    if (left->place.offset != right->place.offset) {
        return left->place.offset < right->place.offset ? -1 : 1;
    }
    return left->sequence < right->sequence ? -1 : left->sequence > right->sequence;
}

static bool is_same(const struct sim_finding *left, const struct sim_finding *right) {
    return left->place.offset == right->place.offset && left->severity == right->severity &&
           strcmp(left->message, right->message) == 0;
}

/* Lines with parameters are read twice: what was found twice is told once. */
static void drop_repeated(struct sim_diagnostics *diagnostics) {
    uint32_t kept = 1;
    for (uint32_t i = 1; i < diagnostics->count; i++) {
        struct sim_finding *finding = diagnostics->findings[i];
        if (!is_same(diagnostics->findings[kept - 1], finding)) {
            diagnostics->findings[kept++] = finding;
        } else if (finding->severity == SIM_SEVERITY_ERROR) {
            diagnostics->error_count--;
        } else {
            diagnostics->warning_count--;
        }
    }
    diagnostics->count = kept;
}

void sim_diagnostics_sort(struct sim_diagnostics *diagnostics) {
    if (diagnostics->count > 1) {
        qsort(diagnostics->findings, diagnostics->count, sizeof(struct sim_finding *),
              compare_findings);
        drop_repeated(diagnostics);
    }
}
