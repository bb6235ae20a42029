/* graph_render.c - a picture through Graphviz into the bytes of a file.
 *
 * Boxes become nodes and arrows edges, all with their positions, and the engine `nop2` leaves them
 * there: laying out 2,000 nodes costs Graphviz minutes, drawing them a fraction of a second. Panels
 * become the background.
 */
#include "reports/graph_render.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/graphviz.h"
#include "reports/status.h"
#include "reports/svg_finish.h"

/* Verdana has the same widths, for readers of the SVG who have no DejaVu Sans. */
static const char font[] = "DejaVu Sans,Verdana,sans-serif";

enum {
    PNG_DPI = 96,
    PNG_PIXELS_MAX = 30000, /* a side; cairo takes no more than 32,767 */
    PNG_AREA_MAX = 60000000,
};

/* The graph being put together, and room for one attribute's value. */
struct canvas {
    Agraph_t *graph;
    const struct rep_picture *picture;
    const char *format;
    struct rep_text value;
};

static bool is_format(const struct canvas *canvas, const char *format) {
    return strcmp(canvas->format, format) == 0;
}

static void set(void *object, const char *name, const char *value) {
    rep_graphviz_set(object, name, value);
}

static void set_number(struct canvas *canvas, void *object, const char *name, int thousandths) {
    rep_text_clear(&canvas->value);
    rep_text_add_format(&canvas->value, "%d.%03d", thousandths / 1000, thousandths % 1000);
    set(object, name, rep_text_string(&canvas->value));
}

/* Points to thousandths of an inch, rounded to the nearest. */
static int milli_inches(int points) {
    return (points * 1000 + 36) / 72;
}

static int flip(const struct canvas *canvas, int y) {
    return canvas->picture->height - y;
}

static bool continues_entity(char c) {
    return c == '#' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Graphviz gives meaning to backslashes and to entities such as &lt;. The SVG writer leaves what
 * looks like an entity as it is even after that; a word joiner, which is invisible, keeps it from
 * looking like one. */
static void set_text(struct canvas *canvas, void *object, const char *name, const char *text,
                     const char *line_end) {
    struct rep_text *value = &canvas->value;
    rep_text_clear(value);
    for (; *text != '\0'; text++) {
        if (*text == '\\')
            rep_text_add(value, "\\\\");
        else if (*text == '\n')
            rep_text_add(value, line_end);
        else if (*text == '&' && continues_entity(text[1]))
            rep_text_add(value, "&amp;\xe2\x81\xa0");
        else if (*text == '&')
            rep_text_add(value, "&amp;");
        else
            rep_text_add_bytes(value, text, 1);
    }
    set(object, name, rep_text_string(value));
}

static const char *line_end(enum rep_align align) {
    switch (align) {
    case REP_ALIGN_LEFT:
        return "\\l";
    case REP_ALIGN_CENTRE:
        return "\\n";
    case REP_ALIGN_RIGHT:
        return "\\r";
    }
    return "\\n";
}

static void set_defaults(struct canvas *canvas) {
    static const struct {
        int kind;
        const char *name;
        const char *value;
    } defaults[] = {
        {AGRAPH, "outputorder", "edgesfirst"},
        {AGRAPH, "splines", "line"},
        {AGRAPH, "notranslate", "true"},
        {AGRAPH, "bgcolor", "#ffffff"},
        {AGRAPH, "pad", "0.12"},
        {AGRAPH, "fontname", font},
        {AGRAPH, "charset", "UTF-8"},
        {AGNODE, "shape", "box"},
        {AGNODE, "fixedsize", "true"},
        {AGNODE, "margin", "0.06,0"},
        {AGNODE, "fontname", font},
        {AGNODE, "fontsize", "9"},
        {AGNODE, "label", ""},
        {AGNODE, "penwidth", "0.75"},
        {AGEDGE, "fontname", font},
        {AGEDGE, "fontsize", "8"},
        {AGEDGE, "arrowsize", "0.6"},
        {AGEDGE, "arrowhead", "normal"},
        {AGEDGE, "penwidth", "1"},
        {AGEDGE, "label", ""},
        {AGEDGE, "lp", ""},
    };
    for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++)
        agattr(canvas->graph, defaults[i].kind, (char *)(uintptr_t)defaults[i].name,
               (char *)(uintptr_t)defaults[i].value);
    const struct rep_picture *picture = canvas->picture;
    rep_text_clear(&canvas->value);
    rep_text_add_format(&canvas->value, "0,0,%d,%d", picture->width, picture->height);
    set(canvas->graph, "bb", rep_text_string(&canvas->value));
    if (is_format(canvas, "png")) {
        int64_t longest = picture->width > picture->height ? picture->width : picture->height;
        int64_t dpi = PNG_DPI;
        while (dpi > 12 &&
               (longest * dpi / 72 > PNG_PIXELS_MAX ||
                picture->width * dpi / 72 * (picture->height * dpi / 72) > PNG_AREA_MAX))
            dpi--;
        set_number(canvas, canvas->graph, "dpi", (int)dpi * 1000);
    }
    /* Readers of PDF take pages of at most 200 inches; smaller pictures keep their size. */
    if (is_format(canvas, "pdf"))
        set(canvas->graph, "size", "199,199");
}

/* Panels are the background, in Graphviz's drawing language. Clusters would do too, but their order
 * follows the addresses of their names. */
static void set_background(struct canvas *canvas) {
    rep_text_clear(&canvas->value);
    for (size_t i = 0; i < canvas->picture->panel_count; i++) {
        const struct rep_box *panel = &canvas->picture->panels[i];
        int right = panel->left + panel->width;
        int top = flip(canvas, panel->top);
        int bottom = flip(canvas, panel->top + panel->height);
        rep_text_add_format(&canvas->value, "c 7 -%s C 7 -%s P 4 %d %d %d %d %d %d %d %d ",
                            panel->paint.border, panel->paint.fill, panel->left, bottom, right,
                            bottom, right, top, panel->left, top);
    }
    if (canvas->picture->panel_count > 0)
        set(canvas->graph, "_background", rep_text_string(&canvas->value));
}

static void set_paint(Agnode_t *node, const struct rep_box *box) {
    if (box->is_spot) {
        set(node, "style", "filled");
        set(node, "fillcolor", "#ffffff00");
        set(node, "color", "#ffffff00");
        return;
    }
    if (box->shape != NULL)
        set(node, "shape", box->shape);
    if (box->paint.fill != NULL) {
        set(node, "style", box->is_dashed ? "filled,dashed" : "filled");
        set(node, "fillcolor", box->paint.fill);
    }
    if (box->paint.border != NULL)
        set(node, "color", box->paint.border);
    else if (box->paint.fill != NULL)
        set(node, "color", box->paint.fill);
    else
        set(node, "shape", "plaintext");
}

/* Ids and links are for those that can follow them. In an SVG ids are numbers yet (svg_finish.h).
 */
static void set_links(struct canvas *canvas, void *object, char letter, size_t index, size_t id,
                      size_t target) {
    const char *words = rep_picture_words(canvas->picture, id);
    struct rep_text *value = &canvas->value;
    rep_text_clear(value);
    if (is_format(canvas, "svg"))
        rep_text_add_format(value, "%c%zu", letter, index);
    else if (is_format(canvas, "dot"))
        rep_text_add_bytes(value, words, strcspn(words, "\n"));
    if (value->length > 0)
        set(object, "id", rep_text_string(value));
    if (target == 0 || (!is_format(canvas, "svg") && !is_format(canvas, "dot")))
        return;
    rep_text_clear(value);
    rep_text_add_format(value, "#%s", rep_picture_words(canvas->picture, target));
    set(object, "URL", rep_text_string(value));
}

static Agnode_t *add_box(struct canvas *canvas, size_t index) {
    const struct rep_box *box = &canvas->picture->boxes[index];
    char name[32];
    snprintf(name, sizeof name, "n%zu", index);
    Agnode_t *node = agnode(canvas->graph, name, 1);
    int twice_x = 2 * box->left + box->width;
    int twice_y = 2 * canvas->picture->height - 2 * box->top - box->height;
    rep_text_clear(&canvas->value);
    rep_text_add_format(&canvas->value, "%d%s,%d%s", twice_x / 2, twice_x % 2 != 0 ? ".5" : "",
                        twice_y / 2, twice_y % 2 != 0 ? ".5" : "");
    set(node, "pos", rep_text_string(&canvas->value));
    set_number(canvas, node, "width", milli_inches(box->width));
    set_number(canvas, node, "height", milli_inches(box->height));
    set_paint(node, box);
    if (box->paint.ink != NULL)
        set(node, "fontcolor", box->paint.ink);
    if (box->font_size != 0 && box->font_size != REP_FONT_SIZE)
        set_number(canvas, node, "fontsize", box->font_size * 1000);
    set_text(canvas, node, "label", rep_picture_words(canvas->picture, box->text),
             line_end(box->align));
    set_text(canvas, node, "tooltip", rep_picture_words(canvas->picture, box->tooltip), "\\n");
    set_links(canvas, node, 'b', index, box->id, box->target);
    return node;
}

static void add_arrow(struct canvas *canvas, Agnode_t *const *nodes, size_t index) {
    const struct rep_arrow *arrow = &canvas->picture->arrows[index];
    char name[32];
    snprintf(name, sizeof name, "e%zu", index);
    Agedge_t *edge = agedge(canvas->graph, nodes[arrow->from], nodes[arrow->to], name, 1);
    struct rep_text *value = &canvas->value;
    rep_text_clear(value);
    int end_x = arrow->x[3];
    int end_y = arrow->y[3];
    if (arrow->head) {
        rep_text_add_format(value, "e,%d,%d ", end_x, flip(canvas, end_y));
        /* The curve ends where the head begins, six points before its tip. */
        if (arrow->x[2] == end_x)
            end_y -= end_y > arrow->y[2] ? 6 : -6;
        else
            end_x -= end_x > arrow->x[2] ? 6 : -6;
    }
    for (int i = 0; i < 3 && arrow->course == 0; i++)
        rep_text_add_format(value, "%d,%d ", arrow->x[i], flip(canvas, arrow->y[i]));
    if (arrow->course == 0)
        rep_text_add_format(value, "%d,%d", end_x, flip(canvas, end_y));
    else
        rep_text_add(value, rep_picture_words(canvas->picture, arrow->course));
    set(edge, "pos", rep_text_string(value));
    if (arrow->is_thick)
        set(edge, "penwidth", "2.25");
    if (!arrow->head)
        set(edge, "arrowhead", "none");
    set(edge, "color", arrow->colour);
    set(edge, "style", arrow->style);
    set_text(canvas, edge, "tooltip", rep_picture_words(canvas->picture, arrow->tooltip), "\\n");
    set_links(canvas, edge, 'a', index, arrow->id, arrow->target);
    if (arrow->label == 0)
        return;
    set_text(canvas, edge, "label", rep_picture_words(canvas->picture, arrow->label), "\\n");
    set(edge, "fontcolor", arrow->colour);
    rep_text_clear(value);
    rep_text_add_format(value, "%d,%d", arrow->label_x, flip(canvas, arrow->label_y));
    set(edge, "lp", rep_text_string(value));
}

static bool fill_canvas(struct canvas *canvas) {
    const struct rep_picture *picture = canvas->picture;
    Agnode_t **nodes = calloc(picture->box_count + 1, sizeof(Agnode_t *));
    if (nodes == NULL)
        return false;
    set_defaults(canvas);
    set_background(canvas);
    bool wants_spots = is_format(canvas, "svg");
    for (size_t i = 0; i < picture->box_count; i++) {
        if (wants_spots || !picture->boxes[i].is_spot)
            nodes[i] = add_box(canvas, i);
    }
    for (size_t i = 0; i < picture->arrow_count; i++)
        add_arrow(canvas, nodes, i);
    free(nodes);
    return !canvas->value.failed;
}

/* cairo writes the time of day into a PDF; the same picture is to give the same bytes. */
static void forget_date(char *bytes, size_t byte_count) {
    static const char key[] = "/CreationDate (D:";
    static const char epoch[] = "19700101000000";
    size_t key_bytes = sizeof key - 1;
    size_t whole_bytes = key_bytes + sizeof epoch - 1;
    for (size_t i = 0; i + whole_bytes <= byte_count; i++) {
        if (bytes[i] == '/' && memcmp(bytes + i, key, key_bytes) == 0)
            memcpy(bytes + i + key_bytes, epoch, sizeof epoch - 1);
    }
}

static int render(Agraph_t *graph, const char *format, char **bytes, size_t *byte_count,
                  struct rep_error *error) {
    GVC_t *gvc = rep_graphviz_context();
    if (gvc == NULL || gvLayout(gvc, graph, "nop2") != 0)
        return rep_error_set(error, REP_ERENDER, 0, "Graphviz cannot lay out the graph");
    char *data = NULL;
    unsigned length = 0;
    int status = REP_OK;
    if (gvRenderData(gvc, graph, format, &data, &length) != 0 || data == NULL) {
        status = rep_error_set(error, REP_ERENDER, 0, "Graphviz cannot write %s", format);
    } else {
        *bytes = malloc((size_t)length + 1);
        if (*bytes == NULL) {
            status = rep_error_set(error, REP_ENOMEM, 0, "out of memory");
        } else {
            memcpy(*bytes, data, length);
            *byte_count = length;
        }
    }
    if (data != NULL)
        gvFreeRenderData(data);
    gvFreeLayout(gvc, graph);
    return status;
}

int rep_picture_render(const struct rep_picture *picture, const char *format, char **bytes,
                       size_t *byte_count, struct rep_error *error) {
    *bytes = NULL;
    *byte_count = 0;
    struct canvas canvas = {.picture = picture, .format = format};
    /* The context comes first: it sets up what graphs rely on. */
    if (rep_graphviz_context() == NULL)
        return rep_error_set(error, REP_ERENDER, 0, "Graphviz cannot be started");
    canvas.graph = agopen((char *)(uintptr_t) "run", Agdirected, NULL);
    if (canvas.graph == NULL)
        return rep_error_set(error, REP_ENOMEM, 0, "out of memory");
    int status = REP_OK;
    if (fill_canvas(&canvas))
        status = render(canvas.graph, format, bytes, byte_count, error);
    else
        status = rep_error_set(error, REP_ENOMEM, 0, "out of memory");
    if (status == REP_OK && strcmp(format, "pdf") == 0)
        forget_date(*bytes, *byte_count);
    if (status == REP_OK && strcmp(format, "svg") == 0)
        status = rep_svg_finish(picture, bytes, byte_count, error);
    rep_text_term(&canvas.value);
    agclose(canvas.graph);
    return status;
}
