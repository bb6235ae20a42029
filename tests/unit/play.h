/* play.h - plays a scenario that stands in a test, and tells what became of it as text.
 *
 * The text of a scenario is written with ' for " and without its first line, which is added in
 * front; so its own first line is line 2.
 *
 *     log       TIME CORO TEXT, a line each
 *     failures  LINE: TEXT, a line each, without what explains them
 *     explanations  the same with it
 */
#ifndef TESTS_UNIT_PLAY_H
#define TESTS_UNIT_PLAY_H

#include "sim/cogsim.h"

#include <stdbool.h>

/* Counts live bytes; the call numbered fails_at (from 1) and all after it return null. 0: none
 * fails. */
struct play_allocator {
    struct cog_allocator allocator;
    size_t live_bytes;
    uint64_t call_count;
    uint64_t fails_at;
};

struct play {
    struct play_allocator counting;
    struct sim_source source;
    struct sim_diagnostics diagnostics;
    struct sim_scenario *scenario; /* null: it is not right */
    struct sim_program program;
    bool has_program;
    struct sim_run *run;
    struct sim_result result; /* once executed */
    int status;               /* of the last thing done */
    struct sim_buffer log;
    struct sim_buffer failures;
    struct sim_buffer explanations;
};

void play_allocator_init(struct play_allocator *counting);

/* The text with its first line, and " for '; the caller frees it. */
char *play_complete(const char *text);

/* Parses, compiles and makes the run; options may be null. Ends the test when the scenario is not
 * right. */
void play_open(struct play *play, const char *text, const struct sim_run_options *options);

/* The same with bytes as they are; play->status tells what became of it, COG_OK included. fails_at:
 * see play_allocator. */
void play_bytes(struct play *play, const char *bytes, size_t length,
                const struct sim_run_options *options, uint64_t fails_at);

/* Executes the run and writes down its log and failures. */
void play_execute(struct play *play);

/* play_open and play_execute, which must return COG_OK. */
void play_text(struct play *play, const char *text);

const char *play_log(const struct play *play);
const char *play_failures(const struct play *play);

/* Everything is given back, and there is no leak. */
void play_close(struct play *play);

/* Plays a text whose run must hold with this log, or must leave this log and these failures. */
void assert_plays(const char *text, const char *log);
void assert_fails(const char *text, const char *log, const char *failures);

/* Plays a text, whatever it logs: the failures alone. */
void assert_failures(const char *text, const char *failures);

/* The same with what explains them. */
void assert_explained(const char *text, const char *explanations);

#endif
