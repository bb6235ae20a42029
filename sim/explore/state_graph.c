/* state_graph.c - nodes by their hashes; edges in the order of coming, then by where they begin. */
#include "sim/explore/state_graph.h"

#include "sim/language/ast.h"

enum { SLOTS_MIN = 1024, EDGES_MAX = 1 << 23 };

void sim_state_graph_init(struct sim_state_graph *graph, const struct cog_allocator *allocator) {
    *graph = (struct sim_state_graph){.allocator = allocator, .edge_count_max = EDGES_MAX};
}

void sim_state_graph_term(struct sim_state_graph *graph) {
    const struct cog_allocator *allocator = graph->allocator;
    cog_release(allocator, graph->nodes, graph->node_capacity * sizeof graph->nodes[0]);
    cog_release(allocator, graph->edges, graph->edge_capacity * sizeof graph->edges[0]);
    cog_release(allocator, graph->deeds, graph->deed_capacity * sizeof graph->deeds[0]);
    cog_release(allocator, graph->slots, graph->slot_count * sizeof graph->slots[0]);
    *graph = (struct sim_state_graph){.allocator = allocator};
}

static uint32_t slot_of(const struct sim_state_graph *graph, uint64_t hash) {
    uint32_t at = (uint32_t)(hash >> 32) & (graph->slot_count - 1);
    while (graph->slots[at] != 0 && graph->nodes[graph->slots[at] - 1].hash != hash) {
        at = (at + 1) & (graph->slot_count - 1);
    }
    return at;
}

static bool grow_slots(struct sim_state_graph *graph) {
    uint32_t slot_count = graph->slot_count > 0 ? graph->slot_count * 2 : SLOTS_MIN;
    uint32_t *slots = cog_allocate_zeroed(graph->allocator, slot_count, sizeof slots[0]);
    if (slots == NULL) {
        return false;
    }
    cog_release(graph->allocator, graph->slots, graph->slot_count * sizeof slots[0]);
    graph->slots = slots;
    graph->slot_count = slot_count;
    for (uint32_t i = 0; i < graph->node_count; i++) {
        slots[slot_of(graph, graph->nodes[i].hash)] = i + 1;
    }
    return true;
}

/* The one at the end has no slot. */
static bool add_node(struct sim_state_graph *graph, uint64_t hash) {
    struct sim_state_node *grown = cog_grow(graph->allocator, graph->nodes, graph->node_count,
                                            &graph->node_capacity, sizeof grown[0]);
    if (grown == NULL) {
        return false;
    }
    graph->nodes = grown;
    grown[graph->node_count] = (struct sim_state_node){.hash = hash};
    return true;
}

uint32_t sim_state_graph_find(struct sim_state_graph *graph, uint64_t hash) {
    if (graph->node_count * 2 >= graph->slot_count && !grow_slots(graph)) {
        return SIM_NONE;
    }
    uint32_t slot = slot_of(graph, hash);
    if (graph->slots[slot] == 0) {
        if (!add_node(graph, hash)) {
            return SIM_NONE;
        }
        graph->slots[slot] = ++graph->node_count;
    }
    return graph->slots[slot] - 1;
}

/* False: no memory. */
static bool add_deed(struct sim_state_graph *graph, struct sim_state_deed deed) {
    struct sim_state_deed *grown = cog_grow(graph->allocator, graph->deeds, graph->deed_count,
                                            &graph->deed_capacity, sizeof grown[0]);
    if (grown == NULL) {
        return false;
    }
    graph->deeds = grown;
    grown[graph->deed_count++] = deed;
    return true;
}

bool sim_state_graph_connect(struct sim_state_graph *graph, struct sim_state_edge edge,
                             struct sim_state_deed deed) {
    if (graph->edge_count == graph->edge_count_max) {
        graph->is_full = true;
        return true;
    }
    if (graph->deed_count == 0 && !add_deed(graph, (struct sim_state_deed){.quiet = 0})) {
        return false;
    }
    if (deed.quiet != 0 || deed.timed_out != 0 || deed.has_drawn) {
        if (!add_deed(graph, deed)) {
            return false;
        }
        edge.deed = graph->deed_count - 1;
    }
    struct sim_state_edge *grown = cog_grow(graph->allocator, graph->edges, graph->edge_count,
                                            &graph->edge_capacity, sizeof grown[0]);
    if (grown == NULL) {
        return false;
    }
    graph->edges = grown;
    grown[graph->edge_count++] = edge;
    return true;
}

bool sim_state_graph_finish(struct sim_state_graph *graph) {
    if (graph->edge_count == 0) {
        return true;
    }
    struct sim_state_edge *sorted =
        cog_allocate(graph->allocator, graph->edge_capacity * sizeof sorted[0]);
    if (sorted == NULL || !add_node(graph, 0)) {
        cog_release(graph->allocator, sorted, graph->edge_capacity * sizeof sorted[0]);
        return false;
    }
    for (uint32_t i = 0; i < graph->edge_count; i++) {
        graph->nodes[graph->edges[i].from + 1].first++;
    }
    for (uint32_t i = 0; i < graph->node_count; i++) {
        graph->nodes[i + 1].first += graph->nodes[i].first;
    }
    /* From the last on: each takes the last place left of its node. */
    for (uint32_t i = graph->edge_count; i > 0; i--) {
        const struct sim_state_edge *edge = &graph->edges[i - 1];
        sorted[--graph->nodes[edge->from + 1].first] = *edge;
    }
    for (uint32_t i = 0; i < graph->node_count; i++) {
        graph->nodes[i].first = graph->nodes[i + 1].first;
    }
    graph->nodes[graph->node_count].first = graph->edge_count;
    cog_release(graph->allocator, graph->edges, graph->edge_capacity * sizeof sorted[0]);
    graph->edges = sorted;
    return true;
}
