/* checker_expectations.c - warnings of expectations that can never hold: of lines that no `log` can
 * write, by those who do not write them, more often than they are written; of timeouts of what
 * cannot time out.
 *
 * A log text is known but for the values in it, which may be anything; so is a pattern but for its
 * stars. The two are compared symbol by symbol: is there a line that both describe? All of this is
 * done within a bounded number of steps; beyond it nothing is said.
 */
#include "sim/language/checker.h"

#include <stdio.h>
#include <string.h>

enum { SYMBOLS_MAX = 512, STEPS_MAX = 1 << 24, SHOWN_BYTES = 64 };

/* Any run of characters. */
#define ANYTHING 256U

/* A log text or a pattern. */
struct symbols {
    uint16_t items[SYMBOLS_MAX];
    uint32_t count;
    bool is_too_long; /* may be anything */
};

/* A `log`. */
struct writer {
    const struct sim_expression *text;
    uint32_t body;
    bool is_often; /* runs any number of times */
    uint32_t times;
};

struct search {
    struct sim_checker *checker;
    struct writer *writers;
    uint32_t writer_count;
    bool *is_reached; /* bodies that count as those of a `by` */
    uint32_t *stack;
    uint64_t steps;
};

/* ---- Lines that can be written ---- */

static void add_writer(struct search *search, const struct sim_statement *statement,
                       struct writer writer) {
    struct writer *writers = sim_arena_push(search->checker->scratch, search->writers,
                                            &search->writer_count, sizeof(*writers));
    if (writers != NULL) {
        search->writers = writers;
        writer.text = statement->as.simple.value;
        writers[search->writer_count - 1] = writer;
    }
}

static void find_writers(struct search *search, struct sim_block *block, struct writer writer) {
    for (uint32_t i = 0; i < block->count; i++) {
        struct sim_statement *statement = &block->statements[i];
        struct sim_statement_parts parts = sim_statement_parts(statement);
        struct writer inner = writer;
        inner.is_often |= statement->kind != SIM_STATEMENT_IF;
        if (statement->kind == SIM_STATEMENT_LOG) {
            add_writer(search, statement, writer);
        }
        for (uint32_t j = 0; j < SIM_PART_BLOCKS_MAX; j++) {
            if (parts.blocks[j] != NULL) {
                find_writers(search, parts.blocks[j], inner);
            }
        }
        for (uint32_t j = 0; j < statement->handler_count; j++) {
            find_writers(search, &statement->handlers[j].block, writer);
        }
    }
}

static void add_symbol(struct symbols *symbols, unsigned symbol) {
    if (symbols->count == SYMBOLS_MAX) {
        symbols->is_too_long = true;
        return;
    }
    symbols->items[symbols->count++] = (uint16_t)symbol;
}

static void add_bytes(struct symbols *symbols, struct sim_text text, bool has_stars) {
    for (size_t i = 0; i < text.length && !symbols->is_too_long; i++) {
        bool is_star = has_stars && text.bytes[i] == '*';
        add_symbol(symbols, is_star ? ANYTHING : (unsigned char)text.bytes[i]);
    }
}

static void symbols_of_log(const struct sim_expression *text, struct symbols *symbols) {
    *symbols = (struct symbols){.count = 0};
    if (text == NULL || text->kind != SIM_EXPRESSION_TEXT) {
        add_symbol(symbols, ANYTHING);
        return;
    }
    for (uint32_t i = 0; i < text->as.text.piece_count && !symbols->is_too_long; i++) {
        const struct sim_text_piece *piece = &text->as.text.pieces[i];
        if (piece->expression != NULL) {
            add_symbol(symbols, ANYTHING);
        } else {
            add_bytes(symbols, piece->bytes, false);
        }
    }
}

/* Is there a text that both describe? From the ends: row[j] tells whether what follows i in a and j
 * in b go together. */
static bool go_together(struct search *search, const struct symbols *a, const struct symbols *b) {
    search->steps += (uint64_t)(a->count + 1) * (b->count + 1);
    if (a->is_too_long || b->is_too_long || search->steps > STEPS_MAX) {
        return true;
    }
    bool below[SYMBOLS_MAX + 1] = {false};
    bool row[SYMBOLS_MAX + 1];
    for (uint32_t i = a->count + 1; i-- > 0;) {
        bool is_a_end = i == a->count;
        for (uint32_t j = b->count + 1; j-- > 0;) {
            bool is_b_end = j == b->count;
            bool a_is_any = !is_a_end && a->items[i] == ANYTHING;
            bool b_is_any = !is_b_end && b->items[j] == ANYTHING;
            if (is_a_end && is_b_end) {
                row[j] = true;
            } else if (a_is_any || b_is_any) {
                row[j] = (!is_a_end && (a_is_any || !is_b_end) && below[j]) ||
                         (!is_b_end && (b_is_any || !is_a_end) && row[j + 1]);
            } else {
                row[j] = !is_a_end && !is_b_end && a->items[i] == b->items[j] && below[j + 1];
            }
        }
        memcpy(below, row, (b->count + 1) * sizeof(row[0]));
    }
    return below[0];
}

/* ---- Whose lines ---- */

/* The bodies whose lines count as a coroutine's: its own, and those it calls or spawns. */
static void reach(struct search *search, uint32_t root) {
    struct sim_checker *checker = search->checker;
    uint32_t count = 1;
    memset(search->is_reached, 0, checker->body_count * sizeof(bool));
    search->is_reached[root] = true;
    search->stack[0] = root;
    search->steps += checker->body_count;
    while (count > 0) {
        const struct sim_body *body = &checker->bodies[search->stack[--count]];
        search->steps += body->start_count;
        for (uint32_t i = 0; i < body->start_count; i++) {
            uint32_t next = sim_checker_routine_body(checker, body->starts[i].routine);
            if (!search->is_reached[next]) {
                search->is_reached[next] = true;
                search->stack[count++] = next;
            }
        }
    }
}

/* False: the clause is about everybody. */
static bool reach_named(struct search *search, const struct sim_clause *clause) {
    uint32_t index = clause->coroutine.index;
    if (clause->coroutine.name == NULL || index == SIM_NONE) {
        return false;
    }
    reach(search, clause->is_routine ? sim_checker_routine_body(search->checker, index) : index);
    return true;
}

/* ---- What to say ---- */

/* A log text as a pattern; false if it does not fit. */
static bool show(const struct sim_expression *text, char *shown) {
    struct symbols symbols;
    symbols_of_log(text, &symbols);
    if (symbols.is_too_long || symbols.count >= SHOWN_BYTES) {
        return false;
    }
    for (uint32_t i = 0; i < symbols.count; i++) {
        unsigned symbol = symbols.items[i];
        shown[i] = symbol == ANYTHING ? '*' : (char)symbol;
        if (symbol < 0x20 || symbol == '"' || symbol == '\\') {
            return false;
        }
    }
    shown[symbols.count] = '\0';
    return true;
}

/* The log whose text is nearest to the one expected, which goes into *best; null if none is near.
 */
static const struct writer *nearest_writer(struct search *search, struct sim_text wanted,
                                           char *best, size_t *distance) {
    struct sim_nearest nearest;
    const struct writer *found = NULL;
    char shown[SHOWN_BYTES];
    sim_nearest_init(&nearest, wanted.bytes);
    search->steps += (uint64_t)search->writer_count * SHOWN_BYTES;
    for (uint32_t i = 0; i < search->writer_count && !sim_nearest_is_done(&nearest); i++) {
        size_t before = nearest.distance;
        bool had_one = nearest.best != NULL;
        if (!show(search->writers[i].text, shown)) {
            continue;
        }
        sim_nearest_offer(&nearest, shown);
        if (nearest.best != NULL && (!had_one || nearest.distance < before)) {
            found = &search->writers[i];
            memcpy(best, shown, sizeof(shown));
        }
    }
    *distance = nearest.distance;
    return found;
}

/* A line that must not be is most often of a kind that nothing writes: then it is told only if it
 * is almost one that is written. */
static void report_unwritten(struct search *search, struct sim_place place, struct sim_text text,
                             bool is_wanted) {
    struct sim_diagnostics *diagnostics = search->checker->diagnostics;
    char best[SHOWN_BYTES];
    size_t distance = 0;
    const struct writer *nearest = nearest_writer(search, text, best, &distance);
    if (!is_wanted && (nearest == NULL || distance > 1 || text.length < 4)) {
        return;
    }
    struct sim_finding *finding =
        sim_diagnostics_warning(diagnostics, place, "nothing logs this text");
    if (nearest != NULL) {
        sim_diagnostics_label(diagnostics, finding, "did you mean \"%s\"?", best);
        sim_diagnostics_note(diagnostics, finding, nearest->text->place, "that is logged here");
    }
}

/* ---- Clauses ---- */

/* Looks for logs that may write what a clause says. Of those whose lines count: how often, in
 * *times. */
struct found {
    const struct writer *any; /* that does, whoever it is */
    const struct writer *own; /* that does, and counts */
    uint64_t times;
    bool is_often;
};

static struct found find_written(struct search *search, struct sim_text text, bool is_by) {
    struct found found = {.any = NULL};
    struct symbols pattern = {.count = 0};
    struct symbols line;
    add_bytes(&pattern, text, true);
    for (uint32_t i = 0; i < search->writer_count; i++) {
        const struct writer *writer = &search->writers[i];
        symbols_of_log(writer->text, &line);
        if (!go_together(search, &pattern, &line)) {
            continue;
        }
        found.any = found.any == NULL ? writer : found.any;
        if (!is_by || search->is_reached[writer->body]) {
            found.own = writer;
            found.times += writer->times;
            found.is_often |= writer->is_often;
        }
    }
    return found;
}

static void check_text(struct search *search, struct sim_place place, struct sim_text text,
                       bool is_wanted) {
    struct found found = find_written(search, text, false);
    if (found.any == NULL && search->steps <= STEPS_MAX) {
        report_unwritten(search, place, text, is_wanted);
    }
}

static void check_times(struct search *search, const struct sim_clause *clause,
                        const struct found *found) {
    struct sim_diagnostics *diagnostics = search->checker->diagnostics;
    if (!clause->has_times || found->is_often || found->times >= (uint64_t)clause->times) {
        return;
    }
    struct sim_finding *finding = sim_diagnostics_warning(
        diagnostics, clause->times_place, "this line is logged at most %llu time%s, not %lld",
        (unsigned long long)found->times, found->times == 1 ? "" : "s", (long long)clause->times);
    sim_diagnostics_note(diagnostics, finding, found->own->text->place, "it is logged here");
}

static void check_log(struct search *search, const struct sim_clause *clause, bool is_wanted) {
    struct sim_diagnostics *diagnostics = search->checker->diagnostics;
    bool is_by = reach_named(search, clause);
    struct found found = find_written(search, clause->text, is_by);
    is_wanted = is_wanted && (!clause->has_times || clause->times > 0);
    if (search->steps > STEPS_MAX) {
        return;
    }
    if (found.any == NULL) {
        report_unwritten(search, clause->text_place, clause->text, is_wanted);
    } else if (found.own == NULL && is_wanted) {
        struct sim_finding *finding =
            sim_diagnostics_warning(diagnostics, clause->coroutine.place,
                                    "'%s' does not log this text", clause->coroutine.name);
        sim_diagnostics_note(diagnostics, finding, found.any->text->place, "it is logged here");
    } else if (is_wanted) {
        check_times(search, clause, &found);
    }
}

static void check_timeout(struct search *search, const struct sim_clause *clause) {
    struct sim_checker *checker = search->checker;
    bool may_time_out = !reach_named(search, clause);
    for (uint32_t i = 0; i < checker->body_count; i++) {
        may_time_out |= search->is_reached[i] && checker->bodies[i].may_time_out;
    }
    search->steps += checker->body_count;
    if (!may_time_out) {
        struct sim_finding *finding =
            sim_diagnostics_warning(checker->diagnostics, clause->coroutine.place,
                                    "'%s' cannot time out", clause->coroutine.name);
        sim_diagnostics_label(checker->diagnostics, finding, "nothing in it has a 'timeout'");
    }
}

static void check_before(struct search *search, const struct sim_clause *clause, bool is_wanted) {
    bool is_same = clause->text.length == clause->second.length &&
                   memcmp(clause->text.bytes, clause->second.bytes, clause->text.length) == 0;
    check_text(search, clause->text_place, clause->text, is_wanted);
    if (!is_same) {
        check_text(search, clause->second_place, clause->second, is_wanted);
    } else if (is_wanted) {
        struct sim_finding *finding = sim_diagnostics_warning(
            search->checker->diagnostics, clause->second_place, "no line comes before itself");
        sim_diagnostics_note(search->checker->diagnostics, finding, clause->text_place,
                             "this is the same text");
    }
}

static void check_clause(struct search *search, const struct sim_clause *clause, bool is_wanted) {
    if (clause == NULL || search->steps > STEPS_MAX) {
        return;
    }
    switch (clause->kind) {
    case SIM_CLAUSE_AND:
    case SIM_CLAUSE_OR:
        check_clause(search, clause->left, is_wanted);
        check_clause(search, clause->right, is_wanted);
        return;
    case SIM_CLAUSE_LOG:
        check_log(search, clause, is_wanted);
        return;
    case SIM_CLAUSE_NO_LOG:
        check_log(search, clause, false);
        return;
    case SIM_CLAUSE_BEFORE:
        check_before(search, clause, is_wanted);
        return;
    case SIM_CLAUSE_WITHIN:
        check_text(search, clause->text_place, clause->text, true);
        return;
    case SIM_CLAUSE_TIMES_OUT:
        if (is_wanted) {
            check_timeout(search, clause);
        }
        return;
    case SIM_CLAUSE_ENDS:
    case SIM_CLAUSE_FAILS:
    case SIM_CLAUSE_NO_TIMEOUT:
    case SIM_CLAUSE_END:
    case SIM_CLAUSE_DEADLOCK:
    case SIM_CLAUSE_ALWAYS:
    case SIM_CLAUSE_HOLDS:
        return;
    }
}

/* What a host's own program logs is not known. */
static bool has_programs(const struct sim_scenario *scenario) {
    for (uint32_t i = 0; i < scenario->host_count; i++) {
        if (scenario->hosts[i].has_program) {
            return true;
        }
    }
    return false;
}

void sim_checker_expectations(struct sim_checker *checker) {
    const struct sim_scenario *scenario = checker->scenario;
    struct search search = {.checker = checker};
    if (checker->diagnostics->error_count > 0 || has_programs(scenario)) {
        return;
    }
    search.is_reached = sim_arena_allocate(checker->scratch, checker->body_count + 1U);
    search.stack =
        sim_arena_allocate(checker->scratch, (checker->body_count + 1U) * sizeof(uint32_t));
    for (uint32_t i = 0; i < checker->body_count; i++) {
        struct sim_coroutine *coroutine = checker->bodies[i].coroutine;
        struct writer writer = {
            .body = i, .is_often = coroutine->is_routine, .times = coroutine->times};
        find_writers(&search, &coroutine->body, writer);
    }
    if (checker->scratch->has_failed) {
        return;
    }
    for (uint32_t i = 0; i < scenario->expectation_count; i++) {
        bool is_wanted = scenario->expectations[i].kind != SIM_EXPECTATION_NEVER;
        check_clause(&search, scenario->expectations[i].clause, is_wanted);
    }
}
