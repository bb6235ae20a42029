/* updated.h - plays a scenario that stands in a test, and updates its expectations to what
 * happened.
 *
 * The text of a scenario is written with ' for " and without its first line, as for play.h. */
#ifndef TESTS_UNIT_UPDATED_H
#define TESTS_UNIT_UPDATED_H

#include "sim/update.h"
#include "tests/unit/play.h"

enum { UPDATED_TEXT_BYTES = 2048 };

/* A run and its update. */
struct updated {
    struct play play;
    struct sim_update update;
    struct sim_buffer text; /* the new one, with its first line */
};

void open_updated(struct updated *updated, const char *text);
void close_updated(struct updated *updated);

/* The new text, without its first line. */
const char *new_text(const struct updated *updated);

/* What holds needs no update. */
void assert_is_settled(const char *text);

/* Behind the world, the expectations become these, and then hold. */
void assert_becomes(const char *world, const char *before, const char *after);

/* It stays as it is, for this reason. */
void assert_left(const char *world, const char *expectation, const char *reason);

/* Nothing is rewritten, for this reason. */
void assert_refused(const char *text, const char *reason);

#endif
