/* store.c - the keys, their values, and when they expire. */
#include "scenarios/programs/respd/store.h"

#include "core/list.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 16 };

void respd_store_init(struct respd_store *store, struct respd_budget *budget,
                      const uint64_t hash_key[2]) {
    *store = (struct respd_store){.budget = budget};
    respd_table_init(&store->table, budget, hash_key);
}

void respd_store_term(struct respd_store *store) {
    respd_store_clear(store);
    respd_table_term(&store->table);
    free(store->heap);
    respd_budget_give(store->budget, store->heap_capacity * sizeof *store->heap);
    store->heap = NULL;
    store->heap_capacity = 0;
}

/* ---- The heap ---- */

static void place(struct respd_store *store, size_t index, struct respd_key *key) {
    store->heap[index] = key;
    key->heap_index = index;
}

static void sift(struct respd_store *store, struct respd_key *key) {
    size_t index = key->heap_index;
    while (index > 0 && store->heap[(index - 1) / 2]->deadline_ns > key->deadline_ns) {
        place(store, index, store->heap[(index - 1) / 2]);
        index = (index - 1) / 2;
    }
    for (;;) {
        size_t child = 2 * index + 1;
        if (child + 1 < store->heap_count &&
            store->heap[child + 1]->deadline_ns < store->heap[child]->deadline_ns) {
            child++;
        }
        if (child >= store->heap_count || store->heap[child]->deadline_ns >= key->deadline_ns) {
            break;
        }
        place(store, index, store->heap[child]);
        index = child;
    }
    place(store, index, key);
}

static bool reserve(struct respd_store *store) {
    if (store->heap_count < store->heap_capacity) {
        return true;
    }
    size_t capacity = store->heap_capacity > 0 ? 2 * store->heap_capacity : FIRST_CAPACITY;
    struct respd_key **heap = respd_budget_resize(
        store->budget, store->heap, store->heap_capacity * sizeof *heap, capacity * sizeof *heap);
    if (heap == NULL) {
        return false;
    }
    store->heap = heap;
    store->heap_capacity = capacity;
    return true;
}

static void leave(struct respd_store *store, struct respd_key *key) {
    struct respd_key *last = store->heap[--store->heap_count];
    if (last != key) {
        place(store, key->heap_index, last);
        sift(store, last);
    }
}

bool respd_store_set_deadline(struct respd_store *store, struct respd_key *key,
                              int64_t deadline_ns) {
    bool is_in = key->deadline_ns != INT64_MAX;
    if (deadline_ns == INT64_MAX) {
        if (is_in) {
            leave(store, key);
        }
        key->deadline_ns = deadline_ns;
        return true;
    }
    if (!is_in) {
        if (!reserve(store)) {
            return false;
        }
        place(store, store->heap_count++, key);
    }
    key->deadline_ns = deadline_ns;
    sift(store, key);
    return true;
}

int64_t respd_store_deadline_ns(const struct respd_store *store) {
    return store->heap_count > 0 ? store->heap[0]->deadline_ns : INT64_MAX;
}

/* ---- Keys ---- */

static size_t bytes_of(const struct respd_key *key) {
    return sizeof *key + key->node.name.bytes;
}

static struct respd_key *key_of(struct respd_node *node) {
    return node != NULL ? cog_container_of(node, struct respd_key, node) : NULL;
}

static void forget(struct respd_store *store, struct respd_key *key) {
    respd_blob_free(store->budget, key->string);
    respd_list_term(&key->list, store->budget);
    respd_budget_give(store->budget, bytes_of(key));
    free(key);
}

struct respd_key *respd_store_find(struct respd_store *store, struct respd_text name,
                                   int64_t now_ns) {
    struct respd_key *key = key_of(respd_table_find(&store->table, name));
    if (key != NULL && key->deadline_ns <= now_ns) {
        respd_store_remove(store, key);
        store->expired_count++;
        return NULL;
    }
    return key;
}

struct respd_key *respd_store_add(struct respd_store *store, struct respd_text name, bool is_list) {
    struct respd_key *key = respd_budget_resize(store->budget, NULL, 0, sizeof *key + name.bytes);
    if (key == NULL) {
        return NULL;
    }
    *key = (struct respd_key){.deadline_ns = INT64_MAX, .is_list = is_list};
    memcpy(key->name, name.data, name.bytes);
    key->node.name = (struct respd_text){key->name, name.bytes};
    if (!respd_table_add(&store->table, &key->node)) {
        forget(store, key);
        return NULL;
    }
    return key;
}

void respd_store_remove(struct respd_store *store, struct respd_key *key) {
    if (key->deadline_ns != INT64_MAX) {
        leave(store, key);
    }
    respd_table_remove(&store->table, &key->node);
    forget(store, key);
}

void respd_store_clear(struct respd_store *store) {
    size_t cursor = 0;
    struct respd_key *key = key_of(respd_table_any(&store->table, &cursor));
    while (key != NULL) {
        respd_store_remove(store, key);
        key = key_of(respd_table_any(&store->table, &cursor));
    }
}

bool respd_store_expire(struct respd_store *store, int64_t now_ns, size_t count_max) {
    size_t count = 0;
    while (respd_store_deadline_ns(store) <= now_ns && count < count_max) {
        respd_store_remove(store, store->heap[0]);
        store->expired_count++;
        count++;
    }
    return respd_store_deadline_ns(store) <= now_ns;
}
