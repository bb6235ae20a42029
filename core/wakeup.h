/* wakeup.h - what ends a proactor's sleep from outside: a descriptor that becomes readable.
 *
 * However often it is raised, one write is made until the proactor has lowered it. */
#ifndef COG_WAKEUP_H
#define COG_WAKEUP_H

#include <stdatomic.h>
#include <stdbool.h>

struct cog_wakeup {
    int reader; /* readable while it is raised */
    int writer; /* the same one, if the system has such a thing */
    atomic_bool is_raised;
};

_Static_assert(ATOMIC_BOOL_LOCK_FREE == 2, "signal handlers raise it");

/* As a pipe, which all systems have. False: errno tells. */
bool cog_wakeup_open_pipe(struct cog_wakeup *wakeup);

/* As one descriptor, whoever made it. */
void cog_wakeup_open_event(struct cog_wakeup *wakeup, int descriptor);

void cog_wakeup_close(struct cog_wakeup *wakeup);

/* From any thread and from signal handlers. */
void cog_wakeup_raise(struct cog_wakeup *wakeup);

/* By the proactor that saw it raised. */
void cog_wakeup_lower(struct cog_wakeup *wakeup);

/* The same, by a proactor for whom the system has read what was written. */
void cog_wakeup_taken(struct cog_wakeup *wakeup);

static inline bool cog_wakeup_is_raised(const struct cog_wakeup *wakeup) {
    return atomic_load_explicit(&wakeup->is_raised, memory_order_relaxed);
}

#endif
