/* state_rules.c - looks through code and expectations. */
#include "sim/explore/state_rules.h"

#include "sim/language/statement_parts.h"

/* ---- Reading the clock ---- */

/* As deep as the expression, which the parser limits. */
static bool reads_clock(const struct sim_expression *expression) {
    if (expression == NULL) {
        return false;
    }
    switch ((int)expression->kind) {
    case SIM_EXPRESSION_NOW:
        return true;
    case SIM_EXPRESSION_NUMBER:
    case SIM_EXPRESSION_DURATION:
    case SIM_EXPRESSION_BOOL:
    case SIM_EXPRESSION_INDEX:
    case SIM_EXPRESSION_LOCAL:
    case SIM_EXPRESSION_VARIABLE:
        return false;
    case SIM_EXPRESSION_ELEMENT:
        return reads_clock(expression->as.name.element);
    case SIM_EXPRESSION_TEXT:
        for (uint32_t i = 0; i < expression->as.text.piece_count; i++) {
            if (reads_clock(expression->as.text.pieces[i].expression)) {
                return true;
            }
        }
        return false;
    default:
        return reads_clock(expression->as.operands.left) ||
               reads_clock(expression->as.operands.right);
    }
}

static bool target_reads_clock(const struct sim_target *target) {
    return target != NULL && target->kind == SIM_TARGET_ELEMENT && reads_clock(target->element);
}

static bool statement_reads_clock(const struct sim_statement *statement) {
    struct sim_statement_parts parts =
        sim_statement_parts((struct sim_statement *)(uintptr_t)statement); /* only looked at */
    bool reads = statement->options.timeout_kind == SIM_TIMEOUT_AT ||
                 target_reads_clock(parts.target) || target_reads_clock(parts.object);
    for (int i = 0; i < SIM_PART_EXPRESSIONS_MAX && !reads; i++) {
        reads = reads_clock(parts.expressions[i]);
    }
    for (uint32_t i = 0; parts.list != NULL && i < parts.list->count && !reads; i++) {
        reads = reads_clock(parts.list->items[i]);
    }
    return reads;
}

/* ---- Statements ---- */

static void look_at_statement(struct sim_state_rules *rules, const struct sim_scenario *scenario,
                              const struct sim_statement *statement) {
    rules->keeps_time |= statement_reads_clock(statement);
    switch ((int)statement->kind) {
    case SIM_STATEMENT_LISTEN:
    case SIM_STATEMENT_ACCEPT:
    case SIM_STATEMENT_CONNECT:
    case SIM_STATEMENT_RECV:
    case SIM_STATEMENT_RECVALL:
    case SIM_STATEMENT_RECVLINE:
    case SIM_STATEMENT_SEND:
    case SIM_STATEMENT_SENDALL:
    case SIM_STATEMENT_SHUTDOWN:
    case SIM_STATEMENT_CLOSE:
        rules->uses_sockets = true;
        break;
    case SIM_STATEMENT_JOIN:
        rules->keeps_results = true;
        break;
    case SIM_STATEMENT_DRAIN:
        rules->keeps_undone = true;
        break;
    case SIM_STATEMENT_ACQUIRE:
        rules->locks_park |= !sim_waits_as_step(scenario, statement);
        break;
    default:
        break;
    }
}

static void look_at_code(struct sim_state_rules *rules, const struct sim_scenario *scenario,
                         const struct sim_code *code) {
    for (uint32_t i = 0; i < code->count; i++) {
        if (code->instructions[i].statement != NULL) {
            look_at_statement(rules, scenario, code->instructions[i].statement);
        }
    }
}

/* ---- Expectations ---- */

static void look_at_clause(struct sim_state_rules *rules, const struct sim_clause *clause) {
    if (clause == NULL) {
        return;
    }
    rules->keeps_time |= clause->has_at || reads_clock(clause->expression);
    switch (clause->kind) {
    case SIM_CLAUSE_LOG:
    case SIM_CLAUSE_NO_LOG:
        rules->keeps_log = true;
        break;
    case SIM_CLAUSE_BEFORE:
        rules->keeps_log = true;
        rules->orders_log = true;
        break;
    case SIM_CLAUSE_WITHIN:
        rules->keeps_log = true;
        rules->orders_log = true;
        rules->has_watches = true;
        break;
    case SIM_CLAUSE_ALWAYS:
        rules->has_watches = true;
        break;
    case SIM_CLAUSE_TIMES_OUT:
    case SIM_CLAUSE_NO_TIMEOUT:
        rules->keeps_timeouts = true;
        break;
    case SIM_CLAUSE_END:
        rules->keeps_time = true;
        break;
    case SIM_CLAUSE_AND:
    case SIM_CLAUSE_OR:
    case SIM_CLAUSE_ENDS:
    case SIM_CLAUSE_FAILS:
    case SIM_CLAUSE_DEADLOCK:
    case SIM_CLAUSE_HOLDS:
        break;
    }
    look_at_clause(rules, clause->left);
    look_at_clause(rules, clause->right);
}

/* What holds normally is not judged where the order varies; but a watch of it goes on. */
static void look_at_expectation(struct sim_state_rules *rules,
                                const struct sim_expectation *expectation) {
    struct sim_state_rules found = *rules;
    found.has_watches = false;
    look_at_clause(&found, expectation->clause);
    if (expectation->kind != SIM_EXPECTATION_NORMALLY || found.has_watches) {
        found.has_watches |= rules->has_watches;
        *rules = found;
    }
}

void sim_state_rules_find(struct sim_state_rules *rules, const struct sim_program *program,
                          const struct sim_objects *objects) {
    const struct sim_scenario *scenario = program->scenario;
    *rules = (struct sim_state_rules){.orders_timers = objects->waits_show};
    for (uint32_t i = 0; i < scenario->coroutine_count; i++) {
        look_at_code(rules, scenario, &program->coroutines[i]);
    }
    for (uint32_t i = 0; i < scenario->routine_count; i++) {
        look_at_code(rules, scenario, &program->routines[i]);
    }
    for (uint32_t i = 0; i < scenario->expectation_count; i++) {
        look_at_expectation(rules, &scenario->expectations[i]);
    }
    for (uint32_t i = 0; i < scenario->outcome.count; i++) {
        rules->keeps_time |= reads_clock(scenario->outcome.items[i]);
    }
    for (uint32_t i = 0; i < scenario->host_count; i++) {
        /* What a slow clock shows rounds, and how depends on when. */
        rules->keeps_time |= scenario->hosts[i].drift_ppm != 0;
    }
}
