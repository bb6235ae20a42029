/* explore_scenario.c - explores the scenarios of one file, row by row. */
#include "sim/program/exploring.h"

#include "sim/objects.h"
#include "sim/program/guided.h"
#include "sim/program/output_explored.h"
#include "sim/program/program.h"
#include "sim/program/report_explored.h"

#include <time.h>

enum { BUDGET_DEFAULT = 100000, STATES_DEFAULT = 10000000 };

/* ---- Budgets ---- */

int64_t exploring_clock_ns(void) {
    struct timespec now = {.tv_sec = 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static bool should_stop(void *context) {
    const struct exploring *exploring = context;
    return exploring->deadline_ns != INT64_MAX && exploring_clock_ns() >= exploring->deadline_ns;
}

static struct sim_exploration_options options_for(struct exploring *exploring) {
    const struct explore_settings *settings = exploring->settings;
    const struct sim_exploration *line = &exploring->loaded.scenario->exploration;
    unsigned vary = settings->vary != 0 ? settings->vary : guided_vary(exploring->loaded.scenario);
    uint64_t budget = settings->budget;
    if (budget == 0) {
        uint64_t standard = settings->strategy->is_states ? STATES_DEFAULT : BUDGET_DEFAULT;
        budget = line->has_budget ? (uint64_t)line->budget : standard;
    }
    int64_t time_ns = settings->time_ns;
    if (time_ns == 0) {
        time_ns = line->has_within ? line->within_ns : INT64_C(10000000000);
    }
    exploring->deadline_ns = exploring_clock_ns() + time_ns;
    return (struct sim_exploration_options){
        .source = &exploring->loaded.source,
        .strategy = settings->strategy,
        .bound = settings->bound,
        .vary = vary,
        .budget = budget,
        .seed = settings->seed,
        .goes_on = settings->goes_on,
        .statement_count_max = settings->statement_count_max,
        .memory_bytes = settings->memory_bytes,
        .hang_ns = settings->hang_ns,
        .helpers = &exploring->campaign->helpers,
        .should_stop = should_stop,
        .context = exploring,
    };
}

static int print_explored(struct exploring *exploring, const struct sim_explored *result) {
    struct explored explored = {.path = exploring->loaded.path,
                                .scenario = exploring->loaded.scenario,
                                .result = result,
                                .failures = exploring->failures,
                                .failures_json = exploring->failures_json,
                                .schedule = exploring->schedule,
                                .schedule_count = exploring->schedule_count,
                                .schedule_path = exploring->schedule_path,
                                .shrunk = exploring->has_shrunk ? &exploring->shrunk : NULL,
                                .shrunk_path = exploring->shrunk_path,
                                .colour = exploring->colour};
    int code = explored_is_ok(&explored) ? EXIT_HELD : EXIT_NOT_HELD;
    code = worse(code, exploring->out_code);
    code = worse(code, report_explored(exploring, &explored));
    if (!exploring->settings->json) {
        output_explored(exploring->output, &explored);
        return code;
    }
    if (!output_explored_json(exploring->output, &explored)) {
        complain_to(exploring->errors, "%s: out of memory", exploring->loaded.path);
        return EXIT_ENVIRONMENT;
    }
    return code;
}

static int explore_loaded(struct exploring *exploring) {
    struct sim_exploration_options options = options_for(exploring);
    struct sim_explored result;
    bool has_programs = sim_scenario_has_programs(exploring->loaded.scenario);
    if (options.strategy->is_states && has_programs) {
        complain_to(exploring->errors,
                    "%s: has a C program, whose states are not recognised: --strategy states is "
                    "not for it, dfs is",
                    exploring->loaded.path);
        return EXIT_BAD_INPUT;
    }
    exploring->colour = exploring->settings->junit_path == NULL && wants_colour(exploring->output);
    int status = sim_explore(&result, &exploring->loaded.program, &options);
    int code = EXIT_ENVIRONMENT;
    bool has_result = status == COG_OK;
    if (has_result && has_programs && result.explorer.tally.failure_count > 0) {
        status = finding_take_apart(exploring, &result, options.vary);
    } else if (has_result && result.way.step_count > 0) {
        status = finding_take(exploring, &result, options.vary);
    }
    if (status == COG_OK) {
        code = print_explored(exploring, &result);
    }
    if (has_result) {
        sim_explored_close(&result);
    }
    if (status == COG_EUNSUPPORTED) {
        complain_to(exploring->errors,
                    "%s: its states can not be told apart, for it uses sockets, or its order does "
                    "not vary: --strategy states is not for it",
                    exploring->loaded.path);
        code = EXIT_BAD_INPUT;
    } else if (status != COG_OK) {
        complain_to(exploring->errors,
                    "%s: out of memory (--memory sets how much a scenario may take)",
                    exploring->loaded.path);
    }
    finding_forget(exploring);
    return code;
}

static int explore_row(struct explore_campaign *campaign, struct exploring *exploring,
                       uint32_t row) {
    exploring->start_ns = exploring_clock_ns();
    int code = load_row(&exploring->loaded, row);
    if (code == EXIT_HELD) {
        code = explore_loaded(exploring);
    }
    if (code > EXIT_NOT_HELD) {
        report_error(exploring, exploring->loaded.path, row);
    }
    (void)atomic_fetch_add(&campaign->count, 1);
    (void)atomic_fetch_add(&campaign->held_count, code == EXIT_HELD ? 1 : 0);
    return code;
}

static int explore_rows(struct explore_campaign *campaign, struct exploring *exploring) {
    if (campaign->settings->row > 0) {
        return explore_row(campaign, exploring, campaign->settings->row - 1);
    }
    int code = explore_row(campaign, exploring, 0);
    uint32_t count = row_count(&exploring->loaded);
    for (uint32_t row = 1; row < count && code <= EXIT_NOT_HELD; row++) {
        code = worse(code, explore_row(campaign, exploring, row));
    }
    return code;
}

int explore_file(void *context, size_t index, FILE *output, FILE *errors) {
    struct explore_campaign *campaign = context;
    const struct found_path *found = &campaign->paths->items[index];
    struct definitions definitions = campaign->settings->definitions;
    struct exploring exploring = {.settings = campaign->settings,
                                  .campaign = campaign,
                                  .index = index,
                                  .output = output,
                                  .errors = errors};
    report_open(&exploring);
    struct load_settings load_settings = {.errors = exploring.errors,
                                          .definitions = definitions.items,
                                          .definition_count = definitions.count};
    int code = load_source(&exploring.loaded, found->path, found->root, &load_settings);
    if (code == EXIT_HELD) {
        code = explore_rows(campaign, &exploring);
    } else {
        (void)atomic_fetch_add(&campaign->count, 1);
        report_error(&exploring, found->path, 0);
    }
    report_close(&exploring, errors);
    unload(&exploring.loaded);
    for (uint32_t i = 0; i < definitions.count; i++) {
        if (definitions.items[i].is_used) {
            atomic_store(&campaign->definition_is_used[i], true);
        }
    }
    return code;
}
