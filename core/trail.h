/* trail.h - who called whom, and the way that a failure came. Internal to core/. */
#ifndef COG_TRAIL_H
#define COG_TRAIL_H

#include "core/coroutine.h"

/* Leaves the way of the failure of `failed`, which has ended, with who waited for it. Where there
 * is no memory the trail ends early. */
void cog_trail_pass(struct cog_coro *to, const struct cog_coro *failed);

#endif
