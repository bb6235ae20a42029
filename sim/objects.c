/* objects.c - numbers objects, and tells which of them expectations look at. */
#include "sim/objects.h"

#include "core/status.h"
#include "sim/guest.h"

static bool clause_watches_log(const struct sim_clause *clause) {
    if (clause == NULL) {
        return false;
    }
    return clause->kind == SIM_CLAUSE_BEFORE || clause->kind == SIM_CLAUSE_WITHIN ||
           clause_watches_log(clause->left) || clause_watches_log(clause->right);
}

bool sim_scenario_watches_log(const struct sim_scenario *scenario) {
    for (uint32_t i = 0; i < scenario->expectation_count; i++) {
        if (clause_watches_log(scenario->expectations[i].clause)) {
            return true;
        }
    }
    return false;
}

bool sim_scenario_has_programs(const struct sim_scenario *scenario) {
    for (uint32_t i = 0; i < scenario->host_count; i++) {
        if (scenario->hosts[i].has_program) {
            return true;
        }
    }
    return false;
}

bool sim_scenario_has_background(const struct sim_scenario *scenario) {
    if (sim_scenario_has_programs(scenario)) {
        return true; /* their coroutines */
    }
    for (uint32_t i = 0; i < scenario->coroutine_count; i++) {
        if (scenario->coroutines[i].background) {
            return true;
        }
    }
    return false;
}

bool sim_waits_as_step(const struct sim_scenario *scenario, const struct sim_statement *statement) {
    if (statement->options.timeout_kind != SIM_TIMEOUT_DEFAULT) {
        return statement->options.timeout_kind == SIM_TIMEOUT_NONE;
    }
    for (uint32_t i = 0; i < scenario->settings_count; i++) {
        if (scenario->settings[i].has_timeout && scenario->settings[i].timeout_ns >= 0) {
            return false;
        }
    }
    return true;
}

/* ---- Watched variables ---- */

static void watch_expression(struct sim_objects *objects, const struct sim_expression *expression) {
    if (expression == NULL) {
        return;
    }
    switch ((int)expression->kind) {
    case SIM_EXPRESSION_NUMBER:
    case SIM_EXPRESSION_DURATION:
    case SIM_EXPRESSION_BOOL:
    case SIM_EXPRESSION_NOW:
    case SIM_EXPRESSION_INDEX:
    case SIM_EXPRESSION_LOCAL:
        return;
    case SIM_EXPRESSION_TEXT:
        for (uint32_t i = 0; i < expression->as.text.piece_count; i++) {
            watch_expression(objects, expression->as.text.pieces[i].expression);
        }
        return;
    case SIM_EXPRESSION_VARIABLE:
    case SIM_EXPRESSION_ELEMENT:
        objects->is_watched[expression->as.name.reference.index] = true;
        if (expression->kind == SIM_EXPRESSION_ELEMENT) {
            watch_expression(objects, expression->as.name.element);
        }
        return;
    default:
        watch_expression(objects, expression->as.operands.left);
        watch_expression(objects, expression->as.operands.right);
        return;
    }
}

static void watch_clause(struct sim_objects *objects, const struct sim_clause *clause) {
    if (clause == NULL) {
        return;
    }
    if (clause->kind == SIM_CLAUSE_ALWAYS || clause->kind == SIM_CLAUSE_WITHIN) {
        watch_expression(objects, clause->expression);
    }
    watch_clause(objects, clause->left);
    watch_clause(objects, clause->right);
}

static bool code_asks_for_recipients(const struct sim_code *code) {
    for (uint32_t i = 0; i < code->count; i++) {
        const struct sim_statement *statement = code->instructions[i].statement;
        if (statement != NULL && statement->kind == SIM_STATEMENT_SIGNAL &&
            statement->as.signal.recipients != NULL) {
            return true;
        }
    }
    return false;
}

static bool asks_for_recipients(const struct sim_program *program) {
    bool asks = false;
    for (uint32_t i = 0; i < program->scenario->coroutine_count; i++) {
        asks |= code_asks_for_recipients(&program->coroutines[i]);
    }
    for (uint32_t i = 0; i < program->scenario->routine_count; i++) {
        asks |= code_asks_for_recipients(&program->routines[i]);
    }
    return asks;
}

/* ---- Numbers ---- */

/* Elements of arrays counted. */
static uint32_t lock_count(const struct sim_scenario *scenario) {
    if (scenario->lock_count == 0) {
        return 0;
    }
    const struct sim_lock *last = &scenario->locks[scenario->lock_count - 1];
    return (uint32_t)last->first + last->element_count;
}

static void number(struct sim_objects *objects) {
    const struct sim_scenario *scenario = objects->scenario;
    uint32_t next = 0;
    for (uint32_t i = 0; i < scenario->variable_count; i++) {
        objects->variables[i] = next;
        next += scenario->variables[i].element_count;
    }
    objects->queues = next;
    objects->channels = objects->queues + scenario->queue_count;
    objects->signals = objects->channels + scenario->channel_count;
    objects->locks = objects->signals + scenario->signal_count;
    objects->lines = objects->locks + lock_count(scenario);
    objects->log = objects->lines + lock_count(scenario);
    objects->watches = objects->log + 1;
    objects->end = objects->watches + 1;
    objects->network = objects->end + 1;
    objects->ports = objects->network + 1;
    objects->guests = objects->ports + SIM_OBJECTS_PORTS;
    objects->coroutines =
        objects->guests + (sim_scenario_has_programs(scenario)
                               ? scenario->host_count * (uint32_t)SIM_GUEST_OBJECTS
                               : 0);
}

int sim_objects_init(struct sim_objects *objects, const struct cog_allocator *allocator,
                     const struct sim_program *program) {
    const struct sim_scenario *scenario = program->scenario;
    uint32_t count = scenario->variable_count > 0 ? scenario->variable_count : 1;
    *objects = (struct sim_objects){
        .scenario = scenario,
        .variables = cog_allocate_zeroed(allocator, count, sizeof objects->variables[0]),
        .is_watched = cog_allocate_zeroed(allocator, count, sizeof objects->is_watched[0]),
        .has_background = sim_scenario_has_background(scenario),
        .watches_log = sim_scenario_watches_log(scenario),
        .waits_show = asks_for_recipients(program),
    };
    if (objects->variables == NULL || objects->is_watched == NULL) {
        sim_objects_term(objects, allocator);
        return COG_ENOMEM;
    }
    number(objects);
    for (uint32_t i = 0; i < scenario->expectation_count; i++) {
        watch_clause(objects, scenario->expectations[i].clause);
    }
    return COG_OK;
}

void sim_objects_term(struct sim_objects *objects, const struct cog_allocator *allocator) {
    uint32_t count = objects->scenario->variable_count > 0 ? objects->scenario->variable_count : 1;
    cog_release(allocator, objects->variables, count * sizeof objects->variables[0]);
    cog_release(allocator, objects->is_watched, count * sizeof objects->is_watched[0]);
    objects->variables = NULL;
    objects->is_watched = NULL;
}
