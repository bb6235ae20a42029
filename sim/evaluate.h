/* evaluate.h - the value of an expression.
 *
 * A read of a shared variable is a scheduling step of its own. Evaluation that comes to one which
 * has not been read for the statement under way stops with SIM_NEED_YIELD; the interpreter yields
 * and evaluates again from the start, where the values read before are remembered in the frame.
 */
#ifndef SIM_EVALUATE_H
#define SIM_EVALUATE_H

#include "sim/instance.h"
#include "sim/run.h"

enum { SIM_NEED_YIELD = 10 };

/* Where an expression stands. */
struct sim_scope {
    struct sim_run *run;
    struct sim_frame *frame; /* null: the world's, or an expectation's */
    bool is_observer;        /* it looks on: reads of shared variables are no steps; those that the
                                statement under way has made are seen as they were */
    bool is_at_once;         /* it can wait no more: reads of shared variables belong to the step
                                under way */
    char message[200];       /* why it has no value, after COG_EFAILED */
};

/* COG_OK, SIM_NEED_YIELD, COG_EFAILED (scope->message tells), COG_ENOMEM. */
int sim_evaluate(struct sim_scope *scope, const struct sim_expression *expression,
                 struct sim_value *value);

/* The same, of a value that must be a number (duration, text) by now. `what` names it in the
 * message. */
int sim_evaluate_number(struct sim_scope *scope, const struct sim_expression *expression,
                        const char *what, int64_t low, int64_t high, int64_t *number);
int sim_evaluate_duration(struct sim_scope *scope, const struct sim_expression *expression,
                          int64_t *ns);
int sim_evaluate_tag(struct sim_scope *scope, const struct sim_expression *expression,
                     enum sim_tag tag, const char *what, struct sim_value *value);

/* left + right. */
int sim_evaluate_sum(struct sim_scope *scope, struct sim_value left, struct sim_value right,
                     struct sim_value *value);

/* An index of something of that name with so many elements. */
int sim_evaluate_index(struct sim_scope *scope, const struct sim_expression *expression,
                       const char *name, uint32_t count, int64_t *index);

/* The variable or element that a name and an index stand for; null with scope->message when the
 * index is out of range. */
int sim_evaluate_place(struct sim_scope *scope, uint32_t variable,
                       const struct sim_expression *element, struct sim_value **place);

#endif
