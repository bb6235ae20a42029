/* checker_handlers.c - a handler of an ending that its statement cannot have would never run. */
#include "sim/language/checker.h"

/* Endings of a statement of this kind, whatever its clauses. */
static unsigned endings_of_kind(enum sim_statement_kind kind) {
    const unsigned transfer = SIM_ENDING_TIMEOUT | SIM_ENDING_CLOSED | SIM_ENDING_RESET;
    switch (kind) {
    case SIM_STATEMENT_WAIT:
    case SIM_STATEMENT_SIGNAL:
    case SIM_STATEMENT_DRAIN:
    case SIM_STATEMENT_FETCH:
    case SIM_STATEMENT_ACCEPT:
    case SIM_STATEMENT_ACQUIRE:
        return SIM_ENDING_TIMEOUT;
    case SIM_STATEMENT_CALL:
    case SIM_STATEMENT_JOIN:
    case SIM_STATEMENT_ITERATE:
        return SIM_ENDING_TIMEOUT | SIM_ENDING_FAILED;
    case SIM_STATEMENT_PUT:
        return SIM_ENDING_TIMEOUT | SIM_ENDING_FULL;
    case SIM_STATEMENT_GET:
        return SIM_ENDING_TIMEOUT | SIM_ENDING_EMPTY;
    case SIM_STATEMENT_CONNECT:
        return SIM_ENDING_TIMEOUT | SIM_ENDING_REFUSED | SIM_ENDING_RESET;
    case SIM_STATEMENT_RECV:
    case SIM_STATEMENT_RECVALL:
    case SIM_STATEMENT_SEND:
    case SIM_STATEMENT_SENDALL:
        return transfer;
    case SIM_STATEMENT_RECVLINE:
        return transfer | SIM_ENDING_FULL;
    default:
        return 0;
    }
}

/* Endings of this very statement, timeouts apart. */
static unsigned endings_of(const struct sim_statement *statement) {
    unsigned endings = endings_of_kind(statement->kind);
    bool is_queue = statement->kind == SIM_STATEMENT_PUT || statement->kind == SIM_STATEMENT_GET;
    if (is_queue && statement->as.queue.nowait) {
        return endings & ~(unsigned)SIM_ENDING_TIMEOUT;
    }
    return is_queue ? endings & SIM_ENDING_TIMEOUT : endings;
}

/* ---- Timeouts of schedulers ---- */

/* The last line about this host decides, else the last one about all. */
static bool host_has_timeout(const struct sim_checker *checker, uint32_t host) {
    bool has_timeout = false;
    bool is_own = false;
    for (uint32_t i = 0; i < checker->scenario->settings_count; i++) {
        const struct sim_scheduler_settings *settings = &checker->scenario->settings[i];
        bool is_about_host = settings->host.name != NULL && settings->host.index == host;
        bool is_about_all = settings->host.name == NULL && !is_own;
        if (settings->has_timeout && (is_about_host || is_about_all)) {
            has_timeout = settings->timeout_ns > 0;
            is_own = is_about_host;
        }
    }
    return has_timeout;
}

/* These wait for others of the program, not for what comes from outside: only a timeout of their
 * own ends them. */
static bool takes_default_timeout(enum sim_statement_kind kind) {
    return kind != SIM_STATEMENT_CALL && kind != SIM_STATEMENT_SIGNAL &&
           kind != SIM_STATEMENT_DRAIN;
}

/* A routine on several hosts, or started by nobody, may run on any. */
static bool body_has_timeout(const struct sim_checker *checker, const struct sim_body *body) {
    if (body->host_count == 1) {
        return host_has_timeout(checker, body->hosts[0]);
    }
    for (uint32_t i = 0; i < checker->scenario->settings_count; i++) {
        const struct sim_scheduler_settings *settings = &checker->scenario->settings[i];
        if (settings->has_timeout && settings->timeout_ns > 0) {
            return true;
        }
    }
    return false;
}

/* ---- Reports ---- */

static const char *ending_word(unsigned ending) {
    static const char *const words[] = {"timeout", "closed", "reset", "refused",
                                        "full",    "empty",  "failed"};
    unsigned i = 0;
    while (ending > 1U << i) {
        i++;
    }
    return words[i];
}

static void report_unreachable(struct sim_checker *checker, const struct sim_statement *statement,
                               const struct sim_handler *handler, unsigned ending) {
    const char *word = sim_statement_word(statement->kind);
    bool may_time_out = endings_of_kind(statement->kind) & SIM_ENDING_TIMEOUT;
    struct sim_finding *finding = sim_diagnostics_error(
        checker->diagnostics, handler->place, "unreachable handler: this '%s' cannot end with '%s'",
        word, ending_word(ending));
    if (ending == SIM_ENDING_TIMEOUT && may_time_out &&
        statement->options.timeout_kind == SIM_TIMEOUT_NONE) {
        sim_diagnostics_label(checker->diagnostics, finding, "it has 'timeout none'");
    } else if (ending == SIM_ENDING_TIMEOUT && may_time_out &&
               !takes_default_timeout(statement->kind)) {
        sim_diagnostics_label(checker->diagnostics, finding,
                              "it has no 'timeout', and a scheduler's does not apply to it");
    } else if (ending == SIM_ENDING_TIMEOUT && may_time_out) {
        sim_diagnostics_label(checker->diagnostics, finding,
                              "it has no 'timeout', and neither has its scheduler");
    } else if (ending == SIM_ENDING_FULL || ending == SIM_ENDING_EMPTY) {
        sim_diagnostics_label(checker->diagnostics, finding, "it has no 'nowait'");
    }
    sim_diagnostics_note(checker->diagnostics, finding, statement->place,
                         "the statement it belongs to");
}

static void check_handler(struct sim_checker *checker, const struct sim_body *body,
                          const struct sim_statement *statement,
                          const struct sim_handler *handler) {
    unsigned possible = endings_of(statement);
    if ((handler->endings & SIM_ENDING_TIMEOUT) != 0) {
        enum sim_timeout_kind kind = statement->options.timeout_kind;
        bool has_timeout = kind == SIM_TIMEOUT_DEFAULT ? takes_default_timeout(statement->kind) &&
                                                             body_has_timeout(checker, body)
                                                       : kind != SIM_TIMEOUT_NONE;
        possible &= has_timeout ? ~0U : ~(unsigned)SIM_ENDING_TIMEOUT;
    }
    unsigned impossible = handler->endings & ~possible;
    if (impossible != 0) {
        report_unreachable(checker, statement, handler, impossible & (~impossible + 1));
    }
}

static void check_block(struct sim_checker *checker, const struct sim_body *body,
                        struct sim_block *block) {
    for (uint32_t i = 0; i < block->count; i++) {
        struct sim_statement *statement = &block->statements[i];
        struct sim_statement_parts parts = sim_statement_parts(statement);
        for (uint32_t j = 0; j < SIM_PART_BLOCKS_MAX; j++) {
            if (parts.blocks[j] != NULL) {
                check_block(checker, body, parts.blocks[j]);
            }
        }
        for (uint32_t j = 0; j < statement->handler_count; j++) {
            if (!statement->is_broken) {
                check_handler(checker, body, statement, &statement->handlers[j]);
            }
            check_block(checker, body, &statement->handlers[j].block);
        }
    }
}

void sim_checker_handlers(struct sim_checker *checker) {
    for (uint32_t i = 0; i < checker->body_count; i++) {
        check_block(checker, &checker->bodies[i], &checker->bodies[i].coroutine->body);
    }
}
