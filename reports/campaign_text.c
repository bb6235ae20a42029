/* campaign_text.c - a campaign as plain text. */
#include "reports/campaign_parts.h"

#include <inttypes.h>
#include <string.h>

enum { BAR = 30, FACTS = 12 };

static void add_foreign(struct rep_text *out, const char *text) {
    rep_text_add_foreign(out, text, strlen(text));
}

/* Foreign lines, each behind `margin`. */
static void add_block(struct rep_campaign_document *document, const char *margin,
                      const char *text) {
    rep_text_add_foreign_lines(&document->scratch, text);
    text = rep_text_string(&document->scratch);
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        rep_text_add(document->out, margin);
        rep_text_add_bytes(document->out, text, length);
        rep_text_add(document->out, "\n");
        text += length + (text[length] == '\n' ? 1 : 0);
    }
    rep_text_clear(&document->scratch);
}

static void add_heading(struct rep_text *out, const char *heading) {
    rep_text_add_format(out, "\n%s\n\n", heading);
}

/* A count at the right of a column. */
static void add_column(struct rep_campaign_document *document, uint64_t count, size_t width) {
    rep_text_clear(&document->scratch);
    rep_text_add_count(&document->scratch, count);
    if (document->scratch.length < width)
        rep_text_add_repeated(document->out, ' ', width - document->scratch.length);
    rep_text_add(document->out, rep_text_string(&document->scratch));
    rep_text_clear(&document->scratch);
}

/* ---- What failed ---- */

static void add_group(struct rep_campaign_document *document, size_t number) {
    struct rep_text *out = document->out;
    const struct rep_campaign_group *group = &document->sums->groups[number];
    const struct rep_campaign_result *first = &document->campaign->results[group->members[0]];
    rep_text_add_format(out, "%s%zu. ", number > 0 ? "\n" : "", number + 1);
    add_foreign(out, first->message);
    rep_text_add(out, "\n");
    for (size_t i = 0; i < group->count; i++) {
        const struct rep_campaign_result *result = &document->campaign->results[group->members[i]];
        rep_text_add(out, "   in ");
        rep_campaign_add_name(result, out);
        rep_text_add(out, result->is_new ? " (new)" : "");
        rep_text_add(out, result->finder[0] != '\0' ? ", " : "");
        rep_campaign_add_finder(result, out);
        rep_text_add(out, "\n");
    }
    const char *const facts[][2] = {
        {"the order", first->pair}, {"picture", first->graph}, {"signature", first->signature}};
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        if (facts[i][1][0] != '\0') {
            rep_text_add_format(out, "   %-*s", FACTS, facts[i][0]);
            add_foreign(out, facts[i][1]);
            rep_text_add(out, "\n");
        }
    }
    if (first->shrunk[0] != '\0') {
        rep_text_add(out, "   what is left of the scenario:\n");
        add_block(document, "     | ", first->shrunk);
    } else {
        add_block(document, "   ", first->failure);
    }
}

static void add_failures(struct rep_campaign_document *document) {
    if (document->sums->group_count > 0)
        add_heading(document->out, "FAILURES");
    for (size_t i = 0; i < document->sums->group_count; i++)
        add_group(document, i);
}

static void add_known(struct rep_campaign_document *document) {
    const struct rep_campaign *campaign = document->campaign;
    if (campaign->known_count > 0)
        add_heading(document->out, "FAILURES KNOWN BEFORE");
    for (size_t i = 0; i < campaign->known_count; i++) {
        add_foreign(document->out, campaign->known[i].state);
        rep_text_add(document->out, " ");
        add_foreign(document->out, campaign->known[i].path);
        rep_text_add(document->out, campaign->known[i].message[0] != '\0' ? ": " : "");
        add_foreign(document->out, campaign->known[i].message);
        rep_text_add(document->out, "\n");
    }
}

/* ---- Scenarios ---- */

static void add_outcome(struct rep_campaign_document *document,
                        const struct rep_campaign_result *result,
                        const struct rep_campaign_outcome *outcome) {
    struct rep_text *out = document->out;
    uint64_t most = result->outcomes[0].count;
    uint64_t bar = most > UINT64_MAX / BAR ? outcome->count / (most / BAR)
                   : most > 0              ? outcome->count * BAR / most
                                           : 0;
    rep_text_add(out, "        ");
    rep_text_add_repeated(out, '#', (size_t)bar);
    rep_text_add_repeated(out, ' ', (size_t)(BAR - bar));
    add_column(document, outcome->count, 12);
    rep_text_add(out, "  ");
    add_foreign(out, outcome->text);
    rep_text_add(out, outcome->is_failure ? " (fails)\n" : "\n");
}

static void add_result(struct rep_campaign_document *document,
                       const struct rep_campaign_result *result) {
    struct rep_text *out = document->out;
    for (size_t i = 0; i < document->campaign->history_count; i++) {
        char mark = rep_campaign_verdict_mark(result->history[i]);
        rep_text_add_bytes(out, &mark, 1);
    }
    rep_text_add_format(out, "  %-6s  ", rep_campaign_verdict_word(result->verdict));
    rep_campaign_add_name(result, out);
    rep_text_add(out, ": ");
    rep_campaign_add_amount(result, out);
    rep_text_add(out, ", ");
    rep_campaign_add_took(result->took_ns, out);
    rep_text_add(out, "\n");
    for (size_t i = 0; result->outcome_total > 1 && i < result->outcome_count; i++)
        add_outcome(document, result, &result->outcomes[i]);
    if (result->outcome_total > result->outcome_count)
        rep_text_add_format(out, "        and %zu more\n",
                            result->outcome_total - result->outcome_count);
}

static void add_results(struct rep_campaign_document *document) {
    if (document->campaign->result_count == 0)
        return;
    add_heading(document->out, "SCENARIOS");
    rep_text_add_format(
        document->out,
        "(a mark a campaign, the last %zu of them, the newest at the right: . held, "
        "x failed,\n! error, - not explored)\n\n",
        document->campaign->history_count);
    for (size_t i = 0; i < document->campaign->result_count; i++)
        add_result(document, &document->campaign->results[i]);
}

/* ---- What went into it ---- */

static void add_strategies(struct rep_campaign_document *document) {
    const struct rep_campaign_sums *sums = document->sums;
    if (sums->record_count > 0)
        add_heading(document->out, "STRATEGIES            executions   found");
    for (size_t i = 0; i < sums->record_count; i++) {
        size_t start = document->out->length;
        add_foreign(document->out, sums->records[i].strategy);
        size_t width = document->out->length - start;
        add_column(document, sums->records[i].run_count, width < 32 ? 32 - width : 0);
        add_column(document, sums->records[i].found_count, 8);
        rep_text_add(document->out, "\n");
    }
}

static void add_faults(struct rep_campaign_document *document) {
    const struct rep_campaign *campaign = document->campaign;
    if (document->sums->fault_count > 0)
        add_heading(document->out, "WHAT CAME INTO PLAY");
    for (size_t i = 0; i < campaign->result_count; i++) {
        for (size_t k = 0; k < campaign->results[i].fault_count; k++) {
            const struct rep_campaign_fault *fault = &campaign->results[i].faults[k];
            add_foreign(document->out, fault->file);
            rep_text_add_format(document->out, ":%" PRIu32 ": ", fault->line);
            add_foreign(document->out, fault->text);
            rep_text_add(document->out, ": ");
            rep_campaign_add_play(&campaign->results[i], fault, document->out);
            rep_text_add(document->out, "\n");
        }
    }
}

static void add_tops(struct rep_campaign_document *document) {
    const struct rep_campaign_result *results = document->campaign->results;
    const struct rep_campaign_sums *sums = document->sums;
    if (sums->steps.count > 0)
        add_heading(document->out, "LONGEST AND SLOWEST");
    for (size_t i = 0; i < sums->steps.count; i++) {
        const struct rep_campaign_result *result = &results[sums->steps.items[i]];
        add_column(document, result->most_steps.amount, 12);
        rep_text_add_format(document->out, " steps in execution %" PRIu64 " of ",
                            result->most_steps.run);
        rep_campaign_add_name(result, document->out);
        rep_text_add(document->out, "\n");
    }
    for (size_t i = 0; i < sums->time.count; i++) {
        const struct rep_campaign_result *result = &results[sums->time.items[i]];
        rep_text_add(document->out, i == 0 ? "\n  " : "  ");
        rep_text_add_duration(document->out, result->most_time.amount);
        rep_text_add_format(document->out, " of virtual time in execution %" PRIu64 " of ",
                            result->most_time.run);
        rep_campaign_add_name(result, document->out);
        rep_text_add(document->out, "\n");
    }
    for (size_t i = 0; i < sums->took.count; i++) {
        const struct rep_campaign_result *result = &results[sums->took.items[i]];
        rep_text_add(document->out, i == 0 ? "\n  " : "  ");
        rep_campaign_add_took(result->took_ns, document->out);
        rep_text_add(document->out, " of the machine's time for ");
        rep_campaign_add_name(result, document->out);
        rep_text_add(document->out, "\n");
    }
}

static void add_history(struct rep_campaign_document *document) {
    const struct rep_campaign *campaign = document->campaign;
    add_heading(document->out,
                "CAMPAIGNS                      held  failed  errors      executions");
    for (size_t i = campaign->history_count; i > 0; i--) {
        const struct rep_campaign_summary *summary = &campaign->history[i - 1];
        add_column(document, summary->number, 4);
        rep_text_add(document->out, "  ");
        rep_campaign_add_date(summary->began_s, document->out);
        add_column(document, summary->held_count, 9);
        add_column(document, summary->failed_count, 8);
        add_column(document, summary->error_count, 8);
        add_column(document, summary->run_count, 16);
        if (summary->ending[0] != '\0') {
            rep_text_add(document->out, "  ");
            add_foreign(document->out, summary->ending);
        } else if (summary->ended_s == 0) {
            rep_text_add(document->out, "  did not end");
        }
        rep_text_add(document->out, "\n");
    }
}

void rep_campaign_to_text(struct rep_campaign_document *document) {
    struct rep_text *out = document->out;
    rep_campaign_add_verdict(document->campaign, out);
    rep_text_add(out, "\n");
    rep_campaign_add_sums(document, out);
    rep_text_add(out, "\n");
    rep_campaign_add_facts(document->campaign, out);
    rep_text_add(out, "\n");
    add_foreign(out, document->campaign->options);
    rep_text_add(out, "\n");
    add_failures(document);
    add_known(document);
    add_results(document);
    add_strategies(document);
    add_faults(document);
    add_tops(document);
    add_history(document);
}
