/* campaign_sums.c - what follows from the results of a campaign. */
#include "reports/campaign_parts.h"

#include <stdlib.h>
#include <string.h>

/* ---- Failures that are the same ---- */

static const char *key_of(const struct rep_campaign_result *result) {
    return result->signature[0] != '\0' ? result->signature : result->message;
}

static bool is_failure(const struct rep_campaign_result *result) {
    return result->verdict == REP_VERDICT_FAILED || result->verdict == REP_VERDICT_ERROR;
}

struct keyed {
    const char *key;
    size_t result;
};

static int compare_keys(const void *left, const void *right) {
    const struct keyed *a = left;
    const struct keyed *b = right;
    int order = strcmp(a->key, b->key);
    return order != 0 ? order : (a->result > b->result) - (a->result < b->result);
}

/* In the order in which their first results were explored. */
static int compare_groups(const void *left, const void *right) {
    const struct rep_campaign_group *a = left;
    const struct rep_campaign_group *b = right;
    return (a->members[0] > b->members[0]) - (a->members[0] < b->members[0]);
}

static int group(struct rep_campaign_sums *sums, const struct rep_campaign *campaign) {
    struct keyed *keyed = calloc(campaign->result_count + 1, sizeof keyed[0]);
    size_t count = 0;
    sums->members = calloc(campaign->result_count + 1, sizeof sums->members[0]);
    sums->groups = calloc(campaign->result_count + 1, sizeof sums->groups[0]);
    if (keyed == NULL || sums->members == NULL || sums->groups == NULL) {
        free(keyed);
        return REP_ENOMEM;
    }
    for (size_t i = 0; i < campaign->result_count; i++) {
        if (is_failure(&campaign->results[i]))
            keyed[count++] = (struct keyed){key_of(&campaign->results[i]), i};
    }
    qsort(keyed, count, sizeof keyed[0], compare_keys);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(keyed[i].key, keyed[i - 1].key) != 0)
            sums->groups[sums->group_count++] =
                (struct rep_campaign_group){.key = keyed[i].key, .members = &sums->members[i]};
        sums->members[i] = keyed[i].result;
        sums->groups[sums->group_count - 1].count++;
    }
    qsort(sums->groups, sums->group_count, sizeof sums->groups[0], compare_groups);
    free(keyed);
    return REP_OK;
}

/* ---- The most ---- */

static void keep(struct rep_campaign_top *top, const struct rep_campaign_result *results,
                 size_t result, uint64_t (*amount)(const struct rep_campaign_result *)) {
    size_t at = top->count;
    uint64_t mine = amount(&results[result]);
    while (at > 0 && mine > amount(&results[top->items[at - 1]]))
        at--;
    if (mine == 0 || at == REP_CAMPAIGN_TOP)
        return;
    top->count += top->count < REP_CAMPAIGN_TOP ? 1 : 0;
    memmove(&top->items[at + 1], &top->items[at], (top->count - 1 - at) * sizeof top->items[0]);
    top->items[at] = result;
}

static uint64_t steps_of(const struct rep_campaign_result *result) {
    return result->most_steps.amount;
}

static uint64_t time_of(const struct rep_campaign_result *result) {
    return result->most_time.amount;
}

static uint64_t took_by(const struct rep_campaign_result *result) {
    return result->took_ns;
}

/* ---- Strategies ---- */

/* The record of a strategy among `*count`; there is room for one more. */
static struct rep_campaign_record *record_of(struct rep_campaign_record *records, size_t *count,
                                             const char *strategy) {
    for (size_t i = 0; i < *count; i++) {
        if (strcmp(records[i].strategy, strategy) == 0)
            return &records[i];
    }
    records[*count] = (struct rep_campaign_record){.strategy = strategy};
    return &records[(*count)++];
}

static int sum_strategies(struct rep_campaign_sums *sums, const struct rep_campaign *campaign) {
    size_t max = 1;
    for (size_t i = 0; i < campaign->result_count; i++)
        max += campaign->results[i].share_count + 1;
    struct rep_campaign_record *records = calloc(max, sizeof records[0]);
    if (records == NULL)
        return REP_ENOMEM;
    size_t count = 0;
    for (size_t i = 0; i < campaign->result_count; i++) {
        const struct rep_campaign_result *result = &campaign->results[i];
        for (size_t k = 0; k < result->share_count; k++)
            record_of(records, &count, result->shares[k].strategy)->run_count +=
                result->shares[k].run_count;
        if (result->finder[0] != '\0')
            record_of(records, &count, result->finder)->found_count++;
    }
    sums->records = records;
    sums->record_count = count;
    return REP_OK;
}

/* ---- All of it ---- */

static void count(struct rep_campaign_sums *sums, const struct rep_campaign_result *result) {
    sums->complete_count += result->is_complete ? 1 : 0;
    sums->new_count += result->is_new ? 1 : 0;
    sums->fault_count += result->fault_count;
    for (size_t i = 0; i < result->fault_count; i++)
        sums->idle_count += result->faults[i].is_idle ? 1 : 0;
}

int rep_campaign_sums_make(struct rep_campaign_sums *sums, const struct rep_campaign *campaign) {
    *sums = (struct rep_campaign_sums){.complete_count = 0};
    for (size_t i = 0; i < campaign->result_count; i++) {
        count(sums, &campaign->results[i]);
        keep(&sums->steps, campaign->results, i, steps_of);
        keep(&sums->time, campaign->results, i, time_of);
        keep(&sums->took, campaign->results, i, took_by);
    }
    int status = group(sums, campaign);
    if (status == REP_OK)
        status = sum_strategies(sums, campaign);
    if (status != REP_OK)
        rep_campaign_sums_term(sums);
    return status;
}

void rep_campaign_sums_term(struct rep_campaign_sums *sums) {
    free(sums->groups);
    free(sums->members);
    free(sums->records);
    *sums = (struct rep_campaign_sums){.complete_count = 0};
}
