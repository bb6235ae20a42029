/* checker_sockets.c - warnings of sockets that are used after they were closed, or sent on after
 * they were shut down.
 *
 * Only the next lines of the same block are looked at, up to whatever may give the name another
 * socket. A use with a handler of `closed` is meant.
 */
#include "sim/language/checker.h"

enum { LINES_AHEAD_MAX = 64 };

/* The slot of the local that a statement works on; SIM_NONE if it works on none. */
static uint32_t slot_of(const struct sim_statement *statement) {
    if (statement->kind < SIM_STATEMENT_ACCEPT || statement->kind > SIM_STATEMENT_CLOSE ||
        statement->is_broken) {
        return SIM_NONE;
    }
    const struct sim_expression *socket = statement->as.socket.socket;
    bool is_local = socket != NULL && socket->kind == SIM_EXPRESSION_LOCAL;
    return is_local ? socket->as.name.reference.index : SIM_NONE;
}

static bool is_use(const struct sim_statement *end, const struct sim_statement *statement) {
    bool is_send =
        statement->kind == SIM_STATEMENT_SEND || statement->kind == SIM_STATEMENT_SENDALL;
    return end->kind == SIM_STATEMENT_CLOSE || is_send;
}

static bool is_handled(const struct sim_statement *statement) {
    for (uint32_t i = 0; i < statement->handler_count; i++) {
        if ((statement->handlers[i].endings & SIM_ENDING_CLOSED) != 0) {
            return true;
        }
    }
    return false;
}

/* May the name stand for something else behind it? What is inside its blocks is not looked at. */
static bool may_change(struct sim_statement *statement, uint32_t slot) {
    struct sim_statement_parts parts = sim_statement_parts(statement);
    bool is_target = parts.target != NULL && parts.target->kind == SIM_TARGET_LOCAL &&
                     parts.target->reference.index == slot;
    return is_target || parts.blocks[0] != NULL || statement->handler_count > 0;
}

static void report(struct sim_checker *checker, const struct sim_statement *end,
                   const struct sim_statement *use) {
    const struct sim_reference *reference = &use->as.socket.socket->as.name.reference;
    bool is_close = end->kind == SIM_STATEMENT_CLOSE;
    struct sim_finding *finding = sim_diagnostics_warning(
        checker->diagnostics, use->as.socket.socket->place,
        is_close ? "'%s' is used after it was closed" : "'%s' is sent on after it was shut down",
        reference->name);
    sim_diagnostics_note(checker->diagnostics, finding, end->place,
                         is_close ? "it is closed here" : "it is shut down here");
}

static void follow(struct sim_checker *checker, struct sim_block *block, uint32_t index) {
    const struct sim_statement *end = &block->statements[index];
    uint32_t slot = slot_of(end);
    uint32_t left = block->count - index - 1;
    uint32_t stop = index + 1 + (left < LINES_AHEAD_MAX ? left : LINES_AHEAD_MAX);
    for (uint32_t i = index + 1; slot != SIM_NONE && i < stop; i++) {
        struct sim_statement *statement = &block->statements[i];
        if (slot_of(statement) == slot && is_use(end, statement)) {
            bool is_closed_again = statement->kind == SIM_STATEMENT_CLOSE;
            if (!is_closed_again && !is_handled(statement)) {
                report(checker, end, statement);
            }
            return;
        }
        if (may_change(statement, slot)) {
            return;
        }
    }
}

static void check_block(struct sim_checker *checker, struct sim_block *block) {
    for (uint32_t i = 0; i < block->count; i++) {
        struct sim_statement *statement = &block->statements[i];
        struct sim_statement_parts parts = sim_statement_parts(statement);
        if (statement->kind == SIM_STATEMENT_CLOSE || statement->kind == SIM_STATEMENT_SHUTDOWN) {
            follow(checker, block, i);
        }
        for (uint32_t j = 0; j < SIM_PART_BLOCKS_MAX; j++) {
            if (parts.blocks[j] != NULL) {
                check_block(checker, parts.blocks[j]);
            }
        }
        for (uint32_t j = 0; j < statement->handler_count; j++) {
            check_block(checker, &statement->handlers[j].block);
        }
    }
}

void sim_checker_sockets(struct sim_checker *checker) {
    for (uint32_t i = 0; i < checker->body_count; i++) {
        check_block(checker, &checker->bodies[i].coroutine->body);
    }
}
