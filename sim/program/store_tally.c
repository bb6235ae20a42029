/* store_tally.c - what runs came to, in the store. */
#include "sim/program/store_parts.h"
#include "sim/program/store_statement.h"

int store_read_outcomes(const struct stored *stored, struct sim_tally *tally) {
    int status = COG_OK;
    int code = SQLITE_ROW;
    sqlite3_stmt *statement =
        store_prepare(stored->store, "SELECT text, hash, count, line, first_run, is_failure "
                                     "FROM outcomes WHERE exploration = ?1 ORDER BY number");
    if (statement == NULL) {
        return COG_OK;
    }
    (void)sqlite3_bind_int64(statement, 1, stored->id);
    while (status == COG_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        const char *text = sqlite3_column_blob(statement, 0);
        struct sim_outcome outcome = {.text = (char *)(text != NULL ? text : ""),
                                      .text_bytes = (size_t)sqlite3_column_bytes(statement, 0) + 1,
                                      .hash = store_column(statement, 1),
                                      .count = store_column(statement, 2),
                                      .line = (uint32_t)store_column(statement, 3),
                                      .first_run = store_column(statement, 4),
                                      .is_failure = store_column(statement, 5) != 0};
        status = sim_tally_put(tally, &outcome);
    }
    if (status == COG_OK && code != SQLITE_DONE) {
        store_fail(stored->store);
    }
    (void)sqlite3_finalize(statement);
    return status;
}

void store_read_reached(const struct stored *stored, struct sim_tally *tally) {
    int code = SQLITE_ROW;
    sqlite3_stmt *statement =
        store_prepare(stored->store, "SELECT number, count FROM reached WHERE exploration = ?1");
    if (statement == NULL) {
        return;
    }
    (void)sqlite3_bind_int64(statement, 1, stored->id);
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        uint64_t number = store_column(statement, 0);
        if (number < (uint64_t)tally->expectation_count + tally->declared_count) {
            tally->sometimes[number] = store_column(statement, 1);
        }
    }
    if (code != SQLITE_DONE) {
        store_fail(stored->store);
    }
    (void)sqlite3_finalize(statement);
}

/* Those that have changed; after a search all of them may be others. */
bool store_write_outcomes(const struct stored *stored, const struct sim_explored *explored) {
    const struct sim_tally *tally = &explored->explorer.tally;
    bool is_anew = explored->has_searched != stored->had_searched;
    struct store *store = stored->store;
    if (is_anew) {
        sqlite3_stmt *statement =
            store_prepare(store, "DELETE FROM outcomes WHERE exploration = ?1");
        store_bind(statement, 1, (const uint64_t[]){(uint64_t)stored->id}, 1);
        if (!store_finish(store, statement, true)) {
            return false;
        }
    }
    sqlite3_stmt *statement = store_prepare(
        store, "INSERT OR REPLACE INTO outcomes VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    bool is_written = statement != NULL;
    for (uint32_t i = 0; is_written && i < tally->outcome_count; i++) {
        const struct sim_outcome *outcome = &tally->outcomes[i];
        if (!is_anew && i < stored->saved_count && stored->saved_counts[i] == outcome->count) {
            continue;
        }
        const uint64_t values[] = {outcome->hash, outcome->count, outcome->line, outcome->first_run,
                                   outcome->is_failure ? 1 : 0};
        store_bind(statement, 1, (const uint64_t[]){(uint64_t)stored->id, i}, 2);
        (void)sqlite3_bind_blob(statement, 3, outcome->text, (int)outcome->text_bytes - 1,
                                SQLITE_STATIC);
        store_bind(statement, 4, values, sizeof values / sizeof values[0]);
        is_written = store_finish(store, statement, false);
    }
    (void)sqlite3_finalize(statement);
    return is_written;
}

bool store_write_reached(const struct stored *stored, const struct sim_tally *tally) {
    sqlite3_stmt *statement =
        store_prepare(stored->store, "INSERT OR REPLACE INTO reached VALUES (?1, ?2, ?3)");
    bool is_written = statement != NULL;
    for (uint32_t i = 0; is_written && i < tally->expectation_count + tally->declared_count; i++) {
        store_bind(statement, 1, (const uint64_t[]){(uint64_t)stored->id, i, tally->sometimes[i]},
                   3);
        is_written = store_finish(stored->store, statement, false);
    }
    (void)sqlite3_finalize(statement);
    return is_written;
}
