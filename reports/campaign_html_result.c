/* campaign_html_result.c - one scenario of a campaign in a page: how its executions ended, and how
 * the number of kinds grew.
 */
#include "reports/campaign_parts.h"

#include <inttypes.h>
#include <string.h>

static void add_escaped(struct rep_campaign_document *document) {
    rep_text_add_escaped(document->out, rep_text_string(&document->scratch));
    rep_text_clear(&document->scratch);
}

static void add_outcome(struct rep_campaign_document *document,
                        const struct rep_campaign_outcome *outcome, uint64_t whole, uint64_t most) {
    uint64_t percent =
        most <= UINT64_MAX / 100 ? outcome->count * 100 / most : outcome->count / (most / 100);
    rep_text_add(document->out, "<tr><th scope=\"row\" class=\"mono\">");
    rep_text_add_foreign(&document->scratch, outcome->text, strlen(outcome->text));
    add_escaped(document);
    rep_text_add_format(document->out, "%s</th><td class=\"number\">",
                        outcome->is_failure ? " <span class=\"bad\">fails</span>" : "");
    rep_text_add_count(document->out, outcome->count);
    rep_text_add(document->out, "</td><td class=\"number\">");
    rep_campaign_add_share(outcome->count, whole, &document->scratch);
    add_escaped(document);
    rep_text_add_format(document->out,
                        "</td><td class=\"bars\"><span class=\"bar%s\" style=\"width:%" PRIu64
                        "%%\"></span></td></tr>\n",
                        outcome->is_failure ? " bad" : "", percent);
}

static void add_outcomes(struct rep_campaign_document *document,
                         const struct rep_campaign_result *result) {
    if (result->outcome_total < 2)
        return;
    rep_text_add(document->out,
                 "<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">"
                 "outcome</th><th scope=\"col\" class=\"number\">executions</th>"
                 "<th scope=\"col\" class=\"number\">share</th>"
                 "<th scope=\"col\"><span class=\"hidden\">as a bar</span></th></tr></thead>\n"
                 "<tbody>\n");
    for (size_t i = 0; i < result->outcome_count; i++)
        add_outcome(document, &result->outcomes[i], result->run_count, result->outcomes[0].count);
    rep_text_add(document->out, "</tbody></table></div>\n");
    if (result->outcome_total > result->outcome_count)
        rep_text_add_format(document->out, "<p class=\"faint\">and %zu more</p>\n",
                            result->outcome_total - result->outcome_count);
}

static void add_shares(struct rep_campaign_document *document,
                       const struct rep_campaign_result *result) {
    for (size_t i = 0; i < result->share_count; i++) {
        rep_text_add(document->out, i == 0 ? "<p class=\"faint\">" : ", ");
        rep_text_add_foreign(&document->scratch, result->shares[i].strategy,
                             strlen(result->shares[i].strategy));
        add_escaped(document);
        rep_text_add(document->out, " ");
        rep_text_add_count(document->out, result->shares[i].run_count);
    }
    rep_text_add(document->out, result->share_count > 0 ? "</p>\n" : "");
}

void rep_campaign_result_to_html(struct rep_campaign_document *document, size_t index) {
    const struct rep_campaign_result *result = &document->campaign->results[index];
    rep_text_add_format(document->out, "<section id=\"scenario-%zu\">\n<h3>", index + 1);
    rep_campaign_add_name(result, &document->scratch);
    add_escaped(document);
    rep_text_add(document->out, "</h3>\n<p>");
    rep_text_add_foreign(&document->scratch, result->title, strlen(result->title));
    add_escaped(document);
    rep_text_add_format(document->out, "%s<span class=\"%s\">%s</span>, ",
                        result->title[0] != '\0' ? ": " : "",
                        result->verdict == REP_VERDICT_HELD ? "good" : "bad",
                        rep_campaign_verdict_word(result->verdict));
    rep_campaign_add_amount(result, &document->scratch);
    if (result->outcome_count == 1 && result->outcome_total == 1) {
        rep_text_add(&document->scratch, ", all of them: ");
        rep_text_add_foreign(&document->scratch, result->outcomes[0].text,
                             strlen(result->outcomes[0].text));
    }
    add_escaped(document);
    rep_text_add(document->out, "</p>\n");
    add_outcomes(document, result);
    rep_campaign_add_curve(result, document->out);
    add_shares(document, result);
    rep_text_add(document->out, "</section>\n");
}
