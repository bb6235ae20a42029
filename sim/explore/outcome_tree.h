/* outcome_tree.h - the executions of a search as a tree: nodes are states that the search has been
 * in, edges the steps out of them, leaves what executions came to.
 *
 *     start --left: start--> . --left: set x----> . ... 1
 *                            . --right: start---> . ... 2
 *
 * The first executions are kept in full; later ones are counted where they leave what is kept. It
 * watches a search (struct sim_search_watch).
 */
#ifndef SIM_EXPLORE_OUTCOME_TREE_H
#define SIM_EXPLORE_OUTCOME_TREE_H

#include "sim/explore/search.h"
#include "sim/language/buffer.h"

/* Of an execution that was given up, for others lead to the same. */
#define SIM_OUTCOME_ASLEEP SIM_NONE

/* Executions that ended in one way, below one node. */
struct sim_outcome_count {
    uint32_t outcome; /* of the tally, or SIM_OUTCOME_ASLEEP */
    uint32_t next;    /* of the same node, or SIM_NONE */
    uint64_t count;
};

struct sim_outcome_node {
    uint32_t parent; /* SIM_NONE: the start, which is node 0 */
    uint32_t first_child;
    uint32_t last_child;
    uint32_t next;
    size_t label;    /* into labels: the step that leads there, with its NUL */
    uint32_t ended;  /* the count of what ended here, or SIM_NONE */
    uint32_t beyond; /* the counts of executions that leave what is kept here, or SIM_NONE */
};

struct sim_outcome_tree {
    const struct cog_allocator *allocator;
    uint64_t execution_max; /* so many are kept in full */
    uint64_t execution_count;
    struct sim_outcome_node *nodes;
    uint32_t node_count;
    size_t node_capacity;
    struct sim_outcome_count *counts;
    uint32_t count_count;
    size_t count_capacity;
    uint32_t *path; /* by step of the execution under way: the node that it leads to */
    size_t path_capacity;
    uint32_t known; /* so many steps of the path lead to nodes */
    struct sim_buffer labels;
    bool is_out_of_memory;
};

void sim_outcome_tree_init(struct sim_outcome_tree *tree, const struct cog_allocator *allocator,
                           uint64_t execution_max);
void sim_outcome_tree_term(struct sim_outcome_tree *tree);

/* For a search to show the tree what it does. */
struct sim_search_watch sim_outcome_tree_watch(struct sim_outcome_tree *tree);

#endif
