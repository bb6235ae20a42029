/* outcome_tree.c - grows a tree along the executions of a search. */
#include "sim/explore/outcome_tree.h"

#include <string.h>

void sim_outcome_tree_init(struct sim_outcome_tree *tree, const struct cog_allocator *allocator,
                           uint64_t execution_max) {
    *tree = (struct sim_outcome_tree){.allocator = allocator, .execution_max = execution_max};
    sim_buffer_init(&tree->labels, allocator);
}

void sim_outcome_tree_term(struct sim_outcome_tree *tree) {
    cog_release(tree->allocator, tree->nodes, tree->node_capacity * sizeof tree->nodes[0]);
    cog_release(tree->allocator, tree->counts, tree->count_capacity * sizeof tree->counts[0]);
    cog_release(tree->allocator, tree->path, tree->path_capacity * sizeof tree->path[0]);
    sim_buffer_term(&tree->labels);
}

/* Adds a node below another, or the start; SIM_NONE: no memory. */
static uint32_t add_node(struct sim_outcome_tree *tree, uint32_t parent, const char *label) {
    struct sim_outcome_node *grown = cog_grow(tree->allocator, tree->nodes, tree->node_count,
                                              &tree->node_capacity, sizeof grown[0]);
    size_t place = tree->labels.length;
    sim_buffer_add(&tree->labels, label, strlen(label) + 1);
    tree->is_out_of_memory |= grown == NULL || tree->labels.has_failed;
    tree->nodes = grown != NULL ? grown : tree->nodes;
    if (tree->is_out_of_memory) {
        return SIM_NONE;
    }
    uint32_t node = tree->node_count++;
    grown[node] = (struct sim_outcome_node){.parent = parent,
                                            .first_child = SIM_NONE,
                                            .last_child = SIM_NONE,
                                            .next = SIM_NONE,
                                            .label = place,
                                            .ended = SIM_NONE,
                                            .beyond = SIM_NONE};
    if (parent != SIM_NONE) {
        uint32_t last = grown[parent].last_child;
        *(last == SIM_NONE ? &grown[parent].first_child : &grown[last].next) = node;
        grown[parent].last_child = node;
    }
    return node;
}

static uint32_t find_child(const struct sim_outcome_tree *tree, uint32_t parent,
                           const char *label) {
    uint32_t child = tree->nodes[parent].first_child;
    while (child != SIM_NONE && strcmp(tree->labels.bytes + tree->nodes[child].label, label) != 0) {
        child = tree->nodes[child].next;
    }
    return child;
}

static uint32_t node_at(const struct sim_outcome_tree *tree, uint32_t depth) {
    return depth == 0 ? 0 : tree->path[depth - 1];
}

/* Step number `depth` of the execution under way; what came before it at that depth is over. */
static void watch_step(void *context, uint32_t depth, const char *label) {
    struct sim_outcome_tree *tree = context;
    if (tree->node_count == 0) {
        (void)add_node(tree, SIM_NONE, "");
    }
    tree->known = tree->known < depth ? tree->known : depth;
    if (tree->is_out_of_memory || tree->known < depth) {
        return;
    }
    uint32_t *grown =
        cog_grow(tree->allocator, tree->path, depth, &tree->path_capacity, sizeof grown[0]);
    tree->is_out_of_memory |= grown == NULL;
    if (grown == NULL) {
        return;
    }
    tree->path = grown;
    uint32_t parent = node_at(tree, depth);
    uint32_t child = find_child(tree, parent, label);
    if (child == SIM_NONE && tree->execution_count < tree->execution_max) {
        child = add_node(tree, parent, label);
    }
    if (child != SIM_NONE) {
        tree->path[depth] = child;
        tree->known = depth + 1;
    }
}

static void count(struct sim_outcome_tree *tree, uint32_t *list, uint32_t outcome) {
    for (uint32_t at = *list; at != SIM_NONE; at = tree->counts[at].next) {
        if (tree->counts[at].outcome == outcome) {
            tree->counts[at].count++;
            return;
        }
    }
    struct sim_outcome_count *grown = cog_grow(tree->allocator, tree->counts, tree->count_count,
                                               &tree->count_capacity, sizeof grown[0]);
    tree->is_out_of_memory |= grown == NULL;
    if (grown == NULL) {
        return;
    }
    tree->counts = grown;
    grown[tree->count_count] =
        (struct sim_outcome_count){.outcome = outcome, .next = *list, .count = 1};
    *list = tree->count_count++;
}

static void watch_end(void *context, uint32_t depth, uint32_t outcome) {
    struct sim_outcome_tree *tree = context;
    if (tree->node_count == 0) {
        (void)add_node(tree, SIM_NONE, ""); /* it has no step */
    }
    if (tree->is_out_of_memory) {
        return;
    }
    tree->known = tree->known < depth ? tree->known : depth;
    struct sim_outcome_node *node = &tree->nodes[node_at(tree, tree->known)];
    bool is_kept = tree->known == depth;
    count(tree, is_kept ? &node->ended : &node->beyond, outcome);
    tree->execution_count++;
}

struct sim_search_watch sim_outcome_tree_watch(struct sim_outcome_tree *tree) {
    return (struct sim_search_watch){.step = watch_step, .end = watch_end, .context = tree};
}
