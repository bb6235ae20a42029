/* statement_parts.c - one switch over all kinds, so that walks need none. */
#include "sim/language/statement_parts.h"

#include "sim/language/words.h"

const char *sim_statement_word(enum sim_statement_kind kind) {
    return sim_word_text((uint32_t)kind);
}

/* The timeout comes last: it is evaluated after what the operation is made from. */
enum { TIMEOUT = SIM_PART_EXPRESSIONS_MAX - 1 };

static void add_socket_parts(struct sim_statement *statement, struct sim_statement_parts *parts) {
    parts->expressions[0] = statement->as.socket.socket;
    parts->expressions[1] = statement->as.socket.port;
    parts->expressions[2] = statement->as.socket.backlog != NULL ? statement->as.socket.backlog
                                                                 : statement->as.socket.bytes;
    parts->expressions[3] = statement->as.socket.text;
    parts->target = &statement->as.socket.target;
}

struct sim_statement_parts sim_statement_parts(struct sim_statement *statement) {
    struct sim_statement_parts parts = {0};
    parts.expressions[TIMEOUT] = statement->options.timeout;
    switch (statement->kind) {
    case SIM_STATEMENT_YIELD:
    case SIM_STATEMENT_STOP:
    case SIM_STATEMENT_BREAK:
    case SIM_STATEMENT_CONTINUE:
        break;
    case SIM_STATEMENT_ACQUIRE:
    case SIM_STATEMENT_RELEASE:
        parts.expressions[0] = statement->as.lock.element;
        break;
    case SIM_STATEMENT_SLEEP:
    case SIM_STATEMENT_RETURN:
    case SIM_STATEMENT_FAIL:
    case SIM_STATEMENT_EMIT:
    case SIM_STATEMENT_CHECK:
    case SIM_STATEMENT_LOG:
        parts.expressions[0] = statement->as.simple.value;
        break;
    case SIM_STATEMENT_WAIT:
    case SIM_STATEMENT_SIGNAL:
        parts.expressions[0] = statement->as.signal.value;
        parts.expressions[1] = statement->as.signal.recipients;
        parts.target = &statement->as.signal.target;
        break;
    case SIM_STATEMENT_ITERATE:
        parts.blocks[0] = &statement->as.start.body;
        parts.list = &statement->as.start.arguments;
        parts.target = &statement->as.start.target;
        break;
    case SIM_STATEMENT_SPAWN:
    case SIM_STATEMENT_CALL:
        parts.list = &statement->as.start.arguments;
        parts.target = &statement->as.start.target;
        break;
    case SIM_STATEMENT_JOIN:
        parts.expressions[0] = statement->as.join.handle;
        parts.target = &statement->as.join.target;
        break;
    case SIM_STATEMENT_PUT:
    case SIM_STATEMENT_DONE:
    case SIM_STATEMENT_DRAIN:
        parts.expressions[0] = statement->as.queue.value;
        break;
    case SIM_STATEMENT_GET:
        parts.target = &statement->as.queue.target;
        break;
    case SIM_STATEMENT_SUBSCRIBE:
    case SIM_STATEMENT_UNSUBSCRIBE:
    case SIM_STATEMENT_PUBLISH:
    case SIM_STATEMENT_COMPACT:
        parts.expressions[0] = statement->as.channel.value;
        break;
    case SIM_STATEMENT_FETCH:
        parts.target = &statement->as.channel.target;
        break;
    case SIM_STATEMENT_LISTEN:
    case SIM_STATEMENT_ACCEPT:
    case SIM_STATEMENT_CONNECT:
    case SIM_STATEMENT_RECV:
    case SIM_STATEMENT_RECVALL:
    case SIM_STATEMENT_RECVLINE:
    case SIM_STATEMENT_SEND:
    case SIM_STATEMENT_SENDALL:
    case SIM_STATEMENT_SHUTDOWN:
    case SIM_STATEMENT_CLOSE:
        add_socket_parts(statement, &parts);
        break;
    case SIM_STATEMENT_LET:
    case SIM_STATEMENT_SET:
        parts.expressions[0] = statement->as.assign.value;
        parts.target = &statement->as.assign.target;
        break;
    case SIM_STATEMENT_IF:
        parts.expressions[0] = statement->as.branch.condition;
        parts.blocks[0] = &statement->as.branch.then;
        parts.blocks[1] = &statement->as.branch.otherwise;
        break;
    case SIM_STATEMENT_REPEAT:
    case SIM_STATEMENT_WHILE:
        parts.expressions[0] = statement->as.loop.value;
        parts.blocks[0] = &statement->as.loop.body;
        break;
    case SIM_STATEMENT_PICK:
        parts.list = &statement->as.pick.choices;
        parts.target = &statement->as.pick.target;
        break;
    case SIM_STATEMENT_ADD:
    case SIM_STATEMENT_SWAP:
    case SIM_STATEMENT_CAS:
        parts.expressions[0] = statement->as.atomic.expected;
        parts.expressions[1] = statement->as.atomic.value;
        parts.object = &statement->as.atomic.object;
        parts.target = &statement->as.atomic.target;
        break;
    }
    return parts;
}
