/* store_samples.c - kinds and leads in the store. */
#include "sim/program/store_parts.h"

#include "sim/program/store_statement.h"

#include <stdlib.h>
#include <string.h>

/* ---- Kinds ---- */

void store_pack_kinds(const struct sim_explored *explored, struct packed_kinds *packed) {
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

void store_unpack_kinds(struct sim_explored *explored, const struct packed_kinds *packed) {
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

int store_read_kinds(const struct stored *stored, struct sim_kinds *kinds) {
    int status = COG_OK;
    int code = SQLITE_ROW;
    sqlite3_stmt *statement =
        store_prepare(stored->store, "SELECT kind, is_again FROM kinds WHERE exploration = ?1");
    if (statement == NULL) {
        return COG_OK;
    }
    (void)sqlite3_bind_int64(statement, 1, stored->id);
    while (status == COG_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        status = sim_kinds_put(kinds, store_column(statement, 0) << 1 | store_column(statement, 1));
    }
    if (status == COG_OK && code != SQLITE_DONE) {
        store_fail(stored->store);
    }
    (void)sqlite3_finalize(statement);
    return status;
}

bool store_write_kinds(const struct stored *stored, const struct sim_kinds *kinds) {
    sqlite3_stmt *statement =
        store_prepare(stored->store, "INSERT OR REPLACE INTO kinds VALUES (?1, ?2, ?3)");
    bool is_written = statement != NULL;
    for (size_t i = 0; is_written && i < kinds->change_count; i++) {
        uint64_t slot = kinds->changes[i];
        store_bind(statement, 1, (const uint64_t[]){(uint64_t)stored->id, slot >> 1, slot & 1}, 3);
        is_written = store_finish(stored->store, statement, false);
    }
    (void)sqlite3_finalize(statement);
    return is_written;
}

/* ---- Leads ---- */

int store_read_leads(const struct stored *stored, struct sim_leads *leads) {
    int status = COG_OK;
    int code = SQLITE_ROW;
    sqlite3_stmt *statement = store_prepare(
        stored->store, "SELECT words FROM leads WHERE exploration = ?1 ORDER BY number");
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
        store_fail(stored->store);
    }
    (void)sqlite3_finalize(statement);
    leads->saved_count = leads->count;
    return status;
}

bool store_write_leads(const struct stored *stored, const struct sim_leads *leads) {
    sqlite3_stmt *statement =
        store_prepare(stored->store, "INSERT OR REPLACE INTO leads VALUES (?1, ?2, ?3)");
    bool is_written = statement != NULL;
    for (uint32_t i = leads->saved_count; is_written && i < leads->count; i++) {
        const struct sim_lead *lead = &leads->items[i];
        store_bind(statement, 1, (const uint64_t[]){(uint64_t)stored->id, i}, 2);
        (void)sqlite3_bind_blob(statement, 3, lead->words,
                                (int)(lead->word_count * sizeof lead->words[0]), SQLITE_STATIC);
        is_written = store_finish(stored->store, statement, false);
    }
    (void)sqlite3_finalize(statement);
    return is_written;
}
