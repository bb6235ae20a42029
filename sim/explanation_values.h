/* explanation_values.h - the values in an expression that does not hold. */
#ifndef SIM_EXPLANATION_VALUES_H
#define SIM_EXPLANATION_VALUES_H

#include "sim/evaluate.h"
#include "sim/language/buffer.h"

/* The bytes that expressions were read from, and the offset of the first of them. */
struct sim_quoted {
    struct sim_text text; /* no bytes: unknown; what has a name is named */
    uint32_t offset;
};

/* Adds the part of an expression that its value hinges on: below `and` and `or` those that are as
 * they must not be. False: it is the whole. */
bool sim_explain_part(struct sim_scope *scope, const struct sim_expression *expression,
                      struct sim_quoted quoted, struct sim_buffer *buffer);

/* Adds the values that make a condition what it is: "n is 4", "a + b is 3, where a is 1, b is 2".
 * `scope` is an observer's. */
void sim_explain_values(struct sim_scope *scope, const struct sim_expression *expression,
                        struct sim_quoted quoted, struct sim_buffer *buffer);

#endif
