/* source.h - the text of a scenario file in memory.
 *
 * Reading changes nothing but the byte order mark, which is skipped. That the text is UTF-8 without
 * NULs is checked by the parser, which can tell where it is not.
 */
#ifndef SIM_LANGUAGE_SOURCE_H
#define SIM_LANGUAGE_SOURCE_H

#include "core/allocator.h"

#include <stddef.h>

/* The largest file that is read. */
#define SIM_SOURCE_BYTES_MAX ((size_t)64 << 20)

struct sim_source {
    const struct cog_allocator *allocator;
    char *name;       /* as diagnostics show it: the path */
    const char *text; /* followed by a NUL */
    size_t length;
    char *block; /* what text is in */
    size_t block_bytes;
    char error[256]; /* why sim_source_open failed, as a sentence that names the file */
};

/* Reads a file. Returns COG_OK, COG_ENOMEM, COG_EIO (missing, unreadable, a directory) or
 * COG_ELIMIT (too large), and unless it is COG_OK, source->error says what is wrong and nothing
 * needs closing. */
int sim_source_open(struct sim_source *source, const struct cog_allocator *allocator,
                    const char *path);

/* Takes a copy of a text. Returns COG_OK, COG_ENOMEM or COG_ELIMIT. */
int sim_source_from_text(struct sim_source *source, const struct cog_allocator *allocator,
                         const char *name, const char *text, size_t length);

/* Gives back the memory. A source that failed to open, or was closed, may be closed again. */
void sim_source_close(struct sim_source *source);

#endif
