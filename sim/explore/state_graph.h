/* state_graph.h - states and the steps between them, kept to look for ways round.
 *
 *     sim_state_graph_init(&graph, allocator);
 *     sim_state_graph_find(&graph, hash)          a state by its hash; the first one is the start
 *     sim_state_graph_connect(&graph, &edge)      a step
 *     sim_state_graph_finish(&graph)              then edges stand by where they begin
 */
#ifndef SIM_EXPLORE_STATE_GRAPH_H
#define SIM_EXPLORE_STATE_GRAPH_H

#include "core/allocator.h"

#include <stdbool.h>
#include <stdint.h>

struct sim_state_node {
    uint64_t hash;
    uint64_t enabled; /* processes that can make a step (struct sim_state_level) */
    uint32_t first;   /* of its edges; those behind the last node's are none */
};

/* What a step did beside. Sets of processes, as in struct sim_state_level. */
struct sim_state_deed {
    uint64_t quiet;
    uint64_t timed_out;
    bool has_drawn;
};

struct sim_state_edge {
    uint32_t from;
    uint32_t to;
    uint32_t process;
    uint32_t draws;
    uint32_t deed; /* into deeds; 0: it did nothing beside */
};

struct sim_state_graph {
    const struct cog_allocator *allocator;
    struct sim_state_node *nodes; /* after finish one more than there are */
    uint32_t node_count;
    size_t node_capacity;
    struct sim_state_edge *edges;
    uint32_t edge_count;
    size_t edge_capacity;
    struct sim_state_deed *deeds;
    uint32_t deed_count;
    size_t deed_capacity;
    uint32_t *slots; /* open table of nodes + 1; 0: empty */
    uint32_t slot_count;
    uint32_t edge_count_max; /* set between init and the first edge; no more are kept */
    bool is_full;            /* there are more */
};

void sim_state_graph_init(struct sim_state_graph *graph, const struct cog_allocator *allocator);
void sim_state_graph_term(struct sim_state_graph *graph);

/* The node of a state, which is added if need be; SIM_NONE: no memory. */
uint32_t sim_state_graph_find(struct sim_state_graph *graph, uint64_t hash);

/* Adds an edge, whose deed is given apart. False: no memory. */
bool sim_state_graph_connect(struct sim_state_graph *graph, struct sim_state_edge edge,
                             struct sim_state_deed deed);

/* False: no memory. */
bool sim_state_graph_finish(struct sim_state_graph *graph);

#endif
