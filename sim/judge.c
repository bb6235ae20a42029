/* judge.c - expectations against the journal, unhandled failures, stalls, limits and invariants. */
#include "sim/judge.h"

#include "sim/duration.h"
#include "sim/evaluate.h"
#include "sim/language/buffer.h"
#include "sim/language/nearest.h"
#include "sim/operations.h"
#include "sim/run.h"
#include "sim/watch.h"

#include <inttypes.h>

/* ---- Clauses ---- */

static bool is_in(int64_t time_ns, struct sim_range range) {
    return time_ns >= range.low && time_ns <= range.high;
}

/* Is it an instance of the coroutine or routine that a clause names? */
static bool is_of(const struct sim_run *run, const struct sim_instance *instance,
                  const struct sim_clause *clause) {
    const struct sim_scenario *scenario = run->scenario;
    const struct sim_coroutine *named = clause->is_routine
                                            ? &scenario->routines[clause->coroutine.index]
                                            : &scenario->coroutines[clause->coroutine.index];
    return instance->source == named;
}

static bool line_matches(const struct sim_run *run, const struct sim_clause *clause,
                         const struct sim_log_line *line) {
    bool is_by = clause->coroutine.name == NULL || is_of(run, line->instance, clause) ||
                 (!clause->is_routine && line->instance->root == clause->coroutine.index);
    return is_by && (!clause->has_at || is_in(line->time_ns, clause->at_ns)) &&
           sim_pattern_matches(clause->text.bytes, clause->text.length, line->text, line->bytes);
}

static int64_t count_lines(const struct sim_run *run, const struct sim_clause *clause) {
    int64_t count = 0;
    for (size_t i = 0; i < run->journal.line_count; i++) {
        count += line_matches(run, clause, &run->journal.lines[i]) ? 1 : 0;
    }
    return count;
}

/* The index of the first line like a text, or SIZE_MAX. */
static size_t first_line(const struct sim_run *run, struct sim_text text) {
    for (size_t i = 0; i < run->journal.line_count; i++) {
        const struct sim_log_line *line = &run->journal.lines[i];
        if (sim_pattern_matches(text.bytes, text.length, line->text, line->bytes)) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* Have all instances of a coroutine ended without failure (at the time given)? */
static bool coroutine_ends(const struct sim_run *run, const struct sim_clause *clause) {
    bool any = false;
    for (const struct sim_instance *instance = run->instances; instance != NULL;
         instance = instance->next) {
        if (!is_of(run, instance, clause)) {
            continue;
        }
        any = true;
        if (!instance->has_ended || instance->status != COG_OK ||
            (clause->has_at && !is_in(instance->ended_ns, clause->at_ns))) {
            return false;
        }
    }
    return any;
}

static bool coroutine_fails(const struct sim_run *run, const struct sim_clause *clause) {
    for (const struct sim_instance *instance = run->instances; instance != NULL;
         instance = instance->next) {
        if (is_of(run, instance, clause) && instance->has_ended && instance->status != COG_OK &&
            (!clause->has_at || is_in(instance->ended_ns, clause->at_ns))) {
            return true;
        }
    }
    return false;
}

static bool coroutine_times_out(const struct sim_run *run, const struct sim_clause *clause) {
    for (size_t i = 0; i < run->journal.timeout_count; i++) {
        const struct sim_timed_out *timeout = &run->journal.timeouts[i];
        if (is_of(run, timeout->instance, clause) &&
            (!clause->has_at || is_in(timeout->time_ns, clause->at_ns))) {
            return true;
        }
    }
    return false;
}

static bool before_holds(const struct sim_run *run, const struct sim_clause *clause) {
    size_t first = first_line(run, clause->text);
    size_t second = first_line(run, clause->second);
    return first != SIZE_MAX && second != SIZE_MAX && first < second;
}

static bool expression_holds(struct sim_run *run, const struct sim_clause *clause) {
    struct sim_scope scope = {.run = run};
    struct sim_value value;
    int status = sim_evaluate_tag(&scope, clause->expression, SIM_TAG_BOOL, "an expectation", &value);
    return status == COG_OK && sim_value_get_integer(value) != 0;
}

static bool holds(struct sim_run *run, const struct sim_clause *clause) {
    switch (clause->kind) {
    case SIM_CLAUSE_AND:
        return holds(run, clause->left) && holds(run, clause->right);
    case SIM_CLAUSE_OR:
        return holds(run, clause->left) || holds(run, clause->right);
    case SIM_CLAUSE_LOG:
        return clause->has_times ? count_lines(run, clause) == clause->times
                                 : count_lines(run, clause) > 0;
    case SIM_CLAUSE_NO_LOG:
        return count_lines(run, clause) == 0;
    case SIM_CLAUSE_BEFORE:
        return before_holds(run, clause);
    case SIM_CLAUSE_ENDS:
        return coroutine_ends(run, clause);
    case SIM_CLAUSE_FAILS:
        return coroutine_fails(run, clause);
    case SIM_CLAUSE_TIMES_OUT:
        return coroutine_times_out(run, clause);
    case SIM_CLAUSE_NO_TIMEOUT:
        return run->journal.timeout_count == 0;
    case SIM_CLAUSE_END:
        return !run->is_stalled && is_in(run->now_ns, clause->at_ns);
    case SIM_CLAUSE_DEADLOCK:
        return run->is_stalled;
    case SIM_CLAUSE_ALWAYS:
    case SIM_CLAUSE_WITHIN:
        return !sim_watch_of(run, clause)->is_broken;
    case SIM_CLAUSE_HOLDS:
        return expression_holds(run, clause);
    }
    return false;
}

/* ---- Why a clause does not hold ---- */

static void add_time(struct sim_buffer *buffer, int64_t ns) {
    char text[SIM_DURATION_BYTES];
    sim_buffer_add_text(buffer, sim_duration_format(ns, text));
}

static void add_line(struct sim_buffer *buffer, const struct sim_log_line *line) {
    sim_buffer_add_text(buffer, "\"");
    sim_buffer_add(buffer, line->text, line->bytes);
    sim_buffer_add_text(buffer, "\" at ");
    add_time(buffer, line->time_ns);
    sim_buffer_add_format(buffer, " by %s", line->instance->name);
}

/* The line that was probably meant: the first of that text, whatever its time and coroutine, else one that reads almost so. */
static const struct sim_log_line *nearest_line(const struct sim_run *run,
                                               const struct sim_clause *clause) {
    size_t first = first_line(run, clause->text);
    if (first != SIZE_MAX) {
        return &run->journal.lines[first];
    }
    struct sim_nearest nearest;
    sim_nearest_init(&nearest, clause->text.bytes);
    for (size_t i = 0; i < run->journal.line_count; i++) {
        sim_nearest_offer(&nearest, run->journal.lines[i].text);
    }
    for (size_t i = 0; nearest.best != NULL && i < run->journal.line_count; i++) {
        if (run->journal.lines[i].text == nearest.best) {
            return &run->journal.lines[i];
        }
    }
    return NULL;
}

static void explain_log(const struct sim_run *run, const struct sim_clause *clause,
                        struct sim_buffer *buffer) {
    if (clause->has_times) {
        sim_buffer_add_format(buffer, "it was logged %" PRId64 " times", count_lines(run, clause));
        return;
    }
    const struct sim_log_line *line = nearest_line(run, clause);
    if (line == NULL) {
        sim_buffer_add_text(buffer, run->journal.line_count == 0 ? "nothing was logged"
                                                                 : "nothing like it was logged");
        return;
    }
    bool is_same = sim_pattern_matches(clause->text.bytes, clause->text.length, line->text,
                                       line->bytes);
    sim_buffer_add_text(buffer, is_same ? "logged was " : "nearest is ");
    add_line(buffer, line);
}

static void explain_no_log(const struct sim_run *run, const struct sim_clause *clause,
                           struct sim_buffer *buffer) {
    for (size_t i = 0; i < run->journal.line_count; i++) {
        if (line_matches(run, clause, &run->journal.lines[i])) {
            sim_buffer_add_text(buffer, "logged was ");
            add_line(buffer, &run->journal.lines[i]);
            return;
        }
    }
}

static void explain_before(const struct sim_run *run, const struct sim_clause *clause,
                           struct sim_buffer *buffer) {
    size_t first = first_line(run, clause->text);
    size_t second = first_line(run, clause->second);
    if (first == SIZE_MAX || second == SIZE_MAX) {
        sim_buffer_add_format(buffer, "the %s was never logged",
                              first == SIZE_MAX ? "first" : "second");
        return;
    }
    add_line(buffer, &run->journal.lines[second]);
    sim_buffer_add_text(buffer, " came before ");
    add_line(buffer, &run->journal.lines[first]);
}

static void explain_instance(const struct sim_instance *instance, struct sim_buffer *buffer) {
    sim_buffer_add_text(buffer, instance->name);
    if (!instance->has_ended) {
        sim_buffer_add_format(buffer, " did not end (line %" PRIu32 ")", instance->line);
        return;
    }
    sim_buffer_add_text(buffer, instance->status == COG_OK ? " ended at " : " failed at ");
    add_time(buffer, instance->ended_ns);
    if (instance->failure.word != 0) {
        sim_buffer_add_text(buffer, " (");
        sim_value_append(buffer, instance->failure);
        sim_buffer_add_text(buffer, ")");
    }
}

static void explain_coroutine(const struct sim_run *run, const struct sim_clause *clause,
                              struct sim_buffer *buffer) {
    const char *separator = "";
    for (const struct sim_instance *instance = run->instances; instance != NULL;
         instance = instance->next) {
        if (is_of(run, instance, clause)) {
            sim_buffer_add_text(buffer, separator);
            explain_instance(instance, buffer);
            separator = ", ";
        }
    }
    if (separator[0] == '\0') {
        sim_buffer_add_text(buffer, "it never started");
    }
}

static void explain_timeouts(const struct sim_run *run, const struct sim_clause *clause,
                             struct sim_buffer *buffer) {
    for (size_t i = 0; i < run->journal.timeout_count; i++) {
        const struct sim_timed_out *timeout = &run->journal.timeouts[i];
        if (clause->kind == SIM_CLAUSE_NO_TIMEOUT || is_of(run, timeout->instance, clause)) {
            sim_buffer_add_format(buffer, "an operation of %s timed out at ",
                                  timeout->instance->name);
            add_time(buffer, timeout->time_ns);
            return;
        }
    }
    sim_buffer_add_text(buffer, "none of its operations timed out");
}

static void explain_watch(const struct sim_run *run, const struct sim_clause *clause,
                          struct sim_buffer *buffer) {
    sim_buffer_add_text(buffer, "it does not hold at ");
    add_time(buffer, sim_watch_of(run, clause)->broken_ns);
}

static void explain(struct sim_run *run, const struct sim_clause *clause,
                    struct sim_buffer *buffer) {
    switch (clause->kind) {
    case SIM_CLAUSE_AND:
        explain(run, holds(run, clause->left) ? clause->right : clause->left, buffer);
        break;
    case SIM_CLAUSE_OR:
        explain(run, clause->left, buffer);
        sim_buffer_add_text(buffer, "; and ");
        explain(run, clause->right, buffer);
        break;
    case SIM_CLAUSE_LOG:
        explain_log(run, clause, buffer);
        break;
    case SIM_CLAUSE_NO_LOG:
        explain_no_log(run, clause, buffer);
        break;
    case SIM_CLAUSE_BEFORE:
        explain_before(run, clause, buffer);
        break;
    case SIM_CLAUSE_ENDS:
    case SIM_CLAUSE_FAILS:
        explain_coroutine(run, clause, buffer);
        break;
    case SIM_CLAUSE_TIMES_OUT:
    case SIM_CLAUSE_NO_TIMEOUT:
        explain_timeouts(run, clause, buffer);
        break;
    case SIM_CLAUSE_END:
        sim_buffer_add_text(buffer, run->is_stalled ? "it stalled at " : "it ended at ");
        add_time(buffer, run->now_ns);
        break;
    case SIM_CLAUSE_DEADLOCK:
        sim_buffer_add_text(buffer, "every coroutine ended");
        break;
    case SIM_CLAUSE_ALWAYS:
    case SIM_CLAUSE_WITHIN:
        explain_watch(run, clause, buffer);
        break;
    case SIM_CLAUSE_HOLDS:
        sim_buffer_add_text(buffer, "it does not hold at the end");
        break;
    }
}

/* ---- Verdicts ---- */

static void fail_with(struct sim_run *run, uint32_t line, struct sim_buffer *buffer) {
    if (buffer->has_failed) {
        run->journal.is_out_of_memory = true;
    } else {
        sim_journal_fail(&run->journal, line, buffer->bytes, buffer->length);
        sim_tracer_failure(&run->tracer, buffer->bytes, buffer->length, line);
    }
    sim_buffer_term(buffer);
}

static void judge_expectation(struct sim_run *run, const struct sim_expectation *expectation) {
    bool is_held = holds(run, expectation->clause);
    bool is_never = expectation->kind == SIM_EXPECTATION_NEVER;
    if (expectation->kind == SIM_EXPECTATION_SOMETIMES || is_held != is_never) {
        return;
    }
    struct sim_buffer buffer;
    sim_buffer_init(&buffer, run->allocator);
    sim_buffer_add(&buffer, expectation->source.bytes, expectation->source.length);
    sim_buffer_add_text(&buffer, ": ");
    if (is_never) {
        sim_buffer_add_text(&buffer, "it happened");
    } else {
        explain(run, expectation->clause, &buffer);
    }
    fail_with(run, expectation->place.line, &buffer);
}

/* Does a clause say of this instance's coroutine that it fails? */
static bool excuses(const struct sim_run *run, const struct sim_clause *clause,
                    const struct sim_instance *instance) {
    if (clause->kind == SIM_CLAUSE_AND || clause->kind == SIM_CLAUSE_OR) {
        return excuses(run, clause->left, instance) ||
               excuses(run, clause->right, instance);
    }
    return (clause->kind == SIM_CLAUSE_FAILS ||
            (clause->kind == SIM_CLAUSE_TIMES_OUT && instance->status == COG_ETIMEDOUT)) &&
           is_of(run, instance, clause);
}

static bool is_excused(const struct sim_run *run, const struct sim_instance *instance) {
    for (uint32_t i = 0; i < run->scenario->expectation_count; i++) {
        if (excuses(run, run->scenario->expectations[i].clause, instance)) {
            return true;
        }
    }
    return false;
}

static void judge_instances(struct sim_run *run) {
    for (const struct sim_instance *instance = run->instances; instance != NULL;
         instance = instance->next) {
        if (!instance->has_ended || instance->status == COG_OK || instance->is_observed ||
            is_excused(run, instance)) {
            continue;
        }
        struct sim_buffer buffer;
        sim_buffer_init(&buffer, run->allocator);
        explain_instance(instance, &buffer);
        fail_with(run, instance->failure_line, &buffer);
    }
}

/* ---- Outcomes ---- */

static void add_values(struct sim_run *run, const struct sim_expression_list *list,
                       struct sim_buffer *buffer) {
    for (uint32_t i = 0; i < list->count; i++) {
        struct sim_scope scope = {.run = run};
        struct sim_value value;
        sim_buffer_add_text(buffer, i > 0 ? ", " : "");
        if (sim_evaluate(&scope, list->items[i], &value) == COG_OK) {
            sim_value_append(buffer, value);
        } else {
            sim_buffer_add_text(buffer, scope.message);
        }
    }
}

static bool outcome_is(struct sim_run *run, const struct sim_expression_list *expected) {
    const struct sim_expression_list *outcome = &run->scenario->outcome;
    for (uint32_t i = 0; i < outcome->count && i < expected->count; i++) {
        struct sim_scope scope = {.run = run};
        struct sim_value left;
        struct sim_value right;
        if (sim_evaluate(&scope, outcome->items[i], &left) != COG_OK ||
            sim_evaluate(&scope, expected->items[i], &right) != COG_OK ||
            !sim_value_equal(left, right)) {
            return false;
        }
    }
    return true;
}

static void judge_outcome(struct sim_run *run) {
    const struct sim_scenario *scenario = run->scenario;
    if (!scenario->has_outcome || !scenario->has_outcome_set) {
        return;
    }
    for (uint32_t i = 0; i < scenario->outcome_line_count; i++) {
        if (outcome_is(run, &scenario->outcome_lines[i].values)) {
            return;
        }
    }
    struct sim_buffer buffer;
    sim_buffer_init(&buffer, run->allocator);
    sim_buffer_add_text(&buffer, "expect outcomes: the run ended with ");
    add_values(run, &scenario->outcome, &buffer);
    sim_buffer_add_text(&buffer, ", which is not among them");
    fail_with(run, scenario->outcome_set_place.line, &buffer);
}

/* ---- Stalls and limits ---- */

static bool clause_expects_deadlock(const struct sim_clause *clause) {
    if (clause->kind == SIM_CLAUSE_AND || clause->kind == SIM_CLAUSE_OR) {
        return clause_expects_deadlock(clause->left) || clause_expects_deadlock(clause->right);
    }
    return clause->kind == SIM_CLAUSE_DEADLOCK;
}

static bool deadlock_is_expected(const struct sim_run *run) {
    for (uint32_t i = 0; i < run->scenario->expectation_count; i++) {
        const struct sim_expectation *expectation = &run->scenario->expectations[i];
        if (expectation->kind != SIM_EXPECTATION_NEVER &&
            clause_expects_deadlock(expectation->clause)) {
            return true;
        }
    }
    return false;
}

static void judge_stall(struct sim_run *run) {
    if (!run->is_stalled || deadlock_is_expected(run)) {
        return;
    }
    struct sim_buffer buffer;
    sim_buffer_init(&buffer, run->allocator);
    sim_buffer_add_text(&buffer, "stalled at ");
    add_time(&buffer, run->now_ns);
    sim_buffer_add_text(&buffer, ": nothing can happen any more, and these wait:");
    uint32_t line = 0;
    for (const struct sim_instance *instance = run->instances; instance != NULL;
         instance = instance->next) {
        const struct cog_op *op = cog_coro_awaits(instance->coro);
        if (instance->has_ended || op == NULL) {
            continue;
        }
        sim_buffer_add_format(&buffer, "\n  %s%s: %s", instance->name,
                              instance->is_background ? " (background)" : "", op->type->name);
        const char *object = cog_op_object_name(op);
        if (object[0] != '\0') {
            sim_buffer_add_format(&buffer, " %s", object);
        }
        sim_buffer_add_format(&buffer, ", line %" PRIu32, instance->line);
        line = line == 0 && !instance->is_background ? instance->line : line;
    }
    fail_with(run, line, &buffer);
}

static void judge_limit(struct sim_run *run) {
    const struct sim_instance *busiest = run->spinning;
    for (const struct sim_instance *instance = run->instances; instance != NULL;
         instance = instance->next) {
        if (instance->instant_ns == run->now_ns &&
            instance->instant_count > busiest->instant_count) {
            busiest = instance;
        }
    }
    char text[SIM_DURATION_BYTES];
    sim_run_fail(run, busiest->line,
                 "did not end within %" PRIu64 " statements (--limit sets how many); at %s, where it was "
                 "given up, coroutine '%s' had executed %" PRIu64 " of them without time moving",
                 run->statement_count_max, sim_duration_format(run->now_ns, text), busiest->name,
                 busiest->instant_count);
}

void sim_judge(struct sim_run *run) {
    sim_tracer_set_current(&run->tracer, 0);
    if (run->fatal == COG_ELIMIT) {
        judge_limit(run);
        return;
    }
    if (run->violation != NULL) {
        sim_run_fail(run, 0, "invariant violated: %s", run->violation);
    }
    judge_stall(run);
    judge_instances(run);
    for (uint32_t i = 0; i < run->scenario->expectation_count; i++) {
        judge_expectation(run, &run->scenario->expectations[i]);
    }
    judge_outcome(run);
}
