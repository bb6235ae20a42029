/* checker_unused.c - warnings: what is declared and never used, signals that nobody sends or waits
 * for, locks that nobody releases, links that replace others, routines that emit but are not
 * iterated. A name that begins with '_' is meant to be unused. What an included file declares is
 * there for others to use or not. A file with errors gets no such warnings: what is unused may be
 * so because of a mistake that is told already. */
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
            bool is_argument = j < body->coroutine->parameter_count;
            if ((body->locals[j].is_let || is_argument) && !body->locals[j].is_read) {
                warn_unused(checker, body->coroutine->locals[j].name,
                            body->coroutine->locals[j].place, is_argument ? "argument" : "local");
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

/* For suggestions: as many signals as there may be would take as many rounds each. */
enum { SIGNALS_SEARCHED_MAX = 4096 };

/* The signal whose name is nearest among those that are sent, or waited for; SIM_NONE if none. */
static uint32_t nearest_signal(const struct sim_checker *checker, const char *name,
                               const bool *wanted) {
    const struct sim_scenario *scenario = checker->scenario;
    struct sim_nearest nearest;
    uint32_t found = SIM_NONE;
    uint32_t count = scenario->signal_count;
    count = count < SIGNALS_SEARCHED_MAX ? count : SIGNALS_SEARCHED_MAX;
    sim_nearest_init(&nearest, name);
    for (uint32_t i = 0; i < count; i++) {
        const char *best = nearest.best;
        if (wanted[i]) {
            sim_nearest_offer(&nearest, scenario->signals[i].name);
        }
        found = nearest.best != best ? i : found;
    }
    return found;
}

/* Of a signal that is misspelt in one of two places, only the waiting is told. */
static void warn_signal(struct sim_checker *checker, uint32_t index) {
    const struct sim_signal *signals = checker->scenario->signals;
    bool is_sent = checker->signal_is_sent[index];
    uint32_t nearest =
        nearest_signal(checker, signals[index].name,
                       is_sent ? checker->signal_is_waited_for : checker->signal_is_sent);
    if (is_sent && nearest != SIM_NONE && !checker->signal_is_sent[nearest]) {
        return;
    }
    struct sim_finding *finding = sim_diagnostics_warning(
        checker->diagnostics, signals[index].place,
        is_sent ? "nothing waits for signal '%s'" : "nothing sends signal '%s'",
        signals[index].name);
    if (nearest != SIM_NONE) {
        sim_diagnostics_label(checker->diagnostics, finding, "did you mean '%s'?",
                              signals[nearest].name);
        sim_diagnostics_note(checker->diagnostics, finding, signals[nearest].place,
                             is_sent ? "that is waited for here" : "that is sent here");
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

/* ---- Locks ---- */

static void note_releases(struct sim_block *block, bool *is_released) {
    for (uint32_t i = 0; i < block->count; i++) {
        struct sim_statement *statement = &block->statements[i];
        struct sim_statement_parts parts = sim_statement_parts(statement);
        if (statement->kind == SIM_STATEMENT_RELEASE && statement->as.lock.lock.name != NULL) {
            is_released[statement->as.lock.lock.index] = true;
        }
        for (uint32_t j = 0; j < SIM_PART_BLOCKS_MAX; j++) {
            if (parts.blocks[j] != NULL) {
                note_releases(parts.blocks[j], is_released);
            }
        }
        for (uint32_t j = 0; j < statement->handler_count; j++) {
            note_releases(&statement->handlers[j].block, is_released);
        }
    }
}

/* One that is used and not released was acquired. */
static void warn_locks(struct sim_checker *checker) {
    const struct sim_scenario *scenario = checker->scenario;
    bool *is_released = sim_arena_allocate(checker->scratch, scenario->lock_count + 1U);
    bool *is_used = sim_arena_allocate(checker->scratch, scenario->lock_count + 1U);
    if (is_released == NULL || is_used == NULL) {
        return;
    }
    for (uint32_t i = 0; i < checker->body_count; i++) {
        const struct sim_body *body = &checker->bodies[i];
        note_releases(&body->coroutine->body, is_released);
        for (uint32_t j = 0; j < body->use_count; j++) {
            is_used[body->uses[j].kind == SIM_USE_LOCK ? body->uses[j].index
                                                       : scenario->lock_count] = true;
        }
    }
    for (uint32_t i = 0; i < scenario->lock_count; i++) {
        if (is_used[i] && !is_released[i]) {
            (void)sim_diagnostics_warning(checker->diagnostics, scenario->locks[i].place,
                                          "lock '%s' is never released", scenario->locks[i].name);
        }
    }
}

/* ---- Links ---- */

enum { LINKS_COMPARED_MAX = 256 };

/* Does `later` go every way that `first` goes? One way of a link for both may well be changed. */
static bool replaces(const struct sim_link *later, const struct sim_link *first) {
    bool is_along = later->from.index == first->from.index && later->to.index == first->to.index;
    bool is_against = later->from.index == first->to.index && later->to.index == first->from.index;
    return later->both_ways ? is_along || is_against : is_along && !first->both_ways;
}

static bool sets_the_same(const struct sim_link *a, const struct sim_link *b) {
    return (a->has_latency && b->has_latency) || (a->has_loss && b->has_loss) ||
           (a->has_duplicate && b->has_duplicate) || (a->has_bandwidth && b->has_bandwidth) ||
           (a->has_buffer && b->has_buffer);
}

/* A scenario may know better than the file that it includes. */
static void warn_links(struct sim_checker *checker) {
    const struct sim_link *links = checker->scenario->links;
    uint32_t count = checker->scenario->link_count;
    count = count < LINKS_COMPARED_MAX ? count : LINKS_COMPARED_MAX;
    for (uint32_t i = 1; i < count; i++) {
        for (uint32_t j = 0; j < i; j++) {
            if (replaces(&links[i], &links[j]) && sets_the_same(&links[i], &links[j]) &&
                sim_line_file(links[i].place.line) == sim_line_file(links[j].place.line)) {
                struct sim_finding *finding = sim_diagnostics_warning(
                    checker->diagnostics, links[i].place, "a second link from '%s' to '%s'",
                    links[i].from.name, links[i].to.name);
                sim_diagnostics_label(checker->diagnostics, finding,
                                      "its values replace those of the first");
                sim_diagnostics_note(checker->diagnostics, finding, links[j].place,
                                     "the first is here");
                break;
            }
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
    warn_locks(checker);
    warn_links(checker);
}
