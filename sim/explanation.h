/* explanation.h - why something does not hold: what was expected and what was, side by side, and
 * the coroutines that it concerns.
 *
 *     struct sim_explanation explanation;
 *     sim_explanation_init(&explanation, run);
 *     sim_explain_clause(&explanation, expectation, expectation->clause);
 *     sim_explanation_fail(&explanation, expectation->place.line, "expect ...", length);
 *     sim_explanation_term(&explanation);
 */
#ifndef SIM_EXPLANATION_H
#define SIM_EXPLANATION_H

#include "sim/columns.h"
#include "sim/run.h"

struct sim_explanation {
    struct sim_run *run;
    struct sim_columns columns;
    struct sim_buffer identity; /* of the failure (signature.h); empty: its first line */
    uint32_t concerned[SIM_CONCERNED_MAX];
    uint32_t concerned_count;
    int64_t until_ns; /* how far what is shown reaches */
};

void sim_explanation_init(struct sim_explanation *explanation, struct sim_run *run);
void sim_explanation_term(struct sim_explanation *explanation);

/* The failure with all that was explained goes into the journal, its first line into the trace. */
void sim_explanation_fail(struct sim_explanation *explanation, uint32_t line, const char *first,
                          size_t bytes);

/* A row of a comparison: its label ("" carries on with the one above), and when it was: `at TIME`.
 * What is added to columns.text then is what was. */
void sim_explain_side(struct sim_explanation *explanation, enum sim_side side, const char *label);
void sim_explain_side_at(struct sim_explanation *explanation, enum sim_side side, const char *label,
                         int64_t time_ns);

/* Adds a cell, "by worker, line 14". */
void sim_explain_by(struct sim_explanation *explanation, const struct sim_instance *instance,
                    uint32_t line);

/* Tells that a coroutine had a part in it until a time. */
void sim_explain_concern(struct sim_explanation *explanation, const struct sim_instance *instance,
                         int64_t until_ns);

/* Explains why a clause does not hold, or, if it must not hold, why it does. */
void sim_explain_clause(struct sim_explanation *explanation,
                        const struct sim_expectation *expectation, const struct sim_clause *clause);

/* Explains the failure of a coroutine that nobody handled: where it came from. */
void sim_explain_failed(struct sim_explanation *explanation, const struct sim_instance *instance);

/* Adds "f failed at 3ms (why)", "g did not end". */
void sim_explain_instance(const struct sim_run *run, const struct sim_instance *instance,
                          struct sim_buffer *buffer);

/* The outcome of the run beside the nearest ones that are listed. */
void sim_explain_outcome(struct sim_explanation *explanation);

/* Explains a `check` that does not hold. */
struct sim_scope;
void sim_explain_check(struct sim_explanation *explanation, struct sim_scope *scope,
                       const struct sim_statement *statement);

#endif
