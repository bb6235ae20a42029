/* command_explore.c - cogsim explore: all the ways in which a scenario can go. */
#include "sim/explore/exploration.h"
#include "sim/guide.h"
#include "sim/program/explain.h"
#include "sim/program/guided.h"
#include "sim/program/jobs.h"
#include "sim/program/load.h"
#include "sim/program/options.h"
#include "sim/program/output.h"
#include "sim/program/output_explored.h"
#include "sim/program/paths.h"
#include "sim/program/program.h"
#include "sim/shrink/shrinker.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char help[] =
    "usage: cogsim explore [OPTION...] PATH...\n"
    "\n"
    "Runs scenarios in all the ways in which they can go: in what order coroutines that are ready\n"
    "run, which of several arrivals and deadlines of one instant comes first, what each 'pick' "
    "gives.\n"
    "Says whether what they expect holds in every one of them ('expect', 'never'), whether "
    "'sometimes'\n"
    "and each line of 'expect outcomes' comes about in some, and how often runs end in which way.\n"
    "\n"
    "  --vary KINDS     what may vary, of arrivals,order,time,size (default: what 'explore vary' "
    "in\n"
    "                   the file says, else order)\n"
    "  --strategy NAME  how to go through them (portfolio):\n"
    "                     portfolio      optimal-dpor, and if that is not enough surw, pct, pos, "
    "random\n"
    "                   all of them:\n"
    "                     optimal-dpor   one execution of each kind: those that differ only in "
    "the\n"
    "                                    order of steps that do not touch the same are one kind\n"
    "                     source-dpor    the same with less to remember, some executions in vain\n"
    "                     sleep-sets     the same again, slow and simple\n"
    "                     dfs            every order\n"
    "                     preemptions=N  orders with at most N preemptions\n"
    "                     delays=N       orders with at most N delays\n"
    "                   samples:\n"
    "                     random         any coroutine that can go on is as likely as the others\n"
    "                     pct=D          random priorities that change D - 1 times (3)\n"
    "                     pos            random priorities, new ones after a race\n"
    "                     urw, surw      random walks that even out how long coroutines are\n"
    "                     canonical      production's order\n"
    "  --seed N         of samples (1)\n"
    "  --budget N       at most so many executions of a scenario (that of its 'explore' line, "
    "else\n"
    "                   100000)\n"
    "  --time D         at most so long for a scenario (10s)\n"
    "  --all            go on after an execution that failed\n"
    "  --shrink N|no    make a failure small with at most N runs more, and at most for 2s (3000)\n"
    "  --out DIR        write the schedule of an execution that failed into DIR, as FILE.schedule, "
    "what is\n"
    "                   left of the scenario as FILE.shrunk.scn, and its graph as FILE.svg\n"
    "  --json           print one JSON object a scenario\n"
    "  --jobs N         explore so many scenarios at a time; the output is the same\n"
    "  -D NAME=VALUE    give a parameter ('param') another value; as often as wanted\n"
    "  --row N          explore this row of an 'each' table only, counted from 1\n"
    "  --root DIR       includes must stay inside DIR (the folder named, or that of the file "
    "named)\n"
    "  --limit N        give up an execution after N statements (10000000)\n"
    "  --memory SIZE    of a scenario's world, at most (1GB)\n"
    "\n"
    "exit codes: 0 everything held; 1 something did not, or was not reached; 2 bad input; 3 the\n"
    "environment failed.\n";

enum { BUDGET_DEFAULT = 100000, SHRINK_DEFAULT = 3000, PATH_BYTES = 4096 };

struct settings {
    bool json;
    bool goes_on;
    const char *root;
    const char *out; /* a folder; null: nothing is written */
    const char *vary_text;
    const char *shrink_text;
    uint64_t shrink; /* runs to make a failure small; 0: as it was found */
    const char *strategy_text;
    const struct sim_strategy_entry *strategy;
    uint32_t bound;
    unsigned vary; /* 0: as the scenario says */
    uint64_t budget;
    uint64_t seed;
    int64_t time_ns;
    uint32_t row;
    uint64_t jobs;
    uint64_t statement_count_max;
    size_t memory_bytes;
    struct definitions definitions;
};

struct campaign {
    const struct settings *settings;
    const struct paths *paths;
    atomic_size_t count;
    atomic_size_t held_count;
    atomic_bool definition_is_used[DEFINITIONS_MAX];
};

/* One scenario while it is explored. */
struct exploring {
    const struct settings *settings;
    struct loaded loaded;
    FILE *output;
    FILE *errors;
    int64_t deadline_ns; /* INT64_MAX: none */
    struct sim_shrunk shrunk;
    bool has_shrunk;
    char shrunk_path[PATH_BYTES]; /* where what is left was written; empty: nowhere */
    char *failures;               /* of the first execution that failed */
    size_t failures_bytes;
    char *failures_json;
    char *schedule; /* of that execution, indented */
    uint32_t schedule_count;
    char schedule_path[PATH_BYTES]; /* where it was written; empty: nowhere */
    int out_code;                   /* of writing it */
    bool colour;
};

/* ---- Budgets ---- */

static int64_t clock_ns(void) {
    struct timespec now = {.tv_sec = 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static bool should_stop(void *context) {
    const struct exploring *exploring = context;
    return exploring->deadline_ns != INT64_MAX && clock_ns() >= exploring->deadline_ns;
}

/* DIR/scenarios_litmus_aba.scn.schedule, of a row of a table DIR/....2.schedule. */
static bool name_output(const struct exploring *exploring, const char *ending,
                        char path[PATH_BYTES]) {
    const struct loaded *loaded = &exploring->loaded;
    const char *name = loaded->path;
    char row[24] = "";
    while (name[0] == '.' || name[0] == '/') {
        name++;
    }
    if (loaded->scenario->row_count > 0) {
        (void)snprintf(row, sizeof row, ".%" PRIu32, loaded->scenario->row + 1);
    }
    size_t room = PATH_BYTES;
    int bytes = snprintf(path, room, "%s/", exploring->settings->out);
    size_t start = bytes > 0 ? (size_t)bytes : 0;
    if (start < room) {
        bytes = snprintf(path + start, room - start, "%s%s%s", name, row, ending);
    }
    if (start >= room || bytes < 0 || (size_t)bytes >= room - start) {
        return false;
    }
    for (char *at = path + start; *at != '\0'; at++) {
        *at = *at == '/' ? '_' : *at;
    }
    return true;
}

/* Returns an exit code, other than EXIT_HELD after a complaint. */
static int write_text(const struct exploring *exploring, const char *path, bool is_named,
                      const struct sim_buffer *text) {
    FILE *file = is_named && !text->has_failed ? fopen(path, "wb") : NULL;
    bool is_written = file != NULL && fwrite(text->bytes, 1, text->length, file) == text->length;
    is_written &= file != NULL && fclose(file) == 0;
    if (!is_written) {
        complain_to(exploring->errors, "cannot write %s: %s", path,
                    is_named ? strerror(errno) : "the name is too long");
        return EXIT_ENVIRONMENT;
    }
    return EXIT_HELD;
}

static int write_schedule(struct exploring *exploring, const struct sim_schedule *schedule) {
    if (exploring->settings->out == NULL) {
        return EXIT_HELD;
    }
    struct sim_buffer text;
    sim_buffer_init(&text, cog_allocator_malloc());
    sim_buffer_add_format(&text, "# The way to a failure of %s.\n", exploring->loaded.path);
    sim_schedule_write(schedule, 0, &text);
    bool is_named = name_output(exploring, ".schedule", exploring->schedule_path);
    int code = write_text(exploring, exploring->schedule_path, is_named, &text);
    sim_buffer_term(&text);
    return code;
}

static int write_shrunk(struct exploring *exploring) {
    if (exploring->settings->out == NULL || !exploring->has_shrunk ||
        !exploring->shrunk.has_scenario) {
        return EXIT_HELD;
    }
    bool is_named = name_output(exploring, ".shrunk.scn", exploring->shrunk_path);
    return write_text(exploring, exploring->shrunk_path, is_named, &exploring->shrunk.scenario);
}

/* ---- A small failure ---- */

static bool should_stop_shrinking(void *context) {
    return clock_ns() >= *(const int64_t *)context;
}

static int shrink(struct exploring *exploring, const struct sim_explored *result, unsigned vary) {
    const struct settings *settings = exploring->settings;
    int64_t deadline_ns = clock_ns() + INT64_C(2000000000);
    struct sim_shrink_way way = {.steps = result->way.steps,
                                 .step_count = result->way.step_count,
                                 .draws = result->way.draws};
    struct sim_shrink_options options = {.vary = vary,
                                         .budget = settings->shrink,
                                         .keeps_scenario = settings->out == NULL,
                                         .name = exploring->loaded.path,
                                         .statement_count_max = settings->statement_count_max,
                                         .memory_bytes = settings->memory_bytes,
                                         .should_stop = should_stop_shrinking,
                                         .context = &deadline_ns};
    if (settings->shrink == 0) {
        return COG_OK;
    }
    int status = sim_shrink(&exploring->shrunk, &exploring->loaded.program,
                            &exploring->loaded.source, &way, &options);
    exploring->has_shrunk = status == COG_OK;
    return status == COG_EINVALID ? COG_OK : status;
}

/* Goes the way to the first failure again, with a trace to tell of it, and keeps what it says and
 * the schedule. */
static int retrace(struct exploring *exploring, const struct sim_explored *result, unsigned vary) {
    struct loaded *loaded = &exploring->loaded;
    struct sim_guide guide;
    struct sim_guide_options guide_options = {.vary = vary,
                                              .steps = result->way.steps,
                                              .step_count = result->way.step_count,
                                              .draws = result->way.draws};
    int status = shrink(exploring, result, vary);
    if (exploring->has_shrunk) {
        guide_options =
            (struct sim_guide_options){.vary = vary, .follow = &exploring->shrunk.schedule};
    }
    struct sim_run_options options = {.source = &loaded->source,
                                      .guide = &guide,
                                      .statement_count_max =
                                          exploring->settings->statement_count_max,
                                      .memory_bytes = exploring->settings->memory_bytes};
    struct sim_run *run = NULL;
    struct sim_result again;
    if (status != COG_OK) {
        return status;
    }
    status = sim_guide_open(&guide, &loaded->program, &guide_options);
    status = status == COG_OK ? sim_run_new(&loaded->program, &options, &run) : status;
    status = status == COG_OK ? sim_run_execute(run, &again) : status;
    FILE *file =
        status == COG_OK ? open_memstream(&exploring->failures, &exploring->failures_bytes) : NULL;
    if (file != NULL) {
        struct sim_buffer schedule;
        struct sim_schedule folded;
        sim_buffer_init(&schedule, cog_allocator_malloc());
        sim_schedule_init(&folded, cog_allocator_malloc());
        explain_failures(file, loaded, &options, &again, exploring->colour);
        (void)sim_schedule_add_folded(&folded, &guide.recorded);
        sim_schedule_write(&folded, 8, &schedule);
        exploring->failures_json = output_failures_json(loaded->scenario, &again);
        exploring->schedule = schedule.bytes; /* malloc's */
        exploring->schedule_count = folded.count;
        exploring->out_code = worse(write_schedule(exploring, &folded), write_shrunk(exploring));
        sim_schedule_term(&folded);
        (void)fclose(file);
    }
    sim_run_free(run);
    sim_guide_close(&guide);
    return file != NULL ? COG_OK : status == COG_OK ? COG_ENOMEM : status;
}

/* ---- One scenario ---- */

static struct sim_exploration_options options_for(struct exploring *exploring) {
    const struct settings *settings = exploring->settings;
    const struct sim_exploration *line = &exploring->loaded.scenario->exploration;
    unsigned vary = settings->vary != 0 ? settings->vary : guided_vary(exploring->loaded.scenario);
    uint64_t budget = settings->budget;
    if (budget == 0) {
        budget = line->has_budget ? (uint64_t)line->budget : BUDGET_DEFAULT;
    }
    int64_t time_ns = settings->time_ns;
    if (time_ns == 0) {
        time_ns = line->has_within ? line->within_ns : INT64_C(10000000000);
    }
    exploring->deadline_ns = clock_ns() + time_ns;
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
    exploring->colour = wants_colour(exploring->output);
    int status = sim_explore(&result, &exploring->loaded.program, &options);
    int code = EXIT_ENVIRONMENT;
    bool has_result = status == COG_OK;
    if (has_result && result.way.step_count > 0) {
        status = retrace(exploring, &result, options.vary);
    }
    if (status == COG_OK) {
        code = print_explored(exploring, &result);
    }
    if (has_result) {
        sim_explored_close(&result);
    }
    if (status != COG_OK) {
        complain_to(exploring->errors,
                    "%s: out of memory (--memory sets how much a scenario may take)",
                    exploring->loaded.path);
    }
    free(exploring->failures);
    free(exploring->failures_json);
    free(exploring->schedule);
    exploring->schedule = NULL;
    exploring->schedule_path[0] = '\0';
    exploring->shrunk_path[0] = '\0';
    if (exploring->has_shrunk) {
        sim_shrunk_close(&exploring->shrunk);
        exploring->has_shrunk = false;
    }
    exploring->schedule_count = 0;
    exploring->out_code = EXIT_HELD;
    exploring->failures = NULL;
    exploring->failures_json = NULL;
    return code;
}

static int explore_row(struct campaign *campaign, struct exploring *exploring, uint32_t row) {
    int code = load_row(&exploring->loaded, row);
    if (code == EXIT_HELD) {
        code = explore_loaded(exploring);
    }
    (void)atomic_fetch_add(&campaign->count, 1);
    (void)atomic_fetch_add(&campaign->held_count, code == EXIT_HELD ? 1 : 0);
    return code;
}

static int explore_rows(struct campaign *campaign, struct exploring *exploring) {
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

static int explore_file(void *context, size_t index, FILE *output, FILE *errors) {
    struct campaign *campaign = context;
    const struct found_path *found = &campaign->paths->items[index];
    struct definitions definitions = campaign->settings->definitions;
    struct load_settings load_settings = {
        .errors = errors, .definitions = definitions.items, .definition_count = definitions.count};
    struct exploring exploring = {
        .settings = campaign->settings, .output = output, .errors = errors};
    int code = load_source(&exploring.loaded, found->path, found->root, &load_settings);
    if (code == EXIT_HELD) {
        code = explore_rows(campaign, &exploring);
    } else {
        (void)atomic_fetch_add(&campaign->count, 1);
    }
    unload(&exploring.loaded);
    for (uint32_t i = 0; i < definitions.count; i++) {
        if (definitions.items[i].is_used) {
            atomic_store(&campaign->definition_is_used[i], true);
        }
    }
    return code;
}

/* ---- The command line ---- */

static bool read_strategy(struct settings *settings) {
    const char *text =
        settings->strategy_text != NULL ? settings->strategy_text : sim_strategies()->name;
    settings->strategy = sim_strategy_find(text, &settings->bound);
    if (settings->strategy != NULL) {
        return true;
    }
    complain("--strategy: there is no '%s'; the strategies are", text);
    for (const struct sim_strategy_entry *entry = sim_strategies(); entry->name != NULL; entry++) {
        (void)fprintf(stderr, "  %s%s\n", entry->name,
                      entry->number != SIM_NUMBER_NONE ? "=N" : "");
    }
    return false;
}

/* A number of runs, or `no`. */
static bool read_shrink(struct settings *settings) {
    const char *text = settings->shrink_text;
    settings->shrink = SHRINK_DEFAULT;
    if (text == NULL) {
        return true;
    }
    settings->shrink = 0;
    size_t digits = strspn(text, "0123456789");
    bool is_number = digits > 0 && digits < 10 && text[digits] == '\0' && text[0] != '0';
    if (is_number) {
        settings->shrink = strtoull(text, NULL, 10);
    } else if (strcmp(text, "no") != 0) {
        complain("--shrink: '%s' is neither a number of runs from 1 nor no", text);
    }
    return is_number || strcmp(text, "no") == 0;
}

static int explore_files(const struct paths *paths, const struct settings *settings) {
    struct campaign campaign = {.settings = settings, .paths = paths};
    int code = do_jobs(paths->count, settings->jobs, explore_file, &campaign);
    for (uint32_t i = 0;
         paths->count > 0 && code <= EXIT_NOT_HELD && i < settings->definitions.count; i++) {
        if (!campaign.definition_is_used[i]) {
            complain("-D %s=%s: no scenario here has a parameter of that name",
                     settings->definitions.items[i].name, settings->definitions.items[i].value);
            code = EXIT_BAD_INPUT;
        }
    }
    if (campaign.count > 1 && !settings->json) {
        (void)printf("%zu of %zu scenarios held\n", (size_t)campaign.held_count,
                     (size_t)campaign.count);
    }
    return code;
}

int command_explore(int argc, char **argv) {
    struct settings settings = {.seed = 1};
    const struct option_spec specs[] = {
        {"--vary", OPTION_TEXT, &settings.vary_text},
        {"--strategy", OPTION_TEXT, &settings.strategy_text},
        {"--budget", OPTION_NUMBER, &settings.budget},
        {"--time", OPTION_DURATION, &settings.time_ns},
        {"--seed", OPTION_NUMBER, &settings.seed},
        {"--all", OPTION_SWITCH, &settings.goes_on},
        {"--shrink", OPTION_TEXT, &settings.shrink_text},
        {"--out", OPTION_TEXT, &settings.out},
        {"--json", OPTION_SWITCH, &settings.json},
        {"--jobs", OPTION_NUMBER, &settings.jobs},
        {"-D", OPTION_DEFINE, &settings.definitions},
        {"--row", OPTION_ROW, &settings.row},
        {"--root", OPTION_TEXT, &settings.root},
        {"--limit", OPTION_NUMBER, &settings.statement_count_max},
        {"--memory", OPTION_SIZE, &settings.memory_bytes},
    };
    int count;
    bool is_done;
    int code =
        read_options(argc, argv, specs, sizeof specs / sizeof specs[0], help, &count, &is_done);
    if (code != EXIT_HELD || is_done) {
        return code;
    }
    if (count == 0) {
        complain("explore: which scenarios? name files or folders");
        return EXIT_BAD_INPUT;
    }
    if ((settings.vary_text != NULL && !guided_read_vary(settings.vary_text, &settings.vary)) ||
        !read_strategy(&settings) || !read_shrink(&settings)) {
        return EXIT_BAD_INPUT;
    }
    struct paths paths;
    code = paths_expand(&paths, argv, count, settings.root, false);
    code = worse(code, explore_files(&paths, &settings));
    paths_free(&paths);
    return code;
}
