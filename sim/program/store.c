/* store.c - tables, and whether a file that is opened has them. */
#include "sim/program/store.h"

#include "sim/program/program.h"
#include "sim/program/store_statement.h"

#include <string.h>

enum { APPLICATION = 0x636F6773, VERSION = 3, VERSION_WITHOUT_CAMPAIGNS = 2, BUSY_MS = 1000 };

static const char schema[] =
    "CREATE TABLE explorations (id INTEGER PRIMARY KEY, file TEXT NOT NULL, line INTEGER NOT NULL,"
    " contents INTEGER NOT NULL, strategy TEXT NOT NULL, seed INTEGER NOT NULL,"
    " runs INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0,"
    " first_failure INTEGER NOT NULL DEFAULT 0, asleep INTEGER NOT NULL DEFAULT 0,"
    " searched INTEGER NOT NULL DEFAULT 0, sampled_0 INTEGER NOT NULL DEFAULT 0,"
    " sampled_1 INTEGER NOT NULL DEFAULT 0, sampled_2 INTEGER NOT NULL DEFAULT 0,"
    " sampled_3 INTEGER NOT NULL DEFAULT 0, sampled_4 INTEGER NOT NULL DEFAULT 0,"
    " marks INTEGER NOT NULL DEFAULT 0, way BLOB, kinds BLOB,"
    " UNIQUE (file, line, contents, strategy, seed));"
    "CREATE TABLE outcomes (exploration INTEGER NOT NULL, number INTEGER NOT NULL,"
    " text BLOB NOT NULL, hash INTEGER NOT NULL, count INTEGER NOT NULL, line INTEGER NOT NULL,"
    " first_run INTEGER NOT NULL, is_failure INTEGER NOT NULL,"
    " PRIMARY KEY (exploration, number)) WITHOUT ROWID;"
    "CREATE TABLE reached (exploration INTEGER NOT NULL, number INTEGER NOT NULL,"
    " count INTEGER NOT NULL, PRIMARY KEY (exploration, number)) WITHOUT ROWID;"
    "CREATE TABLE kinds (exploration INTEGER NOT NULL, kind INTEGER NOT NULL,"
    " is_again INTEGER NOT NULL, PRIMARY KEY (exploration, kind)) WITHOUT ROWID;"
    "CREATE TABLE leads (exploration INTEGER NOT NULL, number INTEGER NOT NULL,"
    " words BLOB NOT NULL, PRIMARY KEY (exploration, number)) WITHOUT ROWID;"
    "PRAGMA application_id = 1668245363;";

/* What version 2 did not have: how long runs were, who found a failure, and campaigns. */
static const char campaign_schema[] =
    "ALTER TABLE explorations ADD COLUMN finder TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE explorations ADD COLUMN finder_count INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE explorations ADD COLUMN most_steps INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE explorations ADD COLUMN most_steps_run INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE explorations ADD COLUMN most_time INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE explorations ADD COLUMN most_time_run INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE campaigns (id INTEGER PRIMARY KEY AUTOINCREMENT, began_s INTEGER NOT NULL,"
    " ended_s INTEGER NOT NULL DEFAULT 0, version TEXT NOT NULL, strategy TEXT NOT NULL,"
    " seed INTEGER NOT NULL, git TEXT NOT NULL, options TEXT NOT NULL,"
    " ending TEXT NOT NULL DEFAULT '');"
    "CREATE TABLE results (id INTEGER PRIMARY KEY, campaign INTEGER NOT NULL REFERENCES campaigns"
    " (id) ON DELETE CASCADE, piece INTEGER NOT NULL, file TEXT NOT NULL, row INTEGER NOT NULL,"
    " row_text TEXT NOT NULL, title TEXT NOT NULL, verdict INTEGER NOT NULL,"
    " strategy TEXT NOT NULL, extent TEXT NOT NULL, is_complete INTEGER NOT NULL,"
    " runs INTEGER NOT NULL, failures INTEGER NOT NULL, kinds INTEGER NOT NULL,"
    " new_kind_in INTEGER NOT NULL, most_steps INTEGER NOT NULL, most_steps_run INTEGER NOT NULL,"
    " most_time INTEGER NOT NULL, most_time_run INTEGER NOT NULL, took_ns INTEGER NOT NULL,"
    " finder TEXT NOT NULL, finder_count INTEGER NOT NULL, outcome_count INTEGER NOT NULL,"
    " signature TEXT NOT NULL, message TEXT NOT NULL, failure BLOB NOT NULL,"
    " pair TEXT NOT NULL, schedule BLOB NOT NULL, shrunk BLOB NOT NULL, graph TEXT NOT NULL);"
    "CREATE INDEX results_of_campaign ON results (campaign);"
    "CREATE TABLE result_outcomes (result INTEGER NOT NULL REFERENCES results (id) ON DELETE"
    " CASCADE, number INTEGER NOT NULL, text BLOB NOT NULL, count INTEGER NOT NULL,"
    " is_failure INTEGER NOT NULL, PRIMARY KEY (result, number)) WITHOUT ROWID;"
    "CREATE TABLE result_faults (result INTEGER NOT NULL REFERENCES results (id) ON DELETE"
    " CASCADE, number INTEGER NOT NULL, file TEXT NOT NULL, line INTEGER NOT NULL,"
    " kind TEXT NOT NULL, text BLOB NOT NULL, runs INTEGER NOT NULL, is_idle INTEGER NOT NULL,"
    " PRIMARY KEY (result, number)) WITHOUT ROWID;"
    "CREATE TABLE result_strategies (result INTEGER NOT NULL REFERENCES results (id) ON DELETE"
    " CASCADE, number INTEGER NOT NULL, name TEXT NOT NULL, runs INTEGER NOT NULL,"
    " PRIMARY KEY (result, number)) WITHOUT ROWID;"
    "CREATE TABLE result_points (result INTEGER NOT NULL REFERENCES results (id) ON DELETE CASCADE,"
    " number INTEGER NOT NULL, runs INTEGER NOT NULL, kinds INTEGER NOT NULL,"
    " PRIMARY KEY (result, number)) WITHOUT ROWID;"
    "CREATE TABLE known (campaign INTEGER NOT NULL REFERENCES campaigns (id) ON DELETE CASCADE,"
    " number INTEGER NOT NULL, path TEXT NOT NULL, state TEXT NOT NULL, message TEXT NOT NULL,"
    " PRIMARY KEY (campaign, number)) WITHOUT ROWID;"
    "PRAGMA user_version = 3;";

_Static_assert(APPLICATION == 1668245363 && VERSION == 3, "the text says the same");
_Static_assert(SIM_PORTFOLIO_SIZE == 5, "there are so many columns");

/* ---- Opening ---- */

static bool read_number(struct store *store, const char *sql, int64_t *number) {
    sqlite3_stmt *statement = store_prepare(store, sql);
    bool is_read = statement != NULL && sqlite3_step(statement) == SQLITE_ROW;
    if (is_read) {
        *number = sqlite3_column_int64(statement, 0);
    } else if (statement != NULL) {
        store_fail(store);
    }
    (void)sqlite3_finalize(statement);
    return is_read;
}

static void refuse(struct store *store, const char *why) {
    complain("%s: %s; remove it to begin anew, or name another file", store->path, why);
    store->has_failed = true;
    store->exit_code = EXIT_BAD_INPUT;
}

/* Is it whole? A few damaged pages would else show in the middle of the work. */
static bool check(struct store *store) {
    sqlite3_stmt *statement = store_prepare(store, "PRAGMA quick_check(1)");
    bool is_row = statement != NULL && sqlite3_step(statement) == SQLITE_ROW;
    const unsigned char *text = is_row ? sqlite3_column_text(statement, 0) : NULL;
    bool is_whole = text != NULL && strcmp((const char *)text, "ok") == 0;
    if (statement != NULL && !is_row) {
        store_fail(store);
    } else if (is_row && !is_whole) {
        refuse(store, "this store is damaged");
    }
    (void)sqlite3_finalize(statement);
    return is_whole;
}

/* Is it a store of this version? An older one gets what it does not have; one that is only read
 * has to have it. */
static bool open_tables(struct store *store, bool is_read_only) {
    int64_t application = 0;
    int64_t version = 0;
    int64_t table_count = 0;
    if (!store_execute(store, "PRAGMA foreign_keys = ON; PRAGMA locking_mode = EXCLUSIVE") ||
        !store_execute(store, is_read_only ? "BEGIN" : "BEGIN EXCLUSIVE") ||
        !read_number(store, "PRAGMA application_id", &application) ||
        !read_number(store, "PRAGMA user_version", &version) ||
        !read_number(store, "SELECT count(*) FROM sqlite_schema", &table_count)) {
        return false;
    }
    bool is_empty = application == 0 && version == 0 && table_count == 0;
    if (is_empty && !is_read_only) {
        return store_execute(store, schema) && store_execute(store, campaign_schema) &&
               store_execute(store, "COMMIT");
    }
    if (application != APPLICATION) {
        refuse(store, "this is a database of something else");
    } else if (version == VERSION_WITHOUT_CAMPAIGNS && !is_read_only) {
        return store_execute(store, campaign_schema) && store_execute(store, "COMMIT") &&
               check(store);
    } else if (version == VERSION_WITHOUT_CAMPAIGNS) {
        complain("%s: holds no campaign yet: it is of a version that kept none; 'cogsim explore "
                 "--store' goes on in it",
                 store->path);
        store->has_failed = true;
        store->exit_code = EXIT_BAD_INPUT;
    } else if (version != VERSION) {
        refuse(store, "another version of cogsim has made this store");
    }
    return !store->has_failed && store_execute(store, "COMMIT") && check(store);
}

static int open_database(struct store *store, const char *path, int flags) {
    *store = (struct store){.path = path};
    if (sqlite3_open_v2(path, &store->database, flags | SQLITE_OPEN_FULLMUTEX, NULL) != SQLITE_OK) {
        complain("cannot open %s: %s", path,
                 store->database != NULL ? sqlite3_errmsg(store->database) : "out of memory");
        (void)sqlite3_close(store->database);
        return EXIT_ENVIRONMENT;
    }
    /* One that has been killed may take a moment to go. */
    (void)sqlite3_busy_timeout(store->database, BUSY_MS);
    return EXIT_HELD;
}

int store_open(struct store *store, const char *path) {
    int code = open_database(store, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    if (code != EXIT_HELD) {
        return code;
    }
    /* What is written lasts when the process is killed, and the file stays whole when the machine
     * is. */
    if (!open_tables(store, false) ||
        !store_execute(store, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                              "PRAGMA temp_store = MEMORY; CREATE TEMP TABLE taken (id INTEGER "
                              "PRIMARY KEY)")) {
        (void)sqlite3_close(store->database);
        return store->exit_code;
    }
    (void)pthread_mutex_init(&store->mutex, NULL);
    return EXIT_HELD;
}

/* SQLite writes what a campaign that was killed has left beside the file into it, so that reading
 * may need to write as well. */
int store_open_to_read(struct store *store, const char *path) {
    int code = open_database(store, path, SQLITE_OPEN_READWRITE);
    if (code != EXIT_HELD) {
        return code;
    }
    if (!open_tables(store, true)) {
        (void)sqlite3_close(store->database);
        return store->exit_code;
    }
    (void)pthread_mutex_init(&store->mutex, NULL);
    return EXIT_HELD;
}

void store_close(struct store *store) {
    (void)pthread_mutex_destroy(&store->mutex);
    (void)sqlite3_close(store->database);
}
