/* table.c - things by their names. */
#include "scenarios/programs/respd/table.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_COUNT = 16, MOVED_AT_ONCE = 4 };

/* ---- SipHash-1-3 ---- */

static uint64_t rotate(uint64_t value, int bits) {
    return value << bits | value >> (64 - bits);
}

static void mix(uint64_t v[4]) {
    v[0] += v[1];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[0] = rotate(v[0], 32);
    v[2] += v[3];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[2] = rotate(v[2], 32);
}

static uint64_t read_word(const char *data, size_t bytes) {
    uint64_t word = 0;
    for (size_t i = 0; i < bytes; i++) {
        word |= (uint64_t)(unsigned char)data[i] << 8 * i;
    }
    return word;
}

static uint64_t hash_of(const uint64_t key[2], struct respd_text name) {
    uint64_t v[4] = {key[0] ^ 0x736f6d6570736575u, key[1] ^ 0x646f72616e646f6du,
                     key[0] ^ 0x6c7967656e657261u, key[1] ^ 0x7465646279746573u};
    size_t at = 0;
    for (; at + 8 <= name.bytes; at += 8) {
        uint64_t word = read_word(name.data + at, 8);
        v[3] ^= word;
        mix(v);
        v[0] ^= word;
    }
    uint64_t last = (uint64_t)name.bytes << 56 | read_word(name.data + at, name.bytes - at);
    v[3] ^= last;
    mix(v);
    v[0] ^= last;
    v[2] ^= 0xff;
    mix(v);
    mix(v);
    mix(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* ---- Chains ---- */

static struct respd_node **head_of(const struct respd_chains *chains, uint64_t hash) {
    return &chains->heads[hash & (chains->count - 1)];
}

static void free_chains(struct respd_table *table, struct respd_chains *chains) {
    free(chains->heads);
    respd_budget_give(table->budget, chains->count * sizeof *chains->heads);
    *chains = (struct respd_chains){.heads = NULL};
}

void respd_table_init(struct respd_table *table, struct respd_budget *budget,
                      const uint64_t key[2]) {
    *table = (struct respd_table){.budget = budget, .key = {key[0], key[1]}};
}

void respd_table_term(struct respd_table *table) {
    free_chains(table, &table->chains);
    free_chains(table, &table->old);
    table->node_count = 0;
    table->moved_count = 0;
}

static struct respd_node **place_of(const struct respd_chains *chains, uint64_t hash,
                                    struct respd_text name) {
    if (chains->count == 0) {
        return NULL;
    }
    struct respd_node **place = head_of(chains, hash);
    while (*place != NULL && ((*place)->hash != hash || !respd_text_equals((*place)->name, name))) {
        place = &(*place)->next;
    }
    return *place != NULL ? place : NULL;
}

static struct respd_node **find(const struct respd_table *table, uint64_t hash,
                                struct respd_text name) {
    struct respd_node **place = place_of(&table->chains, hash, name);
    return place != NULL ? place : place_of(&table->old, hash, name);
}

struct respd_node *respd_table_find(struct respd_table *table, struct respd_text name) {
    if (table->node_count == 0) {
        return NULL;
    }
    struct respd_node **place = find(table, hash_of(table->key, name), name);
    return place != NULL ? *place : NULL;
}

/* ---- Growing ---- */

static void push(struct respd_chains *chains, struct respd_node *node) {
    struct respd_node **head = head_of(chains, node->hash);
    node->next = *head;
    *head = node;
}

static void move_some(struct respd_table *table) {
    for (int i = 0; i < MOVED_AT_ONCE && table->old.count > 0; i++) {
        struct respd_node *node = table->old.heads[table->moved_count];
        while (node != NULL) {
            struct respd_node *next = node->next;
            push(&table->chains, node);
            node = next;
        }
        table->old.heads[table->moved_count++] = NULL;
        if (table->moved_count == table->old.count) {
            free_chains(table, &table->old);
            table->moved_count = 0;
        }
    }
}

/* As long as there is another way, that there is no memory to grow is no failure. */
static bool grow(struct respd_table *table) {
    size_t count = table->chains.count > 0 ? 2 * table->chains.count : FIRST_COUNT;
    if (!respd_budget_take(table->budget, count * sizeof *table->chains.heads)) {
        return table->chains.count > 0;
    }
    struct respd_node **heads = calloc(count, sizeof *heads);
    if (heads == NULL) {
        respd_budget_give(table->budget, count * sizeof *heads);
        return table->chains.count > 0;
    }
    table->old = table->chains;
    table->moved_count = 0;
    table->chains = (struct respd_chains){.heads = heads, .count = count};
    return true;
}

bool respd_table_add(struct respd_table *table, struct respd_node *node) {
    move_some(table);
    if (table->node_count >= table->chains.count && table->old.count == 0 && !grow(table)) {
        return false;
    }
    node->hash = hash_of(table->key, node->name);
    push(&table->chains, node);
    table->node_count++;
    return true;
}

void respd_table_remove(struct respd_table *table, struct respd_node *node) {
    struct respd_node **place = find(table, node->hash, node->name);
    *place = node->next;
    table->node_count--;
}

struct respd_node *respd_table_any(const struct respd_table *table, size_t *cursor) {
    for (; *cursor < table->chains.count + table->old.count; (*cursor)++) {
        bool is_old = *cursor >= table->chains.count;
        struct respd_node *node =
            is_old ? table->old.heads[*cursor - table->chains.count] : table->chains.heads[*cursor];
        if (node != NULL) {
            return node;
        }
    }
    return NULL;
}
