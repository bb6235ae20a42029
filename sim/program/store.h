/* store.h - how far explorations have come, in an SQLite file, so that they can go on another time.
 *
 *     explorations   a scenario, or one row of it, with all that its result depends on but the
 *                    budget: how far it is, and the way to its first failure
 *     outcomes       of each, what its runs came to
 *     reached        of each, in how many runs each of its expectations held
 *     kinds          of each, the kinds that its samples came to (sim/explore/kinds.h)
 *     leads          of each, the samples that covered something new (sim/explore/leads.h)
 *     campaigns      each time that scenarios were explored with it, and of each of them
 *     results, ..    what came of every scenario (store_campaign.h)
 *
 * What is saved is what has been counted up to the end of a round of batches (sim/explore/batch.h)
 * or of a search, in a transaction each. One process at a time has a store open.
 */
#ifndef SIM_PROGRAM_STORE_H
#define SIM_PROGRAM_STORE_H

#include "sim/explore/exploration.h"

#include <pthread.h>
#include <sqlite3.h>

struct store {
    sqlite3 *database;
    const char *path;
    pthread_mutex_t mutex;
    int64_t campaign; /* the one under way (store_campaign.h) */
    bool has_failed;  /* it could not be read or written, which has been told; nothing is written
                         any more */
    int exit_code;    /* then */
};

/* Opens a store, or makes one. Returns an exit code; other than EXIT_HELD after a complaint, and
 * then there is nothing to close. */
int store_open(struct store *store, const char *path);

/* Opens one that is there, for what campaigns have left in it. Exit codes as above. */
int store_open_to_read(struct store *store, const char *path);
void store_close(struct store *store);

/* What makes two explorations the same. */
struct store_key {
    const char *file;
    uint32_t row;
    uint64_t contents; /* a hash of the scenario, and of what else decides about its runs */
    const char *strategy;
    uint64_t seed;
};

/* One exploration in the store. */
struct stored {
    struct store *store; /* null: it is not kept */
    int64_t id;
    uint64_t *saved_counts; /* of the outcomes, as they stand in the store */
    uint32_t saved_count;
    bool had_searched; /* when it was saved last */
};

/* Finds it, or notes it. False: it is not kept, for it is already, or after a complaint. */
bool store_find(struct stored *stored, struct store *store, const struct store_key *key);
void stored_free(struct stored *stored);

/* As resume and save in struct sim_exploration_options. What goes wrong with the store itself is
 * told, and shows in has_failed; only memory ends the exploration. */
int stored_resume(struct stored *stored, struct sim_explored *explored);
int stored_save(struct stored *stored, struct sim_explored *explored);

#endif
