/* paths.h - the scenario files that the paths on the command line stand for. */
#ifndef SIM_PROGRAM_PATHS_H
#define SIM_PROGRAM_PATHS_H

#include <stdbool.h>
#include <stddef.h>

struct found_path {
    char *path;
    char *root; /* the folder that its includes must stay inside */
};

struct paths {
    struct found_path *items; /* in order of the command line; those of a folder sorted by name */
    size_t count;
    size_t capacity;
};

/* Files as they are; folders are searched for .scn files, and for .scni files as well if
 * `with_parts`. root: null, or the root of all; else it is the folder named, or that of the file
 * named. Returns an exit code; other than EXIT_HELD after a complaint (a path that is not there, a
 * folder without scenarios), and then whatever could be found is in it all the same. */
int paths_expand(struct paths *paths, char **arguments, int count, const char *root,
                 bool with_parts);
void paths_free(struct paths *paths);

#endif
