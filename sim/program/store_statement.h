/* store_statement.h - how the parts of the store talk to SQLite. What goes wrong is told once, and
 * shows in the store; nothing is written after that.
 */
#ifndef SIM_PROGRAM_STORE_STATEMENT_H
#define SIM_PROGRAM_STORE_STATEMENT_H

#include "sim/program/store.h"

/* Tells what SQLite says has gone wrong. */
void store_fail(struct store *store);

/* Executes statements that give no rows. */
bool store_execute(struct store *store, const char *sql);

/* Null: it could not be made, which has been told. */
sqlite3_stmt *store_prepare(struct store *store, const char *sql);

/* Gives parameters from `first` on a number each. A null statement is left alone. */
void store_bind(sqlite3_stmt *statement, int first, const uint64_t *values, int count);

/* A text that lasts until the statement has been executed. */
void store_bind_text(sqlite3_stmt *statement, int at, const char *text);

/* Executes a statement that gives no rows, and frees it or makes it ready for another time. */
bool store_finish(struct store *store, sqlite3_stmt *statement, bool is_last);

/* The next row. False: there is none, or it could not be read, which has been told. */
bool store_next(struct store *store, sqlite3_stmt *statement);

static inline uint64_t store_column(sqlite3_stmt *statement, int index) {
    return (uint64_t)sqlite3_column_int64(statement, index);
}

#endif
