/* wakeup_tree.c - nodes of wake-up trees in one array. */
#include "sim/explore/wakeup_tree.h"

#include "sim/language/ast.h"

void sim_wakeup_tree_init(struct sim_wakeup_tree *tree, const struct cog_allocator *allocator) {
    *tree = (struct sim_wakeup_tree){.allocator = allocator, .free = SIM_NONE};
}

void sim_wakeup_tree_term(struct sim_wakeup_tree *tree) {
    cog_release(tree->allocator, tree->nodes, tree->capacity * sizeof tree->nodes[0]);
    sim_wakeup_tree_init(tree, tree->allocator);
}

static uint32_t take_node(struct sim_wakeup_tree *tree) {
    if (tree->free != SIM_NONE) {
        uint32_t node = tree->free;
        tree->free = tree->nodes[node].next;
        return node;
    }
    struct sim_wakeup_node *grown =
        cog_grow(tree->allocator, tree->nodes, tree->count, &tree->capacity, sizeof grown[0]);
    if (grown == NULL) {
        return SIM_NONE;
    }
    tree->nodes = grown;
    return tree->count++;
}

/* The nodes may move, so lists are named by whom they belong to. */
uint32_t sim_wakeup_tree_add(struct sim_wakeup_tree *tree, uint32_t parent, struct sim_step step) {
    uint32_t node = take_node(tree);
    if (node == SIM_NONE) {
        return SIM_NONE;
    }
    tree->nodes[node] =
        (struct sim_wakeup_node){.step = step, .first_child = SIM_NONE, .next = SIM_NONE};
    struct sim_wakeup_node *above = &tree->nodes[parent];
    if (above->first_child == SIM_NONE) {
        above->first_child = node;
    } else {
        tree->nodes[above->last_child].next = node;
    }
    above->last_child = node;
    return node;
}

uint32_t sim_wakeup_tree_add_beside(struct sim_wakeup_tree *tree, uint32_t node,
                                    struct sim_step step) {
    uint32_t added = take_node(tree);
    if (added != SIM_NONE) {
        tree->nodes[added] = (struct sim_wakeup_node){
            .step = step, .first_child = SIM_NONE, .next = tree->nodes[node].next};
        tree->nodes[node].next = added;
    }
    return added;
}

uint32_t sim_wakeup_tree_root(struct sim_wakeup_tree *tree) {
    uint32_t node = take_node(tree);
    if (node != SIM_NONE) {
        tree->nodes[node] = (struct sim_wakeup_node){.first_child = SIM_NONE, .next = SIM_NONE};
    }
    return node;
}

/* Depth first without a stack: what hangs below goes to the front of the siblings. */
void sim_wakeup_tree_drop(struct sim_wakeup_tree *tree, uint32_t node) {
    uint32_t pending = node;
    tree->nodes[node].next = SIM_NONE;
    while (pending != SIM_NONE) {
        struct sim_wakeup_node *dropped = &tree->nodes[pending];
        uint32_t next = dropped->next;
        if (dropped->first_child != SIM_NONE) {
            tree->nodes[dropped->last_child].next = next;
            next = dropped->first_child;
        }
        dropped->next = tree->free;
        tree->free = pending;
        pending = next;
    }
}
