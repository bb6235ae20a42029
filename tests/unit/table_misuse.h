/* table_misuse.h - what a program must not do, or cannot know beforehand, and what comes of it: the
 * rows of the table of misuse in core/OPERATIONS.md. */
#ifndef TESTS_TABLE_MISUSE_H
#define TESTS_TABLE_MISUSE_H

#include <stddef.h>

/* The rows by their words, one after the other; null after the last. */
const char *table_misuse_at(size_t index);

/* Commits it in a process of its own and writes what comes of it: "assertion", or the name of a
 * code. outcome has room for TABLE_OUTCOME_BYTES. */
void table_misuse_play(size_t index, char *outcome);

#endif
