/* paths.c - files, and folders searched for scenarios. */
#include "sim/program/paths.h"

#include "sim/language/include_files.h"
#include "sim/program/program.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { DEPTH_MAX = 64 };

/* What is looked for, and where it goes. */
struct expansion {
    struct paths *paths;
    const char *root; /* of everything; or null */
    bool with_parts;
};

static char *copy_text(const char *text, size_t bytes) {
    char *copy = malloc(bytes + 1);
    if (copy != NULL) {
        memcpy(copy, text, bytes);
        copy[bytes] = '\0';
    }
    return copy;
}

static int add(struct expansion *expansion, const char *path, const char *root, size_t root_bytes) {
    struct paths *paths = expansion->paths;
    if (paths->count == paths->capacity) {
        size_t capacity = paths->capacity == 0 ? 16 : paths->capacity * 2;
        struct found_path *items = realloc(paths->items, capacity * sizeof items[0]);
        if (items == NULL) {
            complain("out of memory");
            return EXIT_ENVIRONMENT;
        }
        paths->items = items;
        paths->capacity = capacity;
    }
    if (expansion->root != NULL) {
        root = expansion->root;
        root_bytes = strlen(root);
    }
    struct found_path found = {.path = copy_text(path, strlen(path)),
                               .root = copy_text(root, root_bytes)};
    if (found.path == NULL || found.root == NULL) {
        free(found.path);
        free(found.root);
        complain("out of memory");
        return EXIT_ENVIRONMENT;
    }
    paths->items[paths->count++] = found;
    return EXIT_HELD;
}

static bool is_scenario_name(const char *name) {
    size_t bytes = strlen(name);
    return bytes > 4 && strcmp(name + bytes - 4, ".scn") == 0;
}

/* A folder being searched, and the one on the command line that it lies in. */
struct place {
    const char *folder;
    const char *top;
    int depth;
};

static int search(struct expansion *expansion, struct place place);

/* An entry of a folder: a scenario is added, a folder is searched. Links to folders are not
 * followed: they may lead in circles. */
static int visit(struct expansion *expansion, struct place place, const char *name) {
    const char *folder = place.folder;
    size_t bytes = strlen(folder) + strlen(name) + 2;
    char *path = malloc(bytes);
    if (path == NULL) {
        complain("out of memory");
        return EXIT_ENVIRONMENT;
    }
    const char *slash = folder[strlen(folder) - 1] == '/' ? "" : "/";
    (void)snprintf(path, bytes, "%s%s%s", folder, slash, name);
    struct stat status;
    int code = EXIT_HELD;
    if (lstat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
        struct place inner = {.folder = path, .top = place.top, .depth = place.depth + 1};
        code = search(expansion, inner);
    } else if (is_scenario_name(name) || (expansion->with_parts && sim_is_part_name(name))) {
        code = add(expansion, path, place.top, strlen(place.top));
    }
    free(path);
    return code;
}

static int search(struct expansion *expansion, struct place place) {
    const char *folder = place.folder;
    if (place.depth > DEPTH_MAX) {
        complain("%s: folders nested more than %d deep", folder, DEPTH_MAX);
        return EXIT_BAD_INPUT;
    }
    DIR *directory = opendir(folder);
    if (directory == NULL) {
        complain("cannot read %s: %s", folder, strerror(errno));
        return EXIT_ENVIRONMENT;
    }
    int code = EXIT_HELD;
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        if (entry->d_name[0] != '.') {
            code = worse(code, visit(expansion, place, entry->d_name));
        }
    }
    (void)closedir(directory);
    return code;
}

static int compare(const void *left, const void *right) {
    const struct found_path *a = left;
    const struct found_path *b = right;
    return strcmp(a->path, b->path);
}

static int add_file(struct expansion *expansion, const char *path) {
    const char *slash = strrchr(path, '/');
    if (slash == NULL) {
        return add(expansion, path, ".", 1);
    }
    return add(expansion, path, path, slash == path ? 1 : (size_t)(slash - path));
}

static int expand(struct expansion *expansion, const char *argument) {
    struct paths *paths = expansion->paths;
    struct stat status;
    if (stat(argument, &status) != 0) {
        complain("cannot read %s: %s", argument, strerror(errno));
        return errno == ENOENT || errno == ENOTDIR ? EXIT_BAD_INPUT : EXIT_ENVIRONMENT;
    }
    if (!S_ISDIR(status.st_mode)) {
        return add_file(expansion, argument);
    }
    size_t before = paths->count;
    struct place place = {.folder = argument, .top = argument};
    int code = search(expansion, place);
    if (paths->count == before && code == EXIT_HELD) {
        complain("no scenario (.scn) in folder %s", argument);
        return EXIT_BAD_INPUT;
    }
    qsort(paths->items + before, paths->count - before, sizeof paths->items[0], compare);
    return code;
}

int paths_expand(struct paths *paths, char **arguments, int count, const char *root,
                 bool with_parts) {
    *paths = (struct paths){.items = NULL};
    struct expansion expansion = {.paths = paths, .root = root, .with_parts = with_parts};
    int code = EXIT_HELD;
    for (int i = 0; i < count; i++) {
        code = worse(code, expand(&expansion, arguments[i]));
    }
    return code;
}

void paths_free(struct paths *paths) {
    for (size_t i = 0; i < paths->count; i++) {
        free(paths->items[i].path);
        free(paths->items[i].root);
    }
    free(paths->items);
}
