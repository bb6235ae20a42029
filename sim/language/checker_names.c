/* checker_names.c - names inside coroutines and routines.
 *
 * A body is walked twice. First everything that its statements set gets a slot, unless it is a
 * variable of the file; then every name that is read is looked up: a local, else something of the
 * file. Whether a local has been set where it is read is the flow pass's question. `let` must make
 * a new name, new meaning that no open block has set it.
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

/* Reports a name that nothing bears, and in a body makes it known, so that it is reported once. */
static void report_unknown(struct sim_checker *checker, struct sim_reference *reference) {
    uint32_t number = reference->index;
    reference->index = SIM_NONE;
    bool is_damaged = checker->body != NULL && checker->body->coroutine->is_damaged;
    if (!is_damaged && number >= SIM_WORD_COUNT) {
        struct sim_nearest nearest;
        sim_nearest_init(&nearest, reference->name);
        struct sim_finding *finding = sim_diagnostics_error(checker->diagnostics, reference->place,
                                                            "unknown name '%s'", reference->name);
        if (finding != NULL) {
            offer_values(checker, &nearest);
        }
        if (nearest.best != NULL) {
            sim_diagnostics_label(checker->diagnostics, finding, "did you mean '%s'?",
                                  nearest.best);
        } else {
            sim_diagnostics_label(checker->diagnostics, finding,
                                  checker->body != NULL ? "nothing of this name is set here"
                                                        : "no variable has this name");
        }
    }
    if (checker->body != NULL && add_local(checker, reference, number) != NULL) {
        reference->index = checker->slots[number];
        checker->body->locals[reference->index].is_phantom = true;
    }
}

static void report_not_a_value(struct sim_checker *checker, const struct sim_reference *reference,
                               const struct sim_symbol *symbol) {
    struct sim_finding *finding =
        sim_diagnostics_error(checker->diagnostics, reference->place, "'%s' is a %s, not a value",
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
        report_unknown(checker, reference);
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

/* Drops a target that makes no sense, so that nobody looks at it again. */
static void drop(struct sim_target *target) {
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
        sim_diagnostics_note(checker->diagnostics, finding, variable->place, "it is declared here");
        drop(target);
        return;
    }
    target->kind = is_element ? SIM_TARGET_ELEMENT : SIM_TARGET_VARIABLE;
    target->reference.index = symbol->index;
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
    drop(target);
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
        report_unknown(checker, &target->reference);
        if (target->reference.index == SIM_NONE) {
            drop(target);
        }
        return;
    }
    if (target->kind == SIM_TARGET_ELEMENT) {
        (void)sim_diagnostics_error(checker->diagnostics, target->reference.place,
                                    "'%s' is not an array", target->reference.name);
        drop(target);
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

/* Coroutines are named where no value can stand, so what is received or passed may share their
 * names. */
static bool may_be_shadowed(const struct sim_symbol *symbol) {
    return symbol->kind == SIM_SYMBOL_NONE || symbol->kind == SIM_SYMBOL_COROUTINE ||
           symbol->kind == SIM_SYMBOL_ROUTINE;
}

/* Gives a slot to what a statement sets, unless the file has a variable of that name. */
static void define_target(struct sim_checker *checker, struct sim_statement *statement,
                          struct sim_target *target) {
    bool is_let = statement->kind == SIM_STATEMENT_LET;
    uint32_t number = target->reference.index;
    const struct sim_symbol *symbol = &checker->symbols[number];
    if (is_let && symbol->kind != SIM_SYMBOL_NONE) {
        report_let_twice(checker, &target->reference, symbol->place);
        drop(target);
        return;
    }
    if (!may_be_shadowed(symbol) && resolve_file_target(checker, target)) {
        return;
    }
    if (target->kind == SIM_TARGET_ELEMENT) {
        report_unknown(checker, &target->reference);
        drop(target);
        return;
    }
    uint32_t slot = checker->slots[number];
    if (slot == SIM_NONE) {
        if (add_local(checker, &target->reference, number) == NULL) {
            drop(target);
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

/* ---- Walking ---- */

static void define_in_block(struct sim_checker *checker, struct sim_block *block);

/* What statements of a block have set first goes out of scope at its end. */
static void define_in_inner_block(struct sim_checker *checker, struct sim_block *block) {
    bool was_in_scope[SIM_LOCALS_MAX] = {false};
    struct sim_checker_local *locals = checker->body->locals;
    uint32_t count = checker->body->coroutine->local_count;
    for (uint32_t i = 0; i < count; i++) {
        was_in_scope[i] = locals[i].is_in_scope;
    }
    define_in_block(checker, block);
    for (uint32_t i = 0; i < checker->body->coroutine->local_count; i++) {
        locals[i].is_in_scope = i < count && was_in_scope[i];
    }
}

static bool defines_its_target(enum sim_statement_kind kind) {
    return kind != SIM_STATEMENT_SET;
}

static void define_in_block(struct sim_checker *checker, struct sim_block *block) {
    for (uint32_t i = 0; i < block->count; i++) {
        struct sim_statement *statement = &block->statements[i];
        struct sim_statement_parts parts = sim_statement_parts(statement);
        if (parts.target != NULL && parts.target->reference.name != NULL &&
            defines_its_target(statement->kind)) {
            define_target(checker, statement, parts.target);
        }
        for (uint32_t j = 0; j < SIM_PART_BLOCKS_MAX; j++) {
            if (parts.blocks[j] != NULL) {
                define_in_inner_block(checker, parts.blocks[j]);
            }
        }
        for (uint32_t j = 0; j < statement->handler_count; j++) {
            define_in_inner_block(checker, &statement->handlers[j].block);
        }
    }
}

static void add_use(struct sim_checker *checker, enum sim_use_kind kind,
                    const struct sim_reference *reference) {
    struct sim_body *body = checker->body;
    if (reference->name == NULL || reference->index == SIM_NONE) {
        return;
    }
    struct sim_use *uses =
        sim_arena_push(checker->scratch, body->uses, &body->use_count, sizeof(*uses));
    if (uses != NULL) {
        body->uses = uses;
        uses[body->use_count - 1] =
            (struct sim_use){.kind = kind, .index = reference->index, .place = reference->place};
    }
}

static void check_argument_count(struct sim_checker *checker,
                                 const struct sim_statement *statement) {
    const struct sim_reference *reference = &statement->as.start.routine;
    const struct sim_coroutine *routine = &checker->scenario->routines[reference->index];
    uint32_t given = statement->as.start.arguments.count;
    if (statement->is_broken || given == routine->parameter_count || routine->is_damaged) {
        return;
    }
    struct sim_finding *finding = sim_diagnostics_error(
        checker->diagnostics, reference->place, "'%s' takes %u argument%s, not %u", reference->name,
        routine->parameter_count, routine->parameter_count == 1 ? "" : "s", given);
    sim_diagnostics_note(checker->diagnostics, finding, routine->place, "it is declared here");
}

static void resolve_start(struct sim_checker *checker, struct sim_statement *statement) {
    struct sim_reference *reference = &statement->as.start.routine;
    struct sim_body *body = checker->body;
    if (!sim_checker_find(checker, reference, SIM_SYMBOL_ROUTINE)) {
        return;
    }
    check_argument_count(checker, statement);
    struct sim_start *starts =
        sim_arena_push(checker->scratch, body->starts, &body->start_count, sizeof(*starts));
    if (starts != NULL) {
        body->starts = starts;
        starts[body->start_count - 1] = (struct sim_start){
            .kind = statement->kind, .routine = reference->index, .place = reference->place};
    }
}

static void resolve_signal(struct sim_checker *checker, struct sim_statement *statement) {
    struct sim_reference *reference = &statement->as.signal.signal;
    sim_checker_find_signal(checker, reference);
    add_use(checker, SIM_USE_SIGNAL, reference);
}

static void resolve_emit(struct sim_checker *checker, const struct sim_statement *statement) {
    if (checker->body->coroutine->is_routine) {
        checker->body->coroutine->emits = true;
        return;
    }
    struct sim_finding *finding =
        sim_diagnostics_error(checker->diagnostics, statement->place, "'emit' outside a routine");
    sim_diagnostics_label(checker->diagnostics, finding,
                          "values are emitted by a 'routine' that an 'iterate' reads");
}

/* The things that a statement names by kind: queues, channels, locks, signals, routines, hosts. */
static void resolve_things(struct sim_checker *checker, struct sim_statement *statement) {
    enum sim_statement_kind kind = statement->kind;
    if (kind == SIM_STATEMENT_WAIT || kind == SIM_STATEMENT_SIGNAL) {
        resolve_signal(checker, statement);
    } else if (kind == SIM_STATEMENT_SPAWN || kind == SIM_STATEMENT_CALL ||
               kind == SIM_STATEMENT_ITERATE) {
        resolve_start(checker, statement);
    } else if (kind >= SIM_STATEMENT_PUT && kind <= SIM_STATEMENT_DRAIN) {
        if (sim_checker_find(checker, &statement->as.queue.queue, SIM_SYMBOL_QUEUE)) {
            add_use(checker, SIM_USE_QUEUE, &statement->as.queue.queue);
        }
    } else if (kind >= SIM_STATEMENT_SUBSCRIBE && kind <= SIM_STATEMENT_COMPACT) {
        if (sim_checker_find(checker, &statement->as.channel.channel, SIM_SYMBOL_CHANNEL)) {
            add_use(checker, SIM_USE_CHANNEL, &statement->as.channel.channel);
        }
    } else if (kind == SIM_STATEMENT_ACQUIRE || kind == SIM_STATEMENT_RELEASE) {
        if (sim_checker_find(checker, &statement->as.lock.lock, SIM_SYMBOL_LOCK)) {
            add_use(checker, SIM_USE_LOCK, &statement->as.lock.lock);
        }
    } else if (kind == SIM_STATEMENT_CONNECT) {
        if (statement->as.socket.host.name == NULL) {
            statement->as.socket.host.index = SIM_NONE;
        }
        sim_checker_find_host(checker, &statement->as.socket.host);
    } else if (kind == SIM_STATEMENT_EMIT) {
        resolve_emit(checker, statement);
    }
}

static void resolve_object(struct sim_checker *checker, struct sim_target *object) {
    sim_checker_resolve_target(checker, object);
    if (object->kind == SIM_TARGET_LOCAL && object->reference.index != SIM_NONE) {
        bool is_phantom = checker->body->locals[object->reference.index].is_phantom;
        if (!is_phantom) {
            (void)sim_diagnostics_error(checker->diagnostics, object->reference.place,
                                        "'%s' is a local: nobody else can change it",
                                        object->reference.name);
        }
        drop(object);
    }
}

static void resolve_block(struct sim_checker *checker, struct sim_block *block);

static void resolve_statement(struct sim_checker *checker, struct sim_statement *statement) {
    struct sim_statement_parts parts = sim_statement_parts(statement);
    for (uint32_t i = 0; i < SIM_PART_EXPRESSIONS_MAX; i++) {
        sim_checker_resolve(checker, parts.expressions[i]);
    }
    for (uint32_t i = 0; parts.list != NULL && i < parts.list->count; i++) {
        sim_checker_resolve(checker, parts.list->items[i]);
    }
    if (parts.object != NULL) {
        resolve_object(checker, parts.object);
    }
    if (parts.target != NULL && defines_its_target(statement->kind)) {
        sim_checker_resolve(checker, parts.target->element);
    } else if (parts.target != NULL) {
        sim_checker_resolve_target(checker, parts.target);
    }
    resolve_things(checker, statement);
    for (uint32_t i = 0; i < SIM_PART_BLOCKS_MAX; i++) {
        if (parts.blocks[i] != NULL) {
            resolve_block(checker, parts.blocks[i]);
        }
    }
    for (uint32_t i = 0; i < statement->handler_count; i++) {
        resolve_block(checker, &statement->handlers[i].block);
    }
}

static void resolve_block(struct sim_checker *checker, struct sim_block *block) {
    for (uint32_t i = 0; i < block->count; i++) {
        resolve_statement(checker, &block->statements[i]);
    }
}

static void add_parameters(struct sim_checker *checker) {
    struct sim_body *body = checker->body;
    for (uint32_t i = 0; i < body->coroutine->parameter_count; i++) {
        const struct sim_local *local = &body->coroutine->locals[i];
        uint32_t number = sim_names_intern(checker->names, local->name, strlen(local->name));
        const struct sim_symbol *symbol = &checker->symbols[number];
        if (!may_be_shadowed(symbol)) {
            struct sim_finding *finding = sim_diagnostics_error(
                checker->diagnostics, local->place, "two things are named '%s'", local->name);
            sim_diagnostics_note(checker->diagnostics, finding, symbol->place, "the other is here");
        }
        checker->slots[number] = i;
        body->locals[i].is_in_scope = true;
    }
}

/* Leaves the table of slots empty for the next body. */
static void forget_slots(struct sim_checker *checker) {
    const struct sim_coroutine *coroutine = checker->body->coroutine;
    for (uint32_t i = 0; i < coroutine->local_count; i++) {
        const char *name = coroutine->locals[i].name;
        checker->slots[sim_names_intern(checker->names, name, strlen(name))] = SIM_NONE;
    }
    checker->body = NULL;
}

void sim_checker_resolve_bodies(struct sim_checker *checker) {
    for (uint32_t i = 0; i < checker->body_count && !checker->scratch->has_failed; i++) {
        struct sim_body *body = &checker->bodies[i];
        checker->body = body;
        struct sim_checker_local locals[SIM_LOCALS_MAX] = {0};
        body->locals = locals;
        add_parameters(checker);
        define_in_block(checker, &body->coroutine->body);
        resolve_block(checker, &body->coroutine->body);
        uint32_t count = body->coroutine->local_count;
        body->locals = sim_arena_allocate(checker->scratch, (count + 1) * sizeof(locals[0]));
        if (body->locals != NULL) {
            memcpy(body->locals, locals, count * sizeof(locals[0]));
        }
        forget_slots(checker);
    }
}
