/* call_notes.h - what the calls of a stackful coroutine return, written to the log of a stage. */
#ifndef TESTS_CALL_NOTES_H
#define TESTS_CALL_NOTES_H

#include "tests/unit/stage.h"

/* What a call returned, and its value; -99 is what nothing was written to. */
void call_note(struct stage *stage, const char *what, int64_t status, int64_t value);

/* Runs function as the coroutine `f`, among the actors that have been entered; its argument is the
 * stage. Fails the test unless the run returns status and has logged that. */
void call_expect(struct stage *stage, cog_function function, int status, const char *log);

#endif
