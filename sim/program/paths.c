/* paths.c - files, and folders searched for scenarios. */
#include "sim/program/paths.h"

#include "sim/program/program.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { DEPTH_MAX = 64 };

static int add(struct paths *paths, const char *path) {
    if (paths->count == paths->capacity) {
        size_t capacity = paths->capacity == 0 ? 16 : paths->capacity * 2;
        char **items = realloc(paths->items, capacity * sizeof items[0]);
        if (items == NULL) {
            complain("out of memory");
            return EXIT_ENVIRONMENT;
        }
        paths->items = items;
        paths->capacity = capacity;
    }
    size_t bytes = strlen(path) + 1;
    char *copy = malloc(bytes);
    if (copy == NULL) {
        complain("out of memory");
        return EXIT_ENVIRONMENT;
    }
    memcpy(copy, path, bytes);
    paths->items[paths->count++] = copy;
    return EXIT_HELD;
}

static bool is_scenario_name(const char *name) {
    size_t bytes = strlen(name);
    return bytes > 4 && strcmp(name + bytes - 4, ".scn") == 0;
}

static int search(struct paths *paths, const char *folder, int depth);

/* An entry of a folder: a scenario is added, a folder is searched. Links to folders are not
 * followed: they may lead in circles. */
static int visit(struct paths *paths, const char *folder, const char *name, int depth) {
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
        code = search(paths, path, depth + 1);
    } else if (is_scenario_name(name)) {
        code = add(paths, path);
    }
    free(path);
    return code;
}

static int search(struct paths *paths, const char *folder, int depth) {
    if (depth > DEPTH_MAX) {
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
            code = worse(code, visit(paths, folder, entry->d_name, depth));
        }
    }
    (void)closedir(directory);
    return code;
}

static int compare(const void *left, const void *right) {
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static int expand(struct paths *paths, const char *argument) {
    struct stat status;
    if (stat(argument, &status) != 0) {
        complain("cannot read %s: %s", argument, strerror(errno));
        return errno == ENOENT || errno == ENOTDIR ? EXIT_BAD_INPUT : EXIT_ENVIRONMENT;
    }
    if (!S_ISDIR(status.st_mode)) {
        return add(paths, argument);
    }
    size_t before = paths->count;
    int code = search(paths, argument, 0);
    if (paths->count == before && code == EXIT_HELD) {
        complain("no scenario (.scn) in folder %s", argument);
        return EXIT_BAD_INPUT;
    }
    qsort(paths->items + before, paths->count - before, sizeof paths->items[0], compare);
    return code;
}

int paths_expand(struct paths *paths, char **arguments, int count) {
    *paths = (struct paths){.items = NULL};
    int code = EXIT_HELD;
    for (int i = 0; i < count; i++) {
        code = worse(code, expand(paths, arguments[i]));
    }
    return code;
}

void paths_free(struct paths *paths) {
    for (size_t i = 0; i < paths->count; i++) {
        free(paths->items[i]);
    }
    free(paths->items);
}
