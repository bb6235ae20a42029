/* campaign.h - what came of a campaign, as a document: what was explored, what failed in it, and
 * how it went before.
 *
 * A campaign is many explorations of scenarios at a time; whoever keeps them fills this model. A
 * report is made from it and from nothing else, so that the same campaign gives the same bytes. All
 * texts are null-terminated and never null; they are foreign, and may hold anything.
 */
#ifndef REP_CAMPAIGN_H
#define REP_CAMPAIGN_H

#include "reports/reports.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rep_verdict {
    REP_VERDICT_NONE, /* it was not explored then */
    REP_VERDICT_HELD,
    REP_VERDICT_FAILED,
    REP_VERDICT_ERROR, /* it could not be told */
};

/* A way in which executions ended. */
struct rep_campaign_outcome {
    const char *text;
    uint64_t count;
    bool is_failure;
};

/* So many kinds of executions after so many of them. */
struct rep_campaign_point {
    uint64_t run_count;
    uint64_t kind_count;
};

/* Something that a scenario declares and that may come into play or not: a range, a partition. */
struct rep_campaign_fault {
    const char *file;
    uint32_t line;
    const char *kind;
    const char *text;   /* as it stands in the scenario */
    uint64_t run_count; /* executions in which it came into play */
    bool is_idle;       /* in none, and that is certain */
};

struct rep_campaign_share {
    const char *strategy;
    uint64_t run_count;
};

/* The most that an execution took, and its number, from 1; 0: there was none. */
struct rep_campaign_most {
    uint64_t amount;
    uint64_t run;
};

/* A scenario, or a row of one. */
struct rep_campaign_result {
    const char *file;
    const char *row; /* as the table has it; empty: it has none */
    const char *title;
    enum rep_verdict verdict;
    const char *strategy;
    const char *extent; /* "complete", .. */
    bool is_complete;
    uint64_t run_count;
    uint64_t failure_count;
    uint64_t kind_count;
    uint64_t new_kind_in; /* a new kind about once in so many; 0: none was seen only once */
    struct rep_campaign_most most_steps;
    struct rep_campaign_most most_time;          /* ns */
    uint64_t took_ns;                            /* of the machine's time */
    const char *finder;                          /* the strategy that came to the first failure */
    uint64_t finder_count;                       /* after so many executions of its own */
    const struct rep_campaign_outcome *outcomes; /* the most frequent first */
    size_t outcome_count;
    size_t outcome_total; /* some may have been left out */
    const struct rep_campaign_point *points;
    size_t point_count;
    const struct rep_campaign_fault *faults;
    size_t fault_count;
    const struct rep_campaign_share *shares;
    size_t share_count;
    const char *signature; /* of its failure; empty: it has none */
    const char *message;   /* the failure in a line */
    const char *failure;   /* all that is told of it */
    const char *pair;      /* the two events whose order decides */
    const char *schedule;
    const char *shrunk;              /* what is left of the scenario */
    const char *graph;               /* the path of its picture */
    const enum rep_verdict *history; /* in the campaigns of struct rep_campaign */
    bool is_new; /* it fails, and did not when it was explored the last time before */
};

/* A failure that was known before, and run first. */
struct rep_campaign_known {
    const char *path;
    const char *state; /* "known", "mended", "double" */
    const char *message;
};

/* One campaign in a line. */
struct rep_campaign_summary {
    uint64_t number;
    int64_t began_s; /* since 1970, UTC */
    int64_t ended_s; /* 0: it did not come to its end */
    const char *strategy;
    uint64_t seed;
    const char *commit; /* empty: not known */
    const char *ending; /* "", "interrupted", .. */
    size_t held_count;
    size_t failed_count;
    size_t error_count;
    uint64_t run_count;
};

/* What a strategy came to in all campaigns that are kept. */
struct rep_campaign_record {
    const char *strategy;
    uint64_t run_count;
    uint64_t found_count; /* failures that it was the first to come to */
};

struct rep_campaign {
    const char *source;  /* where it is kept */
    const char *version; /* of the program that explored */
    const char *options; /* as its command line had them */
    struct rep_campaign_summary now;
    const struct rep_campaign_result *results; /* in the order in which they were explored */
    size_t result_count;
    const struct rep_campaign_known *known;
    size_t known_count;
    const struct rep_campaign_summary *history; /* the oldest first; the last one is `now` */
    size_t history_count;
    const struct rep_campaign_record *records;
    size_t record_count;
};

/* Writes the report: a page that needs nothing else and runs nothing (.html, .htm), Markdown for
 * the summary of a job (.md), else plain text of at most 100 columns. The file appears whole under
 * its name or not at all. REP_EIO, REP_ENOMEM. */
int rep_campaign_write(const struct rep_campaign *campaign, const char *path,
                       struct rep_error *error);

/* The plain text, in memory: `*text` is null-terminated and the caller's, to be released by free().
 * REP_ENOMEM. */
int rep_campaign_text(const struct rep_campaign *campaign, char **text);

#endif
