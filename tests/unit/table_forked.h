/* table_forked.h - does something in a process of its own, which a named assertion may end. */
#ifndef TESTS_TABLE_FORKED_H
#define TESTS_TABLE_FORKED_H

#include <stddef.h>

/* Calls act(context, outcome) there, which writes into outcome, of TABLE_OUTCOME_BYTES. If it is
 * ended by a named assertion, outcome becomes `misuse`. */
void table_fork(void (*act)(void *context, char *outcome), void *context, char *outcome,
                const char *misuse);

#endif
