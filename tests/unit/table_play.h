/* table_play.h - plays one cell of the table of core/OPERATIONS.md: an operation, a state of its
 * life, an event. */
#ifndef TESTS_TABLE_PLAY_H
#define TESTS_TABLE_PLAY_H

#include "tests/unit/table_cells.h"
#include "tests/unit/table_operations.h"

enum { TABLE_OUTCOME_BYTES = 256 };

/* Plays a cell and writes what came of it: the words that the cell must consist of, or what the
 * machine was found to do wrong. outcome has room for TABLE_OUTCOME_BYTES. */
void table_play(const struct table_operation *operation, enum table_state state,
                enum table_event event, char *outcome);

#endif
