/* source_include.c - puts the texts of included files where their `include` lines stand.
 *
 * A first look tells whether there is any such line, as in most files there is none. What is read
 * of a line here is just the name between its quotes; everything else about it is the parser's.
 */
#include "sim/language/source.h"

#include "core/status.h"
#include "sim/language/ast.h"
#include "sim/language/buffer.h"

#include <stdio.h>
#include <string.h>

enum { DEPTH_MAX = 16 };

struct splicer {
    struct sim_source *source;
    const struct sim_includer *includer;
    struct sim_buffer text;
    const char *open[DEPTH_MAX]; /* names of the files under way */
    uint32_t depth;
};

/* A text while it is gone through. */
struct part {
    const char *text;
    size_t length;
    uint32_t file;
    uint32_t line; /* of the line at hand */
};

static const char HEAD[] = "include";

/* The name in an include line; false if it is no such line, or one that the parser will refuse. */
static bool read_name(const char *line, size_t length, const char **name, size_t *name_length) {
    size_t at = sizeof HEAD - 1;
    if (length <= at || memcmp(line, HEAD, at) != 0 || (line[at] != ' ' && line[at] != '\t')) {
        return false;
    }
    while (at < length && (line[at] == ' ' || line[at] == '\t')) {
        at++;
    }
    if (at == length || line[at] != '"') {
        return false;
    }
    const char *start = line + at + 1;
    const char *quote = memchr(start, '"', length - at - 1);
    if (quote == NULL) {
        return false;
    }
    *name = start;
    *name_length = (size_t)(quote - start);
    return memchr(start, '\\', *name_length) == NULL && memchr(start, '{', *name_length) == NULL &&
           memchr(start, '\0', *name_length) == NULL;
}

/* ---- What is noted ---- */

static void add_part(struct splicer *splicer, uint32_t file, uint32_t line) {
    struct sim_source *source = splicer->source;
    struct sim_source_part *parts =
        sim_arena_push(&source->arena, source->parts, &source->part_count, sizeof(*parts));
    if (parts != NULL) {
        source->parts = parts;
        uint32_t number = line < SIM_LINE_NUMBER_MAX ? line : SIM_LINE_NUMBER_MAX;
        parts[source->part_count - 1] = (struct sim_source_part){
            .start = (uint32_t)splicer->text.length, .line = file << SIM_LINE_BITS | number};
    }
}

static void add_include(struct splicer *splicer, uint32_t offset, const char *error) {
    struct sim_source *source = splicer->source;
    struct sim_include *includes =
        sim_arena_push(&source->arena, source->includes, &source->include_count, sizeof(*includes));
    const char *copy = error == NULL ? NULL : sim_arena_copy(&source->arena, error, strlen(error));
    if (includes != NULL) {
        source->includes = includes;
        includes[source->include_count - 1] = (struct sim_include){.offset = offset, .error = copy};
    }
}

static const char *add_file(struct sim_source *source, const char *name) {
    const char **files =
        sim_arena_push(&source->arena, source->files, &source->file_count, sizeof(*files));
    const char *copy = sim_arena_copy(&source->arena, name, strlen(name));
    if (files != NULL) {
        source->files = files;
        files[source->file_count - 1] = copy;
    }
    return copy;
}

/* ---- Going through the files ---- */

static bool is_open(const struct splicer *splicer, const char *name) {
    if (strcmp(splicer->source->name, name) == 0) {
        return true;
    }
    for (uint32_t i = 0; i < splicer->depth; i++) {
        if (strcmp(splicer->open[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_included(const struct sim_source *source, const char *name) {
    for (uint32_t i = 0; i < source->file_count; i++) {
        if (strcmp(source->files[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static int splice_part(struct splicer *splicer, struct part part);

/* Why the opened file cannot be spliced in, or null. */
static const char *refusal(const struct splicer *splicer, const struct sim_source *file) {
    if (is_open(splicer, file->name)) {
        return "the file includes itself";
    }
    if (splicer->depth == DEPTH_MAX) {
        return "files are included more than 16 deep";
    }
    if (splicer->source->file_count == SIM_FILES_MAX) {
        return "more than 200 files are included";
    }
    if (splicer->text.length + file->length + 2 > SIM_SOURCE_BYTES_MAX) {
        return "too large: a scenario and all that it includes are at most 64 MiB";
    }
    return NULL;
}

static int splice_file(struct splicer *splicer, uint32_t offset, const struct sim_source *file) {
    const char *error = refusal(splicer, file);
    add_include(splicer, offset, error);
    if (error != NULL || is_included(splicer->source, file->name)) {
        return COG_OK;
    }
    splicer->open[splicer->depth++] = add_file(splicer->source, file->name);
    if (splicer->source->arena.has_failed) {
        return COG_ENOMEM;
    }
    struct part part = {
        .text = file->text, .length = file->length, .file = splicer->source->file_count, .line = 1};
    int status = splice_part(splicer, part);
    splicer->depth--;
    return status;
}

static int include(struct splicer *splicer, const char *from, uint32_t offset, const char *name,
                   size_t length) {
    char copy[1024];
    if (length == 0 || length >= sizeof copy) {
        add_include(splicer, offset, length == 0 ? "it has no name" : "its name is too long");
        return COG_OK;
    }
    memcpy(copy, name, length);
    copy[length] = '\0';
    struct sim_source file = {.allocator = NULL};
    const struct sim_includer *includer = splicer->includer;
    int status = includer->open(includer->context, from, copy, &file);
    if (status == COG_ENOMEM) {
        return status;
    }
    if (status != COG_OK) {
        add_include(splicer, offset, file.error);
        return COG_OK;
    }
    status = splice_file(splicer, offset, &file);
    sim_source_close(&file);
    return status;
}

/* Adds a line with its end, even where the file has none. */
static void add_line(struct splicer *splicer, const char *line, size_t length) {
    sim_buffer_add(&splicer->text, line, length);
    if (length == 0 || line[length - 1] != '\n') {
        sim_buffer_add(&splicer->text, "\n", 1);
    }
}

static int splice_part(struct splicer *splicer, struct part part) {
    const char *end = part.text + part.length;
    const char *from =
        splicer->depth == 0 ? splicer->source->name : splicer->open[splicer->depth - 1];
    int status = COG_OK;
    add_part(splicer, part.file, 1);
    for (const char *line = part.text; line < end && status == COG_OK; part.line++) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        const char *next = newline != NULL ? newline + 1 : end;
        const char *name = NULL;
        size_t name_length = 0;
        uint32_t offset = (uint32_t)splicer->text.length;
        bool is_include = read_name(line, (size_t)(next - line), &name, &name_length);
        if (is_include) {
            add_line(splicer, line, (size_t)(next - line));
            status = include(splicer, from, offset, name, name_length);
            add_part(splicer, part.file, part.line + 1);
        } else {
            sim_buffer_add(&splicer->text, line, (size_t)(next - line));
        }
        line = next;
    }
    if (splicer->text.length > 0 && splicer->depth > 0 &&
        splicer->text.bytes[splicer->text.length - 1] != '\n') {
        sim_buffer_add(&splicer->text, "\n", 1);
    }
    return splicer->text.has_failed || splicer->source->arena.has_failed ? COG_ENOMEM : status;
}

/* Most files include nothing: the word does not even stand in them. */
static bool may_include(const struct sim_source *source) {
    return strstr(source->text, HEAD) != NULL;
}

int sim_source_include(struct sim_source *source, const struct sim_includer *includer) {
    if (!may_include(source)) {
        return COG_OK;
    }
    struct splicer splicer = {.source = source, .includer = includer};
    sim_buffer_init(&splicer.text, source->allocator);
    struct part part = {.text = source->text, .length = source->length, .file = 0, .line = 1};
    int status = splice_part(&splicer, part);
    sim_buffer_add(&splicer.text, "", 0);
    if (status != COG_OK || source->include_count == 0) {
        source->part_count = 0;
        sim_buffer_term(&splicer.text);
        return status;
    }
    cog_release(source->allocator, source->block, source->block_bytes);
    source->block = splicer.text.bytes;
    source->block_bytes = splicer.text.capacity;
    source->text = source->block;
    source->length = splicer.text.length;
    return COG_OK;
}

/* ---- Asking ---- */

const struct sim_include *sim_source_find_include(const struct sim_source *source,
                                                  uint32_t offset) {
    uint32_t low = 0;
    uint32_t high = source->include_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (source->includes[middle].offset < offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool is_found = low < source->include_count && source->includes[low].offset == offset;
    return is_found ? &source->includes[low] : NULL;
}

const char *sim_source_file_name(const struct sim_source *source, uint32_t line) {
    uint32_t file = sim_line_file(line);
    return file == 0 || file > source->file_count ? source->name : source->files[file - 1];
}

uint32_t sim_source_own_offset(const struct sim_source *source, uint32_t offset) {
    uint32_t foreign = 0;
    for (uint32_t i = 0; i < source->part_count && source->parts[i].start < offset; i++) {
        bool is_last = i + 1 == source->part_count;
        uint32_t end = is_last ? (uint32_t)source->length : source->parts[i + 1].start;
        bool is_foreign = sim_line_file(source->parts[i].line) > 0;
        foreign += is_foreign ? end - source->parts[i].start : 0;
    }
    return offset - foreign;
}
