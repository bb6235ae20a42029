/* store.h - the keys, their values, and when they expire.
 *
 * A key that has expired is not there for anybody, whether it has been removed yet or not. Those
 * that expire stand in a heap, the earliest on top, so that who removes them knows when to come.
 */
#ifndef RESPD_STORE_H
#define RESPD_STORE_H

#include "scenarios/programs/respd/list.h"
#include "scenarios/programs/respd/table.h"

struct respd_key {
    struct respd_node node;
    int64_t deadline_ns; /* INT64_MAX: it stays */
    size_t heap_index;   /* valid if it has a deadline */
    bool is_list;
    struct respd_blob *string; /* unless it is a list */
    struct respd_list list;
    char name[];
};

struct respd_store {
    struct respd_budget *budget;
    struct respd_table table;
    struct respd_key **heap;
    size_t heap_count;
    size_t heap_capacity;
    uint64_t expired_count; /* so far */
};

void respd_store_init(struct respd_store *store, struct respd_budget *budget,
                      const uint64_t hash_key[2]);
void respd_store_term(struct respd_store *store);

/* Null: there is none. */
struct respd_key *respd_store_find(struct respd_store *store, struct respd_text name,
                                   int64_t now_ns);

/* A new key without a value, which must be given one; the name is not in the store. Null: out of
 * memory. */
struct respd_key *respd_store_add(struct respd_store *store, struct respd_text name, bool is_list);
void respd_store_remove(struct respd_store *store, struct respd_key *key);
void respd_store_clear(struct respd_store *store);

/* INT64_MAX: it does not expire any more. False: out of memory, nothing has changed. */
bool respd_store_set_deadline(struct respd_store *store, struct respd_key *key,
                              int64_t deadline_ns);

/* The earliest deadline, or INT64_MAX. */
int64_t respd_store_deadline_ns(const struct respd_store *store);

/* Removes keys that have expired, at most that many. True if there are more. */
bool respd_store_expire(struct respd_store *store, int64_t now_ns, size_t count_max);

#endif
