/* exploration.c - runs the strategy that is wanted, and answers. */
#include "sim/explore/exploration.h"

#include "sim/explore/search.h"

#include <string.h>

static const struct sim_strategy_entry entries[] = {
    {"optimal-dpor", "one execution of each kind: orders of independent steps are the same kind",
     &sim_search_optimal_dpor, false},
    {"source-dpor", "the same with less to remember, and some executions in vain",
     &sim_search_source_dpor, false},
    {"sleep-sets", "the same again, slow and simple", &sim_search_sleep_sets, false},
    {"dfs", "every order", &sim_search_all, false},
    {"preemptions", "orders with at most N preemptions: preemptions=2", &sim_search_preemptions,
     true},
    {"delays", "orders with at most N delays of a simple one: delays=2", &sim_search_delays, true},
    {NULL, NULL, NULL, false},
};

const struct sim_strategy_entry *sim_strategies(void) {
    return entries;
}

/* A number to the end of the text, of at most six digits. */
static bool read_bound(const char *text, uint32_t *bound) {
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 6 || text[digits] != '\0') {
        return false;
    }
    *bound = 0;
    for (size_t i = 0; i < digits; i++) {
        *bound = *bound * 10 + (uint32_t)(text[i] - '0');
    }
    return true;
}

const struct sim_strategy_entry *sim_strategy_find(const char *text, uint32_t *bound) {
    size_t length = strcspn(text, "=");
    *bound = 0;
    for (const struct sim_strategy_entry *entry = entries; entry->name != NULL; entry++) {
        if (strlen(entry->name) != length || memcmp(entry->name, text, length) != 0) {
            continue;
        }
        bool has_bound = text[length] == '=' && read_bound(text + length + 1, bound);
        return has_bound == entry->needs_bound && (has_bound || text[length] == '\0') ? entry
                                                                                      : NULL;
    }
    return NULL;
}

struct watch {
    const struct sim_exploration_options *options;
    struct sim_explored *explored;
    const struct sim_search *search;
    bool is_out_of_memory;
};

static bool add_step(struct sim_found *found, const struct cog_allocator *allocator,
                     const struct sim_search *search, struct sim_step step) {
    struct sim_guide_step *steps = cog_grow(allocator, found->steps, found->step_count,
                                            &found->step_capacity, sizeof steps[0]);
    if (steps == NULL) {
        return false;
    }
    found->steps = steps;
    const struct sim_draws_item *item = &search->draws.items[step.draws];
    steps[found->step_count++] = (struct sim_guide_step){
        .process = step.process == SIM_TIME_PROCESS ? SIM_NO_PROCESS : step.process,
        .draw_first = found->draw_count,
        .draw_count = item->count};
    for (uint32_t i = 0; i < item->count; i++) {
        uint32_t *draws = cog_grow(allocator, found->draws, found->draw_count,
                                   &found->draw_capacity, sizeof draws[0]);
        if (draws == NULL) {
            return false;
        }
        found->draws = draws;
        draws[found->draw_count++] = search->draws.values[item->first + i];
    }
    return true;
}

/* Keeps the way to the first run that fails. */
static void keep_way(void *context, const struct sim_result *result) {
    struct watch *watch = context;
    const struct sim_search *search = watch->search;
    struct sim_explored *explored = watch->explored;
    (void)result;
    if (explored->found.step_count > 0) {
        return;
    }
    for (uint32_t i = 0; i < search->depth && !watch->is_out_of_memory; i++) {
        watch->is_out_of_memory = !add_step(&explored->found, explored->explorer.allocator, search,
                                            search->levels[i].step);
    }
}

static void found_term(struct sim_found *found, const struct cog_allocator *allocator) {
    cog_release(allocator, found->steps, found->step_capacity * sizeof found->steps[0]);
    cog_release(allocator, found->draws, found->draw_capacity * sizeof found->draws[0]);
    *found = (struct sim_found){.steps = NULL};
}

static bool should_stop(void *context) {
    const struct watch *watch = context;
    const struct sim_exploration_options *options = watch->options;
    bool has_failed = !options->goes_on && watch->explored->explorer.tally.failure_count > 0;
    bool stops =
        has_failed || (options->should_stop != NULL && options->should_stop(options->context));
    watch->explored->was_stopped |= stops;
    return stops;
}

static int search(struct sim_explored *explored, const struct sim_exploration_options *options) {
    struct sim_search searching;
    struct watch watch = {.options = options, .explored = explored, .search = &searching};
    explored->explorer.failed = keep_way;
    explored->explorer.failed_context = &watch;
    int status = sim_search_init(&searching, &explored->explorer, options->strategy->policy);
    searching.bound = options->bound;
    searching.run_count_max = options->budget;
    searching.should_stop = should_stop;
    searching.stop_context = &watch;
    status = status == COG_OK ? sim_search_run(&searching) : status;
    status = watch.is_out_of_memory ? COG_ENOMEM : status;
    explored->explorer.failed = NULL;
    explored->asleep_count = searching.asleep_count;
    explored->is_partial = searching.draws.is_partial;
    bool is_whole =
        searching.is_complete || (searching.has_ended && options->strategy->policy->sleeps);
    explored->is_bounded = options->strategy->needs_bound && searching.has_ended;
    explored->is_complete = is_whole && !options->strategy->needs_bound && !explored->is_partial &&
                            !explored->explorer.stepping.is_inexact;
    sim_search_term(&searching);
    return status;
}

int sim_explore(struct sim_explored *explored, struct sim_program *program,
                const struct sim_exploration_options *options) {
    *explored = (struct sim_explored){.strategy = options->strategy};
    struct sim_explorer_options explorer_options = {
        .allocator = options->allocator,
        .source = options->source,
        .vary = options->vary,
        .statement_count_max = options->statement_count_max,
        .memory_bytes = options->memory_bytes,
    };
    int status = sim_explorer_open(&explored->explorer, program, &explorer_options);
    if (status != COG_OK) {
        return status;
    }
    status = search(explored, options);
    if (status != COG_OK) {
        sim_explored_close(explored);
    }
    return status;
}

void sim_explored_close(struct sim_explored *explored) {
    found_term(&explored->found, explored->explorer.allocator);
    sim_explorer_close(&explored->explorer);
}

static enum sim_answer answer(const struct sim_explored *explored, bool is_reached) {
    if (is_reached) {
        return SIM_ANSWER_HELD;
    }
    return explored->is_complete ? SIM_ANSWER_BROKEN : SIM_ANSWER_UNKNOWN;
}

enum sim_answer sim_explored_sometimes(const struct sim_explored *explored, uint32_t i) {
    return answer(explored, explored->explorer.tally.sometimes[i] > 0);
}

enum sim_answer sim_explored_outcome(const struct sim_explored *explored, uint32_t i) {
    const struct sim_tally *tally = &explored->explorer.tally;
    bool is_reached = false;
    for (uint32_t at = 0; at < tally->outcome_count; at++) {
        is_reached |= tally->outcomes[at].line == i;
    }
    return answer(explored, is_reached);
}
