/* painter.h - what the parts of a causality graph are painted with, and the parts themselves.
 *
 * The colours are those of Okabe and Ito, which stay apart for every kind of colour blindness;
 * shape and words say the same again for readers without any.
 */
#ifndef REP_PAINTER_H
#define REP_PAINTER_H

#include "reports/graph_layout.h"
#include "reports/graph_paint.h"
#include "reports/picture.h"
#include "reports/reports.h"

#define COLOUR_TEXT "#222222"
#define COLOUR_FAINT "#6b7479"
#define COLOUR_WAKE "#4a5358"
#define COLOUR_SPAWN "#009e73"
#define COLOUR_BYTES "#0072b2"
#define COLOUR_HELD "#d55e00"
#define COLOUR_ORDER "#a64d82"
#define COLOUR_FIRED "#d55e00"
#define COLOUR_REMOVED "#a3abb0"
#define COLOUR_SLEEP "#56b4e9"
#define COLOUR_MARK "#f0e442"
#define COLOUR_FIRST "#b0206a"
#define COLOUR_DECIDED "#7a3ea8"

struct rep_painter {
    const struct rep_layout *layout;
    const struct rep_story *story;
    const struct rep_model *model;
    struct rep_picture *picture;
    const struct rep_graph_look *look;
    size_t *line_box;        /* by line: the box that shows it */
    size_t *line_events;     /* by line: the first event that it stands for, and by that the next */
    size_t *next_event;      /* one; 0: none */
    struct rep_text scratch; /* for the text at hand; empty in between */
};

struct rep_paint rep_tone_paint(enum rep_tone tone);

/* Keeps the scratch text in the picture, empties it and returns the kept text's place. */
size_t rep_painter_keep(struct rep_painter *painter);

/* One line of text from `left` to the picture's right edge. */
void rep_paint_text(struct rep_painter *painter, const char *text, int left, int top, int font_size,
                    const char *ink);

/* An invisible spot for an arrow to begin or end at. Returns its box. */
size_t rep_paint_point(struct rep_painter *painter, int x, int y);

/* The middle of a line's row. */
int rep_line_centre(const struct rep_layout *layout, size_t line);

/* Makes the scratch text an id as links name it, "event-12". */
size_t rep_painter_event_id(struct rep_painter *painter, size_t event);

/* Title, facts, legend, hosts, times, repeated names. */
void rep_paint_frame(struct rep_painter *painter);

/* Bars from arming to firing or removal, with a notch for each refresh. */
void rep_paint_timers(struct rep_painter *painter);

/* The boxes of all steps; fills in `line_box`. */
void rep_paint_steps(struct rep_painter *painter);

/* The threads of the lanes and the arrows between them. */
void rep_paint_arrows(struct rep_painter *painter);

#endif
