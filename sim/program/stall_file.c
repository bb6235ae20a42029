/* stall_file.c - makes of a stall the network that is drawn: a node for each that waits or could
 * end a wait, an edge from the one to the other. */
#include "sim/program/stall_file.h"

#include "reports/reports.h"
#include "sim/program/program.h"
#include "sim/quotation.h"
#include "sim/run.h"
#include "sim/stall.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { NODES_MAX = 96, EDGES_MAX = 256 };

struct drawn_node {
    uint32_t coroutine; /* 0: nobody that is */
    bool waits;
    bool is_marked;
    struct sim_buffer text;
    char id[32];
};

struct drawn_edge {
    uint32_t from; /* nodes */
    uint32_t to;
    bool is_certain;
    bool is_marked;
    struct sim_buffer text;
    struct sim_buffer words;
};

struct making {
    const struct sim_scenario *scenario;
    struct drawn_node nodes[NODES_MAX];
    uint32_t node_count;
    struct drawn_edge edges[EDGES_MAX];
    uint32_t edge_count;
    struct sim_buffer facts;
    bool is_cut;
    bool has_failed;
};

/* A node, which may be there; by its name if it is no coroutine. Null: there is no room. */
static struct drawn_node *node_of(struct making *making, uint32_t coroutine, const char *name) {
    for (uint32_t i = 0; i < making->node_count; i++) {
        struct drawn_node *node = &making->nodes[i];
        if (node->coroutine == coroutine &&
            (coroutine != 0 || strncmp(node->text.bytes, name, strlen(name)) == 0)) {
            return node;
        }
    }
    if (making->node_count == NODES_MAX) {
        making->is_cut = true;
        return NULL;
    }
    struct drawn_node *node = &making->nodes[making->node_count];
    *node = (struct drawn_node){.coroutine = coroutine};
    (void)snprintf(node->id, sizeof node->id,
                   coroutine != 0 ? "coroutine-%" PRIu32 : "other-%" PRIu32,
                   coroutine != 0 ? coroutine : making->node_count);
    sim_buffer_init(&node->text, cog_allocator_malloc());
    sim_buffer_add_format(&node->text, "%s\n", name);
    making->node_count++;
    return node->text.has_failed ? NULL : node;
}

static void take_wait(void *context, const struct sim_stall_wait *wait) {
    struct making *making = context;
    struct drawn_node *node = node_of(making, wait->coroutine, wait->name);
    if (node == NULL) {
        return;
    }
    node->waits = true;
    node->text.length = 0;
    if (making->scenario->host_count > 1) {
        sim_buffer_add_format(&node->text, "%s/", wait->host);
    }
    sim_buffer_add_format(&node->text, "%s%s\n%s\n%s%ssince ", wait->name,
                          wait->is_background ? " (background)" : "", wait->statement, wait->place,
                          wait->place[0] != '\0' ? ", " : "");
    sim_quote_time(wait->since_ns, &node->text);
    sim_buffer_add_text(&node->text, "\n");
}

static void take_hope(void *context, const struct sim_stall_hope *hope) {
    struct making *making = context;
    const struct drawn_node *from = node_of(making, hope->waiter, "");
    const struct drawn_node *to = node_of(making, hope->other, hope->other_name);
    if (from == NULL || to == NULL) {
        return;
    }
    struct drawn_edge *edge = making->edges;
    struct drawn_edge *end = making->edges + making->edge_count;
    while (edge < end && (making->nodes + edge->from != from || making->nodes + edge->to != to ||
                          edge->is_certain != hope->is_certain)) {
        edge++;
    }
    if (edge == making->edges + EDGES_MAX) {
        making->is_cut = true;
        return;
    }
    if (edge == end) {
        *edge = (struct drawn_edge){.from = (uint32_t)(from - making->nodes),
                                    .to = (uint32_t)(to - making->nodes),
                                    .is_certain = hope->is_certain};
        sim_buffer_init(&edge->text, cog_allocator_malloc());
        sim_buffer_init(&edge->words, cog_allocator_malloc());
        making->edge_count++;
    }
    size_t length = strlen(hope->deed);
    while (length > 0 && hope->deed[length - 1] == ' ') {
        length--;
    }
    sim_buffer_add(&edge->text, hope->deed, length);
    sim_buffer_add_text(&edge->text, "\n");
    sim_buffer_add_format(&edge->words, "%s\n", hope->words);
}

static void take_ring(void *context, const uint32_t *coroutines, uint32_t count) {
    struct making *making = context;
    const char *first = "";
    for (uint32_t i = 0; i < count; i++) {
        struct drawn_node *from = node_of(making, coroutines[i], "");
        const struct drawn_node *to = node_of(making, coroutines[(i + 1) % count], "");
        if (from == NULL || to == NULL) {
            return;
        }
        from->is_marked = true;
        for (uint32_t at = 0; at < making->edge_count; at++) {
            struct drawn_edge *edge = &making->edges[at];
            edge->is_marked |= making->nodes + edge->from == from && making->nodes + edge->to == to;
        }
        first = i == 0 ? from->text.bytes : first;
        sim_buffer_add_format(&making->facts, "%s%.*s", i == 0 ? "" : " waits for ",
                              (int)strcspn(from->text.bytes, "\n"), from->text.bytes);
    }
    sim_buffer_add_format(&making->facts, " waits for %s%.*s\n", count == 1 ? "itself, " : "",
                          (int)strcspn(first, "\n"), first);
}

static int write(struct making *making, const char *path, FILE *errors) {
    struct rep_network_node nodes[NODES_MAX];
    struct rep_network_edge edges[EDGES_MAX];
    struct sim_buffer title;
    struct rep_error error = {.byte_offset = 0};
    sim_buffer_init(&title, cog_allocator_malloc());
    sim_buffer_add(&title, making->scenario->title.bytes, making->scenario->title.length);
    sim_buffer_add_text(&title, "");
    for (uint32_t i = 0; i < making->node_count; i++) {
        const struct drawn_node *node = &making->nodes[i];
        making->has_failed |= node->text.has_failed;
        nodes[i] = (struct rep_network_node){.id = node->id,
                                             .text = node->text.bytes,
                                             .look = node->is_marked ? REP_NETWORK_MARKED
                                                     : node->waits   ? REP_NETWORK_PLAIN
                                                                     : REP_NETWORK_FAINT};
    }
    for (uint32_t i = 0; i < making->edge_count; i++) {
        const struct drawn_edge *edge = &making->edges[i];
        making->has_failed |= edge->text.has_failed || edge->words.has_failed;
        edges[i] = (struct rep_network_edge){.from = edge->from,
                                             .to = edge->to,
                                             .text = edge->text.bytes,
                                             .tooltip = edge->words.bytes,
                                             .is_dashed = !edge->is_certain,
                                             .is_marked = edge->is_marked};
    }
    making->has_failed |= making->facts.has_failed || title.has_failed;
    struct rep_network network = {.title = title.length > 0 ? title.bytes : "",
                                  .facts = making->facts.bytes,
                                  .nodes = nodes,
                                  .node_count = making->node_count,
                                  .edges = edges,
                                  .edge_count = making->edge_count};
    int status = making->has_failed ? REP_ENOMEM : rep_network_write(&network, path, &error);
    if (status != REP_OK) {
        complain_to(errors, "%s: %s", path,
                    making->has_failed ? rep_status_text(status) : error.message);
    }
    sim_buffer_term(&title);
    return status == REP_OK ? EXIT_HELD : status == REP_EFORMAT ? EXIT_BAD_INPUT : EXIT_ENVIRONMENT;
}

int stall_file_write(struct sim_run *run, const struct sim_scenario *scenario, const char *path,
                     FILE *errors) {
    struct making *making = calloc(1, sizeof *making);
    if (making == NULL) {
        complain_to(errors, "%s: out of memory", path);
        return EXIT_ENVIRONMENT;
    }
    making->scenario = scenario;
    sim_buffer_init(&making->facts, cog_allocator_malloc());
    sim_buffer_add_text(&making->facts, "stalled at ");
    sim_quote_time(run->now_ns, &making->facts);
    sim_buffer_add_text(&making->facts,
                        ": nothing can happen any more\nan arrow leads from who waits to who could "
                        "end that; dashed: who could, or could have, as others might; grey: does "
                        "not wait\n");
    struct sim_stall_view view = {
        .wait = take_wait, .hope = take_hope, .ring = take_ring, .context = making};
    making->facts.has_failed |= sim_view_stall(run, &view) != COG_OK;
    if (making->is_cut) {
        sim_buffer_add_text(&making->facts, "there are more, which are not drawn\n");
    }
    int code = write(making, path, errors);
    for (uint32_t i = 0; i < making->node_count; i++) {
        sim_buffer_term(&making->nodes[i].text);
    }
    for (uint32_t i = 0; i < making->edge_count; i++) {
        sim_buffer_term(&making->edges[i].text);
        sim_buffer_term(&making->edges[i].words);
    }
    sim_buffer_term(&making->facts);
    free(making);
    return code;
}
