/* trace_folder.h - a folder of its own for a test that writes a trace. */
#ifndef TESTS_TRACE_FOLDER_H
#define TESTS_TRACE_FOLDER_H

#include <stddef.h>

struct trace_folder {
    char path[64];
    char trace[80]; /* the name of a file in it */
};

/* For cmocka: *state is the folder. Teardown removes it with the files in it. */
int trace_folder_setup(void **state);
int trace_folder_teardown(void **state);

/* How many files it holds. */
size_t trace_folder_count(const struct trace_folder *folder);

#endif
