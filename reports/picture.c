/* picture.c - collects the parts of a drawing, and knows how wide text is. */
#include "reports/picture.h"

#include <stdlib.h>
#include <string.h>

void rep_picture_init(struct rep_picture *picture) {
    *picture = (struct rep_picture){0};
    rep_text_add_bytes(&picture->words, "", 1);
}

void rep_picture_term(struct rep_picture *picture) {
    free(picture->panels);
    free(picture->boxes);
    free(picture->arrows);
    rep_text_term(&picture->words);
    *picture = (struct rep_picture){0};
}

void rep_picture_extend(struct rep_picture *picture, int width, int height) {
    picture->width = picture->width > width ? picture->width : width;
    picture->height = picture->height > height ? picture->height : height;
}

size_t rep_picture_keep(struct rep_picture *picture, const char *text) {
    if (text[0] == '\0')
        return 0;
    size_t place = picture->words.length;
    rep_text_add_bytes(&picture->words, text, strlen(text) + 1);
    picture->failed = picture->failed || picture->words.failed;
    return place;
}

const char *rep_picture_words(const struct rep_picture *picture, size_t place) {
    return rep_text_string(&picture->words) + place;
}

/* Makes room for one more item and returns where it goes, null if there is no memory. */
static void *grow(struct rep_picture *picture, void **items, size_t *count, size_t *capacity,
                  size_t item_bytes) {
    if (picture->failed)
        return NULL;
    if (*count == *capacity) {
        size_t more = *capacity == 0 ? 64 : 2 * *capacity;
        void *moved = more > SIZE_MAX / item_bytes ? NULL : realloc(*items, more * item_bytes);
        if (moved == NULL) {
            picture->failed = true;
            return NULL;
        }
        *items = moved;
        *capacity = more;
    }
    return (char *)*items + (*count)++ * item_bytes;
}

void rep_picture_add_panel(struct rep_picture *picture, const struct rep_box *panel) {
    void *items = picture->panels;
    void *place =
        grow(picture, &items, &picture->panel_count, &picture->panel_capacity, sizeof *panel);
    picture->panels = items;
    if (place != NULL)
        memcpy(place, panel, sizeof *panel);
}

size_t rep_picture_add_box(struct rep_picture *picture, const struct rep_box *box) {
    void *items = picture->boxes;
    void *place = grow(picture, &items, &picture->box_count, &picture->box_capacity, sizeof *box);
    picture->boxes = items;
    if (place == NULL)
        return 0;
    memcpy(place, box, sizeof *box);
    return picture->box_count - 1;
}

void rep_picture_add_arrow(struct rep_picture *picture, const struct rep_arrow *arrow) {
    void *items = picture->arrows;
    void *place =
        grow(picture, &items, &picture->arrow_count, &picture->arrow_capacity, sizeof *arrow);
    picture->arrows = items;
    if (place != NULL)
        memcpy(place, arrow, sizeof *arrow);
}

/* DejaVu Sans, thousandths of the font size, from space to tilde. Measured here rather than by the
 * renderer, so that the layout is the same on a machine without the font. */
static const short widths[95] = {
    318, 401, 460, 838, 637, 951, 780, 275, 391, 391, 500, 838, 318, 361,  318, 337, 637, 637, 637,
    637, 637, 637, 637, 637, 637, 637, 337, 337, 838, 838, 838, 531, 1000, 685, 687, 699, 771, 632,
    576, 775, 752, 295, 295, 656, 558, 863, 749, 788, 604, 788, 695, 635,  611, 732, 685, 989, 686,
    611, 686, 391, 337, 391, 838, 500, 500, 613, 635, 550, 635, 616, 353,  635, 634, 278, 278, 580,
    278, 975, 634, 612, 635, 635, 412, 521, 393, 634, 592, 818, 592, 592,  525, 637, 337, 637, 838,
};
enum { WIDTH_UNKNOWN = 1000 };

static int character_width(const char *character) {
    unsigned char byte = (unsigned char)character[0];
    return byte >= 0x20 && byte < 0x7f ? widths[byte - 0x20] : WIDTH_UNKNOWN;
}

int rep_text_width(const char *text, size_t byte_count, int font_size) {
    int64_t width = 0;
    for (size_t i = 0; i < byte_count; i++) {
        if (((unsigned char)text[i] & 0xc0) != 0x80)
            width += character_width(text + i);
    }
    int64_t points = (width * font_size + 999) / 1000;
    return points > INT16_MAX ? INT16_MAX : (int)points;
}

void rep_text_add_fitting(struct rep_text *text, const char *string, int width, int font_size) {
    size_t byte_count = strlen(string);
    if (rep_text_width(string, byte_count, font_size) <= width) {
        rep_text_add_bytes(text, string, byte_count);
        return;
    }
    int64_t left = (int64_t)width * 1000 / font_size - WIDTH_UNKNOWN;
    size_t used = 0;
    while (used < byte_count) {
        size_t length = rep_text_character_bytes(string + used, byte_count - used);
        left -= character_width(string + used);
        if (left < 0)
            break;
        used += length == 0 ? 1 : length;
    }
    rep_text_add_bytes(text, string, used);
    rep_text_add(text, "\xe2\x80\xa6");
}
