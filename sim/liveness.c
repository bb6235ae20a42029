/* liveness.c - from every instruction back to those that may lead to it, until nothing changes. */
#include "sim/liveness.h"

#include "sim/interpreter.h"
#include "sim/language/statement_parts.h"

#include <string.h>

struct finder {
    const struct sim_code *code;
    uint64_t *live;
    uint64_t *scratch; /* one set */
    uint32_t words;
};

static uint64_t *from(const struct finder *finder, uint32_t at) {
    return finder->live + (size_t)at * 2 * finder->words;
}

static uint64_t *after(const struct finder *finder, uint32_t at) {
    return from(finder, at) + finder->words;
}

static void add_slot(uint64_t *set, uint32_t slot) {
    set[slot / SIM_LIVE_WORD_BITS] |= UINT64_C(1) << slot % SIM_LIVE_WORD_BITS;
}

static void remove_slot(uint64_t *set, uint32_t slot) {
    set[slot / SIM_LIVE_WORD_BITS] &= ~(UINT64_C(1) << slot % SIM_LIVE_WORD_BITS);
}

static void add_all(const struct finder *finder, uint64_t *set, const uint64_t *others) {
    for (uint32_t i = 0; i < finder->words; i++) {
        set[i] |= others[i];
    }
}

/* ---- What a statement reads and sets ---- */

/* As deep as the expression, which the parser limits. */
static void add_reads(uint64_t *set, const struct sim_expression *expression) {
    if (expression == NULL) {
        return;
    }
    switch ((int)expression->kind) {
    case SIM_EXPRESSION_NUMBER:
    case SIM_EXPRESSION_DURATION:
    case SIM_EXPRESSION_BOOL:
    case SIM_EXPRESSION_NOW:
    case SIM_EXPRESSION_INDEX:
    case SIM_EXPRESSION_VARIABLE:
        return;
    case SIM_EXPRESSION_LOCAL:
        add_slot(set, expression->as.name.reference.index);
        return;
    case SIM_EXPRESSION_ELEMENT:
        add_reads(set, expression->as.name.element);
        return;
    case SIM_EXPRESSION_TEXT:
        for (uint32_t i = 0; i < expression->as.text.piece_count; i++) {
            add_reads(set, expression->as.text.pieces[i].expression);
        }
        return;
    default:
        add_reads(set, expression->as.operands.left);
        add_reads(set, expression->as.operands.right);
        return;
    }
}

static struct sim_statement_parts parts_of(const struct sim_statement *statement) {
    return sim_statement_parts((struct sim_statement *)(uintptr_t)statement); /* only looked at */
}

/* All that its execution evaluates, but for where the result goes. */
static void add_statement_reads(uint64_t *set, const struct sim_statement *statement) {
    struct sim_statement_parts parts = parts_of(statement);
    for (int i = 0; i < SIM_PART_EXPRESSIONS_MAX; i++) {
        add_reads(set, parts.expressions[i]);
    }
    for (uint32_t i = 0; parts.list != NULL && i < parts.list->count; i++) {
        add_reads(set, parts.list->items[i]);
    }
    if (parts.object != NULL) {
        add_reads(set, parts.object->element);
    }
}

/* Before it is set, a target matters only for its index. */
static void set_target(uint64_t *set, const struct sim_statement *statement) {
    const struct sim_target *target = parts_of(statement).target;
    if (target != NULL && target->kind == SIM_TARGET_LOCAL) {
        remove_slot(set, target->reference.index);
    } else if (target != NULL) {
        add_reads(set, target->element);
    }
}

/* ---- Instructions ---- */

/* The set of an AWAIT that has begun to wait, and in `set` nothing. An ending that nobody handles
 * ends the coroutine. */
static void find_after(const struct finder *finder, uint32_t at, uint64_t *set) {
    const struct sim_code *code = finder->code;
    const struct sim_instruction *instruction = &code->instructions[at];
    bool is_iterate = instruction->statement->kind == SIM_STATEMENT_ITERATE;
    add_all(finder, set, from(finder, is_iterate ? at + 2 : at + 1));
    set_target(set, instruction->statement);
    if (is_iterate) {
        add_all(finder, set, from(finder, at + 1));
        add_slot(set, instruction->slot);
    }
    if (instruction->target == SIM_NONE) {
        return;
    }
    const struct sim_handler_target *handler = &code->handlers[instruction->target];
    for (; handler->endings != 0; handler++) {
        add_all(finder, set, from(finder, handler->target));
    }
}

static bool ends(const struct sim_statement *statement) {
    return statement->kind == SIM_STATEMENT_RETURN || statement->kind == SIM_STATEMENT_FAIL ||
           statement->kind == SIM_STATEMENT_STOP;
}

/* The set of going on with an instruction, from those of what may follow it. */
static void find_from(const struct finder *finder, uint32_t at, uint64_t *set) {
    const struct sim_instruction *instruction = &finder->code->instructions[at];
    switch (instruction->opcode) {
    case SIM_CODE_AWAIT:
        add_all(finder, set, after(finder, at));
        if (instruction->statement->kind == SIM_STATEMENT_ITERATE) {
            add_reads(set, instruction->statement->options.timeout);
        } else {
            add_statement_reads(set, instruction->statement);
        }
        break;
    case SIM_CODE_DO:
        if (!ends(instruction->statement)) {
            add_all(finder, set, from(finder, at + 1));
            set_target(set, instruction->statement);
        }
        add_statement_reads(set, instruction->statement);
        break;
    case SIM_CODE_JUMP:
        add_all(finder, set, from(finder, instruction->target));
        break;
    case SIM_CODE_JUMP_UNLESS:
        add_all(finder, set, from(finder, at + 1));
        add_all(finder, set, from(finder, instruction->target));
        add_reads(set, sim_condition_of(instruction->statement));
        break;
    case SIM_CODE_COUNT_START:
        add_all(finder, set, from(finder, at + 1));
        remove_slot(set, instruction->slot);
        add_reads(set, sim_condition_of(instruction->statement));
        break;
    case SIM_CODE_COUNT_DOWN:
        add_all(finder, set, from(finder, at + 1));
        add_all(finder, set, from(finder, instruction->target));
        add_slot(set, instruction->slot);
        break;
    case SIM_CODE_PIPE_OPEN:
        add_all(finder, set, from(finder, at + 1));
        remove_slot(set, instruction->slot);
        add_statement_reads(set, instruction->statement);
        break;
    case SIM_CODE_PIPE_CLOSE:
        add_all(finder, set, from(finder, at + 1));
        add_slot(set, instruction->slot);
        break;
    case SIM_CODE_END:
        break;
    }
}

static bool replace(const struct finder *finder, uint64_t *set) {
    size_t bytes = finder->words * sizeof set[0];
    bool has_changed = memcmp(set, finder->scratch, bytes) != 0;
    memcpy(set, finder->scratch, bytes);
    memset(finder->scratch, 0, bytes);
    return has_changed;
}

static bool go_round(const struct finder *finder) {
    bool has_changed = false;
    for (uint32_t at = finder->code->count; at-- > 0;) {
        if (finder->code->instructions[at].opcode == SIM_CODE_AWAIT) {
            find_after(finder, at, finder->scratch);
            has_changed |= replace(finder, after(finder, at));
        }
        find_from(finder, at, finder->scratch);
        has_changed |= replace(finder, from(finder, at));
    }
    return has_changed;
}

static bool find_in(struct sim_arena *arena, struct sim_code *code) {
    struct finder finder = {.code = code, .words = sim_live_words(code)};
    size_t count = ((size_t)code->count * 2 + 1) * finder.words + 1;
    uint64_t *sets = sim_arena_allocate(arena, count * sizeof sets[0]);
    if (sets == NULL) {
        return false;
    }
    finder.live = sets;
    finder.scratch = sets + (size_t)code->count * 2 * finder.words;
    while (finder.words > 0 && go_round(&finder)) {
    }
    code->live = sets;
    return true;
}

int sim_program_find_live(struct sim_program *program) {
    const struct sim_scenario *scenario = program->scenario;
    bool has_found = true;
    for (uint32_t i = 0; i < scenario->coroutine_count && has_found; i++) {
        has_found = find_in(&program->arena, &program->coroutines[i]);
    }
    for (uint32_t i = 0; i < scenario->routine_count && has_found; i++) {
        has_found = find_in(&program->arena, &program->routines[i]);
    }
    return has_found ? COG_OK : COG_ENOMEM;
}
