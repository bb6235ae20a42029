/* update_parts.h - what the files of the update share. Internal to them.
 *
 *     update.c          the whole: refusals, expectations, outcomes
 *     update_clause.c   what a clause would have to say
 *     update_line.c     which line of the log a clause means
 *     update_literal.c  values as a scenario writes them
 */
#ifndef SIM_UPDATE_PARTS_H
#define SIM_UPDATE_PARTS_H

#include "sim/run.h"
#include "sim/update.h"

struct sim_updater {
    struct sim_run *run;
    const struct sim_source *source;
    struct sim_update *update;
    bool *is_claimed; /* of each line of the log: an expectation speaks of it and no other */
    uint32_t line;    /* of the expectation at hand */
};

/* The bytes at a place. */
struct sim_text sim_update_source_text(const struct sim_updater *updater, struct sim_place place);

/* Puts what is in the buffer, which is given back, in the place of `length` bytes at an offset of
 * the source's text. */
void sim_update_add_edit(struct sim_updater *updater, size_t offset, size_t length,
                         struct sim_buffer *buffer);

__attribute__((format(printf, 2, 3))) void sim_update_add_note(struct sim_updater *updater,
                                                               const char *format, ...);

/* Edits a clause that does not hold so that it does, or notes why it cannot. */
void sim_update_clause(struct sim_updater *updater, const struct sim_clause *clause);

/* The lines that clauses single out by their time are claimed. */
void sim_update_claim_lines(struct sim_updater *updater, const struct sim_clause *clause);

/* The line that a `log` clause which does not hold means: of its text, rather by its coroutine,
 * rather not claimed, nearest in time; of the text most like it if there is none. Null: nothing is
 * like it. It is claimed from now on. */
const struct sim_log_line *sim_update_line_meant(struct sim_updater *updater,
                                                 const struct sim_clause *clause);

/* Is the line by whom the clause says, if it says so? */
bool sim_update_is_by(const struct sim_updater *updater, const struct sim_clause *clause,
                      const struct sim_log_line *line);

/* How far a time is outside of a range. */
static inline int64_t sim_update_distance_ns(struct sim_range range, int64_t time_ns) {
    return time_ns < range.low    ? range.low - time_ns
           : time_ns > range.high ? time_ns - range.high
                                  : 0;
}

#endif
