/* update.c - what the expectations of a scenario would have to say to hold in a run. */
#include "sim/update.h"

#include "core/check.h"
#include "sim/clause.h"
#include "sim/duration.h"
#include "sim/evaluate.h"
#include "sim/update_literal.h"
#include "sim/update_parts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Edits and notes ---- */

struct sim_text sim_update_source_text(const struct sim_updater *updater, struct sim_place place) {
    return (struct sim_text){.bytes = updater->source->text + place.offset, .length = place.length};
}

void sim_update_add_edit(struct sim_updater *updater, size_t offset, size_t length,
                         struct sim_buffer *buffer) {
    struct sim_update *update = updater->update;
    struct sim_edit *edits =
        sim_arena_push(&update->arena, update->edits, &update->edit_count, sizeof(*edits));
    const char *copy = sim_arena_copy(&update->arena, buffer->bytes, buffer->length);
    update->arena.has_failed = update->arena.has_failed || buffer->has_failed;
    if (edits != NULL) {
        update->edits = edits;
        edits[update->edit_count - 1] =
            (struct sim_edit){.offset = sim_source_own_offset(updater->source, (uint32_t)offset),
                              .length = length,
                              .text = {.bytes = copy, .length = buffer->length}};
    }
    sim_buffer_term(buffer);
}

void sim_update_add_note(struct sim_updater *updater, const char *format, ...) {
    struct sim_update *update = updater->update;
    char message[300];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    struct sim_update_note *notes =
        sim_arena_push(&update->arena, update->notes, &update->note_count, sizeof(*notes));
    if (notes != NULL) {
        update->notes = notes;
        notes[update->note_count - 1] = (struct sim_update_note){
            .line = updater->line,
            .message = sim_arena_copy(&update->arena, message, strlen(message))};
    }
}

/* ---- What a run may not have broken ---- */

/* Recursion is bounded: an expectation has so many clauses at most. */
static bool speaks_of(const struct sim_clause *clause, enum sim_clause_kind kind) {
    if (clause->kind == SIM_CLAUSE_AND || clause->kind == SIM_CLAUSE_OR) {
        return speaks_of(clause->left, kind) || speaks_of(clause->right, kind);
    }
    return clause->kind == kind;
}

/* So judged, a deadlock is expected by any line but `never`. */
static bool expects_deadlock(const struct sim_scenario *scenario) {
    for (uint32_t i = 0; i < scenario->expectation_count; i++) {
        const struct sim_expectation *expectation = &scenario->expectations[i];
        if (expectation->kind != SIM_EXPECTATION_NEVER &&
            speaks_of(expectation->clause, SIM_CLAUSE_DEADLOCK)) {
            return true;
        }
    }
    return false;
}

/* Of the lines that are rewritten. */
static bool expects_end(const struct sim_scenario *scenario) {
    for (uint32_t i = 0; i < scenario->expectation_count; i++) {
        const struct sim_expectation *expectation = &scenario->expectations[i];
        if ((expectation->kind == SIM_EXPECTATION_EXPECT ||
             expectation->kind == SIM_EXPECTATION_NORMALLY) &&
            speaks_of(expectation->clause, SIM_CLAUSE_END)) {
            return true;
        }
    }
    return false;
}

/* Does the canonical run fail by it? */
static bool fails(struct sim_run *run, const struct sim_expectation *expectation) {
    bool is_never = expectation->kind == SIM_EXPECTATION_NEVER;
    return expectation->kind != SIM_EXPECTATION_SOMETIMES &&
           sim_clause_holds(run, expectation->clause) == is_never;
}

static bool breaks_invariant(struct sim_run *run, const struct sim_clause *clause) {
    if (clause->kind == SIM_CLAUSE_AND || clause->kind == SIM_CLAUSE_OR) {
        return breaks_invariant(run, clause->left) || breaks_invariant(run, clause->right);
    }
    return (clause->kind == SIM_CLAUSE_ALWAYS || clause->kind == SIM_CLAUSE_WITHIN) &&
           !sim_clause_holds(run, clause);
}

static bool outcome_is(struct sim_run *run, const struct sim_expression_list *expected) {
    const struct sim_expression_list *outcome = &run->scenario->outcome;
    for (uint32_t i = 0; i < outcome->count && i < expected->count; i++) {
        struct sim_scope scope = {.run = run};
        struct sim_value left;
        struct sim_value right;
        if (sim_evaluate(&scope, outcome->items[i], &left) != COG_OK ||
            sim_evaluate(&scope, expected->items[i], &right) != COG_OK ||
            !sim_value_equal(left, right)) {
            return false;
        }
    }
    return true;
}

static bool outcome_is_missing(struct sim_run *run) {
    const struct sim_scenario *scenario = run->scenario;
    for (uint32_t i = 0; i < scenario->outcome_line_count; i++) {
        if (outcome_is(run, &scenario->outcome_lines[i].values)) {
            return false;
        }
    }
    return scenario->has_outcome && scenario->has_outcome_set;
}

/* How many of the run's failures are that an expectation does not hold. */
static size_t count_expected(struct sim_run *run) {
    const struct sim_scenario *scenario = run->scenario;
    size_t count = outcome_is_missing(run) ? 1 : 0;
    for (uint32_t i = 0; i < scenario->expectation_count; i++) {
        count += fails(run, &scenario->expectations[i]) ? 1 : 0;
    }
    /* A stall that becomes `deadlock`, and is a failure as long as nothing expects it. */
    count += run->is_stalled && !expects_deadlock(scenario) ? 1 : 0;
    return count;
}

__attribute__((format(printf, 2, 3))) static void refuse(struct sim_update *update,
                                                         const char *format, ...) {
    char message[300];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    update->refusal = sim_arena_copy(&update->arena, message, strlen(message));
}

static void refuse_broken_invariants(struct sim_updater *updater) {
    const struct sim_scenario *scenario = updater->run->scenario;
    for (uint32_t i = 0; i < scenario->expectation_count; i++) {
        const struct sim_expectation *expectation = &scenario->expectations[i];
        if (expectation->kind != SIM_EXPECTATION_NEVER && fails(updater->run, expectation) &&
            breaks_invariant(updater->run, expectation->clause)) {
            refuse(updater->update,
                   "what must hold all the while did not (line %" PRIu32
                   "), which no expectation can make right",
                   sim_line_number(expectation->place.line));
            return;
        }
    }
}

/* What would make the run no model of what should be. */
static void find_refusal(struct sim_updater *updater) {
    struct sim_run *run = updater->run;
    char time[SIM_DURATION_BYTES];
    if (run->fatal == COG_ELIMIT) {
        refuse(updater->update, "the run did not end within its limit of statements");
    } else if (run->is_stalled && !expects_deadlock(run->scenario) && !expects_end(run->scenario)) {
        refuse(updater->update, "it stalled at %s, and no expectation says 'deadlock' or 'end at'",
               sim_duration_format(run->now_ns, time));
    } else {
        refuse_broken_invariants(updater);
    }
    if (updater->update->refusal == NULL && run->journal.failure_count > count_expected(run)) {
        refuse(updater->update, "more went wrong than its expectations tell");
    }
}

/* ---- Expectations ---- */

/* The file is run once a row: what happened in one run is not what the others should do. */
static bool note_rows(struct sim_updater *updater) {
    if (updater->run->scenario->row_count > 0) {
        sim_update_add_note(updater, "the file is run once for each row of its table");
        return true;
    }
    return false;
}

static void update_expectation(struct sim_updater *updater,
                               const struct sim_expectation *expectation) {
    if (!fails(updater->run, expectation)) {
        return;
    }
    updater->line = sim_line_number(expectation->place.line);
    if (expectation->kind == SIM_EXPECTATION_NEVER) {
        sim_update_add_note(updater, "it happened, and must not in any run");
    } else if (!note_rows(updater)) {
        sim_update_clause(updater, expectation->clause);
    }
}

/* ---- Outcomes ---- */

/* Where the line ends that begins at an offset: at its CR or LF, or at the end of the text. */
static size_t end_of_line(const struct sim_source *source, size_t offset) {
    const char *newline = memchr(source->text + offset, '\n', source->length - offset);
    size_t end = newline != NULL ? (size_t)(newline - source->text) : source->length;
    return end > offset && source->text[end - 1] == '\r' ? end - 1 : end;
}

static size_t start_of_line(const struct sim_source *source, size_t offset) {
    while (offset > 0 && source->text[offset - 1] != '\n') {
        offset--;
    }
    return offset;
}

/* A line end as the file has them, and the indentation of the line at the offset. */
static void add_line_start(const struct sim_source *source, size_t offset,
                           struct sim_buffer *buffer) {
    size_t start = start_of_line(source, offset);
    bool has_return = source->text[end_of_line(source, offset)] == '\r' ||
                      (start > 1 && source->text[start - 2] == '\r');
    sim_buffer_add_text(buffer, has_return ? "\r\n" : "\n");
    sim_buffer_add(buffer, source->text + start, offset - start);
}

/* Why the outcome cannot be written, or null. */
static const char *add_outcome(struct sim_updater *updater, struct sim_buffer *buffer) {
    const struct sim_expression_list *outcome = &updater->run->scenario->outcome;
    for (uint32_t i = 0; i < outcome->count; i++) {
        struct sim_scope scope = {.run = updater->run};
        struct sim_value value;
        sim_buffer_add_text(buffer, i > 0 ? ", " : "");
        if (sim_evaluate(&scope, outcome->items[i], &value) != COG_OK) {
            return "the outcome has no value";
        }
        if (!sim_literal_add_value(buffer, value)) {
            return "the outcome has a value that is not written as a literal";
        }
    }
    return NULL;
}

/* The run's outcome becomes the last of those listed. */
static void update_outcomes(struct sim_updater *updater) {
    const struct sim_scenario *scenario = updater->run->scenario;
    if (!outcome_is_missing(updater->run)) {
        return;
    }
    updater->line = sim_line_number(scenario->outcome_set_place.line);
    if (note_rows(updater) || scenario->outcome_line_count == 0) {
        return;
    }
    size_t last = scenario->outcome_lines[scenario->outcome_line_count - 1].place.offset;
    struct sim_buffer buffer;
    sim_buffer_init(&buffer, updater->run->allocator);
    add_line_start(updater->source, last, &buffer);
    const char *obstacle = add_outcome(updater, &buffer);
    if (obstacle == NULL) {
        sim_update_add_edit(updater, end_of_line(updater->source, last), 0, &buffer);
    } else {
        sim_buffer_term(&buffer);
        sim_update_add_note(updater, "%s", obstacle);
    }
}

/* ---- The whole ---- */

static int compare_edits(const void *left, const void *right) {
    const struct sim_edit *a = left;
    const struct sim_edit *b = right;
    return a->offset < b->offset ? -1 : a->offset > b->offset ? 1 : 0;
}

/* All but the one about the outcomes are in order. */
static void sort_notes(struct sim_update *update) {
    for (uint32_t i = 1; i < update->note_count; i++) {
        struct sim_update_note note = update->notes[i];
        uint32_t at = i;
        for (; at > 0 && update->notes[at - 1].line > note.line; at--) {
            update->notes[at] = update->notes[at - 1];
        }
        update->notes[at] = note;
    }
}

static void update_all(struct sim_updater *updater) {
    const struct sim_scenario *scenario = updater->run->scenario;
    for (uint32_t i = 0; i < scenario->expectation_count; i++) {
        if (scenario->expectations[i].kind != SIM_EXPECTATION_NEVER &&
            scenario->expectations[i].kind != SIM_EXPECTATION_SOMETIMES) {
            sim_update_claim_lines(updater, scenario->expectations[i].clause);
        }
    }
    for (uint32_t i = 0; i < scenario->expectation_count; i++) {
        update_expectation(updater, &scenario->expectations[i]);
    }
    update_outcomes(updater);
    struct sim_update *update = updater->update;
    if (update->edit_count > 1) {
        qsort(update->edits, update->edit_count, sizeof update->edits[0], compare_edits);
    }
    sort_notes(update);
}

int sim_update_init(struct sim_update *update, struct sim_run *run,
                    const struct sim_source *source) {
    *update = (struct sim_update){.refusal = NULL};
    sim_arena_init(&update->arena, run->allocator);
    struct sim_updater updater = {.run = run, .source = source, .update = update};
    updater.is_claimed = sim_arena_allocate(&update->arena, run->journal.line_count + 1);
    if (updater.is_claimed != NULL) {
        find_refusal(&updater);
    }
    if (updater.is_claimed != NULL && update->refusal == NULL) {
        update_all(&updater);
    }
    if (update->arena.has_failed) {
        sim_arena_term(&update->arena);
        return COG_ENOMEM;
    }
    return COG_OK;
}

void sim_update_term(struct sim_update *update) {
    sim_arena_term(&update->arena);
}

void sim_update_apply(const struct sim_update *update, const char *text, size_t length,
                      struct sim_buffer *buffer) {
    size_t at = 0;
    for (uint32_t i = 0; i < update->edit_count; i++) {
        const struct sim_edit *edit = &update->edits[i];
        cog_assert(edit->offset >= at && edit->offset + edit->length <= length);
        sim_buffer_add(buffer, text + at, edit->offset - at);
        sim_buffer_add(buffer, edit->text.bytes, edit->text.length);
        at = edit->offset + edit->length;
    }
    sim_buffer_add(buffer, text + at, length - at);
}
