/* replace_file.h - puts other contents into a file that people keep. */
#ifndef SIM_PROGRAM_REPLACE_FILE_H
#define SIM_PROGRAM_REPLACE_FILE_H

#include <stddef.h>

/* Replaces the contents of a file that is there: they are written beside it and take its name when
 * they are on the disk, so that it holds the old or the new ones whatever happens. Its permissions
 * stay; of a link, what it leads to is replaced. 0, or -1 with errno telling why: then it is as it
 * was. */
int replace_file(const char *path, const char *text, size_t length);

/* Makes a file, or replaces one: it is there as a whole or not at all. 0, or -1 with errno. */
int make_file(const char *path, const char *text, size_t length);

#endif
