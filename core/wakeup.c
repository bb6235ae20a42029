/* wakeup.c - raising and lowering what wakes a proactor. */
#include "core/wakeup.h"

#include "core/nonblocking_posix.h"

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

bool cog_wakeup_open_pipe(struct cog_wakeup *wakeup) {
    int ends[2];
    if (pipe(ends) != 0) {
        return false;
    }
    wakeup->reader = ends[0];
    wakeup->writer = ends[1];
    atomic_init(&wakeup->is_raised, false);
    if (!cog_posix_set_nonblocking(ends[0]) || !cog_posix_set_nonblocking(ends[1])) {
        cog_wakeup_close(wakeup);
        return false;
    }
    return true;
}

void cog_wakeup_open_event(struct cog_wakeup *wakeup, int descriptor) {
    wakeup->reader = descriptor;
    wakeup->writer = descriptor;
    atomic_init(&wakeup->is_raised, false);
}

void cog_wakeup_close(struct cog_wakeup *wakeup) {
    cog_posix_close(wakeup->reader);
    if (wakeup->writer != wakeup->reader) {
        cog_posix_close(wakeup->writer);
    }
}

/* Eight bytes, as an eventfd wants them; the only ones that are ever in a pipe. */
void cog_wakeup_raise(struct cog_wakeup *wakeup) {
    if (!atomic_exchange(&wakeup->is_raised, true)) {
        int error = errno;
        const uint64_t one = 1;
        ssize_t written = -1;
        do {
            written = write(wakeup->writer, &one, sizeof one);
        } while (written < 0 && errno == EINTR);
        errno = error;
    }
}

/* Reads first: whoever raises it between the two finds it raised, and needs no write, because the
 * proactor is awake. The other way round that write would be read here, and it would stay raised
 * with nothing to read. */
void cog_wakeup_lower(struct cog_wakeup *wakeup) {
    uint64_t taken = 0;
    ssize_t count = -1;
    do {
        count = read(wakeup->reader, &taken, sizeof taken);
    } while (count < 0 && errno == EINTR);
    cog_wakeup_taken(wakeup);
}

void cog_wakeup_taken(struct cog_wakeup *wakeup) {
    (void)atomic_exchange(&wakeup->is_raised, false);
}
