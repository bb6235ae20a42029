/* tally.h - what the runs of an exploration came to: outcomes, how often each, and what failed. */
#ifndef SIM_EXPLORE_TALLY_H
#define SIM_EXPLORE_TALLY_H

#include "sim/cogsim.h"

/* A way in which runs ended. */
struct sim_outcome {
    char *text; /* "2, true"; "stalled"; "failed"; null-terminated */
    size_t text_bytes;
    uint64_t hash;
    uint64_t count;
    uint32_t line;      /* of `expect outcomes`, or SIM_NONE */
    uint64_t first_run; /* the number of the first run that ended so, from 1 */
    uint32_t next;      /* of its bucket, or SIM_NONE */
    bool is_failure;
};

/* The most that a run took of something, and the number of the first run that took so much. */
struct sim_most {
    uint64_t amount;
    uint64_t run; /* from 1; 0: there was none */
};

enum { SIM_TALLY_BUCKETS = 1024 };

struct sim_tally {
    const struct cog_allocator *allocator;
    uint64_t run_count;
    uint64_t failure_count;
    uint64_t first_failure;       /* number of the first run that failed; 0: none has */
    struct sim_outcome *outcomes; /* in order of appearance */
    uint32_t outcome_count;
    uint32_t latest; /* of the run that was counted last; of no value before */
    size_t outcome_capacity;
    uint32_t buckets[SIM_TALLY_BUCKETS]; /* outcomes by hash, or SIM_NONE */
    uint64_t *sometimes; /* of each expectation of the scenario: in how many runs it held */
    uint32_t expectation_count;
    uint64_t *played; /* behind them, of what it declares (sim/declared.h): in how many runs it came
                         into play; not known of runs in another process */
    uint32_t declared_count;
    struct sim_most most_steps; /* resumptions of coroutines */
    struct sim_most most_time;  /* ns of virtual time */
};

int sim_tally_init(struct sim_tally *tally, const struct cog_allocator *allocator,
                   const struct sim_scenario *scenario);
void sim_tally_term(struct sim_tally *tally);

/* What a run came to, where it was judged in another process. */
enum { SIM_REPORT_TEXT_BYTES = 1024, SIM_REPORT_SOMETIMES_MAX = 1024 };

struct sim_report {
    uint64_t hash; /* of the outcome */
    char text[SIM_REPORT_TEXT_BYTES];
    uint32_t line; /* of `expect outcomes`, or SIM_NONE */
    bool is_failure;
    uint64_t step_count;
    int64_t time_ns;
    bool sometimes[SIM_REPORT_SOMETIMES_MAX]; /* of each expectation: it held */
};

/* Fills in the report of a run that has been judged; allocates with this. COG_OK, COG_ENOMEM. */
int sim_report_run(struct sim_report *report, const struct cog_allocator *allocator,
                   struct sim_run *run);

/* Of one that was not, for it crashed: the outcome is that word. */
void sim_report_crash(struct sim_report *report, const char *word);

/* Counts a report. COG_OK, COG_ENOMEM. */
int sim_tally_add_report(struct sim_tally *tally, const struct sim_report *report);

/* Counts a run that has been judged. COG_OK, COG_ENOMEM. */
int sim_tally_add(struct sim_tally *tally, struct sim_run *run);

/* Puts back an outcome that a tally had, behind those that are there, with its counts; the text is
 * copied. COG_OK, COG_ENOMEM. */
int sim_tally_put(struct sim_tally *tally, const struct sim_outcome *outcome);

/* Counts all that another tally of the scenario has counted, as if it had come next. COG_OK,
 * COG_ENOMEM. */
int sim_tally_merge(struct sim_tally *tally, const struct sim_tally *other);

#endif
