/* tally.c - counts outcomes. */
#include "sim/explore/tally.h"

#include "sim/clause.h"
#include "sim/declared.h"
#include "sim/evaluate.h"
#include "sim/judge.h"
#include "sim/language/buffer.h"

#include <string.h>
#include <xxhash.h>

static size_t counter_count(const struct sim_tally *tally) {
    return (size_t)tally->expectation_count + tally->declared_count + 1; /* never 0 */
}

int sim_tally_init(struct sim_tally *tally, const struct cog_allocator *allocator,
                   const struct sim_scenario *scenario) {
    *tally = (struct sim_tally){.allocator = allocator,
                                .expectation_count = scenario->expectation_count,
                                .declared_count = sim_declared_count(scenario)};
    for (uint32_t i = 0; i < SIM_TALLY_BUCKETS; i++) {
        tally->buckets[i] = SIM_NONE;
    }
    tally->sometimes =
        cog_allocate_zeroed(allocator, counter_count(tally), sizeof tally->sometimes[0]);
    if (tally->sometimes == NULL) {
        return COG_ENOMEM;
    }
    tally->played = tally->sometimes + tally->expectation_count;
    return COG_OK;
}

void sim_tally_term(struct sim_tally *tally) {
    const struct cog_allocator *allocator = tally->allocator;
    for (uint32_t i = 0; i < tally->outcome_count; i++) {
        cog_release(allocator, tally->outcomes[i].text, tally->outcomes[i].text_bytes);
    }
    cog_release(allocator, tally->outcomes, tally->outcome_capacity * sizeof tally->outcomes[0]);
    cog_release(allocator, tally->sometimes, counter_count(tally) * sizeof tally->sometimes[0]);
    *tally = (struct sim_tally){.allocator = allocator};
}

/* ---- Outcomes ---- */

enum { VALUES_MAX = 64 };

/* What a run came to, as values; texts are told by their content. */
struct ending {
    struct sim_value values[VALUES_MAX];
    uint32_t count;
    bool is_stalled;
    bool is_failure;
    uint64_t hash;
};

static uint64_t mix(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 32;
}

/* What is kept elsewhere goes by how it reads: where it is kept may differ from run to run. */
static uint64_t hash_value(uint64_t hash, struct sim_value value,
                           const struct cog_allocator *allocator) {
    switch (sim_value_tag(value)) {
    case SIM_TAG_NUMBER:
    case SIM_TAG_DURATION:
    case SIM_TAG_BOOL:
        return mix(hash, value.word);
    case SIM_TAG_TEXT: {
        const struct sim_string *text = sim_value_get_pointer(value);
        return mix(hash, XXH3_64bits(text->text, text->bytes));
    }
    default:
        break;
    }
    struct sim_buffer buffer;
    sim_buffer_init(&buffer, allocator);
    sim_value_append(&buffer, value);
    hash = mix(hash, XXH3_64bits(buffer.bytes != NULL ? buffer.bytes : "", buffer.length));
    sim_buffer_term(&buffer);
    return hash;
}

static void find_ending(struct sim_run *run, struct ending *ending) {
    const struct sim_expression_list *outcome = &run->scenario->outcome;
    ending->count = 0;
    ending->is_stalled = run->is_stalled;
    ending->is_failure = run->journal.failure_count > 0;
    ending->hash = mix(0, 1u + (ending->is_stalled ? 1u : 0u) + (ending->is_failure ? 2u : 0u));
    uint32_t count = run->scenario->has_outcome ? outcome->count : 0;
    for (uint32_t i = 0; i < count && i < VALUES_MAX; i++) {
        struct sim_scope scope = {.run = run};
        struct sim_value value;
        if (sim_evaluate(&scope, outcome->items[i], &value) != COG_OK) {
            value = (struct sim_value){.word = 0};
        }
        ending->values[ending->count++] = value;
        ending->hash = hash_value(ending->hash, value, run->allocator);
    }
}

static void describe(const struct ending *ending, struct sim_buffer *buffer) {
    for (uint32_t i = 0; i < ending->count; i++) {
        sim_buffer_add_text(buffer, i > 0 ? ", " : "");
        sim_value_append(buffer, ending->values[i]);
    }
    const char *joint = ending->count > 0 ? " (" : "";
    const char *word = ending->is_stalled ? "stalled" : ending->count == 0 ? "ended" : "";
    if (ending->is_failure) {
        word = ending->is_stalled ? "stalled, failed" : "failed";
    }
    if (word[0] != '\0') {
        sim_buffer_add_format(buffer, "%s%s%s", joint, word, joint[0] != '\0' ? ")" : "");
    }
}

static struct sim_outcome *find(struct sim_tally *tally, uint64_t hash) {
    uint32_t i = tally->buckets[hash % SIM_TALLY_BUCKETS];
    while (i != SIM_NONE && tally->outcomes[i].hash != hash) {
        i = tally->outcomes[i].next;
    }
    return i != SIM_NONE ? &tally->outcomes[i] : NULL;
}

/* A new outcome, which gets a copy of the text. */
static struct sim_outcome *add(struct sim_tally *tally, const struct sim_outcome *outcome,
                               const char *text, size_t bytes) {
    struct sim_outcome *grown = cog_grow(tally->allocator, tally->outcomes, tally->outcome_count,
                                         &tally->outcome_capacity, sizeof grown[0]);
    if (grown == NULL) {
        return NULL;
    }
    tally->outcomes = grown;
    char *copy = cog_allocate(tally->allocator, bytes + 1);
    if (copy == NULL) {
        return NULL;
    }
    memcpy(copy, text, bytes);
    copy[bytes] = '\0';
    uint32_t *bucket = &tally->buckets[outcome->hash % SIM_TALLY_BUCKETS];
    struct sim_outcome *added = &grown[tally->outcome_count];
    *added = *outcome;
    added->text = copy;
    added->text_bytes = bytes + 1;
    added->next = *bucket;
    *bucket = tally->outcome_count++;
    return added;
}

static struct sim_outcome *add_ending(struct sim_tally *tally, struct sim_run *run,
                                      const struct ending *ending) {
    struct sim_outcome outcome = {.hash = ending->hash,
                                  .line = sim_judge_outcome_line(run),
                                  .first_run = tally->run_count,
                                  .is_failure = ending->is_failure};
    struct sim_buffer buffer;
    sim_buffer_init(&buffer, tally->allocator);
    describe(ending, &buffer);
    struct sim_outcome *added =
        buffer.has_failed
            ? NULL
            : add(tally, &outcome, buffer.bytes != NULL ? buffer.bytes : "", buffer.length);
    sim_buffer_term(&buffer);
    return added;
}

static void note_most(struct sim_most *most, uint64_t amount, uint64_t run) {
    if (most->run == 0 || amount > most->amount) {
        *most = (struct sim_most){.amount = amount, .run = run};
    }
}

/* ---- Reports ---- */

static bool held_sometimes(struct sim_run *run, uint32_t index) {
    const struct sim_expectation *expectation = &run->scenario->expectations[index];
    return expectation->kind == SIM_EXPECTATION_SOMETIMES &&
           sim_clause_holds(run, expectation->clause);
}

int sim_report_run(struct sim_report *report, const struct cog_allocator *allocator,
                   struct sim_run *run) {
    struct ending ending;
    struct sim_buffer buffer;
    find_ending(run, &ending);
    sim_buffer_init(&buffer, allocator);
    describe(&ending, &buffer);
    *report = (struct sim_report){.hash = ending.hash,
                                  .line = sim_judge_outcome_line(run),
                                  .is_failure = ending.is_failure,
                                  .step_count = run->step_count,
                                  .time_ns = run->now_ns};
    size_t bytes = buffer.length < sizeof report->text ? buffer.length : sizeof report->text - 1;
    if (bytes > 0) {
        memcpy(report->text, buffer.bytes, bytes);
    }
    for (uint32_t i = 0; i < run->scenario->expectation_count && i < SIM_REPORT_SOMETIMES_MAX;
         i++) {
        report->sometimes[i] = held_sometimes(run, i);
    }
    int status = buffer.has_failed ? COG_ENOMEM : COG_OK;
    sim_buffer_term(&buffer);
    return status;
}

void sim_report_crash(struct sim_report *report, const char *word) {
    *report = (struct sim_report){.line = SIM_NONE, .is_failure = true};
    size_t bytes = strnlen(word, sizeof report->text - 1);
    memcpy(report->text, word, bytes);
    report->hash = mix(XXH3_64bits(word, bytes), 1);
}

int sim_tally_add_report(struct sim_tally *tally, const struct sim_report *report) {
    tally->run_count++;
    if (report->is_failure) {
        tally->failure_count++;
        tally->first_failure = tally->first_failure == 0 ? tally->run_count : tally->first_failure;
    }
    struct sim_outcome *outcome = find(tally, report->hash);
    if (outcome == NULL) {
        struct sim_outcome reported = {.hash = report->hash,
                                       .line = report->line,
                                       .first_run = tally->run_count,
                                       .is_failure = report->is_failure};
        outcome = add(tally, &reported, report->text, strlen(report->text));
    }
    if (outcome == NULL) {
        return COG_ENOMEM;
    }
    outcome->count++;
    note_most(&tally->most_steps, report->step_count, tally->run_count);
    note_most(&tally->most_time, (uint64_t)report->time_ns, tally->run_count);
    tally->latest = (uint32_t)(outcome - tally->outcomes);
    for (uint32_t i = 0; i < tally->expectation_count && i < SIM_REPORT_SOMETIMES_MAX; i++) {
        tally->sometimes[i] += report->sometimes[i] ? 1 : 0;
    }
    return COG_OK;
}

int sim_tally_add(struct sim_tally *tally, struct sim_run *run) {
    struct ending ending;
    tally->run_count++;
    find_ending(run, &ending);
    if (ending.is_failure) {
        tally->failure_count++;
        tally->first_failure = tally->first_failure == 0 ? tally->run_count : tally->first_failure;
    }
    struct sim_outcome *outcome = find(tally, ending.hash);
    outcome = outcome != NULL ? outcome : add_ending(tally, run, &ending);
    if (outcome == NULL) {
        return COG_ENOMEM;
    }
    outcome->count++;
    note_most(&tally->most_steps, run->step_count, tally->run_count);
    note_most(&tally->most_time, (uint64_t)run->now_ns, tally->run_count);
    tally->latest = (uint32_t)(outcome - tally->outcomes);
    for (uint32_t i = 0; i < tally->expectation_count; i++) {
        const struct sim_expectation *expectation = &run->scenario->expectations[i];
        if (expectation->kind == SIM_EXPECTATION_SOMETIMES &&
            sim_clause_holds(run, expectation->clause)) {
            tally->sometimes[i]++;
        }
    }
    for (uint32_t i = 0; run->network.played != NULL && i < tally->declared_count; i++) {
        tally->played[i] += run->network.played[i];
    }
    return COG_OK;
}

int sim_tally_put(struct sim_tally *tally, const struct sim_outcome *outcome) {
    return add(tally, outcome, outcome->text, outcome->text_bytes - 1) != NULL ? COG_OK
                                                                               : COG_ENOMEM;
}

int sim_tally_merge(struct sim_tally *tally, const struct sim_tally *other) {
    for (uint32_t i = 0; i < other->outcome_count; i++) {
        const struct sim_outcome *outcome = &other->outcomes[i];
        struct sim_outcome *known = find(tally, outcome->hash);
        if (known != NULL) {
            known->count += outcome->count;
            continue;
        }
        known = add(tally, outcome, outcome->text, outcome->text_bytes - 1);
        if (known == NULL) {
            return COG_ENOMEM;
        }
        known->first_run += tally->run_count;
    }
    if (tally->first_failure == 0 && other->first_failure > 0) {
        tally->first_failure = tally->run_count + other->first_failure;
    }
    if (other->most_steps.run > 0) {
        note_most(&tally->most_steps, other->most_steps.amount,
                  tally->run_count + other->most_steps.run);
        note_most(&tally->most_time, other->most_time.amount,
                  tally->run_count + other->most_time.run);
    }
    tally->run_count += other->run_count;
    tally->failure_count += other->failure_count;
    for (uint32_t i = 0; i < tally->expectation_count; i++) {
        tally->sometimes[i] += other->sometimes[i];
    }
    for (uint32_t i = 0; i < tally->declared_count; i++) {
        tally->played[i] += other->played[i];
    }
    return COG_OK;
}
