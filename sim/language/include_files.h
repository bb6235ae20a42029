/* include_files.h - opens the files that scenarios include, inside one folder only. */
#ifndef SIM_LANGUAGE_INCLUDE_FILES_H
#define SIM_LANGUAGE_INCLUDE_FILES_H

#include "sim/language/source.h"

#include <stdbool.h>

/* Splices in what a source includes. Names are relative to the file they stand in; what they lead
 * to must lie inside the folder `root`, links resolved. COG_OK, COG_ENOMEM. */
int sim_source_include_files(struct sim_source *source, const char *root);

/* Whether a file is made to be included, by its name: it ends in .scni. */
bool sim_is_part_name(const char *path);

#endif
