/* output_file.c - a file that appears whole under its name, or not at all. */
#include "reports/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reports/status.h"

/* Writes everything, whatever pieces the system takes. 0 or an errno. */
static int write_all(int file, const char *bytes, size_t byte_count) {
    while (byte_count > 0) {
        ssize_t written = write(file, bytes, byte_count);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return errno;
        bytes += written;
        byte_count -= (size_t)written;
    }
    return 0;
}

/* Opens a file that no other writer has: the process and a counter are in its name. */
static int open_beside(const char *path, char *name, size_t name_bytes) {
    for (unsigned attempt = 0; attempt < 1000; attempt++) {
        snprintf(name, name_bytes, "%s.%ld.%u.tmp", path, (long)getpid(), attempt);
        int file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file >= 0 || errno != EEXIST)
            return file;
    }
    return -1;
}

/* Pipes and devices cannot be renamed onto: they are written as they are. */
static bool is_special(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

static int fail(struct rep_error *error, const char *path, int reason) {
    return rep_error_set(error, REP_EIO, 0, "cannot write %s: %s", path, strerror(reason));
}

int rep_output_write(const char *path, const void *bytes, size_t byte_count,
                     struct rep_error *error) {
    bool special = is_special(path);
    size_t name_bytes = strlen(path) + 48;
    char *name = malloc(name_bytes);
    if (name == NULL)
        return rep_error_set(error, REP_ENOMEM, 0, "out of memory");
    int file = special ? open(path, O_WRONLY | O_CLOEXEC) : open_beside(path, name, name_bytes);
    if (file < 0) {
        int why = errno;
        free(name);
        return fail(error, path, why);
    }
    int reason = write_all(file, bytes, byte_count);
    if (close(file) != 0 && reason == 0)
        reason = errno;
    if (reason == 0 && !special && rename(name, path) != 0)
        reason = errno;
    if (reason != 0 && !special)
        unlink(name);
    free(name);
    return reason == 0 ? REP_OK : fail(error, path, reason);
}
