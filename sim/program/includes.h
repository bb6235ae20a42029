/* includes.h - opens the files that scenarios include, inside one folder only. */
#ifndef SIM_PROGRAM_INCLUDES_H
#define SIM_PROGRAM_INCLUDES_H

#include "sim/language/source.h"

#include <stdbool.h>

/* Splices in what a source includes. Names are relative to the file they stand in; what they lead
 * to must lie inside the folder `root`, links resolved. COG_OK, COG_ENOMEM. */
int include_files(struct sim_source *source, const char *root);

/* Whether a file is made to be included, by its name: it ends in .scni. */
bool is_part_name(const char *path);

#endif
