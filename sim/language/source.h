/* source.h - the text of a scenario file in memory, that of the files it includes spliced in.
 *
 * An `include "name"` line stays; the text of the file follows it. Each file comes once: a second
 * include of it changes nothing. Parts tell which bytes are lines of which file.
 *
 * Reading changes nothing but the byte order mark, which is skipped. That the text is UTF-8 without
 * NULs is checked by the parser, which can tell where it is not.
 */
#ifndef SIM_LANGUAGE_SOURCE_H
#define SIM_LANGUAGE_SOURCE_H

#include "core/allocator.h"

#include "sim/language/arena.h"

#include <stddef.h>
#include <stdint.h>

/* The largest file that is read. */
#define SIM_SOURCE_BYTES_MAX ((size_t)64 << 20)

/* From here to the next part stand lines of one file. */
struct sim_source_part {
    uint32_t start; /* offset in the text */
    uint32_t line;  /* of the first of them, and its file: sim_line_number() */
};

/* An `include` line at the margin. */
struct sim_include {
    uint32_t offset;   /* of the line, in the text */
    const char *error; /* why its file is not in the text, or null */
};

struct sim_source {
    const struct cog_allocator *allocator;
    struct sim_arena arena; /* of what follows */
    const char **files;     /* names of the files included, in order */
    uint32_t file_count;
    struct sim_source_part *parts; /* none: the text is one file */
    uint32_t part_count;
    struct sim_include *includes; /* in order of their offsets */
    uint32_t include_count;
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

/* Opens the file that `name` stands for in an include line of the file `from`. COG_OK with *source
 * open, under a name that no other file has; or another status, with source->error saying why as a
 * clause ("no such file"), and nothing to close. */
struct sim_includer {
    int (*open)(void *context, const char *from, const char *name, struct sim_source *source);
    void *context;
};

/* Splices in what the text includes. Files that cannot be included are noted at their lines, for
 * the parser to report. COG_OK, COG_ENOMEM. */
int sim_source_include(struct sim_source *source, const struct sim_includer *includer);

/* The include line at that offset, or null. */
const struct sim_include *sim_source_find_include(const struct sim_source *source, uint32_t offset);

/* The name of the file that a line is of. */
const char *sim_source_file_name(const struct sim_source *source, uint32_t line);

/* Where a byte of the scenario's own file stands in that file: the text of included files left out.
 */
uint32_t sim_source_own_offset(const struct sim_source *source, uint32_t offset);

/* Gives back the memory. A source that failed to open, or was closed, may be closed again. */
void sim_source_close(struct sim_source *source);

#endif
