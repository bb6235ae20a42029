/* store_exploration.c - one exploration in the store: found, read, written. */
#include "sim/program/store_parts.h"
#include "sim/program/store_statement.h"

#include <stdlib.h>
#include <string.h>

/* What is said of an exploration as a whole. */
enum mark {
    MARK_SEARCHED = 1,
    MARK_EXHAUSTED = 2,
    MARK_COMPLETE = 4,
    MARK_PARTIAL = 8,
    MARK_BOUNDED = 16,
    MARK_DEEP = 32,
};

enum { KEPT_OF_FILE = 8 };

/* ---- One exploration ---- */

static void bind_key(sqlite3_stmt *statement, const struct store_key *key) {
    if (statement == NULL) {
        return;
    }
    (void)sqlite3_bind_text(statement, 1, key->file, -1, SQLITE_STATIC);
    store_bind(statement, 2, (const uint64_t[]){key->row, key->contents}, 2);
    (void)sqlite3_bind_text(statement, 4, key->strategy, -1, SQLITE_STATIC);
    store_bind(statement, 5, &key->seed, 1);
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
        sqlite3_stmt *statement = store_prepare(store, statements[i]);
        if (statement != NULL && i == 0) {
            (void)sqlite3_bind_text(statement, 1, key->file, -1, SQLITE_STATIC);
            store_bind(statement, 2, (const uint64_t[]){key->row, KEPT_OF_FILE}, 2);
        }
        if (!store_finish(store, statement, true)) {
            return false;
        }
        has_old &= i > 0 || sqlite3_changes(store->database) > 0;
    }
    return true;
}

static bool find_id(struct store *store, const struct store_key *key, int64_t *id) {
    sqlite3_stmt *statement =
        store_prepare(store, "SELECT id FROM explorations WHERE file = ?1 AND line = ?2 AND "
                             "contents = ?3 AND strategy = ?4 AND seed = ?5");
    bind_key(statement, key);
    int code = statement != NULL ? sqlite3_step(statement) : SQLITE_ERROR;
    if (code == SQLITE_ROW) {
        *id = sqlite3_column_int64(statement, 0);
    } else if (code != SQLITE_DONE) {
        store_fail(store);
    }
    (void)sqlite3_finalize(statement);
    return code == SQLITE_ROW;
}

static bool add(struct store *store, const struct store_key *key, int64_t *id) {
    if (!store_execute(store, "BEGIN")) {
        return false;
    }
    sqlite3_stmt *statement =
        store_prepare(store, "INSERT INTO explorations (file, line, contents, strategy, seed) "
                             "VALUES (?1, ?2, ?3, ?4, ?5)");
    bind_key(statement, key);
    bool is_added = store_finish(store, statement, true);
    *id = sqlite3_last_insert_rowid(store->database);
    is_added = is_added && forget_old(store, key) && store_execute(store, "COMMIT");
    if (!is_added) {
        (void)sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
    }
    return is_added;
}

/* A file that is named twice is kept once. */
static bool take(struct store *store, int64_t id) {
    sqlite3_stmt *statement = store_prepare(store, "INSERT OR IGNORE INTO taken VALUES (?1)");
    store_bind(statement, 1, (const uint64_t[]){(uint64_t)id}, 1);
    return store_finish(store, statement, true) && sqlite3_changes(store->database) > 0;
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
/* ---- Reading ---- */

static void read_marks(struct sim_explored *explored, uint64_t marks) {
    explored->has_searched = (marks & MARK_SEARCHED) != 0;
    explored->is_exhausted = (marks & MARK_EXHAUSTED) != 0;
    explored->is_complete = (marks & MARK_COMPLETE) != 0;
    explored->is_partial = (marks & MARK_PARTIAL) != 0;
    explored->is_bounded = (marks & MARK_BOUNDED) != 0;
    explored->is_too_deep = (marks & MARK_DEEP) != 0;
}

/* A strategy's name, as it lasts. */
static const char *find_name(const char *text) {
    const struct sim_strategy_entry *entry = sim_strategies();
    while (text != NULL && entry->name != NULL && strcmp(entry->name, text) != 0) {
        entry++;
    }
    return text != NULL ? entry->name : NULL;
}

static int read_exploration(const struct stored *stored, struct sim_explored *explored) {
    struct sim_tally *tally = &explored->explorer.tally;
    int status = COG_OK;
    sqlite3_stmt *statement = store_prepare(
        stored->store,
        "SELECT runs, failures, first_failure, asleep, searched, sampled_0, "
        "sampled_1, sampled_2, sampled_3, sampled_4, marks, way, kinds, "
        "finder, finder_count, most_steps, most_steps_run, most_time, most_time_run FROM "
        "explorations WHERE id = ?1");
    if (statement == NULL) {
        return COG_OK;
    }
    (void)sqlite3_bind_int64(statement, 1, stored->id);
    if (sqlite3_step(statement) == SQLITE_ROW) {
        tally->run_count = store_column(statement, 0);
        tally->failure_count = store_column(statement, 1);
        tally->first_failure = store_column(statement, 2);
        explored->asleep_count = store_column(statement, 3);
        explored->searched_count = store_column(statement, 4);
        for (int i = 0; i < SIM_PORTFOLIO_SIZE; i++) {
            explored->sampled_counts[i] = store_column(statement, 5 + i);
        }
        read_marks(explored, store_column(statement, 10));
        const unsigned char *way = sqlite3_column_blob(statement, 11);
        size_t bytes = (size_t)sqlite3_column_bytes(statement, 11);
        status = way != NULL ? unpack_way(&explored->way, explored->explorer.allocator, way, bytes)
                             : COG_OK;
        const void *kinds = sqlite3_column_blob(statement, 12);
        struct packed_kinds packed;
        if (kinds != NULL && sqlite3_column_bytes(statement, 12) == (int)sizeof packed) {
            memcpy(&packed, kinds, sizeof packed);
            store_unpack_kinds(explored, &packed);
        }
        explored->finder = find_name((const char *)sqlite3_column_text(statement, 13));
        explored->finder_count = store_column(statement, 14);
        tally->most_steps =
            (struct sim_most){store_column(statement, 15), store_column(statement, 16)};
        tally->most_time =
            (struct sim_most){store_column(statement, 17), store_column(statement, 18)};
    } else {
        store_fail(stored->store);
    }
    (void)sqlite3_finalize(statement);
    return status;
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
    status = status == COG_OK ? store_read_kinds(stored, &explored->kinds) : status;
    explored->kinds.notes_changes = true;
    status = status == COG_OK ? store_read_leads(stored, &explored->leads) : status;
    status = status == COG_OK ? store_read_outcomes(stored, &explored->explorer.tally) : status;
    if (status == COG_OK) {
        store_read_reached(stored, &explored->explorer.tally);
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
           (explored->is_partial ? MARK_PARTIAL : 0u) | (explored->is_bounded ? MARK_BOUNDED : 0u) |
           (explored->is_too_deep ? MARK_DEEP : 0u);
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
    sqlite3_stmt *statement = store_prepare(
        stored->store,
        "UPDATE explorations SET runs = ?2, failures = ?3, first_failure = ?4, asleep = "
        "?5, searched = ?6, sampled_0 = ?7, sampled_1 = ?8, sampled_2 = ?9, sampled_3 = "
        "?10, sampled_4 = ?11, marks = ?12, way = ?13, kinds = ?14, finder = ?15, "
        "finder_count = ?16, most_steps = ?17, most_steps_run = ?18, most_time = ?19, "
        "most_time_run = ?20 WHERE id = ?1");
    if (statement == NULL) {
        return false;
    }
    (void)sqlite3_bind_int64(statement, 1, stored->id);
    store_bind(statement, 2, values, sizeof values / sizeof values[0]);
    struct packed_kinds kinds;
    store_pack_kinds(explored, &kinds);
    (void)sqlite3_bind_blob(statement, 13, way, (int)way_bytes, SQLITE_STATIC);
    (void)sqlite3_bind_blob(statement, 14, &kinds, (int)sizeof kinds, SQLITE_STATIC);
    store_bind_text(statement, 15, explored->finder != NULL ? explored->finder : "");
    store_bind(statement, 16,
               (const uint64_t[]){explored->finder_count, tally->most_steps.amount,
                                  tally->most_steps.run, tally->most_time.amount,
                                  tally->most_time.run},
               5);
    return store_finish(stored->store, statement, true);
}

static void write_all(const struct stored *stored, const struct sim_explored *explored,
                      const uint64_t *way, size_t way_bytes) {
    struct store *store = stored->store;
    if (store->has_failed) {
        return;
    }
    bool is_written = store_execute(store, "BEGIN") &&
                      write_exploration(stored, explored, way, way_bytes) &&
                      store_write_outcomes(stored, explored) &&
                      store_write_reached(stored, &explored->explorer.tally) &&
                      store_write_kinds(stored, &explored->kinds) &&
                      store_write_leads(stored, &explored->leads) && store_execute(store, "COMMIT");
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
