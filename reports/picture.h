/* picture.h - a drawing: panels, boxes with text, arrows. Where things stand is decided before;
 * nothing moves any more.
 *
 * Coordinates are whole points (1/72 inch), x to the right and y downwards from the top left
 * corner. Boxes are painted over arrows, arrows over panels, each in the order of adding. Adding
 * remembers a failed allocation (`failed`) instead of returning it.
 */
#ifndef REP_PICTURE_H
#define REP_PICTURE_H

#include "reports/text.h"

/* Colours are "#rrggbb"; a null one paints nothing. */
struct rep_paint {
    const char *fill;
    const char *border;
    const char *ink;
};

enum rep_align { REP_ALIGN_LEFT, REP_ALIGN_CENTRE, REP_ALIGN_RIGHT };

struct rep_box {
    int left;
    int top;
    int width;
    int height;
    struct rep_paint paint;
    enum rep_align align;
    int font_size;
    size_t text;    /* in the picture's words; lines end with a newline */
    size_t tooltip; /* the same */
    size_t id;      /* what links call it, and the same for all that it stands for as well, a line
                       each; 0: nothing */
    size_t target;  /* the id that a click on it leads to; 0: none */
    const char *shape; /* Graphviz's name of it; null: a box */
    bool is_dashed;
    bool is_spot; /* it lies over another box, and is only there to be pointed at */
};

/* A cubic curve; its head, if any, is at x[3], y[3]. Or, if it has a course, several of them
 * through 3 n + 1 points up to where the head begins; then only x[3], y[3] count here. */
struct rep_arrow {
    size_t from; /* boxes that it joins */
    size_t to;
    int x[4];
    int y[4];
    size_t course; /* in the picture's words, "x,y x,y ..."; 0: none */
    bool head;
    bool is_thick;
    const char *colour;
    const char *style; /* solid, dashed, dotted */
    size_t label;
    int label_x; /* centre of the label */
    int label_y;
    size_t tooltip;
    size_t id;
    size_t target;
};

struct rep_picture {
    int width;
    int height;
    struct rep_box *panels;
    size_t panel_count;
    size_t panel_capacity;
    struct rep_box *boxes;
    size_t box_count;
    size_t box_capacity;
    struct rep_arrow *arrows;
    size_t arrow_count;
    size_t arrow_capacity;
    size_t title;          /* in the words */
    struct rep_text words; /* all texts, null-terminated, one after the other; "" at 0 */
    bool failed;
};

enum { REP_FONT_SIZE = 9, REP_LINE_HEIGHT = 12 };

void rep_picture_init(struct rep_picture *picture);
void rep_picture_term(struct rep_picture *picture);

/* Makes it at least as large. */
void rep_picture_extend(struct rep_picture *picture, int width, int height);

/* Keeps a copy of the text and returns its place. */
size_t rep_picture_keep(struct rep_picture *picture, const char *text);

/* The text kept there. */
const char *rep_picture_words(const struct rep_picture *picture, size_t place);

void rep_picture_add_panel(struct rep_picture *picture, const struct rep_box *panel);
size_t rep_picture_add_box(struct rep_picture *picture, const struct rep_box *box);
void rep_picture_add_arrow(struct rep_picture *picture, const struct rep_arrow *arrow);

/* The width of a text in the font of the pictures, in points, rounded up. */
int rep_text_width(const char *text, size_t byte_count, int font_size);

/* Adds as much of `text` as fits into `width` points, with an ellipsis if that is not all. */
void rep_text_add_fitting(struct rep_text *text, const char *string, int width, int font_size);

#endif
