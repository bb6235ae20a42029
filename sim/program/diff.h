/* diff.h - what differs between two texts, line by line. */
#ifndef SIM_PROGRAM_DIFF_H
#define SIM_PROGRAM_DIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Prints the unified difference with two lines around each; nothing if there is none. */
void print_diff(FILE *file, const char *path, const char *before, size_t before_bytes,
                const char *after, size_t after_bytes, bool colour);

/* The same, but at most so many lines of it, and how many more there are. */
void print_diff_start(FILE *file, const char *path, const char *before, size_t before_bytes,
                      const char *after, size_t after_bytes, bool colour, size_t lines_max);

#endif
