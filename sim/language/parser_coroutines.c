/* parser_coroutines.c - `coro`, `routine` and `at` with what stands under them. */
#include "sim/language/parser.h"

#include "sim/language/parser_hints.h"

enum { INSTANCES_MAX = 1 << 24 };

/* ---- Coroutines ---- */

static bool read_coroutine_clause(struct sim_parser *parser, struct sim_coroutine *coroutine,
                                  int clause) {
    int64_t times = 1;
    switch (clause) {
    case 0:
        return sim_parser_name(parser, "a host", &coroutine->host);
    case 1:
        return sim_parser_duration(parser, false, &coroutine->after_ns);
    case 2:
        coroutine->has_times = true;
        if (!sim_parser_number(parser, "the number of coroutines", 1, INSTANCES_MAX, &times)) {
            return false;
        }
        coroutine->times = (uint32_t)times;
        return true;
    default:
        coroutine->background = true;
        return true;
    }
}

/* What is often written here and means something elsewhere. */
static bool report_foreign_clause(struct sim_parser *parser) {
    struct sim_finding *finding = NULL;
    struct sim_place place = parser->token.place;
    if (sim_parser_report_colon(parser)) {
        return true;
    }
    if (parser->token.kind == SIM_TOKEN_LEFT_PARENTHESIS) {
        finding = sim_parser_error(parser, place, "a coroutine takes no parameters");
        sim_diagnostics_label(parser->diagnostics, finding,
                              "a 'routine' does: it is started by 'spawn' or 'call'");
        return true;
    }
    if (sim_parser_is_word(parser, SIM_WORD_AT)) {
        finding = sim_parser_error(parser, place, "unknown clause 'at'");
        sim_parser_suggest(parser, finding, "after");
        return true;
    }
    return false;
}

static bool read_coroutine_clauses(struct sim_parser *parser, struct sim_coroutine *coroutine) {
    static const char *const words[] = {"on", "after", "times", "background", NULL};
    struct sim_place seen[4] = {0};
    while (parser->token.kind != SIM_TOKEN_END) {
        struct sim_place place = parser->token.place;
        int found = report_foreign_clause(parser) ? -1 : sim_parser_one_of(parser, words, "clause");
        if (found < 0) {
            return false;
        }
        if (seen[found].line != 0) {
            struct sim_finding *finding = sim_parser_error(
                parser, place, "a clause stands once: '%s' is too many", words[found]);
            sim_diagnostics_note(parser->diagnostics, finding, seen[found], "the other is here");
            return false;
        }
        seen[found] = place;
        if (!read_coroutine_clause(parser, coroutine, found)) {
            return false;
        }
    }
    return true;
}

/* Reads the block, and adds the coroutine to its list even if it has no name: its body is checked
 * all the same. */
static void read_body(struct sim_parser *parser, struct sim_coroutine *coroutine, uint32_t level,
                      struct sim_place head) {
    struct sim_scenario *scenario = parser->scenario;
    parser->coroutine_is_damaged = false;
    sim_parser_block(parser, level, head, sim_parser_statement, &coroutine->body);
    coroutine->is_damaged = parser->coroutine_is_damaged;
    struct sim_coroutine **list =
        coroutine->is_routine ? &scenario->routines : &scenario->coroutines;
    uint32_t *count = coroutine->is_routine ? &scenario->routine_count : &scenario->coroutine_count;
    struct sim_coroutine *grown =
        sim_arena_push(parser->arena, *list, count, sizeof(struct sim_coroutine));
    if (grown != NULL) {
        *list = grown;
        grown[*count - 1] = *coroutine;
    }
}

static void read_head_line(struct sim_parser *parser, bool is_read) {
    if (is_read) {
        (void)sim_parser_report_colon(parser);
        sim_parser_end_line(parser);
    } else {
        sim_parser_skip_line(parser);
    }
}

static bool read_name(struct sim_parser *parser, struct sim_coroutine *coroutine,
                      const char *what) {
    struct sim_reference name = {0};
    if (!sim_parser_name(parser, what, &name)) {
        coroutine->place = parser->token.place;
        return false;
    }
    coroutine->name = name.name;
    coroutine->place = name.place;
    return true;
}

void sim_parser_coroutine(struct sim_parser *parser) {
    struct sim_coroutine coroutine = {.times = 1};
    struct sim_place head = parser->token.place;
    uint32_t level = parser->level;
    coroutine.host.index = SIM_NONE;
    sim_parser_advance(parser);
    read_head_line(parser, read_name(parser, &coroutine, "a name for the coroutine") &&
                               read_coroutine_clauses(parser, &coroutine));
    read_body(parser, &coroutine, level, head);
}

/* ---- Routines ---- */

static bool add_parameter(struct sim_parser *parser, struct sim_coroutine *routine) {
    struct sim_reference name;
    if (!sim_parser_name(parser, "a parameter", &name)) {
        return false;
    }
    for (uint32_t i = 0; i < routine->local_count; i++) {
        if (routine->locals[i].name == name.name) {
            struct sim_finding *finding =
                sim_parser_error(parser, name.place, "two parameters are named '%s'", name.name);
            sim_diagnostics_note(parser->diagnostics, finding, routine->locals[i].place,
                                 "the other is here");
            return false;
        }
    }
    if (routine->local_count == SIM_NESTING_MAX) {
        (void)sim_parser_error(parser, name.place, "a routine takes at most %d parameters",
                               SIM_NESTING_MAX);
        return false;
    }
    struct sim_local *locals = sim_arena_push(parser->arena, routine->locals, &routine->local_count,
                                              sizeof(struct sim_local));
    if (locals == NULL) {
        return false;
    }
    routine->locals = locals;
    routine->parameter_count = routine->local_count;
    locals[routine->local_count - 1] = (struct sim_local){.name = name.name, .place = name.place};
    return true;
}

static bool read_parameters(struct sim_parser *parser, struct sim_coroutine *routine) {
    if (!sim_parser_accept(parser, SIM_TOKEN_LEFT_PARENTHESIS) ||
        sim_parser_accept(parser, SIM_TOKEN_RIGHT_PARENTHESIS)) {
        return true;
    }
    do {
        if (!add_parameter(parser, routine)) {
            return false;
        }
    } while (sim_parser_accept(parser, SIM_TOKEN_COMMA));
    return sim_parser_expect(parser, SIM_TOKEN_RIGHT_PARENTHESIS, "',' or ')'");
}

void sim_parser_routine(struct sim_parser *parser) {
    struct sim_coroutine routine = {.is_routine = true, .times = 1};
    struct sim_place head = parser->token.place;
    uint32_t level = parser->level;
    routine.host.index = SIM_NONE;
    sim_parser_advance(parser);
    bool is_read =
        read_name(parser, &routine, "a name for the routine") && read_parameters(parser, &routine);
    bool is_damaged = parser->line_has_failed;
    read_head_line(parser, is_read);
    read_body(parser, &routine, level, head);
    if (is_damaged || !is_read) {
        struct sim_scenario *scenario = parser->scenario;
        if (scenario->routine_count > 0) {
            scenario->routines[scenario->routine_count - 1].is_damaged = true;
        }
    }
}

/* ---- What the world does ---- */

static bool read_world_hosts(struct sim_parser *parser, struct sim_world_statement *statement) {
    if (!sim_parser_name(parser, "a host", &statement->a)) {
        return false;
    }
    bool is_pair = statement->kind == SIM_WORLD_PARTITION || statement->kind == SIM_WORLD_HEAL ||
                   statement->kind == SIM_WORLD_CLOG;
    return !is_pair || sim_parser_name(parser, "a second host", &statement->b);
}

static bool read_world_link(struct sim_parser *parser, struct sim_world_statement *statement) {
    statement->link = sim_arena_allocate(parser->arena, sizeof(*statement->link));
    if (statement->link == NULL || !sim_parser_link_values(parser, statement->link)) {
        return false;
    }
    const struct sim_link *link = statement->link;
    if (!link->has_latency && !link->has_loss && !link->has_duplicate && !link->has_bandwidth &&
        !link->has_buffer) {
        return sim_parser_unexpected(parser, "a new value such as 'latency'");
    }
    return true;
}

static bool read_world_signal(struct sim_parser *parser, struct sim_world_statement *statement) {
    if (!sim_parser_name(parser, "a signal", &statement->signal)) {
        return false;
    }
    return !sim_parser_accept_word(parser, SIM_WORD_ON) ||
           sim_parser_name(parser, "a host", &statement->a);
}

static bool read_world_set(struct sim_parser *parser, struct sim_world_statement *statement) {
    if (!sim_parser_target(parser, "a variable", &statement->target) ||
        !sim_parser_expect(parser, SIM_TOKEN_ASSIGN, "'='")) {
        return false;
    }
    statement->value = sim_parser_expression(parser);
    return statement->value != NULL;
}

static bool read_world_step(struct sim_parser *parser, struct sim_world_statement *statement) {
    return sim_parser_name(parser, "a host", &statement->a) &&
           sim_parser_expect_word(parser, SIM_WORD_CLOCK) &&
           sim_parser_duration(parser, true, &statement->step_ns);
}

static bool read_world_rest(struct sim_parser *parser, struct sim_world_statement *statement) {
    switch (statement->kind) {
    case SIM_WORLD_PARTITION:
    case SIM_WORLD_HEAL:
    case SIM_WORLD_CLOG:
    case SIM_WORLD_CRASH:
    case SIM_WORLD_RESTART:
        return read_world_hosts(parser, statement);
    case SIM_WORLD_LINK:
        return read_world_link(parser, statement);
    case SIM_WORLD_SIGNAL:
        return read_world_signal(parser, statement);
    case SIM_WORLD_SET:
        return read_world_set(parser, statement);
    case SIM_WORLD_STEP:
        return read_world_step(parser, statement);
    }
    return false;
}

static bool read_world_word(struct sim_parser *parser, struct sim_world_statement *statement) {
    static const char *const words[] = {"partition", "heal",   "clog", "crash", "restart",
                                        "link",      "signal", "set",  "step",  NULL};
    uint32_t word = parser->token.kind == SIM_TOKEN_NAME ? parser->token.name_number : SIM_NONE;
    bool is_step_of_coroutine =
        word < SIM_STATEMENT_KIND_COUNT && word != SIM_WORD_SIGNAL && word != SIM_WORD_SET;
    if (is_step_of_coroutine) {
        struct sim_finding *finding = sim_parser_error(
            parser, parser->token.place, "'%s' is nothing that the world does", parser->token.name);
        sim_diagnostics_label(parser->diagnostics, finding, "it belongs in a 'coro'");
        return false;
    }
    int found = sim_parser_one_of(parser, words, "statement");
    statement->kind = (enum sim_world_kind)(found < 0 ? 0 : found);
    return found >= 0;
}

static void read_world_statement(struct sim_parser *parser, void *context) {
    struct sim_world_block *block = context;
    struct sim_world_statement statement = {.place = parser->token.place};
    statement.a.index = SIM_NONE;
    statement.b.index = SIM_NONE;
    bool is_known = read_world_word(parser, &statement);
    read_head_line(parser, is_known && read_world_rest(parser, &statement));
    if (!is_known) {
        return;
    }
    struct sim_world_statement *statements =
        sim_arena_push(parser->arena, block->statements, &block->count, sizeof(statement));
    if (statements != NULL) {
        block->statements = statements;
        statements[block->count - 1] = statement;
    }
}

void sim_parser_at(struct sim_parser *parser) {
    struct sim_scenario *scenario = parser->scenario;
    struct sim_place head = parser->token.place;
    struct sim_world_block block = {.place = head};
    uint32_t level = parser->level;
    sim_parser_advance(parser);
    read_head_line(parser, sim_parser_range(parser, &block.at_ns));
    sim_parser_block(parser, level, head, read_world_statement, &block);
    struct sim_world_block *blocks = sim_arena_push(parser->arena, scenario->world_blocks,
                                                    &scenario->world_block_count, sizeof(block));
    if (blocks != NULL) {
        scenario->world_blocks = blocks;
        blocks[scenario->world_block_count - 1] = block;
    }
}
