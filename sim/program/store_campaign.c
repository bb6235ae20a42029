/* store_campaign.c - notes campaigns and their results. */
#include "sim/program/store_campaign.h"

#include "sim/program/store_statement.h"

#include <string.h>
#include <time.h>

static int64_t now_s(void) {
    struct timespec now = {.tv_sec = 0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec;
}

static void bind_blob(sqlite3_stmt *statement, int at, const char *text) {
    size_t bytes = strlen(text);
    if (bytes > INT32_MAX || sqlite3_bind_blob(statement, at, bytes > 0 ? text : "", (int)bytes,
                                               SQLITE_STATIC) != SQLITE_OK) {
        (void)sqlite3_bind_zeroblob(statement, at, 0);
    }
}

/* ---- Campaigns ---- */

static bool forget_old(struct store *store) {
    sqlite3_stmt *statement = store_prepare(
        store, "DELETE FROM campaigns WHERE id NOT IN (SELECT id FROM campaigns ORDER BY id DESC "
               "LIMIT ?1)");
    store_bind(statement, 1, (const uint64_t[]){STORE_CAMPAIGNS_KEPT}, 1);
    return store_finish(store, statement, true);
}

static bool insert_campaign(struct store *store, const struct rep_campaign *campaign) {
    sqlite3_stmt *statement =
        store_prepare(store, "INSERT INTO campaigns (began_s, seed, version, strategy, git, "
                             "options) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    if (statement == NULL) {
        return false;
    }
    store_bind(statement, 1, (const uint64_t[]){(uint64_t)now_s(), campaign->now.seed}, 2);
    store_bind_text(statement, 3, campaign->version);
    store_bind_text(statement, 4, campaign->now.strategy);
    store_bind_text(statement, 5, campaign->now.commit);
    store_bind_text(statement, 6, campaign->options);
    bool is_added = store_finish(store, statement, true);
    store->campaign = sqlite3_last_insert_rowid(store->database);
    return is_added;
}

/* All of it or nothing. */
static void close_transaction(struct store *store, bool is_written) {
    if (!is_written || !store_execute(store, "COMMIT")) {
        (void)sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
    }
}

void store_campaign_begin(struct store *store, const struct rep_campaign *campaign) {
    (void)pthread_mutex_lock(&store->mutex);
    if (!store->has_failed && store_execute(store, "BEGIN")) {
        close_transaction(store, insert_campaign(store, campaign) && forget_old(store));
    }
    (void)pthread_mutex_unlock(&store->mutex);
}

void store_campaign_end(struct store *store, const char *ending) {
    (void)pthread_mutex_lock(&store->mutex);
    sqlite3_stmt *statement =
        !store->has_failed
            ? store_prepare(store, "UPDATE campaigns SET ended_s = ?2, ending = ?3 WHERE id = ?1")
            : NULL;
    if (statement != NULL) {
        store_bind(statement, 1, (const uint64_t[]){(uint64_t)store->campaign, (uint64_t)now_s()},
                   2);
        store_bind_text(statement, 3, ending);
        (void)store_finish(store, statement, true);
    }
    (void)pthread_mutex_unlock(&store->mutex);
}

void store_campaign_know(struct store *store, const struct rep_campaign_known *known) {
    (void)pthread_mutex_lock(&store->mutex);
    sqlite3_stmt *statement =
        !store->has_failed
            ? store_prepare(store, "INSERT INTO known SELECT ?1, count(*), ?2, ?3, ?4 FROM known "
                                   "WHERE campaign = ?1")
            : NULL;
    if (statement != NULL) {
        store_bind(statement, 1, (const uint64_t[]){(uint64_t)store->campaign}, 1);
        store_bind_text(statement, 2, known->path);
        store_bind_text(statement, 3, known->state);
        store_bind_text(statement, 4, known->message);
        (void)store_finish(store, statement, true);
    }
    (void)pthread_mutex_unlock(&store->mutex);
}

/* ---- Results ---- */

/* So many numbers, then so many texts, in the order of the columns. */
static bool insert_result(struct store *store, struct store_place place,
                          const struct rep_campaign_result *result, uint64_t *id) {
    const uint64_t numbers[] = {(uint64_t)store->campaign,
                                place.piece,
                                place.row,
                                (uint64_t)result->verdict,
                                result->is_complete ? 1 : 0,
                                result->run_count,
                                result->failure_count,
                                result->kind_count,
                                result->new_kind_in,
                                result->most_steps.amount,
                                result->most_steps.run,
                                result->most_time.amount,
                                result->most_time.run,
                                result->took_ns,
                                result->finder_count,
                                result->outcome_total};
    const char *const texts[] = {
        result->file,   result->row,       result->title,   result->strategy, result->extent,
        result->finder, result->signature, result->message, result->pair,     result->graph};
    const char *const blobs[] = {result->failure, result->schedule, result->shrunk};
    enum {
        NUMBERS = sizeof numbers / sizeof numbers[0],
        TEXTS = sizeof texts / sizeof texts[0],
        BLOBS = sizeof blobs / sizeof blobs[0],
    };
    _Static_assert(NUMBERS == 16 && TEXTS == 10 && BLOBS == 3, "the statement has so many");
    sqlite3_stmt *statement = store_prepare(
        store,
        "INSERT INTO results (campaign, piece, row, verdict, is_complete, runs, failures, kinds, "
        "new_kind_in, most_steps, most_steps_run, most_time, most_time_run, took_ns, "
        "finder_count, outcome_count, file, row_text, title, strategy, extent, finder, signature, "
        "message, pair, graph, failure, schedule, shrunk) VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
        "?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, "
        "?25, ?26, ?27, ?28, ?29)");
    if (statement == NULL) {
        return false;
    }
    store_bind(statement, 1, numbers, NUMBERS);
    for (int i = 0; i < TEXTS; i++) {
        store_bind_text(statement, NUMBERS + 1 + i, texts[i]);
    }
    for (int i = 0; i < BLOBS; i++) {
        bind_blob(statement, NUMBERS + TEXTS + 1 + i, blobs[i]);
    }
    bool is_added = store_finish(store, statement, true);
    *id = (uint64_t)sqlite3_last_insert_rowid(store->database);
    return is_added;
}

static bool insert_outcomes(struct store *store, const struct rep_campaign_result *result,
                            uint64_t id) {
    sqlite3_stmt *statement =
        store_prepare(store, "INSERT INTO result_outcomes (result, number, count, is_failure, text)"
                             " VALUES (?1, ?2, ?3, ?4, ?5)");
    bool is_added = statement != NULL;
    for (size_t i = 0; is_added && i < result->outcome_count; i++) {
        const struct rep_campaign_outcome *outcome = &result->outcomes[i];
        store_bind(statement, 1,
                   (const uint64_t[]){id, i, outcome->count, outcome->is_failure ? 1 : 0}, 4);
        bind_blob(statement, 5, outcome->text);
        is_added = store_finish(store, statement, false);
    }
    (void)sqlite3_finalize(statement);
    return is_added;
}

static bool insert_faults(struct store *store, const struct rep_campaign_result *result,
                          uint64_t id) {
    sqlite3_stmt *statement =
        store_prepare(store, "INSERT INTO result_faults (result, number, line, runs, is_idle, "
                             "file, kind, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    bool is_added = statement != NULL;
    for (size_t i = 0; is_added && i < result->fault_count; i++) {
        const struct rep_campaign_fault *fault = &result->faults[i];
        store_bind(statement, 1,
                   (const uint64_t[]){id, i, fault->line, fault->run_count, fault->is_idle ? 1 : 0},
                   5);
        store_bind_text(statement, 6, fault->file);
        store_bind_text(statement, 7, fault->kind);
        bind_blob(statement, 8, fault->text);
        is_added = store_finish(store, statement, false);
    }
    (void)sqlite3_finalize(statement);
    return is_added;
}

static bool insert_shares(struct store *store, const struct rep_campaign_result *result,
                          uint64_t id) {
    sqlite3_stmt *statement = store_prepare(
        store,
        "INSERT INTO result_strategies (result, number, runs, name) VALUES (?1, ?2, ?3, ?4)");
    bool is_added = statement != NULL;
    for (size_t i = 0; is_added && i < result->share_count; i++) {
        store_bind(statement, 1, (const uint64_t[]){id, i, result->shares[i].run_count}, 3);
        store_bind_text(statement, 4, result->shares[i].strategy);
        is_added = store_finish(store, statement, false);
    }
    (void)sqlite3_finalize(statement);
    return is_added;
}

static bool insert_points(struct store *store, const struct rep_campaign_result *result,
                          uint64_t id) {
    sqlite3_stmt *statement = store_prepare(
        store, "INSERT INTO result_points (result, number, runs, kinds) VALUES (?1, ?2, ?3, ?4)");
    bool is_added = statement != NULL;
    for (size_t i = 0; is_added && i < result->point_count; i++) {
        const struct rep_campaign_point *point = &result->points[i];
        store_bind(statement, 1, (const uint64_t[]){id, i, point->run_count, point->kind_count}, 4);
        is_added = store_finish(store, statement, false);
    }
    (void)sqlite3_finalize(statement);
    return is_added;
}

void store_campaign_add(struct store *store, struct store_place place,
                        const struct rep_campaign_result *result) {
    uint64_t id = 0;
    (void)pthread_mutex_lock(&store->mutex);
    if (!store->has_failed && store_execute(store, "BEGIN")) {
        close_transaction(
            store, insert_result(store, place, result, &id) && insert_outcomes(store, result, id) &&
                       insert_faults(store, result, id) && insert_shares(store, result, id) &&
                       insert_points(store, result, id));
    }
    (void)pthread_mutex_unlock(&store->mutex);
}
