/* tree_file.c - makes of the executions of a search the tree that is drawn.
 *
 * Steps without a choice are one edge. In a large tree, what is below a node is one leaf where all
 * of it comes to the same; where executions leave what was kept, a leaf counts them.
 */
#include "sim/program/tree_file.h"

#include "reports/reports.h"
#include "sim/program/program.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SMALL_TREE_MAX = 32, MIXED = UINT32_MAX - 1 };

/* What is below a node of the search's tree. */
struct below {
    uint64_t count;   /* executions */
    uint32_t outcome; /* of all of them, or MIXED */
};

/* A node of the search's tree that is still to be drawn. */
struct pending {
    uint32_t node;
    uint32_t parent; /* among those drawn */
};

/* Texts are kept by place, for the buffer moves. */
struct place {
    size_t decision;
    size_t details;
    size_t text;
    bool is_leaf;
};

struct making {
    const struct tree_file *file;
    const struct sim_outcome_tree *tree;
    struct below *below;
    struct pending *pending;
    size_t pending_count;
    struct rep_tree_node *nodes;
    struct place *places;
    uint32_t node_count;
    struct sim_buffer texts;
    bool merges;
};

/* ---- Counting ---- */

static void add_below(struct below *below, uint32_t outcome, uint64_t count) {
    below->outcome = below->count == 0 || below->outcome == outcome ? outcome : MIXED;
    below->count += count;
}

static void add_counts(struct making *making, uint32_t node, uint32_t list) {
    for (uint32_t at = list; at != SIM_NONE; at = making->tree->counts[at].next) {
        add_below(&making->below[node], making->tree->counts[at].outcome,
                  making->tree->counts[at].count);
    }
}

/* Children come after their parents. */
static void count_below(struct making *making) {
    const struct sim_outcome_tree *tree = making->tree;
    for (uint32_t i = tree->node_count; i-- > 0;) {
        const struct sim_outcome_node *node = &tree->nodes[i];
        add_counts(making, i, node->ended);
        add_counts(making, i, node->beyond);
        if (i > 0) {
            add_below(&making->below[node->parent], making->below[i].outcome,
                      making->below[i].count);
        }
    }
}

/* ---- Words ---- */

static const char *outcome_text(const struct making *making, uint32_t outcome) {
    const struct sim_tally *tally = &making->file->explored->explorer.tally;
    return outcome < tally->outcome_count ? tally->outcomes[outcome].text
                                          : "given up: as another one";
}

static void end_text(struct making *making) {
    sim_buffer_add(&making->texts, "", 1);
}

static const char *label_of(const struct making *making, uint32_t node) {
    return making->tree->labels.bytes + making->tree->nodes[node].label;
}

static uint32_t add_node(struct making *making, uint32_t parent, uint64_t count) {
    uint32_t node = making->node_count++;
    making->nodes[node] =
        (struct rep_tree_node){.parent = parent, .outcome = UINT32_MAX, .count = count};
    making->places[node].decision = making->texts.length;
    return node;
}

static void add_leaf_text(struct making *making, uint32_t node, uint32_t outcome) {
    making->places[node].text = making->texts.length;
    making->places[node].is_leaf = true;
    making->nodes[node].outcome = outcome;
    sim_buffer_add_text(&making->texts, outcome_text(making, outcome));
    if (making->nodes[node].count > 1) {
        sim_buffer_add_format(&making->texts, "  (%" PRIu64 " executions)",
                              making->nodes[node].count);
    }
    end_text(making);
}

/* Executions that ended where others went on, or that are not kept: a leaf for each of the first,
 * one for all of the latter. */
static void add_ended(struct making *making, uint32_t node, uint32_t parent) {
    const struct sim_outcome_count *counts = making->tree->counts;
    for (uint32_t at = making->tree->nodes[node].ended; at != SIM_NONE; at = counts[at].next) {
        uint32_t leaf = add_node(making, parent, counts[at].count);
        sim_buffer_add_text(&making->texts, "it ends");
        end_text(making);
        making->places[leaf].details = making->places[leaf].decision;
        add_leaf_text(making, leaf, counts[at].outcome);
    }
}

static void add_beyond(struct making *making, uint32_t node, uint32_t parent) {
    const struct sim_outcome_count *counts = making->tree->counts;
    uint32_t list = making->tree->nodes[node].beyond;
    uint64_t count = 0;
    for (uint32_t at = list; at != SIM_NONE; at = counts[at].next) {
        count += counts[at].count;
    }
    if (count == 0) {
        return;
    }
    uint32_t leaf = add_node(making, parent, count);
    sim_buffer_add_text(&making->texts, "others");
    end_text(making);
    making->places[leaf].details = making->places[leaf].decision;
    making->places[leaf].is_leaf = true;
    making->places[leaf].text = making->texts.length;
    sim_buffer_add_format(&making->texts, "%" PRIu64 " more, not drawn:", count);
    for (uint32_t at = list; at != SIM_NONE; at = counts[at].next) {
        sim_buffer_add_format(&making->texts, "%s %" PRIu64 " x %s", at == list ? "" : ",",
                              counts[at].count, outcome_text(making, counts[at].outcome));
    }
    end_text(making);
}

/* ---- The tree ---- */

static bool is_merged(const struct making *making, uint32_t node) {
    return making->merges && making->below[node].outcome != MIXED;
}

static bool is_one_way(const struct making *making, uint32_t node) {
    const struct sim_outcome_node *it = &making->tree->nodes[node];
    return !is_merged(making, node) && it->ended == SIM_NONE && it->beyond == SIM_NONE &&
           it->first_child != SIM_NONE && it->first_child == it->last_child;
}

/* Follows steps without a choice, and tells of them. */
static uint32_t follow(struct making *making, uint32_t node, uint32_t drawn) {
    const struct sim_outcome_node *nodes = making->tree->nodes;
    uint32_t at = node;
    uint32_t more = 0;
    struct sim_buffer details;
    sim_buffer_init(&details, making->texts.allocator);
    sim_buffer_add_format(&details, "%s\n", label_of(making, at));
    while (is_one_way(making, at)) {
        at = nodes[at].first_child;
        sim_buffer_add_format(&details, "%s\n", label_of(making, at));
        more++;
    }
    sim_buffer_add_text(&making->texts, label_of(making, node));
    if (more > 0) {
        sim_buffer_add_format(&making->texts, "  +%" PRIu32, more);
    }
    end_text(making);
    making->places[drawn].details = making->texts.length;
    if (details.has_failed) {
        making->texts.has_failed = true;
    } else {
        sim_buffer_add(&making->texts, details.bytes, details.length + 1);
    }
    sim_buffer_term(&details);
    return at;
}

/* Where the tree begins: what comes before the first choice is the same for all. */
static uint32_t first_decision(const struct making *making) {
    uint32_t at = 0;
    while (is_one_way(making, at)) {
        at = making->tree->nodes[at].first_child;
    }
    bool is_choice = making->tree->nodes[at].first_child != making->tree->nodes[at].last_child;
    return is_choice ? at : 0;
}

static void push_children(struct making *making, uint32_t node, uint32_t drawn) {
    const struct sim_outcome_node *nodes = making->tree->nodes;
    size_t first = making->pending_count;
    for (uint32_t child = nodes[node].first_child; child != SIM_NONE; child = nodes[child].next) {
        making->pending[making->pending_count++] = (struct pending){child, drawn};
    }
    for (size_t i = first, j = making->pending_count; i + 1 < j; i++) { /* the first is on top */
        struct pending other = making->pending[--j];
        making->pending[j] = making->pending[i];
        making->pending[i] = other;
    }
}

static void draw_node(struct making *making, struct pending at) {
    uint32_t drawn = add_node(making, at.parent, making->below[at.node].count);
    uint32_t node = at.node;
    if (node == 0) {
        end_text(making);
        making->places[drawn].details = making->places[drawn].decision;
        node = first_decision(making);
    } else {
        node = follow(making, node, drawn);
    }
    const struct sim_outcome_node *it = &making->tree->nodes[node];
    bool is_end = it->first_child == SIM_NONE && it->beyond == SIM_NONE &&
                  making->below[node].outcome != MIXED;
    if (is_end || (is_merged(making, node) && at.node != 0)) {
        add_leaf_text(making, drawn, making->below[node].outcome);
        return;
    }
    add_ended(making, node, drawn);
    add_beyond(making, node, drawn);
    push_children(making, node, drawn);
}

static bool allocate(struct making *making) {
    /* Each node, and a leaf for each count beside it. */
    size_t count = (size_t)making->tree->node_count + making->tree->count_count + 1;
    making->below = calloc(count, sizeof making->below[0]);
    making->pending = calloc(count, sizeof making->pending[0]);
    making->nodes = calloc(count, sizeof making->nodes[0]);
    making->places = calloc(count, sizeof making->places[0]);
    return making->below != NULL && making->pending != NULL && making->nodes != NULL &&
           making->places != NULL;
}

static bool make(struct making *making) {
    count_below(making);
    uint64_t kept = making->tree->execution_count < making->tree->execution_max
                        ? making->tree->execution_count
                        : making->tree->execution_max;
    making->merges = kept > SMALL_TREE_MAX && making->below[0].outcome == MIXED;
    if (making->tree->node_count > 0) {
        making->pending[making->pending_count++] = (struct pending){0, UINT32_MAX};
    }
    while (making->pending_count > 0) {
        draw_node(making, making->pending[--making->pending_count]);
    }
    for (uint32_t i = 0; i < making->node_count && !making->texts.has_failed; i++) {
        const char *texts = making->texts.bytes;
        making->nodes[i].decision = texts + making->places[i].decision;
        making->nodes[i].details = texts + making->places[i].details;
        making->nodes[i].text = making->places[i].is_leaf ? texts + making->places[i].text : NULL;
    }
    return !making->texts.has_failed;
}

/* ---- The picture ---- */

static void add_facts(const struct making *making, struct sim_buffer *facts) {
    const struct sim_explored *explored = making->file->explored;
    const struct sim_outcome_tree *tree = making->tree;
    sim_buffer_add_text(facts, explored->strategy->name);
    if (explored->bound > 0) {
        sim_buffer_add_format(facts, "=%" PRIu32, explored->bound);
    }
    sim_buffer_add_format(facts, ": %" PRIu64 " execution%s, %scomplete", tree->execution_count,
                          tree->execution_count == 1 ? "" : "s",
                          explored->is_complete ? "" : "not ");
    if (tree->execution_count > tree->execution_max) {
        sim_buffer_add_format(facts, "; the first %" PRIu64 " are drawn, the others are counted",
                              tree->execution_max);
    }
    if (making->merges) {
        sim_buffer_add_text(facts, "; what comes to the same throughout is one leaf");
    }
    sim_buffer_add_text(facts, "; +3: and three steps more without a choice");
}

static int write(struct making *making, FILE *errors) {
    const struct sim_tally *tally = &making->file->explored->explorer.tally;
    struct rep_tree_outcome *outcomes = calloc(tally->outcome_count + 1, sizeof outcomes[0]);
    const struct sim_text *title = &making->file->scenario->title;
    struct sim_buffer facts;
    struct rep_error error = {.byte_offset = 0};
    sim_buffer_init(&facts, cog_allocator_malloc());
    add_facts(making, &facts);
    sim_buffer_add(&facts, "", 1);
    size_t title_at = facts.length;
    sim_buffer_add(&facts, title->bytes, title->length);
    if (outcomes == NULL || facts.has_failed) {
        free(outcomes);
        sim_buffer_term(&facts);
        complain_to(errors, "%s: out of memory", making->file->path);
        return EXIT_ENVIRONMENT;
    }
    for (uint32_t i = 0; i < tally->outcome_count; i++) {
        outcomes[i] = (struct rep_tree_outcome){.text = tally->outcomes[i].text,
                                                .count = tally->outcomes[i].count,
                                                .is_failure = tally->outcomes[i].is_failure};
    }
    struct rep_tree tree = {.title = facts.bytes + title_at,
                            .facts = facts.bytes,
                            .nodes = making->nodes,
                            .node_count = making->node_count,
                            .outcomes = outcomes,
                            .outcome_count = tally->outcome_count};
    int status = rep_tree_write(&tree, making->file->path, &error);
    if (status != REP_OK) {
        complain_to(errors, "%s: %s", making->file->path, error.message);
    }
    free(outcomes);
    sim_buffer_term(&facts);
    return status == REP_OK ? EXIT_HELD : status == REP_EFORMAT ? EXIT_BAD_INPUT : EXIT_ENVIRONMENT;
}

int tree_file_write(const struct tree_file *file, FILE *errors) {
    struct making making = {.file = file, .tree = file->tree};
    sim_buffer_init(&making.texts, cog_allocator_malloc());
    int code = EXIT_ENVIRONMENT;
    if (!file->tree->is_out_of_memory && allocate(&making) && make(&making)) {
        code = write(&making, errors);
    } else {
        complain_to(errors, "%s: out of memory", file->path);
    }
    free(making.below);
    free(making.pending);
    free(making.nodes);
    free(making.places);
    sim_buffer_term(&making.texts);
    return code;
}
