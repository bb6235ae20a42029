/* exploration.c - runs the strategy that is wanted, and answers. */
#include "sim/explore/exploration.h"

#include "sim/explore/exploration_states.h"
#include "sim/explore/renumber.h"
#include "sim/explore/search.h"

#include <string.h>

static const struct sim_strategy_entry entries[] = {
    {.name = "portfolio"},
    {.name = "optimal-dpor", .policy = &sim_search_optimal_dpor},
    {.name = "source-dpor", .policy = &sim_search_source_dpor},
    {.name = "sleep-sets", .policy = &sim_search_sleep_sets},
    {.name = "dfs", .policy = &sim_search_all},
    {.name = "preemptions", .policy = &sim_search_preemptions, .number = SIM_NUMBER_NEEDED},
    {.name = "delays", .policy = &sim_search_delays, .number = SIM_NUMBER_NEEDED},
    {.name = "states", .is_states = true},
    {.name = "canonical", .type = &sim_strategy_canonical},
    {.name = "random", .type = &sim_strategy_random},
    {.name = "pct", .type = &sim_strategy_pct, .number = SIM_NUMBER_ALLOWED},
    {.name = "pos", .type = &sim_strategy_pos},
    {.name = "urw", .type = &sim_strategy_urw},
    {.name = "surw", .type = &sim_strategy_surw},
    {.name = "guided", .type = &sim_strategy_guided},
    {.name = NULL},
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
    bool has_number = text[length] == '=';
    *bound = 0;
    for (const struct sim_strategy_entry *entry = entries; entry->name != NULL; entry++) {
        if (strlen(entry->name) != length || memcmp(entry->name, text, length) != 0) {
            continue;
        }
        if (has_number) {
            bool is_pct = entry->type == &sim_strategy_pct;
            bool is_read = entry->number != SIM_NUMBER_NONE && read_bound(text + length + 1, bound);
            bool is_deep = is_pct && (*bound == 0 || *bound > SIM_STRATEGY_DEPTH_MAX);
            return is_read && !is_deep ? entry : NULL;
        }
        return entry->number != SIM_NUMBER_NEEDED ? entry : NULL;
    }
    return NULL;
}

/* ---- Stopping ---- */

/* An exploration under way. */
struct exploring {
    const struct sim_exploration_options *options;
    struct sim_program *program;
    struct sim_explored *explored;
    struct sim_search search; /* that is under way */
    struct sim_crew crew;
    const char *strategy; /* the name of the one that runs */
    uint64_t run_count;   /* in the tally before it began, and */
    uint64_t own_count;   /* runs of its own */
};

static bool has_failed(const struct sim_explored *explored) {
    return explored->explorer.tally.failure_count > 0;
}

static bool is_stopped(void *context) {
    const struct sim_exploration_options *options = ((const struct exploring *)context)->options;
    return options->should_stop != NULL && options->should_stop(options->context);
}

static bool should_stop(void *context) {
    struct exploring *exploring = context;
    bool stops =
        (!exploring->options->goes_on && has_failed(exploring->explored)) || is_stopped(exploring);
    exploring->explored->was_stopped |= stops;
    return stops;
}

/* A search has come to its end, or to what it was to find. */
static bool is_over(struct exploring *exploring) {
    return !is_stopped(exploring) ||
           (!exploring->options->goes_on && has_failed(exploring->explored));
}

static void begin_strategy(struct exploring *exploring, const char *name, uint64_t own_count) {
    exploring->strategy = name;
    exploring->run_count = exploring->explored->explorer.tally.run_count;
    exploring->own_count = own_count;
}

/* Was it the one that runs that came to the first failure? */
static void note_finder(const struct exploring *exploring) {
    struct sim_explored *explored = exploring->explored;
    uint64_t first = explored->explorer.tally.first_failure;
    if (explored->finder == NULL && exploring->strategy != NULL && first > exploring->run_count) {
        explored->finder = exploring->strategy;
        explored->finder_count = exploring->own_count + first - exploring->run_count;
    }
}

/* What has been counted up to here is whole. */
static int save(void *context) {
    const struct exploring *exploring = context;
    note_finder(exploring);
    const struct sim_exploration_options *options = exploring->options;
    return options->save != NULL ? options->save(options->context, exploring->explored) : COG_OK;
}

/* ---- Searches ---- */

/* Keeps the way to the first run that fails. */
static void keep_way(void *context, const struct sim_result *result) {
    struct exploring *exploring = context;
    const struct sim_search *search = &exploring->search;
    struct sim_way *way = &exploring->explored->way;
    const struct cog_allocator *allocator = exploring->explored->explorer.allocator;
    (void)result;
    if (way->step_count > 0) {
        return;
    }
    for (uint32_t i = 0; i < search->depth; i++) {
        struct sim_step step = search->levels[i].step;
        const struct sim_draws_item *item = &search->draws.items[step.draws];
        sim_way_step(way, allocator,
                     step.process == SIM_TIME_PROCESS ? SIM_NO_PROCESS : step.process);
        for (uint32_t at = 0; at < item->count; at++) {
            sim_way_draw(way, allocator, search->draws.values[item->first + at]);
        }
    }
}

static const char *type_name(const struct sim_strategy_type *type) {
    for (const struct sim_strategy_entry *entry = entries; entry->name != NULL; entry++) {
        if (entry->type == type) {
            return entry->name;
        }
    }
    return NULL;
}

static const char *policy_name(const struct sim_search_policy *policy) {
    for (const struct sim_strategy_entry *entry = entries; entry->name != NULL; entry++) {
        if (entry->policy == policy) {
            return entry->name;
        }
    }
    return NULL;
}

/* What C programs share is known only as far as they declare it, and when they come to do so is
 * not: then every order is needed. */
static bool sees_all_memory(const struct sim_explored *explored,
                            const struct sim_search_policy *policy) {
    const struct sim_remote *remote = explored->explorer.remote;
    return remote == NULL || (remote->has_declared && !policy->sleeps && !policy->races);
}

static int search(struct exploring *exploring, const struct sim_search_policy *policy,
                  uint64_t budget) {
    struct sim_explored *explored = exploring->explored;
    struct sim_search *searching = &exploring->search;
    bool had_way = explored->way.step_count > 0;
    begin_strategy(exploring, policy_name(policy), 0);
    int status = sim_search_init(searching, &explored->explorer, policy);
    searching->bound = exploring->options->bound;
    searching->run_count_max = budget;
    searching->depth_max = exploring->options->statement_count_max == 0 ? SIM_DEPTH_MAX : 0;
    searching->should_stop = should_stop;
    searching->stop_context = exploring;
    searching->watch = exploring->options->watch;
    explored->explorer.failed = keep_way;
    explored->explorer.failed_context = exploring;
    status = status == COG_OK ? sim_search_run(searching) : status;
    explored->explorer.failed = NULL;
    note_finder(exploring);
    exploring->strategy = NULL;
    if (status == COG_OK && !had_way) {
        status = sim_way_renumber(&explored->way, &explored->explorer.processes,
                                  exploring->crew.program, &exploring->crew.options);
    }
    explored->asleep_count = searching->asleep_count;
    explored->is_partial = searching->draws.is_partial;
    explored->is_too_deep |= searching->is_too_deep;
    explored->is_bounded = policy->cost != NULL && searching->has_ended;
    bool is_reduced = policy->sleeps || policy->races;
    explored->is_exhausted = searching->has_ended && policy->cost == NULL;
    explored->is_complete = explored->is_exhausted && !searching->draws.is_partial &&
                            sees_all_memory(explored, policy) &&
                            !explored->explorer.stepping.is_inexact &&
                            !(is_reduced && searching->is_uncertain);
    sim_search_term(searching);
    return status;
}

/* ---- Samples ---- */

/* Runs of one strategy: as many as there are to be, but those that there have been. */
static int sample(struct exploring *exploring, const struct sim_strategy_type *type,
                  uint64_t *run_count, uint64_t run_count_max) {
    const struct sim_exploration_options *options = exploring->options;
    struct sim_explored *explored = exploring->explored;
    if (explored->explorer.is_whole && type != &sim_strategy_canonical) {
        type = &sim_strategy_random;
    }
    if (run_count_max > 0 && *run_count >= run_count_max) {
        return COG_OK;
    }
    bool is_guided = type == &sim_strategy_guided;
    struct sim_batching batching = {.type = type,
                                    .depth = options->bound,
                                    .first = *run_count,
                                    .run_count = run_count_max > 0 ? run_count_max - *run_count : 0,
                                    .stops_at_failure = !options->goes_on,
                                    .should_stop = is_stopped,
                                    .counted = save,
                                    .context = exploring,
                                    .way = &explored->way,
                                    .kinds = &explored->kinds,
                                    .estimate =
                                        type == &sim_strategy_random ? &explored->estimate : NULL,
                                    .leads = is_guided ? &explored->leads : NULL,
                                    .next = run_count,
                                    .was_stopped = &explored->was_stopped};
    begin_strategy(exploring, type_name(type), *run_count);
    int status = sim_crew_sample(&exploring->crew, &batching);
    note_finder(exploring);
    exploring->strategy = NULL;
    return status;
}

/* ---- Portfolio ---- */

static const struct sim_strategy_type *const portfolio_types[] = {
    &sim_strategy_surw, &sim_strategy_pct, &sim_strategy_pos, &sim_strategy_guided,
    &sim_strategy_random};

enum { TYPE_COUNT = sizeof portfolio_types / sizeof portfolio_types[0], PROBES = 64 };

_Static_assert((int)TYPE_COUNT == (int)SIM_PORTFOLIO_SIZE, "each has a count of its own");

static uint32_t type_count(const struct exploring *exploring) {
    return exploring->explored->explorer.is_whole ? 1 : TYPE_COUNT;
}

static uint64_t probe_count(const struct exploring *exploring) {
    uint64_t budget = exploring->options->budget;
    return budget == 0 || budget / 16 > PROBES ? PROBES : budget / 16;
}

/* A few samples of each kind: a search changes first what comes last, and may be long in coming to
 * what is all over the place. */
static int probe(struct exploring *exploring) {
    struct sim_explored *explored = exploring->explored;
    uint64_t count = probe_count(exploring);
    int status = COG_OK;
    for (uint32_t i = 0; i < type_count(exploring) && status == COG_OK && !explored->was_stopped;
         i++) {
        if (count > 0) {
            status = sample(exploring, portfolio_types[i], &explored->sampled_counts[i], count);
        }
    }
    return status;
}

/* That the tally knows of. */
static uint64_t execution_count(const struct sim_explored *explored) {
    return explored->explorer.tally.run_count + explored->asleep_count;
}

/* Every order one by one, which needs to know nothing of what steps touch. */
static int search_again(struct exploring *exploring, uint64_t budget) {
    struct sim_explorer *explorer = &exploring->explored->explorer;
    sim_tally_term(&explorer->tally);
    int status = sim_tally_init(&explorer->tally, explorer->allocator, explorer->program->scenario);
    return status == COG_OK ? search(exploring, &sim_search_all, budget) : status;
}

/* One execution of each kind if half of the budget is enough for that; then, where it is uncertain
 * what kinds there are, every order, if as much is enough again. */
static int search_kinds(struct exploring *exploring, uint64_t whole) {
    struct sim_explored *explored = exploring->explored;
    uint64_t half = (whole + 1) / 2;
    int status = search(exploring, &sim_search_optimal_dpor, half);
    bool is_uncertain = explored->is_exhausted && !explored->is_complete && !explored->is_partial;
    uint64_t used = execution_count(explored);
    if (status == COG_OK && is_uncertain && !explored->was_stopped && used < whole &&
        !explored->explorer.stepping.is_inexact) {
        status = search_again(exploring, half < whole - used ? half : whole - used);
        explored->is_exhausted = true; /* the search before was */
        used += execution_count(explored);
    }
    explored->searched_count = used;
    return status;
}

/* What the samples before it came to counts as well, but where everything has been seen: then each
 * kind of execution counts once. */
static int search_after_samples(struct exploring *exploring, uint64_t budget) {
    struct sim_explored *explored = exploring->explored;
    struct sim_explorer *explorer = &explored->explorer;
    struct sim_tally sampled = explorer->tally;
    int status = sim_tally_init(&explorer->tally, explorer->allocator, explorer->program->scenario);
    if (status != COG_OK) {
        explorer->tally = sampled;
        return status;
    }
    status = search_kinds(exploring, budget);
    if (status == COG_OK && !explored->is_complete) {
        status = sim_tally_merge(&sampled, &explorer->tally);
        struct sim_tally searched = explorer->tally;
        explorer->tally = sampled;
        sampled = searched;
    }
    sim_tally_term(&sampled);
    explored->has_searched = status == COG_OK && is_over(exploring);
    return explored->has_searched ? save(exploring) : status;
}

/* Strategies that sample share what is left. */
static int sample_in_turn(struct exploring *exploring, uint64_t whole) {
    struct sim_explored *explored = exploring->explored;
    uint64_t probes = probe_count(exploring);
    uint64_t left = whole > explored->searched_count ? whole - explored->searched_count : 0;
    uint32_t types = type_count(exploring);
    uint64_t share = (left + types - 1) / types;
    int status = COG_OK;
    for (uint32_t i = 0; i < types && status == COG_OK && !explored->was_stopped; i++) {
        bool is_last = i + 1 == types;
        uint64_t count = left < share ? left : share;
        if (exploring->options->budget == 0) {
            count = is_last ? 0 : 100000;
        }
        left -= left < count ? left : count;
        if (exploring->options->budget == 0 || count > 0) {
            status = sample(exploring, portfolio_types[i], &explored->sampled_counts[i],
                            count > 0 ? probes + count : 0);
        }
    }
    return status;
}

/* Half of the budget is for the search. */
static int run_portfolio(struct exploring *exploring) {
    const struct sim_exploration_options *options = exploring->options;
    struct sim_explored *explored = exploring->explored;
    uint64_t probes = probe_count(exploring) * type_count(exploring);
    uint64_t whole = options->budget == 0 ? 2000000 : options->budget - probes;
    int status = probe(exploring);
    if (status == COG_OK && !explored->was_stopped && !explored->has_searched) {
        status = search_after_samples(exploring, whole);
    }
    bool is_done = explored->is_complete || explored->was_stopped;
    return status == COG_OK && !is_done ? sample_in_turn(exploring, whole) : status;
}

static int explore(struct exploring *exploring) {
    struct sim_explored *explored = exploring->explored;
    const struct sim_exploration_options *options = exploring->options;
    const struct sim_strategy_entry *strategy = options->strategy;
    int status = options->resume != NULL ? options->resume(options->context, explored) : COG_OK;
    if (status == COG_OK && strategy->is_states) {
        return sim_explore_states(explored, exploring->program, options);
    }
    if (status == COG_OK && strategy->policy == NULL) {
        status = sim_crew_prepare(&exploring->crew);
        const struct sim_worker *first = &exploring->crew.workers[0];
        explored->process_count = first->has_profile ? first->profile.process_count : 0;
        explored->step_count = first->has_profile ? first->profile.step_count_max : 0;
    }
    if (status != COG_OK || (strategy->policy != NULL && explored->has_searched)) {
        return status;
    }
    if (!options->goes_on && has_failed(explored)) {
        explored->was_stopped = true;
        return COG_OK;
    }
    if (strategy->policy != NULL) {
        status = search(exploring, strategy->policy, options->budget);
        explored->has_searched = status == COG_OK && is_over(exploring);
        return explored->has_searched ? save(exploring) : status;
    }
    return strategy->type != NULL
               ? sample(exploring, strategy->type, &explored->sampled_counts[0], options->budget)
               : run_portfolio(exploring);
}

static void rounds_init(struct sim_explored_rounds *rounds, const struct cog_allocator *allocator) {
    sim_buffer_init(&rounds->starved, allocator);
    sim_buffer_init(&rounds->stem, allocator);
    sim_buffer_init(&rounds->steps, allocator);
}

static void rounds_term(struct sim_explored_rounds *rounds) {
    sim_buffer_term(&rounds->starved);
    sim_buffer_term(&rounds->stem);
    sim_buffer_term(&rounds->steps);
}

int sim_explore(struct sim_explored *explored, struct sim_program *program,
                const struct sim_exploration_options *options) {
    *explored = (struct sim_explored){.strategy = options->strategy, .bound = options->bound};
    struct sim_explorer_options explorer_options = {
        .allocator = options->allocator,
        .source = options->source,
        .vary = options->vary,
        .statement_count_max = options->statement_count_max,
        .memory_bytes = options->memory_bytes,
        .hang_ns = options->hang_ns,
    };
    int status = sim_explorer_open(&explored->explorer, program, &explorer_options);
    if (status != COG_OK) {
        return status;
    }
    sim_kinds_init(&explored->kinds, explored->explorer.allocator);
    rounds_init(&explored->livelocks, explored->explorer.allocator);
    rounds_init(&explored->starvations, explored->explorer.allocator);
    sim_leads_init(&explored->leads, explored->explorer.allocator);
    struct exploring exploring = {.options = options, .program = program, .explored = explored};
    sim_crew_init(&exploring.crew, &explored->explorer, program, &explorer_options);
    /* Worlds in processes of their own are forked: threads would not come along. */
    exploring.crew.helpers = explored->explorer.remote == NULL ? options->helpers : NULL;
    exploring.crew.seed = options->seed;
    status = explore(&exploring);
    sim_crew_term(&exploring.crew);
    status = explored->way.is_out_of_memory ? COG_ENOMEM : status;
    if (status != COG_OK) {
        sim_explored_close(explored);
    }
    return status;
}

void sim_explored_close(struct sim_explored *explored) {
    sim_kinds_term(&explored->kinds);
    rounds_term(&explored->livelocks);
    rounds_term(&explored->starvations);
    sim_leads_term(&explored->leads);
    sim_way_term(&explored->way, explored->explorer.allocator);
    sim_explorer_close(&explored->explorer);
}

const char *sim_explored_sampler(const struct sim_explored *explored, uint32_t i) {
    const struct sim_strategy_type *type = explored->strategy->type;
    bool is_portfolio = type == NULL && explored->strategy->policy == NULL;
    if (is_portfolio && i < SIM_PORTFOLIO_SIZE) {
        type = portfolio_types[i];
    } else if (i > 0) {
        return NULL;
    }
    bool is_whole = explored->explorer.is_whole && type != &sim_strategy_canonical;
    return type == NULL ? NULL : type_name(is_whole ? &sim_strategy_random : type);
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

bool sim_explored_is_idle(const struct sim_explored *explored, uint32_t number) {
    const struct sim_tally *tally = &explored->explorer.tally;
    bool is_known = explored->explorer.remote == NULL && !explored->counts_states &&
                    tally->run_count > 0 && !(explored->was_stopped && tally->failure_count > 0);
    return is_known && number < tally->declared_count && tally->played[number] == 0;
}

uint32_t sim_explored_idle_count(const struct sim_explored *explored) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < explored->explorer.tally.declared_count; i++) {
        count += sim_explored_is_idle(explored, i) ? 1 : 0;
    }
    return count;
}
