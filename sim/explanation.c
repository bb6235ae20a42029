/* explanation.c - what was expected and what was, side by side; and what is no clause: failures,
 * outcomes, checks. */
#include "sim/explanation.h"

#include "sim/evaluate.h"
#include "sim/explanation_values.h"
#include "sim/language/source.h"
#include "sim/quotation.h"

#include <inttypes.h>
#include <string.h>

enum { INDENT = 2, CHAIN_MAX = 8, OUTCOMES_MAX = 3 };

void sim_explanation_init(struct sim_explanation *explanation, struct sim_run *run) {
    explanation->run = run;
    explanation->concerned_count = 0;
    explanation->until_ns = -1;
    sim_columns_init(&explanation->columns, run->allocator);
    sim_buffer_init(&explanation->identity, run->allocator);
}

void sim_explanation_term(struct sim_explanation *explanation) {
    sim_columns_term(&explanation->columns);
    sim_buffer_term(&explanation->identity);
}

/* Both sides, each in a line, for those who compare by program. */
static void keep_sides(struct sim_explanation *explanation, struct sim_failure *failure) {
    struct sim_journal *journal = &explanation->run->journal;
    struct sim_buffer expected;
    struct sim_buffer actual;
    sim_buffer_init(&expected, explanation->run->allocator);
    sim_buffer_init(&actual, explanation->run->allocator);
    sim_columns_render_side(&explanation->columns, SIM_SIDE_EXPECTED, &expected);
    sim_columns_render_side(&explanation->columns, SIM_SIDE_ACTUAL, &actual);
    if (expected.has_failed || actual.has_failed) {
        journal->is_out_of_memory = true;
    } else if (expected.bytes != NULL && actual.bytes != NULL) {
        sim_journal_compare(journal, failure, expected.bytes, actual.bytes);
    }
    sim_buffer_term(&expected);
    sim_buffer_term(&actual);
}

void sim_explanation_fail(struct sim_explanation *explanation, uint32_t line, const char *first,
                          size_t bytes) {
    struct sim_run *run = explanation->run;
    struct sim_buffer buffer;
    sim_buffer_init(&buffer, run->allocator);
    sim_buffer_add(&buffer, first, bytes);
    sim_columns_render(&explanation->columns, &buffer);
    struct sim_failure *failure = NULL;
    if (buffer.has_failed) {
        run->journal.is_out_of_memory = true;
    } else {
        failure = sim_journal_fail(&run->journal, line, buffer.bytes, buffer.length);
    }
    sim_tracer_failure(&run->tracer, first, bytes, line);
    sim_buffer_term(&buffer);
    if (failure == NULL) {
        return;
    }
    memcpy(failure->concerned, explanation->concerned, sizeof failure->concerned);
    failure->concerned_count = explanation->concerned_count;
    failure->until_ns = explanation->until_ns < 0 ? INT64_MAX : explanation->until_ns;
    keep_sides(explanation, failure);
    if (explanation->identity.has_failed) {
        run->journal.is_out_of_memory = true;
    } else if (explanation->identity.bytes != NULL) {
        sim_journal_identify(&run->journal, failure, explanation->identity.bytes);
    }
}

/* ---- Parts ---- */

void sim_explain_side(struct sim_explanation *explanation, enum sim_side side, const char *label) {
    sim_columns_row(&explanation->columns, side, INDENT);
    sim_buffer_add_text(&explanation->columns.text, label);
    sim_columns_cell(&explanation->columns);
    sim_columns_cell(&explanation->columns);
}

void sim_explain_side_at(struct sim_explanation *explanation, enum sim_side side, const char *label,
                         int64_t time_ns) {
    sim_columns_row(&explanation->columns, side, INDENT);
    sim_buffer_add_text(&explanation->columns.text, label);
    sim_columns_cell(&explanation->columns);
    sim_buffer_add_text(&explanation->columns.text, "at ");
    sim_quote_time(time_ns, &explanation->columns.text);
    sim_columns_cell(&explanation->columns);
}

void sim_explain_by(struct sim_explanation *explanation, const struct sim_instance *instance,
                    uint32_t line) {
    sim_columns_cell(&explanation->columns);
    sim_buffer_add_format(&explanation->columns.text, "by %s", instance->name);
    if (line != 0) {
        sim_buffer_add_text(&explanation->columns.text, ", ");
        sim_quote_line(explanation->run, line, &explanation->columns.text);
    }
}

void sim_explain_concern(struct sim_explanation *explanation, const struct sim_instance *instance,
                         int64_t until_ns) {
    explanation->until_ns = until_ns > explanation->until_ns ? until_ns : explanation->until_ns;
    uint32_t id = cog_coro_tag(instance->coro);
    for (uint32_t i = 0; i < explanation->concerned_count; i++) {
        if (explanation->concerned[i] == id) {
            return;
        }
    }
    if (id != 0 && explanation->concerned_count < SIM_CONCERNED_MAX) {
        explanation->concerned[explanation->concerned_count++] = id;
    }
}

void sim_explain_instance(const struct sim_run *run, const struct sim_instance *instance,
                          struct sim_buffer *buffer) {
    sim_buffer_add_text(buffer, instance->name);
    if (!instance->has_ended) {
        sim_buffer_add_text(buffer, " did not end");
        if (instance->line != 0) {
            sim_buffer_add_text(buffer, " (");
            sim_quote_line(run, instance->line, buffer);
            sim_buffer_add_text(buffer, ")");
        }
        return;
    }
    sim_buffer_add_text(buffer, instance->status == COG_OK ? " ended at " : " failed at ");
    sim_quote_time(instance->ended_ns, buffer);
    if (instance->failure.word != 0) {
        sim_buffer_add_text(buffer, " (");
        sim_value_append(buffer, instance->failure);
        sim_buffer_add_text(buffer, ")");
    }
}

/* ---- Failed coroutines ---- */

/* Whose failure became this one's: whom it called, joined or iterated. */
static const struct sim_instance *origin_of(const struct sim_instance *instance,
                                            const struct sim_statement *statement) {
    bool is_passed_on = statement != NULL && (statement->kind == SIM_STATEMENT_CALL ||
                                              statement->kind == SIM_STATEMENT_JOIN ||
                                              statement->kind == SIM_STATEMENT_ITERATE);
    if (!is_passed_on || instance->status != COG_EFAILED) {
        return NULL;
    }
    const struct sim_frame *frame = cog_coro_context(instance->coro);
    const struct sim_instance *other = frame->other;
    return other != NULL && other->has_ended && other->status != COG_OK ? other : NULL;
}

void sim_explain_failed(struct sim_explanation *explanation, const struct sim_instance *instance) {
    const char *label = "failed";
    for (int depth = 0; instance != NULL && depth < CHAIN_MAX; depth++) {
        const struct sim_statement *statement =
            sim_statement_at(instance->source, instance->failure_line);
        if (statement == NULL) {
            return;
        }
        sim_explain_side_at(explanation, SIM_SIDE_NONE, label, instance->ended_ns);
        sim_quote_statement(explanation->run, statement, &explanation->columns.text);
        sim_explain_by(explanation, instance, instance->failure_line);
        sim_explain_concern(explanation, instance, instance->ended_ns);
        instance = origin_of(instance, statement);
        label = "because";
    }
}

/* ---- Checks ---- */

void sim_explain_check(struct sim_explanation *explanation, struct sim_scope *scope,
                       const struct sim_statement *statement) {
    struct sim_run *run = explanation->run;
    struct sim_instance *instance = scope->frame->instance;
    struct sim_quoted quoted = {.text = {NULL, 0}};
    if (run->source != NULL) {
        quoted.text = (struct sim_text){run->source->text, run->source->length};
    }
    struct sim_scope observer = {.run = run, .frame = scope->frame, .is_observer = true};
    struct sim_buffer *text = &explanation->columns.text;
    if (run->source != NULL) {
        sim_explain_side(explanation, SIM_SIDE_EXPECTED, "expected");
        (void)sim_explain_part(&observer, statement->as.simple.value, quoted, text);
    }
    sim_explain_side_at(explanation, SIM_SIDE_ACTUAL, "actual", run->now_ns);
    sim_explain_values(&observer, statement->as.simple.value, quoted, text);
    sim_explain_by(explanation, instance, statement->place.line);
    sim_explain_concern(explanation, instance, run->now_ns);
}

/* ---- Outcomes ---- */

static void add_values(struct sim_explanation *explanation,
                       const struct sim_expression_list *list) {
    for (uint32_t i = 0; i < list->count; i++) {
        struct sim_scope scope = {.run = explanation->run};
        struct sim_value value;
        sim_buffer_add_text(&explanation->columns.text, i > 0 ? ", " : "");
        if (sim_evaluate(&scope, list->items[i], &value) == COG_OK) {
            sim_quote_value(value, &explanation->columns.text);
        } else {
            sim_buffer_add_text(&explanation->columns.text, scope.message);
        }
    }
}

/* In how many values a listed outcome is the run's. */
static uint32_t likeness(struct sim_run *run, const struct sim_outcome_line *line) {
    uint32_t count = 0;
    const struct sim_expression_list *outcome = &run->scenario->outcome;
    for (uint32_t i = 0; i < outcome->count && i < line->values.count; i++) {
        struct sim_scope scope = {.run = run};
        struct sim_value left;
        struct sim_value right;
        if (sim_evaluate(&scope, outcome->items[i], &left) == COG_OK &&
            sim_evaluate(&scope, line->values.items[i], &right) == COG_OK &&
            sim_value_equal(left, right)) {
            count++;
        }
    }
    return count;
}

void sim_explain_outcome(struct sim_explanation *explanation) {
    struct sim_run *run = explanation->run;
    const struct sim_scenario *scenario = run->scenario;
    uint32_t best = 0;
    for (uint32_t i = 0; i < scenario->outcome_line_count; i++) {
        uint32_t like = likeness(run, &scenario->outcome_lines[i]);
        best = like > best ? like : best;
    }
    uint32_t shown = 0;
    for (uint32_t i = 0; i < scenario->outcome_line_count && shown < OUTCOMES_MAX; i++) {
        const struct sim_outcome_line *line = &scenario->outcome_lines[i];
        if (likeness(run, line) == best) {
            sim_explain_side(explanation, SIM_SIDE_EXPECTED,
                             shown > 0   ? ""
                             : best == 0 ? "expected"
                                         : "nearest");
            sim_buffer_add(&explanation->columns.text, line->source.bytes, line->source.length);
            sim_columns_cell(&explanation->columns);
            sim_quote_line(run, line->place.line, &explanation->columns.text);
            shown++;
        }
    }
    if (shown < scenario->outcome_line_count) {
        sim_explain_side(explanation, SIM_SIDE_EXPECTED, "");
        sim_buffer_add_format(&explanation->columns.text, "and %" PRIu32 " more",
                              scenario->outcome_line_count - shown);
    }
    sim_explain_side_at(explanation, SIM_SIDE_ACTUAL, "actual", run->now_ns);
    add_values(explanation, &scenario->outcome);
}
