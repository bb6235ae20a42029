/* diagnostics_render.c - writes findings the way compilers do.
 *
 *     bad.scn:6:5: error: unknown statement 'recieve'
 *         6 |     recieve text from conn max 64
 *           |     ^~~~~~~ did you mean 'recv'?
 *
 * A line is shown as cells: what a terminal shows for one code point, with the columns that takes.
 * A tab is shown as four blanks; what is no UTF-8, and control characters, as U+FFFD. Of a long
 * line a window around the place is shown.
 */
#include "sim/language/diagnostics.h"

#include "sim/language/utf8.h"

#include <string.h>

enum {
    CELLS_SHOWN_MAX = 110,   /* of a line, in columns */
    CELLS_BEFORE_PLACE = 50, /* of a line that is cut, before the place */
    TAB_COLUMNS = 4,
    WINDOW_BYTES_MAX =
        4 * CELLS_SHOWN_MAX, /* before the place, enough to find the window's start */
};

struct render {
    const struct sim_source *source;
    struct sim_buffer *buffer;
    bool colour;
};

static void start_colour(struct render *render, const char *code) {
    if (render->colour) {
        sim_buffer_add_format(render->buffer, "\x1b[%sm", code);
    }
}

static void end_colour(struct render *render) {
    if (render->colour) {
        sim_buffer_add_text(render->buffer, "\x1b[0m");
    }
}

/* One cell at text: how many bytes it takes, how many columns, and what is shown. */
struct cell {
    size_t bytes;
    unsigned columns;
    const char *shown;
    size_t shown_bytes;
};

static struct cell cell_at(const char *text, size_t length) {
    uint32_t code_point = 0;
    size_t bytes = sim_utf8_decode(text, length, &code_point);
    if (bytes == 1 && code_point == '\t') {
        return (struct cell){1, TAB_COLUMNS, "    ", TAB_COLUMNS};
    }
    bool is_control = code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0);
    if (bytes == 0 || is_control) {
        return (struct cell){bytes == 0 ? 1 : bytes, 1, "\xef\xbf\xbd", 3};
    }
    return (struct cell){bytes, sim_utf8_width(code_point), text, bytes};
}

struct window {
    const char *start;
    const char *end; /* of the line */
    const char *place;
    const char *place_end;
    bool is_cut_before;
};

static bool is_inside_code_point(const char *at) {
    return ((unsigned char)*at & 0xc0U) == 0x80U;
}

/* Where to start showing the line: at its beginning if the place is not far behind, else a little
 * before the place. */
static struct window window_of(const struct sim_source *source, struct sim_place place) {
    const char *text = source->text;
    const char *text_end = text + source->length;
    const char *at = text + (place.offset < source->length ? place.offset : source->length);
    struct window window = {.start = at, .place = at};
    while (window.start > text && window.start[-1] != '\n' &&
           (size_t)(at - window.start) < WINDOW_BYTES_MAX) {
        window.start--;
    }
    const char *newline = memchr(at, '\n', (size_t)(text_end - at));
    window.end = newline != NULL ? newline : text_end;
    if (window.end > at && window.end[-1] == '\r') {
        window.end--;
    }
    window.place_end = (size_t)(window.end - at) < place.length ? window.end : at + place.length;
    window.is_cut_before = window.start > text && window.start[-1] != '\n';
    size_t before = (size_t)(at - window.start);
    if (window.is_cut_before || before > CELLS_SHOWN_MAX - TAB_COLUMNS * 2) {
        window.is_cut_before = true;
        window.start = at - (before < CELLS_BEFORE_PLACE ? before : CELLS_BEFORE_PLACE);
        while (window.start < at && is_inside_code_point(window.start)) {
            window.start++;
        }
    }
    return window;
}

static void add_gutter(struct render *render, uint32_t line) {
    start_colour(render, "34");
    if (line > 0) {
        sim_buffer_add_format(render->buffer, "%5u | ", sim_line_number(line));
    } else {
        sim_buffer_add_text(render->buffer, "      | ");
    }
    end_colour(render);
}

static void render_snippet(struct render *render, struct sim_place place, const char *label,
                           const char *colour) {
    struct window window = window_of(render->source, place);
    size_t columns = 0;
    size_t columns_before = 0;
    size_t columns_under = 0;
    const char *at = window.start;
    add_gutter(render, place.line);
    if (window.is_cut_before) {
        sim_buffer_add_text(render->buffer, "...");
        columns_before = 3;
    }
    while (at < window.end && columns < CELLS_SHOWN_MAX) {
        struct cell cell = cell_at(at, (size_t)(window.end - at));
        sim_buffer_add(render->buffer, cell.shown, cell.shown_bytes);
        columns += cell.columns;
        columns_before += at < window.place ? cell.columns : 0;
        columns_under += at >= window.place && at < window.place_end ? cell.columns : 0;
        at += cell.bytes;
    }
    sim_buffer_add_text(render->buffer, at < window.end ? "...\n" : "\n");
    add_gutter(render, 0);
    sim_buffer_add_repeated(render->buffer, ' ', columns_before);
    start_colour(render, colour);
    sim_buffer_add_text(render->buffer, "^");
    sim_buffer_add_repeated(render->buffer, '~', columns_under > 1 ? columns_under - 1 : 0);
    if (label != NULL) {
        sim_buffer_add_format(render->buffer, " %s", label);
    }
    end_colour(render);
    sim_buffer_add_text(render->buffer, "\n");
}

static void render_heading(struct render *render, struct sim_place place, const char *kind,
                           const char *colour, const char *message) {
    start_colour(render, "1");
    sim_buffer_add_format(render->buffer, "%s:", sim_source_file_name(render->source, place.line));
    if (place.line > 0) {
        sim_buffer_add_format(render->buffer, "%u:%u:", sim_line_number(place.line), place.column);
    }
    end_colour(render);
    sim_buffer_add_text(render->buffer, " ");
    start_colour(render, colour);
    sim_buffer_add_format(render->buffer, "%s:", kind);
    end_colour(render);
    sim_buffer_add_format(render->buffer, " %s\n", message);
}

static void render_finding(struct render *render, const struct sim_finding *finding) {
    bool is_error = finding->severity == SIM_SEVERITY_ERROR;
    const char *colour = is_error ? "1;31" : "1;35";
    render_heading(render, finding->place, is_error ? "error" : "warning", colour,
                   finding->message);
    render_snippet(render, finding->place, finding->label, "1;32");
    for (const struct sim_note *note = finding->notes; note != NULL; note = note->next) {
        if (note->place.line == 0) {
            start_colour(render, "34");
            sim_buffer_add_text(render->buffer, "      = ");
            end_colour(render);
            sim_buffer_add_format(render->buffer, "%s\n", note->message);
        } else {
            render_heading(render, note->place, "note", "1;36", note->message);
            render_snippet(render, note->place, NULL, "1;32");
        }
    }
}

static void add_count(struct sim_buffer *buffer, uint32_t count, const char *word) {
    sim_buffer_add_format(buffer, "%u %s%s", count, word, count == 1 ? "" : "s");
}

static void render_summary(const struct sim_diagnostics *diagnostics, struct render *render,
                           uint32_t shown) {
    struct sim_buffer *buffer = render->buffer;
    uint32_t warnings = diagnostics->warning_count + diagnostics->dropped_warning_count;
    sim_buffer_add_format(buffer, "%s: ", render->source->name);
    if (diagnostics->error_count > 0) {
        add_count(buffer, diagnostics->error_count, "error");
    }
    if (diagnostics->error_count > 0 && warnings > 0) {
        sim_buffer_add_text(buffer, ", ");
    }
    if (warnings > 0) {
        add_count(buffer, warnings, "warning");
    }
    if (shown < diagnostics->count) {
        sim_buffer_add_format(buffer, " (%u shown, and %u more)", shown,
                              diagnostics->count - shown);
    }
    if (diagnostics->error_count >= SIM_ERRORS_MAX) {
        sim_buffer_add_text(buffer, "; stopped reading");
    }
    sim_buffer_add_text(buffer, "\n");
}

void sim_diagnostics_render(struct sim_diagnostics *diagnostics, const struct sim_source *source,
                            struct sim_render_options options, struct sim_buffer *buffer) {
    struct render render = {.source = source, .buffer = buffer, .colour = options.colour};
    if (diagnostics->count == 0) {
        return;
    }
    sim_diagnostics_sort(diagnostics);
    uint32_t shown = 0;
    while (shown < diagnostics->count && shown < SIM_FINDINGS_SHOWN_MAX) {
        render_finding(&render, diagnostics->findings[shown]);
        shown++;
    }
    render_summary(diagnostics, &render, shown);
}
