/* parser_blocks.c - statements in their blocks: the first word of each, handlers, `else`, and what
 * to do with lines that are none. */
#include "sim/language/parser.h"

#include "sim/language/parser_hints.h"
#include "sim/language/statement_parts.h"

/* ---- The first word ---- */

/* A word that means something, elsewhere. */
static bool report_misplaced(struct sim_parser *parser) {
    uint32_t word = parser->token.name_number;
    bool is_world = word >= SIM_WORD_PARTITION && word <= SIM_WORD_STEP;
    bool is_declaration = word >= SIM_WORD_SCENARIO && word <= SIM_WORD_SCHEDULE;
    if (!is_world && !is_declaration) {
        return false;
    }
    const char *hint = sim_parser_statement_hint(parser);
    const char *place = is_world ? "it belongs in an 'at' block" : "it belongs at the margin";
    struct sim_finding *finding = sim_parser_error(
        parser, parser->token.place, "'%s' does not stand in a coroutine", parser->token.name);
    sim_diagnostics_label(parser->diagnostics, finding, "%s", hint != NULL ? hint : place);
    return true;
}

/* Reports a word that begins no statement. Returns whether to read the line as the statement
 * probably meant. */
static bool guess_statement(struct sim_parser *parser, enum sim_statement_kind *kind) {
    struct sim_nearest nearest;
    if (report_misplaced(parser)) {
        return false;
    }
    struct sim_finding *finding =
        sim_parser_error(parser, parser->token.place, "unknown statement '%s'", parser->token.name);
    const char *hint = sim_parser_statement_hint(parser);
    if (hint != NULL) {
        sim_diagnostics_label(parser->diagnostics, finding, "%s", hint);
        return false;
    }
    sim_nearest_init(&nearest, parser->token.name);
    for (uint32_t i = 0; i <= SIM_WORD_ON; i++) {
        const char *best = nearest.best;
        sim_nearest_offer(&nearest, sim_word_text(i));
        if (i < SIM_STATEMENT_KIND_COUNT && nearest.best != best) {
            *kind = (enum sim_statement_kind)i;
        }
    }
    sim_parser_suggest(parser, finding, nearest.best);
    return nearest.best != NULL && nearest.best != sim_word_text(SIM_WORD_ON) &&
           nearest.best != sim_word_text(SIM_WORD_ELSE);
}

static struct sim_statement *add_statement(struct sim_parser *parser, struct sim_block *block,
                                           const struct sim_statement *statement) {
    struct sim_statement *statements =
        sim_arena_push(parser->arena, block->statements, &block->count, sizeof(*statements));
    if (statements == NULL) {
        return NULL;
    }
    block->statements = statements;
    statements[block->count - 1] = *statement;
    return &statements[block->count - 1];
}

/* A line that could not be made out holds its place, so that a handler under it has something to
 * belong to. */
static void add_lost_line(struct sim_parser *parser, struct sim_block *block, uint32_t level) {
    struct sim_statement statement = {
        .kind = SIM_STATEMENT_YIELD, .place = parser->token.place, .is_broken = true};
    parser->coroutine_is_damaged = true;
    sim_parser_skip_line(parser);
    (void)add_statement(parser, block, &statement);
    if (parser->has_line && parser->level > level) {
        sim_parser_block(parser, level, statement.place, sim_parser_statement, block);
    }
}

/* ---- Blocks and handlers ---- */

/* `else if` and `elif`, which were told, are read as an `if` in the block of the `else`. Each
 * stands beside the one before it, not inside: a chain may be as long as the file. */
static void read_chained_if(struct sim_parser *parser, uint32_t level,
                            struct sim_statement *statement) {
    struct sim_statement chained = {
        .kind = SIM_STATEMENT_IF, .place = parser->token.place, .is_broken = true};
    sim_parser_advance(parser);
    (void)sim_parser_rest(parser, &chained);
    sim_parser_next_line(parser);
    sim_parser_block(parser, level, chained.place, sim_parser_statement, &chained.as.branch.then);
    (void)add_statement(parser, &statement->as.branch.otherwise, &chained);
}

static void report_chained_if(struct sim_parser *parser) {
    bool is_elif = sim_parser_is_elif(parser);
    struct sim_finding *finding =
        sim_parser_error(parser, parser->token.place,
                         is_elif ? "unknown statement '%s'" : "an '%s' stands on a line of its own",
                         parser->token.name);
    sim_diagnostics_label(parser->diagnostics, finding, "%s",
                          is_elif ? "write 'else', and an 'if' in its block"
                                  : "put it in the block of the 'else'");
}

static void read_else(struct sim_parser *parser, uint32_t level, struct sim_statement *statement) {
    while (parser->has_line && parser->level == level) {
        struct sim_place place = parser->token.place;
        bool is_else = sim_parser_accept_word(parser, SIM_WORD_ELSE);
        if (sim_parser_is_elif(parser) || (is_else && sim_parser_is_word(parser, SIM_WORD_IF))) {
            report_chained_if(parser);
            read_chained_if(parser, level, statement);
            continue;
        }
        if (is_else) {
            (void)sim_parser_report_colon(parser);
            sim_parser_end_line(parser);
            sim_parser_block(parser, level, place, sim_parser_statement,
                             &statement->as.branch.otherwise);
        }
        return;
    }
}

static void read_blocks(struct sim_parser *parser, uint32_t level,
                        struct sim_statement *statement) {
    struct sim_statement_parts parts = sim_statement_parts(statement);
    if (parts.blocks[0] != NULL) {
        sim_parser_block(parser, level, statement->place, sim_parser_statement, parts.blocks[0]);
    }
    if (statement->kind == SIM_STATEMENT_IF) {
        read_else(parser, level, statement);
    }
}

static bool read_endings(struct sim_parser *parser, unsigned *endings) {
    static const char *const words[] = {"timeout", "closed", "reset",  "refused",
                                        "full",    "empty",  "failed", NULL};
    do {
        struct sim_place place = parser->token.place;
        int found = sim_parser_one_of(parser, words, "ending");
        if (found < 0) {
            return false;
        }
        if (*endings & 1U << found) {
            (void)sim_parser_error(parser, place, "'%s' stands twice", words[found]);
        }
        *endings |= 1U << found;
    } while (sim_parser_accept(parser, SIM_TOKEN_COMMA));
    return true;
}

static void check_endings_differ(struct sim_parser *parser, const struct sim_statement *statement,
                                 const struct sim_handler *handler) {
    for (uint32_t i = 0; i < statement->handler_count; i++) {
        if (statement->handlers[i].endings & handler->endings) {
            struct sim_finding *finding = sim_diagnostics_error(parser->diagnostics, handler->place,
                                                                "an ending is handled twice");
            sim_diagnostics_note(parser->diagnostics, finding, statement->handlers[i].place,
                                 "the other handler is here");
            return;
        }
    }
}

static void add_handler(struct sim_parser *parser, struct sim_statement *statement,
                        const struct sim_handler *handler) {
    struct sim_handler *handlers = sim_arena_push(parser->arena, statement->handlers,
                                                  &statement->handler_count, sizeof(*handlers));
    if (handlers != NULL) {
        statement->handlers = handlers;
        handlers[statement->handler_count - 1] = *handler;
    }
}

static void read_handler(struct sim_parser *parser, struct sim_block *block) {
    uint32_t level = parser->level;
    struct sim_handler handler = {.place = parser->token.place};
    uint32_t owner = block->count;
    if (owner == 0) {
        struct sim_finding *finding =
            sim_parser_error(parser, handler.place, "a handler without a statement");
        sim_diagnostics_label(parser->diagnostics, finding,
                              "it stands right under the statement it belongs to");
    }
    sim_parser_advance(parser);
    bool is_read = read_endings(parser, &handler.endings);
    struct sim_place word = handler.place;
    handler.place = sim_parser_span(parser, word);
    if (is_read) {
        (void)sim_parser_report_colon(parser);
        sim_parser_end_line(parser);
    } else {
        sim_parser_skip_line(parser);
    }
    sim_parser_block(parser, level, word, sim_parser_statement, &handler.block);
    if (owner == 0) {
        struct sim_statement lost = {.place = word, .is_broken = true};
        (void)add_statement(parser, block, &lost);
        owner = block->count;
    }
    if (owner > 0) {
        struct sim_statement *statement = &block->statements[owner - 1];
        check_endings_differ(parser, statement, &handler);
        add_handler(parser, statement, &handler);
    }
}

static void read_stray_else(struct sim_parser *parser, struct sim_block *block) {
    uint32_t level = parser->level;
    struct sim_place place = parser->token.place;
    struct sim_finding *finding = sim_parser_error(parser, place, "an 'else' without its 'if'");
    sim_diagnostics_label(parser->diagnostics, finding,
                          "it stands right under the block of an 'if'");
    sim_parser_skip_line(parser);
    struct sim_statement lost = {.kind = SIM_STATEMENT_IF, .place = place, .is_broken = true};
    sim_parser_block(parser, level, place, sim_parser_statement, &lost.as.branch.otherwise);
    (void)add_statement(parser, block, &lost);
}

void sim_parser_statement(struct sim_parser *parser, void *context) {
    struct sim_block *block = context;
    uint32_t level = parser->level;
    if (sim_parser_is_word(parser, SIM_WORD_ON)) {
        read_handler(parser, block);
        return;
    }
    if (sim_parser_is_word(parser, SIM_WORD_ELSE)) {
        read_stray_else(parser, block);
        return;
    }
    struct sim_statement statement = {.place = parser->token.place};
    if (parser->token.kind != SIM_TOKEN_NAME) {
        (void)sim_parser_unexpected(parser, "a statement");
        add_lost_line(parser, block, level);
        return;
    }
    if (parser->token.name_number < SIM_STATEMENT_KIND_COUNT) {
        statement.kind = (enum sim_statement_kind)parser->token.name_number;
    } else if (!guess_statement(parser, &statement.kind)) {
        add_lost_line(parser, block, level);
        return;
    }
    sim_parser_advance(parser);
    bool is_read = sim_parser_rest(parser, &statement);
    if (is_read && parser->token.kind != SIM_TOKEN_END && !sim_parser_report_colon(parser)) {
        is_read = sim_parser_unexpected(parser, "the end of the line");
    }
    statement.is_broken = !is_read || parser->line_has_failed;
    struct sim_statement_parts parts = sim_statement_parts(&statement);
    if (statement.is_broken && parts.target != NULL && parts.target->kind == SIM_TARGET_NONE) {
        parser->coroutine_is_damaged = true;
    }
    sim_parser_next_line(parser);
    read_blocks(parser, level, &statement);
    (void)add_statement(parser, block, &statement);
}
