/* clock_monotonic.c - the production clock. */
#include "core/clock.h"

#include <stddef.h>
#include <time.h>

static int64_t now_monotonic_ns(void *context) {
    (void)context;
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

struct cog_clock cog_clock_monotonic(void) {
    return (struct cog_clock){.now_ns = now_monotonic_ns, .context = NULL};
}
