/* wakeup_tree.h - the sequences of steps that optimal DPOR has yet to go.
 *
 * An ordered tree: the children of a node are the steps that can follow it, from left to right in
 * the order in which they are to be explored. (Abdulla, Aronsson, Jonsson, Sagonas: Source sets: a
 * foundation for optimal dynamic partial order reduction, JACM 2017, section 6.)
 *
 * A step is a process, with what it touches and how its draws went; the node at the root of a tree
 * stands for no step.
 */
#ifndef SIM_EXPLORE_WAKEUP_TREE_H
#define SIM_EXPLORE_WAKEUP_TREE_H

#include "sim/explore/footprints.h"

#include <stdbool.h>

#define SIM_FOOTPRINT_UNKNOWN UINT32_MAX

/* A step as trees, sleep sets and sequences know it. */
struct sim_step {
    uint32_t process;
    uint32_t footprint; /* number, or SIM_FOOTPRINT_UNKNOWN: it may touch anything */
    uint32_t draws;     /* number of how its draws went; 0: production's answers */
    bool is_draw;       /* nothing but that: it goes with no sequence that does not have it */
};

static inline bool sim_step_is(struct sim_step a, struct sim_step b) {
    return a.process == b.process && a.draws == b.draws;
}

struct sim_wakeup_node {
    struct sim_step step;
    uint32_t first_child; /* SIM_NONE ends */
    uint32_t last_child;  /* of no meaning without a first one */
    uint32_t next;        /* to the right */
};

struct sim_wakeup_tree {
    const struct cog_allocator *allocator;
    struct sim_wakeup_node *nodes;
    uint32_t count;
    size_t capacity;
    uint32_t free; /* chain by next */
};

void sim_wakeup_tree_init(struct sim_wakeup_tree *tree, const struct cog_allocator *allocator);
void sim_wakeup_tree_term(struct sim_wakeup_tree *tree);

/* A new tree: its root, without children. SIM_NONE: no memory. */
uint32_t sim_wakeup_tree_root(struct sim_wakeup_tree *tree);

/* A new child, to the right of those that parent has. SIM_NONE: no memory. */
uint32_t sim_wakeup_tree_add(struct sim_wakeup_tree *tree, uint32_t parent, struct sim_step step);

/* A new sibling, next to the right of a node. SIM_NONE: no memory. */
uint32_t sim_wakeup_tree_add_beside(struct sim_wakeup_tree *tree, uint32_t node,
                                    struct sim_step step);

/* Takes a node away, with all below it. */
void sim_wakeup_tree_drop(struct sim_wakeup_tree *tree, uint32_t node);

#endif
