/* checker_names.c - looks up the names that expressions read and statements set. Which statements
 * there are, and in which order their names are looked up: checker_bodies.c.
 */
#include "sim/language/checker.h"

#include "sim/language/words.h"

#include <string.h>

/* ---- Reading names ---- */

static void offer_values(const struct sim_checker *checker, struct sim_nearest *nearest) {
    if (checker->body != NULL) {
        const struct sim_coroutine *coroutine = checker->body->coroutine;
        for (uint32_t i = 0; i < coroutine->local_count; i++) {
            if (!checker->body->locals[i].is_phantom) {
                sim_nearest_offer(nearest, coroutine->locals[i].name);
            }
        }
    }
    for (uint32_t i = 0; i < checker->scenario->variable_count && !sim_nearest_is_done(nearest);
         i++) {
        sim_nearest_offer(nearest, checker->scenario->variables[i].name);
    }
}

static struct sim_local *add_local(struct sim_checker *checker,
                                   const struct sim_reference *reference, uint32_t number) {
    struct sim_coroutine *coroutine = checker->body->coroutine;
    if (coroutine->local_count >= SIM_LOCALS_MAX) {
        (void)sim_diagnostics_error(checker->diagnostics, reference->place,
                                    "more than %d names in one coroutine", SIM_LOCALS_MAX);
        return NULL;
    }
    struct sim_local *locals =
        sim_arena_push(checker->arena, coroutine->locals, &coroutine->local_count, sizeof(*locals));
    if (locals == NULL) {
        return NULL;
    }
    coroutine->locals = locals;
    uint32_t slot = coroutine->local_count - 1;
    locals[slot] = (struct sim_local){.name = reference->name, .place = reference->place};
    checker->slots[number] = slot;
    return &locals[slot];
}

/* Hosts and signals have names of their own, that stand where they are expected only. */
static bool report_other_kind(struct sim_checker *checker, const struct sim_reference *reference) {
    uint32_t host = checker->hosts[reference->index];
    bool is_host = host != SIM_NONE;
    if (!is_host && checker->signals[reference->index] == SIM_NONE) {
        return false;
    }
    struct sim_finding *finding =
        sim_diagnostics_error(checker->diagnostics, reference->place, "'%s' is a %s, not a value",
                              reference->name, is_host ? "host" : "signal");
    if (is_host) {
        sim_diagnostics_label(checker->diagnostics, finding, "'connect C to %s port N' reaches it",
                              reference->name);
    } else {
        sim_diagnostics_label(checker->diagnostics, finding, "'wait %s as V' takes its value",
                              reference->name);
    }
    return true;
}

static const char *hint_of_unknown(const struct sim_checker *checker, const char *name) {
    static const char *const nothings[] = {"null", "nil", "none", "undefined", "void"};
    for (size_t i = 0; i < sizeof(nothings) / sizeof(nothings[0]); i++) {
        if (strcmp(name, nothings[i]) == 0) {
            return "there is no empty value: take a number, false or a text";
        }
    }
    if (checker->body == NULL) {
        return "no variable has this name";
    }
    return checker->wants_text ? "nothing of this name is set here; a text is written in quotes"
                               : "nothing of this name is set here";
}

/* `hint` is said unless something is near. */
static void report_unknown_name(struct sim_checker *checker, const struct sim_reference *reference,
                                const char *hint) {
    struct sim_nearest nearest;
    sim_nearest_init(&nearest, reference->name);
    struct sim_finding *finding = sim_diagnostics_error(checker->diagnostics, reference->place,
                                                        "unknown name '%s'", reference->name);
    if (finding != NULL) {
        offer_values(checker, &nearest);
    }
    if (nearest.best != NULL) {
        sim_diagnostics_label(checker->diagnostics, finding, "did you mean '%s'?", nearest.best);
    } else {
        sim_diagnostics_label(checker->diagnostics, finding, "%s", hint);
    }
}

/* Reports a name that nothing bears, and in a body makes it known, so that it is reported once. */
static void report_unknown(struct sim_checker *checker, struct sim_reference *reference,
                           const char *hint) {
    uint32_t number = reference->index;
    bool is_damaged = checker->body != NULL && checker->body->coroutine->is_damaged;
    if (!is_damaged && number >= SIM_WORD_COUNT && !report_other_kind(checker, reference)) {
        report_unknown_name(checker, reference, hint);
    }
    reference->index = SIM_NONE;
    if (checker->body != NULL && add_local(checker, reference, number) != NULL) {
        reference->index = checker->slots[number];
        checker->body->locals[reference->index].is_phantom = true;
    }
}

static void report_not_a_value(struct sim_checker *checker, const struct sim_reference *reference,
                               const struct sim_symbol *symbol) {
    bool is_parameter = symbol->kind == SIM_SYMBOL_PARAMETER; /* where something is set */
    struct sim_finding *finding = sim_diagnostics_error(
        checker->diagnostics, reference->place,
        is_parameter ? "'%s' is a %s: its value is fixed" : "'%s' is a %s, not a value",
        reference->name, sim_symbol_kind_word(symbol->kind));
    sim_diagnostics_note(checker->diagnostics, finding, symbol->place, "it is declared here");
}

static void resolve_variable(struct sim_checker *checker, struct sim_expression *expression,
                             uint32_t index) {
    expression->kind = SIM_EXPRESSION_VARIABLE;
    expression->as.name.reference.index = index;
    if (checker->scenario->variables[index].is_array) {
        struct sim_finding *finding =
            sim_diagnostics_error(checker->diagnostics, expression->place, "'%s' is an array",
                                  expression->as.name.reference.name);
        sim_diagnostics_label(checker->diagnostics, finding,
                              "an array is read one element at a time: '%s[0]'",
                              expression->as.name.reference.name);
        expression->kind = SIM_EXPRESSION_NAME;
        expression->as.name.reference.name = NULL;
    }
}

static void resolve_name(struct sim_checker *checker, struct sim_expression *expression) {
    struct sim_reference *reference = &expression->as.name.reference;
    if (reference->name == NULL) {
        return;
    }
    uint32_t number = reference->index;
    struct sim_symbol *symbol = &checker->symbols[number];
    if (checker->body != NULL && checker->slots[number] != SIM_NONE) {
        expression->kind = SIM_EXPRESSION_LOCAL;
        reference->index = checker->slots[number];
        checker->body->locals[reference->index].is_read = true;
    } else if (symbol->kind == SIM_SYMBOL_VARIABLE) {
        symbol->is_used = true;
        resolve_variable(checker, expression, symbol->index);
    } else if (symbol->kind != SIM_SYMBOL_NONE) {
        report_not_a_value(checker, reference, symbol);
        reference->name = NULL;
    } else {
        report_unknown(checker, reference, hint_of_unknown(checker, reference->name));
        bool is_phantom = reference->index != SIM_NONE;
        expression->kind = is_phantom ? SIM_EXPRESSION_LOCAL : SIM_EXPRESSION_NAME;
        reference->name = is_phantom ? reference->name : NULL;
    }
}

/* `NAME[E]` of an array is an element; of anything else, an item of a list. */
static bool resolve_element(struct sim_checker *checker, struct sim_expression *expression) {
    struct sim_expression *left = expression->as.operands.left;
    struct sim_expression *element = expression->as.operands.right;
    if (left->kind != SIM_EXPRESSION_NAME || left->as.name.reference.name == NULL) {
        return false;
    }
    struct sim_reference reference = left->as.name.reference;
    struct sim_symbol *symbol = &checker->symbols[reference.index];
    bool is_local = checker->body != NULL && checker->slots[reference.index] != SIM_NONE;
    if (is_local || symbol->kind != SIM_SYMBOL_VARIABLE ||
        !checker->scenario->variables[symbol->index].is_array) {
        return false;
    }
    symbol->is_used = true;
    reference.index = symbol->index;
    expression->kind = SIM_EXPRESSION_ELEMENT;
    expression->as.name.reference = reference;
    expression->as.name.element = element;
    return true;
}

static void resolve_operands(struct sim_checker *checker, struct sim_expression *expression) {
    if (expression->kind == SIM_EXPRESSION_ITEM && resolve_element(checker, expression)) {
        sim_checker_resolve(checker, expression->as.name.element);
        return;
    }
    sim_checker_resolve(checker, expression->as.operands.left);
    sim_checker_resolve(checker, expression->as.operands.right);
}

static void check_index_is_known(struct sim_checker *checker,
                                 const struct sim_expression *expression) {
    if (checker->body == NULL || checker->body->coroutine->is_routine) {
        struct sim_finding *finding = sim_diagnostics_error(checker->diagnostics, expression->place,
                                                            "'index' is known in a 'coro' only");
        sim_diagnostics_label(checker->diagnostics, finding, "%s",
                              checker->body == NULL ? "it tells instances of a 'coro' apart"
                                                    : "pass it as an argument");
    }
}

void sim_checker_resolve(struct sim_checker *checker, struct sim_expression *expression) {
    if (expression == NULL) {
        return;
    }
    switch (expression->kind) {
    case SIM_EXPRESSION_NUMBER:
    case SIM_EXPRESSION_DURATION:
    case SIM_EXPRESSION_BOOL:
    case SIM_EXPRESSION_NOW:
    case SIM_EXPRESSION_LOCAL:
    case SIM_EXPRESSION_VARIABLE:
    case SIM_EXPRESSION_ELEMENT:
        break;
    case SIM_EXPRESSION_INDEX:
        check_index_is_known(checker, expression);
        break;
    case SIM_EXPRESSION_TEXT:
        for (uint32_t i = 0; i < expression->as.text.piece_count; i++) {
            sim_checker_resolve(checker, expression->as.text.pieces[i].expression);
        }
        break;
    case SIM_EXPRESSION_NAME:
        resolve_name(checker, expression);
        break;
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
        resolve_operands(checker, expression);
        break;
    }
}

/* ---- Setting names ---- */

void sim_checker_drop_target(struct sim_target *target) {
    target->kind = SIM_TARGET_NONE;
    target->reference.name = NULL;
    target->reference.index = SIM_NONE;
}

static void resolve_variable_target(struct sim_checker *checker, struct sim_target *target,
                                    struct sim_symbol *symbol) {
    const struct sim_variable *variable = &checker->scenario->variables[symbol->index];
    bool is_element = target->kind == SIM_TARGET_ELEMENT;
    symbol->is_used = true;
    if (variable->is_array != is_element) {
        struct sim_finding *finding = sim_diagnostics_error(
            checker->diagnostics, target->reference.place,
            is_element ? "'%s' is not an array" : "'%s' is an array", variable->name);
        if (!is_element) {
            sim_diagnostics_label(checker->diagnostics, finding,
                                  "an array is set one element at a time: '%s[0]'", variable->name);
        }
        sim_diagnostics_note(checker->diagnostics, finding, variable->place, "it is declared here");
        sim_checker_drop_target(target);
        return;
    }
    target->kind = is_element ? SIM_TARGET_ELEMENT : SIM_TARGET_VARIABLE;
    target->reference.index = symbol->index;
}

static const char *hint_of_target(const struct sim_checker *checker) {
    return checker->body != NULL ? "a new name is made with 'let'" : "no variable has this name";
}

/* A target that the file has a name for. False: it has none. */
static bool resolve_file_target(struct sim_checker *checker, struct sim_target *target) {
    struct sim_symbol *symbol = &checker->symbols[target->reference.index];
    if (symbol->kind == SIM_SYMBOL_NONE) {
        return false;
    }
    if (symbol->kind == SIM_SYMBOL_VARIABLE) {
        resolve_variable_target(checker, target, symbol);
        return true;
    }
    report_not_a_value(checker, &target->reference, symbol);
    sim_checker_drop_target(target);
    return true;
}

void sim_checker_resolve_target(struct sim_checker *checker, struct sim_target *target) {
    if (target->kind == SIM_TARGET_NONE || target->reference.name == NULL) {
        return;
    }
    sim_checker_resolve(checker, target->element);
    uint32_t number = target->reference.index;
    bool is_local = checker->body != NULL && checker->slots[number] != SIM_NONE;
    if (!is_local && resolve_file_target(checker, target)) {
        return;
    }
    if (!is_local) {
        report_unknown(checker, &target->reference, hint_of_target(checker));
        if (target->reference.index == SIM_NONE || target->kind == SIM_TARGET_ELEMENT) {
            sim_checker_drop_target(target);
        }
        return;
    }
    if (target->kind == SIM_TARGET_ELEMENT) {
        struct sim_finding *finding =
            sim_diagnostics_error(checker->diagnostics, target->reference.place,
                                  "'%s' is not an array", target->reference.name);
        sim_diagnostics_label(checker->diagnostics, finding,
                              "arrays are declared at the margin: 'var %s[N] = 0'",
                              target->reference.name);
        sim_checker_drop_target(target);
        return;
    }
    target->reference.index = checker->slots[number];
}

static void report_let_twice(struct sim_checker *checker, const struct sim_reference *reference,
                             struct sim_place other) {
    struct sim_finding *finding = sim_diagnostics_error(
        checker->diagnostics, reference->place, "two things are named '%s'", reference->name);
    sim_diagnostics_label(checker->diagnostics, finding, "'set' changes one that exists");
    sim_diagnostics_note(checker->diagnostics, finding, other, "the other is here");
}

bool sim_checker_may_be_shadowed(const struct sim_symbol *symbol) {
    return symbol->kind == SIM_SYMBOL_NONE || symbol->kind == SIM_SYMBOL_COROUTINE ||
           symbol->kind == SIM_SYMBOL_ROUTINE;
}

void sim_checker_define_target(struct sim_checker *checker, struct sim_statement *statement,
                               struct sim_target *target) {
    bool is_let = statement->kind == SIM_STATEMENT_LET;
    uint32_t number = target->reference.index;
    const struct sim_symbol *symbol = &checker->symbols[number];
    if (is_let && symbol->kind != SIM_SYMBOL_NONE) {
        report_let_twice(checker, &target->reference, symbol->place);
        sim_checker_drop_target(target);
        return;
    }
    if (!sim_checker_may_be_shadowed(symbol) && resolve_file_target(checker, target)) {
        return;
    }
    if (target->kind == SIM_TARGET_ELEMENT) {
        report_unknown(checker, &target->reference, hint_of_target(checker));
        sim_checker_drop_target(target);
        return;
    }
    uint32_t slot = checker->slots[number];
    if (slot == SIM_NONE) {
        if (add_local(checker, &target->reference, number) == NULL) {
            sim_checker_drop_target(target);
            return;
        }
        slot = checker->slots[number];
        checker->body->locals[slot].is_let = is_let;
    } else if (is_let && checker->body->locals[slot].is_in_scope) {
        report_let_twice(checker, &target->reference, checker->body->coroutine->locals[slot].place);
    }
    checker->body->locals[slot].is_in_scope = true;
    target->reference.index = slot;
}
