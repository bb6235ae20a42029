/* tree_graph.c - draws a tree of decisions, from left to right: a row a leaf, a column a depth.
 *
 *     (12)--a: start--(7)--b: set x--[ 1 ]
 *       |              \--a: set x--[ 2 ]
 *       \--b: start--[ 2  x 5 ]
 *
 * Outcomes differ in colour and shape; the colours are those of Okabe and Ito, made lighter.
 */
#include <stdlib.h>
#include <string.h>

#include "reports/picture_file.h"
#include "reports/status.h"

enum {
    MARGIN = 14,
    ROW_HEIGHT = 24,
    LEAF_HEIGHT = 17,
    NODE_HEIGHT = 15,
    LABEL_SIZE = 8,
    LABEL_WIDTH_MAX = 190,
    LEAF_WIDTH_MAX = 260,
    EDGE_START = 40, /* from a node to where a label may stand */
    EDGE_END = 6,
    WIDTH_MIN = 520,
    FACTS_WIDTH_MAX = 900,
    HEADER_HEIGHT = 56,
    LEGEND_ROW = 20,
    LEGEND_MAX = 24,
};

static const struct {
    struct rep_paint paint;
    const char *shape;
} looks[] = {
    {{"#d5ebf8", "#0072b2", "#222222"}, NULL},
    {{"#ccebe0", "#007a59", "#222222"}, "ellipse"},
    {{"#fdeac4", "#b87f00", "#222222"}, "hexagon"},
    {{"#f6e0ec", "#a64d82", "#222222"}, "parallelogram"},
    {{"#fbf7c0", "#8a8000", "#222222"}, "house"},
    {{"#e4e4e4", "#555555", "#222222"}, "trapezium"},
};
static const struct rep_paint failed_paint = {"#b33c00", "#7a2900", "#ffffff"};
static const struct rep_paint plain_paint = {"#ffffff", "#6b7479", "#4a5358"};

struct drawing {
    const struct rep_tree *tree;
    struct rep_picture *picture;
    uint32_t *depths;
    int *middles;      /* by node: its y */
    size_t *boxes;     /* by node: its box */
    bool *is_leaf;     /* by node */
    int *lefts;        /* by depth */
    int *label_widths; /* by depth */
    uint32_t depth_count;
    int top;
    struct rep_text text;
};

static size_t keep(struct drawing *drawing) {
    size_t place = rep_picture_keep(drawing->picture, rep_text_string(&drawing->text));
    drawing->picture->failed = drawing->picture->failed || drawing->text.failed;
    rep_text_clear(&drawing->text);
    return place;
}

static void add_foreign(struct rep_text *text, const char *string) {
    rep_text_add_foreign(text, string, strlen(string));
}

/* ---- Layout ---- */

static bool allocate(struct drawing *drawing) {
    size_t count = drawing->tree->node_count + 1;
    drawing->depths = calloc(count, sizeof drawing->depths[0]);
    drawing->middles = calloc(count, sizeof drawing->middles[0]);
    drawing->boxes = calloc(count, sizeof drawing->boxes[0]);
    drawing->is_leaf = calloc(count, sizeof drawing->is_leaf[0]);
    drawing->lefts = calloc(count + 1, sizeof drawing->lefts[0]);
    drawing->label_widths = calloc(count, sizeof drawing->label_widths[0]);
    return drawing->depths != NULL && drawing->middles != NULL && drawing->boxes != NULL &&
           drawing->is_leaf != NULL && drawing->lefts != NULL && drawing->label_widths != NULL;
}

static void release(struct drawing *drawing) {
    free(drawing->depths);
    free(drawing->middles);
    free(drawing->boxes);
    free(drawing->is_leaf);
    free(drawing->lefts);
    free(drawing->label_widths);
    rep_text_term(&drawing->text);
}

static int text_width(struct drawing *drawing, const char *string, int font_size) {
    add_foreign(&drawing->text, string);
    int width = rep_text_width(rep_text_string(&drawing->text), drawing->text.length, font_size);
    rep_text_clear(&drawing->text);
    return width;
}

static int leaf_width(struct drawing *drawing, const struct rep_tree_node *node) {
    int width = text_width(drawing, node->text, REP_FONT_SIZE) + 30;
    return width < LEAF_WIDTH_MAX ? width : LEAF_WIDTH_MAX;
}

static int count_width(uint64_t count) {
    int width = NODE_HEIGHT + 3;
    for (; count > 9; count /= 10)
        width += 5;
    return width;
}

static int node_width(struct drawing *drawing, size_t node) {
    const struct rep_tree_node *it = &drawing->tree->nodes[node];
    return drawing->is_leaf[node] ? leaf_width(drawing, it) : count_width(it->count);
}

/* Leaves get a row each; what is above stands in the middle of what is below. */
static void place_rows(struct drawing *drawing) {
    const struct rep_tree *tree = drawing->tree;
    int y = drawing->top + ROW_HEIGHT / 2;
    int *first = drawing->middles; /* of the first child until all of them stand */
    for (size_t i = 0; i < tree->node_count; i++) {
        drawing->is_leaf[i] = tree->nodes[i].text != NULL;
        drawing->depths[i] = i == 0 ? 0 : drawing->depths[tree->nodes[i].parent] + 1;
        if (drawing->depths[i] >= drawing->depth_count)
            drawing->depth_count = drawing->depths[i] + 1;
        if (drawing->is_leaf[i]) {
            drawing->middles[i] = y;
            y += ROW_HEIGHT;
        }
    }
    int *last = calloc(tree->node_count + 1, sizeof last[0]);
    if (last == NULL) {
        drawing->picture->failed = true;
        return;
    }
    for (size_t i = tree->node_count; i-- > 1;) {
        uint32_t parent = tree->nodes[i].parent;
        if (!drawing->is_leaf[i])
            drawing->middles[i] = (first[i] + last[i]) / 2;
        if (last[parent] == 0)
            last[parent] = drawing->middles[i];
        first[parent] = drawing->middles[i];
    }
    if (tree->node_count > 0 && !drawing->is_leaf[0])
        drawing->middles[0] = (first[0] + last[0]) / 2;
    free(last);
    drawing->picture->height = y + MARGIN;
}

static void place_columns(struct drawing *drawing) {
    const struct rep_tree *tree = drawing->tree;
    int width = 0;
    for (size_t i = 0; i < tree->node_count; i++) {
        int *widest = &drawing->label_widths[drawing->depths[i]];
        int label = text_width(drawing, tree->nodes[i].decision, LABEL_SIZE);
        label = label < LABEL_WIDTH_MAX ? label : LABEL_WIDTH_MAX;
        *widest = label > *widest ? label : *widest;
    }
    int x = MARGIN + 4;
    for (uint32_t depth = 0; depth < drawing->depth_count; depth++) {
        if (depth > 0)
            x += NODE_HEIGHT + EDGE_START + drawing->label_widths[depth] + EDGE_END;
        drawing->lefts[depth] = x;
    }
    for (size_t i = 0; i < tree->node_count; i++) {
        int right = drawing->lefts[drawing->depths[i]] + node_width(drawing, i);
        width = right > width ? right : width;
    }
    int facts = text_width(drawing, tree->facts, 9) + 10 + MARGIN;
    facts = facts < FACTS_WIDTH_MAX ? facts : FACTS_WIDTH_MAX;
    width = width > facts ? width : facts;
    drawing->picture->width = width + MARGIN < WIDTH_MIN ? WIDTH_MIN : width + MARGIN;
}

/* ---- Parts ---- */

static void paint_line(struct drawing *drawing, const char *string, int top, int font_size,
                       const char *ink) {
    struct rep_box box = {.left = MARGIN,
                          .top = top,
                          .width = drawing->picture->width - 2 * MARGIN,
                          .height = font_size + 4,
                          .paint = {NULL, NULL, ink},
                          .font_size = font_size};
    struct rep_text text = {0};
    add_foreign(&text, string);
    rep_text_add_fitting(&drawing->text, rep_text_string(&text), box.width - 10, font_size);
    rep_text_add(&drawing->text, "\n");
    drawing->picture->failed = drawing->picture->failed || text.failed;
    rep_text_term(&text);
    box.text = keep(drawing);
    rep_picture_add_box(drawing->picture, &box);
}

static void set_look(const struct rep_tree *tree, uint32_t outcome, struct rep_box *box) {
    box->paint = plain_paint;
    box->is_dashed = outcome >= tree->outcome_count;
    if (box->is_dashed)
        return;
    if (tree->outcomes[outcome].is_failure) {
        box->paint = failed_paint;
        box->shape = "octagon";
        return;
    }
    box->paint = looks[outcome % (sizeof looks / sizeof looks[0])].paint;
    box->shape = looks[outcome % (sizeof looks / sizeof looks[0])].shape;
}

static void paint_legend(struct drawing *drawing) {
    const struct rep_tree *tree = drawing->tree;
    for (size_t i = 0; i < tree->outcome_count && i < LEGEND_MAX; i++) {
        const struct rep_tree_outcome *outcome = &tree->outcomes[i];
        int top = HEADER_HEIGHT + (int)i * LEGEND_ROW;
        struct rep_box sample = {.left = MARGIN + 4, .top = top, .width = 34, .height = 13};
        set_look(tree, (uint32_t)i, &sample);
        rep_picture_add_box(drawing->picture, &sample);
        struct rep_text text = {0};
        add_foreign(&text, outcome->text);
        rep_text_add_format(&text, "%s, in %llu execution%s",
                            outcome->is_failure ? ", a failure" : "",
                            (unsigned long long)outcome->count, outcome->count == 1 ? "" : "s");
        struct rep_box words = {.left = MARGIN + 42,
                                .top = top,
                                .width = drawing->picture->width - 2 * MARGIN - 42,
                                .height = 13,
                                .paint = {NULL, NULL, "#222222"}};
        rep_text_add_fitting(&drawing->text, rep_text_string(&text), words.width - 10,
                             REP_FONT_SIZE);
        rep_text_add(&drawing->text, "\n");
        rep_text_term(&text);
        words.text = keep(drawing);
        rep_picture_add_box(drawing->picture, &words);
    }
}

static void paint_node(struct drawing *drawing, size_t index) {
    const struct rep_tree_node *node = &drawing->tree->nodes[index];
    bool leaf = drawing->is_leaf[index];
    int height = leaf ? LEAF_HEIGHT : NODE_HEIGHT;
    struct rep_box box = {.left = drawing->lefts[drawing->depths[index]],
                          .top = drawing->middles[index] - height / 2,
                          .width = node_width(drawing, index),
                          .height = height,
                          .align = REP_ALIGN_CENTRE,
                          .font_size = leaf ? REP_FONT_SIZE : 7,
                          .paint = plain_paint,
                          .shape = leaf ? NULL : "ellipse"};
    struct rep_text text = {0};
    if (leaf) {
        set_look(drawing->tree, node->outcome, &box);
        add_foreign(&text, node->text);
        rep_text_add_fitting(&drawing->text, rep_text_string(&text), box.width - 28, REP_FONT_SIZE);
        box.text = keep(drawing);
        rep_text_add_format(&text, "\n");
    } else {
        rep_text_add_format(&drawing->text, "%llu", (unsigned long long)node->count);
        box.text = keep(drawing);
        rep_text_add_format(&text, "a decision with %llu executions below\n",
                            (unsigned long long)node->count);
    }
    rep_text_add(&drawing->text, rep_text_string(&text));
    drawing->picture->failed = drawing->picture->failed || text.failed;
    rep_text_term(&text);
    box.tooltip = keep(drawing);
    rep_text_add_format(&drawing->text, "node-%zu", index);
    box.id = keep(drawing);
    drawing->boxes[index] = rep_picture_add_box(drawing->picture, &box);
}

/* The details have a newline behind each line, which stays one. */
static void add_lines(struct rep_text *text, const char *lines) {
    while (*lines != '\0') {
        size_t length = strcspn(lines, "\n");
        rep_text_add_foreign(text, lines, length);
        rep_text_add(text, "\n");
        lines += length + (lines[length] == '\n' ? 1 : 0);
    }
}

static void label_edge(struct drawing *drawing, size_t index, struct rep_arrow *line) {
    const struct rep_tree_node *node = &drawing->tree->nodes[index];
    struct rep_text label = {0};
    add_foreign(&label, node->decision);
    rep_text_add_fitting(&drawing->text, rep_text_string(&label), LABEL_WIDTH_MAX, LABEL_SIZE);
    int width = rep_text_width(rep_text_string(&drawing->text), drawing->text.length, LABEL_SIZE);
    line->label = keep(drawing);
    line->label_x = line->x[3] - EDGE_END - width / 2;
    line->label_y = line->y[3] - 6;
    rep_text_add(&label, "\n");
    add_lines(&drawing->text, node->details != NULL ? node->details : rep_text_string(&label));
    drawing->picture->failed = drawing->picture->failed || label.failed;
    rep_text_term(&label);
    line->tooltip = keep(drawing);
    rep_text_add_format(&drawing->text, "edge-%zu", index);
    line->id = keep(drawing);
}

/* A bend, and then a straight line, which the label stands on. */
static void paint_edge(struct drawing *drawing, size_t index) {
    const struct rep_tree_node *node = &drawing->tree->nodes[index];
    uint32_t parent = node->parent;
    int start = drawing->lefts[drawing->depths[parent]] + node_width(drawing, parent);
    int end = drawing->lefts[drawing->depths[index]];
    int from = drawing->middles[parent];
    int to = drawing->middles[index];
    int turn = start + EDGE_START - 6;
    struct rep_box point = {.left = turn, .top = to, .width = 1, .height = 1};
    struct rep_arrow bend = {.from = drawing->boxes[parent],
                             .to = rep_picture_add_box(drawing->picture, &point),
                             .x = {start, start + 20, start + 6, turn},
                             .y = {from, from, to, to},
                             .colour = "#6b7479",
                             .style = "solid"};
    rep_picture_add_arrow(drawing->picture, &bend);
    struct rep_arrow line = {.from = bend.to,
                             .to = drawing->boxes[index],
                             .x = {turn, turn, end, end},
                             .y = {to, to, to, to},
                             .colour = "#6b7479",
                             .style = "solid"};
    label_edge(drawing, index, &line);
    rep_picture_add_arrow(drawing->picture, &line);
}

static void paint(struct drawing *drawing) {
    const struct rep_tree *tree = drawing->tree;
    size_t legend = tree->outcome_count < LEGEND_MAX ? tree->outcome_count : LEGEND_MAX;
    drawing->top = HEADER_HEIGHT + (int)legend * LEGEND_ROW + 8;
    place_rows(drawing);
    place_columns(drawing);
    add_foreign(&drawing->text, tree->title);
    drawing->picture->title = keep(drawing);
    paint_line(drawing, tree->title, 8, 14, "#222222");
    paint_line(drawing, tree->facts, 31, 9, "#4a5358");
    paint_legend(drawing);
    for (size_t i = 0; i < tree->node_count; i++)
        paint_node(drawing, i);
    for (size_t i = 1; i < tree->node_count; i++)
        paint_edge(drawing, i);
}

int rep_tree_write(const struct rep_tree *tree, const char *path, struct rep_error *error) {
    struct rep_picture picture;
    int status = rep_picture_check_path(path, error);
    if (status != REP_OK)
        return status;
    rep_picture_init(&picture);
    struct drawing drawing = {.tree = tree, .picture = &picture};
    bool whole = allocate(&drawing);
    if (whole)
        paint(&drawing);
    release(&drawing);
    if (whole && !picture.failed)
        status = rep_picture_write(&picture, path, error);
    else
        status = rep_error_set(error, REP_ENOMEM, 0, "out of memory");
    rep_picture_term(&picture);
    return status;
}
