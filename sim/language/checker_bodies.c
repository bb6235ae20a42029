/* checker_bodies.c - names inside coroutines and routines.
 *
 * A body is walked twice. First everything that its statements set gets a slot, unless it is a
 * variable of the file; then every name that is read is looked up: a local, else something of the
 * file. Whether a local has been set where it is read is the flow pass's question. `let` must make
 * a new name, new meaning that no open block has set it.
 */
#include "sim/language/checker.h"

#include "sim/language/statement_parts.h"
#include "sim/language/words.h"

#include <string.h>

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
            sim_checker_define_target(checker, statement, parts.target);
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

static void resolve_lock(struct sim_checker *checker, struct sim_statement *statement) {
    struct sim_reference *reference = &statement->as.lock.lock;
    if (!sim_checker_find(checker, reference, SIM_SYMBOL_LOCK)) {
        return;
    }
    const struct sim_lock *lock = &checker->scenario->locks[reference->index];
    bool is_element = statement->as.lock.element != NULL;
    if (lock->is_array == is_element || statement->is_broken) {
        add_use(checker, SIM_USE_LOCK, reference);
        return;
    }
    struct sim_finding *finding =
        sim_diagnostics_error(checker->diagnostics, reference->place,
                              is_element ? "'%s' is not an array" : "'%s' is an array", lock->name);
    if (!is_element) {
        sim_diagnostics_label(checker->diagnostics, finding,
                              "an array is %sd one element at a time: '%s[0]'",
                              sim_statement_word(statement->kind), lock->name);
    }
    sim_diagnostics_note(checker->diagnostics, finding, lock->place, "it is declared here");
    reference->index = SIM_NONE;
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
        resolve_lock(checker, statement);
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
            struct sim_finding *finding = sim_diagnostics_error(
                checker->diagnostics, object->reference.place,
                "'%s' is a local: nobody else can change it", object->reference.name);
            sim_diagnostics_label(checker->diagnostics, finding, "'set' is enough");
        }
        sim_checker_drop_target(object);
    }
}

static void resolve_block(struct sim_checker *checker, struct sim_block *block);

/* Should a name that nothing bears have been a text? */
static bool is_text_missing_its_quotes(const struct sim_statement *statement,
                                       const struct sim_expression *expression) {
    bool is_simple = statement->kind == SIM_STATEMENT_LOG || statement->kind == SIM_STATEMENT_FAIL;
    bool is_send =
        statement->kind == SIM_STATEMENT_SEND || statement->kind == SIM_STATEMENT_SENDALL;
    return expression != NULL && expression->kind == SIM_EXPRESSION_NAME &&
           (is_simple || (is_send && expression == statement->as.socket.text));
}

static void resolve_statement(struct sim_checker *checker, struct sim_statement *statement) {
    struct sim_statement_parts parts = sim_statement_parts(statement);
    for (uint32_t i = 0; i < SIM_PART_EXPRESSIONS_MAX; i++) {
        checker->wants_text = is_text_missing_its_quotes(statement, parts.expressions[i]);
        sim_checker_resolve(checker, parts.expressions[i]);
    }
    checker->wants_text = false;
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
        if (!sim_checker_may_be_shadowed(symbol)) {
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
