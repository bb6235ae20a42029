/* store_campaign_read.c - reads campaigns back, for a report. */
#include "sim/program/store_campaign.h"

#include "sim/program/program.h"
#include "sim/program/store_statement.h"

#include <string.h>

/* What is read, and where it is put. Memory that runs out is told once, at the end. */
struct reading {
    struct store *store;
    struct sim_arena *arena;
    bool is_out_of_memory;
};

static const char *read_text(struct reading *reading, sqlite3_stmt *statement, int column) {
    const char *bytes = sqlite3_column_blob(statement, column);
    size_t length = (size_t)sqlite3_column_bytes(statement, column);
    const char *copy = bytes != NULL ? sim_arena_copy(reading->arena, bytes, length) : "";
    reading->is_out_of_memory |= copy == NULL;
    return copy != NULL ? copy : "";
}

/* One more item of a list. Null: no memory. */
static void *push(struct reading *reading, const void *items, uint32_t *count, size_t bytes) {
    void *grown = sim_arena_push(reading->arena, (void *)items, count, bytes);
    reading->is_out_of_memory |= grown == NULL;
    return grown;
}

static sqlite3_stmt *prepare_for(struct reading *reading, const char *sql, int64_t id) {
    sqlite3_stmt *statement = store_prepare(reading->store, sql);
    store_bind(statement, 1, (const uint64_t[]){(uint64_t)id}, 1);
    return statement;
}

static bool next(struct reading *reading, sqlite3_stmt *statement) {
    return !reading->is_out_of_memory && store_next(reading->store, statement);
}

/* ---- Campaigns ---- */

static void read_history(struct reading *reading, size_t history_max,
                         struct rep_campaign *campaign) {
    struct rep_campaign_summary *list = NULL;
    uint32_t count = 0;
    sqlite3_stmt *statement = prepare_for(
        reading,
        "SELECT * FROM (SELECT id, began_s, ended_s, strategy, seed, git, ending, "
        "(SELECT count(*) FROM results WHERE campaign = campaigns.id AND verdict = 1), "
        "(SELECT count(*) FROM results WHERE campaign = campaigns.id AND verdict = 2), "
        "(SELECT count(*) FROM results WHERE campaign = campaigns.id AND verdict = 3), "
        "(SELECT coalesce(sum(runs), 0) FROM results WHERE campaign = campaigns.id), version, "
        "options FROM campaigns ORDER BY id DESC LIMIT ?1) ORDER BY id",
        (int64_t)history_max);
    while (next(reading, statement)) {
        struct rep_campaign_summary *grown = push(reading, list, &count, sizeof list[0]);
        if (grown == NULL) {
            break;
        }
        list = grown;
        list[count - 1] =
            (struct rep_campaign_summary){.number = store_column(statement, 0),
                                          .began_s = sqlite3_column_int64(statement, 1),
                                          .ended_s = sqlite3_column_int64(statement, 2),
                                          .strategy = read_text(reading, statement, 3),
                                          .seed = store_column(statement, 4),
                                          .commit = read_text(reading, statement, 5),
                                          .ending = read_text(reading, statement, 6),
                                          .held_count = (size_t)store_column(statement, 7),
                                          .failed_count = (size_t)store_column(statement, 8),
                                          .error_count = (size_t)store_column(statement, 9),
                                          .run_count = store_column(statement, 10)};
        campaign->version = read_text(reading, statement, 11);
        campaign->options = read_text(reading, statement, 12);
    }
    (void)sqlite3_finalize(statement);
    campaign->history = list;
    campaign->history_count = count;
    if (count > 0) {
        campaign->now = list[count - 1];
    }
}

static void read_known(struct reading *reading, struct rep_campaign *campaign) {
    struct rep_campaign_known *list = NULL;
    uint32_t count = 0;
    sqlite3_stmt *statement = prepare_for(
        reading, "SELECT path, state, message FROM known WHERE campaign = ?1 ORDER BY number",
        (int64_t)campaign->now.number);
    while (next(reading, statement)) {
        struct rep_campaign_known *grown = push(reading, list, &count, sizeof list[0]);
        if (grown == NULL) {
            break;
        }
        list = grown;
        list[count - 1] = (struct rep_campaign_known){.path = read_text(reading, statement, 0),
                                                      .state = read_text(reading, statement, 1),
                                                      .message = read_text(reading, statement, 2)};
    }
    (void)sqlite3_finalize(statement);
    campaign->known = list;
    campaign->known_count = count;
}

static void read_records(struct reading *reading, struct rep_campaign *campaign) {
    struct rep_campaign_record *list = NULL;
    uint32_t count = 0;
    sqlite3_stmt *statement =
        store_prepare(reading->store,
                      "SELECT name, sum(runs), (SELECT count(*) FROM results WHERE finder = name) "
                      "FROM result_strategies GROUP BY name ORDER BY 3 DESC, 2 DESC, name");
    while (next(reading, statement)) {
        struct rep_campaign_record *grown = push(reading, list, &count, sizeof list[0]);
        if (grown == NULL) {
            break;
        }
        list = grown;
        list[count - 1] = (struct rep_campaign_record){.strategy = read_text(reading, statement, 0),
                                                       .run_count = store_column(statement, 1),
                                                       .found_count = store_column(statement, 2)};
    }
    (void)sqlite3_finalize(statement);
    campaign->records = list;
    campaign->record_count = count;
}

/* ---- Results ---- */

static void read_outcomes(struct reading *reading, int64_t id, struct rep_campaign_result *result) {
    struct rep_campaign_outcome *list = NULL;
    uint32_t count = 0;
    sqlite3_stmt *statement = prepare_for(reading,
                                          "SELECT text, count, is_failure FROM result_outcomes "
                                          "WHERE result = ?1 ORDER BY number",
                                          id);
    while (next(reading, statement)) {
        struct rep_campaign_outcome *grown = push(reading, list, &count, sizeof list[0]);
        if (grown == NULL) {
            break;
        }
        list = grown;
        list[count - 1] =
            (struct rep_campaign_outcome){.text = read_text(reading, statement, 0),
                                          .count = store_column(statement, 1),
                                          .is_failure = store_column(statement, 2) != 0};
    }
    (void)sqlite3_finalize(statement);
    result->outcomes = list;
    result->outcome_count = count;
}

static void read_faults(struct reading *reading, int64_t id, struct rep_campaign_result *result) {
    struct rep_campaign_fault *list = NULL;
    uint32_t count = 0;
    sqlite3_stmt *statement =
        prepare_for(reading,
                    "SELECT file, line, kind, text, runs, is_idle FROM result_faults "
                    "WHERE result = ?1 ORDER BY number",
                    id);
    while (next(reading, statement)) {
        struct rep_campaign_fault *grown = push(reading, list, &count, sizeof list[0]);
        if (grown == NULL) {
            break;
        }
        list = grown;
        list[count - 1] = (struct rep_campaign_fault){.file = read_text(reading, statement, 0),
                                                      .line = (uint32_t)store_column(statement, 1),
                                                      .kind = read_text(reading, statement, 2),
                                                      .text = read_text(reading, statement, 3),
                                                      .run_count = store_column(statement, 4),
                                                      .is_idle = store_column(statement, 5) != 0};
    }
    (void)sqlite3_finalize(statement);
    result->faults = list;
    result->fault_count = count;
}

static void read_shares(struct reading *reading, int64_t id, struct rep_campaign_result *result) {
    struct rep_campaign_share *list = NULL;
    uint32_t count = 0;
    sqlite3_stmt *statement = prepare_for(
        reading, "SELECT name, runs FROM result_strategies WHERE result = ?1 ORDER BY number", id);
    while (next(reading, statement)) {
        struct rep_campaign_share *grown = push(reading, list, &count, sizeof list[0]);
        if (grown == NULL) {
            break;
        }
        list = grown;
        list[count - 1] = (struct rep_campaign_share){.strategy = read_text(reading, statement, 0),
                                                      .run_count = store_column(statement, 1)};
    }
    (void)sqlite3_finalize(statement);
    result->shares = list;
    result->share_count = count;
}

static enum rep_verdict verdict_of(uint64_t number) {
    return number >= REP_VERDICT_HELD && number <= REP_VERDICT_ERROR ? (enum rep_verdict)number
                                                                     : REP_VERDICT_NONE;
}

/* How it went in each campaign of the history, and whether its failure is new. */
static void read_verdicts(struct reading *reading, const struct rep_campaign *campaign,
                          sqlite3_stmt *row, struct rep_campaign_result *result) {
    enum rep_verdict *list =
        sim_arena_allocate(reading->arena, (campaign->history_count + 1) * sizeof list[0]);
    sqlite3_stmt *statement = store_prepare(
        reading->store, "SELECT max(verdict) FROM results WHERE campaign = ?1 AND file = ?2 AND "
                        "row = ?3");
    enum rep_verdict before = REP_VERDICT_NONE;
    reading->is_out_of_memory |= list == NULL;
    for (size_t i = 0; list != NULL && statement != NULL && i < campaign->history_count; i++) {
        store_bind(statement, 1, &campaign->history[i].number, 1);
        store_bind_text(statement, 2, result->file);
        store_bind(statement, 3, (const uint64_t[]){store_column(row, 27)}, 1);
        list[i] =
            next(reading, statement) ? verdict_of(store_column(statement, 0)) : REP_VERDICT_NONE;
        (void)sqlite3_reset(statement);
        before = i + 1 < campaign->history_count && list[i] != REP_VERDICT_NONE ? list[i] : before;
    }
    (void)sqlite3_finalize(statement);
    result->history = list;
    result->is_new = result->verdict == REP_VERDICT_FAILED && before == REP_VERDICT_HELD;
}

static void read_points(struct reading *reading, int64_t id, struct rep_campaign_result *result) {
    struct rep_campaign_point *list = NULL;
    uint32_t count = 0;
    sqlite3_stmt *statement = prepare_for(
        reading, "SELECT runs, kinds FROM result_points WHERE result = ?1 ORDER BY number", id);
    while (next(reading, statement)) {
        struct rep_campaign_point *grown = push(reading, list, &count, sizeof list[0]);
        if (grown == NULL) {
            break;
        }
        list = grown;
        list[count - 1] = (struct rep_campaign_point){.run_count = store_column(statement, 0),
                                                      .kind_count = store_column(statement, 1)};
    }
    (void)sqlite3_finalize(statement);
    result->points = list;
    result->point_count = count;
}

static struct rep_campaign_result read_result(struct reading *reading, sqlite3_stmt *row) {
    return (struct rep_campaign_result){
        .file = read_text(reading, row, 1),
        .row = read_text(reading, row, 2),
        .title = read_text(reading, row, 3),
        .verdict = verdict_of(store_column(row, 4)),
        .strategy = read_text(reading, row, 5),
        .extent = read_text(reading, row, 6),
        .is_complete = store_column(row, 7) != 0,
        .run_count = store_column(row, 8),
        .failure_count = store_column(row, 9),
        .kind_count = store_column(row, 10),
        .new_kind_in = store_column(row, 11),
        .most_steps = {store_column(row, 12), store_column(row, 13)},
        .most_time = {store_column(row, 14), store_column(row, 15)},
        .took_ns = store_column(row, 16),
        .finder = read_text(reading, row, 17),
        .finder_count = store_column(row, 18),
        .outcome_total = (size_t)store_column(row, 19),
        .signature = read_text(reading, row, 20),
        .message = read_text(reading, row, 21),
        .failure = read_text(reading, row, 22),
        .pair = read_text(reading, row, 23),
        .schedule = read_text(reading, row, 24),
        .shrunk = read_text(reading, row, 25),
        .graph = read_text(reading, row, 26),
    };
}

static void read_results(struct reading *reading, struct rep_campaign *campaign) {
    struct rep_campaign_result *list = NULL;
    uint32_t count = 0;
    sqlite3_stmt *row = prepare_for(
        reading,
        "SELECT id, file, row_text, title, verdict, strategy, extent, is_complete, runs, failures, "
        "kinds, new_kind_in, most_steps, most_steps_run, most_time, most_time_run, took_ns, "
        "finder, finder_count, outcome_count, signature, message, failure, pair, schedule, shrunk, "
        "graph, row FROM results WHERE campaign = ?1 ORDER BY piece, row, id",
        (int64_t)campaign->now.number);
    while (next(reading, row)) {
        struct rep_campaign_result *grown = push(reading, list, &count, sizeof list[0]);
        if (grown == NULL) {
            break;
        }
        list = grown;
        struct rep_campaign_result *result = &list[count - 1];
        int64_t id = sqlite3_column_int64(row, 0);
        *result = read_result(reading, row);
        read_points(reading, id, result);
        read_outcomes(reading, id, result);
        read_faults(reading, id, result);
        read_shares(reading, id, result);
        read_verdicts(reading, campaign, row, result);
    }
    (void)sqlite3_finalize(row);
    campaign->results = list;
    campaign->result_count = count;
}

int store_campaign_read(struct store *store, struct sim_arena *arena, size_t history_max,
                        struct rep_campaign *campaign) {
    struct reading reading = {.store = store, .arena = arena};
    *campaign = (struct rep_campaign){.source = store->path, .version = "", .options = ""};
    read_history(&reading, history_max, campaign);
    if (campaign->history_count == 0 && !store->has_failed && !reading.is_out_of_memory) {
        complain("%s: holds no campaign yet; 'cogsim explore --store %s' makes one", store->path,
                 store->path);
        return EXIT_BAD_INPUT;
    }
    read_known(&reading, campaign);
    read_records(&reading, campaign);
    read_results(&reading, campaign);
    if (reading.is_out_of_memory) {
        complain("out of memory");
        return EXIT_ENVIRONMENT;
    }
    return store->has_failed ? store->exit_code : EXIT_HELD;
}
