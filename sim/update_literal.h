/* update_literal.h - values as a scenario writes them, and whether something stands in a scenario
 * as such a literal, not as a parameter or arithmetic. */
#ifndef SIM_UPDATE_LITERAL_H
#define SIM_UPDATE_LITERAL_H

#include "sim/language/buffer.h"
#include "sim/value.h"

/* Adds the text in quotes, with what would not stand for itself escaped. */
void sim_literal_add_text(struct sim_buffer *buffer, const char *bytes, size_t length);

/* Adds a duration. */
void sim_literal_add_time(struct sim_buffer *buffer, int64_t ns);

/* Adds a value; false if it has no literal, as a list or a socket. */
bool sim_literal_add_value(struct sim_buffer *buffer, struct sim_value value);

/* Of some bytes of a scenario: a text without braces to fill in; a number with or without unit; a
 * duration, or two with `..` between them. */
bool sim_literal_is_text(struct sim_text source);
bool sim_literal_is_number(struct sim_text source);
bool sim_literal_is_time(struct sim_text source);

/* The same of an expression and the bytes it was read from, of any type. */
bool sim_literal_is_value(const struct sim_expression *expression, struct sim_text source);

#endif
