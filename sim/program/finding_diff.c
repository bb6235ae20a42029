/* finding_diff.c - a failure beside the nearest run that passes, or else fails in another way: that
 * one's schedule, and pages with both. */
#include "sim/program/exploring.h"

#include "sim/program/beside.h"
#include "sim/program/confined.h"
#include "sim/program/program.h"

#include <inttypes.h>
#include <stdarg.h>

enum { DIFF_EVENTS_MAX = 200000, CUTS_TRIED = 100 };

static int write_nearest(struct exploring *exploring, const struct sim_schedule *schedule) {
    struct sim_buffer text;
    const char *how = exploring->nearest_passes ? "passes" : "fails otherwise";
    sim_buffer_init(&text, cog_allocator_malloc());
    sim_buffer_add_format(&text, "# The nearest way on which %s %s.\n", exploring->loaded.path,
                          how);
    sim_schedule_write(schedule, 0, &text);
    bool is_named = finding_name(exploring, exploring->nearest_passes ? ".passing" : ".otherwise",
                                 exploring->nearest_path);
    int code = finding_write_text(exploring, exploring->nearest_path, is_named, &text);
    sim_buffer_term(&text);
    return code;
}

/* Why there is nothing beside the failure. */
__attribute__((format(printf, 2, 3))) static void say_why(struct exploring *exploring,
                                                          const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(exploring->no_page, sizeof exploring->no_page, format, arguments);
    va_end(arguments);
}

static int write_pages(struct exploring *exploring, const struct beside *beside) {
    bool is_named = finding_name(exploring, ".diff.html", exploring->diff_path) &&
                    finding_name(exploring, ".html", exploring->page_path);
    if (!is_named) {
        complain_to(exploring->errors, "cannot write %s: the name is too long",
                    exploring->diff_path);
        return EXIT_ENVIRONMENT;
    }
    int code = beside_write_diff(beside, exploring->diff_path, exploring->errors);
    return code == EXIT_HELD ? beside_write_page(beside, exploring->page_path, exploring->errors)
                             : code;
}

/* pair null: what decides is not known. */
static int write_beside(struct exploring *exploring, const struct sim_schedule *failing,
                        const struct sim_schedule *nearest, const struct sim_critical_pair *pair,
                        unsigned vary) {
    struct beside_ways ways = {.loaded = &exploring->loaded,
                               .vary = vary,
                               .statement_count_max = exploring->settings->statement_count_max,
                               .memory_bytes = exploring->settings->memory_bytes,
                               .hang_ns = exploring->settings->hang_ns,
                               .schedules = {failing, nearest}};
    struct beside beside = {.names = {exploring->schedule_path, exploring->nearest_path}};
    if (pair != NULL) {
        beside.reason = exploring->shrunk.pair_words.bytes;
        beside_mark(&beside, pair);
    }
    int code = beside_go(&beside, &ways);
    if (code == EXIT_HELD) {
        code = write_pages(exploring, &beside);
    } else if (code == EXIT_NOT_HELD) {
        exploring->has_no_traces = true;
        say_why(exploring, "%s",
                sim_scenario_has_programs(exploring->loaded.scenario)
                    ? "the C program ends the process, which leaves no trace"
                    : "there is no trace of both runs");
        code = EXIT_HELD;
    } else {
        complain_to(exploring->errors, "%s: out of memory", exploring->loaded.path);
    }
    beside_close(&beside);
    return code;
}

int finding_write_diff(struct exploring *exploring, const struct sim_result *result,
                       unsigned vary) {
    const struct sim_critical_pair *pair = &exploring->shrunk.pair;
    if (exploring->settings->out == NULL) {
        return EXIT_HELD;
    }
    if (!exploring->has_shrunk || !pair->is_found) {
        say_why(exploring, "%s",
                exploring->has_shrunk ? "no run is known that passes, or fails otherwise"
                                      : "no other run is looked for with --shrink no");
        return EXIT_HELD;
    }
    struct sim_schedule folded;
    sim_schedule_init(&folded, cog_allocator_malloc());
    int code = EXIT_ENVIRONMENT;
    exploring->nearest_passes = pair->passes;
    if (sim_schedule_add_folded(&folded, &pair->passing) == COG_OK) {
        code = write_nearest(exploring, &folded);
    } else {
        complain_to(exploring->errors, "%s: out of memory", exploring->loaded.path);
    }
    if (code == EXIT_HELD && result->event_count > DIFF_EVENTS_MAX) {
        say_why(exploring, "of %" PRIu64 " events no page is made, of up to %d one is",
                result->event_count, DIFF_EVENTS_MAX);
    } else if (code == EXIT_HELD) {
        code = write_beside(exploring, &exploring->shrunk.schedule, &folded, pair, vary);
    }
    sim_schedule_term(&folded);
    return code;
}

/* ---- C programs ---- */

/* A way that is tried in another process. */
struct trying {
    const struct exploring *exploring;
    const struct sim_schedule *schedule;
    unsigned vary;
};

static int try_confined(void *context, const struct confined_place *place) {
    const struct trying *trying = context;
    const struct explore_settings *settings = trying->exploring->settings;
    struct loaded loaded = trying->exploring->loaded;
    struct sim_guide guide;
    struct sim_guide_options guide_options = {
        .vary = trying->vary, .follow = trying->schedule, .witness = place->witness};
    struct sim_run_options options = {.source = &loaded.source,
                                      .guide = &guide,
                                      .statement_count_max = settings->statement_count_max,
                                      .memory_bytes = settings->memory_bytes,
                                      .witness = place->witness};
    struct sim_run *run = NULL;
    struct sim_result result = {.ok = false};
    int status = sim_guide_open(&guide, &loaded.program, &guide_options);
    status = status == COG_OK ? sim_run_new(&loaded.program, &options, &run) : status;
    status = status == COG_OK ? sim_run_execute(run, &result) : status;
    return status == COG_OK && result.ok ? EXIT_HELD : EXIT_NOT_HELD;
}

static bool passes(const struct exploring *exploring, const struct sim_schedule *schedule,
                   unsigned vary) {
    struct trying trying = {.exploring = exploring, .schedule = schedule, .vary = vary};
    struct confined confined;
    FILE *nowhere = fopen("/dev/null", "w");
    bool is_open =
        nowhere != NULL && confined_open(&confined, exploring->settings->hang_ns) == COG_OK;
    bool is_held =
        is_open && confined_do(&confined, try_confined, &trying, nowhere, nowhere) == EXIT_HELD;
    if (is_open) {
        confined_close(&confined);
    }
    if (nowhere != NULL) {
        (void)fclose(nowhere);
    }
    return is_held;
}

/* The most of its first lines with which it passes, production deciding the rest; false: none. */
static bool cut_until_it_passes(const struct exploring *exploring, struct sim_schedule *schedule,
                                unsigned vary) {
    for (int tries = 0; schedule->count > 0 && tries < CUTS_TRIED; tries++) {
        sim_schedule_cut(schedule, schedule->count - 1);
        if (passes(exploring, schedule, vary)) {
            return true;
        }
    }
    return false;
}

int finding_write_diff_apart(struct exploring *exploring, const struct sim_schedule *failing,
                             unsigned vary) {
    struct sim_schedule nearest;
    if (exploring->settings->out == NULL) {
        return EXIT_HELD;
    }
    sim_schedule_init(&nearest, cog_allocator_malloc());
    int code = EXIT_ENVIRONMENT;
    if (sim_schedule_add_all(&nearest, failing, 0, failing->count) != COG_OK) {
        complain_to(exploring->errors, "%s: out of memory", exploring->loaded.path);
    } else if (!cut_until_it_passes(exploring, &nearest, vary)) {
        say_why(exploring,
                "it fails with fewer of these decisions, too, and in production's order");
        code = EXIT_HELD;
    } else {
        exploring->nearest_passes = true;
        code = write_nearest(exploring, &nearest);
        code = code == EXIT_HELD ? write_beside(exploring, failing, &nearest, NULL, vary) : code;
    }
    sim_schedule_term(&nearest);
    return code;
}
