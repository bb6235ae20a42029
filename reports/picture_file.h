/* picture_file.h - a picture into a file, in the format that the file's name ends in. */
#ifndef REP_PICTURE_FILE_H
#define REP_PICTURE_FILE_H

#include "reports/picture.h"
#include "reports/reports.h"

/* REP_OK; REP_EFORMAT: the name ends in no format that there is. */
int rep_picture_check_path(const char *path, struct rep_error *error);

/* Whole under its name or not at all. REP_EFORMAT, REP_EIO, REP_ENOMEM, REP_ERENDER. Not
 * thread-safe. */
int rep_picture_write(const struct rep_picture *picture, const char *path, struct rep_error *error);

#endif
