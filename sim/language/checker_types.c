/* checker_types.c - what is known of the values that names hold, and whether it fits where they are
 * used.
 *
 * The type of a local or variable is that of everything ever put in it, ANY if that differs. Since
 * one name may be put into another, types are computed over the whole file until nothing changes; a
 * type only ever goes from unknown to known to ANY. A file that takes more than a few rounds gives
 * up on precision, not on time: all names become ANY. A last round reports.
 */
#include "sim/language/checker.h"

#include <stdio.h>

enum { ROUNDS_MAX = 5, PORT_MAX = 65535 };

/* ---- Values ---- */

bool sim_checker_constant(const struct sim_expression *expression, int64_t *value) {
    bool is_negative = false;
    while (expression != NULL && expression->kind == SIM_EXPRESSION_NEGATE) {
        is_negative = !is_negative;
        expression = expression->as.operands.left;
    }
    if (expression == NULL || (expression->kind != SIM_EXPRESSION_NUMBER &&
                               expression->kind != SIM_EXPRESSION_DURATION)) {
        return false;
    }
    *value = is_negative ? -expression->as.integer : expression->as.integer;
    return true;
}

static void type_text(struct sim_checker *checker, struct sim_expression *expression) {
    for (uint32_t i = 0; i < expression->as.text.piece_count; i++) {
        struct sim_expression *piece = expression->as.text.pieces[i].expression;
        enum sim_type type = sim_checker_type(checker, piece);
        if ((type == SIM_TYPE_SOCKET || type == SIM_TYPE_HANDLE) && checker->reports_types) {
            (void)sim_diagnostics_error(checker->diagnostics, piece->place,
                                        "%s cannot be written as text", sim_type_word(type));
        }
    }
}

/* An element of an array that is declared somewhere. */
struct element {
    struct sim_expression *index;
    const char *name; /* of the array */
    uint32_t count;   /* of elements */
    struct sim_place declared;
};

static void check_index(struct sim_checker *checker, struct element element) {
    int64_t value = 0;
    (void)sim_checker_type(checker, element.index);
    sim_checker_want(checker, element.index, SIM_TYPE_NUMBER, "the number of an element");
    if (checker->reports_types && sim_checker_constant(element.index, &value) &&
        element.index->type == SIM_TYPE_NUMBER && (value < 0 || value >= (int64_t)element.count)) {
        struct sim_finding *finding = sim_diagnostics_error(
            checker->diagnostics, element.index->place, "'%s' has elements 0 to %u, not %lld",
            element.name, element.count - 1, (long long)value);
        sim_diagnostics_note(checker->diagnostics, finding, element.declared,
                             "it is declared here");
    }
}

static void check_element(struct sim_checker *checker, const struct sim_reference *reference,
                          struct sim_expression *element) {
    if (reference->index != SIM_NONE) {
        const struct sim_variable *variable = &checker->scenario->variables[reference->index];
        check_index(checker, (struct element){element, variable->name, variable->element_count,
                                              variable->place});
    }
}

static enum sim_type type_of(struct sim_checker *checker, struct sim_expression *expression) {
    const struct sim_reference *reference = &expression->as.name.reference;
    switch (expression->kind) {
    case SIM_EXPRESSION_NUMBER:
    case SIM_EXPRESSION_INDEX:
        return SIM_TYPE_NUMBER;
    case SIM_EXPRESSION_DURATION:
    case SIM_EXPRESSION_NOW:
        return SIM_TYPE_DURATION;
    case SIM_EXPRESSION_BOOL:
        return SIM_TYPE_BOOL;
    case SIM_EXPRESSION_TEXT:
        type_text(checker, expression);
        return SIM_TYPE_TEXT;
    case SIM_EXPRESSION_NAME:
        return SIM_TYPE_ANY;
    case SIM_EXPRESSION_LOCAL:
        return checker->body->coroutine->locals[reference->index].type;
    case SIM_EXPRESSION_ELEMENT:
        check_element(checker, reference, expression->as.name.element);
        return checker->scenario->variables[reference->index].type;
    case SIM_EXPRESSION_VARIABLE:
        return checker->scenario->variables[reference->index].type;
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
        return sim_checker_operator_type(checker, expression);
    }
    return SIM_TYPE_ANY;
}

enum sim_type sim_checker_type(struct sim_checker *checker, struct sim_expression *expression) {
    if (expression == NULL) {
        return SIM_TYPE_ANY;
    }
    expression->type = type_of(checker, expression);
    return expression->type;
}

/* Is a number written by its digits alone: no parameter, no size? */
static bool is_plain(const struct sim_expression *expression, int64_t value) {
    char digits[24];
    int length = snprintf(digits, sizeof(digits), "%lld", (long long)value);
    return length >= 0 && expression->place.length == (uint32_t)length;
}

void sim_checker_want(struct sim_checker *checker, struct sim_expression *expression,
                      enum sim_type wanted, const char *what) {
    if (!checker->reports_types || expression == NULL || expression->type == SIM_TYPE_ANY ||
        expression->type == wanted) {
        return;
    }
    struct sim_finding *finding =
        sim_diagnostics_error(checker->diagnostics, expression->place, "%s is %s, but this is %s",
                              what, sim_type_word(wanted), sim_type_word(expression->type));
    int64_t value = 0;
    bool is_number = expression->type == SIM_TYPE_NUMBER;
    if (wanted == SIM_TYPE_DURATION && is_number && sim_checker_constant(expression, &value) &&
        is_plain(expression, value)) {
        sim_diagnostics_label(checker->diagnostics, finding, "a unit is missing: '%lldms'",
                              (long long)value);
    } else if (wanted == SIM_TYPE_BOOL && is_number) {
        bool is_name =
            expression->kind == SIM_EXPRESSION_LOCAL || expression->kind == SIM_EXPRESSION_VARIABLE;
        sim_diagnostics_label(checker->diagnostics, finding, "compare it, as in '%s != 0'",
                              is_name ? expression->as.name.reference.name : "...");
    } else if (wanted == SIM_TYPE_TEXT && expression->type <= SIM_TYPE_BOOL) {
        sim_diagnostics_label(checker->diagnostics, finding,
                              "a value is written into a text with braces: \"{...}\"");
    }
}

static void want(struct sim_checker *checker, struct sim_expression *expression,
                 enum sim_type wanted, const char *what) {
    (void)sim_checker_type(checker, expression);
    sim_checker_want(checker, expression, wanted, what);
}

/* A number or duration that, where it can be seen, is not below low nor above high. */
static void want_from(struct sim_checker *checker, struct sim_expression *expression,
                      enum sim_type wanted, const char *what, int64_t low, int64_t high) {
    int64_t value = 0;
    want(checker, expression, wanted, what);
    if (!checker->reports_types || !sim_checker_constant(expression, &value) ||
        (value >= low && value <= high)) {
        return;
    }
    struct sim_finding *finding = sim_diagnostics_error(checker->diagnostics, expression->place,
                                                        "%s is out of its range", what);
    if (wanted == SIM_TYPE_DURATION || (low == 0 && value < 0)) {
        sim_diagnostics_label(checker->diagnostics, finding, "it cannot be negative");
    } else if (value < low) {
        sim_diagnostics_label(checker->diagnostics, finding, "must be at least %lld",
                              (long long)low);
    } else {
        sim_diagnostics_label(checker->diagnostics, finding, "must be at most %lld",
                              (long long)high);
    }
}

/* ---- What is put in names ---- */

static void join_type(struct sim_checker *checker, enum sim_type *type, bool *has_type,
                      enum sim_type added) {
    enum sim_type joined = !*has_type || *type == added ? added : SIM_TYPE_ANY;
    checker->types_have_changed |= !*has_type || joined != *type;
    *has_type = true;
    *type = joined;
}

static void put(struct sim_checker *checker, struct sim_target *target, enum sim_type type) {
    uint32_t index = target->reference.index;
    if (target->kind == SIM_TARGET_NONE || target->reference.name == NULL || index == SIM_NONE) {
        return;
    }
    if (target->kind == SIM_TARGET_LOCAL) {
        join_type(checker, &checker->body->coroutine->locals[index].type,
                  &checker->body->locals[index].has_type, type);
        return;
    }
    if (target->kind == SIM_TARGET_ELEMENT) {
        check_element(checker, &target->reference, target->element);
    }
    join_type(checker, &checker->scenario->variables[index].type,
              &checker->variable_has_type[index], type);
}

static enum sim_type type_of_target(const struct sim_checker *checker,
                                    const struct sim_target *target) {
    if (target->kind == SIM_TARGET_NONE || target->reference.index == SIM_NONE) {
        return SIM_TYPE_ANY;
    }
    return checker->scenario->variables[target->reference.index].type;
}

/* ---- Statements ---- */

static void type_simple(struct sim_checker *checker, struct sim_statement *statement) {
    struct sim_expression *value = statement->as.simple.value;
    if (statement->kind == SIM_STATEMENT_SLEEP) {
        want_from(checker, value, SIM_TYPE_DURATION, "a sleep", 0, SIM_VALUE_MAX);
    } else if (statement->kind == SIM_STATEMENT_CHECK) {
        want(checker, value, SIM_TYPE_BOOL, "a check");
    } else if (statement->kind == SIM_STATEMENT_LOG) {
        want(checker, value, SIM_TYPE_TEXT, "a log line");
    } else if (statement->kind == SIM_STATEMENT_FAIL) {
        want(checker, value, SIM_TYPE_TEXT, "a failure's reason");
    } else {
        (void)sim_checker_type(checker, value);
    }
}

static void type_list(struct sim_checker *checker, const struct sim_expression_list *list) {
    for (uint32_t i = 0; i < list->count; i++) {
        (void)sim_checker_type(checker, list->items[i]);
    }
}

static void type_start(struct sim_checker *checker, struct sim_statement *statement) {
    type_list(checker, &statement->as.start.arguments);
    put(checker, &statement->as.start.target,
        statement->kind == SIM_STATEMENT_SPAWN ? SIM_TYPE_HANDLE : SIM_TYPE_ANY);
}

static void type_socket(struct sim_checker *checker, struct sim_statement *statement) {
    enum sim_statement_kind kind = statement->kind;
    bool is_receive = kind >= SIM_STATEMENT_RECV && kind <= SIM_STATEMENT_RECVLINE;
    char what[48];
    (void)snprintf(what, sizeof(what), "what '%s' works on", sim_statement_word(kind));
    want(checker, statement->as.socket.socket, SIM_TYPE_SOCKET, what);
    want_from(checker, statement->as.socket.port, SIM_TYPE_NUMBER, "a port", 1, PORT_MAX);
    want_from(checker, statement->as.socket.backlog, SIM_TYPE_NUMBER, "a backlog", 1,
              SIM_VALUE_MAX);
    want_from(checker, statement->as.socket.bytes, SIM_TYPE_NUMBER, "a size", 1, SIM_VALUE_MAX);
    want(checker, statement->as.socket.text, SIM_TYPE_TEXT, "what is sent");
    put(checker, &statement->as.socket.target, is_receive ? SIM_TYPE_TEXT : SIM_TYPE_SOCKET);
}

static void type_pick(struct sim_checker *checker, struct sim_statement *statement) {
    type_list(checker, &statement->as.pick.choices);
    for (uint32_t i = 0; i < statement->as.pick.choices.count; i++) {
        put(checker, &statement->as.pick.target, statement->as.pick.choices.items[i]->type);
    }
}

static void type_atomic(struct sim_checker *checker, struct sim_statement *statement) {
    struct sim_target *object = &statement->as.atomic.object;
    enum sim_type held = type_of_target(checker, object);
    enum sim_type value = sim_checker_type(checker, statement->as.atomic.value);
    (void)sim_checker_type(checker, statement->as.atomic.expected);
    if (statement->kind == SIM_STATEMENT_ADD) {
        sim_checker_want(checker, statement->as.atomic.value, SIM_TYPE_NUMBER, "what is added");
        bool is_wrong = held != SIM_TYPE_ANY && held != SIM_TYPE_NUMBER;
        if (is_wrong && checker->reports_types) {
            (void)sim_diagnostics_error(checker->diagnostics, object->reference.place,
                                        "a number is added to a number, but '%s' is %s",
                                        object->reference.name, sim_type_word(held));
        }
    } else {
        put(checker, object, value);
    }
    put(checker, &statement->as.atomic.target,
        statement->kind == SIM_STATEMENT_CAS ? SIM_TYPE_BOOL : type_of_target(checker, object));
}

static void type_lock(struct sim_checker *checker, struct sim_statement *statement) {
    const struct sim_reference *reference = &statement->as.lock.lock;
    if (statement->as.lock.element != NULL && reference->index != SIM_NONE) {
        const struct sim_lock *lock = &checker->scenario->locks[reference->index];
        check_index(checker, (struct element){statement->as.lock.element, lock->name,
                                              lock->element_count, lock->place});
    }
}

static void type_signal(struct sim_checker *checker, struct sim_statement *statement) {
    bool is_signal = statement->kind == SIM_STATEMENT_SIGNAL;
    (void)sim_checker_type(checker, statement->as.signal.value);
    want_from(checker, statement->as.signal.recipients, SIM_TYPE_NUMBER, "a number of recipients",
              0, SIM_VALUE_MAX);
    put(checker, &statement->as.signal.target, is_signal ? SIM_TYPE_NUMBER : SIM_TYPE_ANY);
}

static void type_block(struct sim_checker *checker, struct sim_block *block);

/* What stands on the statement's line. */
static void type_line(struct sim_checker *checker, struct sim_statement *statement) {
    switch (statement->kind) {
    case SIM_STATEMENT_YIELD:
    case SIM_STATEMENT_STOP:
    case SIM_STATEMENT_BREAK:
    case SIM_STATEMENT_CONTINUE:
        break;
    case SIM_STATEMENT_ACQUIRE:
    case SIM_STATEMENT_RELEASE:
        type_lock(checker, statement);
        break;
    case SIM_STATEMENT_SLEEP:
    case SIM_STATEMENT_RETURN:
    case SIM_STATEMENT_FAIL:
    case SIM_STATEMENT_EMIT:
    case SIM_STATEMENT_CHECK:
    case SIM_STATEMENT_LOG:
        type_simple(checker, statement);
        break;
    case SIM_STATEMENT_WAIT:
    case SIM_STATEMENT_SIGNAL:
        type_signal(checker, statement);
        break;
    case SIM_STATEMENT_SPAWN:
    case SIM_STATEMENT_CALL:
    case SIM_STATEMENT_ITERATE:
        type_start(checker, statement);
        break;
    case SIM_STATEMENT_JOIN:
        want(checker, statement->as.join.handle, SIM_TYPE_HANDLE, "what is joined");
        put(checker, &statement->as.join.target, SIM_TYPE_ANY);
        break;
    case SIM_STATEMENT_PUT:
    case SIM_STATEMENT_GET:
    case SIM_STATEMENT_DONE:
    case SIM_STATEMENT_DRAIN:
        (void)sim_checker_type(checker, statement->as.queue.value);
        put(checker, &statement->as.queue.target, SIM_TYPE_ANY);
        break;
    case SIM_STATEMENT_SUBSCRIBE:
    case SIM_STATEMENT_UNSUBSCRIBE:
    case SIM_STATEMENT_PUBLISH:
    case SIM_STATEMENT_FETCH:
    case SIM_STATEMENT_COMPACT:
        (void)sim_checker_type(checker, statement->as.channel.value);
        put(checker, &statement->as.channel.target, SIM_TYPE_ANY);
        break;
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
        type_socket(checker, statement);
        break;
    case SIM_STATEMENT_LET:
    case SIM_STATEMENT_SET:
        put(checker, &statement->as.assign.target,
            sim_checker_type(checker, statement->as.assign.value));
        break;
    case SIM_STATEMENT_IF:
        want(checker, statement->as.branch.condition, SIM_TYPE_BOOL, "a condition");
        break;
    case SIM_STATEMENT_REPEAT:
        want_from(checker, statement->as.loop.value, SIM_TYPE_NUMBER, "a number of times", 0,
                  SIM_VALUE_MAX);
        break;
    case SIM_STATEMENT_WHILE:
        want(checker, statement->as.loop.value, SIM_TYPE_BOOL, "a condition");
        break;
    case SIM_STATEMENT_PICK:
        type_pick(checker, statement);
        break;
    case SIM_STATEMENT_ADD:
    case SIM_STATEMENT_SWAP:
    case SIM_STATEMENT_CAS:
        type_atomic(checker, statement);
        break;
    }
    want_from(checker, statement->options.timeout, SIM_TYPE_DURATION, "a timeout", 0,
              SIM_VALUE_MAX);
}

/* A line that has an error already gets no second one. */
static void type_statement(struct sim_checker *checker, struct sim_statement *statement) {
    bool reports = checker->reports_types;
    checker->reports_types = reports && !statement->is_broken;
    type_line(checker, statement);
    checker->reports_types = reports;
    struct sim_statement_parts parts = sim_statement_parts(statement);
    for (uint32_t i = 0; i < SIM_PART_BLOCKS_MAX; i++) {
        if (parts.blocks[i] != NULL) {
            type_block(checker, parts.blocks[i]);
        }
    }
    for (uint32_t i = 0; i < statement->handler_count; i++) {
        type_block(checker, &statement->handlers[i].block);
    }
}

static void type_block(struct sim_checker *checker, struct sim_block *block) {
    for (uint32_t i = 0; i < block->count; i++) {
        type_statement(checker, &block->statements[i]);
    }
}

/* ---- The file ---- */

static void type_clause(struct sim_checker *checker, struct sim_clause *clause) {
    if (clause == NULL) {
        return;
    }
    type_clause(checker, clause->left);
    type_clause(checker, clause->right);
    want(checker, clause->expression, SIM_TYPE_BOOL, "what must hold");
}

static void type_outcomes(struct sim_checker *checker) {
    struct sim_scenario *scenario = checker->scenario;
    type_list(checker, &scenario->outcome);
    for (uint32_t i = 0; i < scenario->outcome_line_count; i++) {
        struct sim_expression_list *values = &scenario->outcome_lines[i].values;
        for (uint32_t j = 0; j < values->count && j < scenario->outcome.count; j++) {
            enum sim_type wanted = scenario->outcome.items[j]->type;
            (void)sim_checker_type(checker, values->items[j]);
            if (wanted != SIM_TYPE_ANY) {
                sim_checker_want(checker, values->items[j], wanted, "this outcome");
            }
        }
    }
}

static void type_outside(struct sim_checker *checker) {
    struct sim_scenario *scenario = checker->scenario;
    for (uint32_t i = 0; i < scenario->variable_count; i++) {
        join_type(checker, &scenario->variables[i].type, &checker->variable_has_type[i],
                  sim_checker_type(checker, scenario->variables[i].initial));
    }
    for (uint32_t i = 0; i < scenario->world_block_count; i++) {
        for (uint32_t j = 0; j < scenario->world_blocks[i].count; j++) {
            struct sim_world_statement *statement = &scenario->world_blocks[i].statements[j];
            put(checker, &statement->target, sim_checker_type(checker, statement->value));
        }
    }
    for (uint32_t i = 0; i < scenario->expectation_count; i++) {
        type_clause(checker, scenario->expectations[i].clause);
    }
    type_outcomes(checker);
}

static void type_everything(struct sim_checker *checker) {
    checker->types_have_changed = false;
    type_outside(checker);
    for (uint32_t i = 0; i < checker->body_count; i++) {
        checker->body = &checker->bodies[i];
        type_block(checker, &checker->body->coroutine->body);
    }
    checker->body = NULL;
}

static void forget_types(struct sim_checker *checker) {
    for (uint32_t i = 0; i < checker->scenario->variable_count; i++) {
        checker->scenario->variables[i].type = SIM_TYPE_ANY;
        checker->variable_has_type[i] = true;
    }
    for (uint32_t i = 0; i < checker->body_count; i++) {
        struct sim_coroutine *coroutine = checker->bodies[i].coroutine;
        for (uint32_t j = 0; j < coroutine->local_count; j++) {
            coroutine->locals[j].type = SIM_TYPE_ANY;
            checker->bodies[i].locals[j].has_type = true;
        }
    }
}

/* Parameters and phantoms may hold anything. */
static void start_types(struct sim_checker *checker) {
    for (uint32_t i = 0; i < checker->body_count; i++) {
        struct sim_body *body = &checker->bodies[i];
        for (uint32_t j = 0; j < body->coroutine->local_count; j++) {
            body->locals[j].has_type =
                j < body->coroutine->parameter_count || body->locals[j].is_phantom;
        }
    }
}

void sim_checker_types(struct sim_checker *checker) {
    start_types(checker);
    unsigned rounds = 0;
    do {
        type_everything(checker);
        rounds++;
    } while (checker->types_have_changed && rounds < ROUNDS_MAX);
    if (checker->types_have_changed) {
        forget_types(checker);
    }
    checker->reports_types = true;
    type_everything(checker);
}
