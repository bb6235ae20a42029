/* schedule.h - the decisions of a run, as text: one a line, in their order.
 *
 *     left: after yield          of the coroutines that could make the next step, left made it
 *     right: set counter
 *     main/handler#2: acquire m  main's second handler
 *     pick coin: 2               what a pick gave
 *     timeout: reader            whose deadline, of several of one instant, expired first
 *     production: 12             twelve decisions as in production, whatever they were
 *
 * A line has a label, which names what was decided, and what was chosen; for a step what it begins
 * with stands beside its coroutine, so that the line still says what it means when the program has
 * changed. Where nothing could be decided there is no line; what comes after the last line was
 * decided as in production.
 */
#ifndef SIM_SCHEDULE_H
#define SIM_SCHEDULE_H

#include "core/allocator.h"
#include "sim/language/ast.h"
#include "sim/language/buffer.h"

struct sim_schedule_entry {
    const char *text;          /* null-terminated */
    uint32_t line;             /* where it stands in a file; 0: nowhere */
    uint32_t production_count; /* so many decisions are production's; 0: it is a decision */
    bool is_choice;            /* follow `choice`, whatever it is called */
    uint64_t choice;           /* recorded: which candidate; 0 is production's */
    uint64_t candidate_count;  /* recorded: of how many */
};

struct sim_schedule {
    const struct cog_allocator *allocator;
    struct sim_schedule_entry *entries;
    uint32_t count;
    size_t capacity;
    uint32_t decisive_count; /* up to the last one that is not production's, while it is recorded */
};

void sim_schedule_init(struct sim_schedule *schedule, const struct cog_allocator *allocator);
void sim_schedule_term(struct sim_schedule *schedule);

/* Appends a copy of a line. COG_OK, COG_ENOMEM. */
int sim_schedule_add(struct sim_schedule *schedule, const char *text, size_t bytes, uint32_t line);

/* Appends a decision for a candidate by its number. COG_OK, COG_ENOMEM. */
int sim_schedule_add_choice(struct sim_schedule *schedule, uint64_t choice);

/* Appends copies of the entries from first on, before end. COG_OK, COG_ENOMEM. */
int sim_schedule_add_all(struct sim_schedule *schedule, const struct sim_schedule *from,
                         uint32_t first, uint32_t end);

/* Appends the entries of a recorded schedule with a line for many in a row that are production's.
 * COG_OK, COG_ENOMEM. */
int sim_schedule_add_folded(struct sim_schedule *schedule, const struct sim_schedule *recorded);

/* Takes away what is behind the first count lines. */
void sim_schedule_cut(struct sim_schedule *schedule, uint32_t count);

/* Reads a text: blank lines and those that begin with `#` say nothing. COG_OK, COG_ENOMEM; or
 * COG_EINVALID with the number of a line that is none of a schedule in *line. */
int sim_schedule_read(struct sim_schedule *schedule, const char *text, size_t bytes,
                      uint32_t *line);

/* The `schedule` block of a scenario; codes as sim_schedule_read. */
int sim_schedule_of_scenario(struct sim_schedule *schedule, const struct sim_scenario *scenario,
                             uint32_t *line);

/* Appends its lines, each behind an indentation. */
void sim_schedule_write(const struct sim_schedule *schedule, uint32_t indentation,
                        struct sim_buffer *buffer);

#endif
