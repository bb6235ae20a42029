/* store.c - tables, and what is written into them. */
#include "sim/program/store.h"

#include "sim/program/program.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { APPLICATION = 0x636F6773, VERSION = 2, KEPT_OF_FILE = 8 };

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
    "PRAGMA application_id = 1668245363; PRAGMA user_version = 2;";

_Static_assert(APPLICATION == 1668245363 && VERSION == 2, "the text says the same");
_Static_assert(SIM_PORTFOLIO_SIZE == 5, "there are so many columns");

enum mark {
    MARK_SEARCHED = 1,
    MARK_EXHAUSTED = 2,
    MARK_COMPLETE = 4,
    MARK_PARTIAL = 8,
    MARK_BOUNDED = 16,
};

/* ---- What goes wrong ---- */

/* Tells it once. */
static void fail(struct store *store) {
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

static bool execute(struct store *store, const char *sql) {
    bool is_done = sqlite3_exec(store->database, sql, NULL, NULL, NULL) == SQLITE_OK;
    if (!is_done) {
        fail(store);
    }
    return is_done;
}

static sqlite3_stmt *prepare(struct store *store, const char *sql) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(store->database, sql, -1, &statement, NULL) != SQLITE_OK) {
        fail(store);
    }
    return statement;
}

/* Gives all its parameters a number. */
static void bind(sqlite3_stmt *statement, int first, const uint64_t *values, int count) {
    for (int i = 0; i < count; i++) {
        (void)sqlite3_bind_int64(statement, first + i, (sqlite3_int64)values[i]);
    }
}

/* Executes a statement that gives no rows, and frees it or makes it ready for another time. */
static bool finish(struct store *store, sqlite3_stmt *statement, bool is_last) {
    bool is_done = statement != NULL && sqlite3_step(statement) == SQLITE_DONE;
    if (!is_done) {
        fail(store);
    }
    if (is_last) {
        (void)sqlite3_finalize(statement);
    } else if (statement != NULL) {
        (void)sqlite3_reset(statement);
    }
    return is_done;
}

static uint64_t column(sqlite3_stmt *statement, int index) {
    return (uint64_t)sqlite3_column_int64(statement, index);
}

/* ---- Opening ---- */

static bool read_number(struct store *store, const char *sql, int64_t *number) {
    sqlite3_stmt *statement = prepare(store, sql);
    bool is_read = statement != NULL && sqlite3_step(statement) == SQLITE_ROW;
    if (is_read) {
        *number = sqlite3_column_int64(statement, 0);
    } else if (statement != NULL) {
        fail(store);
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
    sqlite3_stmt *statement = prepare(store, "PRAGMA quick_check(1)");
    bool is_row = statement != NULL && sqlite3_step(statement) == SQLITE_ROW;
    const unsigned char *text = is_row ? sqlite3_column_text(statement, 0) : NULL;
    bool is_whole = text != NULL && strcmp((const char *)text, "ok") == 0;
    if (statement != NULL && !is_row) {
        fail(store);
    } else if (is_row && !is_whole) {
        refuse(store, "this store is damaged");
    }
    (void)sqlite3_finalize(statement);
    return is_whole;
}

static bool open_tables(struct store *store) {
    int64_t application = 0;
    int64_t version = 0;
    int64_t table_count = 0;
    if (!execute(store, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE") ||
        !read_number(store, "PRAGMA application_id", &application) ||
        !read_number(store, "PRAGMA user_version", &version) ||
        !read_number(store, "SELECT count(*) FROM sqlite_schema", &table_count)) {
        return false;
    }
    if (application == 0 && version == 0 && table_count == 0) {
        return execute(store, schema) && execute(store, "COMMIT");
    }
    if (application != APPLICATION) {
        refuse(store, "this is a database of something else");
    } else if (version != VERSION) {
        refuse(store, "another version of cogsim has made this store");
    }
    return !store->has_failed && execute(store, "COMMIT") && check(store);
}

int store_open(struct store *store, const char *path) {
    *store = (struct store){.path = path};
    if (sqlite3_open_v2(path, &store->database,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX,
                        NULL) != SQLITE_OK) {
        complain("cannot open %s: %s", path,
                 store->database != NULL ? sqlite3_errmsg(store->database) : "out of memory");
        (void)sqlite3_close(store->database);
        return EXIT_ENVIRONMENT;
    }
    /* What is written lasts when the process is killed, and the file stays whole when the machine
     * is. */
    if (!open_tables(store) ||
        !execute(store, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                        "PRAGMA temp_store = MEMORY; CREATE TEMP TABLE taken (id INTEGER "
                        "PRIMARY KEY)")) {
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

/* ---- One exploration ---- */

static void bind_key(sqlite3_stmt *statement, const struct store_key *key) {
    if (statement == NULL) {
        return;
    }
    (void)sqlite3_bind_text(statement, 1, key->file, -1, SQLITE_STATIC);
    bind(statement, 2, (const uint64_t[]){key->row, key->contents}, 2);
    (void)sqlite3_bind_text(statement, 4, key->strategy, -1, SQLITE_STATIC);
    bind(statement, 5, &key->seed, 1);
}

/* Of one place in one file only so many are kept: those that were begun last. */
static bool forget_old(struct store *store, const struct store_key *key) {
    static const char old[] =
        "DELETE FROM explorations WHERE file = ?1 AND line = ?2 AND id NOT IN (SELECT id FROM "
        "explorations WHERE file = ?1 AND line = ?2 ORDER BY id DESC LIMIT ?3)";
    static const char *const statements[] = {
        old, "DELETE FROM outcomes WHERE exploration NOT IN (SELECT id FROM explorations)",
        "DELETE FROM reached WHERE exploration NOT IN (SELECT id FROM explorations)",
        "DELETE FROM kinds WHERE exploration NOT IN (SELECT id FROM explorations)",
        "DELETE FROM leads WHERE exploration NOT IN (SELECT id FROM explorations)"};
    bool has_old = true;
    for (int i = 0; i < 5 && has_old; i++) {
        sqlite3_stmt *statement = prepare(store, statements[i]);
        if (statement != NULL && i == 0) {
            (void)sqlite3_bind_text(statement, 1, key->file, -1, SQLITE_STATIC);
            bind(statement, 2, (const uint64_t[]){key->row, KEPT_OF_FILE}, 2);
        }
        if (!finish(store, statement, true)) {
            return false;
        }
        has_old &= i > 0 || sqlite3_changes(store->database) > 0;
    }
    return true;
}

static bool find_id(struct store *store, const struct store_key *key, int64_t *id) {
    sqlite3_stmt *statement =
        prepare(store, "SELECT id FROM explorations WHERE file = ?1 AND line = ?2 AND "
                       "contents = ?3 AND strategy = ?4 AND seed = ?5");
    bind_key(statement, key);
    int code = statement != NULL ? sqlite3_step(statement) : SQLITE_ERROR;
    if (code == SQLITE_ROW) {
        *id = sqlite3_column_int64(statement, 0);
    } else if (code != SQLITE_DONE) {
        fail(store);
    }
    (void)sqlite3_finalize(statement);
    return code == SQLITE_ROW;
}

static bool add(struct store *store, const struct store_key *key, int64_t *id) {
    if (!execute(store, "BEGIN")) {
        return false;
    }
    sqlite3_stmt *statement =
        prepare(store, "INSERT INTO explorations (file, line, contents, strategy, seed) "
                       "VALUES (?1, ?2, ?3, ?4, ?5)");
    bind_key(statement, key);
    bool is_added = finish(store, statement, true);
    *id = sqlite3_last_insert_rowid(store->database);
    is_added = is_added && forget_old(store, key) && execute(store, "COMMIT");
    if (!is_added) {
        (void)sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
    }
    return is_added;
}

/* A file that is named twice is kept once. */
static bool take(struct store *store, int64_t id) {
    sqlite3_stmt *statement = prepare(store, "INSERT OR IGNORE INTO taken VALUES (?1)");
    bind(statement, 1, (const uint64_t[]){(uint64_t)id}, 1);
    return finish(store, statement, true) && sqlite3_changes(store->database) > 0;
}

bool store_find(struct stored *stored, struct store *store, const struct store_key *key) {
    *stored = (struct stored){.store = store};
    (void)pthread_mutex_lock(&store->mutex);
    bool is_found = !store->has_failed && find_id(store, key, &stored->id);
    if (!is_found && !store->has_failed) {
        is_found = add(store, key, &stored->id);
    }
    is_found = is_found && take(store, stored->id);
    (void)pthread_mutex_unlock(&store->mutex);
    if (!is_found) {
        stored->store = NULL;
    }
    return is_found;
}

void stored_free(struct stored *stored) {
    free(stored->saved_counts);
    *stored = (struct stored){.store = NULL};
}

/* ---- Ways ---- */

/* Numbers of eight bytes: how many steps, then of each its process, how many draws, and those. */
static uint64_t *pack_way(const struct sim_way *way, size_t *bytes) {
    size_t count = 1 + 2 * (size_t)way->step_count + way->draw_count;
    uint64_t *packed = malloc(count * sizeof packed[0]);
    size_t at = 0;
    if (packed == NULL) {
        return NULL;
    }
    packed[at++] = way->step_count;
    for (uint32_t i = 0; i < way->step_count; i++) {
        const struct sim_guide_step *step = &way->steps[i];
        packed[at++] = step->process;
        packed[at++] = step->draw_count;
        for (uint32_t draw = 0; draw < step->draw_count; draw++) {
            packed[at++] = way->draws[step->draw_first + draw];
        }
    }
    *bytes = at * sizeof packed[0];
    return packed;
}

static int unpack_way(struct sim_way *way, const struct cog_allocator *allocator,
                      const unsigned char *bytes, size_t length) {
    uint64_t count = 0;
    size_t at = sizeof count;
    if (length < sizeof count) {
        return COG_OK;
    }
    memcpy(&count, bytes, sizeof count);
    for (uint64_t i = 0; i < count && length - at >= 2 * sizeof count; i++) {
        uint64_t step[2];
        memcpy(step, bytes + at, sizeof step);
        at += sizeof step;
        sim_way_step(way, allocator, (uint32_t)step[0]);
        for (uint64_t draw = 0; draw < step[1] && length - at >= sizeof count; draw++) {
            uint64_t value;
            memcpy(&value, bytes + at, sizeof value);
            at += sizeof value;
            sim_way_draw(way, allocator, value);
        }
    }
    return way->is_out_of_memory ? COG_ENOMEM : COG_OK;
}

/* ---- Kinds ---- */

/* The counts, as numbers of eight bytes; the kinds themselves have a table. */
struct packed_kinds {
    uint64_t run_count;
    uint64_t once_count;
    uint64_t is_full;
    uint64_t point_count;
    uint64_t points[SIM_KINDS_POINTS][2];
    uint64_t estimate_mantissa;
    uint64_t estimate_exponent;
    uint64_t estimate_run_count;
};

static void pack_kinds(const struct sim_explored *explored, struct packed_kinds *packed) {
    const struct sim_kinds *kinds = &explored->kinds;
    *packed = (struct packed_kinds){.run_count = kinds->run_count,
                                    .once_count = kinds->once_count,
                                    .is_full = kinds->is_full ? 1 : 0,
                                    .point_count = kinds->point_count,
                                    .estimate_mantissa = explored->estimate.sum.mantissa,
                                    .estimate_exponent = explored->estimate.sum.exponent,
                                    .estimate_run_count = explored->estimate.run_count};
    for (uint32_t i = 0; i < kinds->point_count; i++) {
        packed->points[i][0] = kinds->points[i].run_count;
        packed->points[i][1] = kinds->points[i].kind_count;
    }
}

static void unpack_kinds(struct sim_explored *explored, const struct packed_kinds *packed) {
    struct sim_kinds *kinds = &explored->kinds;
    kinds->run_count = packed->run_count;
    kinds->once_count = packed->once_count;
    kinds->is_full = packed->is_full != 0;
    kinds->point_count =
        packed->point_count < SIM_KINDS_POINTS ? (uint32_t)packed->point_count : SIM_KINDS_POINTS;
    for (uint32_t i = 0; i < kinds->point_count; i++) {
        kinds->points[i] = (struct sim_kinds_point){.run_count = packed->points[i][0],
                                                    .kind_count = packed->points[i][1]};
    }
    explored->estimate =
        (struct sim_estimate){.sum = {.mantissa = packed->estimate_mantissa,
                                      .exponent = (uint32_t)packed->estimate_exponent},
                              .run_count = packed->estimate_run_count};
}

static int read_kinds(const struct stored *stored, struct sim_kinds *kinds) {
    int status = COG_OK;
    int code = SQLITE_ROW;
    sqlite3_stmt *statement =
        prepare(stored->store, "SELECT kind, is_again FROM kinds WHERE exploration = ?1");
    if (statement == NULL) {
        return COG_OK;
    }
    (void)sqlite3_bind_int64(statement, 1, stored->id);
    while (status == COG_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        status = sim_kinds_put(kinds, column(statement, 0) << 1 | column(statement, 1));
    }
    if (status == COG_OK && code != SQLITE_DONE) {
        fail(stored->store);
    }
    (void)sqlite3_finalize(statement);
    return status;
}

static bool write_kinds(const struct stored *stored, const struct sim_kinds *kinds) {
    sqlite3_stmt *statement =
        prepare(stored->store, "INSERT OR REPLACE INTO kinds VALUES (?1, ?2, ?3)");
    bool is_written = statement != NULL;
    for (size_t i = 0; is_written && i < kinds->change_count; i++) {
        uint64_t slot = kinds->changes[i];
        bind(statement, 1, (const uint64_t[]){(uint64_t)stored->id, slot >> 1, slot & 1}, 3);
        is_written = finish(stored->store, statement, false);
    }
    (void)sqlite3_finalize(statement);
    return is_written;
}

/* ---- Leads ---- */

static int read_leads(const struct stored *stored, struct sim_leads *leads) {
    int status = COG_OK;
    int code = SQLITE_ROW;
    sqlite3_stmt *statement =
        prepare(stored->store, "SELECT words FROM leads WHERE exploration = ?1 ORDER BY number");
    if (statement == NULL) {
        return COG_OK;
    }
    (void)sqlite3_bind_int64(statement, 1, stored->id);
    while (status == COG_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        const void *blob = sqlite3_column_blob(statement, 0);
        size_t bytes = (size_t)sqlite3_column_bytes(statement, 0);
        uint64_t *words = blob != NULL ? malloc(bytes) : NULL;
        if (blob != NULL && words == NULL) {
            status = COG_ENOMEM;
        } else if (blob != NULL) {
            memcpy(words, blob, bytes);
            status = sim_leads_put(leads, words, bytes / sizeof words[0]);
        }
        free(words);
    }
    if (status == COG_OK && code != SQLITE_DONE) {
        fail(stored->store);
    }
    (void)sqlite3_finalize(statement);
    leads->saved_count = leads->count;
    return status;
}

static bool write_leads(const struct stored *stored, const struct sim_leads *leads) {
    sqlite3_stmt *statement =
        prepare(stored->store, "INSERT OR REPLACE INTO leads VALUES (?1, ?2, ?3)");
    bool is_written = statement != NULL;
    for (uint32_t i = leads->saved_count; is_written && i < leads->count; i++) {
        const struct sim_lead *lead = &leads->items[i];
        bind(statement, 1, (const uint64_t[]){(uint64_t)stored->id, i}, 2);
        (void)sqlite3_bind_blob(statement, 3, lead->words,
                                (int)(lead->word_count * sizeof lead->words[0]), SQLITE_STATIC);
        is_written = finish(stored->store, statement, false);
    }
    (void)sqlite3_finalize(statement);
    return is_written;
}

/* ---- Reading ---- */

static void read_marks(struct sim_explored *explored, uint64_t marks) {
    explored->has_searched = (marks & MARK_SEARCHED) != 0;
    explored->is_exhausted = (marks & MARK_EXHAUSTED) != 0;
    explored->is_complete = (marks & MARK_COMPLETE) != 0;
    explored->is_partial = (marks & MARK_PARTIAL) != 0;
    explored->is_bounded = (marks & MARK_BOUNDED) != 0;
}

static int read_exploration(const struct stored *stored, struct sim_explored *explored) {
    struct sim_tally *tally = &explored->explorer.tally;
    int status = COG_OK;
    sqlite3_stmt *statement =
        prepare(stored->store, "SELECT runs, failures, first_failure, asleep, searched, sampled_0, "
                               "sampled_1, sampled_2, sampled_3, sampled_4, marks, way, kinds FROM "
                               "explorations WHERE id = ?1");
    if (statement == NULL) {
        return COG_OK;
    }
    (void)sqlite3_bind_int64(statement, 1, stored->id);
    if (sqlite3_step(statement) == SQLITE_ROW) {
        tally->run_count = column(statement, 0);
        tally->failure_count = column(statement, 1);
        tally->first_failure = column(statement, 2);
        explored->asleep_count = column(statement, 3);
        explored->searched_count = column(statement, 4);
        for (int i = 0; i < SIM_PORTFOLIO_SIZE; i++) {
            explored->sampled_counts[i] = column(statement, 5 + i);
        }
        read_marks(explored, column(statement, 10));
        const unsigned char *way = sqlite3_column_blob(statement, 11);
        size_t bytes = (size_t)sqlite3_column_bytes(statement, 11);
        status = way != NULL ? unpack_way(&explored->way, explored->explorer.allocator, way, bytes)
                             : COG_OK;
        const void *kinds = sqlite3_column_blob(statement, 12);
        struct packed_kinds packed;
        if (kinds != NULL && sqlite3_column_bytes(statement, 12) == (int)sizeof packed) {
            memcpy(&packed, kinds, sizeof packed);
            unpack_kinds(explored, &packed);
        }
    } else {
        fail(stored->store);
    }
    (void)sqlite3_finalize(statement);
    return status;
}

static int read_outcomes(const struct stored *stored, struct sim_tally *tally) {
    int status = COG_OK;
    int code = SQLITE_ROW;
    sqlite3_stmt *statement =
        prepare(stored->store, "SELECT text, hash, count, line, first_run, is_failure "
                               "FROM outcomes WHERE exploration = ?1 ORDER BY number");
    if (statement == NULL) {
        return COG_OK;
    }
    (void)sqlite3_bind_int64(statement, 1, stored->id);
    while (status == COG_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        const char *text = sqlite3_column_blob(statement, 0);
        struct sim_outcome outcome = {.text = (char *)(text != NULL ? text : ""),
                                      .text_bytes = (size_t)sqlite3_column_bytes(statement, 0) + 1,
                                      .hash = column(statement, 1),
                                      .count = column(statement, 2),
                                      .line = (uint32_t)column(statement, 3),
                                      .first_run = column(statement, 4),
                                      .is_failure = column(statement, 5) != 0};
        status = sim_tally_put(tally, &outcome);
    }
    if (status == COG_OK && code != SQLITE_DONE) {
        fail(stored->store);
    }
    (void)sqlite3_finalize(statement);
    return status;
}

static void read_reached(const struct stored *stored, struct sim_tally *tally) {
    int code = SQLITE_ROW;
    sqlite3_stmt *statement =
        prepare(stored->store, "SELECT number, count FROM reached WHERE exploration = ?1");
    if (statement == NULL) {
        return;
    }
    (void)sqlite3_bind_int64(statement, 1, stored->id);
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        uint64_t number = column(statement, 0);
        if (number < (uint64_t)tally->expectation_count + tally->declared_count) {
            tally->sometimes[number] = column(statement, 1);
        }
    }
    if (code != SQLITE_DONE) {
        fail(stored->store);
    }
    (void)sqlite3_finalize(statement);
}

/* What the store holds of outcomes is what the tally does now. */
static int note_saved(struct stored *stored, const struct sim_explored *explored) {
    const struct sim_tally *tally = &explored->explorer.tally;
    uint32_t count = tally->outcome_count;
    uint64_t *counts = realloc(stored->saved_counts, (count + 1) * sizeof counts[0]);
    if (counts == NULL) {
        return COG_ENOMEM;
    }
    for (uint32_t i = 0; i < count; i++) {
        counts[i] = tally->outcomes[i].count;
    }
    stored->saved_counts = counts;
    stored->saved_count = count;
    stored->had_searched = explored->has_searched;
    return COG_OK;
}

int stored_resume(struct stored *stored, struct sim_explored *explored) {
    if (stored->store == NULL) {
        return COG_OK;
    }
    (void)pthread_mutex_lock(&stored->store->mutex);
    int status = read_exploration(stored, explored);
    status = status == COG_OK ? read_kinds(stored, &explored->kinds) : status;
    explored->kinds.notes_changes = true;
    status = status == COG_OK ? read_leads(stored, &explored->leads) : status;
    status = status == COG_OK ? read_outcomes(stored, &explored->explorer.tally) : status;
    if (status == COG_OK) {
        read_reached(stored, &explored->explorer.tally);
        status = note_saved(stored, explored);
    }
    (void)pthread_mutex_unlock(&stored->store->mutex);
    return status;
}

/* ---- Writing ---- */

static uint64_t marks_of(const struct sim_explored *explored) {
    return (explored->has_searched ? MARK_SEARCHED : 0u) |
           (explored->is_exhausted ? MARK_EXHAUSTED : 0u) |
           (explored->is_complete ? MARK_COMPLETE : 0u) |
           (explored->is_partial ? MARK_PARTIAL : 0u) | (explored->is_bounded ? MARK_BOUNDED : 0u);
}

static bool write_exploration(const struct stored *stored, const struct sim_explored *explored,
                              const uint64_t *way, size_t way_bytes) {
    const struct sim_tally *tally = &explored->explorer.tally;
    const uint64_t *sampled = explored->sampled_counts;
    const uint64_t values[] = {tally->run_count,
                               tally->failure_count,
                               tally->first_failure,
                               explored->asleep_count,
                               explored->searched_count,
                               sampled[0],
                               sampled[1],
                               sampled[2],
                               sampled[3],
                               sampled[4],
                               marks_of(explored)};
    sqlite3_stmt *statement =
        prepare(stored->store,
                "UPDATE explorations SET runs = ?2, failures = ?3, first_failure = ?4, asleep = "
                "?5, searched = ?6, sampled_0 = ?7, sampled_1 = ?8, sampled_2 = ?9, sampled_3 = "
                "?10, sampled_4 = ?11, marks = ?12, way = ?13, kinds = ?14 WHERE id = ?1");
    if (statement == NULL) {
        return false;
    }
    (void)sqlite3_bind_int64(statement, 1, stored->id);
    bind(statement, 2, values, sizeof values / sizeof values[0]);
    struct packed_kinds kinds;
    pack_kinds(explored, &kinds);
    (void)sqlite3_bind_blob(statement, 13, way, (int)way_bytes, SQLITE_STATIC);
    (void)sqlite3_bind_blob(statement, 14, &kinds, (int)sizeof kinds, SQLITE_STATIC);
    return finish(stored->store, statement, true);
}

/* Those that have changed; after a search all of them may be others. */
static bool write_outcomes(const struct stored *stored, const struct sim_explored *explored) {
    const struct sim_tally *tally = &explored->explorer.tally;
    bool is_anew = explored->has_searched != stored->had_searched;
    struct store *store = stored->store;
    if (is_anew) {
        sqlite3_stmt *statement = prepare(store, "DELETE FROM outcomes WHERE exploration = ?1");
        bind(statement, 1, (const uint64_t[]){(uint64_t)stored->id}, 1);
        if (!finish(store, statement, true)) {
            return false;
        }
    }
    sqlite3_stmt *statement =
        prepare(store, "INSERT OR REPLACE INTO outcomes VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    bool is_written = statement != NULL;
    for (uint32_t i = 0; is_written && i < tally->outcome_count; i++) {
        const struct sim_outcome *outcome = &tally->outcomes[i];
        if (!is_anew && i < stored->saved_count && stored->saved_counts[i] == outcome->count) {
            continue;
        }
        const uint64_t values[] = {outcome->hash, outcome->count, outcome->line, outcome->first_run,
                                   outcome->is_failure ? 1 : 0};
        bind(statement, 1, (const uint64_t[]){(uint64_t)stored->id, i}, 2);
        (void)sqlite3_bind_blob(statement, 3, outcome->text, (int)outcome->text_bytes - 1,
                                SQLITE_STATIC);
        bind(statement, 4, values, sizeof values / sizeof values[0]);
        is_written = finish(store, statement, false);
    }
    (void)sqlite3_finalize(statement);
    return is_written;
}

static bool write_reached(const struct stored *stored, const struct sim_tally *tally) {
    sqlite3_stmt *statement =
        prepare(stored->store, "INSERT OR REPLACE INTO reached VALUES (?1, ?2, ?3)");
    bool is_written = statement != NULL;
    for (uint32_t i = 0; is_written && i < tally->expectation_count + tally->declared_count; i++) {
        bind(statement, 1, (const uint64_t[]){(uint64_t)stored->id, i, tally->sometimes[i]}, 3);
        is_written = finish(stored->store, statement, false);
    }
    (void)sqlite3_finalize(statement);
    return is_written;
}

static void write_all(const struct stored *stored, const struct sim_explored *explored,
                      const uint64_t *way, size_t way_bytes) {
    struct store *store = stored->store;
    if (store->has_failed) {
        return;
    }
    bool is_written =
        execute(store, "BEGIN") && write_exploration(stored, explored, way, way_bytes) &&
        write_outcomes(stored, explored) && write_reached(stored, &explored->explorer.tally) &&
        write_kinds(stored, &explored->kinds) && write_leads(stored, &explored->leads) &&
        execute(store, "COMMIT");
    if (!is_written) {
        (void)sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
    }
}

int stored_save(struct stored *stored, struct sim_explored *explored) {
    size_t way_bytes = 0;
    if (stored->store == NULL) {
        return COG_OK;
    }
    uint64_t *way = pack_way(&explored->way, &way_bytes);
    if (way == NULL) {
        return COG_ENOMEM;
    }
    (void)pthread_mutex_lock(&stored->store->mutex);
    write_all(stored, explored, way, way_bytes);
    (void)pthread_mutex_unlock(&stored->store->mutex);
    free(way);
    explored->kinds.change_count = 0;
    explored->leads.saved_count = explored->leads.count;
    return note_saved(stored, explored);
}
