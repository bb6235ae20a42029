/* painter.c - what all parts of a causality graph are painted with. */
#include "reports/painter.h"

struct rep_paint rep_tone_paint(enum rep_tone tone) {
    switch (tone) {
    case REP_TONE_START:
        return (struct rep_paint){"#37474f", "#37474f", "#ffffff"};
    case REP_TONE_OPERATION:
    case REP_TONE_DONE:
        return (struct rep_paint){"#ffffff", "#9aa5ad", COLOUR_TEXT};
    case REP_TONE_TIMEOUT:
        return (struct rep_paint){"#fbdccb", "#d55e00", "#7a3300"};
    case REP_TONE_FAILURE:
        return (struct rep_paint){"#b33c00", "#b33c00", "#ffffff"};
    case REP_TONE_CANCELLED:
        return (struct rep_paint){"#ececec", "#9aa5ad", COLOUR_FAINT};
    case REP_TONE_PROGRESS:
        return (struct rep_paint){"#e1f1fb", "#56b4e9", COLOUR_TEXT};
    case REP_TONE_LOG:
        return (struct rep_paint){"#fff8d6", "#cdb95a", COLOUR_TEXT};
    case REP_TONE_READ:
    case REP_TONE_SET:
        return (struct rep_paint){"#f6e7f0", "#cc79a7", COLOUR_TEXT};
    case REP_TONE_HELD:
    case REP_TONE_WORLD:
        return (struct rep_paint){"#fdeac4", "#e69f00", COLOUR_TEXT};
    case REP_TONE_END:
    case REP_TONE_FINISH:
        return (struct rep_paint){"#dbe2e6", "#9aa5ad", COLOUR_TEXT};
    }
    return (struct rep_paint){0};
}

size_t rep_painter_keep(struct rep_painter *painter) {
    size_t place = rep_picture_keep(painter->picture, rep_text_string(&painter->scratch));
    if (painter->scratch.failed)
        painter->picture->failed = true;
    rep_text_clear(&painter->scratch);
    return place;
}

void rep_paint_text(struct rep_painter *painter, const char *text, int left, int top, int font_size,
                    const char *ink) {
    struct rep_box box = {.left = left,
                          .top = top,
                          .width = painter->layout->width - left - REP_MARGIN,
                          .height = font_size + 4,
                          .paint = {NULL, NULL, ink},
                          .font_size = font_size};
    rep_text_add_fitting(&painter->scratch, text, box.width - 2 * REP_BOX_MARGIN, font_size);
    rep_text_add(&painter->scratch, "\n");
    box.text = rep_painter_keep(painter);
    rep_picture_add_box(painter->picture, &box);
}

size_t rep_paint_point(struct rep_painter *painter, int x, int y) {
    struct rep_box point = {.left = x, .top = y, .width = 1, .height = 1};
    return rep_picture_add_box(painter->picture, &point);
}

size_t rep_painter_event_id(struct rep_painter *painter, size_t event) {
    rep_text_add_format(&painter->scratch, "%sevent-%zu", painter->look->id_prefix, event);
    return rep_painter_keep(painter);
}

int rep_line_centre(const struct rep_layout *layout, size_t line) {
    return layout->line_top[line] + (REP_LINE_HEIGHT + REP_STEP_PADDING) / 2;
}
