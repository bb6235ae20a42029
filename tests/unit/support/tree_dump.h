/* tree_dump.h - a scenario's tree as text: all that a file says, but not where it says it.
 *
 * Two files with the same dump mean the same. Places, the wording of expectations (`source`) and
 * the memory that the tree lies in are left out; everything else of sim/language/ast.h is in.
 */
#ifndef TESTS_UNIT_SUPPORT_TREE_DUMP_H
#define TESTS_UNIT_SUPPORT_TREE_DUMP_H

#include "sim/language/ast.h"
#include "sim/language/buffer.h"

/* Adds the tree to the buffer, a line a field, members indented below what they are of. */
void tree_dump(struct sim_buffer *buffer, const struct sim_scenario *scenario);

#endif
