/* code.c - makes instructions of statements. */
#include "sim/code.h"

#include "sim/interpreter.h"
#include "sim/network.h"

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
    instructions[code->count - 1] = (struct sim_instruction){
        .opcode = opcode, .target = SIM_NONE, .statement = statement};
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

static void make_await(struct maker *maker, const struct sim_statement *statement) {
    uint32_t at = emit(maker, SIM_CODE_AWAIT, statement);
    if (statement->handler_count == 0) {
        return;
    }
    uint32_t first_handler = maker->code->handler_count;
    for (uint32_t i = 0; i < statement->handler_count; i++) {
        add_handler(maker, statement->handlers[i].endings, SIM_NONE);
    }
    add_handler(maker, 0, SIM_NONE);
    set_target(maker, at, first_handler);
    uint32_t chain = emit_chained(maker, SIM_NONE);
    for (uint32_t i = 0; i < statement->handler_count && !maker->arena->has_failed; i++) {
        maker->code->handlers[first_handler + i].target = maker->code->count;
        make_block(maker, &statement->handlers[i].block);
        chain = emit_chained(maker, chain);
    }
    resolve_chain(maker, chain);
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
        uint32_t start = emit(maker, SIM_CODE_COUNT_START, statement);
        if (!maker->arena->has_failed) {
            maker->code->instructions[start].slot = slot;
        }
    }
    struct loop loop = {
        .outer = maker->loop, .start = maker->code->count, .first_exit = SIM_NONE};
    maker->loop = &loop;
    uint32_t test = SIM_NONE;
    if (is_counted) {
        test = emit(maker, SIM_CODE_COUNT_DOWN, statement);
        if (!maker->arena->has_failed) {
            maker->code->instructions[test].slot = slot;
        }
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
                     const struct sim_scenario *scenario) {
    program->scenario = scenario;
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

/* ---- What cannot run ---- */

static bool find_unsupported(const struct sim_block *block, struct sim_place *place,
                             const char **what);

static bool statement_is_unsupported(const struct sim_statement *statement,
                                     struct sim_place *place, const char **what) {
    switch ((int)statement->kind) {
    case SIM_STATEMENT_EMIT:
    case SIM_STATEMENT_ITERATE:
        *what = statement->kind == SIM_STATEMENT_EMIT ? "emit" : "iterate";
        *place = statement->place;
        return true;
    case SIM_STATEMENT_IF:
        return find_unsupported(&statement->as.branch.then, place, what) ||
               find_unsupported(&statement->as.branch.otherwise, place, what);
    case SIM_STATEMENT_REPEAT:
    case SIM_STATEMENT_WHILE:
        return find_unsupported(&statement->as.loop.body, place, what);
    default:
        break;
    }
    for (uint32_t i = 0; i < statement->handler_count; i++) {
        if (find_unsupported(&statement->handlers[i].block, place, what)) {
            return true;
        }
    }
    return false;
}

static bool find_unsupported(const struct sim_block *block, struct sim_place *place,
                             const char **what) {
    for (uint32_t i = 0; i < block->count; i++) {
        if (statement_is_unsupported(&block->statements[i], place, what)) {
            return true;
        }
    }
    return false;
}

static const char *unsupported_link(const struct sim_link *link) {
    return link->has_loss ? "loss" : link->has_duplicate ? "duplicate" : NULL;
}

static const char *unsupported_world(const struct sim_world_statement *statement) {
    switch (statement->kind) {
    case SIM_WORLD_CLOG:
        return "clog";
    case SIM_WORLD_CRASH:
        return "crash";
    case SIM_WORLD_RESTART:
        return "restart";
    case SIM_WORLD_STEP:
        return "step";
    case SIM_WORLD_LINK:
        return unsupported_link(statement->link);
    case SIM_WORLD_PARTITION:
    case SIM_WORLD_HEAL:
    case SIM_WORLD_SIGNAL:
    case SIM_WORLD_SET:
        break;
    }
    return NULL;
}

struct sim_place sim_scenario_unsupported(const struct sim_scenario *scenario, const char **what) {
    struct sim_place place = {.line = 0};
    if (scenario->host_count > SIM_HOSTS_MAX) {
        *what = "more than 1024 hosts";
        return scenario->hosts[SIM_HOSTS_MAX].place;
    }
    for (uint32_t i = 0; i < scenario->host_count; i++) {
        if (scenario->hosts[i].has_program) {
            *what = "host ... program";
            return scenario->hosts[i].place;
        }
    }
    for (uint32_t i = 0; i < scenario->link_count; i++) {
        *what = unsupported_link(&scenario->links[i]);
        if (*what != NULL) {
            return scenario->links[i].place;
        }
    }
    for (uint32_t i = 0; i < scenario->world_block_count; i++) {
        const struct sim_world_block *block = &scenario->world_blocks[i];
        for (uint32_t j = 0; j < block->count; j++) {
            *what = unsupported_world(&block->statements[j]);
            if (*what != NULL) {
                return block->statements[j].place;
            }
        }
    }
    if (scenario->has_schedule) {
        *what = "schedule";
        return scenario->schedule_place;
    }
    for (uint32_t i = 0; i < scenario->coroutine_count; i++) {
        if (find_unsupported(&scenario->coroutines[i].body, &place, what)) {
            return place;
        }
    }
    for (uint32_t i = 0; i < scenario->routine_count; i++) {
        if (find_unsupported(&scenario->routines[i].body, &place, what)) {
            return place;
        }
    }
    *what = NULL;
    return place;
}
