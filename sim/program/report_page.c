/* report_page.c - finds the other run, and has the page written. */
#include "sim/program/report_page.h"

#include "sim/program/beside.h"
#include "sim/program/guided.h"
#include "sim/program/nearest.h"
#include "sim/program/program.h"

#include <string.h>

struct report_page {
    struct report_page_settings *settings;
    struct beside beside;
    struct nearest nearest;
    bool has_nearest; /* it is to be closed */
    char names[2][TRACED_NAME_BYTES];
};

static int complain_of_memory(const struct loaded *loaded, FILE *errors) {
    complain_to(errors, "%s: out of memory", loaded->path);
    return EXIT_ENVIRONMENT;
}

/* Beside the run that fails goes the nearest one that passes. Both are traced with their decisions,
 * which the run at hand may have been made without. */
static int go_beside(struct report_page *page, struct loaded *loaded, unsigned vary, FILE *errors) {
    struct beside_ways ways = {.loaded = loaded,
                               .vary = vary,
                               .schedules = {&page->nearest.failing, &page->nearest.pair.passing}};
    int code = beside_go(&page->beside, &ways);
    (void)snprintf(page->names[1], sizeof page->names[1], "the nearest run that passes");
    if (code == EXIT_NOT_HELD) { /* then it stands alone */
        beside_close(&page->beside);
        return EXIT_HELD;
    }
    return code == EXIT_HELD ? code : complain_of_memory(loaded, errors);
}

static int find_nearest(struct report_page *page, struct loaded *loaded, FILE *errors) {
    const struct traced_settings *traced = &page->settings->traced;
    struct guided guided;
    struct guided_settings guided_settings = {.schedule_path = traced->schedule_path};
    unsigned vary = traced->vary != 0 ? traced->vary : guided_vary(loaded->scenario);
    int code = guided_open(&guided, loaded, &guided_settings, errors);
    if (code == EXIT_HELD) {
        page->has_nearest = true;
        int status = nearest_find(&page->nearest, loaded, &guided.schedule, vary);
        code = status == COG_OK ? EXIT_HELD : complain_of_memory(loaded, errors);
    }
    guided_close(&guided);
    if (code == EXIT_HELD && page->settings->beside == NULL && page->nearest.pair.passes) {
        code = go_beside(page, loaded, vary, errors);
    }
    return code;
}

/* Looks at the run; that of C programs is in another process, and stands alone. */
static int look(void *context, struct sim_run *run, const struct loaded *loaded, FILE *errors) {
    struct report_page *page = context;
    struct loaded own = *loaded;
    if (run->journal.failure_count == 0 || page->settings->is_alone ||
        sim_scenario_has_programs(loaded->scenario)) {
        return EXIT_HELD;
    }
    return find_nearest(page, &own, errors);
}

static bool is_scenario_name(const char *path) {
    size_t length = strlen(path);
    return length > 4 && strcmp(path + length - 4, ".scn") == 0;
}

/* How the other run is made that was asked for: *path becomes that of its scenario or trace. */
static int set_other(struct report_page_settings *settings, struct traced_settings *other,
                     char **path) {
    if (settings->beside == NULL) {
        return EXIT_HELD;
    }
    enum content first;
    enum content second;
    int code = content_of(*path, &first);
    code = code == EXIT_HELD ? content_of(settings->beside, &second) : code;
    if (code != EXIT_HELD) {
        return code;
    }
    bool is_schedule = second == CONTENT_SCENARIO && !is_scenario_name(settings->beside);
    if (is_schedule && first == CONTENT_TRACE) {
        complain("--beside: %s is a schedule, and %s a trace; name the scenario", settings->beside,
                 *path);
        return EXIT_BAD_INPUT;
    }
    settings->traced.is_guided = is_schedule || settings->traced.schedule_path != NULL;
    *other = settings->traced;
    other->look = NULL;
    other->expects_failures = true;
    other->schedule_path = is_schedule ? settings->beside : NULL;
    *path = is_schedule ? *path : (char *)settings->beside;
    return EXIT_HELD;
}

static int load_other(struct report_page *page, struct traced_settings *other, char *path) {
    int code = traced_load(path, other, &page->beside.traces[1]);
    if (code != EXIT_HELD) {
        return code;
    }
    traced_name(path, other, page->names[1]);
    code = beside_compare(&page->beside);
    if (code != EXIT_HELD) {
        complain("%s: out of memory", path);
    }
    return code;
}

/* What decides, where the pair is one of the run that is shown. */
static void mark_pair(struct report_page *page) {
    const struct nearest *nearest = &page->nearest;
    if (!page->has_nearest || nearest->reason.length == 0) {
        return;
    }
    page->beside.reason = nearest->reason.bytes;
    if (nearest->pair.is_of_schedule) {
        beside_mark(&page->beside, &nearest->pair);
    }
}

static int write_alone(const struct rep_trace *trace, const char *path) {
    struct rep_error error = {.message = ""};
    int status = rep_html_write(trace, NULL, path, &error);
    if (status != REP_OK) {
        complain("%s: %s", path, error.message);
    }
    return code_of_report(status);
}

static int make_page(struct report_page *page, char *path) {
    struct report_page_settings *settings = page->settings;
    struct rep_trace *trace = NULL;
    struct traced_settings other;
    char *other_path = path;
    int code = set_other(settings, &other, &other_path);
    code = code == EXIT_HELD ? traced_load(path, &settings->traced, &trace) : code;
    traced_name(path, &settings->traced, page->names[0]);
    if (code == EXIT_HELD && settings->beside != NULL) {
        page->beside.traces[0] = trace;
        trace = NULL;
        code = load_other(page, &other, other_path);
    }
    if (code == EXIT_HELD && page->beside.diff != NULL) {
        mark_pair(page);
        code = beside_write_page(&page->beside, settings->output, stderr);
    } else if (code == EXIT_HELD) {
        code = write_alone(trace, settings->output);
    }
    rep_trace_free(trace);
    return code;
}

int report_page_write(char *path, struct report_page_settings *settings) {
    struct report_page page = {.settings = settings};
    page.beside.names[0] = page.names[0];
    page.beside.names[1] = page.names[1];
    settings->traced.look = look;
    settings->traced.context = &page;
    int code = make_page(&page, path);
    beside_close(&page.beside);
    if (page.has_nearest) {
        nearest_close(&page.nearest);
    }
    return code;
}
