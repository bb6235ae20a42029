/* clock.h - the seam through which the scheduler learns what time it is. */
#ifndef COG_CLOCK_H
#define COG_CLOCK_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cog_clock {
    /* Nanoseconds since a start of the clock's own choosing. Never runs backwards. */
    int64_t (*now_ns)(void *context);
    void *context;
};

/* CLOCK_MONOTONIC. */
struct cog_clock cog_clock_monotonic(void);

#ifdef __cplusplus
}
#endif

#endif
