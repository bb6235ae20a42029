/* parser_hints.h - what people write who come from other languages, and what to write instead. */
#ifndef SIM_LANGUAGE_PARSER_HINTS_H
#define SIM_LANGUAGE_PARSER_HINTS_H

#include "sim/language/parser.h"

/* What to say beside a word that begins no statement, or null. It depends on what follows the
 * word, which is the token at hand. */
const char *sim_parser_statement_hint(const struct sim_parser *parser);

/* What to say beside a word at the margin that is no head, or null. */
const char *sim_parser_margin_hint(const struct sim_parser *parser);

/* `elif` and its spellings. */
bool sim_parser_is_elif(const struct sim_parser *parser);

/* At a ':' where a line that has a block should end: reports it. */
bool sim_parser_report_colon(struct sim_parser *parser);

/* At `ms 10`: reports it. */
bool sim_parser_report_unit_first(struct sim_parser *parser);

#endif
