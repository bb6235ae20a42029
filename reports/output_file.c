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

int rep_output_open(struct rep_output *output, const char *path, struct rep_error *error) {
    output->path = path != NULL ? path : "standard output";
    output->name = NULL;
    output->file = -1;
    output->reason = 0;
    output->used = 0;
    if (path == NULL) {
        output->file = STDOUT_FILENO;
        return REP_OK;
    }
    size_t name_bytes = strlen(path) + 48;
    if (!is_special(path)) {
        output->name = malloc(name_bytes);
        if (output->name == NULL)
            return rep_error_set(error, REP_ENOMEM, 0, "out of memory");
    }
    output->file = output->name == NULL ? open(path, O_WRONLY | O_CLOEXEC)
                                        : open_beside(path, output->name, name_bytes);
    if (output->file < 0) {
        int why = errno;
        free(output->name);
        output->name = NULL;
        return fail(error, path, why);
    }
    return REP_OK;
}

static void flush(struct rep_output *output) {
    if (output->reason == 0)
        output->reason = write_all(output->file, (const char *)output->bytes, output->used);
    output->used = 0;
}

void rep_output_add(struct rep_output *output, const void *bytes, size_t byte_count) {
    const uint8_t *from = bytes;
    while (byte_count > 0) {
        size_t room = REP_OUTPUT_BYTES - output->used;
        size_t part = byte_count < room ? byte_count : room;
        memcpy(output->bytes + output->used, from, part);
        output->used += part;
        from += part;
        byte_count -= part;
        if (output->used == REP_OUTPUT_BYTES)
            flush(output);
    }
}

void rep_output_add_text(struct rep_output *output, const char *text) {
    rep_output_add(output, text, strlen(text));
}

int rep_output_close(struct rep_output *output, bool is_whole, struct rep_error *error) {
    flush(output);
    if (output->file != STDOUT_FILENO && close(output->file) != 0 && output->reason == 0)
        output->reason = errno;
    bool is_good = is_whole && output->reason == 0;
    if (output->name != NULL && is_good && rename(output->name, output->path) != 0)
        output->reason = errno;
    if (output->name != NULL && (!is_good || output->reason != 0))
        unlink(output->name);
    free(output->name);
    return output->reason == 0 ? REP_OK : fail(error, output->path, output->reason);
}

int rep_output_write(const char *path, const void *bytes, size_t byte_count,
                     struct rep_error *error) {
    struct rep_output *output = malloc(sizeof *output);
    if (output == NULL)
        return rep_error_set(error, REP_ENOMEM, 0, "out of memory");
    int status = rep_output_open(output, path, error);
    if (status == REP_OK) {
        rep_output_add(output, bytes, byte_count);
        status = rep_output_close(output, true, error);
    }
    free(output);
    return status;
}
