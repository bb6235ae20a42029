/* campaign_words.c - how what came of a campaign reads. */
#include "reports/campaign_parts.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

enum { ENOUGH_TO_TELL = 20 }; /* executions: how often one more is new says nothing before */

static void add_amount(uint64_t count, const char *noun, struct rep_text *text) {
    rep_text_add_count(text, count);
    rep_text_add_format(text, " %s%s", noun, count == 1 ? "" : "s");
}

static void add_foreign(struct rep_text *text, const char *string) {
    rep_text_add_foreign(text, string, strlen(string));
}

const char *rep_campaign_verdict_word(enum rep_verdict verdict) {
    switch (verdict) {
    case REP_VERDICT_NONE:
        return "not explored";
    case REP_VERDICT_HELD:
        return "held";
    case REP_VERDICT_FAILED:
        return "failed";
    case REP_VERDICT_ERROR:
        return "error";
    }
    return "";
}

char rep_campaign_verdict_mark(enum rep_verdict verdict) {
    switch (verdict) {
    case REP_VERDICT_NONE:
        return '-';
    case REP_VERDICT_HELD:
        return '.';
    case REP_VERDICT_FAILED:
        return 'x';
    case REP_VERDICT_ERROR:
        return '!';
    }
    return '?';
}

void rep_campaign_add_verdict(const struct rep_campaign *campaign, struct rep_text *text) {
    const struct rep_campaign_summary *now = &campaign->now;
    size_t count = now->held_count + now->failed_count + now->error_count;
    if (count == 0) {
        rep_text_add(text, "nothing was explored");
    } else if (now->held_count == count) {
        rep_text_add(text, count == 1 ? "the scenario held" : "all ");
        if (count > 1) {
            rep_text_add_count(text, count);
            rep_text_add(text, " scenarios held");
        }
    } else {
        rep_text_add_count(text, now->failed_count);
        rep_text_add(text, " of ");
        add_amount(count, "scenario", text);
        rep_text_add(text, " failed");
        if (now->error_count > 0) {
            rep_text_add(text, ", ");
            rep_text_add_count(text, now->error_count);
            rep_text_add(text, " could not be explored");
        }
    }
    if (now->ending[0] != '\0') {
        rep_text_add(text, "; ");
        add_foreign(text, now->ending);
    } else if (now->ended_s == 0) {
        rep_text_add(text, "; it did not come to its end");
    }
}

void rep_campaign_add_date(int64_t time_s, struct rep_text *text) {
    time_t time = (time_t)time_s;
    struct tm parts;
    if (gmtime_r(&time, &parts) == NULL) {
        rep_text_add(text, "?");
        return;
    }
    rep_text_add_format(text, "%04d-%02d-%02d %02d:%02d UTC", parts.tm_year + 1900,
                        parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min);
}

void rep_campaign_add_facts(const struct rep_campaign *campaign, struct rep_text *text) {
    const struct rep_campaign_summary *now = &campaign->now;
    rep_text_add_format(text, "campaign %" PRIu64 ", ", now->number);
    rep_campaign_add_date(now->began_s, text);
    if (now->ended_s >= now->began_s)
        rep_text_add_format(text, ", %" PRId64 "s", now->ended_s - now->began_s);
    rep_text_add(text, ", ");
    add_foreign(text, now->strategy);
    rep_text_add_format(text, ", seed %" PRIu64, now->seed);
    if (now->commit[0] != '\0') {
        rep_text_add(text, ", commit ");
        add_foreign(text, now->commit);
    }
    rep_text_add(text, ", cogsim ");
    add_foreign(text, campaign->version);
}

void rep_campaign_add_sums(const struct rep_campaign_document *document, struct rep_text *text) {
    const struct rep_campaign *campaign = document->campaign;
    const struct rep_campaign_sums *sums = document->sums;
    add_amount(campaign->now.run_count, "execution", text);
    rep_text_add(text, "; ");
    rep_text_add_count(text, sums->complete_count);
    rep_text_add(text, " of ");
    add_amount(campaign->result_count, "scenario", text);
    rep_text_add(text, " explored completely");
    if (sums->new_count > 0) {
        rep_text_add(text, "; ");
        add_amount(sums->new_count, "failure", text);
        rep_text_add(text, sums->new_count == 1 ? " is new" : " are new");
    }
    if (sums->idle_count > 0) {
        rep_text_add(text, "; ");
        rep_text_add_count(text, sums->idle_count);
        rep_text_add(text, " of ");
        add_amount(sums->fault_count, "fault", text);
        rep_text_add(text, " never came into play");
    }
}

void rep_campaign_add_name(const struct rep_campaign_result *result, struct rep_text *text) {
    add_foreign(text, result->file);
    if (result->row[0] != '\0') {
        rep_text_add(text, ", ");
        add_foreign(text, result->row);
    }
}

void rep_campaign_add_amount(const struct rep_campaign_result *result, struct rep_text *text) {
    if (result->extent[0] != '\0') {
        add_foreign(text, result->extent);
        rep_text_add(text, ", ");
    }
    add_amount(result->run_count, "execution", text);
    if (!result->is_complete && result->kind_count > 0) {
        rep_text_add(text, ", ");
        add_amount(result->kind_count, "kind", text);
        if (result->new_kind_in > 0 && result->run_count >= ENOUGH_TO_TELL) {
            rep_text_add(text, ", a new one in about ");
            rep_text_add_count(text, result->new_kind_in);
        }
    }
}

void rep_campaign_add_finder(const struct rep_campaign_result *result, struct rep_text *text) {
    if (result->finder[0] == '\0')
        return;
    rep_text_add(text, "found by ");
    add_foreign(text, result->finder);
    rep_text_add(text, " in its execution ");
    rep_text_add_count(text, result->finder_count);
}

void rep_campaign_add_play(const struct rep_campaign_result *result,
                           const struct rep_campaign_fault *fault, struct rep_text *text) {
    if (fault->is_idle) {
        rep_text_add(text, "never");
        return;
    }
    rep_text_add_count(text, fault->run_count);
    rep_text_add(text, " of ");
    add_amount(result->run_count, "execution", text);
}

void rep_campaign_add_share(uint64_t part, uint64_t whole, struct rep_text *text) {
    while (part > UINT64_MAX / 2000) { /* so that nothing overflows */
        part >>= 1;
        whole >>= 1;
    }
    uint64_t thousandths = whole > 0 ? (part * 1000 + whole / 2) / whole : 0;
    if (thousandths == 0 && part > 0)
        rep_text_add(text, "< 0.1 %");
    else
        rep_text_add_format(text, "%" PRIu64 ".%" PRIu64 " %%", thousandths / 10, thousandths % 10);
}

void rep_campaign_add_took(uint64_t took_ns, struct rep_text *text) {
    uint64_t us = took_ns / 1000;
    if (us < 1000)
        rep_text_add_format(text, "%" PRIu64 "us", us);
    else if (us < 1000000)
        rep_text_add_format(text, "%" PRIu64 ".%" PRIu64 "ms", us / 1000, us % 1000 / 100);
    else if (us < 100000000)
        rep_text_add_format(text, "%" PRIu64 ".%" PRIu64 "s", us / 1000000, us % 1000000 / 100000);
    else
        rep_text_add_format(text, "%" PRIu64 "s", us / 1000000);
}
