/* journal.h - what a run leaves to be judged: its log, and what did not hold. */
#ifndef SIM_JOURNAL_H
#define SIM_JOURNAL_H

#include "core/allocator.h"
#include "sim/instance.h"

/* A line that a coroutine logged. */
struct sim_log_line {
    int64_t time_ns; /* world time */
    const struct sim_instance *instance;
    uint32_t line;    /* of the statement that logged it */
    const char *text; /* null-terminated; may hold any bytes but NUL at its end */
    size_t bytes;
};

/* An operation that timed out. */
struct sim_timed_out {
    int64_t time_ns; /* world time */
    const struct sim_instance *instance;
    uint32_t line; /* of its statement */
};

enum { SIM_CONCERNED_MAX = 4 };

/* Something that did not hold. */
struct sim_failure {
    uint32_t line;  /* of the scenario; 0: of no line */
    char *text;     /* what, and in further lines, indented, why */
    size_t bytes;   /* of the block: the text and its NUL */
    char *expected; /* what stands side by side in the text, each in a line; or null */
    char *actual;
    char *identity; /* what it is, whatever the run was like (signature.h); or null */
    uint32_t concerned[SIM_CONCERNED_MAX]; /* coroutines that had a part in it, by trace id */
    uint32_t concerned_count;
    int64_t until_ns; /* world time: what they did later has no part in it */
};

struct sim_journal {
    const struct cog_allocator *allocator;
    struct sim_log_line *lines;
    size_t line_count;
    size_t line_capacity;
    struct sim_timed_out *timeouts;
    size_t timeout_count;
    size_t timeout_capacity;
    struct sim_failure *failures;
    size_t failure_count;
    size_t failure_capacity;
    size_t bytes_left;     /* that it may still take; no limit at first */
    bool is_out_of_memory; /* or it would have taken more than that */
};

void sim_journal_init(struct sim_journal *journal, const struct cog_allocator *allocator);
void sim_journal_term(struct sim_journal *journal);

/* Text is copied. */
void sim_journal_log(struct sim_journal *journal, int64_t time_ns,
                     const struct sim_instance *instance, const char *text, size_t bytes);
void sim_journal_timeout(struct sim_journal *journal, int64_t time_ns,
                         const struct sim_instance *instance);

/* Returns the failure as long as it is the latest, for more to be said of it; null: no memory. */
struct sim_failure *sim_journal_fail(struct sim_journal *journal, uint32_t line, const char *text,
                                     size_t bytes);
void sim_journal_compare(struct sim_journal *journal, struct sim_failure *failure,
                         const char *expected, const char *actual);

/* Says what the failure is, without times, values and places. */
void sim_journal_identify(struct sim_journal *journal, struct sim_failure *failure,
                          const char *identity);

#endif
