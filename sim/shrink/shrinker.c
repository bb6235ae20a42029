/* shrinker.c - one kind of shrinking after the other. */
#include "sim/shrink/shrinker.h"

#include "sim/language/formatter.h"
#include "sim/shrink/decisions.h"
#include "sim/shrink/outline.h"
#include "sim/shrink/standalone.h"
#include "sim/shrink/statements.h"

#include <inttypes.h>
#include <string.h>

/* Executions for a candidate whose failure must be looked for. */
enum { EXPLORED_MAX = 200, ROUNDS_MAX = 4, STATEMENTS_SPINNING = 100000 };

struct shrinking {
    struct sim_shrunk *shrunk;
    const struct sim_shrink_options *options;
    struct sim_trials trials;
    struct sim_program *program;
    const struct sim_source *source;
    uint64_t trace_hash;          /* of the failing run with the small schedule */
    struct sim_buffer text;       /* the scenario under way, alone */
    struct sim_schedule schedule; /* of that */
    uint64_t signature;           /* in that */
};

static int measure(struct sim_shrink_size *size, const struct cog_allocator *allocator,
                   const char *text, size_t length) {
    struct sim_outline outline;
    int status = sim_outline_init(&outline, allocator, text, length);
    if (status == COG_OK) {
        size->statements = sim_outline_statements(&outline);
        size->coroutines = sim_outline_coroutines(&outline);
        sim_outline_term(&outline);
    }
    return status;
}

static int count_lines(struct sim_shrink_size *size, const struct sim_schedule *recorded) {
    struct sim_schedule folded;
    sim_schedule_init(&folded, recorded->allocator);
    int status = sim_schedule_add_folded(&folded, recorded);
    size->decisions = sim_decisions_count(recorded);
    size->lines = folded.count;
    sim_schedule_term(&folded);
    return status;
}

/* ---- The schedule ---- */

/* A candidate that executes many times as many statements as the failure spins. One that failed
 * because it spins may do so for less long. */
static void limit_statements(struct sim_trials *trials, uint64_t count) {
    uint64_t limit =
        trials->statement_count_max != 0 ? trials->statement_count_max : SIM_STATEMENTS_DEFAULT;
    uint64_t enough = count < limit ? count * 10 + 1000 : STATEMENTS_SPINNING;
    trials->statement_count_max = enough < limit ? enough : limit;
}

static int find_failure(struct shrinking *shrinking, const struct sim_shrink_way *way) {
    struct sim_shrunk *shrunk = shrinking->shrunk;
    struct sim_trial trial;
    struct sim_trial_options options = {.follow = way->schedule,
                                        .steps = way->steps,
                                        .step_count = way->step_count,
                                        .draws = way->draws,
                                        .words = &shrunk->words};
    int status =
        sim_trial_run(&trial, &shrinking->trials, shrinking->program, shrinking->source, &options);
    if (status != COG_OK) {
        return status;
    }
    limit_statements(&shrinking->trials, trial.statement_count);
    shrunk->signature = trial.signature;
    shrunk->schedule = trial.recorded;
    if (trial.signature == 0) {
        return COG_EINVALID;
    }
    status = count_lines(&shrunk->before, &shrunk->schedule);
    return shrunk->words.has_failed ? COG_ENOMEM : status;
}

static int shrink_decisions(struct shrinking *shrinking, struct sim_program *program,
                            const struct sim_source *source, uint64_t signature,
                            struct sim_schedule *schedule) {
    struct sim_decisions decisions = {.trials = &shrinking->trials,
                                      .program = program,
                                      .source = source,
                                      .signature = signature,
                                      .best = schedule};
    return sim_decisions_shrink(&decisions);
}

static int find_pair(struct shrinking *shrinking) {
    struct sim_shrunk *shrunk = shrinking->shrunk;
    sim_critical_pair_term(&shrunk->pair);
    int status = sim_critical_pair_find(&shrunk->pair, &shrinking->trials, shrinking->program,
                                        shrinking->source, shrunk->signature, &shrunk->schedule);
    sim_critical_pair_add(&shrunk->pair, shrinking->program->scenario, &shrunk->pair_words);
    return shrunk->pair_words.has_failed ? COG_ENOMEM : status;
}

static int trace_failure(struct shrinking *shrinking) {
    struct sim_trial trial;
    struct sim_trial_options options = {.follow = &shrinking->shrunk->schedule, .is_traced = true};
    int status =
        sim_trial_run(&trial, &shrinking->trials, shrinking->program, shrinking->source, &options);
    if (status == COG_OK) {
        shrinking->trace_hash = trial.trace_hash;
        sim_trial_term(&trial);
    }
    return status;
}

/* ---- The scenario by itself ---- */

/* Whether the text, with the schedule, is the same failure. Keeps its signature and schedule. */
static int try_alone(struct shrinking *shrinking, bool *is_same) {
    struct sim_subject subject;
    struct sim_trial trial;
    struct sim_trial_options options = {.follow = &shrinking->shrunk->schedule, .is_traced = true};
    *is_same = false;
    int status = sim_subject_open(&subject, shrinking->trials.allocator, shrinking->text.bytes,
                                  shrinking->text.length);
    if (status != COG_OK) {
        return status;
    }
    status = sim_trial_run(&trial, &shrinking->trials, &subject.program, &subject.source, &options);
    if (status == COG_OK) {
        *is_same = trial.signature == shrinking->shrunk->signature ||
                   (trial.signature != 0 && trial.trace_hash == shrinking->trace_hash);
        shrinking->signature = trial.signature;
        struct sim_schedule former = shrinking->schedule;
        shrinking->schedule = trial.recorded;
        trial.recorded = former;
        sim_trial_term(&trial);
    }
    sim_subject_close(&subject);
    return status;
}

static int make_alone(struct shrinking *shrinking, bool *is_same) {
    static const enum sim_standalone_form forms[] = {SIM_STANDALONE_REPLACED, SIM_STANDALONE_NAMED};
    int status = COG_EINVALID;
    *is_same = false;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0] && !*is_same; i++) {
        shrinking->text.length = 0;
        sim_standalone_add(&shrinking->text, shrinking->source, shrinking->program->scenario,
                           shrinking->options->vary, forms[i]);
        status = sim_statements_format(shrinking->trials.allocator, &shrinking->text);
        status = status == COG_OK ? try_alone(shrinking, is_same) : status;
        if (status == COG_ENOMEM) {
            return status;
        }
    }
    return status == COG_EINVALID ? COG_OK : status;
}

/* ---- Fewer statements ---- */

/* With the text as it is now. */
static int shrink_decisions_alone(struct shrinking *shrinking, bool holds[SIM_PLAIN_ORDERS]) {
    struct sim_subject subject;
    int status = sim_subject_open(&subject, shrinking->trials.allocator, shrinking->text.bytes,
                                  shrinking->text.length);
    if (status != COG_OK) {
        return status;
    }
    status = shrink_decisions(shrinking, &subject.program, &subject.source, shrinking->signature,
                              &shrinking->schedule);
    status = status == COG_OK ? sim_plain_orders_try(&shrinking->trials, &subject, holds) : status;
    sim_subject_close(&subject);
    return status;
}

static int shrink_statements(struct shrinking *shrinking) {
    size_t former_length = SIZE_MAX;
    struct sim_statements statements = {.trials = &shrinking->trials,
                                        .signature = shrinking->signature,
                                        .explored_count_max = EXPLORED_MAX,
                                        .text = &shrinking->text,
                                        .schedule = &shrinking->schedule};
    int status = shrink_decisions_alone(shrinking, statements.holds);
    for (int round = 0;
         round < ROUNDS_MAX && status == COG_OK && shrinking->text.length < former_length;
         round++) {
        former_length = shrinking->text.length;
        status = sim_statements_shrink(&statements);
        if (status == COG_OK) {
            status = sim_statements_format(shrinking->trials.allocator, &shrinking->text);
        }
        if (status == COG_OK) {
            status = shrink_decisions_alone(shrinking, statements.holds);
        }
    }
    return status;
}

/* ---- The result ---- */

/* A comment, lines of which are not too long. */
static void add_comment(struct sim_buffer *text, const char *words) {
    enum { COLUMNS_MAX = 110 };
    size_t column = 0;
    while (*words != '\0') {
        size_t length = strcspn(words, " \n");
        if (column == 0 || column + 1 + length > COLUMNS_MAX) {
            sim_buffer_add_text(text, column == 0 ? "#" : "\n#");
            column = 1;
        }
        sim_buffer_add_text(text, " ");
        sim_buffer_add(text, words, length);
        column += length + 1;
        words += length;
        words += *words != '\0' ? 1 : 0;
    }
    sim_buffer_add_text(text, "\n");
}

static void add_head(const struct shrinking *shrinking, struct sim_buffer *text) {
    const struct sim_shrunk *shrunk = shrinking->shrunk;
    struct sim_buffer words;
    sim_buffer_init(&words, shrunk->allocator);
    const char *name = shrinking->options->name;
    sim_buffer_add_format(&words,
                          "What is left of %s when everything goes that its failure does not need:",
                          name != NULL ? name : "a scenario");
    text->has_failed |= words.has_failed;
    if (!words.has_failed) {
        add_comment(text, words.bytes);
        sim_buffer_add_format(text, "# %s\n", shrunk->words.bytes);
    }
    sim_buffer_term(&words);
}

/* Does the scenario fail without a schedule, as `run` would run it? */
static int fails_unguided(struct shrinking *shrinking, bool *fails) {
    struct sim_subject subject;
    struct sim_trial trial;
    struct sim_trial_options options = {.is_unguided = true};
    int status = sim_subject_open(&subject, shrinking->trials.allocator, shrinking->text.bytes,
                                  shrinking->text.length);
    if (status != COG_OK) {
        return status;
    }
    status = sim_trial_run(&trial, &shrinking->trials, &subject.program, &subject.source, &options);
    if (status == COG_OK) {
        *fails = trial.signature == shrinking->signature;
        sim_trial_term(&trial);
    }
    sim_subject_close(&subject);
    return status;
}

static int add_schedule(struct shrinking *shrinking, struct sim_buffer *text) {
    struct sim_schedule folded;
    bool is_needed = true;
    int status = COG_OK;
    if (shrinking->schedule.count == 0) {
        status = fails_unguided(shrinking, &is_needed);
        is_needed = !is_needed;
    }
    sim_schedule_init(&folded, shrinking->trials.allocator);
    status = status == COG_OK ? sim_schedule_add_folded(&folded, &shrinking->schedule) : status;
    if (status == COG_OK && is_needed) {
        sim_buffer_add_text(text, "\nschedule\n");
        sim_schedule_write(&folded, 4, text);
        sim_buffer_add_text(text, folded.count == 0 ? "    production: 1\n" : "");
    }
    sim_schedule_term(&folded);
    return status;
}

/* Runs the result as it will be run, and tells its pair. */
static int check_result(struct shrinking *shrinking, const struct sim_buffer *text,
                        bool *is_right) {
    struct sim_subject subject;
    struct sim_schedule schedule;
    struct sim_trial trial;
    struct sim_critical_pair pair;
    struct sim_shrunk *shrunk = shrinking->shrunk;
    uint32_t line;
    *is_right = false;
    int status = sim_subject_open(&subject, shrinking->trials.allocator, text->bytes, text->length);
    if (status != COG_OK) {
        return status == COG_EINVALID ? COG_OK : status;
    }
    sim_schedule_init(&schedule, shrinking->trials.allocator);
    status = sim_schedule_of_scenario(&schedule, subject.scenario, &line);
    struct sim_trial_options options = {.follow = &schedule,
                                        .is_unguided = !subject.scenario->has_schedule};
    status = status == COG_OK ? sim_trial_run(&trial, &shrinking->trials, &subject.program,
                                              &subject.source, &options)
                              : status;
    if (status == COG_OK) {
        *is_right = trial.signature == shrinking->signature;
        sim_trial_term(&trial);
        status =
            sim_critical_pair_find(&pair, &shrinking->trials, &subject.program, &subject.source,
                                   shrinking->signature, &shrinking->schedule);
        sim_critical_pair_add(&pair, subject.scenario, &shrunk->scenario_pair_words);
        status = shrunk->scenario_pair_words.has_failed ? COG_ENOMEM : status;
        sim_critical_pair_term(&pair);
    }
    sim_schedule_term(&schedule);
    sim_subject_close(&subject);
    return status;
}

static int render(struct shrinking *shrinking) {
    struct sim_shrunk *shrunk = shrinking->shrunk;
    struct sim_buffer raw;
    struct sim_source source;
    sim_buffer_init(&raw, shrunk->allocator);
    add_head(shrinking, &raw);
    sim_buffer_add(&raw, shrinking->text.bytes, shrinking->text.length);
    int status = add_schedule(shrinking, &raw);
    status = raw.has_failed ? COG_ENOMEM : status;
    if (status == COG_OK) {
        status =
            sim_source_from_text(&source, shrunk->allocator, "shrunk.scn", raw.bytes, raw.length);
    }
    if (status == COG_OK) {
        status = sim_format(shrunk->allocator, &source, &shrunk->scenario);
        status = shrunk->scenario.has_failed ? COG_ENOMEM : status;
        sim_source_close(&source);
    }
    status = status == COG_OK ? check_result(shrinking, &shrunk->scenario, &shrunk->has_scenario)
                              : status;
    sim_buffer_term(&raw);
    return status;
}

static int shrink_scenario(struct shrinking *shrinking) {
    struct sim_shrunk *shrunk = shrinking->shrunk;
    bool is_same = false;
    int status = trace_failure(shrinking);
    status = status == COG_OK ? make_alone(shrinking, &is_same) : status;
    if (status != COG_OK || !is_same) {
        return status;
    }
    status =
        measure(&shrunk->before, shrunk->allocator, shrinking->text.bytes, shrinking->text.length);
    status = status == COG_OK ? shrink_statements(shrinking) : status;
    shrunk->is_done = sim_trials_go_on(&shrinking->trials);
    shrinking->trials.budget = UINT64_MAX; /* to tell what has been found takes a few more */
    shrinking->trials.should_stop = NULL;
    shrinking->trials.was_stopped = false;
    status = status == COG_OK ? render(shrinking) : status;
    if (status == COG_OK && shrunk->has_scenario) {
        status = measure(&shrunk->after, shrunk->allocator, shrinking->text.bytes,
                         shrinking->text.length);
        status = status == COG_OK ? count_lines(&shrunk->after, &shrinking->schedule) : status;
    }
    return status;
}

/* ---- All of it ---- */

static void init(struct sim_shrunk *shrunk, const struct cog_allocator *allocator) {
    *shrunk = (struct sim_shrunk){.allocator = allocator};
    sim_buffer_init(&shrunk->words, allocator);
    sim_schedule_init(&shrunk->schedule, allocator);
    sim_buffer_init(&shrunk->pair.first.words, allocator);
    sim_buffer_init(&shrunk->pair.second.words, allocator);
    sim_schedule_init(&shrunk->pair.passing, allocator);
    sim_buffer_init(&shrunk->pair_words, allocator);
    sim_buffer_init(&shrunk->scenario, allocator);
    sim_buffer_init(&shrunk->scenario_pair_words, allocator);
}

/* Half of the budget is for the decisions, if the scenario is to follow. */
static int shrink_schedule(struct shrinking *shrinking, uint64_t budget) {
    struct sim_shrunk *shrunk = shrinking->shrunk;
    shrinking->trials.budget = shrinking->options->keeps_scenario ? budget : budget / 2;
    int status = shrink_decisions(shrinking, shrinking->program, shrinking->source,
                                  shrunk->signature, &shrunk->schedule);
    shrunk->is_done = sim_trials_go_on(&shrinking->trials);
    shrinking->trials.budget = budget;
    shrunk->after = shrunk->before;
    status = status == COG_OK ? count_lines(&shrunk->after, &shrunk->schedule) : status;
    return status == COG_OK ? find_pair(shrinking) : status;
}

int sim_shrink(struct sim_shrunk *shrunk, struct sim_program *program,
               const struct sim_source *source, const struct sim_shrink_way *way,
               const struct sim_shrink_options *options) {
    const struct cog_allocator *allocator =
        options->allocator != NULL ? options->allocator : cog_allocator_malloc();
    uint64_t budget = options->budget != 0 ? options->budget : SIM_SHRINK_BUDGET_DEFAULT;
    struct shrinking shrinking = {.shrunk = shrunk,
                                  .options = options,
                                  .trials = {.allocator = allocator,
                                             .vary = options->vary,
                                             .statement_count_max = options->statement_count_max,
                                             .memory_bytes = options->memory_bytes,
                                             .budget = budget,
                                             .should_stop = options->should_stop,
                                             .context = options->context},
                                  .program = program,
                                  .source = source};
    init(shrunk, allocator);
    sim_buffer_init(&shrinking.text, allocator);
    sim_schedule_init(&shrinking.schedule, allocator);
    int status = find_failure(&shrinking, way);
    status = status == COG_OK ? shrink_schedule(&shrinking, budget) : status;
    if (status == COG_OK && !options->keeps_scenario) {
        status = shrink_scenario(&shrinking);
    }
    shrunk->run_count = shrinking.trials.run_count;
    sim_buffer_term(&shrinking.text);
    sim_schedule_term(&shrinking.schedule);
    if (status != COG_OK) {
        sim_shrunk_close(shrunk);
    }
    return status;
}

void sim_shrunk_close(struct sim_shrunk *shrunk) {
    sim_buffer_term(&shrunk->words);
    sim_schedule_term(&shrunk->schedule);
    sim_critical_pair_term(&shrunk->pair);
    sim_buffer_term(&shrunk->pair_words);
    sim_buffer_term(&shrunk->scenario);
    sim_buffer_term(&shrunk->scenario_pair_words);
}
