/* stage_watch.h - the stage's observer: writes every event down and tells when a run breaks a
 * promise.
 *
 * Promises: one ending of each operation and of each coroutine; one resumption after it, none after
 * the end; a deadline fires when it comes, not before; nobody waits for what is there already; who
 * ends is cleaned up.
 */
#ifndef TESTS_STAGE_WATCH_H
#define TESTS_STAGE_WATCH_H

#include "tests/unit/stage.h"

struct cog_observer stage_watch_observer(struct stage *stage);

/* To be called between iterations. Null, or a text that says which promise does not hold. */
const char *stage_watch_check(const struct stage *stage);

#endif
