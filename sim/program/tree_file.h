/* tree_file.h - the tree of an exploration as a picture. */
#ifndef SIM_PROGRAM_TREE_FILE_H
#define SIM_PROGRAM_TREE_FILE_H

#include "sim/explore/exploration.h"
#include "sim/explore/outcome_tree.h"

#include <stdio.h>

struct tree_file {
    const char *path;
    const struct sim_scenario *scenario;
    const struct sim_explored *explored;
    const struct sim_outcome_tree *tree;
};

/* Draws it. Returns an exit code, other than EXIT_HELD after a complaint to errors. One at a time:
 * Graphviz is. */
int tree_file_write(const struct tree_file *file, FILE *errors);

#endif
