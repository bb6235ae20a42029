/* campaign_markdown.c - a campaign as Markdown, as systems of continuous integration show it as the
 * summary of a job: what failed, and how it went before.
 *
 * GitHub takes at most 1 MiB of it, so that what a campaign may have much of is cut, and says so.
 */
#include "reports/campaign_parts.h"

#include <inttypes.h>
#include <string.h>

enum { GROUPS_MAX = 20, LINES_MAX = 200, MEMBERS_MAX = 20, BLOCK_BYTES = 16 * 1024 };

/* Adds what is in the scratch as text that marks up nothing, and empties that. */
static void add_scratch(struct rep_campaign_document *document) {
    static const char special[] = "\\`*_{}[]<>()#+!|~&$@";
    const char *text = rep_text_string(&document->scratch);
    while (*text != '\0') {
        size_t length = strcspn(text, special);
        rep_text_add_bytes(document->out, text, length);
        text += length;
        if (*text != '\0') {
            rep_text_add(document->out, "\\");
            rep_text_add_bytes(document->out, text++, 1);
        }
    }
    rep_text_clear(&document->scratch);
}

static void add_foreign(struct rep_campaign_document *document, const char *text) {
    rep_text_add_foreign(&document->scratch, text, strlen(text));
    add_scratch(document);
}

/* The longest row of back ticks in a text. */
static size_t longest_fence(const char *text) {
    size_t longest = 0;
    while (*(text += strcspn(text, "`")) != '\0') {
        size_t length = strspn(text, "`");
        longest = length > longest ? length : longest;
        text += length;
    }
    return longest;
}

/* Between fences that are longer than any in it. */
static void add_block(struct rep_campaign_document *document, const char *text) {
    rep_text_add_foreign_lines(&document->scratch, text);
    const char *clean = rep_text_string(&document->scratch);
    size_t length = document->scratch.length;
    bool is_cut = length > BLOCK_BYTES;
    for (length = is_cut ? BLOCK_BYTES : length; is_cut && length > 0 && clean[length - 1] != '\n';)
        length--;
    size_t fence = longest_fence(clean) < 3 ? 3 : longest_fence(clean) + 1;
    rep_text_add(document->out, "\n");
    rep_text_add_repeated(document->out, '`', fence);
    rep_text_add(document->out, "\n");
    rep_text_add_bytes(document->out, clean, length);
    rep_text_add(document->out, length > 0 && clean[length - 1] != '\n' ? "\n" : "");
    rep_text_add(document->out, is_cut ? "...\n" : "");
    rep_text_add_repeated(document->out, '`', fence);
    rep_text_add(document->out, "\n");
    rep_text_clear(&document->scratch);
}

static void add_more(struct rep_campaign_document *document, const char *what, const char *text) {
    if (text[0] == '\0')
        return;
    rep_text_add_format(document->out, "\n<details><summary>%s</summary>\n", what);
    add_block(document, text);
    rep_text_add(document->out, "\n</details>\n");
}

static void add_left_out(struct rep_text *out, size_t count, size_t max) {
    if (count > max)
        rep_text_add_format(out, "\nand %zu more\n", count - max);
}

/* ---- What failed ---- */

static void add_group(struct rep_campaign_document *document, size_t number) {
    const struct rep_campaign_group *group = &document->sums->groups[number];
    const struct rep_campaign_result *first = &document->campaign->results[group->members[0]];
    rep_text_add_format(document->out, "\n### %zu. ", number + 1);
    add_foreign(document, first->message);
    rep_text_add(document->out, "\n\n");
    for (size_t i = 0; i < group->count && i < MEMBERS_MAX; i++) {
        const struct rep_campaign_result *result = &document->campaign->results[group->members[i]];
        rep_text_add(document->out, "- ");
        rep_campaign_add_name(result, &document->scratch);
        add_scratch(document);
        rep_text_add(document->out, result->is_new ? " **new**" : "");
        rep_text_add(document->out, result->finder[0] != '\0' ? ", " : "");
        rep_campaign_add_finder(result, &document->scratch);
        add_scratch(document);
        rep_text_add(document->out, "\n");
    }
    add_left_out(document->out, group->count, MEMBERS_MAX);
    if (first->pair[0] != '\0') {
        rep_text_add(document->out, "\nThe order decides: ");
        add_foreign(document, first->pair);
        rep_text_add(document->out, "\n");
    }
    if (first->shrunk[0] != '\0')
        add_block(document, first->shrunk);
    add_more(document, "all that is told of it", first->failure);
    add_more(document, "the decisions that lead to it", first->schedule);
}

static void add_failures(struct rep_campaign_document *document) {
    size_t count = document->sums->group_count;
    if (count > 0)
        rep_text_add(document->out, "\n## What failed\n");
    for (size_t i = 0; i < count && i < GROUPS_MAX; i++)
        add_group(document, i);
    add_left_out(document->out, count, GROUPS_MAX);
}

static void add_known(struct rep_campaign_document *document) {
    const struct rep_campaign *campaign = document->campaign;
    if (campaign->known_count > 0)
        rep_text_add(document->out, "\n## Failures known before\n\n| scenario | now | failure |\n"
                                    "|---|---|---|\n");
    for (size_t i = 0; i < campaign->known_count && i < LINES_MAX; i++) {
        const struct rep_campaign_known *known = &campaign->known[i];
        const char *const cells[] = {known->path, known->state, known->message};
        for (size_t k = 0; k < 3; k++) {
            rep_text_add(document->out, "| ");
            add_foreign(document, cells[k]);
            rep_text_add(document->out, " ");
        }
        rep_text_add(document->out, "|\n");
    }
    add_left_out(document->out, campaign->known_count, LINES_MAX);
}

/* ---- Tables ---- */

static void add_result(struct rep_campaign_document *document,
                       const struct rep_campaign_result *result) {
    rep_text_add(document->out, "| `");
    for (size_t i = 0; i < document->campaign->history_count; i++) {
        char mark = rep_campaign_verdict_mark(result->history[i]);
        rep_text_add_bytes(document->out, &mark, 1);
    }
    rep_text_add_format(document->out, "` | %s | ", rep_campaign_verdict_word(result->verdict));
    rep_campaign_add_name(result, &document->scratch);
    add_scratch(document);
    rep_text_add(document->out, " | ");
    rep_campaign_add_amount(result, &document->scratch);
    add_scratch(document);
    rep_text_add_format(document->out, " | %zu | ", result->outcome_total);
    rep_campaign_add_took(result->took_ns, document->out);
    rep_text_add(document->out, " |\n");
}

static void add_results(struct rep_campaign_document *document) {
    const struct rep_campaign *campaign = document->campaign;
    if (campaign->result_count == 0)
        return;
    rep_text_add_format(
        document->out,
        "\n<details><summary>Scenarios</summary>\n\nThe marks are the last %zu "
        "campaigns, the newest at the right: `.` held, `x` failed, `!` error, `-` "
        "not explored.\n\n| history | now | scenario | explored | outcomes | took |\n"
        "|---|---|---|---|--:|--:|\n",
        campaign->history_count);
    for (size_t i = 0; i < campaign->result_count && i < LINES_MAX; i++)
        add_result(document, &campaign->results[i]);
    add_left_out(document->out, campaign->result_count, LINES_MAX);
    rep_text_add(document->out, "\n</details>\n");
}

static void add_strategies(struct rep_campaign_document *document) {
    const struct rep_campaign_sums *sums = document->sums;
    if (sums->record_count > 0)
        rep_text_add(document->out, "\n<details><summary>Strategies</summary>\n\n"
                                    "| strategy | executions | failures found first |\n"
                                    "|---|--:|--:|\n");
    for (size_t i = 0; i < sums->record_count; i++) {
        rep_text_add(document->out, "| ");
        add_foreign(document, sums->records[i].strategy);
        rep_text_add(document->out, " | ");
        rep_text_add_count(document->out, sums->records[i].run_count);
        rep_text_add_format(document->out, " | %" PRIu64 " |\n", sums->records[i].found_count);
    }
    rep_text_add(document->out, sums->record_count > 0 ? "\n</details>\n" : "");
}

static void add_history(struct rep_campaign_document *document) {
    const struct rep_campaign *campaign = document->campaign;
    rep_text_add(document->out,
                 "\n<details><summary>Campaigns</summary>\n\n| campaign | began | held | failed | "
                 "errors | executions |\n|--:|---|--:|--:|--:|--:|\n");
    for (size_t i = campaign->history_count; i > 0; i--) {
        const struct rep_campaign_summary *summary = &campaign->history[i - 1];
        rep_text_add_format(document->out, "| %" PRIu64 " | ", summary->number);
        rep_campaign_add_date(summary->began_s, document->out);
        rep_text_add_format(document->out, " | %zu | %zu | %zu | ", summary->held_count,
                            summary->failed_count, summary->error_count);
        rep_text_add_count(document->out, summary->run_count);
        rep_text_add(document->out, " |\n");
    }
    rep_text_add(document->out, "\n</details>\n");
}

void rep_campaign_to_markdown(struct rep_campaign_document *document) {
    rep_text_add(document->out, "# cogsim: ");
    rep_campaign_add_verdict(document->campaign, &document->scratch);
    add_scratch(document);
    rep_text_add(document->out, "\n\n");
    rep_campaign_add_sums(document, &document->scratch);
    add_scratch(document);
    rep_text_add(document->out, "  \n");
    rep_campaign_add_facts(document->campaign, &document->scratch);
    add_scratch(document);
    rep_text_add(document->out, "\n");
    add_failures(document);
    add_known(document);
    add_results(document);
    add_strategies(document);
    add_history(document);
}
