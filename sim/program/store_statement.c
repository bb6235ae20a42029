/* store_statement.c - statements of SQLite, and what goes wrong with them. */
#include "sim/program/store_statement.h"

#include "sim/program/program.h"

#include <string.h>

void store_fail(struct store *store) {
    if (store->has_failed) {
        return;
    }
    store->has_failed = true;
    int code = sqlite3_errcode(store->database);
    bool is_damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
    store->exit_code = is_damaged ? EXIT_BAD_INPUT : EXIT_ENVIRONMENT;
    switch (code) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        complain("%s: another cogsim is at work with this store; wait for it, or name another file",
                 store->path);
        break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        complain("%s: this is no store of cogsim, or it is damaged; remove it to begin anew, or "
                 "name another file",
                 store->path);
        break;
    case SQLITE_FULL:
        complain("%s: the disk is full; what was found up to here is told all the same",
                 store->path);
        break;
    default:
        complain("%s: %s; what was found up to here is told all the same", store->path,
                 sqlite3_errmsg(store->database));
        break;
    }
}

bool store_execute(struct store *store, const char *sql) {
    bool is_done = sqlite3_exec(store->database, sql, NULL, NULL, NULL) == SQLITE_OK;
    if (!is_done) {
        store_fail(store);
    }
    return is_done;
}

sqlite3_stmt *store_prepare(struct store *store, const char *sql) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(store->database, sql, -1, &statement, NULL) != SQLITE_OK) {
        store_fail(store);
    }
    return statement;
}

void store_bind(sqlite3_stmt *statement, int first, const uint64_t *values, int count) {
    for (int i = 0; i < count; i++) {
        (void)sqlite3_bind_int64(statement, first + i, (sqlite3_int64)values[i]);
    }
}

bool store_finish(struct store *store, sqlite3_stmt *statement, bool is_last) {
    bool is_done = statement != NULL && sqlite3_step(statement) == SQLITE_DONE;
    if (!is_done) {
        store_fail(store);
    }
    if (is_last) {
        (void)sqlite3_finalize(statement);
    } else if (statement != NULL) {
        (void)sqlite3_reset(statement);
    }
    return is_done;
}

void store_bind_text(sqlite3_stmt *statement, int at, const char *text) {
    (void)sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
}

bool store_next(struct store *store, sqlite3_stmt *statement) {
    int code = statement != NULL && !store->has_failed ? sqlite3_step(statement) : SQLITE_DONE;
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        store_fail(store);
    }
    return code == SQLITE_ROW;
}
