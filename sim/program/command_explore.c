/* command_explore.c - cogsim explore: all the ways in which a scenario can go. */
#include "sim/program/exploring.h"

#include "sim/program/campaign_record.h"
#include "sim/program/corpus.h"
#include "sim/program/guided.h"
#include "sim/program/jobs.h"
#include "sim/program/program.h"
#include "sim/program/report_explored.h"
#include "sim/program/seed.h"
#include "sim/program/stop.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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
    "  --vary KINDS     what may vary, of arrivals,order,time,size,faults (default: what 'explore "
    "vary'\n"
    "                   in the file says, else order)\n"
    "  --strategy NAME  how to go through them (portfolio):\n"
    "                     portfolio      optimal-dpor, and if that is not enough surw, pct, pos, "
    "guided,\n"
    "                                    random\n"
    "                   all of them:\n"
    "                     optimal-dpor   one execution of each kind: those that differ only in "
    "the\n"
    "                                    order of steps that do not touch the same are one kind\n"
    "                     source-dpor    the same with less to remember, some executions in vain\n"
    "                     sleep-sets     the same again, slow and simple\n"
    "                     dfs            every order\n"
    "                     states         every state once, however it is come to; finds\n"
    "                                    livelocks and starvation\n"
    "                     preemptions=N  orders with at most N preemptions\n"
    "                     delays=N       orders with at most N delays\n"
    "                   samples:\n"
    "                     random         any coroutine that can go on is as likely as the others\n"
    "                     pct=D          random priorities that change D - 1 times (3)\n"
    "                     pos            random priorities, new ones after a race\n"
    "                     urw, surw      random walks that even out how long coroutines are\n"
    "                     guided         changes samples in which steps first came after others\n"
    "                     canonical      production's order\n"
    "  --seed N|commit  of samples (1); commit: made of the git commit of the working directory\n"
    "  --budget N       at most so many executions of a scenario (that of its 'explore' line, "
    "else\n"
    "                   100000), or states (10000000)\n"
    "  --time D         at most so long for a scenario (10s)\n"
    "  --total D        at most so long for all of them together, shared fairly; each gets at "
    "least a\n"
    "                   run\n"
    "  --all            go on after an execution that failed\n"
    "  --strict         what a scenario declares must come into play: ranges, partitions\n"
    "  --shrink N|no    make a failure small with at most N runs more, and at most for 2s (3000)\n"
    "  --out DIR        write the schedule of an execution that failed into DIR, as FILE.schedule, "
    "what is\n"
    "                   left of the scenario as FILE.shrunk.scn, and its graph as FILE.svg; the "
    "schedule of\n"
    "                   the nearest execution that passes as FILE.passing, or where there is none "
    "of one\n"
    "                   that fails otherwise as FILE.otherwise, and both beside each other: what "
    "differs as\n"
    "                   FILE.diff.html ('cogsim diff'), the timelines as FILE.html ('cogsim "
    "report')\n"
    "  --tree FILE      draw the executions of a search as a tree of decisions, FILE.svg, .png, "
    ".pdf or\n"
    "                   .dot; goes on after failures, by optimal-dpor unless --strategy names "
    "another\n"
    "                   search\n"
    "  --tree-size N    so many executions are drawn, the others counted (200)\n"
    "  --store FILE     keep in FILE how far it is, and go on there the next time; --budget counts "
    "in\n"
    "                   total\n"
    "  --corpus DIR     run the known failures in DIR first, and keep there what is found\n"
    "  --tidy           put those that no longer fail into DIR/mended, remove doubles\n"
    "  --json           print one JSON object a scenario\n"
    "  --junit FILE     write what came of it as JUnit XML as well\n"
    "  --jobs N         with so many threads: scenarios at a time, then samples of one; the output "
    "is\n"
    "                   the same\n"
    "  -D NAME=VALUE    give a parameter ('param') another value; as often as wanted\n"
    "  --row N          explore this row of an 'each' table only, counted from 1\n"
    "  --root DIR       includes must stay inside DIR (the folder named, or that of the file "
    "named)\n"
    "  --limit N        give up an execution after N statements (10000000; without it a search "
    "gives up\n"
    "                   where an execution has 65536 steps)\n"
    "  --memory SIZE    of a scenario's world, at most (1GB)\n"
    "  --hang D         of processor time that a step of a C program may take (5s)\n"
    "\n"
    "exit codes: 0 everything held; 1 something did not, or was not reached; 2 bad input; 3 the\n"
    "environment failed.\n";

enum { SHRINK_DEFAULT = 3000 };

static bool read_strategy(struct explore_settings *settings) {
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
static bool read_shrink(struct explore_settings *settings) {
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

static bool read_corpus(const struct explore_settings *settings) {
    if (settings->tidies && settings->corpus_path == NULL) {
        complain("--tidy: which folder? --corpus names it");
        return false;
    }
    if (settings->corpus_path != NULL && settings->shrink == 0) {
        complain("--corpus keeps failures that were made small: it does not go with --shrink no");
        return false;
    }
    return true;
}

/* Only a search has one. It goes on after a failure, and is not resumed: what is drawn is all of
 * it. */
static bool read_tree(struct explore_settings *settings, size_t path_count) {
    uint32_t bound;
    if (settings->tree_path == NULL) {
        return true;
    }
    if (settings->strategy_text == NULL) {
        settings->strategy = sim_strategy_find("optimal-dpor", &bound);
    }
    if (settings->strategy->policy == NULL) {
        complain("--tree: --strategy %s is no search; those that are:", settings->strategy_text);
        for (const struct sim_strategy_entry *entry = sim_strategies(); entry->name != NULL;
             entry++) {
            if (entry->policy != NULL) {
                (void)fprintf(stderr, "  %s%s\n", entry->name,
                              entry->number != SIM_NUMBER_NONE ? "=N" : "");
            }
        }
        return false;
    }
    if (path_count != 1 || settings->store_path != NULL) {
        complain(path_count != 1 ? "--tree draws one scenario: name one"
                                 : "--tree does not go with --store");
        return false;
    }
    settings->goes_on = true;
    settings->tree_size = settings->tree_size > 0 ? settings->tree_size : 200;
    return true;
}

static int check_definitions(const struct explore_campaign *campaign) {
    const struct definitions *definitions = &campaign->settings->definitions;
    int code = EXIT_HELD;
    for (uint32_t i = 0; i < definitions->count; i++) {
        if (!campaign->definition_is_used[i]) {
            complain("-D %s=%s: no scenario here has a parameter of that name",
                     definitions->items[i].name, definitions->items[i].value);
            code = EXIT_BAD_INPUT;
        }
    }
    return code;
}

/* An interruption is told last, for it is what ended the campaign. */
static int tell_interruption(const struct explore_campaign *campaign, int code) {
    int number = stop_signal();
    if (number == 0) {
        return code;
    }
    complain("interrupted%s; %zu of %zu files were not begun",
             campaign->store != NULL ? ": the same command goes on from here" : "",
             (size_t)campaign->left_count, campaign->paths->count);
    return 128 + number;
}

static int explore_files(const struct paths *paths, const struct explore_settings *settings,
                         struct store *store) {
    struct explore_campaign campaign = {.settings = settings, .paths = paths, .store = store};
    campaign.deadline_ns =
        settings->total_ns > 0 ? exploring_clock_ns() + settings->total_ns : INT64_MAX;
    (void)pthread_mutex_init(&campaign.mutex, NULL);
    (void)pthread_mutex_init(&campaign.graph_mutex, NULL);
    stop_in_order();
    if (settings->seed_text != NULL && strcmp(settings->seed_text, "commit") == 0 &&
        !settings->json) {
        (void)printf("seed %" PRIu64 ", of the commit\n", settings->seed);
    }
    if (settings->out != NULL) {
        (void)mkdir(settings->out, 0777); /* what is wrong shows when something is written there */
    }
    record_begin(&campaign);
    int code = corpus_run(&campaign);
    code = worse(code,
                 do_jobs(paths->count, settings->jobs, explore_file, &campaign, &campaign.helpers));
    if (stop_signal() == 0 && paths->count > 0 && code <= EXIT_NOT_HELD) {
        code = worse(code, check_definitions(&campaign));
    }
    record_end(&campaign, stop_signal());
    code = worse(code, report_write(&campaign));
    junit_free(&campaign.junit);
    corpus_free(&campaign.corpus);
    (void)pthread_mutex_destroy(&campaign.graph_mutex);
    (void)pthread_mutex_destroy(&campaign.mutex);
    if (campaign.count > 1 && !settings->json) {
        (void)printf("%zu of %zu scenarios held\n", (size_t)campaign.held_count,
                     (size_t)campaign.count);
    }
    code = store != NULL && store->has_failed ? worse(code, store->exit_code) : code;
    return tell_interruption(&campaign, code);
}

static int explore_paths(const struct paths *paths, const struct explore_settings *settings) {
    struct store store;
    if (settings->store_path == NULL) {
        return explore_files(paths, settings, NULL);
    }
    int code = store_open(&store, settings->store_path);
    if (code == EXIT_HELD) {
        code = explore_files(paths, settings, &store);
        store_close(&store);
    }
    return code;
}

/* The arguments as somebody may have typed them, for the store; the caller's. Null: no memory. */
static char *join(int argc, char **argv) {
    struct sim_buffer line;
    sim_buffer_init(&line, cog_allocator_malloc());
    sim_buffer_add_text(&line, "cogsim explore");
    for (int i = 0; i < argc; i++) {
        bool is_plain =
            argv[i][0] != '\0' && strcspn(argv[i], " \t\n'\"\\$`*?[]<>|&;()!#~") == strlen(argv[i]);
        sim_buffer_add_format(&line, is_plain ? " %s" : " '%s'", argv[i]);
    }
    return line.bytes; /* malloc's */
}

static int explore_command(int argc, char **argv, const char *command_line) {
    struct explore_settings settings = {.command_line = command_line};
    const struct option_spec specs[] = {
        {"--vary", OPTION_VARY, &settings.vary},
        {"--strategy", OPTION_TEXT, &settings.strategy_text},
        {"--budget", OPTION_NUMBER, &settings.budget},
        {"--time", OPTION_DURATION, &settings.time_ns},
        {"--total", OPTION_DURATION, &settings.total_ns},
        {"--seed", OPTION_TEXT, &settings.seed_text},
        {"--all", OPTION_SWITCH, &settings.goes_on},
        {"--strict", OPTION_SWITCH, &settings.is_strict},
        {"--shrink", OPTION_TEXT, &settings.shrink_text},
        {"--out", OPTION_TEXT, &settings.out},
        {"--tree", OPTION_TEXT, &settings.tree_path},
        {"--tree-size", OPTION_NUMBER, &settings.tree_size},
        {"--json", OPTION_SWITCH, &settings.json},
        {"--store", OPTION_TEXT, &settings.store_path},
        {"--corpus", OPTION_TEXT, &settings.corpus_path},
        {"--tidy", OPTION_SWITCH, &settings.tidies},
        {"--junit", OPTION_TEXT, &settings.junit_path},
        {"--jobs", OPTION_NUMBER, &settings.jobs},
        {"-D", OPTION_DEFINE, &settings.definitions},
        {"--row", OPTION_ROW, &settings.row},
        {"--root", OPTION_TEXT, &settings.root},
        {"--limit", OPTION_NUMBER, &settings.statement_count_max},
        {"--memory", OPTION_SIZE, &settings.memory_bytes},
        {"--hang", OPTION_DURATION, &settings.hang_ns},
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
    if (!read_strategy(&settings) || !read_shrink(&settings) || !read_corpus(&settings) ||
        !seed_read(settings.seed_text, &settings.seed, settings.commit)) {
        return EXIT_BAD_INPUT;
    }
    struct paths paths;
    code = paths_expand(&paths, argv, count, settings.root, false);
    if (code == EXIT_HELD && !read_tree(&settings, paths.count)) {
        paths_free(&paths);
        return EXIT_BAD_INPUT;
    }
    code = worse(code, explore_paths(&paths, &settings));
    paths_free(&paths);
    return code;
}

int command_explore(int argc, char **argv) {
    char *command_line = join(argc, argv);
    int code = explore_command(argc, argv, command_line);
    free(command_line);
    return code;
}
