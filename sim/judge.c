/* judge.c - the verdict: expectations, unhandled failures, outcomes, stalls, limits and invariants.
 */
#include "sim/judge.h"

#include "core/check.h"
#include "sim/clause.h"
#include "sim/duration.h"
#include "sim/evaluate.h"
#include "sim/explanation.h"
#include "sim/quotation.h"
#include "sim/stall.h"

#include <inttypes.h>
#include <stdio.h>

static void judge_expectation(struct sim_run *run, const struct sim_expectation *expectation) {
    bool is_of_others = expectation->kind == SIM_EXPECTATION_SOMETIMES ||
                        (expectation->kind == SIM_EXPECTATION_NORMALLY && run->chooser != NULL);
    bool is_never = expectation->kind == SIM_EXPECTATION_NEVER;
    if (is_of_others || sim_clause_holds(run, expectation->clause) != is_never) {
        return;
    }
    struct sim_explanation explanation;
    sim_explanation_init(&explanation, run);
    sim_explain_clause(&explanation, expectation, expectation->clause);
    sim_quote_squeezed(&explanation.identity, expectation->source.bytes,
                       expectation->source.length);
    sim_explanation_fail(&explanation, expectation->place.line, expectation->source.bytes,
                         expectation->source.length);
    sim_explanation_term(&explanation);
}

/* Does a clause say of this instance's coroutine that it fails? */
static bool excuses(const struct sim_run *run, const struct sim_clause *clause,
                    const struct sim_instance *instance) {
    if (clause->kind == SIM_CLAUSE_AND || clause->kind == SIM_CLAUSE_OR) {
        return excuses(run, clause->left, instance) || excuses(run, clause->right, instance);
    }
    return (clause->kind == SIM_CLAUSE_FAILS ||
            (clause->kind == SIM_CLAUSE_TIMES_OUT && instance->status == COG_ETIMEDOUT)) &&
           sim_clause_is_of(run, instance, clause);
}

static bool is_excused(const struct sim_run *run, const struct sim_instance *instance) {
    for (uint32_t i = 0; i < run->scenario->expectation_count; i++) {
        if (excuses(run, run->scenario->expectations[i].clause, instance)) {
            return true;
        }
    }
    return false;
}

void sim_judge_check(struct sim_scope *scope, const struct sim_statement *statement) {
    struct sim_run *run = scope->run;
    struct sim_explanation explanation;
    struct sim_buffer first;
    sim_explanation_init(&explanation, run);
    sim_buffer_init(&first, run->allocator);
    sim_quote_statement(run, statement, &first);
    sim_buffer_add(&explanation.identity, first.bytes, first.length);
    sim_buffer_add_format(&explanation.identity, " in %s", scope->frame->instance->source->name);
    sim_buffer_add_format(&first, " does not hold in %s", scope->frame->instance->name);
    sim_explain_check(&explanation, scope, statement);
    if (first.has_failed) {
        run->journal.is_out_of_memory = true;
    } else {
        sim_explanation_fail(&explanation, statement->place.line, first.bytes, first.length);
    }
    sim_buffer_term(&first);
    sim_explanation_term(&explanation);
}

/* "recv ask from conn max 64 in server: timed out". */
static void identify_failed(const struct sim_run *run, const struct sim_instance *instance,
                            struct sim_buffer *identity) {
    const struct sim_statement *statement =
        sim_statement_at(instance->source, instance->failure_line);
    if (statement != NULL) {
        sim_quote_statement(run, statement, identity);
        sim_buffer_add_text(identity, " in ");
    }
    sim_buffer_add_format(identity, "%s: %s", instance->source->name,
                          cog_status_text(instance->status));
}

static void judge_instance(struct sim_run *run, const struct sim_instance *instance) {
    struct sim_explanation explanation;
    struct sim_buffer first;
    sim_explanation_init(&explanation, run);
    sim_buffer_init(&first, run->allocator);
    sim_explain_instance(run, instance, &first);
    sim_explain_failed(&explanation, instance);
    identify_failed(run, instance, &explanation.identity);
    if (first.has_failed) {
        run->journal.is_out_of_memory = true;
    } else {
        sim_explanation_fail(&explanation, instance->failure_line, first.bytes, first.length);
    }
    sim_buffer_term(&first);
    sim_explanation_term(&explanation);
}

static void judge_instances(struct sim_run *run) {
    for (const struct sim_instance *instance = run->instances; instance != NULL;
         instance = instance->next) {
        if (!instance->has_ended || instance->status == COG_OK || instance->observer_count > 0 ||
            is_excused(run, instance)) {
            continue;
        }
        judge_instance(run, instance);
    }
}

/* ---- Outcomes ---- */

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

uint32_t sim_judge_outcome_line(struct sim_run *run) {
    const struct sim_scenario *scenario = run->scenario;
    for (uint32_t i = 0; scenario->has_outcome && i < scenario->outcome_line_count; i++) {
        if (outcome_is(run, &scenario->outcome_lines[i].values)) {
            return i;
        }
    }
    return SIM_NONE;
}

static void judge_outcome(struct sim_run *run) {
    const struct sim_scenario *scenario = run->scenario;
    if (!scenario->has_outcome || !scenario->has_outcome_set ||
        sim_judge_outcome_line(run) != SIM_NONE) {
        return;
    }
    static const char first[] = "expect outcomes";
    struct sim_explanation explanation;
    sim_explanation_init(&explanation, run);
    sim_explain_outcome(&explanation);
    sim_explanation_fail(&explanation, scenario->outcome_set_place.line, first, sizeof first - 1);
    sim_explanation_term(&explanation);
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

/* What the instances of one coroutine or routine have done at the present instant. */
struct activity {
    const struct sim_coroutine *source;
    uint64_t statement_count;
    uint64_t instance_count;
    uint32_t line; /* of the latest instance */
};

static struct activity activity_of(const struct sim_run *run, const struct sim_coroutine *source) {
    struct activity activity = {.source = source};
    for (const struct sim_instance *instance = run->instances; instance != NULL;
         instance = instance->next) {
        if (instance->source == source && instance->instant_ns == run->now_ns &&
            instance->instant_count > 0) {
            activity.statement_count += instance->instant_count;
            activity.instance_count++;
            activity.line = instance->line > 0 ? instance->line : activity.line;
        }
    }
    return activity;
}

static void identify_limit(struct sim_run *run, struct sim_failure *failure, const char *name) {
    struct sim_buffer identity;
    sim_buffer_init(&identity, run->allocator);
    sim_buffer_add_format(&identity, "%s does not end", name);
    if (identity.has_failed) {
        run->journal.is_out_of_memory = true;
    } else if (failure != NULL) {
        sim_journal_identify(&run->journal, failure, identity.bytes);
    }
    sim_buffer_term(&identity);
}

static void judge_limit(struct sim_run *run) {
    const struct sim_scenario *scenario = run->scenario;
    struct activity busiest = {.source = NULL};
    for (uint32_t i = 0; i < scenario->coroutine_count + scenario->routine_count; i++) {
        struct activity activity =
            activity_of(run, i < scenario->coroutine_count
                                 ? &scenario->coroutines[i]
                                 : &scenario->routines[i - scenario->coroutine_count]);
        busiest = activity.statement_count > busiest.statement_count ? activity : busiest;
    }
    const char *name = busiest.source != NULL ? busiest.source->name : "";
    for (const struct sim_instance *guest = run->guests; guest != NULL; guest = guest->next) {
        if (guest->instant_ns == run->now_ns && guest->instant_count > busiest.statement_count) {
            busiest = (struct activity){.source = guest->source,
                                        .statement_count = guest->instant_count,
                                        .line = run->scenario->hosts[guest->host].place.line};
            name = guest->name;
        }
    }
    cog_assert(busiest.source != NULL);
    char text[SIM_DURATION_BYTES];
    char instances[40] = "";
    if (busiest.instance_count > 1) {
        (void)snprintf(instances, sizeof instances, " (%" PRIu64 " instances)",
                       busiest.instance_count);
    }
    struct sim_failure *failure = sim_run_fail(
        run, busiest.line,
        "did not end within %" PRIu64 " statements (--limit sets how many); at %s, where "
        "it was given up, '%s'%s had executed %" PRIu64 " without time moving",
        run->statement_count_max, sim_duration_format(run->now_ns, text), name, instances,
        busiest.statement_count);
    identify_limit(run, failure, name);
}

void sim_judge(struct sim_run *run) {
    sim_tracer_set_current(&run->tracer, 0);
    if (run->fatal == COG_ELIMIT) {
        judge_limit(run);
        return;
    }
    if (run->violation != NULL) {
        (void)sim_run_fail(run, 0, "invariant violated: %s", run->violation);
    }
    if (run->is_stalled && !deadlock_is_expected(run)) {
        sim_explain_stall(run);
    }
    judge_instances(run);
    for (uint32_t i = 0; i < run->scenario->expectation_count; i++) {
        judge_expectation(run, &run->scenario->expectations[i]);
    }
    judge_outcome(run);
}
