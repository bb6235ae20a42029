/* source.c - reads a file of any kind (a pipe has no size to ask for) into one block. */
#include "sim/language/source.h"

#include "core/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { BLOCK_BYTES_FIRST = 16384 };

__attribute__((format(printf, 3, 4))) static int fail(struct sim_source *source, int status,
                                                      const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(source->error, sizeof(source->error), format, arguments);
    va_end(arguments);
    return status;
}

static int grow(struct sim_source *source, size_t bytes) {
    const struct cog_allocator *allocator = source->allocator;
    char *block = allocator->resize(allocator->context, source->block, source->block_bytes, bytes);
    if (block == NULL) {
        return fail(source, COG_ENOMEM, "%s: out of memory", source->name);
    }
    source->block = block;
    source->block_bytes = bytes;
    return COG_OK;
}

/* Leaves room for the NUL behind the text. */
static int read_all(struct sim_source *source, FILE *file) {
    size_t length = 0;
    int status = grow(source, BLOCK_BYTES_FIRST);
    while (status == COG_OK) {
        errno = 0;
        size_t room = source->block_bytes - length - 1;
        size_t got = fread(source->block + length, 1, room, file);
        length += got;
        if (length > SIM_SOURCE_BYTES_MAX) {
            return fail(source, COG_ELIMIT, "%s: too large: a scenario is at most %zu MiB",
                        source->name, SIM_SOURCE_BYTES_MAX >> 20);
        }
        if (got < room && ferror(file)) {
            return fail(source, COG_EIO, "%s: cannot read: %s", source->name, strerror(errno));
        }
        if (got < room) {
            source->length = length;
            return COG_OK;
        }
        status = grow(source, source->block_bytes * 2);
    }
    return status;
}

static void skip_byte_order_mark(struct sim_source *source) {
    source->text = source->block;
    source->block[source->length] = '\0';
    if (source->length >= 3 && memcmp(source->block, "\xef\xbb\xbf", 3) == 0) {
        source->text += 3;
        source->length -= 3;
    }
}

static int set_name(struct sim_source *source, const struct cog_allocator *allocator,
                    const char *name) {
    *source = (struct sim_source){.allocator = allocator};
    sim_arena_init(&source->arena, allocator);
    size_t bytes = strlen(name) + 1;
    source->name = cog_allocate(allocator, bytes);
    if (source->name == NULL) {
        return fail(source, COG_ENOMEM, "%s: out of memory", name);
    }
    memcpy(source->name, name, bytes);
    return COG_OK;
}

int sim_source_open(struct sim_source *source, const struct cog_allocator *allocator,
                    const char *path) {
    int status = set_name(source, allocator, path);
    if (status != COG_OK) {
        return status;
    }
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        status = fail(source, COG_EIO, "%s: cannot open: %s", path, strerror(errno));
    } else {
        status = read_all(source, file);
        (void)fclose(file);
    }
    if (status != COG_OK) {
        sim_source_close(source);
        return status;
    }
    skip_byte_order_mark(source);
    return COG_OK;
}

int sim_source_from_text(struct sim_source *source, const struct cog_allocator *allocator,
                         const char *name, const char *text, size_t length) {
    int status = set_name(source, allocator, name);
    if (status != COG_OK) {
        return status;
    }
    if (length > SIM_SOURCE_BYTES_MAX) {
        status = fail(source, COG_ELIMIT, "%s: too large: a scenario is at most %zu MiB", name,
                      SIM_SOURCE_BYTES_MAX >> 20);
    } else {
        status = grow(source, length + 1);
    }
    if (status != COG_OK) {
        sim_source_close(source);
        return status;
    }
    if (length > 0) {
        memcpy(source->block, text, length);
    }
    source->length = length;
    skip_byte_order_mark(source);
    return COG_OK;
}

void sim_source_close(struct sim_source *source) {
    if (source->allocator == NULL) {
        return;
    }
    sim_arena_term(&source->arena);
    source->part_count = 0;
    source->include_count = 0;
    source->file_count = 0;
    cog_release(source->allocator, source->block, source->block_bytes);
    if (source->name != NULL) {
        cog_release(source->allocator, source->name, strlen(source->name) + 1);
    }
    source->block = NULL;
    source->name = NULL;
    source->text = NULL;
    source->block_bytes = 0;
    source->length = 0;
}
