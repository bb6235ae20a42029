/* replace_file.c - a temporary file beside the real one, then a rename. */
#define _XOPEN_SOURCE 700 /* realpath, mkstemp, fchmod */

#include "sim/program/replace_file.h"

#include "sim/program/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_all(int descriptor, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t written = write(descriptor, bytes, length);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return -1;
        }
        bytes += written;
        length -= (size_t)written;
    }
    return fsync(descriptor);
}

/* Whoever may not write to a file shall not replace it either. */
static int check_permission(const char *path) {
    return access(path, W_OK);
}

static int replace(const char *path, char *beside, const char *bytes, size_t length) {
    struct stat status;
    if (check_permission(path) != 0 || stat(path, &status) != 0) {
        return -1;
    }
    hold_interrupts();
    int descriptor = mkstemp(beside);
    remove_on_interrupt(descriptor >= 0 ? beside : NULL);
    if (descriptor < 0) {
        return -1;
    }
    int result = fchmod(descriptor, status.st_mode & 07777);
    result = result == 0 ? write_all(descriptor, bytes, length) : result;
    int error_number = errno;
    if (close(descriptor) != 0 && result == 0) {
        result = -1;
        error_number = errno;
    }
    if (result == 0 && rename(beside, path) != 0) {
        result = -1;
        error_number = errno;
    }
    if (result != 0) {
        (void)unlink(beside);
    }
    remove_on_interrupt(NULL);
    errno = error_number;
    return result;
}

int replace_file(const char *path, const char *text, size_t length) {
    static const char suffix[] = ".XXXXXX";
    char *real_path = realpath(path, NULL);
    if (real_path == NULL) {
        return -1;
    }
    size_t bytes = strlen(real_path) + sizeof suffix;
    char *beside = malloc(bytes);
    int result = -1;
    if (beside != NULL) {
        (void)snprintf(beside, bytes, "%s%s", real_path, suffix);
        result = replace(real_path, beside, text, length);
    }
    int error_number = errno;
    free(beside);
    free(real_path);
    errno = error_number;
    return result;
}

/* What cannot be renamed over, such as a terminal, is written to as it stands. */
static int write_directly(const char *path, const char *text, size_t length) {
    int descriptor = open(path, O_WRONLY);
    if (descriptor < 0) {
        return -1;
    }
    int result = 0;
    for (size_t at = 0; at < length && result == 0;) {
        ssize_t written = write(descriptor, text + at, length - at);
        at += written > 0 ? (size_t)written : 0;
        result = written < 0 && errno != EINTR ? -1 : 0;
    }
    int error_number = errno;
    if (close(descriptor) != 0 && result == 0) {
        return -1;
    }
    errno = error_number;
    return result;
}

static int make(const char *path, char *beside, const char *text, size_t length) {
    int descriptor = mkstemp(beside);
    if (descriptor < 0) {
        return -1;
    }
    mode_t mask = umask(0);
    (void)umask(mask);
    int result = fchmod(descriptor, 0666 & ~mask);
    result = result == 0 ? write_all(descriptor, text, length) : result;
    int error_number = errno;
    if (close(descriptor) != 0 && result == 0) {
        result = -1;
        error_number = errno;
    }
    if (result == 0 && rename(beside, path) != 0) {
        result = -1;
        error_number = errno;
    }
    if (result != 0) {
        (void)unlink(beside);
    }
    errno = error_number;
    return result;
}

int make_file(const char *path, const char *text, size_t length) {
    static const char suffix[] = ".XXXXXX";
    struct stat status;
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
        return write_directly(path, text, length);
    }
    size_t bytes = strlen(path) + sizeof suffix;
    char *beside = malloc(bytes);
    if (beside == NULL) {
        return -1;
    }
    (void)snprintf(beside, bytes, "%s%s", path, suffix);
    int result = make(path, beside, text, length);
    int error_number = errno;
    free(beside);
    errno = error_number;
    return result;
}
