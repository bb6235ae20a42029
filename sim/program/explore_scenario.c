/* explore_scenario.c - explores the scenarios of one file, row by row. */
#include "sim/program/exploring.h"

#include "sim/objects.h"
#include "sim/program/again.h"
#include "sim/program/guided.h"
#include "sim/program/output_explored.h"
#include "sim/program/program.h"
#include "sim/program/report_explored.h"
#include "sim/program/stop.h"
#include "sim/program/tree_file.h"

#include <string.h>
#include <time.h>
#include <xxhash.h>

enum { BUDGET_DEFAULT = 100000, STATES_DEFAULT = 10000000 };

/* ---- Budgets ---- */

int64_t exploring_clock_ns(void) {
    struct timespec now = {.tv_sec = 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static bool should_stop(void *context) {
    const struct exploring *exploring = context;
    const struct store *store = exploring->campaign->store;
    return stop_signal() != 0 || exploring_clock_ns() >= exploring->deadline_ns ||
           (store != NULL && store->has_failed);
}

/* ---- Going on where another time ended ---- */

static int resume(void *context, struct sim_explored *explored) {
    struct exploring *exploring = context;
    return stored_resume(&exploring->stored, explored);
}

static int save(void *context, struct sim_explored *explored) {
    struct exploring *exploring = context;
    return stored_save(&exploring->stored, explored);
}

/* All that decides about runs, apart from what has a column of its own. */
static uint64_t hash_contents(const struct exploring *exploring,
                              const struct sim_exploration_options *options) {
    const struct explore_settings *settings = exploring->settings;
    const uint64_t numbers[] = {options->vary,
                                options->bound,
                                options->goes_on ? 1 : 0,
                                options->statement_count_max,
                                options->memory_bytes,
                                options->strategy->policy != NULL ? options->budget : 0};
    XXH3_state_t *state = XXH3_createState();
    if (state == NULL) {
        return 0;
    }
    (void)XXH3_64bits_reset(state);
    (void)XXH3_64bits_update(state, COGSIM_VERSION, sizeof COGSIM_VERSION);
    (void)XXH3_64bits_update(state, numbers, sizeof numbers);
    for (uint32_t i = 0; i < settings->definitions.count; i++) {
        const struct sim_definition *definition = &settings->definitions.items[i];
        (void)XXH3_64bits_update(state, definition->name, strlen(definition->name) + 1);
        (void)XXH3_64bits_update(state, definition->value, strlen(definition->value) + 1);
    }
    const struct sim_source *source = &exploring->loaded.source;
    (void)XXH3_64bits_update(state, source->text, source->length);
    uint64_t hash = XXH3_64bits_digest(state);
    (void)XXH3_freeState(state);
    return hash;
}

/* Not for C programs, of which nobody tells whether they have changed, nor for states. */
static void find_stored(struct exploring *exploring, struct sim_exploration_options *options) {
    struct store *store = exploring->campaign->store;
    struct store_key key = {.file = exploring->loaded.path,
                            .row = exploring->loaded.scenario->row,
                            .contents = hash_contents(exploring, options),
                            .strategy = options->strategy->name,
                            .seed = options->seed};
    if (store != NULL && store_find(&exploring->stored, store, &key)) {
        options->resume = resume;
        options->save = save;
    }
}

/* A search that its time did not suffice for is not begun again: the next time goes on with
 * samples. */
static int give_up_search(struct exploring *exploring, struct sim_explored *result) {
    bool is_late = result->was_stopped && !result->has_searched && result->searched_count > 0 &&
                   stop_signal() == 0;
    if (exploring->stored.store == NULL || !is_late) {
        return COG_OK;
    }
    result->has_searched = true;
    return stored_save(&exploring->stored, result);
}

/* ---- One scenario ---- */

/* What is left of the time for all, shared by the files that are left. */
static int64_t deadline_of_file(struct explore_campaign *campaign) {
    size_t left = campaign->paths->count - atomic_fetch_add(&campaign->begun_count, 1);
    if (campaign->deadline_ns == INT64_MAX) {
        return INT64_MAX;
    }
    uint64_t threads = campaign->settings->jobs > 0 ? campaign->settings->jobs : 1;
    int64_t now_ns = exploring_clock_ns();
    int64_t time_ns = campaign->deadline_ns - now_ns;
    return now_ns + time_ns / (int64_t)left * (int64_t)(threads < left ? threads : left);
}

/* What is left of the time for the file, shared by the rows that are left. */
static int64_t time_of_row(const struct exploring *exploring, int64_t time_ns) {
    const struct sim_scenario *scenario = exploring->loaded.scenario;
    if (exploring->file_deadline_ns == INT64_MAX) {
        return time_ns;
    }
    bool is_one = exploring->settings->row > 0 || scenario->row_count == 0;
    int64_t left = is_one ? 1 : scenario->row_count - scenario->row;
    int64_t share_ns = (exploring->file_deadline_ns - exploring_clock_ns()) / left;
    return time_ns < share_ns ? time_ns : share_ns;
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
        int64_t usual_ns = settings->total_ns > 0 ? settings->total_ns : INT64_C(10000000000);
        time_ns = line->has_within ? line->within_ns : usual_ns;
    }
    exploring->deadline_ns = exploring_clock_ns() + time_of_row(exploring, time_ns);
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

/* What a command needs that runs this scenario and row in the same way. */
static void add_again(const struct exploring *exploring, struct sim_buffer *text) {
    const struct loaded *loaded = &exploring->loaded;
    const struct sim_scenario *scenario = loaded->scenario;
    struct again again = {.definitions = loaded->settings->definitions,
                          .definition_count = loaded->settings->definition_count,
                          .row = scenario->row_count > 0 ? scenario->row + 1 : 0,
                          .vary = exploring->settings->vary,
                          .root = exploring->settings->root};
    again_add(&again, text);
}

static int print_explored(struct exploring *exploring, const struct sim_explored *result) {
    struct sim_buffer again;
    sim_buffer_init(&again, cog_allocator_malloc());
    add_again(exploring, &again);
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
                                .nearest_path = exploring->nearest_path,
                                .nearest_passes = exploring->nearest_passes,
                                .has_no_traces = exploring->has_no_traces,
                                .diff_path = exploring->diff_path,
                                .page_path = exploring->page_path,
                                .no_page = exploring->no_page,
                                .again = again.bytes != NULL ? again.bytes : "",
                                .is_strict = exploring->settings->is_strict,
                                .colour = exploring->colour};
    int code = explored_is_ok(&explored) ? EXIT_HELD : EXIT_NOT_HELD;
    code = worse(code, exploring->out_code);
    code = worse(code, report_explored(exploring, &explored));
    if (!exploring->settings->json) {
        output_explored(exploring->output, &explored);
    } else if (!output_explored_json(exploring->output, &explored)) {
        complain_to(exploring->errors, "%s: out of memory", exploring->loaded.path);
        code = EXIT_ENVIRONMENT;
    }
    sim_buffer_term(&again);
    return code;
}

/* The tree is drawn of what can be: one scenario, whose steps are made here. */
static bool check_tree(const struct exploring *exploring) {
    const struct explore_settings *settings = exploring->settings;
    bool has_programs = sim_scenario_has_programs(exploring->loaded.scenario);
    bool has_rows = settings->row == 0 && row_count(&exploring->loaded) > 1;
    if (settings->tree_path == NULL || (!has_programs && !has_rows)) {
        return true;
    }
    if (has_rows) {
        complain_to(exploring->errors, "--tree: %s has %u rows; --row N says which one",
                    exploring->loaded.path, row_count(&exploring->loaded));
    } else {
        complain_to(exploring->errors, "--tree: %s has a C program, which has no tree",
                    exploring->loaded.path);
    }
    return false;
}

static int write_tree(struct exploring *exploring, const struct sim_outcome_tree *tree,
                      const struct sim_explored *result) {
    if (exploring->settings->tree_path == NULL) {
        return EXIT_HELD;
    }
    struct tree_file file = {.path = exploring->settings->tree_path,
                             .scenario = exploring->loaded.scenario,
                             .explored = result,
                             .tree = tree};
    (void)pthread_mutex_lock(&exploring->campaign->graph_mutex);
    int code = tree_file_write(&file, exploring->errors);
    (void)pthread_mutex_unlock(&exploring->campaign->graph_mutex);
    return code;
}

static int explore_loaded(struct exploring *exploring) {
    struct sim_exploration_options options = options_for(exploring);
    struct sim_explored result;
    struct sim_outcome_tree tree;
    struct sim_search_watch watch = sim_outcome_tree_watch(&tree);
    if (!check_tree(exploring)) {
        return EXIT_BAD_INPUT;
    }
    sim_outcome_tree_init(&tree, cog_allocator_malloc(), exploring->settings->tree_size);
    options.watch = exploring->settings->tree_path != NULL ? &watch : NULL;
    bool has_programs = sim_scenario_has_programs(exploring->loaded.scenario);
    if (options.strategy->is_states && has_programs) {
        complain_to(exploring->errors,
                    "%s: has a C program, whose states are not recognised: --strategy states is "
                    "not for it, dfs is",
                    exploring->loaded.path);
        return EXIT_BAD_INPUT;
    }
    if (!has_programs && !options.strategy->is_states) {
        find_stored(exploring, &options);
    }
    exploring->colour = wants_colour(exploring->output);
    int status = sim_explore(&result, &exploring->loaded.program, &options);
    int code = EXIT_ENVIRONMENT;
    bool has_result = status == COG_OK;
    status = has_result ? give_up_search(exploring, &result) : status;
    if (status == COG_OK && has_programs && result.explorer.tally.failure_count > 0) {
        status = finding_take_apart(exploring, &result, options.vary);
    } else if (status == COG_OK && result.way.step_count > 0) {
        status = finding_take(exploring, &result, options.vary);
    }
    if (status == COG_OK) {
        code = worse(write_tree(exploring, &tree, &result), print_explored(exploring, &result));
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
    sim_outcome_tree_term(&tree);
    finding_forget(exploring);
    stored_free(&exploring->stored);
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
    for (uint32_t row = 1; row < count && code <= EXIT_NOT_HELD && stop_signal() == 0; row++) {
        code = worse(code, explore_row(campaign, exploring, row));
    }
    return code;
}

int explore_file(void *context, size_t index, FILE *output, FILE *errors) {
    struct explore_campaign *campaign = context;
    const struct found_path *found = &campaign->paths->items[index];
    struct definitions definitions = campaign->settings->definitions;
    if (stop_signal() != 0 || (campaign->store != NULL && campaign->store->has_failed)) {
        (void)atomic_fetch_add(&campaign->left_count, 1);
        return EXIT_HELD;
    }
    struct exploring exploring = {.settings = campaign->settings,
                                  .campaign = campaign,
                                  .index = index,
                                  .file_deadline_ns = deadline_of_file(campaign),
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
