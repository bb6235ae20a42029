/* fair_rounds.c - takes the graph of states apart, and goes round what is left. */
#include "sim/explore/fair_rounds.h"

#include "core/status.h"
#include "sim/explore/round.h"
#include "sim/explore/state_parts.h"
#include "sim/explore/trail.h"

#include <string.h>

/* What a way round is to be like. */
struct aim {
    uint64_t starved; /* the bit of who is to get nothing; 0: nobody in particular */
    bool stays;       /* and never goes on; else it may, when its timeouts are over */
};

/* A piece of `list`. */
struct part {
    uint32_t from;
    uint32_t to;
};

struct finder {
    struct sim_state_search *search;
    const struct sim_state_graph *graph;
    const struct cog_allocator *allocator;
    struct aim aim;

    uint32_t *block; /* all of the following */
    size_t block_bytes;
    uint32_t *list;   /* nodes, parts of which are looked at */
    uint32_t *region; /* of each node, the number of the part it was last in */
    uint32_t *order;  /* in which nodes were come to; 0: not yet */
    uint32_t *low;    /* the earliest that it leads back to; then the number of its component */
    uint32_t *cursor; /* the edge to follow next */
    uint32_t *stack;
    uint32_t *path;
    uint32_t *via; /* the edge that a node was come to by */
    uint32_t region_count;

    struct part *parts; /* yet to be taken apart */
    uint32_t part_count;
    size_t part_capacity;
    uint32_t *fair; /* nodes, by the part that they were left in; twice as many as there are */
    struct part *fair_parts;
    uint32_t fair_count;
    uint32_t fair_part_count;
    size_t fair_part_capacity;
    uint32_t *walk; /* edges */
    uint32_t walk_count;
    size_t walk_capacity;
    bool is_out_of_memory;
};

static bool fail(struct finder *finder) {
    finder->is_out_of_memory = true;
    return false;
}

static void finder_init(struct finder *finder, struct sim_state_search *search,
                        const struct sim_state_graph *graph) {
    enum { ARRAYS = 10 };
    *finder = (struct finder){
        .search = search, .graph = graph, .allocator = search->allocator, .region_count = 1};
    size_t count = graph->node_count;
    finder->block_bytes = count * ARRAYS * sizeof finder->block[0];
    finder->block = cog_allocate_zeroed(finder->allocator, count * ARRAYS, sizeof(uint32_t));
    if (finder->block == NULL) {
        (void)fail(finder);
        return;
    }
    uint32_t **arrays[ARRAYS - 1] = {&finder->list, &finder->region, &finder->order,
                                     &finder->low,  &finder->cursor, &finder->stack,
                                     &finder->path, &finder->via,    &finder->fair};
    for (size_t i = 0; i < ARRAYS - 1; i++) {
        *arrays[i] = finder->block + i * count;
    }
}

static void finder_term(struct finder *finder) {
    const struct cog_allocator *allocator = finder->allocator;
    cog_release(allocator, finder->block, finder->block != NULL ? finder->block_bytes : 0);
    cog_release(allocator, finder->parts, finder->part_capacity * sizeof finder->parts[0]);
    cog_release(allocator, finder->fair_parts,
                finder->fair_part_capacity * sizeof finder->fair_parts[0]);
    cog_release(allocator, finder->walk, finder->walk_capacity * sizeof finder->walk[0]);
}

static bool add_part(struct finder *finder, struct part **parts, uint32_t *count, size_t *capacity,
                     struct part part) {
    struct part *grown = cog_grow(finder->allocator, *parts, *count, capacity, sizeof part);
    if (grown == NULL) {
        return fail(finder);
    }
    *parts = grown;
    grown[(*count)++] = part;
    return true;
}

/* ---- Edges ---- */

static const struct sim_state_deed *deed_of(const struct finder *finder,
                                            const struct sim_state_edge *edge) {
    return &finder->graph->deeds[edge->deed];
}

/* Does the edge stay within the region of where it begins, and with the aim? */
static bool is_inside(const struct finder *finder, const struct sim_state_edge *edge) {
    if (finder->region[edge->from] != finder->region[edge->to]) {
        return false;
    }
    const struct sim_state_node *nodes = finder->graph->nodes;
    const struct sim_state_deed *deed = deed_of(finder, edge);
    uint64_t woken = sim_round_woken(edge->process, deed->quiet, nodes[edge->from].enabled,
                                     nodes[edge->to].enabled);
    uint64_t unwanted = woken | (finder->aim.stays ? deed->quiet : 0);
    return !deed->has_drawn && (unwanted & finder->aim.starved) == 0;
}

static void add_edge(const struct finder *finder, struct sim_round *round,
                     const struct sim_state_edge *edge) {
    const struct sim_state_node *nodes = finder->graph->nodes;
    sim_round_add_step(round, edge->process, deed_of(finder, edge), nodes[edge->from].enabled,
                       nodes[edge->to].enabled);
}

/* ---- Components ---- */

/* Begins with a node that has not been come to. */
static void come_to(struct finder *finder, uint32_t node, uint32_t *count, uint32_t *stack_count) {
    finder->order[node] = ++*count;
    finder->low[node] = *count;
    finder->cursor[node] = finder->graph->nodes[node].first;
    finder->stack[(*stack_count)++] = node;
}

enum { IN_COMPONENT = UINT32_MAX };

/* Puts the nodes that lead to each other with the root side by side into the list, at *at. */
static void close_component(struct finder *finder, uint32_t root, uint32_t *stack_count,
                            uint32_t *at) {
    uint32_t node = SIM_NONE;
    while (node != root) {
        node = finder->stack[--*stack_count];
        finder->order[node] = IN_COMPONENT;
        finder->low[node] = root;
        finder->via[(*at)++] = node; /* the list is still being read */
    }
}

/* Follows the next edge from the last node of the path; false: there is none left. */
static bool follow(struct finder *finder, uint32_t node, uint32_t *next) {
    const struct sim_state_graph *graph = finder->graph;
    while (finder->cursor[node] < graph->nodes[node + 1].first) {
        const struct sim_state_edge *edge = &graph->edges[finder->cursor[node]++];
        if (!is_inside(finder, edge) || finder->order[edge->to] == IN_COMPONENT) {
            continue;
        }
        *next = edge->to;
        return true;
    }
    return false;
}

/* Tarjan's way, without recursion: from a root all that it leads to. */
static void find_components(struct finder *finder, uint32_t root, uint32_t *count, uint32_t *at) {
    uint32_t depth = 0;
    uint32_t stack_count = 0;
    come_to(finder, root, count, &stack_count);
    finder->path[depth++] = root;
    while (depth > 0) {
        uint32_t node = finder->path[depth - 1];
        uint32_t next;
        if (follow(finder, node, &next)) {
            if (finder->order[next] == 0) {
                come_to(finder, next, count, &stack_count);
                finder->path[depth++] = next;
            } else if (finder->order[next] < finder->low[node]) {
                finder->low[node] = finder->order[next];
            }
            continue;
        }
        depth--;
        uint32_t low = finder->low[node];
        if (depth > 0 && low < finder->low[finder->path[depth - 1]]) {
            finder->low[finder->path[depth - 1]] = low;
        }
        if (low == finder->order[node]) {
            close_component(finder, node, &stack_count, at);
        }
    }
}

static struct sim_round add_up(const struct finder *finder, struct part part, bool *has_edges) {
    const struct sim_state_graph *graph = finder->graph;
    struct sim_round round = {.enabled = 0};
    *has_edges = false;
    for (uint32_t i = part.from; i < part.to; i++) {
        uint32_t node = finder->list[i];
        for (uint32_t at = graph->nodes[node].first; at < graph->nodes[node + 1].first; at++) {
            const struct sim_state_edge *edge = &graph->edges[at];
            if (is_inside(finder, edge)) {
                add_edge(finder, &round, edge);
                *has_edges = true;
            }
        }
    }
    return round;
}

static bool meets_aim(const struct finder *finder, const struct sim_round *round) {
    return finder->aim.starved == 0 || finder->aim.stays ||
           (round->timed_out & finder->aim.starved) != 0;
}

/* Keeps a component as it is, or what remains of it without the places of those passed over. */
static bool sift(struct finder *finder, struct part part) {
    finder->region_count++;
    for (uint32_t i = part.from; i < part.to; i++) {
        finder->region[finder->list[i]] = finder->region_count;
    }
    bool has_edges = false;
    struct sim_round round = add_up(finder, part, &has_edges);
    if (!has_edges || !meets_aim(finder, &round)) {
        return true;
    }
    if (sim_round_is_fair(&round)) {
        uint32_t count = part.to - part.from;
        memcpy(&finder->fair[finder->fair_count], &finder->list[part.from],
               count * sizeof finder->fair[0]);
        finder->fair_count += count;
        return add_part(finder, &finder->fair_parts, &finder->fair_part_count,
                        &finder->fair_part_capacity,
                        (struct part){finder->fair_count - count, finder->fair_count});
    }
    uint64_t passed_over = round.enabled & ~round.stepped;
    struct part left = {part.from, part.from};
    for (uint32_t i = part.from; i < part.to; i++) {
        uint32_t node = finder->list[i];
        if ((finder->graph->nodes[node].enabled & passed_over) == 0) {
            finder->list[left.to++] = node;
        }
    }
    return left.to == left.from ||
           add_part(finder, &finder->parts, &finder->part_count, &finder->part_capacity, left);
}

static bool take_apart(struct finder *finder, struct part part) {
    finder->region_count++;
    for (uint32_t i = part.from; i < part.to; i++) {
        uint32_t node = finder->list[i];
        finder->region[node] = finder->region_count;
        finder->order[node] = 0;
    }
    uint32_t count = 0;
    uint32_t at = part.from;
    for (uint32_t i = part.from; i < part.to; i++) {
        if (finder->order[finder->list[i]] == 0) {
            find_components(finder, finder->list[i], &count, &at);
        }
    }
    memcpy(&finder->list[part.from], &finder->via[part.from],
           (part.to - part.from) * sizeof finder->list[0]);
    for (uint32_t from = part.from; from < part.to; from = at) {
        uint32_t component = finder->low[finder->list[from]];
        at = from;
        while (at < part.to && finder->low[finder->list[at]] == component) {
            at++;
        }
        if (!sift(finder, (struct part){from, at})) {
            return false;
        }
    }
    return true;
}

/* Leaves in `fair`, behind what is there, the parts of the list's beginning that the aim can be had
 * in. */
static bool find_fair(struct finder *finder, uint32_t count) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t node = finder->list[i];
        if (!finder->aim.stays || (finder->graph->nodes[node].enabled & finder->aim.starved) == 0) {
            finder->list[kept++] = node;
        }
    }
    finder->part_count = 0;
    struct part whole = {0, kept};
    bool is_whole =
        add_part(finder, &finder->parts, &finder->part_count, &finder->part_capacity, whole);
    while (is_whole && finder->part_count > 0) {
        is_whole = take_apart(finder, finder->parts[--finder->part_count]);
    }
    return is_whole;
}

/* ---- Going round ---- */

static bool add_to_walk(struct finder *finder, uint32_t edge) {
    uint32_t *grown = cog_grow(finder->allocator, finder->walk, finder->walk_count,
                               &finder->walk_capacity, sizeof grown[0]);
    if (grown == NULL) {
        return fail(finder);
    }
    finder->walk = grown;
    grown[finder->walk_count++] = edge;
    return true;
}

/* What a search from a node is for. */
struct goal {
    uint32_t node;      /* to come to it; or SIM_NONE */
    uint64_t stepped;   /* a step of one of these */
    uint64_t timed_out; /* a step in which one of these was woken by its timeout */
    bool is_anywhere;   /* whatever the region and the aim */
};

static bool meets(const struct finder *finder, const struct goal *goal,
                  const struct sim_state_edge *edge) {
    return edge->to == goal->node || (sim_round_bit(edge->process) & goal->stepped) != 0 ||
           (deed_of(finder, edge)->timed_out & goal->timed_out) != 0;
}

/* Adds the way from a node to the edge, in its order. */
static bool add_way(struct finder *finder, uint32_t from, uint32_t last) {
    const struct sim_state_edge *edges = finder->graph->edges;
    uint32_t first = finder->walk_count;
    bool is_added = add_to_walk(finder, last);
    for (uint32_t node = edges[last].from; is_added && node != from;
         node = edges[finder->via[node]].from) {
        is_added = add_to_walk(finder, finder->via[node]);
    }
    for (uint32_t low = first, high = finder->walk_count; is_added && low + 1 < high; low++) {
        uint32_t edge = finder->walk[low];
        finder->walk[low] = finder->walk[--high];
        finder->walk[high] = edge;
    }
    return is_added;
}

/* Adds the shortest way that ends in the goal. False: no memory, or there is none. */
static bool go_on(struct finder *finder, uint32_t from, const struct goal *goal) {
    const struct sim_state_graph *graph = finder->graph;
    uint32_t count = 0;
    memset(finder->order, 0, graph->node_count * sizeof finder->order[0]);
    finder->order[from] = 1;
    finder->stack[count++] = from;
    for (uint32_t next = 0; next < count; next++) {
        uint32_t node = finder->stack[next];
        for (uint32_t at = graph->nodes[node].first; at < graph->nodes[node + 1].first; at++) {
            const struct sim_state_edge *edge = &graph->edges[at];
            if (!goal->is_anywhere && !is_inside(finder, edge)) {
                continue;
            }
            if (meets(finder, goal, edge)) {
                return add_way(finder, from, at);
            }
            if (finder->order[edge->to] == 0) {
                finder->order[edge->to] = 1;
                finder->via[edge->to] = at;
                finder->stack[count++] = edge->to;
            }
        }
    }
    return false;
}

/* Makes the walk one round of a fair part, from the node *start on. */
static bool walk_round(struct finder *finder, struct part part, uint32_t *start,
                       struct sim_round *round) {
    const struct sim_state_graph *graph = finder->graph;
    uint32_t at = finder->fair[part.from];
    finder->region_count++;
    for (uint32_t i = part.from; i < part.to; i++) {
        finder->region[finder->fair[i]] = finder->region_count;
    }
    *start = at;
    *round = (struct sim_round){.enabled = 0};
    finder->walk_count = 0;
    struct goal goal = {.node = SIM_NONE,
                        .stepped = UINT64_MAX,
                        .timed_out = finder->aim.stays ? 0 : finder->aim.starved};
    if (goal.timed_out != 0) {
        goal.stepped = 0;
    } else {
        goal = (struct goal){.node = at}; /* the shortest way round from here */
    }
    bool is_closed = false;
    while (!is_closed) {
        uint32_t added = finder->walk_count;
        if (!go_on(finder, at, &goal)) {
            return false;
        }
        for (; added < finder->walk_count; added++) {
            add_edge(finder, round, &graph->edges[finder->walk[added]]);
        }
        at = graph->edges[finder->walk[finder->walk_count - 1]].to;
        uint64_t passed_over = round->enabled & ~round->stepped;
        is_closed = passed_over == 0 && at == *start;
        goal = (struct goal){.node = passed_over == 0 ? *start : SIM_NONE, .stepped = passed_over};
    }
    return true;
}

/* ---- What is found ---- */

static struct sim_state_step step_of(const struct finder *finder, uint32_t edge) {
    return (struct sim_state_step){.process = finder->graph->edges[edge].process,
                                   .draws = finder->graph->edges[edge].draws};
}

/* The walk, behind the way to its start. */
static bool make_way(struct finder *finder, uint32_t start, struct sim_state_way *way,
                     uint32_t *first) {
    uint32_t round_count = finder->walk_count;
    struct goal goal = {.node = start, .is_anywhere = true};
    if (!go_on(finder, 0, &goal)) {
        return false;
    }
    uint32_t count = finder->walk_count;
    *first = count - round_count;
    way->steps = cog_allocate(finder->allocator, count * sizeof way->steps[0]);
    if (way->steps == NULL) {
        return fail(finder);
    }
    way->count = count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t edge = finder->walk[i < *first ? round_count + i : i - *first];
        way->steps[i] = step_of(finder, edge);
    }
    return true;
}

/* Goes the way, and sees how the processes stand in the states of the round. */
static void look_at_parts(struct finder *finder, const struct sim_state_way *way, uint32_t first,
                          struct sim_round *round) {
    struct sim_explorer *explorer = finder->search->explorer;
    sim_explorer_restart(explorer);
    for (uint32_t i = 0; i < way->count; i++) {
        (void)sim_explorer_next(explorer);
        const struct sim_instance *instance = i >= first ? explorer->run->instances : NULL;
        for (; instance != NULL; instance = instance->next) {
            struct sim_state_part part = sim_standing_of(instance);
            sim_round_add_part(round, &explorer->objects, instance->process, &part);
        }
        sim_state_search_take(finder->search, way->steps[i]);
    }
}

/* A way round in a fair part that comes to the aim; *is_found: there is one, and it counts. */
static bool look_into(struct finder *finder, struct part part, bool *is_found) {
    struct sim_state_search *search = finder->search;
    struct sim_state_way way = {.count = 0};
    struct sim_round round;
    uint32_t start = 0;
    uint32_t first = 0;
    *is_found = false;
    if (!walk_round(finder, part, &start, &round) || !make_way(finder, start, &way, &first)) {
        return !finder->is_out_of_memory;
    }
    look_at_parts(finder, &way, first, &round);
    uint64_t starved = sim_round_starved(&round, search->foreground);
    *is_found = (starved & finder->aim.starved) == finder->aim.starved;
    struct sim_state_rounds *rounds = starved != 0 ? &search->starvations : &search->livelocks;
    if (*is_found && rounds->count++ == 0) {
        rounds->way = way;
        rounds->first = first;
        rounds->starved = starved;
    } else {
        cog_release(finder->allocator, way.steps, way.count * sizeof way.steps[0]);
    }
    return true;
}

/* Looks in a fair part for ways round with an aim. */
static bool pursue(struct finder *finder, struct part part, struct aim aim, bool *is_found) {
    uint32_t fair_count = finder->fair_count;
    uint32_t fair_part_count = finder->fair_part_count;
    finder->aim = aim;
    memcpy(finder->list, &finder->fair[part.from], (part.to - part.from) * sizeof finder->list[0]);
    bool is_whole = find_fair(finder, part.to - part.from);
    for (uint32_t i = fair_part_count; is_whole && !*is_found && i < finder->fair_part_count; i++) {
        is_whole = look_into(finder, finder->fair_parts[i], is_found);
    }
    finder->fair_count = fair_count;
    finder->fair_part_count = fair_part_count;
    return is_whole;
}

static bool judge_part(struct finder *finder, struct part part) {
    uint64_t left = finder->search->foreground;
    bool is_starvation = false;
    for (; left != 0; left &= left - 1) {
        bool is_found = false;
        struct aim aim = {.starved = left & ~(left - 1), .stays = true};
        if (!pursue(finder, part, aim, &is_found)) {
            return false;
        }
        aim.stays = false;
        if (!is_found && !pursue(finder, part, aim, &is_found)) {
            return false;
        }
        is_starvation |= is_found;
    }
    bool is_found = is_starvation;
    return is_found || pursue(finder, part, (struct aim){.starved = 0}, &is_found);
}

int sim_fair_rounds_find(struct sim_state_search *search, const struct sim_state_graph *graph) {
    struct finder finder;
    finder_init(&finder, search, graph);
    for (uint32_t i = 0; !finder.is_out_of_memory && i < graph->node_count; i++) {
        finder.list[i] = i;
    }
    bool is_whole = !finder.is_out_of_memory && find_fair(&finder, graph->node_count);
    uint32_t count = finder.fair_part_count;
    for (uint32_t i = 0; is_whole && i < count; i++) {
        is_whole = judge_part(&finder, finder.fair_parts[i]);
    }
    finder_term(&finder);
    return is_whole ? COG_OK : COG_ENOMEM;
}
