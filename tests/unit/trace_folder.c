/* trace_folder.c - makes, counts and removes a temporary folder. */
#define _XOPEN_SOURCE 700 /* P_tmpdir */
#include "tests/unit/trace_folder.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int trace_folder_setup(void **state) {
    struct trace_folder *folder = calloc(1, sizeof *folder);
    if (folder == NULL) {
        return -1;
    }
    *state = folder;
    (void)snprintf(folder->path, sizeof folder->path, "%s/trace-XXXXXX", P_tmpdir);
    if (mkdtemp(folder->path) == NULL) {
        return -1;
    }
    (void)snprintf(folder->trace, sizeof folder->trace, "%s/run.trace", folder->path);
    return 0;
}

/* Counts the files in the folder, and removes them if asked to; -1: it cannot be read. */
static long walk(const struct trace_folder *folder, int removes) {
    DIR *directory = opendir(folder->path);
    if (directory == NULL) {
        return -1;
    }
    long count = 0;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        char path[512];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        (void)snprintf(path, sizeof path, "%s/%s", folder->path, entry->d_name);
        count += removes ? (remove(path) == 0 ? 1 : 0) : 1;
    }
    (void)closedir(directory);
    return count;
}

size_t trace_folder_count(const struct trace_folder *folder) {
    long count = walk(folder, 0);
    return count < 0 ? (size_t)-1 : (size_t)count;
}

int trace_folder_teardown(void **state) {
    struct trace_folder *folder = *state;
    (void)walk(folder, 1);
    int status = rmdir(folder->path);
    free(folder);
    return status;
}
