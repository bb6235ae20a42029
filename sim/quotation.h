/* quotation.h - pieces of a scenario and of its log, as failures quote them. */
#ifndef SIM_QUOTATION_H
#define SIM_QUOTATION_H

#include "sim/language/buffer.h"
#include "sim/run.h"

/* Adds "line 14", or "line 14 of common.scni"; nothing for line 0. */
void sim_quote_line(const struct sim_run *run, uint32_t line, struct sim_buffer *buffer);

void sim_quote_time(int64_t ns, struct sim_buffer *buffer);

/* Adds a text in quotes as a scenario would write it; a long one is cut. */
void sim_quote_text(const char *bytes, size_t length, struct sim_buffer *buffer);

/* Adds a piece of a scenario, of several blanks in a row the first only. */
void sim_quote_squeezed(struct sim_buffer *buffer, const char *text, size_t length);

void sim_quote_value(struct sim_value value, struct sim_buffer *buffer);

/* Adds a statement as written, without its comment; without the source, its word and what it is
 * about. */
void sim_quote_statement(const struct sim_run *run, const struct sim_statement *statement,
                         struct sim_buffer *buffer);

/* The statement of a coroutine that stands in a line, or null. */
const struct sim_statement *sim_statement_at(const struct sim_coroutine *coroutine, uint32_t line);

/* Calls `visit` for every statement of a coroutine in file order, handlers included; stops when it
 * returns false. */
typedef bool (*sim_statement_visit)(void *context, const struct sim_statement *statement);
bool sim_statements_walk(const struct sim_block *block, sim_statement_visit visit, void *context);

#endif
