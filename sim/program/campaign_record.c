/* campaign_record.c - puts together what a report tells of a scenario. */
#include "sim/program/campaign_record.h"

#include "sim/declared.h"
#include "sim/program/store_campaign.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { OUTCOMES_KEPT = 50, SHARES_MAX = SIM_PORTFOLIO_SIZE + 1, TEXT_BYTES = 1024 };

/* ---- The campaign ---- */

void record_begin(const struct explore_campaign *campaign) {
    const struct explore_settings *settings = campaign->settings;
    if (campaign->store == NULL) {
        return;
    }
    const char *strategy =
        settings->strategy_text != NULL ? settings->strategy_text : settings->strategy->name;
    struct rep_campaign begun = {
        .version = COGSIM_VERSION,
        .options = settings->command_line != NULL ? settings->command_line : "",
        .now = {.strategy = strategy, .seed = settings->seed, .commit = settings->commit}};
    store_campaign_begin(campaign->store, &begun);
}

void record_end(const struct explore_campaign *campaign, int signal) {
    if (campaign->store != NULL) {
        store_campaign_end(campaign->store, signal != 0 ? "interrupted" : "");
    }
}

void record_known(const struct explore_campaign *campaign, const char *path, const char *state,
                  const char *message) {
    if (campaign->store != NULL) {
        const struct rep_campaign_known known = {.path = path, .state = state, .message = message};
        store_campaign_know(campaign->store, &known);
    }
}

/* ---- A scenario ---- */

/* What a result points at while it is noted. */
struct parts {
    struct rep_campaign_outcome outcomes[OUTCOMES_KEPT];
    struct rep_campaign_point points[SIM_KINDS_POINTS + 1];
    struct rep_campaign_share shares[SHARES_MAX];
    struct rep_campaign_fault *faults;
    char title[TEXT_BYTES];
    char row[TEXT_BYTES];
    char signature[24];
};

static const char *or_empty(const char *text) {
    return text != NULL ? text : "";
}

/* An empty buffer has no bytes. */
static const char *text_of(const struct sim_buffer *buffer) {
    return or_empty(buffer->bytes);
}

static void take_outcomes(const struct explored *explored, struct parts *parts,
                          struct rep_campaign_result *result) {
    const struct sim_tally *tally = &explored->result->explorer.tally;
    const struct sim_outcome **sorted = output_sort_outcomes(tally);
    for (uint32_t i = 0; sorted != NULL && i < tally->outcome_count && i < OUTCOMES_KEPT; i++) {
        parts->outcomes[i] = (struct rep_campaign_outcome){.text = sorted[i]->text,
                                                           .count = sorted[i]->count,
                                                           .is_failure = sorted[i]->is_failure};
        result->outcome_count++;
    }
    result->outcomes = parts->outcomes;
    result->outcome_total = tally->outcome_count;
    free(sorted);
}

/* How the kinds that samples came to grew; where all has been seen that tells nothing. */
static void take_kinds(const struct sim_explored *explored, struct parts *parts,
                       struct rep_campaign_result *result) {
    const struct sim_kinds *kinds = &explored->kinds;
    if (explored->is_complete || kinds->run_count == 0) {
        result->kind_count = explored->is_complete ? result->run_count : 0;
        return;
    }
    result->kind_count = kinds->count;
    result->new_kind_in = sim_kinds_new_in(kinds);
    for (uint32_t i = 0; i < kinds->point_count; i++) {
        parts->points[result->point_count++] =
            (struct rep_campaign_point){kinds->points[i].run_count, kinds->points[i].kind_count};
    }
    if (kinds->point_count == 0 ||
        kinds->points[kinds->point_count - 1].run_count < kinds->run_count) {
        parts->points[result->point_count++] =
            (struct rep_campaign_point){kinds->run_count, kinds->count};
    }
    result->points = parts->points;
}

static void add_share(struct parts *parts, struct rep_campaign_result *result, const char *name,
                      uint64_t run_count) {
    bool is_found = result->finder[0] != '\0' && strcmp(result->finder, name) == 0;
    /* Counts are of whole rounds; behind the failure that ends them nothing was counted. */
    bool has_ended = is_found && result->failure_count == 1 && run_count > result->finder_count;
    if (run_count > 0 && result->share_count < SHARES_MAX) {
        parts->shares[result->share_count++] = (struct rep_campaign_share){
            .strategy = name, .run_count = has_ended ? result->finder_count : run_count};
    }
}

/* Which strategies ran, and how often each. */
static void take_shares(const struct sim_explored *explored, struct parts *parts,
                        struct rep_campaign_result *result) {
    if (explored->counts_states) {
        add_share(parts, result, explored->strategy->name, explored->state_count);
    } else if (explored->strategy->policy != NULL) {
        add_share(parts, result, explored->strategy->name,
                  explored->explorer.tally.run_count + explored->asleep_count);
    } else {
        add_share(parts, result, "optimal-dpor", explored->searched_count);
    }
    for (uint32_t i = 0; i < SIM_PORTFOLIO_SIZE; i++) {
        const char *name = sim_explored_sampler(explored, i);
        if (name != NULL && !explored->counts_states) {
            add_share(parts, result, name, explored->sampled_counts[i]);
        }
    }
    result->shares = parts->shares;
}

/* ---- What comes into play ---- */

static const char *kind_name(enum sim_declared_kind kind) {
    switch (kind) {
    case SIM_DECLARED_LATENCY:
        return "latency";
    case SIM_DECLARED_TIME:
        return "time";
    case SIM_DECLARED_PARTITION:
        return "partition";
    case SIM_DECLARED_SIZE:
        return "sizes";
    case SIM_DECLARED_FAULTS:
        return "faults";
    }
    return "";
}

/* The line that it stands in, as it is written. Null: no memory. */
static char *line_of(const struct sim_source *source, struct sim_place place) {
    size_t start = place.offset < source->length ? place.offset : source->length;
    while (start > 0 && source->text[start - 1] != '\n') {
        start--;
    }
    start += strspn(source->text + start, " \t");
    return strndup(source->text + start, strcspn(source->text + start, "\r\n"));
}

static void take_faults(const struct exploring *exploring, const struct explored *explored,
                        struct parts *parts, struct rep_campaign_result *result) {
    const struct sim_tally *tally = &explored->result->explorer.tally;
    struct sim_declared declared;
    bool is_known = explored->result->explorer.remote == NULL && !explored->result->counts_states;
    parts->faults = calloc(tally->declared_count + 1, sizeof parts->faults[0]);
    for (uint32_t i = 0; parts->faults != NULL && is_known && i < tally->declared_count &&
                         sim_declared_get(explored->scenario, i, &declared);
         i++) {
        parts->faults[i] = (struct rep_campaign_fault){
            .file = sim_line_file(declared.place.line) != 0
                        ? sim_scenario_file_name(explored->scenario, declared.place.line)
                        : explored->path,
            .line = sim_line_number(declared.place.line),
            .kind = kind_name(declared.kind),
            .text = line_of(&exploring->loaded.source, declared.place),
            .run_count = tally->played[i],
            .is_idle = sim_explored_is_idle(explored->result, i)};
        if (parts->faults[i].text == NULL) {
            break;
        }
        result->fault_count++;
    }
    result->faults = parts->faults;
}

static void forget(struct parts *parts, const struct rep_campaign_result *result) {
    for (size_t i = 0; i < result->fault_count; i++) {
        free((char *)parts->faults[i].text);
    }
    free(parts->faults);
    free(parts);
}

/* ---- All of it ---- */

static void take_failure(const struct exploring *exploring, const struct explored *explored,
                         struct parts *parts, struct rep_campaign_result *result) {
    if (exploring->signature != 0) {
        (void)snprintf(parts->signature, sizeof parts->signature, "%016" PRIx64,
                       exploring->signature);
    }
    result->signature = parts->signature;
    result->schedule = or_empty(explored->schedule);
    if (exploring->signature_words.length > 0) {
        result->message = text_of(&exploring->signature_words);
    }
    if (explored->shrunk != NULL) {
        result->pair = text_of(&explored->shrunk->pair_words);
        result->shrunk = explored->shrunk->has_scenario ? text_of(&explored->shrunk->scenario) : "";
    }
}

static struct store_place place_of(const struct exploring *exploring,
                                   const struct sim_scenario *scenario, uint32_t row) {
    bool has_rows = scenario != NULL && scenario->row_count > 0;
    return (struct store_place){.piece = exploring->index,
                                .row = has_rows || row > 0 ? row + 1 : 0};
}

void record_explored(struct exploring *exploring, const struct explored *explored,
                     const char *message) {
    const struct sim_explored *explored_result = explored->result;
    const struct sim_scenario *scenario = explored->scenario;
    struct store *store = exploring->campaign->store;
    struct parts *parts = store != NULL ? calloc(1, sizeof *parts) : NULL;
    if (parts == NULL) {
        return;
    }
    bool is_ok = explored_is_ok(explored);
    const struct sim_tally *tally = &explored_result->explorer.tally;
    (void)snprintf(parts->title, TEXT_BYTES, "%.*s", (int)scenario->title.length,
                   scenario->title.bytes);
    (void)snprintf(parts->row, TEXT_BYTES, "%.*s",
                   scenario->row_count > 0 ? (int)scenario->row_text.length : 0,
                   scenario->row_count > 0 ? scenario->row_text.bytes : "");
    char *failure = is_ok ? NULL : output_reasons(explored);
    struct rep_campaign_result result = {
        .file = explored->path,
        .row = parts->row,
        .title = parts->title,
        .verdict = is_ok ? REP_VERDICT_HELD : REP_VERDICT_FAILED,
        .strategy = explored_result->strategy->name,
        .extent = explored_extent(explored),
        .is_complete = explored_result->is_complete,
        .run_count =
            explored_result->counts_states ? explored_result->state_count : tally->run_count,
        .failure_count = tally->failure_count,
        .most_steps = {tally->most_steps.amount, tally->most_steps.run},
        .most_time = {tally->most_time.amount, tally->most_time.run},
        .took_ns = (uint64_t)(exploring_clock_ns() - exploring->start_ns),
        .finder = or_empty(explored_result->finder),
        .finder_count = explored_result->finder_count,
        .signature = "",
        .message = is_ok ? "" : message,
        .failure = or_empty(failure),
        .pair = "",
        .schedule = "",
        .shrunk = "",
        .graph = exploring->graph_path};
    take_outcomes(explored, parts, &result);
    take_kinds(explored_result, parts, &result);
    take_shares(explored_result, parts, &result);
    take_faults(exploring, explored, parts, &result);
    if (!is_ok) {
        take_failure(exploring, explored, parts, &result);
    }
    store_campaign_add(store, place_of(exploring, scenario, scenario->row), &result);
    forget(parts, &result);
    free(failure);
}

void record_error(const struct exploring *exploring, const char *path, uint32_t row,
                  const char *message, const char *text) {
    struct store *store = exploring->campaign->store;
    if (store == NULL) {
        return;
    }
    const struct rep_campaign_result result = {.file = path,
                                               .row = "",
                                               .title = "",
                                               .verdict = REP_VERDICT_ERROR,
                                               .strategy = exploring->settings->strategy->name,
                                               .extent = "",
                                               .finder = "",
                                               .signature = "",
                                               .message = message,
                                               .failure = text,
                                               .pair = "",
                                               .schedule = "",
                                               .shrunk = "",
                                               .graph = ""};
    store_campaign_add(store, place_of(exploring, exploring->loaded.scenario, row), &result);
}
