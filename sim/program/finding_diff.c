/* finding_diff.c - a failure beside the nearest run that passes: that one's schedule, and a page
 * with both. */
#include "sim/program/exploring.h"

#include "sim/program/nearest_diff.h"
#include "sim/program/program.h"

enum { DIFF_EVENTS_MAX = 200000 };

static int write_passing(struct exploring *exploring, const struct sim_schedule *schedule) {
    struct sim_buffer text;
    sim_buffer_init(&text, cog_allocator_malloc());
    sim_buffer_add_format(&text, "# The nearest way on which %s passes.\n", exploring->loaded.path);
    sim_schedule_write(schedule, 0, &text);
    bool is_named = finding_name(exploring, ".passing", exploring->passing_path);
    int code = finding_write_text(exploring, exploring->passing_path, is_named, &text);
    sim_buffer_term(&text);
    return code;
}

static int write_page(struct exploring *exploring, const struct sim_schedule *passing,
                      unsigned vary) {
    struct nearest_diff nearest = {.loaded = &exploring->loaded,
                                   .vary = vary,
                                   .statement_count_max = exploring->settings->statement_count_max,
                                   .memory_bytes = exploring->settings->memory_bytes,
                                   .schedules = {&exploring->shrunk.schedule, passing},
                                   .names = {exploring->schedule_path, exploring->passing_path}};
    if (!finding_name(exploring, ".diff.html", exploring->diff_path)) {
        complain_to(exploring->errors, "cannot write %s: the name is too long",
                    exploring->diff_path);
        return EXIT_ENVIRONMENT;
    }
    return nearest_diff_write(&nearest, exploring->diff_path, exploring->errors);
}

int finding_write_diff(struct exploring *exploring, const struct sim_result *result,
                       unsigned vary) {
    const struct sim_critical_pair *pair = &exploring->shrunk.pair;
    if (exploring->settings->out == NULL || !exploring->has_shrunk || !pair->is_found ||
        !pair->passes) {
        return EXIT_HELD;
    }
    struct sim_schedule folded;
    sim_schedule_init(&folded, cog_allocator_malloc());
    int code = EXIT_ENVIRONMENT;
    if (sim_schedule_add_folded(&folded, &pair->passing) == COG_OK) {
        code = write_passing(exploring, &folded);
    } else {
        complain_to(exploring->errors, "%s: out of memory", exploring->loaded.path);
    }
    if (code == EXIT_HELD && result->event_count <= DIFF_EVENTS_MAX) {
        code = write_page(exploring, &folded, vary);
    }
    sim_schedule_term(&folded);
    return code;
}
