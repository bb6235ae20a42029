/* campaign_html.c - a campaign as a page: what failed first, then every scenario, then what went
 * into it and how it went before. Everything that is foreign is cleaned and escaped.
 */
#include "reports/campaign_parts.h"
#include "reports/document.h"

#include <inttypes.h>
#include <string.h>

static const char style[] =
    "main{max-width:1160px}header p{margin:2px 0}\n"
    "h3{font-size:14px;margin:18px 0 4px}h2{border-top:1px solid var(--line);padding-top:14px}\n"
    "tbody th{font-weight:500;text-align:left;overflow-wrap:anywhere}\n"
    "td.number,th.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\n"
    ".mono,.marks,pre{font-family:ui-monospace,'DejaVu Sans Mono',Menlo,monospace}\n"
    ".marks{letter-spacing:1px;white-space:nowrap}.marks b{color:var(--bad)}\n"
    "pre{font-size:12.5px;line-height:1.4;margin:6px 0;padding:8px 10px;background:var(--head);"
    "border-radius:6px;overflow-x:auto;white-space:pre}\n"
    ".failure{border-left:5px solid var(--bad);padding:1px 0 1px 12px;margin:14px 0}\n"
    ".new{border:1px solid currentColor;border-radius:4px;padding:0 5px;font-size:12px;"
    "color:var(--bad)}\n"
    ".failure p,section p{margin:4px 0}.failure ul{margin:4px "
    "0;padding-left:18px}details{margin:4px 0}"
    "summary{cursor:pointer;padding:2px 0}\n"
    ".bar{display:block;height:11px;margin-top:4px;background:var(--link);min-width:1px}\n"
    ".bar.bad{background:var(--bad)}td.bars{width:220px}\n"
    ".curve{display:block;margin:6px 0;max-width:100%}.curve text{fill:var(--faint);"
    "font-size:11px}.curve .end{text-anchor:end}.curve path{fill:none}"
    ".curve .axis{stroke:var(--line)}.curve .grown{stroke:var(--link);stroke-width:2}\n"
    ".beside{display:flex;flex-wrap:wrap;gap:6px 40px}\n"
    "@media print{details{break-inside:avoid}.failure{break-inside:avoid}}\n";

/* Adds what is in the scratch, and empties that. */
static void add_scratch(struct rep_campaign_document *document) {
    rep_text_add_escaped(document->out, rep_text_string(&document->scratch));
    rep_text_clear(&document->scratch);
}

static void add_foreign(struct rep_campaign_document *document, const char *text) {
    rep_text_add_foreign(&document->scratch, text, strlen(text));
    add_scratch(document);
}

static void add_block(struct rep_campaign_document *document, const char *text) {
    rep_text_add(document->out, "<pre tabindex=\"0\">");
    rep_text_add_foreign_lines(&document->scratch, text);
    add_scratch(document);
    rep_text_add(document->out, "</pre>\n");
}

/* What one may look at, or not. */
static void add_more(struct rep_campaign_document *document, const char *what, const char *text) {
    if (text[0] == '\0')
        return;
    rep_text_add_format(document->out, "<details><summary>%s</summary>\n", what);
    add_block(document, text);
    rep_text_add(document->out, "</details>\n");
}

static void add_count_cell(struct rep_campaign_document *document, uint64_t count) {
    rep_text_add(document->out, "<td class=\"number\">");
    rep_text_add_count(document->out, count);
    rep_text_add(document->out, "</td>");
}

static void add_name_link(struct rep_campaign_document *document, size_t result) {
    rep_text_add_format(document->out, "<a href=\"#scenario-%zu\">", result + 1);
    rep_campaign_add_name(&document->campaign->results[result], &document->scratch);
    add_scratch(document);
    rep_text_add(document->out, "</a>");
}

/* ---- What failed ---- */

static void add_member(struct rep_campaign_document *document, size_t member) {
    const struct rep_campaign_result *result = &document->campaign->results[member];
    rep_text_add(document->out, "<li>");
    add_name_link(document, member);
    rep_text_add(document->out, result->is_new ? " <span class=\"new\">new</span>" : "");
    if (result->finder[0] != '\0') {
        rep_text_add(document->out, " <span class=\"faint\">");
        rep_campaign_add_finder(result, &document->scratch);
        add_scratch(document);
        rep_text_add(document->out, "</span>");
    }
    rep_text_add(document->out, "</li>\n");
}

static void add_fact(struct rep_campaign_document *document, const char *what, const char *text) {
    if (text[0] == '\0')
        return;
    rep_text_add_format(document->out, "<p><span class=\"faint\">%s</span> ", what);
    add_foreign(document, text);
    rep_text_add(document->out, "</p>\n");
}

static void add_group(struct rep_campaign_document *document, size_t number) {
    const struct rep_campaign_group *group = &document->sums->groups[number];
    const struct rep_campaign_result *first = &document->campaign->results[group->members[0]];
    rep_text_add_format(document->out, "<div class=\"failure\" id=\"failure-%zu\">\n<h3>",
                        number + 1);
    add_foreign(document, first->message);
    rep_text_add(document->out, "</h3>\n<ul>\n");
    for (size_t i = 0; i < group->count; i++)
        add_member(document, group->members[i]);
    rep_text_add(document->out, "</ul>\n");
    add_fact(document, "the order decides:", first->pair);
    add_fact(document, "picture", first->graph);
    add_fact(document, "signature", first->signature);
    if (first->shrunk[0] != '\0') {
        rep_text_add(document->out, "<p class=\"faint\">what is left of the scenario</p>\n");
        add_block(document, first->shrunk);
    }
    add_more(document, "all that is told of it", first->failure);
    add_more(document, "the decisions that lead to it", first->schedule);
    rep_text_add(document->out, "</div>\n");
}

static void add_failures(struct rep_campaign_document *document) {
    if (document->sums->group_count == 0)
        return;
    rep_text_add(document->out, "<h2 id=\"failures\">What failed</h2>\n");
    for (size_t i = 0; i < document->sums->group_count; i++)
        add_group(document, i);
}

static void add_known(struct rep_campaign_document *document) {
    const struct rep_campaign *campaign = document->campaign;
    if (campaign->known_count == 0)
        return;
    rep_text_add(document->out,
                 "<h2>Failures known before</h2>\n<div class=\"scroll\" tabindex=\"0\">"
                 "<table>\n<thead><tr><th scope=\"col\">scenario</th><th scope=\"col\">now</th>"
                 "<th scope=\"col\">failure</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < campaign->known_count; i++) {
        const char *const cells[] = {campaign->known[i].state, campaign->known[i].message};
        rep_text_add(document->out, "<tr><th scope=\"row\">");
        add_foreign(document, campaign->known[i].path);
        rep_text_add(document->out, "</th>");
        for (size_t k = 0; k < 2; k++) {
            rep_text_add(document->out, "<td>");
            add_foreign(document, cells[k]);
            rep_text_add(document->out, "</td>");
        }
        rep_text_add(document->out, "</tr>\n");
    }
    rep_text_add(document->out, "</tbody></table></div>\n");
}

/* ---- Every scenario in a line ---- */

/* A mark a campaign, and the same in words for those who do not see them. */
static void add_marks(struct rep_campaign_document *document,
                      const struct rep_campaign_result *result) {
    rep_text_add(document->out, "<span class=\"marks\" aria-hidden=\"true\">");
    for (size_t i = 0; i < document->campaign->history_count; i++) {
        enum rep_verdict verdict = result->history[i];
        bool is_bad = verdict == REP_VERDICT_FAILED || verdict == REP_VERDICT_ERROR;
        rep_text_add_format(document->out, is_bad ? "<b>%c</b>" : "%c",
                            rep_campaign_verdict_mark(verdict));
    }
    rep_text_add(document->out, "</span><span class=\"hidden\">");
    for (size_t i = 0; i < document->campaign->history_count; i++)
        rep_text_add_format(document->out, "%s%s", i > 0 ? ", " : "",
                            rep_campaign_verdict_word(result->history[i]));
    rep_text_add(document->out, "</span>");
}

static void add_line(struct rep_campaign_document *document, size_t index) {
    const struct rep_campaign_result *result = &document->campaign->results[index];
    bool is_held = result->verdict == REP_VERDICT_HELD;
    rep_text_add(document->out, "<tr><td>");
    add_marks(document, result);
    rep_text_add_format(document->out, "</td><td class=\"%s\">%s</td><th scope=\"row\">",
                        is_held ? "good" : "bad", rep_campaign_verdict_word(result->verdict));
    add_name_link(document, index);
    rep_text_add(document->out, "</th><td>");
    add_foreign(document, result->extent);
    rep_text_add(document->out, "</td>");
    add_count_cell(document, result->run_count);
    add_count_cell(document, result->kind_count);
    add_count_cell(document, result->outcome_total);
    rep_text_add(document->out, "<td class=\"number\">");
    rep_campaign_add_took(result->took_ns, document->out);
    rep_text_add(document->out, "</td></tr>\n");
}

static void add_lines(struct rep_campaign_document *document) {
    const struct rep_campaign *campaign = document->campaign;
    if (campaign->result_count == 0)
        return;
    rep_text_add_format(document->out,
                        "<h2 id=\"scenarios\">Scenarios</h2>\n<div class=\"scroll\" role=\"region\""
                        " aria-labelledby=\"scenarios\" tabindex=\"0\"><table>\n<caption>The marks "
                        "are the last %zu campaigns, the newest at the right: . held, x failed, ! "
                        "error, - not explored</caption>\n<thead><tr><th scope=\"col\">history</th>"
                        "<th scope=\"col\">now</th><th scope=\"col\">scenario</th>"
                        "<th scope=\"col\">extent</th><th scope=\"col\" class=\"number\">"
                        "executions</th><th scope=\"col\" class=\"number\">kinds</th>"
                        "<th scope=\"col\" class=\"number\">outcomes</th>"
                        "<th scope=\"col\" class=\"number\">took</th></tr></thead>\n<tbody>\n",
                        campaign->history_count);
    for (size_t i = 0; i < campaign->result_count; i++)
        add_line(document, i);
    rep_text_add(document->out, "</tbody></table></div>\n");
}

/* ---- What went into it ---- */

static uint64_t found_in_all(const struct rep_campaign *campaign, const char *strategy,
                             uint64_t *run_count) {
    for (size_t i = 0; i < campaign->record_count; i++) {
        if (strcmp(campaign->records[i].strategy, strategy) == 0) {
            *run_count = campaign->records[i].run_count;
            return campaign->records[i].found_count;
        }
    }
    *run_count = 0;
    return 0;
}

static void add_strategies(struct rep_campaign_document *document) {
    const struct rep_campaign_sums *sums = document->sums;
    if (sums->record_count == 0)
        return;
    rep_text_add(document->out,
                 "<h2>Strategies</h2>\n<div class=\"scroll\" tabindex=\"0\"><table>\n"
                 "<caption>Found: failures that the strategy was the first to come to</caption>\n"
                 "<thead><tr><th scope=\"col\">strategy</th>"
                 "<th scope=\"col\" class=\"number\">executions</th>"
                 "<th scope=\"col\" class=\"number\">found</th>"
                 "<th scope=\"col\" class=\"number\">in all campaigns</th>"
                 "<th scope=\"col\" class=\"number\">found</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < sums->record_count; i++) {
        uint64_t run_count;
        uint64_t found_count =
            found_in_all(document->campaign, sums->records[i].strategy, &run_count);
        rep_text_add(document->out, "<tr><th scope=\"row\">");
        add_foreign(document, sums->records[i].strategy);
        rep_text_add(document->out, "</th>");
        add_count_cell(document, sums->records[i].run_count);
        add_count_cell(document, sums->records[i].found_count);
        add_count_cell(document, run_count);
        add_count_cell(document, found_count);
        rep_text_add(document->out, "</tr>\n");
    }
    rep_text_add(document->out, "</tbody></table></div>\n");
}

static void add_faults(struct rep_campaign_document *document) {
    const struct rep_campaign *campaign = document->campaign;
    if (document->sums->fault_count == 0)
        return;
    rep_text_add(document->out,
                 "<h2>What came into play</h2>\n<div class=\"scroll\" tabindex=\"0\"><table>\n"
                 "<thead><tr><th scope=\"col\">where</th><th scope=\"col\">kind</th>"
                 "<th scope=\"col\">declared</th><th scope=\"col\">in play</th></tr></thead>\n"
                 "<tbody>\n");
    for (size_t i = 0; i < campaign->result_count; i++) {
        for (size_t k = 0; k < campaign->results[i].fault_count; k++) {
            const struct rep_campaign_fault *fault = &campaign->results[i].faults[k];
            rep_text_add(document->out, "<tr><th scope=\"row\">");
            add_foreign(document, fault->file);
            rep_text_add_format(document->out, ":%" PRIu32 "</th><td>", fault->line);
            add_foreign(document, fault->kind);
            rep_text_add(document->out, "</td><td class=\"mono\">");
            add_foreign(document, fault->text);
            rep_text_add_format(document->out, "</td><td class=\"%s\">",
                                fault->is_idle ? "bad" : "");
            rep_campaign_add_play(&campaign->results[i], fault, document->out);
            rep_text_add(document->out, "</td></tr>\n");
        }
    }
    rep_text_add(document->out, "</tbody></table></div>\n");
}

/* What a list is of: the amount, and in which execution it was. */
enum top_kind { TOP_STEPS, TOP_TIME, TOP_TOOK };

static void add_top_item(struct rep_campaign_document *document, size_t index, enum top_kind kind) {
    const struct rep_campaign_result *result = &document->campaign->results[index];
    rep_text_add(document->out, "<li>");
    switch (kind) {
    case TOP_STEPS:
        rep_text_add_count(document->out, result->most_steps.amount);
        rep_text_add_format(document->out, " steps in execution %" PRIu64, result->most_steps.run);
        break;
    case TOP_TIME:
        rep_text_add_duration(document->out, result->most_time.amount);
        rep_text_add_format(document->out, " of virtual time in execution %" PRIu64,
                            result->most_time.run);
        break;
    case TOP_TOOK:
        rep_campaign_add_took(result->took_ns, document->out);
        rep_text_add(document->out, " for ");
        rep_text_add_count(document->out, result->run_count);
        rep_text_add(document->out, " executions");
        break;
    }
    rep_text_add(document->out, ": ");
    add_name_link(document, index);
    rep_text_add(document->out, "</li>\n");
}

static void add_top(struct rep_campaign_document *document, const char *heading,
                    const struct rep_campaign_top *top, enum top_kind kind) {
    if (top->count == 0)
        return;
    rep_text_add_format(document->out, "<div><h3>%s</h3>\n<ol>\n", heading);
    for (size_t i = 0; i < top->count; i++)
        add_top_item(document, top->items[i], kind);
    rep_text_add(document->out, "</ol></div>\n");
}

static void add_tops(struct rep_campaign_document *document) {
    rep_text_add(document->out, "<h2>Longest and slowest</h2>\n<div class=\"beside\">\n");
    add_top(document, "The most steps", &document->sums->steps, TOP_STEPS);
    add_top(document, "The most virtual time", &document->sums->time, TOP_TIME);
    add_top(document, "The most of the machine's time", &document->sums->took, TOP_TOOK);
    rep_text_add(document->out, "</div>\n");
}

/* ---- How it went before ---- */

static void add_campaign(struct rep_campaign_document *document,
                         const struct rep_campaign_summary *summary) {
    rep_text_add_format(document->out, "<tr><th scope=\"row\">%" PRIu64 "</th><td>",
                        summary->number);
    rep_campaign_add_date(summary->began_s, document->out);
    rep_text_add(document->out, "</td>");
    add_count_cell(document, summary->held_count);
    add_count_cell(document, summary->failed_count);
    add_count_cell(document, summary->error_count);
    add_count_cell(document, summary->run_count);
    rep_text_add(document->out, "<td>");
    add_foreign(document, summary->strategy);
    rep_text_add_format(document->out,
                        "</td><td class=\"number\">%" PRIu64 "</td><td class=\"mono\">",
                        summary->seed);
    rep_text_add_foreign(&document->scratch, summary->commit, strnlen(summary->commit, 12));
    add_scratch(document);
    rep_text_add(document->out, "</td><td>");
    add_foreign(document, summary->ending[0] != '\0' ? summary->ending
                          : summary->ended_s == 0    ? "did not end"
                                                     : "");
    rep_text_add(document->out, "</td></tr>\n");
}

static void add_history(struct rep_campaign_document *document) {
    const struct rep_campaign *campaign = document->campaign;
    rep_text_add(document->out,
                 "<h2>Campaigns</h2>\n<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr>"
                 "<th scope=\"col\">campaign</th><th scope=\"col\">began</th>"
                 "<th scope=\"col\" class=\"number\">held</th>"
                 "<th scope=\"col\" class=\"number\">failed</th>"
                 "<th scope=\"col\" class=\"number\">errors</th>"
                 "<th scope=\"col\" class=\"number\">executions</th><th scope=\"col\">strategy</th>"
                 "<th scope=\"col\" class=\"number\">seed</th><th scope=\"col\">commit</th>"
                 "<th scope=\"col\">ending</th></tr></thead>\n<tbody>\n");
    for (size_t i = campaign->history_count; i > 0; i--)
        add_campaign(document, &campaign->history[i - 1]);
    rep_text_add(document->out, "</tbody></table></div>\n");
}

/* ---- Together ---- */

static void add_head(struct rep_campaign_document *document) {
    const struct rep_campaign *campaign = document->campaign;
    bool is_ok = campaign->now.failed_count == 0 && campaign->now.error_count == 0;
    struct rep_text title = {.bytes = NULL};
    rep_campaign_add_verdict(campaign, &title);
    rep_document_begin(document->out, "Campaign: ", rep_text_string(&title), style);
    rep_text_add_format(document->out, "<main>\n<header>\n<h1 class=\"%s\">",
                        is_ok ? "good" : "bad");
    rep_text_add_escaped(document->out, rep_text_string(&title));
    document->out->failed |= title.failed;
    rep_text_term(&title);
    rep_text_add(document->out, "</h1>\n<p>");
    rep_campaign_add_sums(document, document->out);
    rep_text_add(document->out, "</p>\n<p class=\"faint\">");
    rep_campaign_add_facts(campaign, &document->scratch);
    add_scratch(document);
    rep_text_add(document->out,
                 "</p>\n<details><summary>the command</summary>\n<p class=\"mono\">");
    add_foreign(document, campaign->options);
    rep_text_add(document->out, "</p></details>\n</header>\n");
}

void rep_campaign_to_html(struct rep_campaign_document *document) {
    add_head(document);
    add_failures(document);
    add_known(document);
    add_lines(document);
    add_strategies(document);
    add_faults(document);
    add_tops(document);
    if (document->campaign->result_count > 0)
        rep_text_add(document->out, "<h2>Scenario by scenario</h2>\n");
    for (size_t i = 0; i < document->campaign->result_count; i++)
        rep_campaign_result_to_html(document, i);
    add_history(document);
    rep_text_add(document->out, "</main>\n");
    rep_document_end(document->out);
}
