/* exploration.c - runs the strategy that is wanted, and answers. */
#include "sim/explore/exploration.h"

#include "sim/explore/exploration_states.h"
#include "sim/explore/sampler.h"
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

struct watch {
    const struct sim_exploration_options *options;
    struct sim_explored *explored;
    const struct sim_search *search;
};

static bool has_failed(const struct sim_explored *explored) {
    return explored->explorer.tally.failure_count > 0;
}

static bool should_stop(void *context) {
    const struct watch *watch = context;
    const struct sim_exploration_options *options = watch->options;
    bool stops = (!options->goes_on && has_failed(watch->explored)) ||
                 (options->should_stop != NULL && options->should_stop(options->context));
    watch->explored->was_stopped |= stops;
    return stops;
}

/* ---- Searches ---- */

/* Keeps the way to the first run that fails. */
static void keep_way(void *context, const struct sim_result *result) {
    struct watch *watch = context;
    const struct sim_search *search = watch->search;
    struct sim_way *way = &watch->explored->way;
    const struct cog_allocator *allocator = watch->explored->explorer.allocator;
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

/* What C programs share is known only as far as they declare it, and when they come to do so is
 * not: then every order is needed. */
static bool sees_all_memory(const struct sim_explored *explored,
                            const struct sim_search_policy *policy) {
    const struct sim_remote *remote = explored->explorer.remote;
    return remote == NULL || (remote->has_declared && !policy->sleeps && !policy->races);
}

static int search(struct sim_explored *explored, const struct sim_exploration_options *options,
                  const struct sim_search_policy *policy, uint64_t budget) {
    struct sim_search searching;
    struct watch watch = {.options = options, .explored = explored, .search = &searching};
    int status = sim_search_init(&searching, &explored->explorer, policy);
    searching.bound = options->bound;
    searching.run_count_max = budget;
    searching.should_stop = should_stop;
    searching.stop_context = &watch;
    explored->explorer.failed = keep_way;
    explored->explorer.failed_context = &watch;
    status = status == COG_OK ? sim_search_run(&searching) : status;
    explored->explorer.failed = NULL;
    explored->asleep_count = searching.asleep_count;
    explored->is_partial = searching.draws.is_partial;
    explored->is_bounded = policy->cost != NULL && searching.has_ended;
    bool is_reduced = policy->sleeps || policy->races;
    explored->is_exhausted = searching.has_ended && policy->cost == NULL;
    explored->is_complete = explored->is_exhausted && !searching.draws.is_partial &&
                            sees_all_memory(explored, policy) &&
                            !explored->explorer.stepping.is_inexact &&
                            !(is_reduced && searching.is_uncertain);
    sim_search_term(&searching);
    return status;
}

/* ---- Samples ---- */

/* The way of a run that a strategy chose, by running it again. */
static int retrace(struct sim_explored *explored, struct sim_strategy *strategy, uint64_t seed) {
    struct sim_sampler sampler;
    sim_sampler_init(&sampler, &explored->explorer, strategy);
    sampler.way = &explored->way;
    int status = sim_sampler_play(&sampler, seed);
    sim_sampler_term(&sampler);
    return status;
}

static int sample_with(struct sim_explored *explored, struct sim_strategy *strategy,
                       const struct sim_exploration_options *options, uint64_t budget) {
    struct watch watch = {.options = options, .explored = explored};
    struct sim_sampler sampler;
    int status = COG_OK;
    bool stops = false;
    sim_sampler_init(&sampler, &explored->explorer, strategy);
    for (uint64_t i = 0; (budget == 0 || i < budget) && status == COG_OK && !stops; i++) {
        bool had_failed = has_failed(explored);
        uint64_t seed = sim_sampling_seed(options->seed, i);
        status = sim_sampler_run(&sampler, seed);
        if (status == COG_OK && !had_failed && has_failed(explored)) {
            status = retrace(explored, strategy, seed);
        }
        stops = should_stop(&watch);
    }
    sim_sampler_term(&sampler);
    return status;
}

static int sample(struct sim_explored *explored, const struct sim_exploration_options *options,
                  const struct sim_strategy_type *type, uint64_t budget) {
    struct sim_profile profile;
    struct sim_profile_options profile_options = {.seed = options->seed};
    struct sim_strategy *strategy = NULL;
    bool wants_profile = !explored->explorer.is_whole;
    int status = COG_OK;
    if (!wants_profile) {
        type = type == &sim_strategy_canonical ? type : &sim_strategy_random;
    } else {
        status = sim_profile_make(&profile, &explored->explorer, &profile_options);
    }
    if (status != COG_OK) {
        return status;
    }
    struct sim_strategy_options strategy_options = {.profile = wants_profile ? &profile : NULL,
                                                    .depth = options->bound};
    status = sim_strategy_new(type, &explored->explorer, &strategy_options, &strategy);
    if (status == COG_OK) {
        status = sample_with(explored, strategy, options, budget);
    }
    sim_strategy_free(strategy);
    if (wants_profile) {
        sim_profile_term(&profile);
    }
    return status;
}

/* ---- Portfolio ---- */

static const struct sim_strategy_type *const portfolio_types[] = {
    &sim_strategy_surw, &sim_strategy_pct, &sim_strategy_pos, &sim_strategy_random};

enum { TYPE_COUNT = sizeof portfolio_types / sizeof portfolio_types[0], PROBES = 64 };

static int forget_runs(struct sim_explored *explored) {
    struct sim_explorer *explorer = &explored->explorer;
    sim_tally_term(&explorer->tally);
    return sim_tally_init(&explorer->tally, explorer->allocator, explorer->program->scenario);
}

/* A few samples of each kind: a search changes first what comes last, and may be long in coming to
 * what is all over the place. */
static int probe(struct sim_explored *explored, const struct sim_exploration_options *options) {
    uint64_t count =
        options->budget == 0 || options->budget / 16 > PROBES ? PROBES : options->budget / 16;
    int status = COG_OK;
    for (size_t i = 0; i < TYPE_COUNT && status == COG_OK && !explored->was_stopped; i++) {
        if (count > 0 && (i == 0 || !explored->explorer.is_whole)) {
            status = sample(explored, options, portfolio_types[i], count);
        }
    }
    return status;
}

/* Every order one by one, which needs to know nothing of what steps touch. */
static int search_again(struct sim_explored *explored,
                        const struct sim_exploration_options *options, uint64_t budget) {
    int status = forget_runs(explored);
    return status == COG_OK ? search(explored, options, &sim_search_all, budget) : status;
}

/* That the tally knows of. */
static uint64_t execution_count(const struct sim_explored *explored) {
    return explored->explorer.tally.run_count + explored->asleep_count;
}

/* Strategies that sample share so many executions. */
static int sample_by_turns(struct sim_explored *explored,
                           const struct sim_exploration_options *options, uint64_t left) {
    size_t count = explored->explorer.is_whole ? 1 : TYPE_COUNT; /* without order, all are alike */
    uint64_t share = (left + count - 1) / count;
    int status = COG_OK;
    for (size_t i = 0; i < count && status == COG_OK && !explored->was_stopped; i++) {
        bool is_last = i + 1 == count;
        uint64_t budget = options->budget == 0 ? (is_last ? 0 : 100000)
                          : left < share       ? left
                                               : share;
        if (options->budget == 0 || budget > 0) {
            status = sample(explored, options, portfolio_types[i], budget);
        }
        left -= budget < left ? budget : left;
    }
    return status;
}

/* One execution of each kind if half of the budget is enough for that; then, where it is uncertain
 * what kinds there are, every order, if as much is enough again; else strategies that sample share
 * what is left. */
static int search_and_sample(struct sim_explored *explored,
                             const struct sim_exploration_options *options, uint64_t whole) {
    uint64_t half = (whole + 1) / 2;
    int status = search(explored, options, &sim_search_optimal_dpor, half);
    bool is_uncertain = explored->is_exhausted && !explored->is_complete && !explored->is_partial;
    uint64_t used = execution_count(explored);
    if (status == COG_OK && is_uncertain && !explored->was_stopped && used < whole &&
        !explored->explorer.stepping.is_inexact) {
        status = search_again(explored, options, half < whole - used ? half : whole - used);
        explored->is_exhausted = true; /* the search before was */
        used += execution_count(explored);
    }
    if (status == COG_OK && !explored->is_complete) {
        status = sample_by_turns(explored, options, used < whole ? whole - used : 0);
    }
    return status;
}

/* What the samples before it came to counts as well, but where everything has been seen: then each
 * kind of execution counts once. */
static int run_portfolio(struct sim_explored *explored,
                         const struct sim_exploration_options *options) {
    struct sim_explorer *explorer = &explored->explorer;
    int status = probe(explored, options);
    if (status != COG_OK || explored->was_stopped) {
        return status;
    }
    struct sim_tally probes = explorer->tally;
    status = sim_tally_init(&explorer->tally, explorer->allocator, explorer->program->scenario);
    if (status != COG_OK) {
        explorer->tally = probes;
        return status;
    }
    uint64_t whole = options->budget == 0 ? 2000000 : options->budget - probes.run_count;
    status = search_and_sample(explored, options, whole);
    if (status == COG_OK && !explored->is_complete) {
        status = sim_tally_merge(&probes, &explorer->tally);
        struct sim_tally searched = explorer->tally;
        explorer->tally = probes;
        probes = searched;
    }
    sim_tally_term(&probes);
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
        .hang_ns = options->hang_ns,
    };
    int status = sim_explorer_open(&explored->explorer, program, &explorer_options);
    if (status != COG_OK) {
        return status;
    }
    const struct sim_strategy_entry *strategy = options->strategy;
    sim_buffer_init(&explored->livelock_stem, explored->explorer.allocator);
    sim_buffer_init(&explored->livelock_round, explored->explorer.allocator);
    if (strategy->is_states) {
        status = sim_explore_states(explored, program, options);
    } else if (strategy->policy != NULL) {
        status = search(explored, options, strategy->policy, options->budget);
    } else if (strategy->type != NULL) {
        status = sample(explored, options, strategy->type, options->budget);
    } else {
        status = run_portfolio(explored, options);
    }
    status = explored->way.is_out_of_memory ? COG_ENOMEM : status;
    if (status != COG_OK) {
        sim_explored_close(explored);
    }
    return status;
}

void sim_explored_close(struct sim_explored *explored) {
    sim_buffer_term(&explored->livelock_stem);
    sim_buffer_term(&explored->livelock_round);
    sim_way_term(&explored->way, explored->explorer.allocator);
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
