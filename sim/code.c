/* code.c - makes instructions of statements. */
#include "sim/code.h"

#include "sim/interpreter.h"
#include "sim/refusal.h"

/* What is being made, and where `break` and `continue` go. */
struct maker {
    struct sim_arena *arena;
    struct sim_code *code;
    struct loop *loop; /* the innermost; null outside of loops */
};

struct loop {
    struct loop *outer;
    uint32_t start;      /* where continue goes */
    uint32_t first_exit; /* chain, through target, of jumps to the loop's end; SIM_NONE ends it */
};

static uint32_t emit(struct maker *maker, enum sim_opcode opcode,
                     const struct sim_statement *statement) {
    struct sim_code *code = maker->code;
    struct sim_instruction *instructions = sim_arena_push(
        maker->arena, code->instructions, &code->count, sizeof code->instructions[0]);
    if (instructions == NULL) {
        return 0; /* the arena remembers */
    }
    code->instructions = instructions;
    instructions[code->count - 1] =
        (struct sim_instruction){.opcode = opcode, .target = SIM_NONE, .statement = statement};
    return code->count - 1;
}

static void set_target(struct maker *maker, uint32_t at, uint32_t target) {
    if (!maker->arena->has_failed) {
        maker->code->instructions[at].target = target;
    }
}

static void add_handler(struct maker *maker, unsigned endings, uint32_t target) {
    struct sim_code *code = maker->code;
    struct sim_handler_target *handlers = sim_arena_push(
        maker->arena, code->handlers, &code->handler_count, sizeof code->handlers[0]);
    if (handlers != NULL) {
        code->handlers = handlers;
        handlers[code->handler_count - 1] =
            (struct sim_handler_target){.endings = endings, .target = target};
    }
}

static void make_block(struct maker *maker, const struct sim_block *block);

/* Sends every jump of a chain to the place reached. */
static void resolve_chain(struct maker *maker, uint32_t first) {
    while (first != SIM_NONE && !maker->arena->has_failed) {
        uint32_t next = maker->code->instructions[first].target;
        set_target(maker, first, maker->code->count);
        first = next;
    }
}

/* A jump that joins a chain. Returns the chain's new start. */
static uint32_t emit_chained(struct maker *maker, uint32_t chain) {
    uint32_t at = emit(maker, SIM_CODE_JUMP, NULL);
    set_target(maker, at, chain);
    return at;
}

/* The list of the handlers of the AWAIT at `at`, whose blocks do not stand yet. */
static uint32_t list_handlers(struct maker *maker, const struct sim_statement *statement,
                              uint32_t at) {
    uint32_t first_handler = maker->code->handler_count;
    for (uint32_t i = 0; i < statement->handler_count; i++) {
        add_handler(maker, statement->handlers[i].endings, SIM_NONE);
    }
    add_handler(maker, 0, SIM_NONE);
    set_target(maker, at, first_handler);
    return first_handler;
}

/* The blocks of the handlers; each then jumps to the end of the chain, which is returned. */
static uint32_t make_handlers(struct maker *maker, const struct sim_statement *statement,
                              uint32_t first_handler, uint32_t chain) {
    for (uint32_t i = 0; i < statement->handler_count && !maker->arena->has_failed; i++) {
        maker->code->handlers[first_handler + i].target = maker->code->count;
        make_block(maker, &statement->handlers[i].block);
        chain = emit_chained(maker, chain);
    }
    return chain;
}

static void make_await(struct maker *maker, const struct sim_statement *statement) {
    uint32_t at = emit(maker, SIM_CODE_AWAIT, statement);
    if (statement->handler_count > 0) {
        uint32_t first_handler = list_handlers(maker, statement, at);
        uint32_t chain = emit_chained(maker, SIM_NONE);
        resolve_chain(maker, make_handlers(maker, statement, first_handler, chain));
    }
}

static uint32_t emit_with_slot(struct maker *maker, enum sim_opcode opcode,
                               const struct sim_statement *statement, uint32_t slot) {
    uint32_t at = emit(maker, opcode, statement);
    if (!maker->arena->has_failed) {
        maker->code->instructions[at].slot = slot;
    }
    return at;
}

static void make_iterate(struct maker *maker, const struct sim_statement *statement) {
    uint32_t slot = maker->code->slot_count++;
    (void)emit_with_slot(maker, SIM_CODE_PIPE_OPEN, statement, slot);
    struct loop loop = {.outer = maker->loop, .start = maker->code->count, .first_exit = SIM_NONE};
    uint32_t at = emit_with_slot(maker, SIM_CODE_AWAIT, statement, slot);
    uint32_t first_handler = SIM_NONE;
    if (statement->handler_count > 0) {
        first_handler = list_handlers(maker, statement, at);
    }
    loop.first_exit = emit_chained(maker, loop.first_exit);
    maker->loop = &loop;
    make_block(maker, &statement->as.start.body);
    maker->loop = loop.outer;
    set_target(maker, emit(maker, SIM_CODE_JUMP, NULL), loop.start);
    resolve_chain(maker, make_handlers(maker, statement, first_handler, loop.first_exit));
    (void)emit_with_slot(maker, SIM_CODE_PIPE_CLOSE, statement, slot);
}

static void make_branch(struct maker *maker, const struct sim_statement *statement) {
    uint32_t at = emit(maker, SIM_CODE_JUMP_UNLESS, statement);
    make_block(maker, &statement->as.branch.then);
    if (statement->as.branch.otherwise.count == 0) {
        set_target(maker, at, maker->code->count);
        return;
    }
    uint32_t over = emit(maker, SIM_CODE_JUMP, NULL);
    set_target(maker, at, maker->code->count);
    make_block(maker, &statement->as.branch.otherwise);
    set_target(maker, over, maker->code->count);
}

static void make_loop(struct maker *maker, const struct sim_statement *statement) {
    uint32_t slot = SIM_NONE;
    bool is_counted = statement->kind == SIM_STATEMENT_REPEAT && statement->as.loop.value != NULL;
    if (is_counted) {
        slot = maker->code->slot_count++;
        (void)emit_with_slot(maker, SIM_CODE_COUNT_START, statement, slot);
    }
    struct loop loop = {.outer = maker->loop, .start = maker->code->count, .first_exit = SIM_NONE};
    maker->loop = &loop;
    uint32_t test = SIM_NONE;
    if (is_counted) {
        test = emit_with_slot(maker, SIM_CODE_COUNT_DOWN, statement, slot);
    } else if (statement->kind == SIM_STATEMENT_WHILE) {
        test = emit(maker, SIM_CODE_JUMP_UNLESS, statement);
    }
    make_block(maker, &statement->as.loop.body);
    set_target(maker, emit(maker, SIM_CODE_JUMP, NULL), loop.start);
    if (test != SIM_NONE) {
        set_target(maker, test, maker->code->count);
    }
    resolve_chain(maker, loop.first_exit);
    maker->loop = loop.outer;
}

static void make_statement(struct maker *maker, const struct sim_statement *statement) {
    switch ((int)statement->kind) {
    case SIM_STATEMENT_IF:
        make_branch(maker, statement);
        break;
    case SIM_STATEMENT_REPEAT:
    case SIM_STATEMENT_WHILE:
        make_loop(maker, statement);
        break;
    case SIM_STATEMENT_ITERATE:
        make_iterate(maker, statement);
        break;
    case SIM_STATEMENT_BREAK:
        maker->loop->first_exit = emit_chained(maker, maker->loop->first_exit);
        break;
    case SIM_STATEMENT_CONTINUE:
        set_target(maker, emit(maker, SIM_CODE_JUMP, NULL), maker->loop->start);
        break;
    default:
        if (sim_statement_waits(statement)) {
            make_await(maker, statement);
        } else {
            (void)emit(maker, SIM_CODE_DO, statement);
        }
        break;
    }
}

static void make_block(struct maker *maker, const struct sim_block *block) {
    for (uint32_t i = 0; i < block->count; i++) {
        make_statement(maker, &block->statements[i]);
    }
}

static void make_code(struct sim_arena *arena, const struct sim_coroutine *source,
                      struct sim_code *code) {
    struct maker maker = {.arena = arena, .code = code};
    code->source = source;
    code->slot_count = source->local_count;
    make_block(&maker, &source->body);
    (void)emit(&maker, SIM_CODE_END, NULL);
    code->type = sim_interpreter_coro_type(code->slot_count);
}

static struct sim_code *make_codes(struct sim_arena *arena, const struct sim_coroutine *sources,
                                   uint32_t count) {
    struct sim_code *codes = sim_arena_allocate(arena, (count > 0 ? count : 1) * sizeof codes[0]);
    for (uint32_t i = 0; codes != NULL && i < count; i++) {
        make_code(arena, &sources[i], &codes[i]);
    }
    return codes;
}

int sim_program_init(struct sim_program *program, const struct cog_allocator *allocator,
                     const struct sim_scenario *scenario, struct sim_diagnostics *diagnostics) {
    if (sim_scenario_refuse(scenario, diagnostics)) {
        return COG_EUNSUPPORTED;
    }
    *program = (struct sim_program){.scenario = scenario};
    sim_arena_init(&program->arena, allocator);
    program->coroutines =
        make_codes(&program->arena, scenario->coroutines, scenario->coroutine_count);
    program->routines = make_codes(&program->arena, scenario->routines, scenario->routine_count);
    if (program->arena.has_failed) {
        sim_arena_term(&program->arena);
        return COG_ENOMEM;
    }
    return COG_OK;
}

void sim_program_term(struct sim_program *program) {
    sim_arena_term(&program->arena);
}
