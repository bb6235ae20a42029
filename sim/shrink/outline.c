/* outline.c - lines, their indentation, and what belongs together. */
#include "sim/shrink/outline.h"

#include "core/status.h"

#include <string.h>

bool sim_outline_begins(const struct sim_outline *outline, uint32_t line, const char *word) {
    const struct sim_outline_line *own = &outline->lines[line];
    size_t bytes = strlen(word);
    size_t rest = own->length - own->indent;
    const char *text = outline->text + own->start + own->indent;
    return rest >= bytes && memcmp(text, word, bytes) == 0 && (rest == bytes || text[bytes] == ' ');
}

static bool is_continuation(const struct sim_outline *outline, uint32_t line) {
    return sim_outline_begins(outline, line, "on") || sim_outline_begins(outline, line, "else");
}

static uint32_t end_of_unit(const struct sim_outline *outline, uint32_t line) {
    const struct sim_outline_line *lines = outline->lines;
    bool takes_more = !is_continuation(outline, line);
    uint32_t end = line + 1;
    while (end < outline->count && (lines[end].indent > lines[line].indent ||
                                    (takes_more && lines[end].indent == lines[line].indent &&
                                     is_continuation(outline, end)))) {
        end++;
    }
    return end;
}

static int add_line(struct sim_outline *outline, size_t start, size_t length) {
    struct sim_outline_line *grown = cog_grow(outline->allocator, outline->lines, outline->count,
                                              &outline->capacity, sizeof grown[0]);
    if (grown == NULL) {
        return COG_ENOMEM;
    }
    outline->lines = grown;
    size_t indent = 0;
    while (indent < length && outline->text[start + indent] == ' ') {
        indent++;
    }
    if (indent < length) { /* it is not blank */
        grown[outline->count++] =
            (struct sim_outline_line){.start = start, .length = length, .indent = (uint32_t)indent};
        outline->indent_max = indent > outline->indent_max ? (uint32_t)indent : outline->indent_max;
    }
    return COG_OK;
}

int sim_outline_init(struct sim_outline *outline, const struct cog_allocator *allocator,
                     const char *text, size_t length) {
    *outline = (struct sim_outline){.allocator = allocator, .text = text, .length = length};
    int status = COG_OK;
    for (size_t at = 0; at < length && status == COG_OK;) {
        const char *end = memchr(text + at, '\n', length - at);
        size_t bytes = end != NULL ? (size_t)(end - text) - at : length - at;
        status = add_line(outline, at, bytes);
        at += bytes + 1;
    }
    for (uint32_t i = 0; i < outline->count && status == COG_OK; i++) {
        outline->lines[i].end = end_of_unit(outline, i);
    }
    if (status != COG_OK) {
        sim_outline_term(outline);
    }
    return status;
}

void sim_outline_term(struct sim_outline *outline) {
    cog_release(outline->allocator, outline->lines, outline->capacity * sizeof outline->lines[0]);
    outline->lines = NULL;
    outline->count = 0;
    outline->capacity = 0;
}

static void add_lines(const struct sim_outline *outline, uint32_t first, uint32_t end,
                      uint32_t dedent, struct sim_buffer *text) {
    for (uint32_t i = first; i < end; i++) {
        const struct sim_outline_line *line = &outline->lines[i];
        sim_buffer_add(text, outline->text + line->start + dedent, line->length - dedent);
        sim_buffer_add_text(text, "\n");
    }
}

void sim_outline_add_without(const struct sim_outline *outline, uint32_t first, uint32_t end,
                             struct sim_buffer *text) {
    add_lines(outline, 0, first, 0, text);
    add_lines(outline, end, outline->count, 0, text);
}

bool sim_outline_add_unwrapped(const struct sim_outline *outline, uint32_t line,
                               struct sim_buffer *text) {
    const struct sim_outline_line *lines = outline->lines;
    uint32_t end = line + 1;
    while (end < outline->count && lines[end].indent > lines[line].indent) {
        end++;
    }
    if (lines[line].indent == 0 || end == line + 1) {
        return false;
    }
    add_lines(outline, 0, line, 0, text);
    add_lines(outline, line + 1, end, lines[line + 1].indent - lines[line].indent, text);
    add_lines(outline, lines[line].end, outline->count, 0, text);
    return true;
}

void sim_outline_add_replaced(const struct sim_outline *outline, size_t at, size_t length,
                              const char *bytes, size_t byte_count, struct sim_buffer *text) {
    sim_buffer_add(text, outline->text, at);
    sim_buffer_add(text, bytes, byte_count);
    sim_buffer_add(text, outline->text + at + length, outline->length - at - length);
}

uint32_t sim_outline_coroutines(const struct sim_outline *outline) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < outline->count; i++) {
        bool is_body =
            sim_outline_begins(outline, i, "coro") || sim_outline_begins(outline, i, "routine");
        count += outline->lines[i].indent == 0 && is_body ? 1 : 0;
    }
    return count;
}

uint32_t sim_outline_statements(const struct sim_outline *outline) {
    uint32_t count = 0;
    bool is_inside = false;
    for (uint32_t i = 0; i < outline->count; i++) {
        if (outline->lines[i].indent == 0) {
            is_inside = sim_outline_begins(outline, i, "coro") ||
                        sim_outline_begins(outline, i, "routine") ||
                        sim_outline_begins(outline, i, "at");
        } else {
            count += is_inside && !is_continuation(outline, i) ? 1 : 0;
        }
    }
    return count;
}
