/* checker_unused.c - warnings: what is declared and never used, signals that nobody sends or waits
 * for, routines that emit but are not iterated. A name that begins with '_' is meant to be unused.
 * What an included file declares is there for others to use or not.
 * A file with errors gets no such warnings: what is unused may be so because of a mistake that is
 * told already. */
#include "sim/language/checker.h"

static void warn_unused(struct sim_checker *checker, const char *name, struct sim_place place,
                        const char *word) {
    bool is_included = sim_line_file(place.line) > 0;
    if (name != NULL && name[0] != '_' && !is_included) {
        (void)sim_diagnostics_warning(checker->diagnostics, place, "%s '%s' is never used", word,
                                      name);
    }
}

static void warn_symbols(struct sim_checker *checker) {
    for (uint32_t i = 0; i < checker->names->count; i++) {
        const struct sim_symbol *symbol = &checker->symbols[i];
        if (symbol->kind != SIM_SYMBOL_NONE && symbol->kind != SIM_SYMBOL_COROUTINE &&
            !symbol->is_used) {
            warn_unused(checker, checker->names->names[i], symbol->place,
                        sim_symbol_kind_word(symbol->kind));
        }
    }
}

static void warn_hosts(struct sim_checker *checker) {
    for (uint32_t i = 0; i < checker->scenario->host_count; i++) {
        const struct sim_host *host = &checker->scenario->hosts[i];
        if (!checker->host_is_used[i] && !host->has_program) {
            warn_unused(checker, host->name, host->place, "host");
        }
    }
}

static void warn_locals(struct sim_checker *checker) {
    for (uint32_t i = 0; i < checker->body_count; i++) {
        const struct sim_body *body = &checker->bodies[i];
        for (uint32_t j = 0; j < body->coroutine->local_count; j++) {
            if (body->locals[j].is_let && !body->locals[j].is_read) {
                warn_unused(checker, body->coroutine->locals[j].name,
                            body->coroutine->locals[j].place, "local");
            }
        }
    }
}

/* ---- Signals ---- */

static void note_signals(struct sim_checker *checker, struct sim_block *block) {
    for (uint32_t i = 0; i < block->count; i++) {
        struct sim_statement *statement = &block->statements[i];
        struct sim_statement_parts parts = sim_statement_parts(statement);
        bool is_signal =
            statement->kind == SIM_STATEMENT_WAIT || statement->kind == SIM_STATEMENT_SIGNAL;
        if (is_signal && statement->as.signal.signal.name != NULL) {
            bool *noted = statement->kind == SIM_STATEMENT_WAIT ? checker->signal_is_waited_for
                                                                : checker->signal_is_sent;
            noted[statement->as.signal.signal.index] = true;
        }
        for (uint32_t j = 0; j < SIM_PART_BLOCKS_MAX; j++) {
            if (parts.blocks[j] != NULL) {
                note_signals(checker, parts.blocks[j]);
            }
        }
        for (uint32_t j = 0; j < statement->handler_count; j++) {
            note_signals(checker, &statement->handlers[j].block);
        }
    }
}

static void note_world_signals(struct sim_checker *checker) {
    for (uint32_t i = 0; i < checker->scenario->world_block_count; i++) {
        const struct sim_world_block *block = &checker->scenario->world_blocks[i];
        for (uint32_t j = 0; j < block->count; j++) {
            const struct sim_world_statement *statement = &block->statements[j];
            if (statement->kind == SIM_WORLD_SIGNAL && statement->signal.name != NULL) {
                checker->signal_is_sent[statement->signal.index] = true;
            }
        }
    }
}

static void warn_signal(struct sim_checker *checker, uint32_t index) {
    const struct sim_scenario *scenario = checker->scenario;
    const struct sim_signal *signal = &scenario->signals[index];
    bool is_sent = checker->signal_is_sent[index];
    struct sim_finding *finding = sim_diagnostics_warning(
        checker->diagnostics, signal->place,
        is_sent ? "nothing waits for signal '%s'" : "nothing sends signal '%s'", signal->name);
    const bool *wanted = is_sent ? checker->signal_is_waited_for : checker->signal_is_sent;
    struct sim_nearest nearest;
    sim_nearest_init(&nearest, signal->name);
    for (uint32_t i = 0;
         finding != NULL && i < scenario->signal_count && !sim_nearest_is_done(&nearest); i++) {
        if (wanted[i]) {
            sim_nearest_offer(&nearest, scenario->signals[i].name);
        }
    }
    if (nearest.best != NULL) {
        sim_diagnostics_label(checker->diagnostics, finding, "did you mean '%s'?", nearest.best);
    }
}

static void warn_signals(struct sim_checker *checker) {
    uint32_t count = checker->scenario->signal_count;
    checker->signal_is_waited_for = sim_arena_allocate(checker->scratch, count + 1U);
    checker->signal_is_sent = sim_arena_allocate(checker->scratch, count + 1U);
    if (checker->signal_is_waited_for == NULL || checker->signal_is_sent == NULL) {
        return;
    }
    for (uint32_t i = 0; i < checker->body_count; i++) {
        note_signals(checker, &checker->bodies[i].coroutine->body);
    }
    note_world_signals(checker);
    for (uint32_t i = 0; i < count; i++) {
        if (checker->signal_is_sent[i] != checker->signal_is_waited_for[i]) {
            warn_signal(checker, i);
        }
    }
}

/* ---- Pipes ---- */

static void check_start(struct sim_checker *checker, const struct sim_start *start) {
    const struct sim_coroutine *routine = &checker->scenario->routines[start->routine];
    bool is_iterated = start->kind == SIM_STATEMENT_ITERATE;
    const char *name = routine->name == NULL ? "" : routine->name;
    if (routine->emits && !is_iterated) {
        struct sim_finding *finding = sim_diagnostics_error(
            checker->diagnostics, start->place, "'%s' emits values that nothing takes here", name);
        sim_diagnostics_label(checker->diagnostics, finding, "take them with 'iterate V from %s'",
                              name);
    } else if (is_iterated && !routine->emits && !routine->is_damaged) {
        (void)sim_diagnostics_warning(checker->diagnostics, start->place, "'%s' emits nothing",
                                      name);
    }
}

void sim_checker_unused(struct sim_checker *checker) {
    for (uint32_t i = 0; i < checker->body_count; i++) {
        for (uint32_t j = 0; j < checker->bodies[i].start_count; j++) {
            check_start(checker, &checker->bodies[i].starts[j]);
        }
    }
    if (checker->diagnostics->error_count > 0) {
        return;
    }
    warn_symbols(checker);
    warn_hosts(checker);
    warn_locals(checker);
    warn_signals(checker);
}
