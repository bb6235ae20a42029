/* parser_statements.c - the statements of coroutines and routines, with their blocks and handlers.
 */
#include "sim/language/parser.h"

#include "sim/language/parser_hints.h"
#include "sim/language/statement_parts.h"

/* ---- Pieces ---- */

/* What stands behind a '['. */
static bool read_index(struct sim_parser *parser, struct sim_expression **slot) {
    /* A comparison would take the '=' behind a missing ']' for its own. */
    *slot = sim_parser_sum(parser);
    return *slot != NULL && sim_parser_expect(parser, SIM_TOKEN_RIGHT_BRACKET, "']'");
}

bool sim_parser_target(struct sim_parser *parser, const char *what, struct sim_target *target) {
    struct sim_reference reference;
    if (!sim_parser_name(parser, what, &reference)) {
        return false;
    }
    target->kind = SIM_TARGET_LOCAL;
    target->reference = reference;
    if (!sim_parser_accept(parser, SIM_TOKEN_LEFT_BRACKET)) {
        return true;
    }
    target->kind = SIM_TARGET_ELEMENT;
    return read_index(parser, &target->element);
}

static bool read_expression(struct sim_parser *parser, struct sim_expression **slot) {
    *slot = sim_parser_expression(parser);
    return *slot != NULL;
}

static bool read_socket(struct sim_parser *parser, struct sim_statement *statement) {
    statement->as.socket.socket = sim_parser_named_value(parser, "a socket");
    return statement->as.socket.socket != NULL;
}

/* The clauses of a waiting operation. */
static struct sim_clause_slots waiting(struct sim_statement *statement) {
    return (struct sim_clause_slots){.timeout = &statement->options,
                                     .priority = &statement->options.priority};
}

static struct sim_clause_slots priority_only(struct sim_statement *statement) {
    return (struct sim_clause_slots){.priority = &statement->options.priority};
}

static bool read_clauses(struct sim_parser *parser, const struct sim_statement *statement,
                         struct sim_clause_slots slots) {
    return sim_parser_clauses(parser, statement->place, &slots);
}

/* ---- Scheduling ---- */

static bool read_simple(struct sim_parser *parser, struct sim_statement *statement) {
    if (statement->kind == SIM_STATEMENT_SLEEP && sim_parser_report_unit_first(parser)) {
        return false;
    }
    bool is_bare_return =
        statement->kind == SIM_STATEMENT_RETURN && parser->token.kind == SIM_TOKEN_END;
    if (!is_bare_return && !read_expression(parser, &statement->as.simple.value)) {
        return false;
    }
    struct sim_clause_slots none = {0};
    return read_clauses(parser, statement,
                        statement->kind == SIM_STATEMENT_SLEEP ? priority_only(statement) : none);
}

static bool read_signal(struct sim_parser *parser, struct sim_statement *statement) {
    if (!sim_parser_name(parser, "a signal", &statement->as.signal.signal)) {
        return false;
    }
    struct sim_clause_slots slots = waiting(statement);
    slots.as = &statement->as.signal.target;
    if (statement->kind == SIM_STATEMENT_SIGNAL) {
        slots.value = &statement->as.signal.value;
        slots.recipients = &statement->as.signal.recipients;
    }
    return read_clauses(parser, statement, slots);
}

static bool read_start(struct sim_parser *parser, struct sim_statement *statement) {
    if (statement->kind == SIM_STATEMENT_ITERATE &&
        (!sim_parser_target(parser, "a name for the value", &statement->as.start.target) ||
         !sim_parser_expect_word(parser, SIM_WORD_FROM))) {
        return false;
    }
    if (!sim_parser_name(parser, "a routine", &statement->as.start.routine)) {
        return false;
    }
    if (sim_parser_accept(parser, SIM_TOKEN_LEFT_PARENTHESIS) &&
        !sim_parser_accept(parser, SIM_TOKEN_RIGHT_PARENTHESIS)) {
        if (!sim_parser_expression_list(parser, &statement->as.start.arguments) ||
            !sim_parser_expect(parser, SIM_TOKEN_RIGHT_PARENTHESIS, "',' or ')'")) {
            return false;
        }
    }
    struct sim_clause_slots slots = priority_only(statement);
    if (statement->kind == SIM_STATEMENT_CALL || statement->kind == SIM_STATEMENT_ITERATE) {
        slots = waiting(statement);
    }
    if (statement->kind != SIM_STATEMENT_ITERATE) {
        slots.as = &statement->as.start.target;
    }
    return read_clauses(parser, statement, slots);
}

static bool read_join(struct sim_parser *parser, struct sim_statement *statement) {
    statement->as.join.handle = sim_parser_named_value(parser, "the handle of a coroutine");
    struct sim_clause_slots slots = waiting(statement);
    slots.as = &statement->as.join.target;
    return statement->as.join.handle != NULL && read_clauses(parser, statement, slots);
}

/* ---- Queues and channels ---- */

static bool read_queue(struct sim_parser *parser, struct sim_statement *statement) {
    enum sim_statement_kind kind = statement->kind;
    if (kind == SIM_STATEMENT_GET &&
        (!sim_parser_target(parser, "a name for the value", &statement->as.queue.target) ||
         !sim_parser_expect_word(parser, SIM_WORD_FROM))) {
        return false;
    }
    if (!sim_parser_name(parser, "a queue", &statement->as.queue.queue)) {
        return false;
    }
    if (kind == SIM_STATEMENT_PUT && !read_expression(parser, &statement->as.queue.value)) {
        return false;
    }
    struct sim_clause_slots slots =
        kind == SIM_STATEMENT_DONE ? priority_only(statement) : waiting(statement);
    if (kind == SIM_STATEMENT_PUT || kind == SIM_STATEMENT_GET) {
        slots.nowait = &statement->as.queue.nowait;
    }
    return read_clauses(parser, statement, slots);
}

static bool read_channel(struct sim_parser *parser, struct sim_statement *statement) {
    enum sim_statement_kind kind = statement->kind;
    if (kind == SIM_STATEMENT_FETCH &&
        (!sim_parser_target(parser, "a name for the values", &statement->as.channel.target) ||
         !sim_parser_expect_word(parser, SIM_WORD_FROM))) {
        return false;
    }
    if (!sim_parser_name(parser, "a channel", &statement->as.channel.channel)) {
        return false;
    }
    if (kind == SIM_STATEMENT_PUBLISH && !read_expression(parser, &statement->as.channel.value)) {
        return false;
    }
    return read_clauses(parser, statement,
                        kind == SIM_STATEMENT_FETCH ? waiting(statement)
                                                    : priority_only(statement));
}

/* ---- Sockets ---- */

static bool read_listen(struct sim_parser *parser, struct sim_statement *statement) {
    if (!sim_parser_target(parser, "a name for the socket", &statement->as.socket.target)) {
        return false;
    }
    struct sim_clause_slots slots = {.port = &statement->as.socket.port,
                                     .backlog = &statement->as.socket.backlog};
    return read_clauses(parser, statement, slots);
}

static bool read_accept(struct sim_parser *parser, struct sim_statement *statement) {
    return sim_parser_target(parser, "a name for the connection", &statement->as.socket.target) &&
           sim_parser_expect_word(parser, SIM_WORD_FROM) && read_socket(parser, statement) &&
           read_clauses(parser, statement, waiting(statement));
}

static bool read_connect(struct sim_parser *parser, struct sim_statement *statement) {
    if (!sim_parser_target(parser, "a name for the connection", &statement->as.socket.target) ||
        !sim_parser_expect_word(parser, SIM_WORD_TO)) {
        return false;
    }
    if (!sim_parser_is_word(parser, SIM_WORD_PORT) &&
        !sim_parser_name(parser, "a host or 'port'", &statement->as.socket.host)) {
        return false;
    }
    struct sim_clause_slots slots = waiting(statement);
    slots.port = &statement->as.socket.port;
    return read_clauses(parser, statement, slots);
}

static bool read_receive(struct sim_parser *parser, struct sim_statement *statement) {
    if (!sim_parser_target(parser, "a name for the text", &statement->as.socket.target) ||
        !sim_parser_expect_word(parser, SIM_WORD_FROM) || !read_socket(parser, statement)) {
        return false;
    }
    struct sim_clause_slots slots = waiting(statement);
    if (statement->kind == SIM_STATEMENT_RECVALL) {
        slots.size = &statement->as.socket.bytes;
    } else {
        slots.max = &statement->as.socket.bytes;
    }
    return read_clauses(parser, statement, slots);
}

static bool read_send(struct sim_parser *parser, struct sim_statement *statement) {
    return read_socket(parser, statement) && read_expression(parser, &statement->as.socket.text) &&
           read_clauses(parser, statement, waiting(statement));
}

static bool read_close(struct sim_parser *parser, struct sim_statement *statement) {
    return read_socket(parser, statement) &&
           read_clauses(parser, statement, (struct sim_clause_slots){0});
}

/* ---- Values ---- */

/* At what should have been '='. */
static bool report_assignment_sign(struct sim_parser *parser, const struct sim_target *target) {
    static const struct {
        enum sim_token_kind kind;
        char sign;
    } signs[] = {{SIM_TOKEN_PLUS, '+'},
                 {SIM_TOKEN_MINUS, '-'},
                 {SIM_TOKEN_STAR, '*'},
                 {SIM_TOKEN_SLASH, '/'}};
    struct sim_place place = parser->token.place;
    if (parser->token.kind == SIM_TOKEN_EQUAL) {
        struct sim_finding *finding = sim_parser_error(parser, place, "'==' compares");
        sim_parser_suggest(parser, finding, "=");
        return false;
    }
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        if (parser->token.kind == signs[i].kind && target->kind == SIM_TARGET_LOCAL) {
            struct sim_finding *finding =
                sim_parser_error(parser, place, "expected '=', found '%c'", signs[i].sign);
            sim_diagnostics_label(parser->diagnostics, finding, "write '%s = %s %c ...'",
                                  target->reference.name, target->reference.name, signs[i].sign);
            return false;
        }
    }
    return sim_parser_unexpected(parser, "'=' and a value");
}

static bool read_assignment(struct sim_parser *parser, struct sim_statement *statement) {
    struct sim_target *target = &statement->as.assign.target;
    if (!sim_parser_target(parser, "a name", target)) {
        return false;
    }
    if (statement->kind == SIM_STATEMENT_LET && target->kind == SIM_TARGET_ELEMENT) {
        struct sim_finding *finding =
            sim_parser_error(parser, target->reference.place, "'let' makes a name, not an element");
        sim_parser_suggest(parser, finding, "set");
        statement->kind = SIM_STATEMENT_SET;
    }
    if (!sim_parser_accept(parser, SIM_TOKEN_ASSIGN)) {
        return report_assignment_sign(parser, target);
    }
    return read_expression(parser, &statement->as.assign.value);
}

static bool read_pick(struct sim_parser *parser, struct sim_statement *statement) {
    return sim_parser_target(parser, "a name for the choice", &statement->as.pick.target) &&
           sim_parser_expect_word(parser, SIM_WORD_FROM) &&
           sim_parser_expression_list(parser, &statement->as.pick.choices);
}

static bool read_atomic(struct sim_parser *parser, struct sim_statement *statement) {
    struct sim_target *object = &statement->as.atomic.object;
    struct sim_expression **value = &statement->as.atomic.value;
    bool is_read = false;
    if (statement->kind == SIM_STATEMENT_ADD) {
        is_read = read_expression(parser, value) && sim_parser_expect_word(parser, SIM_WORD_TO) &&
                  sim_parser_target(parser, "a variable", object);
    } else if (statement->kind == SIM_STATEMENT_SWAP) {
        is_read = sim_parser_target(parser, "a variable", object) &&
                  sim_parser_expect_word(parser, SIM_WORD_WITH) && read_expression(parser, value);
    } else {
        is_read = sim_parser_target(parser, "a variable", object) &&
                  sim_parser_expect_word(parser, SIM_WORD_FROM) &&
                  read_expression(parser, &statement->as.atomic.expected) &&
                  sim_parser_expect_word(parser, SIM_WORD_TO) && read_expression(parser, value);
    }
    struct sim_clause_slots slots = {.as = &statement->as.atomic.target};
    return is_read && read_clauses(parser, statement, slots);
}

static bool read_lock(struct sim_parser *parser, struct sim_statement *statement) {
    struct sim_clause_slots none = {0};
    if (!sim_parser_name(parser, "a lock", &statement->as.lock.lock) ||
        (sim_parser_accept(parser, SIM_TOKEN_LEFT_BRACKET) &&
         !read_index(parser, &statement->as.lock.element))) {
        return false;
    }
    return read_clauses(parser, statement,
                        statement->kind == SIM_STATEMENT_ACQUIRE ? waiting(statement) : none);
}

/* A literal alone, where something that may change is of use. */
static void warn_constant(struct sim_parser *parser, const struct sim_statement *statement,
                          const struct sim_expression *value) {
    const struct sim_token *literal = &parser->last;
    bool is_alone = parser->token.kind == SIM_TOKEN_END && !parser->line_has_failed &&
                    value->place.offset == literal->place.offset;
    bool is_number = literal->kind == SIM_TOKEN_NUMBER && literal->integer == 0;
    bool is_word = literal->kind == SIM_TOKEN_NAME;
    bool is_false = is_word && literal->name_number == SIM_WORD_FALSE;
    bool is_true = is_word && literal->name_number == SIM_WORD_TRUE;
    if (is_alone && (is_false || (is_number && statement->kind == SIM_STATEMENT_REPEAT))) {
        (void)sim_diagnostics_warning(parser->diagnostics, value->place,
                                      "the block under this never runs");
    } else if (is_alone && is_true && statement->kind == SIM_STATEMENT_IF) {
        (void)sim_diagnostics_warning(parser->diagnostics, value->place,
                                      "this condition always holds");
    }
}

static bool read_condition(struct sim_parser *parser, const struct sim_statement *statement,
                           struct sim_expression **slot) {
    if (!read_expression(parser, slot)) {
        return false;
    }
    warn_constant(parser, statement, *slot);
    return true;
}

static bool read_loop(struct sim_parser *parser, struct sim_statement *statement) {
    bool is_repeat = statement->kind == SIM_STATEMENT_REPEAT;
    if (is_repeat && (parser->token.kind == SIM_TOKEN_END || sim_parser_report_colon(parser))) {
        return true;
    }
    return read_condition(parser, statement, &statement->as.loop.value);
}

/* What stands on the line behind the first word. */
bool sim_parser_rest(struct sim_parser *parser, struct sim_statement *statement) {
    switch (statement->kind) {
    case SIM_STATEMENT_YIELD:
        return read_clauses(parser, statement, priority_only(statement));
    case SIM_STATEMENT_STOP:
    case SIM_STATEMENT_BREAK:
    case SIM_STATEMENT_CONTINUE:
        return true;
    case SIM_STATEMENT_SLEEP:
    case SIM_STATEMENT_RETURN:
    case SIM_STATEMENT_FAIL:
    case SIM_STATEMENT_EMIT:
    case SIM_STATEMENT_CHECK:
    case SIM_STATEMENT_LOG:
        return read_simple(parser, statement);
    case SIM_STATEMENT_WAIT:
    case SIM_STATEMENT_SIGNAL:
        return read_signal(parser, statement);
    case SIM_STATEMENT_SPAWN:
    case SIM_STATEMENT_CALL:
    case SIM_STATEMENT_ITERATE:
        return read_start(parser, statement);
    case SIM_STATEMENT_JOIN:
        return read_join(parser, statement);
    case SIM_STATEMENT_PUT:
    case SIM_STATEMENT_GET:
    case SIM_STATEMENT_DONE:
    case SIM_STATEMENT_DRAIN:
        return read_queue(parser, statement);
    case SIM_STATEMENT_SUBSCRIBE:
    case SIM_STATEMENT_UNSUBSCRIBE:
    case SIM_STATEMENT_PUBLISH:
    case SIM_STATEMENT_FETCH:
    case SIM_STATEMENT_COMPACT:
        return read_channel(parser, statement);
    case SIM_STATEMENT_LISTEN:
        return read_listen(parser, statement);
    case SIM_STATEMENT_ACCEPT:
        return read_accept(parser, statement);
    case SIM_STATEMENT_CONNECT:
        return read_connect(parser, statement);
    case SIM_STATEMENT_RECV:
    case SIM_STATEMENT_RECVALL:
    case SIM_STATEMENT_RECVLINE:
        return read_receive(parser, statement);
    case SIM_STATEMENT_SEND:
    case SIM_STATEMENT_SENDALL:
        return read_send(parser, statement);
    case SIM_STATEMENT_SHUTDOWN:
    case SIM_STATEMENT_CLOSE:
        return read_close(parser, statement);
    case SIM_STATEMENT_LET:
    case SIM_STATEMENT_SET:
        return read_assignment(parser, statement);
    case SIM_STATEMENT_IF:
        return read_condition(parser, statement, &statement->as.branch.condition);
    case SIM_STATEMENT_REPEAT:
    case SIM_STATEMENT_WHILE:
        return read_loop(parser, statement);
    case SIM_STATEMENT_PICK:
        return read_pick(parser, statement);
    case SIM_STATEMENT_ADD:
    case SIM_STATEMENT_SWAP:
    case SIM_STATEMENT_CAS:
        return read_atomic(parser, statement);
    case SIM_STATEMENT_ACQUIRE:
    case SIM_STATEMENT_RELEASE:
        return read_lock(parser, statement);
    }
    return false;
}
