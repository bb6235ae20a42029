/* quiet.c - follows the code from every instruction to where it would wait. */
#include "sim/quiet.h"

#include "sim/interpreter.h"
#include "sim/objects.h"

#include <string.h>

/* What evaluation comes to first. */
enum first { NOTHING, ACCESS /* of a shared variable: it waits */, TOUCH };

struct search {
    const struct sim_scenario *scenario;
    const struct sim_code *code;
    unsigned char *seen; /* per instruction: the search has come by */
    bool owns_sockets;   /* its end closes them */
};

static enum first scan(const struct search *search, const struct sim_expression *expression);

static enum first scan_both(const struct search *search, const struct sim_expression *left,
                            const struct sim_expression *right) {
    enum first first = scan(search, left);
    return first != NOTHING || right == NULL ? first : scan(search, right);
}

/* The right operand may go unevaluated: what is certain is only that it touches, or waits first. */
static enum first scan_logic(const struct search *search, const struct sim_expression *expression) {
    enum first left = scan(search, expression->as.operands.left);
    if (left != NOTHING) {
        return left;
    }
    return scan(search, expression->as.operands.right) == TOUCH ? TOUCH : NOTHING;
}

static enum first scan_variable(const struct search *search,
                                const struct sim_expression *expression) {
    if (expression->kind == SIM_EXPRESSION_ELEMENT) {
        enum first first = scan(search, expression->as.name.element);
        if (first != NOTHING) {
            return first;
        }
    }
    return search->scenario->variables[expression->as.name.reference.index].is_shared ? ACCESS
                                                                                      : TOUCH;
}

static enum first scan_text(const struct search *search, const struct sim_expression *expression) {
    enum first first = NOTHING;
    for (uint32_t i = 0; i < expression->as.text.piece_count && first == NOTHING; i++) {
        const struct sim_expression *piece = expression->as.text.pieces[i].expression;
        first = piece != NULL ? scan(search, piece) : NOTHING;
    }
    return first;
}

static enum first scan(const struct search *search, const struct sim_expression *expression) {
    if (expression == NULL) {
        return NOTHING;
    }
    switch ((int)expression->kind) {
    case SIM_EXPRESSION_NUMBER:
    case SIM_EXPRESSION_DURATION:
    case SIM_EXPRESSION_BOOL:
    case SIM_EXPRESSION_NOW:
    case SIM_EXPRESSION_INDEX:
    case SIM_EXPRESSION_LOCAL:
        return NOTHING;
    case SIM_EXPRESSION_TEXT:
        return scan_text(search, expression);
    case SIM_EXPRESSION_VARIABLE:
    case SIM_EXPRESSION_ELEMENT:
        return scan_variable(search, expression);
    case SIM_EXPRESSION_AND:
    case SIM_EXPRESSION_OR:
        return scan_logic(search, expression);
    default:
        return scan_both(search, expression->as.operands.left, expression->as.operands.right);
    }
}

/* Does evaluation touch nothing but shared variables, whichever way it goes? */
static bool only_accesses(const struct search *search, const struct sim_expression *expression) {
    if (expression == NULL) {
        return true;
    }
    switch ((int)expression->kind) {
    case SIM_EXPRESSION_NUMBER:
    case SIM_EXPRESSION_DURATION:
    case SIM_EXPRESSION_BOOL:
    case SIM_EXPRESSION_NOW:
    case SIM_EXPRESSION_INDEX:
    case SIM_EXPRESSION_LOCAL:
        return true;
    case SIM_EXPRESSION_TEXT:
        for (uint32_t i = 0; i < expression->as.text.piece_count; i++) {
            if (!only_accesses(search, expression->as.text.pieces[i].expression)) {
                return false;
            }
        }
        return true;
    case SIM_EXPRESSION_VARIABLE:
        return search->scenario->variables[expression->as.name.reference.index].is_shared;
    case SIM_EXPRESSION_ELEMENT:
        return search->scenario->variables[expression->as.name.reference.index].is_shared &&
               only_accesses(search, expression->as.name.element);
    default:
        return only_accesses(search, expression->as.operands.left) &&
               only_accesses(search, expression->as.operands.right);
    }
}

static bool is_access_or_local(const struct search *search, const struct sim_target *target) {
    return target->kind <= SIM_TARGET_LOCAL ||
           (search->scenario->variables[target->reference.index].is_shared &&
            only_accesses(search, target->element));
}

/* The same of a statement that does not wait. */
static bool statement_only_accesses(const struct search *search,
                                    const struct sim_statement *statement) {
    switch ((int)statement->kind) {
    case SIM_STATEMENT_LET:
    case SIM_STATEMENT_SET:
        return only_accesses(search, statement->as.assign.value) &&
               is_access_or_local(search, &statement->as.assign.target);
    case SIM_STATEMENT_CHECK:
        return only_accesses(search, statement->as.simple.value);
    case SIM_STATEMENT_LOG:
        return only_accesses(search, statement->as.simple.value) &&
               !sim_scenario_watches_log(search->scenario);
    case SIM_STATEMENT_ADD:
    case SIM_STATEMENT_SWAP:
    case SIM_STATEMENT_CAS:
        return only_accesses(search, statement->as.atomic.value) &&
               only_accesses(search, statement->as.atomic.expected) &&
               only_accesses(search, statement->as.atomic.object.element) &&
               statement->as.atomic.target.kind <= SIM_TARGET_LOCAL;
    default:
        return false;
    }
}

/* What a statement that does not wait does first; NOTHING: it is done, and control goes on. */
static enum first scan_statement(const struct search *search,
                                 const struct sim_statement *statement) {
    enum first first;
    switch ((int)statement->kind) {
    case SIM_STATEMENT_LET:
    case SIM_STATEMENT_SET: {
        const struct sim_target *target = &statement->as.assign.target;
        first = scan_both(search, statement->as.assign.value, target->element);
        if (first != NOTHING || target->kind == SIM_TARGET_LOCAL) {
            return first;
        }
        return search->scenario->variables[target->reference.index].is_shared ? ACCESS : TOUCH;
    }
    case SIM_STATEMENT_CHECK:
        return scan(search, statement->as.simple.value);
    case SIM_STATEMENT_LOG:
        first = scan(search, statement->as.simple.value);
        return first == NOTHING && sim_scenario_watches_log(search->scenario) ? TOUCH : first;
    case SIM_STATEMENT_ADD:
    case SIM_STATEMENT_SWAP:
    case SIM_STATEMENT_CAS:
        first = scan_both(search, statement->as.atomic.value, statement->as.atomic.expected);
        first = first == NOTHING ? scan(search, statement->as.atomic.object.element) : first;
        return first == NOTHING ? ACCESS : first;
    case SIM_STATEMENT_PICK:
        return statement->as.pick.choices.count < 2 ? TOUCH : ACCESS; /* it waits to draw */
    default:
        return TOUCH; /* ends, picks, compacts */
    }
}

static bool goes_on_quietly(struct search *search, uint32_t at);

static bool awaits_quietly(const struct search *search, const struct sim_statement *statement) {
    const struct sim_wait_options *options = &statement->options;
    enum first first = scan(search, options->timeout);
    if (first != NOTHING) {
        return first == ACCESS;
    }
    switch ((int)statement->kind) {
    case SIM_STATEMENT_YIELD:
        return true;
    case SIM_STATEMENT_SLEEP:
        return scan(search, statement->as.simple.value) != TOUCH;
    case SIM_STATEMENT_ACQUIRE:
        return scan(search, statement->as.lock.element) != TOUCH &&
               sim_waits_as_step(search->scenario, statement);
    case SIM_STATEMENT_RELEASE:
        return scan(search, statement->as.lock.element) != TOUCH;
    case SIM_STATEMENT_JOIN:
        return scan(search, statement->as.join.handle) != TOUCH &&
               sim_waits_as_step(search->scenario, statement);
    default:
        return false;
    }
}

/* The end shows to who calls or joins it, to the peers of its sockets, and to the run if others
 * would go on in the background. */
static bool ends_quietly(const struct search *search) {
    return !search->code->source->is_routine && !search->owns_sockets &&
           !sim_scenario_has_background(search->scenario);
}

/* A loop that is written to go round does so at least once: its end, behind the test that follows,
 * is not come to from here. */
static bool starts_count_quietly(struct search *search, uint32_t at) {
    const struct sim_expression *count = sim_condition_of(search->code->instructions[at].statement);
    enum first first = scan(search, count);
    if (first != NOTHING) {
        return first == ACCESS;
    }
    bool goes_round = count->kind == SIM_EXPRESSION_NUMBER && count->as.integer > 0;
    return goes_on_quietly(search, goes_round ? at + 2 : at + 1);
}

static bool executes_quietly(struct search *search, uint32_t at) {
    const struct sim_instruction *instruction = &search->code->instructions[at];
    enum first first;
    switch (instruction->opcode) {
    case SIM_CODE_AWAIT:
        return awaits_quietly(search, instruction->statement);
    case SIM_CODE_DO:
        if (instruction->statement->kind == SIM_STATEMENT_STOP) {
            return ends_quietly(search);
        }
        first = scan_statement(search, instruction->statement);
        return first == NOTHING ? goes_on_quietly(search, at + 1) : first == ACCESS;
    case SIM_CODE_JUMP:
        return goes_on_quietly(search, instruction->target);
    case SIM_CODE_JUMP_UNLESS:
        first = scan(search, sim_condition_of(instruction->statement));
        if (first != NOTHING) {
            return first == ACCESS;
        }
        return goes_on_quietly(search, at + 1) && goes_on_quietly(search, instruction->target);
    case SIM_CODE_COUNT_START:
        return starts_count_quietly(search, at);
    case SIM_CODE_COUNT_DOWN:
        return goes_on_quietly(search, at + 1) && goes_on_quietly(search, instruction->target);
    case SIM_CODE_PIPE_OPEN:
    case SIM_CODE_PIPE_CLOSE:
        return false;
    case SIM_CODE_END:
        return ends_quietly(search);
    }
    return false;
}

/* A loop that comes back without having touched or waited is quiet so far. */
static bool goes_on_quietly(struct search *search, uint32_t at) {
    if (search->seen[at] != 0) {
        return true;
    }
    search->seen[at] = 1;
    return executes_quietly(search, at);
}

static bool starts_quietly(struct search *search, uint32_t at) {
    memset(search->seen, 0, search->code->count);
    return goes_on_quietly(search, at);
}

/* The result of what was awaited goes into a name of its own, or nowhere. */
static bool takes_quietly(const struct sim_statement *statement) {
    switch ((int)statement->kind) {
    case SIM_STATEMENT_YIELD:
    case SIM_STATEMENT_SLEEP:
        return true;
    case SIM_STATEMENT_WAIT:
        return statement->as.signal.target.kind <= SIM_TARGET_LOCAL;
    case SIM_STATEMENT_SPAWN:
        return statement->as.start.target.kind <= SIM_TARGET_LOCAL;
    case SIM_STATEMENT_PUT:
    case SIM_STATEMENT_DONE:
    case SIM_STATEMENT_DRAIN:
    case SIM_STATEMENT_PUBLISH:
    case SIM_STATEMENT_SUBSCRIBE:
    case SIM_STATEMENT_UNSUBSCRIBE:
        return true;
    case SIM_STATEMENT_GET:
        return statement->as.queue.target.kind <= SIM_TARGET_LOCAL;
    case SIM_STATEMENT_FETCH:
        return statement->as.channel.target.kind <= SIM_TARGET_LOCAL;
    case SIM_STATEMENT_JOIN:
        return statement->as.join.target.kind <= SIM_TARGET_LOCAL;
    default:
        return false;
    }
}

static bool cannot_fail(const struct sim_statement *statement) {
    return statement->kind == SIM_STATEMENT_YIELD || statement->kind == SIM_STATEMENT_SLEEP;
}

/* However an AWAIT has ended. */
static bool goes_on_quietly_after(struct search *search, uint32_t at) {
    const struct sim_instruction *instruction = &search->code->instructions[at];
    if (!starts_quietly(search, at + 1)) {
        return false;
    }
    if (cannot_fail(instruction->statement)) {
        return true;
    }
    if (!ends_quietly(search)) {
        return false; /* an ending that nobody handles would end it */
    }
    if (instruction->target == SIM_NONE) {
        return true;
    }
    const struct sim_handler_target *handler = &search->code->handlers[instruction->target];
    for (; handler->endings != 0; handler++) {
        if (!starts_quietly(search, handler->target)) {
            return false;
        }
    }
    return true;
}

/* To go on with a pick when it has drawn. */
static bool picks_quietly(struct search *search, uint32_t at) {
    const struct sim_statement *statement = search->code->instructions[at].statement;
    bool is_done = false;
    for (uint32_t i = 0; i < statement->as.pick.choices.count; i++) {
        enum first first = scan(search, statement->as.pick.choices.items[i]);
        if (first == TOUCH) {
            return false;
        }
        is_done |= first == NOTHING;
    }
    return !is_done ||
           (statement->as.pick.target.kind <= SIM_TARGET_LOCAL && starts_quietly(search, at + 1));
}

static bool is_quiet_after(struct search *search, uint32_t at) {
    const struct sim_instruction *instruction = &search->code->instructions[at];
    if (instruction->opcode == SIM_CODE_DO && instruction->statement->kind == SIM_STATEMENT_PICK) {
        return picks_quietly(search, at);
    }
    return instruction->opcode == SIM_CODE_AWAIT && takes_quietly(instruction->statement) &&
           goes_on_quietly_after(search, at);
}

/* Whatever the values are that it reads, its last access is all that the step of it touches. */
static bool is_quiet_but_accesses(struct search *search, uint32_t at) {
    const struct sim_instruction *instruction = &search->code->instructions[at];
    const struct sim_statement *statement = instruction->statement;
    if (!ends_quietly(search)) {
        return false; /* a failure would end it */
    }
    switch (instruction->opcode) {
    case SIM_CODE_AWAIT:
        switch ((int)statement->kind) {
        case SIM_STATEMENT_ACQUIRE:
            return sim_waits_as_step(search->scenario, statement) &&
                   only_accesses(search, statement->as.lock.element);
        case SIM_STATEMENT_RELEASE:
            return statement->options.timeout == NULL &&
                   only_accesses(search, statement->as.lock.element);
        case SIM_STATEMENT_JOIN:
            return sim_waits_as_step(search->scenario, statement) &&
                   only_accesses(search, statement->as.join.handle) &&
                   statement->as.join.target.kind <= SIM_TARGET_LOCAL;
        default:
            return false;
        }
    case SIM_CODE_DO:
        return statement_only_accesses(search, statement) && starts_quietly(search, at + 1);
    case SIM_CODE_JUMP_UNLESS:
        return only_accesses(search, sim_condition_of(statement)) &&
               starts_quietly(search, at + 1) && starts_quietly(search, instruction->target);
    case SIM_CODE_COUNT_START:
        return only_accesses(search, sim_condition_of(statement)) && starts_quietly(search, at + 1);
    default:
        return false;
    }
}

static bool opens_sockets(const struct sim_code *code) {
    for (uint32_t at = 0; at < code->count; at++) {
        const struct sim_instruction *instruction = &code->instructions[at];
        if (instruction->opcode != SIM_CODE_AWAIT && instruction->opcode != SIM_CODE_DO) {
            continue;
        }
        switch ((int)instruction->statement->kind) {
        case SIM_STATEMENT_LISTEN:
        case SIM_STATEMENT_ACCEPT:
        case SIM_STATEMENT_CONNECT:
            return true;
        default:
            break;
        }
    }
    return false;
}

static bool find_in(struct sim_arena *arena, const struct sim_scenario *scenario,
                    struct sim_code *code) {
    if (code->quiet != NULL) {
        return true; /* of a program that others may be running */
    }
    unsigned char *quiet = sim_arena_allocate(arena, code->count);
    unsigned char *seen = sim_arena_allocate(arena, code->count);
    if (quiet == NULL || seen == NULL) {
        return false;
    }
    struct search search = {
        .scenario = scenario, .code = code, .seen = seen, .owns_sockets = opens_sockets(code)};
    for (uint32_t at = 0; at < code->count; at++) {
        bool from = starts_quietly(&search, at);
        bool after = is_quiet_after(&search, at);
        bool but = is_quiet_but_accesses(&search, at);
        quiet[at] = (unsigned char)((from ? SIM_QUIET_FROM : 0) | (after ? SIM_QUIET_AFTER : 0) |
                                    (but ? SIM_QUIET_BUT : 0));
    }
    code->quiet = quiet;
    return true;
}

int sim_program_find_quiet(struct sim_program *program) {
    const struct sim_scenario *scenario = program->scenario;
    bool has_found = true;
    for (uint32_t i = 0; i < scenario->coroutine_count && has_found; i++) {
        has_found = find_in(&program->arena, scenario, &program->coroutines[i]);
    }
    for (uint32_t i = 0; i < scenario->routine_count && has_found; i++) {
        has_found = find_in(&program->arena, scenario, &program->routines[i]);
    }
    return has_found ? COG_OK : COG_ENOMEM;
}
