/* network_graph.c - draws nodes and edges. Graphviz's `dot` says where they go; text on edges is a
 * node to it, so that all sizes are known here and no font has a say. */
#include <stdlib.h>
#include <string.h>

#include "reports/graphviz.h"
#include "reports/picture_file.h"
#include "reports/status.h"

enum {
    MARGIN = 14,
    HEADER_TOP = 31,
    LINE_WIDTH_MAX = 320,
    LABEL_SIZE = 8,
    NODE_PADDING = 8,
    WIDTH_MIN = 420,
};

/* A node of the network, or the text of an edge. */
struct place {
    int width;
    int height;
    Agnode_t *node;
    size_t box;
};

struct drawing {
    const struct rep_network *network;
    struct rep_picture *picture;
    struct place *nodes;
    struct place *labels; /* by edge; those without text have none */
    Agraph_t *graph;
    int top; /* of the graph in the picture */
    int left;
    int height; /* of the graph */
    struct rep_text text;
    struct rep_text line;
};

static size_t keep(struct drawing *drawing) {
    size_t place = rep_picture_keep(drawing->picture, rep_text_string(&drawing->text));
    drawing->picture->failed = drawing->picture->failed || drawing->text.failed;
    rep_text_clear(&drawing->text);
    return place;
}

/* Adds lines as far as they fit, and says how wide the widest is and how many there are. */
static int add_lines(struct drawing *drawing, const char *lines, int font_size, int width_max,
                     int *count) {
    int widest = 0;
    *count = 0;
    while (*lines != '\0') {
        size_t length = strcspn(lines, "\n");
        rep_text_clear(&drawing->line);
        rep_text_add_foreign(&drawing->line, lines, length);
        int width =
            rep_text_width(rep_text_string(&drawing->line), drawing->line.length, font_size);
        rep_text_add_fitting(&drawing->text, rep_text_string(&drawing->line), width_max, font_size);
        rep_text_add(&drawing->text, "\n");
        widest = width > widest ? width : widest;
        lines += length + (lines[length] == '\n' ? 1 : 0);
        (*count)++;
    }
    drawing->picture->failed = drawing->picture->failed || drawing->line.failed;
    return widest < width_max ? widest : width_max;
}

/* ---- Layout ---- */

static void set_inches(struct drawing *drawing, Agnode_t *node, const char *name, int points) {
    int thousandths = (points * 1000 + 36) / 72;
    rep_text_clear(&drawing->text);
    rep_text_add_format(&drawing->text, "%d.%03d", thousandths / 1000, thousandths % 1000);
    rep_graphviz_set(node, name, rep_text_string(&drawing->text));
    rep_text_clear(&drawing->text);
}

static void add_place(struct drawing *drawing, struct place *place, char letter, size_t index,
                      const char *lines, int font_size) {
    char name[32];
    int count;
    snprintf(name, sizeof name, "%c%zu", letter, index);
    place->width = add_lines(drawing, lines, font_size, LINE_WIDTH_MAX, &count) + 2 * NODE_PADDING;
    place->height = count * (font_size + 3) + (letter == 'n' ? NODE_PADDING : 2);
    place->node = agnode(drawing->graph, name, 1);
    set_inches(drawing, place->node, "width", place->width);
    set_inches(drawing, place->node, "height", place->height);
    rep_graphviz_set(place->node, "label", "");
    rep_graphviz_set(place->node, "shape", "box");
    rep_graphviz_set(place->node, "fixedsize", "true");
}

static bool make_graph(struct drawing *drawing) {
    const struct rep_network *network = drawing->network;
    drawing->graph = agopen((char *)(uintptr_t) "network", Agdirected, NULL);
    if (drawing->graph == NULL)
        return false;
    rep_graphviz_set(drawing->graph, "nodesep", "0.35");
    rep_graphviz_set(drawing->graph, "ranksep", "0.3");
    for (size_t i = 0; i < network->node_count; i++)
        add_place(drawing, &drawing->nodes[i], 'n', i, network->nodes[i].text, REP_FONT_SIZE);
    for (size_t i = 0; i < network->edge_count; i++) {
        const struct rep_network_edge *edge = &network->edges[i];
        Agnode_t *from = drawing->nodes[edge->from].node;
        Agnode_t *to = drawing->nodes[edge->to].node;
        if (edge->text[0] != '\0') {
            add_place(drawing, &drawing->labels[i], 't', i, edge->text, LABEL_SIZE);
            Agnode_t *label = drawing->labels[i].node;
            (void)agedge(drawing->graph, from, label, (char *)(uintptr_t) "", 1);
            from = label;
        }
        (void)agedge(drawing->graph, from, to, (char *)(uintptr_t) "", 1);
    }
    return true;
}

/* ---- Painting ---- */

static int across(const struct drawing *drawing, double x) {
    return drawing->left + (int)(x + 0.5);
}

static int down(const struct drawing *drawing, double y) {
    return drawing->top + drawing->height - (int)(y + 0.5);
}

static void paint_place(struct drawing *drawing, struct place *place, struct rep_box *box,
                        const char *lines, int font_size) {
    int count;
    pointf centre = ND_coord(place->node);
    box->left = across(drawing, centre.x) - place->width / 2;
    box->top = down(drawing, centre.y) - place->height / 2;
    box->width = place->width;
    box->height = place->height;
    box->align = REP_ALIGN_CENTRE;
    box->font_size = font_size;
    (void)add_lines(drawing, lines, font_size, LINE_WIDTH_MAX, &count);
    box->text = keep(drawing);
    (void)add_lines(drawing, lines, font_size, INT16_MAX, &count);
    box->tooltip = keep(drawing);
    place->box = rep_picture_add_box(drawing->picture, box);
}

static void paint_node(struct drawing *drawing, size_t index) {
    static const struct rep_paint paints[] = {{"#ffffff", "#4a5358", "#222222"},
                                              {"#b33c00", "#7a2900", "#ffffff"},
                                              {"#ececec", "#9aa5ad", "#4a5358"}};
    const struct rep_network_node *node = &drawing->network->nodes[index];
    struct rep_box box = {.paint = paints[node->look],
                          .is_dashed = node->look == REP_NETWORK_FAINT};
    rep_text_add(&drawing->text, node->id);
    box.id = keep(drawing);
    paint_place(drawing, &drawing->nodes[index], &box, node->text, REP_FONT_SIZE);
}

static void paint_label(struct drawing *drawing, size_t index) {
    const struct rep_network_edge *edge = &drawing->network->edges[index];
    struct rep_box box = {.paint = {"#ffffff", NULL, edge->is_marked ? "#b33c00" : "#4a5358"}};
    if (edge->text[0] != '\0')
        paint_place(drawing, &drawing->labels[index], &box, edge->text, LABEL_SIZE);
}

/* The course that Graphviz gave it; Graphviz counts y from below, as courses do. */
static void paint_course(struct drawing *drawing, const struct rep_network_edge *edge, size_t index,
                         Agedge_t *it, struct rep_arrow *arrow) {
    if (it == NULL || ED_spl(it) == NULL || ED_spl(it)->size == 0)
        return;
    const bezier *bezier = &ED_spl(it)->list[0];
    for (int i = 0; i < bezier->size; i++)
        rep_text_add_format(&drawing->text, "%s%d,%d", i > 0 ? " " : "",
                            across(drawing, bezier->list[i].x),
                            drawing->picture->height - down(drawing, bezier->list[i].y));
    pointf tip = bezier->eflag != 0 ? bezier->ep : bezier->list[bezier->size - 1];
    arrow->course = keep(drawing);
    arrow->x[3] = across(drawing, tip.x);
    arrow->y[3] = down(drawing, tip.y);
    arrow->colour = edge->is_marked ? "#b33c00" : "#4a5358";
    arrow->style = edge->is_dashed ? "dashed" : "solid";
    arrow->is_thick = edge->is_marked;
    int count;
    (void)add_lines(drawing, edge->tooltip[0] != '\0' ? edge->tooltip : edge->text, LABEL_SIZE,
                    INT16_MAX, &count);
    arrow->tooltip = keep(drawing);
    rep_text_add_format(&drawing->text, "edge-%zu%s", index, arrow->head ? "" : "-begin");
    arrow->id = keep(drawing);
    rep_picture_add_arrow(drawing->picture, arrow);
}

static void paint_edge(struct drawing *drawing, size_t index) {
    const struct rep_network_edge *edge = &drawing->network->edges[index];
    const struct place *from = &drawing->nodes[edge->from];
    const struct place *to = &drawing->nodes[edge->to];
    const struct place *label = &drawing->labels[index];
    struct rep_arrow arrow = {.from = from->box, .to = to->box, .head = true};
    if (edge->text[0] != '\0') {
        struct rep_arrow begin = {.from = from->box, .to = label->box};
        paint_course(drawing, edge, index, agedge(drawing->graph, from->node, label->node, NULL, 0),
                     &begin);
        from = label;
        arrow.from = label->box;
    }
    paint_course(drawing, edge, index, agedge(drawing->graph, from->node, to->node, NULL, 0),
                 &arrow);
}

static void paint_header(struct drawing *drawing, int facts_height) {
    const struct rep_network *network = drawing->network;
    int count;
    int width = drawing->picture->width - 2 * MARGIN;
    struct rep_box title = {.left = MARGIN,
                            .top = 8,
                            .width = width,
                            .height = 18,
                            .paint = {NULL, NULL, "#222222"},
                            .font_size = 14};
    (void)add_lines(drawing, network->title, 14, width - 10, &count);
    title.text = keep(drawing);
    rep_picture_add_box(drawing->picture, &title);
    rep_text_add_foreign(&drawing->text, network->title, strlen(network->title));
    drawing->picture->title = keep(drawing);
    struct rep_box facts = {.left = MARGIN,
                            .top = HEADER_TOP,
                            .width = width,
                            .height = facts_height,
                            .paint = {NULL, NULL, "#4a5358"}};
    (void)add_lines(drawing, network->facts, REP_FONT_SIZE, width - 10, &count);
    facts.text = keep(drawing);
    rep_picture_add_box(drawing->picture, &facts);
}

static void paint(struct drawing *drawing) {
    const struct rep_network *network = drawing->network;
    boxf bounds = GD_bb(drawing->graph);
    int count;
    int facts = add_lines(drawing, network->facts, REP_FONT_SIZE, 900, &count) + 10;
    rep_text_clear(&drawing->text);
    int width = (int)(bounds.UR.x + 0.5);
    int widest = width > facts ? width : facts;
    widest = widest > WIDTH_MIN ? widest : WIDTH_MIN;
    int facts_height = count * (REP_FONT_SIZE + 3) + 4;
    drawing->top = HEADER_TOP + facts_height + 12;
    drawing->left = MARGIN + (widest - width) / 2;
    drawing->height = (int)(bounds.UR.y + 0.5);
    drawing->picture->width = widest + 2 * MARGIN;
    drawing->picture->height = drawing->top + drawing->height + MARGIN;
    paint_header(drawing, facts_height);
    for (size_t i = 0; i < network->node_count; i++)
        paint_node(drawing, i);
    for (size_t i = 0; i < network->edge_count; i++)
        paint_label(drawing, i);
    for (size_t i = 0; i < network->edge_count; i++)
        paint_edge(drawing, i);
}

static int draw(struct drawing *drawing, struct rep_error *error) {
    GVC_t *gvc = rep_graphviz_context();
    if (gvc == NULL)
        return rep_error_set(error, REP_ERENDER, 0, "Graphviz cannot be started");
    if (!make_graph(drawing))
        return rep_error_set(error, REP_ENOMEM, 0, "out of memory");
    int status = REP_OK;
    if (gvLayout(gvc, drawing->graph, "dot") == 0) {
        paint(drawing);
        gvFreeLayout(gvc, drawing->graph);
    } else {
        status = rep_error_set(error, REP_ERENDER, 0, "Graphviz cannot lay out the graph");
    }
    agclose(drawing->graph);
    return status;
}

int rep_network_write(const struct rep_network *network, const char *path,
                      struct rep_error *error) {
    struct rep_picture picture;
    int status = rep_picture_check_path(path, error);
    if (status != REP_OK)
        return status;
    rep_picture_init(&picture);
    struct drawing drawing = {.network = network, .picture = &picture};
    drawing.nodes = calloc(network->node_count + 1, sizeof drawing.nodes[0]);
    drawing.labels = calloc(network->edge_count + 1, sizeof drawing.labels[0]);
    if (drawing.nodes != NULL && drawing.labels != NULL)
        status = draw(&drawing, error);
    else
        picture.failed = true;
    free(drawing.nodes);
    free(drawing.labels);
    rep_text_term(&drawing.text);
    rep_text_term(&drawing.line);
    if (status == REP_OK && !picture.failed)
        status = rep_picture_write(&picture, path, error);
    else if (status == REP_OK)
        status = rep_error_set(error, REP_ENOMEM, 0, "out of memory");
    rep_picture_term(&picture);
    return status;
}
