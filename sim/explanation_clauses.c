/* explanation_clauses.c - why a clause does not hold, of every kind but those about log lines. */
#include "sim/explanation_log.h"

#include "sim/clause.h"
#include "sim/explanation_values.h"
#include "sim/language/statement_parts.h"
#include "sim/quotation.h"
#include "sim/watch.h"

#include <inttypes.h>

enum { ROWS_MAX = 3 };

/* A clause being explained: `wanted` tells whether it should hold. */
struct clause_case {
    struct sim_explanation *explanation;
    const struct sim_expectation *expectation;
    bool wanted;
};

static struct sim_buffer *text_of(const struct clause_case *it) {
    return &it->explanation->columns.text;
}

static struct sim_quoted quoted_of(const struct clause_case *it) {
    return (struct sim_quoted){it->expectation->source, it->expectation->place.offset};
}

static void add_more(const struct clause_case *it, size_t count) {
    if (count > ROWS_MAX) {
        sim_explain_side(it->explanation, SIM_SIDE_ACTUAL, "");
        sim_buffer_add_format(text_of(it), "and %zu more", count - ROWS_MAX);
    }
}

/* ---- Coroutines ---- */

static void add_statement(const struct clause_case *it, const struct sim_instance *instance,
                          uint32_t line) {
    const struct sim_statement *statement = sim_statement_at(instance->source, line);
    if (statement != NULL) {
        sim_quote_statement(it->explanation->run, statement, text_of(it));
    } else {
        sim_buffer_add_text(text_of(it), "an operation");
    }
}

/* What became of an instance: a row. */
static void explain_instance(const struct clause_case *it, const struct sim_instance *instance,
                             const char *label) {
    struct sim_explanation *explanation = it->explanation;
    if (!instance->has_ended) {
        sim_explain_side(explanation, SIM_SIDE_ACTUAL, label);
        sim_buffer_add_format(text_of(it), "%s did not end", instance->name);
        if (instance->line != 0) {
            sim_buffer_add_text(text_of(it), ": ");
            add_statement(it, instance, instance->line);
            sim_columns_cell(&explanation->columns);
            sim_buffer_add_text(text_of(it), "since ");
            sim_quote_time(instance->instant_ns, text_of(it));
            sim_buffer_add_text(text_of(it), ", ");
            sim_quote_line(explanation->run, instance->line, text_of(it));
        }
        sim_explain_concern(explanation, instance, INT64_MAX);
        return;
    }
    sim_explain_side_at(explanation, SIM_SIDE_ACTUAL, label, instance->ended_ns);
    sim_buffer_add_format(text_of(it), "%s %s", instance->name,
                          instance->status == COG_OK ? "ended" : "failed");
    if (instance->failure.word != 0) {
        sim_buffer_add_text(text_of(it), ": ");
        sim_value_append(text_of(it), instance->failure);
    }
    sim_columns_cell(&explanation->columns);
    sim_quote_line(explanation->run, instance->failure_line, text_of(it));
    sim_explain_concern(explanation, instance, instance->ended_ns);
}

static bool is_in(int64_t time_ns, struct sim_range range) {
    return time_ns >= range.low && time_ns <= range.high;
}

/* Is an instance as the clause wants it? */
static bool is_as_told(const struct sim_clause *clause, const struct sim_instance *instance) {
    return instance->has_ended &&
           (instance->status == COG_OK) == (clause->kind == SIM_CLAUSE_ENDS) &&
           (!clause->has_at || is_in(instance->ended_ns, clause->at_ns));
}

/* The instances that make the clause what it is. */
static void explain_instances(const struct clause_case *it, const struct sim_clause *clause) {
    const struct sim_run *run = it->explanation->run;
    size_t count = 0;
    for (const struct sim_instance *instance = run->instances; instance != NULL;
         instance = instance->next) {
        if (sim_clause_is_of(run, instance, clause) &&
            (clause->kind == SIM_CLAUSE_TIMES_OUT || is_as_told(clause, instance) != it->wanted) &&
            count++ < ROWS_MAX) {
            explain_instance(it, instance, count == 1 ? "actual" : "");
        }
    }
    add_more(it, count);
    if (count == 0) {
        sim_explain_side(it->explanation, SIM_SIDE_ACTUAL, "actual");
        sim_buffer_add_text(text_of(it), "it never started");
    }
}

static void explain_coroutine(const struct clause_case *it, const struct sim_clause *clause) {
    sim_explain_expected_at(it->explanation, clause);
    sim_buffer_add_format(text_of(it), "%s %s", clause->coroutine.name,
                          clause->kind == SIM_CLAUSE_ENDS    ? "ends"
                          : clause->kind == SIM_CLAUSE_FAILS ? "fails"
                                                             : "times out");
}

static void explain_timeouts(const struct clause_case *it, const struct sim_clause *clause) {
    const struct sim_run *run = it->explanation->run;
    size_t count = 0;
    for (size_t i = 0; i < run->journal.timeout_count; i++) {
        const struct sim_timed_out *timeout = &run->journal.timeouts[i];
        if ((clause->kind != SIM_CLAUSE_NO_TIMEOUT &&
             !sim_clause_is_of(run, timeout->instance, clause)) ||
            count++ >= ROWS_MAX) {
            continue;
        }
        sim_explain_side_at(it->explanation, SIM_SIDE_ACTUAL, count == 1 ? "actual" : "",
                            timeout->time_ns);
        sim_buffer_add_text(text_of(it), "timeout of ");
        add_statement(it, timeout->instance, timeout->line);
        sim_explain_by(it->explanation, timeout->instance, timeout->line);
        sim_explain_concern(it->explanation, timeout->instance, timeout->time_ns);
    }
    add_more(it, count);
    if (count == 0) {
        explain_instances(it, clause);
    }
}

/* ---- The end ---- */

static void explain_end(const struct clause_case *it) {
    const struct sim_run *run = it->explanation->run;
    const struct sim_instance *last = NULL;
    for (const struct sim_instance *instance = run->instances; instance != NULL;
         instance = instance->next) {
        if (instance->has_ended && !instance->is_background &&
            (last == NULL || instance->ended_ns > last->ended_ns)) {
            last = instance;
        }
    }
    sim_explain_side_at(it->explanation, SIM_SIDE_ACTUAL, "actual", run->now_ns);
    sim_buffer_add_text(text_of(it), run->is_stalled ? "the run stalled" : "the run ended");
    if (!run->is_stalled && last != NULL) {
        sim_columns_cell(&it->explanation->columns);
        sim_buffer_add_format(text_of(it), "last was %s, ", last->name);
        sim_quote_line(run, last->failure_line, text_of(it));
        sim_explain_concern(it->explanation, last, INT64_MAX);
    }
}

/* ---- Expressions ---- */

/* A search for statements that write a variable of an expression. */
struct search {
    const struct sim_expression *expression;
    bool is_found;
};

static bool reads(const struct sim_expression *expression, uint32_t variable) {
    if (expression == NULL) {
        return false;
    }
    if (expression->kind == SIM_EXPRESSION_VARIABLE || expression->kind == SIM_EXPRESSION_ELEMENT) {
        return expression->as.name.reference.index == variable ||
               reads(expression->as.name.element, variable);
    }
    if (expression->kind == SIM_EXPRESSION_TEXT) {
        for (uint32_t i = 0; i < expression->as.text.piece_count; i++) {
            if (reads(expression->as.text.pieces[i].expression, variable)) {
                return true;
            }
        }
        return false;
    }
    return expression->kind >= SIM_EXPRESSION_ITEM &&
           (reads(expression->as.operands.left, variable) ||
            reads(expression->as.operands.right, variable));
}

static bool is_of_variable(const struct sim_target *target) {
    return target != NULL &&
           (target->kind == SIM_TARGET_VARIABLE || target->kind == SIM_TARGET_ELEMENT);
}

static bool writes_none(void *context, const struct sim_statement *statement) {
    struct search *search = context;
    struct sim_statement copy = *statement; /* its parts are given out to be changed */
    struct sim_statement_parts parts = sim_statement_parts(&copy);
    search->is_found =
        (is_of_variable(parts.target) &&
         reads(search->expression, parts.target->reference.index)) ||
        (is_of_variable(parts.object) && reads(search->expression, parts.object->reference.index));
    return !search->is_found;
}

/* Those have a part in it that write what it is made of. */
static void concern_writers(const struct clause_case *it, const struct sim_expression *expression,
                            int64_t until_ns) {
    const struct sim_coroutine *source = NULL;
    bool is_writer = false;
    for (const struct sim_instance *instance = it->explanation->run->instances; instance != NULL;
         instance = instance->next) {
        if (instance->source != source) {
            struct search search = {.expression = expression};
            (void)sim_statements_walk(&instance->source->body, writes_none, &search);
            source = instance->source;
            is_writer = search.is_found;
        }
        if (is_writer) {
            sim_explain_concern(it->explanation, instance, until_ns);
        }
    }
}

static void explain_expression(const struct clause_case *it, const struct sim_clause *clause) {
    struct sim_run *run = it->explanation->run;
    struct sim_scope scope = {.run = run, .is_observer = true};
    sim_explain_side(it->explanation, SIM_SIDE_EXPECTED, "expected");
    sim_buffer_add_text(text_of(it), it->wanted ? "" : "never ");
    (void)sim_explain_part(&scope, clause->expression, quoted_of(it), text_of(it));
    sim_explain_side_at(it->explanation, SIM_SIDE_ACTUAL, "actual", run->now_ns);
    sim_explain_values(&scope, clause->expression, quoted_of(it), text_of(it));
    concern_writers(it, clause->expression, INT64_MAX);
}

static void add_expression(const struct clause_case *it, const struct sim_expression *expression) {
    const struct sim_expectation *expectation = it->expectation;
    uint32_t start = expression->place.offset - expectation->place.offset;
    if (expression->place.offset >= expectation->place.offset &&
        start + (size_t)expression->place.length <= expectation->source.length) {
        sim_buffer_add(text_of(it), expectation->source.bytes + start, expression->place.length);
    }
}

static void explain_watch(const struct clause_case *it, const struct sim_clause *clause) {
    struct sim_explanation *explanation = it->explanation;
    const struct sim_watch *watch = sim_watch_of(explanation->run, clause);
    sim_explain_side(explanation, SIM_SIDE_EXPECTED, "expected");
    if (clause->kind == SIM_CLAUSE_ALWAYS) {
        sim_buffer_add_text(text_of(it), "always ");
    } else {
        sim_buffer_add_text(text_of(it), "within ");
        sim_quote_time(clause->within_ns, text_of(it));
        sim_buffer_add_text(text_of(it), " ");
    }
    add_expression(it, clause->expression);
    if (clause->kind == SIM_CLAUSE_WITHIN) {
        sim_explain_line(explanation, SIM_SIDE_ACTUAL, "actual",
                         &explanation->run->journal.lines[watch->first_line]);
    }
    sim_explain_side_at(explanation, SIM_SIDE_ACTUAL,
                        clause->kind == SIM_CLAUSE_ALWAYS ? "actual" : "", watch->broken_ns);
    sim_buffer_add_text(text_of(it), clause->kind == SIM_CLAUSE_ALWAYS ? "" : "still ");
    sim_buffer_add_text(text_of(it), watch->values != NULL ? watch->values : "it does not hold");
    concern_writers(it, clause->expression, watch->broken_ns);
}

/* ---- All kinds ---- */

static void explain(const struct clause_case *it, const struct sim_clause *clause);

/* Those of two parts that are as they must not be. */
static void explain_parts(const struct clause_case *it, const struct sim_clause *clause) {
    struct sim_run *run = it->explanation->run;
    if (sim_clause_holds(run, clause->left) != it->wanted) {
        explain(it, clause->left);
    }
    if (sim_clause_holds(run, clause->right) != it->wanted) {
        explain(it, clause->right);
    }
}

/* A clause that holds and must not, of a kind that has nothing to be put beside it. */
static void explain_held(const struct clause_case *it) {
    sim_explain_side(it->explanation, SIM_SIDE_EXPECTED, "expected");
    sim_buffer_add_text(text_of(it), "never");
    sim_explain_side(it->explanation, SIM_SIDE_ACTUAL, "actual");
    sim_buffer_add_text(text_of(it), "it happened");
}

static void explain_unwanted(const struct clause_case *it, const struct sim_clause *clause) {
    switch ((int)clause->kind) {
    case SIM_CLAUSE_LOG:
        if (clause->has_times) {
            explain_held(it);
        } else {
            sim_explain_no_log(it->explanation, clause);
        }
        break;
    case SIM_CLAUSE_ENDS:
    case SIM_CLAUSE_FAILS:
        sim_explain_side(it->explanation, SIM_SIDE_EXPECTED, "expected");
        sim_buffer_add_text(text_of(it), "never");
        explain_instances(it, clause);
        break;
    case SIM_CLAUSE_TIMES_OUT:
        sim_explain_side(it->explanation, SIM_SIDE_EXPECTED, "expected");
        sim_buffer_add_text(text_of(it), "never");
        explain_timeouts(it, clause);
        break;
    case SIM_CLAUSE_HOLDS:
        explain_expression(it, clause);
        break;
    default:
        explain_held(it);
        break;
    }
}

static void explain(const struct clause_case *it, const struct sim_clause *clause) {
    if (clause->kind == SIM_CLAUSE_AND || clause->kind == SIM_CLAUSE_OR) {
        explain_parts(it, clause);
        return;
    }
    if (!it->wanted) {
        explain_unwanted(it, clause);
        return;
    }
    switch (clause->kind) {
    case SIM_CLAUSE_AND:
    case SIM_CLAUSE_OR:
        break;
    case SIM_CLAUSE_LOG:
        sim_explain_log(it->explanation, clause);
        break;
    case SIM_CLAUSE_NO_LOG:
        sim_explain_no_log(it->explanation, clause);
        break;
    case SIM_CLAUSE_BEFORE:
        sim_explain_before(it->explanation, clause);
        break;
    case SIM_CLAUSE_ENDS:
    case SIM_CLAUSE_FAILS:
        explain_coroutine(it, clause);
        explain_instances(it, clause);
        break;
    case SIM_CLAUSE_TIMES_OUT:
        explain_coroutine(it, clause);
        explain_timeouts(it, clause);
        break;
    case SIM_CLAUSE_NO_TIMEOUT:
        sim_explain_side(it->explanation, SIM_SIDE_EXPECTED, "expected");
        sim_buffer_add_text(text_of(it), "no timeout");
        explain_timeouts(it, clause);
        break;
    case SIM_CLAUSE_END:
        sim_explain_expected_at(it->explanation, clause);
        sim_buffer_add_text(text_of(it), "the end");
        explain_end(it);
        break;
    case SIM_CLAUSE_DEADLOCK:
        sim_explain_side(it->explanation, SIM_SIDE_EXPECTED, "expected");
        sim_buffer_add_text(text_of(it), "deadlock");
        explain_end(it);
        break;
    case SIM_CLAUSE_ALWAYS:
    case SIM_CLAUSE_WITHIN:
        explain_watch(it, clause);
        break;
    case SIM_CLAUSE_HOLDS:
        explain_expression(it, clause);
        break;
    }
}

void sim_explain_clause(struct sim_explanation *explanation,
                        const struct sim_expectation *expectation,
                        const struct sim_clause *clause) {
    struct clause_case it = {.explanation = explanation,
                             .expectation = expectation,
                             .wanted = expectation->kind != SIM_EXPECTATION_NEVER};
    explain(&it, clause);
}
