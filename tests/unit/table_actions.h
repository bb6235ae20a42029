/* table_actions.h - what the plays of all cells are made of: the operation begins, something is
 * brought about, and what has been observed is put into words. */
#ifndef TESTS_TABLE_ACTIONS_H
#define TESTS_TABLE_ACTIONS_H

#include "tests/unit/table_play.h"

enum { TABLE_DUE_NS = TABLE_START_NS + TABLE_DELTA_NS };

/* Opens the stage and prepares the operation, adjusted for the event. */
void table_prepare(struct table_stage *stage, enum table_variant variant, enum table_event event);

/* Lets the subject set the operation, in the next iteration. */
void table_start(struct table_stage *stage);

/* Plays the operation up to where it waits or has ended, with somebody else ready or not. */
void table_enter(struct table_stage *stage, bool is_alone);

/* Brings something about in the middle of its timeout. */
void table_trigger(struct table_stage *stage, void (*bring_about)(struct table_stage *));

/* The time of a deadline comes; nothing may happen before. */
void table_pass(struct table_stage *stage, int64_t due_ns);

/* Cancels the subject: cog_cancel is to return that. */
void table_cancel(struct table_stage *stage, int status);

/* Frees the scheduler, and says what came of it. */
void table_free_scheduler(struct table_stage *stage, char *outcome);

/* The other waits for a completion of its own, on its socket. */
void table_hold_other(struct table_stage *stage);

/* Puts into words what has been observed, all of the operation's life so far. */
void table_describe(struct table_stage *stage, char *outcome);

/* The cells of an operation that has ended while its coroutine has not been resumed yet. */
void table_play_ended(struct table_stage *stage, enum table_state state, enum table_event event,
                      char *outcome);
void table_play_in_batch(struct table_stage *stage, enum table_event event, char *outcome);

#endif
