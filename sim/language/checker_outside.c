/* checker_outside.c - names outside coroutines: settings, what the world does, what must hold, what
 * a run ends with. */
#include "sim/language/checker.h"

static void resolve_initial_values(struct sim_checker *checker) {
    struct sim_scenario *scenario = checker->scenario;
    for (uint32_t i = 0; i < scenario->variable_count; i++) {
        sim_checker_resolve(checker, scenario->variables[i].initial);
    }
}

/* An initial value is computed before anything runs, in the order of the file. */
static void check_initial(struct sim_checker *checker, const struct sim_variable *variable,
                          const struct sim_expression *expression) {
    if (expression == NULL) {
        return;
    }
    switch (expression->kind) {
    case SIM_EXPRESSION_NUMBER:
    case SIM_EXPRESSION_DURATION:
    case SIM_EXPRESSION_BOOL:
    case SIM_EXPRESSION_LOCAL:
    case SIM_EXPRESSION_NAME:
        return;
    case SIM_EXPRESSION_NOW:
    case SIM_EXPRESSION_INDEX:
        (void)sim_diagnostics_error(checker->diagnostics, expression->place,
                                    "a variable's first value is a constant");
        return;
    case SIM_EXPRESSION_TEXT:
        for (uint32_t i = 0; i < expression->as.text.piece_count; i++) {
            check_initial(checker, variable, expression->as.text.pieces[i].expression);
        }
        return;
    case SIM_EXPRESSION_ELEMENT:
        check_initial(checker, variable, expression->as.name.element);
        /* fall through */
    case SIM_EXPRESSION_VARIABLE: {
        const struct sim_variable *other =
            &checker->scenario->variables[expression->as.name.reference.index];
        if (other->place.offset >= variable->place.offset) {
            struct sim_finding *finding = sim_diagnostics_error(
                checker->diagnostics, expression->place, "'%s' has no value yet", other->name);
            sim_diagnostics_note(checker->diagnostics, finding, other->place,
                                 "it gets its first value here");
        }
        return;
    }
    case SIM_EXPRESSION_ITEM:
    case SIM_EXPRESSION_NEGATE:
    case SIM_EXPRESSION_NOT:
    case SIM_EXPRESSION_ADD:
    case SIM_EXPRESSION_SUBTRACT:
    case SIM_EXPRESSION_MULTIPLY:
    case SIM_EXPRESSION_DIVIDE:
    case SIM_EXPRESSION_REMAINDER:
    case SIM_EXPRESSION_EQUAL:
    case SIM_EXPRESSION_UNEQUAL:
    case SIM_EXPRESSION_LESS:
    case SIM_EXPRESSION_LESS_EQUAL:
    case SIM_EXPRESSION_GREATER:
    case SIM_EXPRESSION_GREATER_EQUAL:
    case SIM_EXPRESSION_AND:
    case SIM_EXPRESSION_OR:
        check_initial(checker, variable, expression->as.operands.left);
        check_initial(checker, variable, expression->as.operands.right);
        return;
    }
}

static void resolve_settings(struct sim_checker *checker) {
    struct sim_scenario *scenario = checker->scenario;
    for (uint32_t i = 0; i < scenario->settings_count; i++) {
        sim_checker_find_host(checker, &scenario->settings[i].host);
    }
}

/* ---- The world ---- */

static void check_hosts_differ(struct sim_checker *checker, const struct sim_reference *a,
                               const struct sim_reference *b) {
    if (a->name != NULL && b->name != NULL && a->index != SIM_NONE && a->index == b->index) {
        (void)sim_diagnostics_error(checker->diagnostics, b->place,
                                    "'%s' is named twice: it takes two hosts", b->name);
    }
}

static void resolve_world_statement(struct sim_checker *checker,
                                    struct sim_world_statement *statement) {
    sim_checker_find_host(checker, &statement->a);
    sim_checker_find_host(checker, &statement->b);
    check_hosts_differ(checker, &statement->a, &statement->b);
    if (statement->kind == SIM_WORLD_SIGNAL) {
        sim_checker_find_signal(checker, &statement->signal);
    }
    if (statement->link != NULL) {
        sim_checker_find_host(checker, &statement->link->from);
        sim_checker_find_host(checker, &statement->link->to);
        check_hosts_differ(checker, &statement->link->from, &statement->link->to);
    }
    sim_checker_resolve_target(checker, &statement->target);
    sim_checker_resolve(checker, statement->value);
}

static void resolve_world(struct sim_checker *checker) {
    struct sim_scenario *scenario = checker->scenario;
    for (uint32_t i = 0; i < scenario->link_count; i++) {
        check_hosts_differ(checker, &scenario->links[i].from, &scenario->links[i].to);
    }
    for (uint32_t i = 0; i < scenario->world_block_count; i++) {
        struct sim_world_block *block = &scenario->world_blocks[i];
        for (uint32_t j = 0; j < block->count; j++) {
            resolve_world_statement(checker, &block->statements[j]);
        }
    }
}

/* ---- What must hold ---- */

/* A coroutine, or a routine that is spawned somewhere. */
static void resolve_coroutine(struct sim_checker *checker, struct sim_clause *clause) {
    struct sim_reference *reference = &clause->coroutine;
    if (reference->name == NULL) {
        return;
    }
    if (checker->symbols[reference->index].kind == SIM_SYMBOL_ROUTINE) {
        reference->index = checker->symbols[reference->index].index;
        clause->is_routine = true;
        return;
    }
    (void)sim_checker_find(checker, reference, SIM_SYMBOL_COROUTINE);
}

/* `expect CORO` alone: what is expected of it is missing. */
static bool report_coroutine_alone(struct sim_checker *checker, struct sim_clause *clause) {
    struct sim_expression *expression = clause->expression;
    if (clause->kind != SIM_CLAUSE_HOLDS || expression == NULL ||
        expression->kind != SIM_EXPRESSION_NAME || expression->as.name.reference.name == NULL) {
        return false;
    }
    struct sim_reference *reference = &expression->as.name.reference;
    if (checker->symbols[reference->index].kind != SIM_SYMBOL_COROUTINE) {
        return false;
    }
    struct sim_finding *finding =
        sim_diagnostics_error(checker->diagnostics, reference->place,
                              "nothing is expected of coroutine '%s'", reference->name);
    sim_diagnostics_label(checker->diagnostics, finding, "did you mean '%s ends'?",
                          reference->name);
    reference->name = NULL;
    return true;
}

static void resolve_clause(struct sim_checker *checker, struct sim_clause *clause) {
    if (clause == NULL || report_coroutine_alone(checker, clause)) {
        return;
    }
    resolve_clause(checker, clause->left);
    resolve_clause(checker, clause->right);
    resolve_coroutine(checker, clause);
    sim_checker_resolve(checker, clause->expression);
}

/* ---- Outcomes ---- */

static bool is_constant(const struct sim_expression *expression) {
    int64_t value = 0;
    if (expression->kind == SIM_EXPRESSION_TEXT) {
        for (uint32_t i = 0; i < expression->as.text.piece_count; i++) {
            if (expression->as.text.pieces[i].expression != NULL) {
                return false;
            }
        }
        return true;
    }
    return expression->kind == SIM_EXPRESSION_BOOL || sim_checker_constant(expression, &value);
}

static void check_outcome_line(struct sim_checker *checker, const struct sim_outcome_line *line) {
    const struct sim_scenario *scenario = checker->scenario;
    for (uint32_t i = 0; i < line->values.count; i++) {
        if (!is_constant(line->values.items[i])) {
            (void)sim_diagnostics_error(checker->diagnostics, line->values.items[i]->place,
                                        "an outcome is listed as a constant");
            return;
        }
    }
    uint32_t expected = scenario->outcome.count;
    if (scenario->has_outcome && expected > 0 && line->values.count != expected) {
        struct sim_finding *finding = sim_diagnostics_error(
            checker->diagnostics, line->place, "an outcome has %u value%s, not %u", expected,
            expected == 1 ? "" : "s", line->values.count);
        sim_diagnostics_note(checker->diagnostics, finding, scenario->outcome_place,
                             "outcomes are declared here");
    }
}

static void resolve_outcomes(struct sim_checker *checker) {
    struct sim_scenario *scenario = checker->scenario;
    for (uint32_t i = 0; i < scenario->outcome.count; i++) {
        sim_checker_resolve(checker, scenario->outcome.items[i]);
    }
    if (scenario->has_outcome_set && !scenario->has_outcome) {
        struct sim_finding *finding =
            sim_diagnostics_error(checker->diagnostics, scenario->outcome_set_place,
                                  "outcomes are listed, but no 'outcome' is declared");
        sim_diagnostics_label(checker->diagnostics, finding,
                              "'outcome EXPR, ...' says what a run ends with");
    }
    for (uint32_t i = 0; i < scenario->outcome_line_count; i++) {
        check_outcome_line(checker, &scenario->outcome_lines[i]);
    }
}

void sim_checker_resolve_outside(struct sim_checker *checker) {
    struct sim_scenario *scenario = checker->scenario;
    resolve_initial_values(checker);
    for (uint32_t i = 0; i < scenario->variable_count; i++) {
        check_initial(checker, &scenario->variables[i], scenario->variables[i].initial);
    }
    resolve_settings(checker);
    resolve_world(checker);
    for (uint32_t i = 0; i < scenario->expectation_count; i++) {
        resolve_clause(checker, scenario->expectations[i].clause);
    }
    resolve_outcomes(checker);
}
