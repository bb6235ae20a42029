/* svg_finish.c - one pass over an SVG of Graphviz. Texts in it are escaped, so each '<' begins a
 * tag. */
#include "reports/svg_finish.h"

#include <stdlib.h>
#include <string.h>

#include "reports/status.h"

static const char style[] =
    "<style>\n"
    ".also {fill: none; stroke: none}\n"
    ":target polygon, :target ellipse, .also:target {stroke: #000000; stroke-width: 2.5px}\n"
    ".edge:target path, .edge:hover path {stroke-width: 3px}\n"
    ".node a, .edge a {cursor: pointer}\n"
    "</style>\n";

struct finishing {
    const struct rep_picture *picture;
    const char *at;
    const char *end;
    struct rep_text out;
};

static bool begins(const struct finishing *finishing, const char *text) {
    size_t length = strlen(text);
    return (size_t)(finishing->end - finishing->at) >= length &&
           memcmp(finishing->at, text, length) == 0;
}

/* Copies up to the end of what comes next. */
static void copy_through(struct finishing *finishing, const char *mark) {
    const char *found = finishing->at;
    size_t length = strlen(mark);
    while ((size_t)(finishing->end - found) >= length && memcmp(found, mark, length) != 0)
        found++;
    bool is_there = (size_t)(finishing->end - found) >= length;
    found = is_there ? found + length : finishing->end;
    rep_text_add_bytes(&finishing->out, finishing->at, (size_t)(found - finishing->at));
    finishing->at = found;
}

static void skip_through(struct finishing *finishing, const char *mark) {
    size_t length = finishing->out.length;
    copy_through(finishing, mark);
    if (finishing->out.bytes == NULL || finishing->out.failed)
        return;
    finishing->out.length = length;
    finishing->out.bytes[length] = '\0';
}

/* The number of a group of the renderer's, <g id="b12" ...; false: it is none of them. */
static bool read_index(const struct finishing *finishing, char letter, size_t count,
                       size_t *index) {
    const char start[] = {'<', 'g', ' ', 'i', 'd', '=', '"', letter, '\0'};
    if (!begins(finishing, start))
        return false;
    const char *at = finishing->at + strlen(start);
    size_t number = 0;
    size_t digits = 0;
    for (; at + digits < finishing->end && at[digits] >= '0' && at[digits] <= '9'; digits++)
        number = number * 10 + (size_t)(at[digits] - '0');
    *index = number;
    return digits > 0 && digits < 12 && at + digits < finishing->end && at[digits] == '"' &&
           number < count;
}

/* Frames with the ids after the first one, as large as the box. Graphviz counts y upwards from the
 * bottom, and its SVG the same with a minus. */
static void add_frames(struct finishing *finishing, const struct rep_box *box) {
    const char *id = rep_picture_words(finishing->picture, box->id);
    for (id += strcspn(id, "\n"); id[0] == '\n' && id[1] != '\0'; id += strcspn(id, "\n")) {
        id++;
        rep_text_add(&finishing->out, "<rect id=\"");
        rep_text_add_bytes(&finishing->out, id, strcspn(id, "\n"));
        rep_text_add_format(
            &finishing->out, "\" class=\"also\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n",
            box->left, box->top - finishing->picture->height, box->width, box->height);
    }
}

static void open_group(struct finishing *finishing, const char *ids, const char *class_name) {
    struct rep_text *out = &finishing->out;
    size_t own = strcspn(ids, "\n");
    skip_through(finishing, ">");
    rep_text_add(out, "<g");
    if (own > 0) {
        rep_text_add(out, " id=\"");
        rep_text_add_bytes(out, ids, own);
        rep_text_add(out, "\"");
    }
    rep_text_add_format(out, " class=\"%s\">", class_name);
}

/* The title that Graphviz gives is the name of a node. */
static void put_title(struct finishing *finishing, const char *title) {
    skip_through(finishing, "<title>");
    skip_through(finishing, "</title>");
    if (title[0] == '\0')
        return;
    rep_text_add(&finishing->out, "<title>");
    rep_text_add_escaped(&finishing->out, title);
    rep_text_add(&finishing->out, "</title>");
}

static void finish_group(struct finishing *finishing) {
    const struct rep_picture *picture = finishing->picture;
    size_t index;
    if (read_index(finishing, 'b', picture->box_count, &index)) {
        const struct rep_box *box = &picture->boxes[index];
        add_frames(finishing, box);
        open_group(finishing, rep_picture_words(picture, box->id), "node");
        put_title(finishing, rep_picture_words(picture, box->tooltip));
    } else if (read_index(finishing, 'a', picture->arrow_count, &index)) {
        const struct rep_arrow *arrow = &picture->arrows[index];
        open_group(finishing, rep_picture_words(picture, arrow->id), "edge");
        put_title(finishing, rep_picture_words(picture, arrow->tooltip));
    } else if (begins(finishing, "<g id=\"graph0\"")) {
        copy_through(finishing, ">");
        put_title(finishing, rep_picture_words(picture, picture->title));
    } else {
        copy_through(finishing, ">");
    }
}

int rep_svg_finish(const struct rep_picture *picture, char **bytes, size_t *byte_count,
                   struct rep_error *error) {
    struct finishing finishing = {.picture = picture, .at = *bytes, .end = *bytes + *byte_count};
    while (finishing.at < finishing.end) {
        if (begins(&finishing, "<g "))
            finish_group(&finishing);
        else if (begins(&finishing, "<svg ")) {
            copy_through(&finishing, ">\n");
            rep_text_add(&finishing.out, style);
        } else {
            const char *next =
                memchr(finishing.at + 1, '<', (size_t)(finishing.end - finishing.at - 1));
            next = next != NULL ? next : finishing.end;
            rep_text_add_bytes(&finishing.out, finishing.at, (size_t)(next - finishing.at));
            finishing.at = next;
        }
    }
    free(*bytes);
    *bytes = finishing.out.bytes;
    *byte_count = finishing.out.length;
    if (!finishing.out.failed)
        return REP_OK;
    rep_text_term(&finishing.out);
    *bytes = NULL;
    *byte_count = 0;
    return rep_error_set(error, REP_ENOMEM, 0, "out of memory");
}
