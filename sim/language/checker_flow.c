/* checker_flow.c - follows control through each body: is a local set wherever it is read, is each
 * line reached?
 *
 * A state is the set of locals that are set on every way to a place. Where ways meet, it is what
 * all of them have set. A loop needs no second round: going round can only set more than was set on
 * entering. Behind a line that nothing passes, everything counts as set, so that one mistake is
 * told once.
 */
#include "sim/language/checker.h"

enum { WORD_BITS = 64, STATE_WORDS = SIM_LOCALS_MAX / WORD_BITS };

_Static_assert(SIM_LOCALS_MAX % WORD_BITS == 0, "a state has a bit for each local");

struct state {
    bool is_reached;
    uint64_t is_set[STATE_WORDS];
};

/* The loop that `break` and `continue` belong to. */
struct loop {
    struct state behind;  /* what ways out by `break` have in common */
    struct state at_head; /* what ways by `continue` have in common */
};

struct flow {
    struct sim_checker *checker;
    struct sim_body *body;
    struct loop *loop; /* null outside of loops */
};

static void follow_block(struct flow *flow, struct sim_block *block, struct state *state);

/* ---- States ---- */

static bool is_set(const struct state *state, uint32_t slot) {
    return (state->is_set[slot / WORD_BITS] >> slot % WORD_BITS & 1) != 0;
}

static void mark_set(struct state *state, uint32_t slot) {
    state->is_set[slot / WORD_BITS] |= UINT64_C(1) << slot % WORD_BITS;
}

static void mark_all_set(struct state *state) {
    for (uint32_t i = 0; i < STATE_WORDS; i++) {
        state->is_set[i] = UINT64_MAX;
    }
}

/* Two ways meet. */
static void join(struct state *state, const struct state *other) {
    if (!other->is_reached) {
        return;
    }
    if (!state->is_reached) {
        *state = *other;
        return;
    }
    for (uint32_t i = 0; i < STATE_WORDS; i++) {
        state->is_set[i] &= other->is_set[i];
    }
}

/* ---- Reading and setting ---- */

static void report_unset(struct flow *flow, const struct sim_reference *reference) {
    const struct sim_local *local = &flow->body->coroutine->locals[reference->index];
    bool is_later = local->place.offset >= reference->place.offset;
    struct sim_finding *finding = sim_diagnostics_error(
        flow->checker->diagnostics, reference->place,
        is_later ? "'%s' is read before it is set" : "'%s' is possibly unset", reference->name);
    sim_diagnostics_note(flow->checker->diagnostics, finding, local->place,
                         is_later ? "it is set here" : "it is set here, but not on every way");
}

static void read_expression(struct flow *flow, const struct sim_expression *expression,
                            struct state *state) {
    if (expression == NULL) {
        return;
    }
    const struct sim_reference *reference = &expression->as.name.reference;
    switch (expression->kind) {
    case SIM_EXPRESSION_NUMBER:
    case SIM_EXPRESSION_DURATION:
    case SIM_EXPRESSION_BOOL:
    case SIM_EXPRESSION_NOW:
    case SIM_EXPRESSION_INDEX:
    case SIM_EXPRESSION_NAME:
    case SIM_EXPRESSION_VARIABLE:
        break;
    case SIM_EXPRESSION_TEXT:
        for (uint32_t i = 0; i < expression->as.text.piece_count; i++) {
            read_expression(flow, expression->as.text.pieces[i].expression, state);
        }
        break;
    case SIM_EXPRESSION_LOCAL:
        if (!is_set(state, reference->index)) {
            report_unset(flow, reference);
            mark_set(state, reference->index);
        }
        break;
    case SIM_EXPRESSION_ELEMENT:
        read_expression(flow, expression->as.name.element, state);
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
        read_expression(flow, expression->as.operands.left, state);
        read_expression(flow, expression->as.operands.right, state);
        break;
    }
}

static void set_target(const struct sim_target *target, struct state *state) {
    if (target != NULL && target->kind == SIM_TARGET_LOCAL && target->reference.name != NULL &&
        target->reference.index != SIM_NONE) {
        mark_set(state, target->reference.index);
    }
}

static void read_parts(struct flow *flow, const struct sim_statement_parts *parts,
                       struct state *state) {
    for (uint32_t i = 0; i < SIM_PART_EXPRESSIONS_MAX; i++) {
        read_expression(flow, parts->expressions[i], state);
    }
    for (uint32_t i = 0; parts->list != NULL && i < parts->list->count; i++) {
        read_expression(flow, parts->list->items[i], state);
    }
    if (parts->object != NULL) {
        read_expression(flow, parts->object->element, state);
    }
    if (parts->target != NULL) {
        read_expression(flow, parts->target->element, state);
    }
}

/* `set` changes what was made above it. */
static void check_set(struct flow *flow, const struct sim_statement *statement) {
    const struct sim_reference *reference = &statement->as.assign.target.reference;
    if (statement->as.assign.target.kind != SIM_TARGET_LOCAL || reference->name == NULL ||
        reference->index == SIM_NONE) {
        return;
    }
    const struct sim_local *local = &flow->body->coroutine->locals[reference->index];
    if (local->place.offset > reference->place.offset) {
        struct sim_finding *finding =
            sim_diagnostics_error(flow->checker->diagnostics, reference->place,
                                  "'%s' is changed before it is made", reference->name);
        sim_diagnostics_note(flow->checker->diagnostics, finding, local->place, "it is made here");
    }
}

/* ---- Control ---- */

static bool is_literally(const struct sim_expression *expression, bool value) {
    return expression != NULL && expression->kind == SIM_EXPRESSION_BOOL &&
           (expression->as.integer != 0) == value;
}

static bool runs_at_least_once(const struct sim_statement *statement) {
    int64_t count = 0;
    const struct sim_expression *value = statement->as.loop.value;
    if (statement->kind == SIM_STATEMENT_WHILE) {
        return is_literally(value, true);
    }
    return statement->kind == SIM_STATEMENT_REPEAT &&
           (value == NULL || (sim_checker_constant(value, &count) && count >= 1));
}

/* Whether only `break` leads out. A broken line might have meant anything. */
static bool runs_for_ever(const struct sim_statement *statement) {
    if (statement->kind == SIM_STATEMENT_REPEAT) {
        return statement->as.loop.value == NULL && !statement->is_broken;
    }
    return statement->kind == SIM_STATEMENT_WHILE && is_literally(statement->as.loop.value, true);
}

static void follow_loop(struct flow *flow, struct sim_statement *statement, struct sim_block *body,
                        const struct sim_target *target, struct state *state) {
    struct loop loop = {0};
    struct loop *outer = flow->loop;
    struct state inside = *state;
    set_target(target, &inside);
    flow->loop = &loop;
    follow_block(flow, body, &inside);
    flow->loop = outer;
    if (runs_for_ever(statement)) {
        state->is_reached = false;
    } else if (runs_at_least_once(statement)) {
        join(&inside, &loop.at_head);
        *state = inside;
    }
    join(state, &loop.behind);
}

static void follow_branch(struct flow *flow, struct sim_statement *statement, struct state *state) {
    struct state otherwise = *state;
    follow_block(flow, &statement->as.branch.then, state);
    follow_block(flow, &statement->as.branch.otherwise, &otherwise);
    join(state, &otherwise);
}

static void leave_loop(struct flow *flow, const struct sim_statement *statement,
                       struct state *state) {
    bool is_break = statement->kind == SIM_STATEMENT_BREAK;
    if (flow->loop == NULL) {
        struct sim_finding *finding =
            sim_diagnostics_error(flow->checker->diagnostics, statement->place,
                                  "'%s' outside a loop", sim_statement_word(statement->kind));
        if (is_break) {
            sim_diagnostics_label(flow->checker->diagnostics, finding,
                                  "'stop' ends the coroutine, 'return' the routine");
        }
        return;
    }
    join(is_break ? &flow->loop->behind : &flow->loop->at_head, state);
    state->is_reached = false;
}

/* Goes through a statement that succeeds. */
static void follow_success(struct flow *flow, struct sim_statement *statement,
                           const struct sim_statement_parts *parts, struct state *state) {
    switch (statement->kind) {
    case SIM_STATEMENT_RETURN:
    case SIM_STATEMENT_FAIL:
    case SIM_STATEMENT_STOP:
        state->is_reached = statement->is_broken;
        return;
    case SIM_STATEMENT_BREAK:
    case SIM_STATEMENT_CONTINUE:
        leave_loop(flow, statement, state);
        return;
    case SIM_STATEMENT_IF:
        follow_branch(flow, statement, state);
        return;
    case SIM_STATEMENT_REPEAT:
    case SIM_STATEMENT_WHILE:
        follow_loop(flow, statement, parts->blocks[0], NULL, state);
        return;
    case SIM_STATEMENT_ITERATE:
        follow_loop(flow, statement, parts->blocks[0], parts->target, state);
        return;
    default:
        set_target(parts->target, state);
        return;
    }
}

/* What came before the ending stays in the variable of a recvall. */
static bool leaves_target_set(const struct sim_statement *statement,
                              const struct sim_handler *handler) {
    unsigned partial = SIM_ENDING_TIMEOUT | SIM_ENDING_CLOSED;
    return statement->kind == SIM_STATEMENT_RECVALL && (handler->endings & ~partial) == 0;
}

static void follow_statement(struct flow *flow, struct sim_statement *statement,
                             struct state *state) {
    struct sim_statement_parts parts = sim_statement_parts(statement);
    read_parts(flow, &parts, state);
    if (statement->kind == SIM_STATEMENT_SET) {
        check_set(flow, statement);
    }
    struct state before = *state;
    follow_success(flow, statement, &parts, state);
    for (uint32_t i = 0; i < statement->handler_count; i++) {
        struct state handled = before;
        if (leaves_target_set(statement, &statement->handlers[i])) {
            set_target(parts.target, &handled);
        }
        follow_block(flow, &statement->handlers[i].block, &handled);
        join(state, &handled);
    }
}

static void follow_block(struct flow *flow, struct sim_block *block, struct state *state) {
    bool is_told = false;
    for (uint32_t i = 0; i < block->count; i++) {
        struct sim_statement *statement = &block->statements[i];
        if (!state->is_reached) {
            if (!is_told && i > 0) {
                struct sim_finding *finding = sim_diagnostics_error(
                    flow->checker->diagnostics, statement->place, "this is never reached");
                sim_diagnostics_note(flow->checker->diagnostics, finding,
                                     block->statements[i - 1].place, "nothing passes this");
            }
            is_told = true;
            state->is_reached = true;
            mark_all_set(state);
        }
        follow_statement(flow, statement, state);
    }
}

static void follow_body(struct sim_checker *checker, struct sim_body *body) {
    struct flow flow = {.checker = checker, .body = body};
    struct state state = {.is_reached = true};
    const struct sim_coroutine *coroutine = body->coroutine;
    if (coroutine->is_damaged) {
        mark_all_set(&state);
    }
    for (uint32_t i = 0; i < coroutine->local_count; i++) {
        if (i < coroutine->parameter_count || body->locals[i].is_phantom) {
            mark_set(&state, i);
        }
    }
    follow_block(&flow, &body->coroutine->body, &state);
}

void sim_checker_flow(struct sim_checker *checker) {
    for (uint32_t i = 0; i < checker->body_count; i++) {
        follow_body(checker, &checker->bodies[i]);
    }
}
