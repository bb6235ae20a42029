/* include_files.c - where include lines may lead. */
#define _XOPEN_SOURCE 700 /* realpath */

#include "sim/language/include_files.h"

#include "core/cogen.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 4096 };

bool sim_is_part_name(const char *path) {
    size_t length = strlen(path);
    return length > 5 && strcmp(path + length - 5, ".scni") == 0;
}

/* The path of `name` beside the file `from`, without '.' and '..' where that can be told from the
 * text alone, so that one file has one name. False: too long. */
static bool join(const char *from, const char *name, char *path) {
    const char *slash = strrchr(from, '/');
    int folder_bytes = slash != NULL ? (int)(slash - from) + 1 : 0;
    int bytes = snprintf(path, PATH_BYTES, "%.*s%s", folder_bytes, from, name);
    if (bytes < 0 || bytes >= PATH_BYTES) {
        return false;
    }
    char *parts[PATH_BYTES / 2];
    size_t count = 0;
    bool is_absolute = path[0] == '/';
    char copy[PATH_BYTES];
    char *rest = NULL;
    memcpy(copy, path, (size_t)bytes + 1);
    for (char *part = strtok_r(copy, "/", &rest); part != NULL; part = strtok_r(NULL, "/", &rest)) {
        bool is_up = strcmp(part, "..") == 0;
        if (is_up && count > 0 && strcmp(parts[count - 1], "..") != 0) {
            count--;
        } else if (strcmp(part, ".") != 0 && !(is_up && is_absolute && count == 0)) {
            parts[count++] = part;
        }
    }
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        const char *separator = i > 0 || is_absolute ? "/" : "";
        used += (size_t)snprintf(path + used, PATH_BYTES - used, "%s%s", separator, parts[i]);
    }
    return used > 0;
}

static bool is_inside(const char *folder, const char *path) {
    size_t length = strlen(folder);
    bool is_root = strcmp(folder, "/") == 0;
    return is_root || (strncmp(folder, path, length) == 0 && path[length] == '/');
}

__attribute__((format(printf, 2, 3))) static int refuse(struct sim_source *source,
                                                        const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(source->error, sizeof source->error, format, arguments);
    va_end(arguments);
    return COG_EINVALID;
}

static int open_inside(const char *root, const char *path, struct sim_source *source) {
    char *real_root = realpath(root, NULL);
    char *real_path = real_root != NULL ? realpath(path, NULL) : NULL;
    int status = COG_OK;
    if (real_path == NULL && errno == ENOMEM) {
        status = COG_ENOMEM;
    } else if (real_path == NULL) {
        status = refuse(source, errno == ENOENT ? "there is no file '%s'" : "'%s' cannot be opened",
                        path);
    } else if (!is_inside(real_root, real_path)) {
        status = refuse(source, "'%s' lies outside of the folder '%s' (--root names another)", path,
                        root);
    }
    free(real_root);
    free(real_path);
    return status;
}

static int open_included(void *context, const char *from, const char *name,
                         struct sim_source *source) {
    char path[PATH_BYTES];
    if (name[0] == '/') {
        return refuse(source, "a name is relative to the file it stands in");
    }
    if (!join(from, name, path)) {
        return refuse(source, "the name is too long");
    }
    int status = open_inside(context, path, source);
    return status == COG_OK ? sim_source_open(source, cog_allocator_malloc(), path) : status;
}

int sim_source_include_files(struct sim_source *source, const char *root) {
    const struct sim_includer includer = {.open = open_included, .context = (void *)root};
    return sim_source_include(source, &includer);
}
