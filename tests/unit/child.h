/* child.h - a part of a test that is to end its process runs in a child. */
#ifndef TESTS_CHILD_H
#define TESTS_CHILD_H

#include <stddef.h>

enum { CHILD_TEXT_BYTES = 4096 };

struct child {
    int signal_number;           /* that ended it, or 0 */
    int exit_code;               /* if it ended by itself; that is 0 when act has returned */
    char text[CHILD_TEXT_BYTES]; /* what it wrote to standard error, cut off if it is more */
};

/* Runs act(argument) in a child and waits for its end. */
void child_run(struct child *child, void (*act)(void *argument), void *argument);

#endif
