/* campaign_parts.h - what those that tell of a campaign share: what follows from its results, how
 * it reads, and the kinds of documents.
 */
#ifndef REP_CAMPAIGN_PARTS_H
#define REP_CAMPAIGN_PARTS_H

#include "reports/campaign.h"
#include "reports/text.h"

enum { REP_CAMPAIGN_TOP = 10 };

/* Results that fail alike. */
struct rep_campaign_group {
    const char *key;       /* their signature, or else what failed */
    const size_t *members; /* indexes of results */
    size_t count;
};

/* The results that have the most of something, the most first. */
struct rep_campaign_top {
    size_t items[REP_CAMPAIGN_TOP]; /* indexes of results */
    size_t count;
};

struct rep_campaign_sums {
    size_t complete_count;
    size_t new_count; /* failures of what held the time before */
    size_t fault_count;
    size_t idle_count; /* faults that came into play in no execution */
    struct rep_campaign_group *groups;
    size_t group_count;
    size_t *members;                     /* of all the groups */
    struct rep_campaign_record *records; /* of the strategies in this campaign alone */
    size_t record_count;
    struct rep_campaign_top steps, time, took;
};

/* Release it by rep_campaign_sums_term. REP_ENOMEM. */
int rep_campaign_sums_make(struct rep_campaign_sums *sums, const struct rep_campaign *campaign);
void rep_campaign_sums_term(struct rep_campaign_sums *sums);

/* A document in the making. */
struct rep_campaign_document {
    const struct rep_campaign *campaign;
    const struct rep_campaign_sums *sums;
    struct rep_text *out;
    struct rep_text scratch; /* for what is still to be escaped */
};

void rep_campaign_to_text(struct rep_campaign_document *document);
void rep_campaign_to_markdown(struct rep_campaign_document *document);
void rep_campaign_to_html(struct rep_campaign_document *document);

/* The part of the page about one scenario. */
void rep_campaign_result_to_html(struct rep_campaign_document *document, size_t result);

/* How the number of kinds grew: an SVG inside a page. Nothing if there are fewer than two points.
 */
void rep_campaign_add_curve(const struct rep_campaign_result *result, struct rep_text *out);

/* ---- How it reads: plain text in one line, in which nothing is escaped ---- */

/* "2 of 54 scenarios failed", "all 54 scenarios held". */
void rep_campaign_add_verdict(const struct rep_campaign *campaign, struct rep_text *text);

/* "campaign 7, 2026-11-23 12:04 UTC, 61s, portfolio, seed 1, commit 3b6f429, cogsim 1.0". */
void rep_campaign_add_facts(const struct rep_campaign *campaign, struct rep_text *text);

/* "1,234,567 executions; 41 of 54 scenarios complete; 1 failure is new". */
void rep_campaign_add_sums(const struct rep_campaign_document *document, struct rep_text *text);

/* "file.scn, n = 3". */
void rep_campaign_add_name(const struct rep_campaign_result *result, struct rep_text *text);

/* "complete, 12 executions", "1,000 executions, 87 kinds, a new one in about 400". */
void rep_campaign_add_amount(const struct rep_campaign_result *result, struct rep_text *text);

/* "found by pct in its execution 12"; nothing if nobody found anything. */
void rep_campaign_add_finder(const struct rep_campaign_result *result, struct rep_text *text);

/* "3 of 120 executions", "never". */
void rep_campaign_add_play(const struct rep_campaign_result *result,
                           const struct rep_campaign_fault *fault, struct rep_text *text);

/* "12.3 %", of 0 too. */
void rep_campaign_add_share(uint64_t part, uint64_t whole, struct rep_text *text);

/* What a machine took: "830us", "12.3ms", "61s". */
void rep_campaign_add_took(uint64_t took_ns, struct rep_text *text);

/* "2026-11-23 12:04 UTC". */
void rep_campaign_add_date(int64_t time_s, struct rep_text *text);

const char *rep_campaign_verdict_word(enum rep_verdict verdict);

/* A mark a campaign: '.' held, 'x' failed, '!' could not be told, '-' was not explored. */
char rep_campaign_verdict_mark(enum rep_verdict verdict);

#endif
