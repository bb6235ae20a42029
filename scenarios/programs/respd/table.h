/* table.h - things by their names: a hash table of nodes that are part of the things.
 *
 * Names come from outside, so the hash (SipHash-1-3) has a key that nobody outside knows. A table
 * that has grown moves its nodes to the larger array a few at a time, with each further addition;
 * nobody waits long for that.
 */
#ifndef RESPD_TABLE_H
#define RESPD_TABLE_H

#include "scenarios/programs/respd/buffer.h"
#include "scenarios/programs/respd/text.h"

struct respd_node {
    struct respd_node *next; /* in its chain */
    uint64_t hash;
    struct respd_text name; /* within the thing */
};

struct respd_chains {
    struct respd_node **heads;
    size_t count; /* a power of two, or 0 */
};

struct respd_table {
    struct respd_budget *budget;
    uint64_t key[2];
    size_t node_count;
    struct respd_chains chains;
    struct respd_chains old; /* what has not been moved yet */
    size_t moved_count;      /* chains of `old` that are empty now */
};

void respd_table_init(struct respd_table *table, struct respd_budget *budget,
                      const uint64_t key[2]);
void respd_table_term(struct respd_table *table); /* the nodes are the caller's */

struct respd_node *respd_table_find(struct respd_table *table, struct respd_text name);

/* The node's name is set, and not in the table. False: out of memory. */
bool respd_table_add(struct respd_table *table, struct respd_node *node);
void respd_table_remove(struct respd_table *table, struct respd_node *node);

/* Any node, for who empties it; null when there is none. Behind *cursor, which is 0 at first. */
struct respd_node *respd_table_any(const struct respd_table *table, size_t *cursor);

#endif
