/* checker_handlers.c - a handler of an ending that its statement cannot have would never run. */
#include "sim/language/checker.h"

#include <stdio.h>

/* Endings of a statement of this kind, whatever its clauses. */
static unsigned endings_of_kind(enum sim_statement_kind kind) {
    const unsigned transfer = SIM_ENDING_TIMEOUT | SIM_ENDING_CLOSED | SIM_ENDING_RESET;
    switch (kind) {
    case SIM_STATEMENT_WAIT:
    case SIM_STATEMENT_SIGNAL:
    case SIM_STATEMENT_DRAIN:
    case SIM_STATEMENT_FETCH:
    case SIM_STATEMENT_ACQUIRE:
        return SIM_ENDING_TIMEOUT;
    case SIM_STATEMENT_ACCEPT: /* closed: another coroutine has closed the listener */
        return SIM_ENDING_TIMEOUT | SIM_ENDING_CLOSED;
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

/* Why it does not have an ending that others of its kind have; null if none has it. */
static const char *reason(const struct sim_statement *statement, unsigned ending) {
    bool is_nowait =
        (statement->kind == SIM_STATEMENT_PUT || statement->kind == SIM_STATEMENT_GET) &&
        statement->as.queue.nowait;
    if ((endings_of_kind(statement->kind) & ending) == 0) {
        return NULL;
    }
    if (ending != SIM_ENDING_TIMEOUT) {
        return "it has no 'nowait'";
    }
    if (is_nowait) {
        return "it has 'nowait'";
    }
    if (statement->options.timeout_kind == SIM_TIMEOUT_NONE) {
        return "it has 'timeout none'";
    }
    return takes_default_timeout(statement->kind)
               ? "it has no 'timeout', and neither has its scheduler"
               : "it has no 'timeout', and a scheduler's does not apply to it";
}

/* Says which endings there are. */
static void list_endings(struct sim_checker *checker, struct sim_finding *finding,
                         enum sim_statement_kind kind) {
    char list[128] = "";
    size_t used = 0;
    unsigned endings = endings_of_kind(kind);
    for (unsigned ending = 1; ending <= endings && used < sizeof(list); ending <<= 1) {
        if ((endings & ending) != 0) {
            int added = snprintf(list + used, sizeof(list) - used, "%s'%s'", used > 0 ? ", " : "",
                                 ending_word(ending));
            used += added < 0 ? 0 : (size_t)added;
        }
    }
    sim_diagnostics_help(checker->diagnostics, finding, "a '%s' %s%s", sim_statement_word(kind),
                         used > 0 ? "can end with " : "has no other ending than success", list);
}

static bool is_handled(const struct sim_statement *statement, unsigned ending) {
    for (uint32_t i = 0; i < statement->handler_count; i++) {
        if ((statement->handlers[i].endings & ending) != 0) {
            return true;
        }
    }
    return false;
}

enum { LINES_ABOVE_MAX = 16 };

/* The statement above in the block that was probably meant, or null. */
static const struct sim_statement *owner_above(const struct sim_block *block, uint32_t index,
                                               unsigned ending) {
    uint32_t first = index < LINES_ABOVE_MAX ? 0 : index - LINES_ABOVE_MAX;
    while (index-- > first) {
        const struct sim_statement *statement = &block->statements[index];
        if ((endings_of_kind(statement->kind) & ending) != 0) {
            return is_handled(statement, ending) ? NULL : statement;
        }
    }
    return NULL;
}

static void report_unreachable(struct sim_checker *checker, const struct sim_block *block,
                               uint32_t index, const struct sim_handler *handler, unsigned ending) {
    const struct sim_statement *statement = &block->statements[index];
    const char *why = reason(statement, ending);
    struct sim_finding *finding = sim_diagnostics_error(
        checker->diagnostics, handler->place, "unreachable handler: this '%s' cannot end with '%s'",
        sim_statement_word(statement->kind), ending_word(ending));
    if (why != NULL) {
        sim_diagnostics_label(checker->diagnostics, finding, "%s", why);
    }
    sim_diagnostics_note(checker->diagnostics, finding, statement->place,
                         "the statement it belongs to");
    const struct sim_statement *above =
        endings_of_kind(statement->kind) == 0 ? owner_above(block, index, ending) : NULL;
    if (above != NULL) {
        sim_diagnostics_note(checker->diagnostics, finding, above->place,
                             "a handler of this one stands right under it");
    } else if (why == NULL) {
        list_endings(checker, finding, statement->kind);
    }
}

/* Endings that this very statement can have, here. */
static unsigned possible_endings(const struct sim_checker *checker, const struct sim_body *body,
                                 const struct sim_statement *statement) {
    unsigned possible = endings_of(statement);
    enum sim_timeout_kind kind = statement->options.timeout_kind;
    bool has_timeout = kind == SIM_TIMEOUT_DEFAULT ? takes_default_timeout(statement->kind) &&
                                                         body_has_timeout(checker, body)
                                                   : kind != SIM_TIMEOUT_NONE;
    return has_timeout ? possible : possible & ~(unsigned)SIM_ENDING_TIMEOUT;
}

static void check_handlers(struct sim_checker *checker, const struct sim_block *block,
                           uint32_t index, unsigned possible) {
    const struct sim_statement *statement = &block->statements[index];
    for (uint32_t i = 0; i < statement->handler_count && !statement->is_broken; i++) {
        unsigned impossible = statement->handlers[i].endings & ~possible;
        if (impossible != 0) {
            report_unreachable(checker, block, index, &statement->handlers[i],
                               impossible & (~impossible + 1));
        }
    }
}

static void check_block(struct sim_checker *checker, struct sim_body *body,
                        struct sim_block *block) {
    for (uint32_t i = 0; i < block->count; i++) {
        struct sim_statement *statement = &block->statements[i];
        struct sim_statement_parts parts = sim_statement_parts(statement);
        for (uint32_t j = 0; j < SIM_PART_BLOCKS_MAX; j++) {
            if (parts.blocks[j] != NULL) {
                check_block(checker, body, parts.blocks[j]);
            }
        }
        unsigned possible = possible_endings(checker, body, statement);
        body->may_time_out |= statement->is_broken || (possible & SIM_ENDING_TIMEOUT) != 0;
        check_handlers(checker, block, i, possible);
        for (uint32_t j = 0; j < statement->handler_count; j++) {
            check_block(checker, body, &statement->handlers[j].block);
        }
    }
}

void sim_checker_handlers(struct sim_checker *checker) {
    for (uint32_t i = 0; i < checker->body_count; i++) {
        check_block(checker, &checker->bodies[i], &checker->bodies[i].coroutine->body);
    }
}
